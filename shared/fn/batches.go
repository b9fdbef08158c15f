package fn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/shared/errs"
	"guardrails/shared/telemetry"
)

// Batches binds a queue's consumer that works on a batch as a whole, of any tenants, because many of its messages cost
// no more than one. The handler returns one error per message, nil for those that are done; the others come again.
func Batches[M any](build func(*Env) (func(ctx context.Context, batch []Message[M]) []error, error)) Binding {
	return Binding{kind: TriggerQueue, build: func(env *Env) (Function, error) {
		h, err := build(env)
		if err != nil {
			return nil, err
		}
		return &batchConsumer[M]{env: env, handle: h, maxReceive: maxReceive(env.Spec.Trigger.Source)}, nil
	}}
}

type batchConsumer[M any] struct {
	env        *Env
	handle     func(context.Context, []Message[M]) []error
	maxReceive int
}

// Invoke handles one SQS batch event.
func (c *batchConsumer[M]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.SQSEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not an SQS event")
	}
	ctx, cancel := context.WithTimeout(ctx, c.env.Spec.Timeout-answerMargin)
	defer cancel()
	res := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	failed := func(rec events.SQSMessage, err error) {
		c.env.Log.ErrorContext(ctx, "message failed", slog.String("message_id", rec.MessageId), slog.String("receive", rec.Attributes["ApproximateReceiveCount"]),
			slog.String("code", string(errs.CodeOf(err))), slog.String("error", err.Error()))
		c.env.Metrics.Count(telemetry.MessagesFailed, 1)
		res.BatchItemFailures = append(res.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: rec.MessageId})
	}
	var batch []Message[M]
	var of []events.SQSMessage
	for _, rec := range ev.Records {
		m, err := decode[M](rec, c.maxReceive)
		if err != nil {
			failed(rec, err)
			continue
		}
		batch, of = append(batch, m), append(of, rec)
	}
	for i, err := range c.all(ctx, batch) {
		if err != nil {
			failed(of[i], err)
		}
	}
	flush(ctx, c.env)
	return json.Marshal(res)
}

// all calls the handler. A panic fails the whole batch.
func (c *batchConsumer[M]) all(ctx context.Context, batch []Message[M]) (out []error) {
	defer func() {
		if v := recover(); v != nil {
			c.env.Log.ErrorContext(ctx, "panic", "panic_type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			out = make([]error, len(batch))
			for i := range out {
				out[i] = errors.New("panic in the handler")
			}
		}
	}()
	if len(batch) == 0 {
		return nil
	}
	return c.handle(ctx, batch)
}
