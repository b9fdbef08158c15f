package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
)

// Attributes of every message.
const (
	AttrTenant = "tenant"
	AttrTrace  = "traceparent"
)

// ErrNotDeclared is returned when a function uses a queue in a way that its Spec does not declare.
var ErrNotDeclared = errors.New("queue: access not declared by the function")

// Access is what the holder of a Queue may do with it.
type Access struct {
	Send, Inspect bool
}

// Queue is one SQS queue. Messages carry their tenant as an attribute and as message group, so that one tenant's
// backlog does not delay another's (fair queues).
type Queue struct {
	api    *sqs.Client
	name   string
	access Access
	mu     sync.Mutex
	url    string
}

// New returns a client of the physical queue name.
func New(api *sqs.Client, name string, access Access) *Queue {
	return &Queue{api: api, name: name, access: access}
}

func (q *Queue) resolve(ctx context.Context) (*string, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.url == "" {
		res, err := q.api.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &q.name})
		if err != nil {
			return nil, failure("find queue "+q.name, err)
		}
		q.url = aws.ToString(res.QueueUrl)
	}
	return aws.String(q.url), nil
}

func failure(doing string, err error) error {
	return outage.Failure("The queue does not answer now.", doing, err)
}

func attributes(s scope.Scope, trace string) map[string]types.MessageAttributeValue {
	m := map[string]types.MessageAttributeValue{AttrTenant: {DataType: aws.String("String"), StringValue: aws.String(s.TenantID())}}
	if trace != "" {
		m[AttrTrace] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(trace)}
	}
	return m
}

// Send puts one message, encoded as JSON, on the queue. When it returns nil the message is durable.
func (q *Queue) Send(ctx context.Context, s scope.Scope, body any) error {
	return q.SendBatch(ctx, s, []any{body})
}

// SendLater is Send for a message that nobody receives before delay is over, 15 minutes at most.
func (q *Queue) SendLater(ctx context.Context, s scope.Scope, body any, delay time.Duration) error {
	return q.SendAll(ctx, s, []Message{{Body: body, Delay: delay}})
}

// Message is one message of SendAll.
type Message struct {
	// Body is encoded as JSON; a Traced one belongs to a trace of its own.
	Body any
	// Delay is how long nobody receives the message, at most MaxDelay, in whole seconds.
	Delay time.Duration
}

// MaxDelay is the longest delay of a message.
const MaxDelay = 15 * time.Minute

// SendAll is SendBatch for messages with settings of their own.
func (q *Queue) SendAll(ctx context.Context, s scope.Scope, messages []Message) error {
	if !q.access.Send {
		return fmt.Errorf("send to %s: %w", q.name, ErrNotDeclared)
	}
	url, err := q.resolve(ctx)
	if err != nil {
		return err
	}
	encoded := make([][]byte, len(messages))
	for i, m := range messages {
		if encoded[i], err = encode(m.Body); err != nil {
			return fmt.Errorf("encode message for %s: %w", q.name, err)
		}
	}
	for start := 0; start < len(messages); {
		n := batch(encoded[start:])
		if err := q.send(ctx, url, s, messages[start:start+n], encoded[start:start+n]); err != nil {
			var some *PartialError
			if errors.As(err, &some) {
				some.spread(start, len(messages))
			}
			return err
		}
		start += n
	}
	return nil
}

// What SQS takes in one call: so many messages, and so many bytes of bodies and attributes, of which a message of ours
// has less than maxAttributes.
const (
	maxBatch      = 10
	maxBatchBytes = 256 << 10
	maxAttributes = 512
)

// batch is how many messages go in the next call: one at least.
func batch(encoded [][]byte) int {
	size := 0
	for n, b := range encoded {
		if size += len(b) + maxAttributes; n == maxBatch || n > 0 && size > maxBatchBytes {
			return n
		}
	}
	return len(encoded)
}

// SendBatch puts messages on the queue, ten a call. It returns an error if any was not taken; those before it were, and a
// PartialError in its chain, if there is one, tells which were not.
func (q *Queue) SendBatch(ctx context.Context, s scope.Scope, bodies []any) error {
	messages := make([]Message, len(bodies))
	for i, b := range bodies {
		messages[i].Body = b
	}
	return q.SendAll(ctx, s, messages)
}

// encode makes a message's body; one that is JSON already goes as it is. Nobody puts it into a page: < and > stay what they
// are, or a message of them would be six times as long.
func encode(body any) ([]byte, error) {
	if t, ok := body.(Traced); ok {
		body = t.Body
	}
	if raw, ok := body.(json.RawMessage); ok {
		return raw, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (q *Queue) send(ctx context.Context, url *string, s scope.Scope, messages []Message, encoded [][]byte) error {
	in := &sqs.SendMessageBatchInput{QueueUrl: url}
	for i, m := range messages {
		traceparent, sent := q.sending(ctx, m.Body)
		defer sent() // with the call that takes all of them
		in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(encoded[i])),
			MessageAttributes: attributes(s, traceparent), MessageGroupId: aws.String(s.TenantID()), DelaySeconds: int32(m.Delay / time.Second),
		})
	}
	if len(in.Entries) == 1 {
		e := in.Entries[0]
		_, err := q.api.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: url, MessageBody: e.MessageBody, MessageAttributes: e.MessageAttributes, MessageGroupId: e.MessageGroupId, DelaySeconds: e.DelaySeconds,
		})
		if err != nil {
			return failure("send to "+q.name, err)
		}
		return nil
	}
	res, err := q.api.SendMessageBatch(ctx, in)
	if err != nil {
		return failure("send to "+q.name, err)
	}
	if len(res.Failed) == 0 {
		return nil
	}
	partial := &PartialError{Failed: make([]bool, len(messages)), code: aws.ToString(res.Failed[0].Code)}
	for _, f := range res.Failed {
		if i, err := strconv.Atoi(aws.ToString(f.Id)); err == nil && i < len(messages) {
			partial.Failed[i] = true
		}
	}
	return failure("send to "+q.name, partial)
}

// PartialError says which of several messages the queue did not take.
type PartialError struct {
	// Failed holds one entry per message.
	Failed []bool
	code   string
}

// spread makes an error about a call's messages one about all: those before were taken, those after it not sent.
func (e *PartialError) spread(before, all int) {
	failed := append(make([]bool, before), e.Failed...)
	for len(failed) < all {
		failed = append(failed, true)
	}
	e.Failed = failed
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("some of %d messages refused: %s", len(e.Failed), e.code)
}

// Depth is how many messages wait and how many are being worked on, both approximate.
type Depth struct{ Waiting, InFlight int }

// Depth asks the queue for its depth.
func (q *Queue) Depth(ctx context.Context) (Depth, error) {
	if !q.access.Inspect {
		return Depth{}, fmt.Errorf("inspect %s: %w", q.name, ErrNotDeclared)
	}
	url, err := q.resolve(ctx)
	if err != nil {
		return Depth{}, err
	}
	names := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}
	res, err := q.api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: names})
	if err != nil {
		return Depth{}, failure("inspect "+q.name, err)
	}
	waiting, _ := strconv.Atoi(res.Attributes[string(names[0])])
	flight, _ := strconv.Atoi(res.Attributes[string(names[1])])
	return Depth{waiting, flight}, nil
}

// Probe asks whether the queue answers, in the ways that can be tried without a message: it is found, and its depth is
// read if that is declared. Nothing shows before the first message that sending is allowed.
func (q *Queue) Probe(ctx context.Context) error {
	if q.access.Inspect {
		_, err := q.Depth(ctx)
		return err
	}
	_, err := q.resolve(ctx)
	return err
}
