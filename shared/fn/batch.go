package fn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/internal/scope"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Message is one SQS message: whose it is, how often it was received, and its decoded body.
type Message[M any] struct {
	Scope tenant.Scope
	// Receive is 1 for the first try.
	Receive int
	// Last says that the queue gives the message to its dead-letter queue if this try fails.
	Last bool
	Body M

	span trace.Span
}

// In returns ctx in the message's own trace. A consumer of whole batches uses it for what it does for one message.
func (m Message[M]) In(ctx context.Context) context.Context {
	return trace.ContextWithSpan(ctx, m.span)
}

// maxParallel is the largest batch, all of it at once.
const maxParallel = 10

// Messages binds a queue's consumer. Each message is handled on its own, ten at a time at most, and the batch's answer
// names those that failed; they come again. A message that cannot be decoded fails until it is in the dead-letter queue.
func Messages[M any](build func(*Env) (func(ctx context.Context, m Message[M]) error, error)) Binding {
	return consumes(func(env *Env) (func(context.Context, []delivery[M]), error) {
		handle, err := build(env)
		return func(_ context.Context, batch []delivery[M]) {
			var g errgroup.Group
			g.SetLimit(maxParallel)
			for i := range batch {
				d := &batch[i]
				g.Go(func() error {
					d.err = env.guard(d.ctx, func() error { return handle(d.ctx, d.message) }, d.attrs()...)
					return nil
				})
			}
			_ = g.Wait() // each message's failure is its own
		}, err
	})
}

// Batches binds a queue's consumer that works on a batch as a whole, of any tenants, because many of its messages cost
// no more than one. The handler returns one error per message, nil for those that are done; the others come again. A
// panic fails the whole batch.
func Batches[M any](build func(*Env) (func(ctx context.Context, batch []Message[M]) []error, error)) Binding {
	return consumes(func(env *Env) (func(context.Context, []delivery[M]), error) {
		handle, err := build(env)
		return func(ctx context.Context, batch []delivery[M]) {
			messages := make([]Message[M], len(batch))
			links := make([]trace.Link, len(batch))
			for i, d := range batch {
				messages[i], links[i] = d.message, trace.Link{SpanContext: d.message.span.SpanContext()}
			}
			// The work is of all the messages' traces; of one message's alone it is a part of that.
			if len(batch) == 1 {
				ctx = messages[0].In(ctx)
			} else {
				var span trace.Span
				ctx, span = env.tracer.Start(ctx, "process batch of "+env.Spec.Trigger.Source, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(links...))
				defer span.End()
			}
			var errs []error
			all := env.guard(ctx, func() error {
				if errs = handle(ctx, messages); len(errs) != len(batch) {
					return fmt.Errorf("the handler tells how %d of %d messages ended", len(errs), len(batch))
				}
				return nil
			})
			for i := range batch {
				if batch[i].err = all; all == nil {
					batch[i].err = errs[i]
				}
			}
		}, err
	})
}

// delivery is one message on its way through a consumer: its context is of its own trace, err how it ended.
type delivery[M any] struct {
	record  events.SQSMessage
	message Message[M]
	ctx     context.Context //nolint:containedctx // a batch has as many as it has messages
	span    trace.Span
	err     error
}

// attrs name the message in log lines.
func (d *delivery[M]) attrs() []any {
	out := []any{slog.String("message_id", d.record.MessageId), slog.String("receive", d.record.Attributes["ApproximateReceiveCount"])}
	if d.message.Scope.Valid() {
		out = append(out, slog.String("tenant", d.message.Scope.TenantID()))
	}
	return out
}

type consumer[M any] struct {
	env        *Env
	handle     func(context.Context, []delivery[M])
	maxReceive int
}

func consumes[M any](build func(*Env) (func(context.Context, []delivery[M]), error)) Binding {
	return Binding{kind: TriggerQueue, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &consumer[M]{env: env, handle: h, maxReceive: maxReceive(env.Spec.Trigger.Source)}, nil
	}}
}

func maxReceive(name string) int {
	for _, d := range queue.Definitions() {
		if d.Name == name {
			return d.MaxReceive
		}
	}
	return 1
}

