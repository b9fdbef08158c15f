package events

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// maxPublished is how many events a request may have, maxEvent how large the data of one may be, with what it was
	// before, in bytes.
	maxPublished = 100
	maxEvent     = 128 << 10
	maxID        = 128
	maxSubject   = 256
	// aheadOfTime is how far in the future an event may have occurred: clocks differ.
	aheadOfTime = 5 * time.Minute
	// dispatchWithin is how long a caller waits for the deliveries of what is accepted already: many events may meet many
	// rules, and a queue may hang.
	dispatchWithin = 2 * time.Second
	// writers bounds how many events of a request are written at once.
	writers = 16
)

// batch is the events of a request, each as it came: a bad one fails alone. It may be {"events": […]}, the array alone,
// or one event.
type batch struct {
	list []json.RawMessage
	// shape says what is wrong with the whole.
	shape *errs.Field
}

// published is an event as callers send it.
type published struct {
	Type     string          `json:"type"`
	Subject  string          `json:"subject"`
	Data     json.RawMessage `json:"data"`
	Previous json.RawMessage `json:"previous"`
	// OccurredAt is RFC 3339; now if it is empty.
	OccurredAt string `json:"occurred_at"`
	// ID is one of the caller's own.
	ID string `json:"id"`
}

// UnmarshalJSON parts a request into events.
func (b *batch) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	b.list, b.shape = nil, nil
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, &b.list)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	list, ok := fields["events"]
	switch {
	case !ok:
		b.list = []json.RawMessage{bytes.Clone(raw)}
	case len(fields) > 1:
		b.shape = &errs.Field{Location: "/events", Message: "expected no other field beside it"}
	case json.Unmarshal(list, &b.list) != nil:
		b.shape = &errs.Field{Location: "/events", Message: "expected an array"}
	}
	return nil
}

// MarshalJSON returns the events.
func (b batch) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]any{"events": b.list}) }

// Schema says what a request looks like, and lets everything pass: what is wrong is said for each event.
func (batch) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "One to 100 events as {\"events\": [...]}; an array alone or a single event is taken too. Each event has type (two to six lower-case parts with dots between, " +
			"not of the platform's families) and may have subject, data (an object; held to the type's schema if it has one), previous (an object: what the data was before), occurred_at (RFC 3339) and id " +
			"(the same id again is the same event). A bad event is rejected alone; if all are bad, the request is.",
		Examples: []any{map[string]any{"events": []any{map[string]any{
			"type": "orders.order.created", "subject": "order-17", "data": map[string]any{"status": "new", "total": 99.5},
		}}}},
	}
}

type publishInput struct {
	Body batch
}

type publishAnswer struct {
	Body struct {
		Accepted []string   `json:"accepted" nullable:"false" doc:"The ids of the events that were accepted, in their order."`
		Rejected []rejected `json:"rejected" nullable:"false" doc:"What was wrong with the others."`
	}
}

type rejected struct {
	Index int       `json:"index" minimum:"0" doc:"The event's place in the request."`
	Error eventFail `json:"error"`
}

type eventFail struct {
	Code   string       `json:"code" example:"invalid_request" doc:"A stable code."`
	Detail string       `json:"detail"`
	Errors []errs.Field `json:"errors,omitempty"`
}

// publisher takes callers' events in.
type publisher struct {
	env        *fn.Env
	events     *table.Table
	types      *eventtype.Cache
	dispatcher *dispatching
	gate       *gate
}

func publish(env *fn.Env) (fn.Handler[publishInput, publishAnswer], error) {
	t := env.Table(table.Events)
	p := &publisher{
		env: env, events: t, types: eventtype.NewCache(eventtype.New(env.Table(table.Policies)), env.Clock, env.Config.ConfigTTL), dispatcher: newDispatching(env),
		gate: newGate(env),
	}
	return p.publish, nil
}

// outcome is what became of one event.
type outcome struct {
	row outbox.Row
	// id is the event's public id; known says that it had been accepted before.
	id    string
	known bool
	err   error
}

// publish commits the events and sends their deliveries. An event that is committed is accepted, whatever comes after:
// what could not be sent is found by the stream.
func (p *publisher) publish(ctx context.Context, call *fn.Call, in *publishInput) (*publishAnswer, error) {
	b := in.Body
	switch {
	case b.shape != nil:
		return nil, errs.Invalid(*b.shape)
	case len(b.list) == 0 || len(b.list) > maxPublished:
		return nil, errs.Invalid(errs.Field{Location: "/events", Message: fmt.Sprintf("expected 1 to %d events", maxPublished)})
	}
	if err := p.gate.admit(ctx, call.Scope, len(b.list)); err != nil {
		return nil, err
	}
	done := make([]outcome, len(b.list))
	base := call.NewID(p.env.IDs, id.Event)
	var g errgroup.Group
	g.SetLimit(writers)
	for i, raw := range b.list {
		g.Go(func() error {
			done[i] = p.one(ctx, call, raw, id.Next(base, i))
			return nil
		})
	}
	_ = g.Wait() // each event's failure is its own
	return p.answer(ctx, call, done)
}

