// Package checksum computes the check digits of public identifier schemes over ASCII strings.
package checksum
