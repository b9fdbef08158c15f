package jobs

import (
	"context"
	"errors"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
)

// Job is a batch as callers see it.
type Job struct {
	ID          string           `json:"id" example:"job_01jd3k5v8q2w4x6y8z0a1b2c3d"`
	Status      string           `json:"status" enum:"queued,running,completed,failed,cancelled"`
	Counts      Counts           `json:"counts"`
	UploadID    string           `json:"upload_id,omitempty" doc:"The upload that holds the documents."`
	Options     *inspect.Options `json:"options,omitempty" doc:"How the documents are analyzed."`
	WebhookURL  string           `json:"webhook_url,omitempty" doc:"Where the events of the job's life are sent."`
	CreatedAt   string           `json:"created_at" format:"date-time"`
	StartedAt   string           `json:"started_at,omitempty" format:"date-time"`
	CompletedAt string           `json:"completed_at,omitempty" format:"date-time" doc:"When the job was completed, failed or cancelled."`
	ExpiresAt   string           `json:"expires_at" format:"date-time" doc:"When the job and its results are deleted."`
	Error       *FailureCause    `json:"error,omitempty" doc:"Why the job as a whole failed."`
}

// Counts says how far a job is. At the end of a completed or failed job, total is done plus failed.
type Counts struct {
	Total  int `json:"total" doc:"How many documents the job has; while an upload is being read, how many were seen so far."`
	Done   int `json:"done" doc:"Documents with an analysis."`
	Failed int `json:"failed" doc:"Documents that could not be analyzed; each has its own error among the results."`
}

func view(j job) (Job, error) {
	v := Job{
		ID: j.ID, Status: string(j.Status), Counts: Counts{Total: j.Total, Done: j.Done, Failed: j.Failed}, UploadID: j.Upload,
		WebhookURL: j.Webhook, CreatedAt: j.CreatedAt, StartedAt: j.StartedAt, CompletedAt: j.CompletedAt, ExpiresAt: j.ExpiresAt,
	}
	if j.Reason != "" {
		v.Error = &FailureCause{Code: string(j.Reason), Detail: j.Reason.detail()}
	}
	if j.Options == "" {
		return v, nil
	}
	o, err := j.options()
	v.Options = &o
	return v, err
}

// jobPath is the path of the routes of one job.
type jobPath struct {
	ID string `path:"id" doc:"The job's id." example:"job_01jd3k5v8q2w4x6y8z0a1b2c3d"`
}

var errNoJob = errs.New(errs.NotFound, "There is no such job.")

// find reads a job of the caller's tenant; errs.NotFound if it has none with that id.
func (st *store) find(ctx context.Context, call *fn.Call, jobID string) (job, error) {
	if !id.Valid(id.Job, jobID) {
		return job{}, errNoJob
	}
	j, err := st.get(ctx, call.Scope, jobID)
	if errors.Is(err, errs.NotFound) {
		return j, errNoJob
	}
	return j, err
}
