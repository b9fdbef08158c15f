// Package rulestore keeps tenants' observer rules, and each tenant's set of them ready to be matched.
//
// A rule is one item with its latest version; each version is kept as an item of its own, since deliveries keep to the one
// that matched. The tenant's state counts every change and names the last ones, so that whoever holds a set reads what
// changed and not ten thousand rules.
package rulestore
