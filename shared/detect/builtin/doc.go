// Package builtin lists the detectors that every engine starts with.
package builtin
