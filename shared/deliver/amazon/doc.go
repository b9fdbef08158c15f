// Package amazon sends to AWS services on a destination's behalf: to queues and event buses of customers, by a role of theirs
// that lets us in, and mails by the platform's SES.
package amazon
