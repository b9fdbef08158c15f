// Package redrive gives messages of a dead-letter queue back to the queue that gave them up.
//
// SQS has a task of its own for that, which takes all messages or none, cannot be tried out, and is not there on every
// look-alike. This is a loop of receive, send and delete: a message is deleted from the dead-letter queue when the queue
// has acknowledged it and not before. Whoever is killed in between leaves it in both, and the queue's consumer, which must
// bear the same message twice anyway, meets it twice.
package redrive
