// Package errs is the one error type that crosses package borders: a stable code, a public message, a wrapped cause.
//
// Inside the system an error is wrapped with what was being done; only the edge (shared/fn) turns its code into a
// status, a problem document, a metric and a log line. A message never holds text of a request.
package errs
