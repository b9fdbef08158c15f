package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
)

// one makes an attempt of one delivery: claim, render, sign and send, record.
func (r *round) one(ctx context.Context, i int) error {
	if r.next[i] && (r.unwell.Load() || r.Clock.Now().After(r.until)) {
		return nil // run puts it off
	}
	r.made[i].begun = true
	j := r.batch[i]
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		return r.refuse(ctx, j, codeNoEvent)
	}
	if err != nil {
		return err
	}
	v := drop
	row, changed, err := r.change(ctx, j, e, func(row Row) (Row, bool) {
		var next Row
		next, v = claim(row, j.Ticket, r.Clock.Now(), r.owner, r.lease())
		return next, v == attempt || next.DueAt != row.DueAt
	})
	if err != nil || v != attempt || !changed {
		return ignoreGone(err)
	}
	if row.Attempt == 1 && j.Ticket.Row != nil && !j.Ticket.Spare {
		r.Metrics.Observe(telemetry.DeliveryLatency, r.Clock.Now().Sub(id.Time(e.ID)))
	}
	plan, result, took := r.attempt(ctx, row, e)
	if took >= slowAttempt {
		r.lagged.Store(true)
	}
	r.made[i].attempted, r.made[i].arrived = true, result.Class == Delivered
	if result.Class != Delivered {
		r.unwell.Store(true)
	}
	return r.record(ctx, i, row, plan, result, took)
}

// plan is what is said of the deliveries of a version of a rule to a destination, or of those that no rule asked for.
func (r *round) plan(ctx context.Context, rule string, version int, destination string) (Plan, error) {
	switch {
	case rule != "":
		return r.Plan(ctx, r.scope, rule, version, destination)
	case r.destination.Hidden:
		return r.Hidden, nil
	}
	return Plan{}, nil
}

// attempt renders, signs and sends.
func (r *round) attempt(ctx context.Context, row Row, e outbox.Row) (Plan, Result, time.Duration) {
	plan, err := r.plan(ctx, row.Rule, row.RuleVersion, row.Destination)
	if errors.Is(err, errs.NotFound) {
		return plan, Result{Class: Permanent, Code: codeNoRule}, 0
	}
	if err != nil {
		return plan, Result{Class: Retryable, Code: "rule_unavailable"}, 0
	}
	event := Event{
		ID: e.PublicID(), Type: e.Type, Source: e.Source, Subject: e.Subject, Version: e.Version, Time: e.Time,
		Data: json.RawMessage(e.Data), Previous: json.RawMessage(e.Previous),
	}
	data := event.Data
	if plan.Render != nil {
		if data, err = plan.Render(ctx, event); err != nil {
			return plan, Result{Class: Permanent, Code: codeTemplate}, 0
		}
	}
	now := r.Clock.Now()
	target, err := r.Open(ctx, r.scope, r.destination, now)
	if err != nil {
		return plan, Result{Class: Retryable, Code: "secrets_unavailable"}, 0
	}
	limit := r.limits.Timeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, end.Sub(now)-spare)
	}
	own, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.Metrics.Count(telemetry.DeliveryAttempts, 1)
	result := r.kind.Send(own, target, Message{
		ID: row.ID, Attempt: row.Attempt, At: now, Event: event, Data: data, Templated: plan.Render != nil, Link: "/api/v1/deliveries/" + row.ID,
	})
	return plan, result, r.Clock.Now().Sub(now)
}

// record writes what came of an attempt, and sends the message of the next one.
func (r *round) record(ctx context.Context, i int, row Row, plan Plan, result Result, took time.Duration) error {
	// What was sent was sent: that is recorded even if the batch is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spare)
	defer cancel()
	now := r.Clock.Now()
	a := Attempt{Number: row.Attempt, At: ms(now.Add(-took)), Took: took.Milliseconds(), Status: result.Status, Code: result.Code, Sent: result.Headers}
	if len(result.Response) > 0 {
		a.Response = r.Redact(ctx, result.Response)
	}
	if len(a.Response) > keptResponse {
		if err := r.Rows.Keep(ctx, r.scope, row.ID, a); err != nil {
			r.Log.WarnContext(ctx, "whole response not kept", "delivery", row.ID, "error", err.Error())
		} else {
			a.More = true
		}
		a.Response = cut(a.Response, keptResponse)
	}
	delay, retry := time.Duration(0), false
	if result.Class == Retryable {
		delay, retry = plan.Retry.Delay(row.Attempt-row.Base, fromMS(row.FirstAt), now, result.RetryAfter, r.Random())
	}
	var next settled
	written, changed, err := changeTelling(ctx, r.Rows, r.scope, row, func(row Row) (Row, bool) {
		if !row.owns(r.owner, a.Number) {
			return row, false
		}
		if result.Class == Delivered {
			return succeed(row, a, now), true
		}
		next = fail(row, a, now, delay, retry)
		next.row.Quiet = next.row.Status == Dead && plan.Quiet
		return next.row, true
	}, plan.failure)
	r.learn(ctx, i, result, now)
	if err != nil {
		return ignoreGone(err)
	}
	if !changed {
		return nil // canceled meanwhile, or taken over by another after the lease was over
	}
	if next.again > 0 {
		if err := r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(written.Ticket(), next.again)}); err != nil {
			// The row is in the index of what is due: the delivery is late, not lost.
			r.Log.WarnContext(ctx, "next attempt not sent, left to the sweep", "delivery", row.ID, "error", err.Error())
		}
	}
	r.ended(written)
	return nil
}

// cut shortens a text to n bytes and no half character.
func cut(s string, n int) string {
	for n > 0 && n < len(s) && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// ended counts how a delivery ended.
func (r *round) ended(row Row) {
	switch row.Status {
	case Done:
		r.Metrics.Count(telemetry.DeliveriesDone, 1)
	case Dead:
		r.Metrics.Count(telemetry.DeliveriesDead, 1)
	case Pending, Parked, Delivering, Cancelled:
	}
}

// failure is the event of a delivery that failed for good, where its rule asks for one.
func (p Plan) failure(row Row) []events.Event {
	if row.Status != Dead || !p.Alert {
		return nil
	}
	return []events.Event{events.DeliveryFailed(events.DeliveryFailedData{
		DeliveryID: row.ID, EventID: row.EventID, EventType: row.EventType, RuleID: row.Rule, DestinationID: row.Destination, Reason: row.Reason,
		Attempts: row.Attempt, CausationDepth: row.Depth + 1,
	})}
}
