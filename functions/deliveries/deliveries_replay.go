package deliveries

import (
	"context"
	"errors"
	"strings"
	"time"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// maxCounted is how many deliveries a replay counts before it answers; walkPage how many it reads at once.
	maxCounted = 100_000
	walkPage   = 500
	// countWithin leaves time to answer.
	countWithin = 15 * time.Second
)

type replayFilter struct {
	Status        string `json:"status,omitempty" enum:"delivered,dead,cancelled" default:"dead" doc:"What became of them; dead if not given. The dead ones of actions with on_failure log are left out: each can be retried by its id."`
	DestinationID string `json:"destination_id,omitempty" maxLength:"64" doc:"Only those to this destination."`
	RuleID        string `json:"rule_id,omitempty" maxLength:"64" doc:"Only those of this rule."`
	EventType     string `json:"event_type,omitempty" maxLength:"128" doc:"Only those of events of this type."`
	Since         string `json:"since,omitempty" format:"date-time" doc:"Only those of events from this time on."`
	Until         string `json:"until,omitempty" format:"date-time" doc:"Only those of events up to this time; now if not given."`
}

type replayInput struct {
	Body struct {
		Filter replayFilter `json:"filter" doc:"Which deliveries."`
		DryRun bool         `json:"dry_run,omitempty" doc:"Count and send nothing."`
	}
}

type replayAnswer struct {
	Body struct {
		ReplayID string `json:"replay_id,omitempty" doc:"Absent for a dry run."`
		Matched  int    `json:"matched" minimum:"0" doc:"How many deliveries match; at most 100,000 are counted."`
		Enqueued int    `json:"enqueued" minimum:"0" doc:"How many of them are being sent again: all, or none in a dry run."`
		Complete bool   `json:"complete" doc:"False if there are more than were counted; all of them are sent again all the same."`
	}
}

// replayMessage asks for the next part of a replay.
type replayMessage struct {
	Replay string         `json:"replay"`
	Filter deliver.Filter `json:"filter"`
	// Before is when the replay was asked for: what was begun anew since is not begun twice.
	Before time.Time     `json:"before"`
	At     deliver.Place `json:"at"`
	// Unordered is a destination that wants no order any more: what waited for it in order is sent, up to Before.
	Unordered string `json:"unordered,omitempty"`
}

// deliveriesReplay begins many deliveries anew. They are counted here and begun by a worker, at the rates of their
// destinations.
func deliveriesReplay(env *fn.Env) (fn.Handler[replayInput, replayAnswer], error) {
	rows, q, out := newRows(env), env.Queue(queue.Replays), env.Outbox()
	log := audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *replayInput) (*replayAnswer, error) {
		f, err := filterOf(in.Body.Filter, call.Now)
		if err != nil {
			return nil, err
		}
		a := &replayAnswer{}
		if a.Body.Matched, a.Body.Complete, err = countAll(ctx, env, rows, call.Scope, f); err != nil || in.Body.DryRun {
			return a, err
		}
		if a.Body.Matched == 0 {
			return a, nil
		}
		a.Body.ReplayID, a.Body.Enqueued = call.NewID(env.IDs, id.Replay), a.Body.Matched
		// The message goes first and counts once the record is there: nothing runs that is not on record, and nothing is on
		// record that does not run.
		m := replayMessage{Replay: a.Body.ReplayID, Filter: f, Before: call.Now}
		if err := q.SendLater(ctx, call.Scope, m, recordedWithin); err != nil {
			return nil, err
		}
		err = announce(ctx, call, out, log, in.Body.Filter, a)
		if errors.Is(err, table.ErrCondition) && call.Repeated {
			err = nil // the first try has done it
		}
		return a, err
	}, nil
}

const (
	// recordedWithin is how long after its message the record of a replay is there, nearly always; recordedAtMost is after
	// how long it never will be.
	recordedWithin = 2 * time.Second
	recordedAtMost = time.Minute
)

// recordOf is the id of the event that announces a replay: the same ULID under another prefix.
func recordOf(replayID string) string {
	return string(id.Event) + strings.TrimPrefix(replayID, string(id.Replay))
}

// announce records who began a replay, and of what.
func announce(ctx context.Context, call *fn.Call, out *outbox.Outbox, log *audit.Log, f replayFilter, a *replayAnswer) error {
	by := call.Actor()
	op, err := out.OpWithID(ctx, call.Scope, events.DeliveryReplayed(events.DeliveryReplayedData{
		ReplayID: a.Body.ReplayID, Matched: a.Body.Matched, Enqueued: a.Body.Enqueued, By: by.ID(),
		Filter: events.DeliveryFilter{Status: f.Status, DestinationID: f.DestinationID, RuleID: f.RuleID, EventType: f.EventType, Since: f.Since, Until: f.Until},
	}), recordOf(a.Body.ReplayID))
	if err != nil {
		return err
	}
	return table.Transact(ctx, append(log.Ops(call.Scope, by, by.Record(events.DeliveryReplayedType, a.Body.ReplayID)), op)...)
}

func filterOf(in replayFilter, now time.Time) (deliver.Filter, error) {
	f := deliver.Filter{Status: deliver.Status(in.Status), Destination: in.DestinationID, Rule: in.RuleID, EventType: in.EventType}
	if f.Status == "" {
		f.Status = deliver.Dead
	}
	if !f.Status.Ended() {
		return f, errs.Invalid(errs.Field{Location: "/filter/status", Message: "expected delivered, dead or cancelled"})
	}
	f.Kept = f.Status == deliver.Dead
	var err error
	f.Since, f.Until, err = fn.Period(in.Since, in.Until, "/filter/since", "/filter/until")
	if f.Until.IsZero() {
		f.Until = now
	}
	return f, err
}

// countAll counts what a filter matches, and tells whether that is all.
func countAll(ctx context.Context, env *fn.Env, rows *deliver.Rows, s tenant.Scope, f deliver.Filter) (int, bool, error) {
	end := env.Clock.Now().Add(countWithin)
	n, place := 0, deliver.Place{}
	for n < maxCounted && env.Clock.Now().Before(end) {
		found, next, done, err := rows.Walk(ctx, s, f, place, walkPage)
		if err != nil {
			return n, false, err
		}
		if n, place = n+len(found), next; done {
			return n, true, nil
		}
	}
	return n, false, nil
}
