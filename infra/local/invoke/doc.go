// Package invoke calls functions the way the Lambda service does: with a deadline, a request id, and no way for a
// panic or a late answer to reach the caller.
package invoke
