// Package release decides whether a new version of a function may have traffic.
package release
