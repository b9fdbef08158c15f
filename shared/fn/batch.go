package fn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
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
}

// maxParallel is the largest batch, all of it at once.
const maxParallel = 10

// Messages binds a queue's consumer. Each message is handled on its own, ten at a time at most, and the batch's answer
// names those that failed; they come again. A message that cannot be decoded fails until it is in the dead-letter queue.
func Messages[M any](build func(*Env) (func(ctx context.Context, m Message[M]) error, error)) Binding {
	return Binding{kind: TriggerQueue, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &consumer[M]{env: env, handle: h, tracer: otel.Tracer("guardrails/shared/fn"), maxReceive: maxReceive(env.Spec.Trigger.Source)}, nil
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

type consumer[M any] struct {
	env        *Env
	handle     func(context.Context, Message[M]) error
	tracer     trace.Tracer
	maxReceive int
}

// Invoke handles one SQS batch event.
func (c *consumer[M]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.SQSEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not an SQS event")
	}
	ctx, cancel := context.WithTimeout(ctx, c.env.Spec.Timeout-answerMargin)
	defer cancel()
	failed := make([]bool, len(ev.Records))
	var g errgroup.Group
	g.SetLimit(maxParallel)
	for i := range ev.Records {
		g.Go(func() error {
			failed[i] = !c.one(ctx, ev.Records[i])
			return nil
		})
	}
	_ = g.Wait() // each message's failure is in failed
	res := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, f := range failed {
		if f {
			res.BatchItemFailures = append(res.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: ev.Records[i].MessageId})
			c.env.Metrics.Count(telemetry.MessagesFailed, 1)
		}
	}
	flush(ctx, c.env)
	return json.Marshal(res)
}

func flush(ctx context.Context, env *Env) {
	if err := env.Metrics.Flush(); err != nil {
		env.Log.WarnContext(ctx, "metrics not written", "error", err.Error())
	}
}

// one handles a message and reports whether it may be deleted.
func (c *consumer[M]) one(ctx context.Context, rec events.SQSMessage) (ok bool) {
	ctx, span := c.tracer.Start(extractTrace(ctx, rec), "process "+c.env.Spec.Trigger.Source, trace.WithSpanKind(trace.SpanKindConsumer))
	defer span.End()
	log := c.env.Log.With(slog.String("message_id", rec.MessageId), slog.String("receive", rec.Attributes["ApproximateReceiveCount"]))
	defer func() {
		if v := recover(); v != nil {
			log.ErrorContext(ctx, "panic", "panic_type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			ok = false
		}
	}()
	m, err := decode[M](rec, c.maxReceive)
	if err == nil {
		log = log.With(slog.String("tenant", m.Scope.TenantID()))
		err = c.handle(ctx, m)
	}
	if err != nil {
		c.env.countRefusal(err)
		log.ErrorContext(ctx, "message failed", "code", string(errs.CodeOf(err)), "error", err.Error())
		return false
	}
	return true
}

func extractTrace(ctx context.Context, rec events.SQSMessage) context.Context {
	carrier := propagation.MapCarrier{}
	if a, ok := rec.MessageAttributes[queue.AttrTrace]; ok && a.StringValue != nil {
		carrier["traceparent"] = *a.StringValue
	}
	return propagation.TraceContext{}.Extract(ctx, carrier)
}

// decode reads a message. The queue's policy lets only our functions send, so its tenant attribute is trusted.
func decode[M any](rec events.SQSMessage, maxReceive int) (Message[M], error) {
	var m Message[M]
	a, ok := rec.MessageAttributes[queue.AttrTenant]
	if !ok || a.StringValue == nil || !id.Valid(id.Tenant, *a.StringValue) {
		return m, errors.New("the message names no tenant")
	}
	m.Scope = scope.Mint(*a.StringValue)
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

// Records binds a stream's consumer. Records are handled in order; at the first that fails the rest is left, and the
// trigger comes again from there.
func Records(build func(*Env) (func(ctx context.Context, r Record) error, error)) Binding {
	return Binding{kind: TriggerStream, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &streamConsumer{env: env, handle: h}, nil
	}}
}

type streamConsumer struct {
	env    *Env
	handle func(context.Context, Record) error
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
	for _, rec := range ev.Records {
		if err := c.one(ctx, rec); err != nil {
			c.env.countRefusal(err)
			c.env.Log.ErrorContext(ctx, "record failed", "sequence", rec.Change.SequenceNumber, "error", err.Error())
			c.env.Metrics.Count(telemetry.MessagesFailed, 1)
			res.BatchItemFailures = append(res.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: rec.Change.SequenceNumber})
			break
		}
	}
	flush(ctx, c.env)
	return json.Marshal(res)
}

func (c *streamConsumer) one(ctx context.Context, rec events.DynamoDBEventRecord) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic of type %T in the handler", v)
		}
	}()
	pk, sk := rec.Change.Keys["pk"], rec.Change.Keys["sk"]
	if pk.DataType() != events.DataTypeString || sk.DataType() != events.DataTypeString {
		return errors.New("the record has no keys")
	}
	rest, ok := strings.CutPrefix(pk.String(), "T#")
	tenantID, part, _ := strings.Cut(rest, "#")
	if !ok || !id.Valid(id.Tenant, tenantID) {
		return nil // not a tenant's item: nothing to do
	}
	return c.handle(ctx, Record{Scope: scope.Mint(tenantID), Part: part, Sort: sk.String(), Event: rec.EventName, Image: rec.Change.NewImage})
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
	start := t.env.Clock.Now()
	err := t.handle(ctx)
	if err != nil {
		t.env.countRefusal(err)
		t.env.Log.ErrorContext(ctx, "schedule failed", "error", err.Error(), "duration", t.env.Clock.Now().Sub(start).Round(time.Millisecond).String())
	}
	flush(ctx, t.env)
	return []byte("{}"), err
}

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
	c, err := a.handle(ctx, ev.Headers, ev.RequestContext.Identity.SourceIP)
	a.env.countRefusal(err)
	flush(ctx, a.env)
	if err != nil {
		a.env.Log.ErrorContext(ctx, "caller not verified", "code", string(errs.CodeOf(err)), "error", err.Error())
		return nil, errors.New("the caller cannot be verified now")
	}
	principal, _ := c["principal"].(string)
	if principal == "" {
		principal = "anonymous"
	}
	return json.Marshal(events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: principal, Context: c,
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{
			{Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{ev.MethodArn}},
		}},
	})
}
