package legacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"guardrails/shared/blob"
	"guardrails/shared/destination"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/policy"
	"guardrails/shared/queue"
	"guardrails/shared/redact"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

// taskOptions are what a task was asked to do, as kept with it.
type taskOptions struct {
	// Frameworks are ids of shipped packs.
	Frameworks []string `json:"frameworks,omitempty"`
	// Strategy is how entities are replaced; empty means not at all.
	Strategy    string `json:"strategy,omitempty"`
	WebhookURL  string `json:"webhook_url,omitempty"`
	SignPayload bool   `json:"sign_payload,omitempty"`
}

// order is a task to be submitted.
type order struct {
	name    task.Name
	text    string
	options taskOptions
}

type analyzeAsync struct {
	Body struct {
		_                 struct{} `json:"-" additionalProperties:"true"`
		Text              string   `json:"text" minLength:"1" maxLength:"50000" doc:"The text to analyze."`
		Frameworks        []string `json:"frameworks,omitempty" maxItems:"20" doc:"Frameworks to check, in any spelling; all shipped ones if not given." example:"[\"HIPAA\"]"`
		IncludeRedaction  bool     `json:"include_redaction,omitempty" doc:"Answer the redacted text too."`
		RedactionStrategy string   `json:"redaction_strategy,omitempty" default:"token" enum:"mask,token,partial,hash,replace,remove,keep,encrypt,pseudonym" doc:"How entities are replaced."`
		WebhookURL        string   `json:"webhook_url,omitempty" maxLength:"2048" doc:"An https URL of a public host. Each event of the task's life is sent there: a POST of {event_type, timestamp, task: {id, name, status}, error?}, with five seconds of time and three more tries. Results are not sent: get them by the task's id. GET /api/v1/deliveries shows what became of them."`
		SignPayload       bool     `json:"sign_payload,omitempty" doc:"Sign what is sent, in X-Guardrails-Signature: sha256= and the hexadecimal HMAC-SHA256 of the body under the tenant's webhook secret, which GET /api/v1/webhook-secret shows. The first such task makes one."`
	}
}

type textQuery struct {
	Text string `query:"text" required:"true" minLength:"1" maxLength:"50000" doc:"The text."`
}

type complianceQuery struct {
	Text       string   `query:"text" required:"true" minLength:"1" maxLength:"50000" doc:"The text to check."`
	Frameworks []string `query:"frameworks,explode" maxItems:"20" doc:"Frameworks to check, in any spelling; all shipped ones if not given."`
}

type redactQuery struct {
	Text     string `query:"text" required:"true" minLength:"1" maxLength:"50000" doc:"The text to redact."`
	Strategy string `query:"strategy" default:"token" enum:"mask,token,partial,hash,replace,remove,keep,encrypt,pseudonym" doc:"How entities are replaced."`
}

func analyzeTask(in *analyzeAsync, rules destination.Rules) (order, error) {
	b := in.Body
	o := order{name: task.Analyze, text: b.Text, options: taskOptions{WebhookURL: b.WebhookURL, SignPayload: b.SignPayload}}
	if b.IncludeRedaction {
		o.options.Strategy = b.RedactionStrategy
	}
	if b.WebhookURL != "" {
		judged, err := rules.Check(b.WebhookURL, atWebhook)
		if err != nil {
			return o, err
		}
		o.options.WebhookURL = judged
	}
	var err error
	o.options.Frameworks, err = packs(b.Frameworks, "/frameworks/%d")
	return o, err
}

func detectTask(in *textQuery, _ destination.Rules) (order, error) {
	return order{name: task.Detect, text: in.Text}, nil
}

func complianceTask(in *complianceQuery, _ destination.Rules) (order, error) {
	ids, err := packs(in.Frameworks, "query.frameworks[%d]")
	return order{name: task.Compliance, text: in.Text, options: taskOptions{Frameworks: ids}}, err
}

func redactTask(in *redactQuery, _ destination.Rules) (order, error) {
	return order{name: task.Redact, text: in.Text, options: taskOptions{Strategy: in.Strategy}}, nil
}

// defaultPacks are the packs that callers who name none have always had.
func defaultPacks() []string { return []string{"hipaa", "gdpr", "pci_dss", "pipeda", "soc2", "ccpa"} }