func (p *publisher) answer(ctx context.Context, call *fn.Call, done []outcome) (*publishAnswer, error) {
	out := &publishAnswer{}
	out.Body.Accepted, out.Body.Rejected = []string{}, []rejected{}
	var fresh []outbox.Row
	var faults []errs.Field
	var down error
	for i, o := range done {
		if o.err == nil {
			out.Body.Accepted = append(out.Body.Accepted, o.id)
			if !o.known {
				fresh = append(fresh, o.row)
			}
			continue
		}
		if !errors.Is(o.err, errs.InvalidRequest) && !errors.Is(o.err, errs.Conflict) && !errors.Is(o.err, errs.PayloadTooLarge) {
			down = o.err
		}
		f := failOf(o.err)
		for _, field := range f.Errors {
			faults = append(faults, errs.Field{Location: fmt.Sprintf("/events/%d%s", i, field.Location), Message: field.Message})
		}
		out.Body.Rejected = append(out.Body.Rejected, rejected{Index: i, Error: f})
	}
	p.dispatch(ctx, call.Scope, fresh)
	switch {
	case len(out.Body.Accepted) > 0:
		return out, nil
	case down != nil:
		return nil, down
	case len(faults) > 0:
		return nil, errs.Invalid(faults...)
	}
	return nil, done[0].err
}

func (p *publisher) dispatch(ctx context.Context, s tenant.Scope, fresh []outbox.Row) {
	if len(fresh) == 0 {
		return
	}
	p.env.Metrics.Count(telemetry.EventsAccepted, int64(len(fresh)))
	ctx, cancel := context.WithTimeout(ctx, dispatchWithin)
	defer cancel()
	if err := p.dispatcher.Dispatch(ctx, s, fresh...); err != nil {
		p.env.Metrics.Count(telemetry.EventsNotAnnounced, 1)
		p.env.Log.WarnContext(ctx, "events not dispatched, left to the stream", "events", len(fresh), "error", err.Error())
	}
	p.dispatcher.write(ctx)
}

// failOf is an error as it stands beside the events that were accepted.
func failOf(err error) eventFail {
	row := errs.RowOf(errs.CodeOf(err))
	f := eventFail{Code: string(row.Public), Detail: row.Title + "."}
	var e *errs.Error
	if errors.As(err, &e) {
		f.Errors = e.Fields
		if e.Message != "" {
			f.Detail = e.Message
		}
	}
	return f
}

// one checks and commits one event.
func (p *publisher) one(ctx context.Context, call *fn.Call, raw json.RawMessage, rowID string) outcome {
	in, err := decode(raw)
	if err != nil {
		return outcome{err: err}
	}
	version, err := p.check(ctx, call.Scope, in, call.Now)
	if err != nil {
		return outcome{err: err}
	}
	row := outbox.Row{
		ID: rowID, Given: in.ID, Source: "/tenants/" + call.Scope.TenantID(), Type: in.Type, Version: version, Subject: in.Subject,
		Time: clock.Format(call.Now), Data: orEmpty(in.Data), Previous: string(in.Previous), Trace: telemetry.Traceparent(ctx), TTL: table.TTL(call.Now.Add(outbox.KeepFor)),
	}
	said := digest(row, "")
	if at, err := time.Parse(time.RFC3339, in.OccurredAt); err == nil {
		row.Time = clock.Format(at)
		said = digest(row, row.Time)
	}
	return p.commit(ctx, call, row, said)
}

func orEmpty(data json.RawMessage) string {
	if len(data) == 0 {
		return "{}"
	}
	return string(data)
}

