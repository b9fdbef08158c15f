// Package limit admits requests by GCRA token buckets in a table, leased in blocks so that most decisions need no call.
//
// The stored item holds one number, the theoretical arrival time (tat) in microseconds. Taking n tokens is one
// conditional update that moves tat by n/rate if it stays within the burst; a second one starts an idle bucket. Policies
// of at least 4 requests a second lease up to 250 ms worth of tokens, which die after 500 ms: grants leave the bucket
// at once, so instances together never admit more than the policy. Leases begin with one token and grow with use, so
// that a client's calls of many functions do not tie its tokens up. Slower policies ask for each token.
// When the store does not answer, the instance admits its local share (or nothing, where the caller fails closed).
package limit
