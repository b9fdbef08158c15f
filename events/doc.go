// Package events is the catalog of what happens: one file per family, each type with its version and data.
//
// An event is a CloudEvents 1.0 envelope. Its data names things by id and counts them; it never holds analyzed text.
package events