// commit writes an event. One with an id that was given before is the event of that id, if it says the same, by its digest.
func (p *publisher) commit(ctx context.Context, call *fn.Call, row outbox.Row, said []byte) outcome {
	key := table.EventKey(row.ID)
	if row.Given == "" {
		cond := table.Always()
		if call.Repeated { // what the request before wrote is the same
			cond = table.IfAbsent()
		}
		err := p.events.Put(ctx, call.Scope, key, row, cond)
		if errors.Is(err, table.ErrCondition) {
			err = nil
		}
		return outcome{row: row, id: row.ID, err: err}
	}
	given := eventquery.Given{ID: row.ID, Digest: said, TTL: row.TTL}
	err := table.Transact(ctx, p.events.PutOp(call.Scope, table.GivenKey(row.Given), given, table.IfAbsent()), p.events.PutOp(call.Scope, key, row, table.IfAbsent()))
	if !errors.Is(err, table.ErrCondition) {
		return outcome{row: row, id: row.Given, err: err}
	}
	var before eventquery.Given
	if err := p.events.Get(ctx, call.Scope, table.GivenKey(row.Given), &before); err != nil {
		return outcome{err: err}
	}
	if !bytes.Equal(before.Digest, given.Digest) {
		return outcome{err: errs.New(errs.Conflict, "The id was given to another event.")}
	}
	return outcome{row: row, id: row.Given, known: true}
}

// digest tells whether two events say the same. at is the time that the caller gave, "" if that was left open.
func digest(r outbox.Row, at string) []byte {
	h := sha256.New()
	for _, s := range []string{r.Type, r.Subject, canonical(r.Data), canonical(r.Previous), at} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s) // a hash never fails to write
	}
	return h.Sum(nil)
}

// canonical is JSON whose order and spacing tell nothing.
func canonical(s string) string {
	v := jsontext.Value(s)
	if v.Canonicalize() != nil {
		return s
	}
	return string(v)
}

// decode reads one event, strictly.
func decode(raw json.RawMessage) (published, error) {
	var in published
	if len(raw) == 0 || raw[0] != '{' {
		return in, errs.Invalid(errs.Field{Location: "", Message: "expected an object"})
	}
	if err := jsonv2.Unmarshal(raw, &in, jsonv2.RejectUnknownMembers(true)); err != nil {
		return in, errs.Invalid(errs.Field{Location: place(err), Message: "expected a field of an event, of its type"})
	}
	return in, nil
}

// place is where an event could not be decoded, if that is one of an event's fields: others may be anybody's text.
func place(err error) string {
	var e *jsonv2.SemanticError
	if !errors.As(err, &e) {
		return ""
	}
	switch p := string(e.JSONPointer); p {
	case "/type", "/subject", "/data", "/previous", "/occurred_at", "/id":
		return p
	}
	return ""
}

// check holds an event to the rules of all, and to its type's schema. It returns the version of the type.
func (p *publisher) check(ctx context.Context, s tenant.Scope, in published, now time.Time) (int, error) {
	var faults []errs.Field
	bad := func(location, message string) {
		faults = append(faults, errs.Field{Location: location, Message: message})
	}
	switch {
	case events.IsReserved(in.Type):
		bad("/type", "is of a family that is the platform's own")
	case !events.ValidType(in.Type):
		bad("/type", "expected two to six parts of lower-case letters, digits and '_', with dots between them")
	}
	if utf8.RuneCountInString(in.Subject) > maxSubject {
		bad("/subject", fmt.Sprintf("expected at most %d characters", maxSubject))
	}
	switch {
	case in.ID != "" && !goodID(in.ID):
		bad("/id", fmt.Sprintf("expected at most %d letters, digits and any of . _ : -", maxID))
	case id.Valid(id.Event, in.ID): // it would stand before the event that the platform gave this id
		bad("/id", "has the form of the platform's own ids")
	}
	for location, v := range map[string]json.RawMessage{"/data": in.Data, "/previous": in.Previous} {
		if len(v) > 0 && v[0] != '{' {
			bad(location, "expected an object")
		}
	}
	if in.OccurredAt != "" {
		if at, err := time.Parse(time.RFC3339, in.OccurredAt); err != nil {
			bad("/occurred_at", "expected an RFC 3339 time")
		} else if at.After(now.Add(aheadOfTime)) {
			bad("/occurred_at", "expected a time that is not in the future")
		}
	}
	if len(faults) > 0 {
		return 0, errs.Invalid(faults...)
	}
	if len(in.Data)+len(in.Previous) > maxEvent {
		return 0, errs.Newf(errs.PayloadTooLarge, "An event has at most %d KiB of data.", maxEvent>>10)
	}
	t, err := p.types.Lookup(ctx, s, in.Type)
	if errors.Is(err, errs.NotFound) {
		return 1, nil // of a type that nobody described
	}
	if err != nil {
		return 0, err
	}
	if faults = t.Validate([]byte(orEmpty(in.Data)), "/data"); len(faults) > 0 {
		return 0, errs.Invalid(faults...)
	}
	return t.Version, nil
}

// goodID reports whether an id of a caller's own is one that fits into paths and keys.
func goodID(s string) bool {
	if len(s) > maxID {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == ':' || c == '-') {
			return false
		}
	}
	return true
}
