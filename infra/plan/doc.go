// Package plan turns the catalogue and the schemas into one plain value: everything that an environment consists of.
//
// The deployment and the local run read the same plan. It holds no output format: no template, no SDK type.
package plan