// Invoke handles one SQS batch event.
func (c *consumer[M]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.SQSEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not an SQS event")
	}
	ctx, cancel := context.WithTimeout(ctx, c.env.Spec.Timeout-answerMargin)
	defer cancel()
	batch, spoilt := c.open(ctx, ev.Records)
	if len(batch) > 0 {
		c.handle(ctx, batch)
	}
	res := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, d := range append(batch, spoilt...) {
		if c.close(d) {
			continue
		}
		res.BatchItemFailures = append(res.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: d.record.MessageId})
	}
	flush(ctx, c.env)
	return json.Marshal(res)
}

// open begins the span of each message and decodes it; those that do not decode are apart.
func (c *consumer[M]) open(ctx context.Context, records []events.SQSMessage) (batch, spoilt []delivery[M]) {
	source := c.env.Spec.Trigger.Source
	for _, rec := range records {
		d := delivery[M]{record: rec}
		d.ctx, d.span = c.env.start(
			telemetry.Follow(ctx, messageAttr(rec, queue.AttrTrace)), "process "+source, trace.SpanKindConsumer,
			attribute.String("messaging.system", "aws_sqs"), attribute.String("messaging.destination.name", source),
			attribute.String("messaging.operation.type", "process"), attribute.String("messaging.message.id", rec.MessageId),
			attribute.String("guardrails.receive", rec.Attributes["ApproximateReceiveCount"]),
		)
		d.message, d.err = decode[M](rec, c.maxReceive)
		d.message.span = d.span
		if d.err != nil {
			spoilt = append(spoilt, d)
			continue
		}
		d.span.SetAttributes(attribute.String("guardrails.tenant", d.message.Scope.TenantID()))
		batch = append(batch, d)
	}
	return batch, spoilt
}

// close tells how a message ended and reports whether it may be deleted.
func (c *consumer[M]) close(d delivery[M]) (done bool) {
	defer d.span.End()
	c.env.Metrics.Count(telemetry.Messages, 1)
	if d.err == nil {
		return true
	}
	c.env.countRefusal(d.err)
	c.env.Metrics.Count(telemetry.MessagesFailed, 1)
	d.span.SetStatus(codes.Error, string(errs.CodeOf(d.err)))
	attrs := append(d.attrs(), slog.String("code", string(errs.CodeOf(d.err))), slog.String("error", d.err.Error()))
	c.env.Log.ErrorContext(d.ctx, "message failed", append(attrs, traceID(d.ctx)...)...)
	return false
}

func flush(ctx context.Context, env *Env) {
	if err := env.Metrics.Flush(); err != nil {
		env.Log.WarnContext(ctx, "metrics not written", "error", err.Error())
	}
}

// errPanic stands for a panic, whose value may hold a caller's text.
var errPanic = errors.New("panic in the handler")

// guard calls f and turns a panic into errPanic; the log gets its type and place, and what it was about.
func (e *Env) guard(ctx context.Context, f func() error, about ...any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			attrs := append(about, slog.String("panic_type", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
			e.Log.ErrorContext(ctx, "panic", append(attrs, traceID(ctx)...)...)
			err = errPanic
		}
	}()
	return f()
}

func messageAttr(rec events.SQSMessage, name string) string {
	if a, ok := rec.MessageAttributes[name]; ok && a.StringValue != nil {
		return *a.StringValue
	}
	return ""
}

// decode reads a message. Its tenant attribute is trusted: no role but those of functions that declare the queue may send
// to it, and an account has no other principals with that right unless somebody gives it to them.
func decode[M any](rec events.SQSMessage, maxReceive int) (Message[M], error) {
	var m Message[M]
	of := messageAttr(rec, queue.AttrTenant)
	if !id.Valid(id.Tenant, of) {
		return m, errors.New("the message names no tenant")
	}
	m.Scope = scope.Mint(of)
	m.Receive, _ = strconv.Atoi(rec.Attributes["ApproximateReceiveCount"])
	m.Last = m.Receive >= maxReceive
	if err := json.Unmarshal([]byte(rec.Body), &m.Body); err != nil {
		return m, errors.New("the message's body does not decode") // the cause may quote it
	}
	return m, nil
}

// Record is one new image of a table's stream.
type Record struct {
	Scope tenant.Scope
	// Part and Sort are the item's key below its tenant.
	Part, Sort string
	// Event is INSERT, MODIFY or REMOVE.
	Event string
	Image map[string]events.DynamoDBAttributeValue
}

