// Package rules holds the routes on observer rules: which events go where.
//
// A rule is replaced as a whole and keeps every version, since deliveries keep to the one that matched. A change answers
// when every function works by it.
package rules
