package queue

import "time"

// Definition is a standard queue as infra creates it, with its dead-letter queue "<name>-dlq".
type Definition struct {
	// Name is the logical name; the physical one is "guardrails-<env>-<name>".
	Name string
	// Visibility is how long a received message stays hidden: six times the consumer's timeout.
	Visibility time.Duration
	// MaxReceive is after how many receives a message goes to the dead-letter queue. Times Visibility it is how long an
	// outage of a store may last that no message dies of: what dies of jobs and tasks the watch sends again, but of records
	// of analyses there is nothing else.
	MaxReceive int
	// Concurrency is how many batches are worked on at once on AWS, for all tenants together: at least two, SQS's own
	// least. What analyses leave behind must keep up with thousands of them a second.
	Concurrency int
}

// The queues' logical names.
const (
	Analyses  = "analyses"   // records of analyses, to be written to the table
	JobSplit  = "job-split"  // jobs to be cut into chunks
	JobChunks = "job-chunks" // chunks of jobs to be analyzed
	Tasks     = "tasks"      // tasks of the older API

	Events     = "events"     // events to be matched against their tenant's rules
	Deliveries = "deliveries" // deliveries to be attempted
	Replays    = "replays"    // bulk replays to be carried out
)

// DLQ returns the name of a queue's dead-letter queue.
func DLQ(name string) string { return name + "-dlq" }

// Definitions lists every queue.
func Definitions() []Definition {
	return []Definition{
		{Name: Analyses, Visibility: 60 * time.Second, MaxReceive: 100, Concurrency: 40},
		{Name: JobSplit, Visibility: 120 * time.Second, MaxReceive: 5, Concurrency: 10},
		{Name: JobChunks, Visibility: 60 * time.Second, MaxReceive: 10, Concurrency: 50},
		{Name: Tasks, Visibility: 60 * time.Second, MaxReceive: 10, Concurrency: 20},
		{Name: Events, Visibility: 60 * time.Second, MaxReceive: 10, Concurrency: 20},
		// A killed process delays the messages that it held by the visibility, so it is no longer than it must be.
		{Name: Deliveries, Visibility: 210 * time.Second, MaxReceive: 5, Concurrency: 50},
		// A replay is one message at a time, so this is how many replays go on side by side: one tenant's long one must not
		// hold up the others'.
		{Name: Replays, Visibility: 6 * time.Minute, MaxReceive: 10, Concurrency: 10},
	}
}
