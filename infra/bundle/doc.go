// Package bundle builds the bootstrap of each context for Lambda and zips it.
//
// The same source makes the same bytes: paths are trimmed, no version control stamp is put in, and the zip holds the
// program and the licenses it comes under with a fixed time. So an unchanged context keeps its name and is not deployed again.
package bundle
