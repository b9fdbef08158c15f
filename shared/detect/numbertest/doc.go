// Package numbertest makes up the numbers that a detector looks for, for tests: valid ones, and such with mistakes.
package numbertest