// packs returns the ids of the shipped packs that names stand for; no names mean the default ones. The format makes the
// place of a name that stands for none.
func packs(names []string, at string) ([]string, error) {
	var ids []string
	var faults []errs.Field
	for i, n := range names {
		packID, ok := policy.PackID(n)
		if !ok {
			faults = append(faults, errs.Field{Location: fmt.Sprintf(at, i), Message: "names no framework"})
		}
		ids = append(ids, packID)
	}
	if len(faults) > 0 {
		return nil, errs.Invalid(faults...)
	}
	if len(ids) == 0 {
		return defaultPacks(), nil
	}
	return ids, nil
}

// choiceOf is a strategy as the redaction knows it. The older API masks with four characters, whatever the length.
func choiceOf(strategy string) *redact.Choice {
	if strategy == string(redact.Mask) {
		return &redact.Choice{Method: redact.Method{Operator: redact.Replace, NewValue: new("****")}}
	}
	return &redact.Choice{Method: redact.Method{Operator: redact.Operator(strategy)}}
}

type submitAnswer struct {
	Body struct {
		TaskID      string `json:"task_id" example:"tsk_01jd3k5v8q2w4x6y8z0a1b2c3d"`
		Status      string `json:"status" enum:"PENDING"`
		SubmittedAt string `json:"submitted_at" format:"date-time"`
		Message     string `json:"message"`
	}
}

// submitter takes tasks in.
type submitter struct {
	env     *fn.Env
	tasks   *task.Store
	content *blob.Store
	queue   *queue.Queue
	hook    hooker
}

// newSubmitter returns the builder of a route whose input becomes an order, and whose tasks may report to an address if
// hooks returns a hooker.
func newSubmitter[In any](read func(*In, destination.Rules) (order, error), hooks func(*fn.Env) hooker) func(*fn.Env) (fn.Handler[In, submitAnswer], error) {
	return func(env *fn.Env) (fn.Handler[In, submitAnswer], error) {
		sub := &submitter{env: env, tasks: newTasks(env), content: env.Bucket(blob.Content), queue: env.Queue(queue.Tasks), hook: hooks(env)}
		return func(ctx context.Context, call *fn.Call, in *In) (*submitAnswer, error) {
			o, err := read(in, env.Config.Destinations)
			if err != nil {
				return nil, err
			}
			return sub.submit(ctx, call, o)
		}, nil
	}
}

func (sub *submitter) submit(ctx context.Context, call *fn.Call, o order) (*submitAnswer, error) {
	options, err := json.Marshal(o.options)
	if err != nil {
		return nil, fmt.Errorf("encode options: %w", err)
	}
	t := task.Task{ID: call.NewID(sub.env.IDs, id.Task), Name: o.name, Options: string(options), CreatedBy: call.Principal.ID()}
	if call.Repeated {
		// The request before this one may have got as far as the row, and the task may be run and its text deleted.
		made, err := sub.tasks.Get(ctx, call.Scope, t.ID)
		if !errors.Is(err, errs.NotFound) {
			return submitted(made), err
		}
	}
	var hook []table.Op
	if o.options.WebhookURL != "" && sub.hook != nil {
		if t.Hook, hook, err = sub.hook(ctx, call, o.options); err != nil {
			return nil, err
		}
	}
	if err := sub.content.Put(ctx, call.Scope, textPath(t.ID), []byte(o.text)); err != nil {
		return nil, err
	}
	if t, err = sub.tasks.Submit(ctx, call.Scope, t, hook...); err != nil {
		return nil, err
	}
	// The task is accepted: its row is what counts. If the message is lost, the watch sends it.
	if err := sub.queue.Send(ctx, call.Scope, task.Message{Task: t.ID}); err != nil {
		sub.env.Log.WarnContext(ctx, "task not sent, left to the watch", "task", t.ID, "error", err.Error())
	}
	return submitted(t), nil
}

func submitted(t task.Task) *submitAnswer {
	var out submitAnswer
	out.Body.TaskID, out.Body.Status, out.Body.SubmittedAt = t.ID, string(task.Pending), t.SubmittedAt
	out.Body.Message = "The task was submitted. Ask /api/v1/tasks/" + t.ID + " how far it is."
	return &out
}

func textPath(taskID string) string   { return "tasks/" + taskID + "/text" }
func resultPath(taskID string) string { return "tasks/" + taskID + "/result" }

// maxText is the longest text of a task in bytes: 50,000 code points.
const maxText = 4 * 50_000
