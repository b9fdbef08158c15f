package deliveries

import (
	"cmp"
	"context"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// deliveryView is a delivery as the API shows it.
type deliveryView struct {
	ID            string        `json:"id" example:"dlv_01jd3zk8q4x5v6w7y8z9a0b1c2" doc:"Receivers of webhooks get it as webhook-id."`
	EventID       string        `json:"event_id"`
	EventType     string        `json:"event_type" example:"analysis.completed"`
	RuleID        string        `json:"rule_id,omitempty" doc:"Absent for test events, and for what a job's or a task's webhook_url gets."`
	RuleVersion   int           `json:"rule_version,omitempty" doc:"The version of the rule that matched; the delivery keeps to it."`
	DestinationID string        `json:"destination_id"`
	Status        string        `json:"status" enum:"pending,delivering,delivered,parked,dead,cancelled" doc:"Parked waits for its destination to be well; dead was given up and can be retried."`
	Reason        string        `json:"reason,omitempty" example:"http_503" doc:"The code of the last failure, or why it ended."`
	Attempts      []attemptView `json:"attempts,omitempty" doc:"The last 20 attempts, the oldest first. Lists leave them out."`
	AttemptCount  int           `json:"attempt_count" minimum:"0"`
	NextAttemptAt *string       `json:"next_attempt_at" format:"date-time" doc:"Null where none is planned."`
	CreatedAt     string        `json:"created_at" format:"date-time"`
	UpdatedAt     string        `json:"updated_at" format:"date-time"`
}

type attemptView struct {
	Number         int               `json:"number" minimum:"1"`
	StartedAt      string            `json:"started_at" format:"date-time"`
	DurationMS     int64             `json:"duration_ms" minimum:"0"`
	StatusCode     *int              `json:"status_code" doc:"Null where there was no answer."`
	Error          *string           `json:"error" example:"timeout" doc:"A stable code; null if it arrived."`
	RequestHeaders map[string]string `json:"request_headers,omitempty" doc:"Without secrets and signatures."`
	ResponseBody   string            `json:"response_body" doc:"The beginning of the answer, at most 16 KiB; personal data and secrets are redacted."`
}

func deliveryOf(r deliver.Row) deliveryView {
	v := deliveryView{
		ID: r.ID, EventID: cmp.Or(r.EventID, r.Event), EventType: r.EventType, RuleID: r.Rule, RuleVersion: r.RuleVersion, DestinationID: r.Destination,
		Status: string(r.Status), Reason: r.Reason, CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt), AttemptCount: r.Made(),
	}
	if next, ok := r.Next(); ok {
		s := clock.Format(next)
		v.NextAttemptAt = &s
	}
	return v
}

// wholeDelivery is a delivery with its attempts.
func wholeDelivery(ctx context.Context, rows *deliver.Rows, s tenant.Scope, r deliver.Row) (deliveryView, error) {
	v := deliveryOf(r)
	v.Attempts = []attemptView{}
	kept := map[int]deliver.Attempt{}
	for _, a := range r.Attempts {
		if a.More && len(kept) == 0 {
			var err error
			if kept, err = rows.Kept(ctx, s, r.ID); err != nil {
				return v, err
			}
		}
		if whole, ok := kept[a.Number]; a.More && ok {
			a.Response = whole.Response
		}
		v.Attempts = append(v.Attempts, attemptOf(a))
	}
	return v, nil
}

func attemptOf(a deliver.Attempt) attemptView {
	v := attemptView{Number: a.Number, StartedAt: at(a.At), DurationMS: a.Took, RequestHeaders: a.Sent, ResponseBody: a.Response}
	if a.Status != 0 {
		v.StatusCode = &a.Status
	}
	if a.Code != "" {
		v.Error = &a.Code
	}
	return v
}

type deliveryPath struct {
	ID string `path:"id" example:"dlv_01jd3zk8q4x5v6w7y8z9a0b1c2"`
}

type deliveryAnswer struct {
	Body deliveryView
}

func newRows(env *fn.Env) *deliver.Rows {
	return deliver.NewRows(env.Table(table.Deliveries), env.IDs, env.Clock)
}

// deliveryExists checks that the path names a delivery of the tenant.
func deliveryExists(env *fn.Env) fn.Finder {
	rows := newRows(env)
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		_, err := rows.Read(ctx, call.Scope, params["id"])
		return err
	}
}
