// Package destination decides which addresses the platform may send to on a caller's behalf.
package destination
