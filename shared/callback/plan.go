package callback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/retry"
)

// Plan is how hidden destinations are delivered to, as the older API did: three tries more after the first, and then
// nothing but the record.
func Plan() deliver.Plan {
	return deliver.Plan{Retry: retry.Policy{MaxAttempts: 4}, Quiet: true, Render: render}
}

// report is what the older webhook's body says. Results are not in it: they show what was found in the text, and whoever
// may see them reads them from the API.
type report struct {
	Task     subject `json:"task"`
	Error    string  `json:"error,omitempty"`
	Metadata *counts `json:"metadata,omitempty"`
}

type subject struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// counts tells how far a job is.
type counts struct {
	Total  int `json:"total"`
	Done   int `json:"done"`
	Failed int `json:"failed"`
}

// jobName is what jobs are called where tasks have the name of what they do.
const jobName = "job"

// statusOf is a job's status in the older API's spelling, by the event.
func statusOf(event string) string {
	switch event {
	case events.JobSubmittedType:
		return "PENDING"
	case events.JobStartedType:
		return "STARTED"
	case events.JobCompletedType:
		return "SUCCESS"
	}
	return "FAILURE" // one that was cancelled is a failed one there
}

// errEvent is a defect: hidden destinations get the events of jobs and tasks alone.
var errEvent = errors.New("callback: the event is of no job or task")

// render makes the data of an event of a job or task. Whatever it says is in the event, so every attempt says the same.
func render(_ context.Context, e deliver.Event) (json.RawMessage, error) {
	var r report
	switch family, _, _ := strings.Cut(e.Type, "."); family {
	case "task":
		var d events.TaskData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return nil, fmt.Errorf("decode the data of %s: %w", e.ID, err)
		}
		r = report{Task: subject{d.TaskID, d.Name, d.Status}, Error: d.Reason}
	case "job":
		var d events.JobData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return nil, fmt.Errorf("decode the data of %s: %w", e.ID, err)
		}
		r = report{Task: subject{d.JobID, jobName, statusOf(e.Type)}, Error: d.Reason, Metadata: &counts{d.Total, d.Done, d.Failed}}
	default:
		return nil, errEvent
	}
	return json.Marshal(r)
}
