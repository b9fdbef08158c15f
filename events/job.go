package events

// The life of a job.
const (
	JobSubmittedType = "job.submitted"
	JobStartedType   = "job.started"
	JobCompletedType = "job.completed"
	JobFailedType    = "job.failed"
	JobCancelledType = "job.cancelled"
)

// JobData is what every job event carries.
type JobData struct {
	JobID  string `json:"job_id"`
	Status string `json:"status"`
	Total  int    `json:"total"`
	Done   int    `json:"done"`
	Failed int    `json:"failed"`
	// Reason says why a job failed, as a stable code.
	Reason string `json:"reason,omitempty"`
}

// Job makes an event of a job's life; typ is one of the constants above.
func Job(typ string, d JobData) Event {
	return Event{Type: typ, Version: 1, Subject: d.JobID, Data: d}
}