// Text returns a string attribute of the image, or "".
func (r Record) Text(name string) string {
	v, ok := r.Image[name]
	if !ok || v.DataType() != events.DataTypeString {
		return ""
	}
	return v.String()
}

// Texts returns a list of strings of the image, or nil.
func (r Record) Texts(name string) []string {
	v, ok := r.Image[name]
	if !ok || v.DataType() != events.DataTypeList {
		return nil
	}
	var out []string
	for _, e := range v.List() {
		if e.DataType() == events.DataTypeString {
			out = append(out, e.String())
		}
	}
	return out
}

// Int returns a whole number of the image, or 0.
func (r Record) Int(name string) int {
	v, ok := r.Image[name]
	if !ok || v.DataType() != events.DataTypeNumber {
		return 0
	}
	n, err := strconv.Atoi(v.Number())
	if err != nil {
		return 0
	}
	return n
}

// Records binds a stream's consumer. Records are handled in order; at the first that fails the rest is left, and the
// trigger comes again from there.
func Records(build func(*Env) (func(ctx context.Context, r Record) error, error)) Binding {
	return records(build, 1)
}

// AnyOrder is Records for a consumer that does not care for their order: several are handled at once, and those after the
// first that failed may be handled twice.
func AnyOrder(build func(*Env) (func(ctx context.Context, r Record) error, error)) Binding {
	return records(build, maxRecords)
}

// maxRecords is how many records are handled at once.
const maxRecords = 16

func records(build func(*Env) (func(ctx context.Context, r Record) error, error), atOnce int) Binding {
	return Binding{kind: TriggerStream, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &streamConsumer{env: env, handle: h, atOnce: atOnce}, nil
	}}
}

type streamConsumer struct {
	env    *Env
	handle func(context.Context, Record) error
	atOnce int
}

// several handles records at once and returns the place of the first that failed, or how many there are.
func (c *streamConsumer) several(ctx context.Context, list []events.DynamoDBEventRecord) int {
	failed := make([]bool, len(list))
	var g errgroup.Group
	g.SetLimit(c.atOnce)
	for i, rec := range list {
		g.Go(func() error {
			failed[i] = c.one(ctx, rec) != nil
			return nil
		})
	}
	_ = g.Wait() // see failed
	if first := slices.Index(failed, true); first >= 0 {
		return first
	}
	return len(list)
}

// Invoke handles one DynamoDB stream event.
func (c *streamConsumer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.DynamoDBEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not a DynamoDB stream event")
	}
	ctx, cancel := context.WithTimeout(ctx, c.env.Spec.Timeout-answerMargin)
	defer cancel()
	res := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	for part := range slices.Chunk(ev.Records, c.atOnce) {
		if first := c.several(ctx, part); first < len(part) {
			res.BatchItemFailures = append(res.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: part[first].Change.SequenceNumber})
			break
		}
	}
	flush(ctx, c.env)
	return json.Marshal(res)
}

// traceName is the attribute of an item that holds the trace of what wrote it.
const traceName = "traceparent"

// one handles a record, in the trace of what wrote the item, and tells how it ended.
func (c *streamConsumer) one(ctx context.Context, rec events.DynamoDBEventRecord) error {
	c.env.Metrics.Count(telemetry.Messages, 1)
	r, ours, err := openRecord(rec)
	if err == nil && !ours {
		return nil
	}
	if trace := r.Text(traceName); trace != "" {
		ctx = telemetry.Follow(ctx, trace)
	}
	ctx, span := c.env.start(ctx, "process "+c.env.Spec.Trigger.Source, trace.SpanKindConsumer, attribute.String("guardrails.stream_event", rec.EventName))
	defer span.End()
	if err == nil {
		span.SetAttributes(attribute.String("guardrails.tenant", r.Scope.TenantID()))
		err = c.env.guard(ctx, func() error { return c.handle(ctx, r) })
	}
	if err == nil {
		return nil
	}
	c.env.countRefusal(err)
	c.env.Metrics.Count(telemetry.MessagesFailed, 1)
	span.SetStatus(codes.Error, string(errs.CodeOf(err)))
	attrs := []any{slog.String("sequence", rec.Change.SequenceNumber), slog.String("error", err.Error())}
	c.env.Log.ErrorContext(ctx, "record failed", append(attrs, traceID(ctx)...)...)
	return err
}

