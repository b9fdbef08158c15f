// Package record keeps the record of an analysis: sent to a queue beside the answer, written to the table by a worker.
//
// A record never holds analyzed text: no redacted value, no matched text, no explanation. The route's answer does not
// wait for a table. In the regulated profile it waits for the queue's acknowledgment and fails without it; in the
// standard profile it waits at most 50 ms, then answers and counts the miss. The send goes on for two seconds, in a process
// that lives on: on Lambda it stands still with the answer, and what has not left by then is most likely lost.
package record
