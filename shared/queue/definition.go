package queue

import "time"

// Definition is a standard queue as infra creates it, with its dead-letter queue "<name>-dlq".
type Definition struct {
	// Name is the logical name; the physical one is "guardrails-<env>-<name>".
	Name string
	// Visibility is how long a received message stays hidden: six times the consumer's timeout.
	Visibility time.Duration
	// MaxReceive is after how many receives a message goes to the dead-letter queue.
	MaxReceive int
}

// The queues' logical names.
const (
	Analyses  = "analyses"   // records of analyses, to be written to the table
	JobSplit  = "job-split"  // jobs to be cut into chunks
	JobChunks = "job-chunks" // chunks of jobs to be analyzed
	Tasks     = "tasks"      // tasks of the older API
)

// DLQ returns the name of a queue's dead-letter queue.
func DLQ(name string) string { return name + "-dlq" }

// Definitions lists every queue.
func Definitions() []Definition {
	return []Definition{
		{Name: Analyses, Visibility: 60 * time.Second, MaxReceive: 8},
		{Name: JobSplit, Visibility: 120 * time.Second, MaxReceive: 5},
		{Name: JobChunks, Visibility: 60 * time.Second, MaxReceive: 4},
		{Name: Tasks, Visibility: 60 * time.Second, MaxReceive: 4},
	}
}
