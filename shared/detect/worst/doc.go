// Package worst makes the texts that cost a scanner most, for benchmarks and for the tests that bound the work on them.
package worst