// openRecord reads a stream's record. It is not ours if it is no tenant's item.
func openRecord(rec events.DynamoDBEventRecord) (r Record, ours bool, err error) {
	pk, sk := rec.Change.Keys["pk"], rec.Change.Keys["sk"]
	if pk.DataType() != events.DataTypeString || sk.DataType() != events.DataTypeString {
		return Record{}, false, errors.New("the record has no keys")
	}
	rest, ok := strings.CutPrefix(pk.String(), "T#")
	tenantID, part, _ := strings.Cut(rest, "#")
	if !ok || !id.Valid(id.Tenant, tenantID) {
		return Record{}, false, nil
	}
	return Record{Scope: scope.Mint(tenantID), Part: part, Sort: sk.String(), Event: rec.EventName, Image: rec.Change.NewImage}, true, nil
}

// Tick binds a schedule.
func Tick(build func(*Env) (func(ctx context.Context) error, error)) Binding {
	return Binding{kind: TriggerSchedule, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &ticker{env: env, handle: h}, nil
	}}
}

type ticker struct {
	env    *Env
	handle func(context.Context) error
}

// Invoke handles one scheduled event; its payload does not matter.
func (t *ticker) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, t.env.Spec.Timeout-answerMargin)
	defer cancel()
	ctx, span := t.env.start(ctx, "run "+t.env.Spec.Name, trace.SpanKindConsumer)
	defer span.End()
	start := t.env.Clock.Now()
	err := t.handle(ctx)
	if err != nil {
		t.env.countRefusal(err)
		span.SetStatus(codes.Error, string(errs.CodeOf(err)))
		attrs := []any{slog.String("error", err.Error()), slog.Duration("duration", t.env.Clock.Now().Sub(start))}
		t.env.Log.ErrorContext(ctx, "schedule failed", append(attrs, traceID(ctx)...)...)
	}
	flush(ctx, t.env)
	return []byte("{}"), err
}

// Anonymous is the principal that the gateway hears of where there is none.
const Anonymous = "anonymous"

// AuthorizeFunc turns the headers and address of a request into claims, or says why it has none.
type AuthorizeFunc func(ctx context.Context, headers map[string]string, sourceIP string) (map[string]any, error)

// Authorize binds the API's authorizer. It always allows and lets the function's edge refuse, so that every refusal is
// one problem document: the edge denies whoever has no principal in the context. An error means that nobody can tell,
// and the gateway answers 503.
func Authorize(build func(*Env) (AuthorizeFunc, error)) Binding {
	return Binding{kind: TriggerAuthorizer, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &authorizer{env: env, handle: h}, nil
	}}
}

type authorizer struct {
	env    *Env
	handle AuthorizeFunc
}

// Invoke handles one REQUEST authorizer event.
func (a *authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayCustomAuthorizerRequestTypeRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not an authorizer event")
	}
	ctx, cancel := context.WithTimeout(ctx, a.env.Spec.Timeout-answerMargin)
	defer cancel()
	// Without a caller's trace there is none yet: the route's function begins it.
	if parent := traceparent(ev.Headers); parent != "" {
		var span trace.Span
		ctx, span = a.env.start(telemetry.Follow(ctx, parent), "authorize", trace.SpanKindServer)
		defer span.End()
	}
	c, err := a.handle(ctx, ev.Headers, ev.RequestContext.Identity.SourceIP)
	if err != nil { // the gateway answers 503 and no route hears of it
		a.env.Metrics.Count(telemetry.ServedRequests, 1)
		a.env.Metrics.Count(telemetry.ServedErrors, 1)
	}
	a.env.countRefusal(err)
	flush(ctx, a.env)
	if err != nil {
		a.env.Log.ErrorContext(ctx, "caller not verified", "code", string(errs.CodeOf(err)), "error", err.Error())
		return nil, errors.New("the caller cannot be verified now")
	}
	principal, _ := c["principal"].(string)
	if principal == "" {
		principal = Anonymous
	}
	return json.Marshal(events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: principal, Context: c,
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{
			{Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{ev.MethodArn}},
		}},
	})
}
