// Package queue is the tenant-bound SQS client: every message carries its tenant, which is also its message group.
package queue
