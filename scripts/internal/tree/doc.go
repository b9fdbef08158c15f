// Package tree reads what the go command knows of this module's packages.
package tree
