package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/blob"
	"guardrails/shared/callback"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// Document is one element of a job's documents, whatever it is: a bad one fails alone.
type Document struct{ raw json.RawMessage }

// UnmarshalJSON keeps the element's JSON.
func (d *Document) UnmarshalJSON(b []byte) error {
	d.raw = bytes.Clone(b)
	return nil
}

// MarshalJSON returns the element's JSON.
func (d Document) MarshalJSON() ([]byte, error) { return d.raw, nil }

// Schema says what a good document is, and lets every other pass.
func (Document) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "An object with id (1 to 256 bytes, unique in the job) and text (up to 1 MiB). A document that is not fails alone, among the results.",
		Examples:    []any{map[string]any{"id": "mail-17", "text": "Call me at +1 415 555 0132."}},
	}
}

type createInput struct {
	Body struct {
		Documents  []Document       `json:"documents,omitempty" minItems:"1" maxItems:"1000" doc:"The documents themselves, in a body of at most 5 MiB, or less where very many quotes, backslashes and line breaks make the request larger than 6 MB: each counts twice. Give either these or upload_id."`
		UploadID   string           `json:"upload_id,omitempty" maxLength:"64" doc:"An upload of up to 100,000 documents, one JSON object a line."`
		Options    *inspect.Options `json:"options,omitempty" doc:"How the documents are analyzed, as in analyze."`
		WebhookURL string           `json:"webhook_url,omitempty" maxLength:"2048" doc:"An https URL of a public host. Each event of the job's life is sent there as the older API sends those of tasks: a POST of {event_type, timestamp, task: {id, name, status}, error?, metadata: {total, done, failed}}, with event types task.submitted to task.cancelled, five seconds of time and three more tries, signed in X-Guardrails-Signature if the tenant has a webhook secret. Results are not sent. GET /api/v1/deliveries shows what became of them. For other bodies and retries use a rule and a destination."`
	}
}

type createAnswer struct {
	Location string `header:"Location" doc:"Where the job is."`
	Body     Job
}

// atWebhook points to where a job is to report to.
const atWebhook = "/webhook_url"

// submitter takes jobs in.
type submitter struct {
	env     *fn.Env
	jobs    *store
	content contents
	uploads uploads
	split   *queue.Queue
	inspect *inspect.Inspector
	hooks   *callback.Store
}

func bindCreate() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[createInput, createAnswer], error) {
		inspector, err := inspect.New(env)
		if err != nil {
			return nil, err
		}
		sub := &submitter{
			env: env, jobs: newStore(env), content: contents{env.Bucket(blob.Content)}, split: env.Queue(queue.JobSplit),
			uploads: uploads{table: env.Table(table.Jobs), bucket: env.Bucket(blob.Uploads)}, inspect: inspector,
			hooks: callback.New(env.Table(table.Policies), nil, env.Config.Destinations, env.Clock),
		}
		return sub.create, nil
	}, fn.Status(http.StatusAccepted))
}

func (sub *submitter) create(ctx context.Context, call *fn.Call, in *createInput) (*createAnswer, error) {
	tag, err := sub.check(ctx, call, in)
	if err != nil {
		return nil, err
	}
	j, err := sub.job(call, in)
	if err != nil {
		return nil, err
	}
	if call.Repeated {
		// The request before this one may have got as far as the row. What it stored may be gone again by now.
		made, err := sub.jobs.get(ctx, call.Scope, j.ID)
		if !errors.Is(err, errs.NotFound) {
			return sub.accepted(ctx, call, made, err)
		}
	}
	j.UploadTag = tag
	if j.Upload == "" {
		if err := sub.content.bucket.Put(ctx, call.Scope, inputPath(j.ID), linesOf(in.Body.Documents)); err != nil {
			return nil, err
		}
	}
	var hook []table.Op
	if j.Webhook != "" {
		h := callback.Hook{URL: j.Webhook, Location: atWebhook, Signed: true, Until: expires(call.Now), By: j.CreatedBy}
		if j.Hook, hook, err = sub.hooks.Prepare(ctx, call.Scope, h); err != nil {
			return nil, err
		}
	}
	return sub.accepted(ctx, call, j, sub.jobs.create(ctx, call.Scope, j, hook...))
}

// accepted sends a job whose row is written, and answers it.
func (sub *submitter) accepted(ctx context.Context, call *fn.Call, j job, err error) (*createAnswer, error) {
	if err != nil {
		return nil, err
	}
	// The job is accepted: its row is what counts. If the message is lost, the relay or the watch sends it.
	if j.Status != queued {
		return answerOf(j)
	}
	if err := sub.split.Send(ctx, call.Scope, splitMessage{Job: j.ID}); err != nil {
		sub.env.Log.WarnContext(ctx, "job not sent, left to the relay", "job", j.ID, "error", err.Error())
	}
	return answerOf(j)
}

func answerOf(j job) (*createAnswer, error) {
	v, err := view(j)
	return &createAnswer{Location: "/api/v1/jobs/" + j.ID, Body: v}, err
}

// check refuses a body of the wrong shape, options that nobody could analyze with, and addresses that nobody may
// send to, and puts the webhook's address into the form to keep. It returns the tag of the upload, if there is one.
func (sub *submitter) check(ctx context.Context, call *fn.Call, in *createInput) (string, error) {
	if (len(in.Body.Documents) == 0) == (in.Body.UploadID == "") {
		return "", errs.Invalid(errs.Field{Location: "/documents", Message: "expected exactly one of documents and upload_id"})
	}
	if in.Body.WebhookURL != "" {
		judged, err := sub.env.Config.Destinations.Check(in.Body.WebhookURL, atWebhook)
		if err != nil {
			return "", err
		}
		in.Body.WebhookURL = judged
	}
	if o := in.Body.Options; o != nil {
		if o.IncludeText && !call.Can(readFindingsText) {
			return "", errs.Newf(errs.Forbidden, "The credentials lack the permission %s, which include_text needs.", readFindingsText)
		}
		if err := sub.inspect.Check(ctx, call.Scope, *o, "/options"); err != nil {
			return "", err
		}
	}
	if in.Body.UploadID != "" {
		return sub.uploads.check(ctx, call.Scope, in.Body.UploadID)
	}
	return "", nil
}

// job makes the row of a new job. The caller's metadata is not kept.
func (sub *submitter) job(call *fn.Call, in *createInput) (job, error) {
	end := expires(call.Now)
	j := job{
		ID: call.NewID(sub.env.IDs, id.Job), Status: queued, Upload: in.Body.UploadID, Webhook: in.Body.WebhookURL, CreatedBy: call.Principal.ID(),
		CreatedAt: clock.Format(call.Now), ExpiresAt: clock.Format(end), TTL: table.TTL(end), Total: len(in.Body.Documents),
	}
	if in.Body.Options != nil {
		o := *in.Body.Options
		o.Metadata = nil
		b, err := json.Marshal(o)
		if err != nil {
			return j, fmt.Errorf("encode options: %w", err)
		}
		j.Options = string(b)
	}
	return j, nil
}

// linesOf writes each document on a line of its own, as an upload has them. White space goes; it holds no newline of
// a string, which is always escaped.
func linesOf(documents []Document) []byte {
	var out bytes.Buffer
	for _, d := range documents {
		if json.Compact(&out, d.raw) != nil {
			out.WriteString("null") // the edge has checked the body, so this cannot be
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}
