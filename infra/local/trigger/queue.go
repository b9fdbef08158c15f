package trigger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/infra/local/invoke"
	"guardrails/shared/clock"
	"guardrails/shared/id"
)

const (
	// receiveMax and deleteMax are SQS's own limits.
	receiveMax = 10
	deleteMax  = 10
	// longPoll is short of SQS's 20 s: a poll that a killed host leaves behind swallows messages until it ends.
	longPoll = 2 * time.Second
	// answerWithin is what a poll may take beside its waiting.
	answerWithin = 15 * time.Second
	deleteTries  = 3
	// brisk is how long after a batch more messages are thought to come.
	brisk = time.Second
)

// Queue is an event source mapping of an SQS queue with partial batch answers. The queue's own visibility timeout and
// redrive policy decide when a failed message comes back and when it goes to the dead-letter queue.
type Queue struct {
	// AWS is where the queue is.
	AWS aws.Config
	// Name is the queue's physical name.
	Name string
	// BatchSize is the most messages of a batch; above 10, or to wait for more than what is there, Window is needed.
	BatchSize int
	Window    time.Duration
	// Wait is how long a poll waits for a first message, also while the trigger stops: what a poll that is cut off was
	// just given would stay hidden for the queue's visibility timeout. 0 means two seconds, and cut off.
	Wait time.Duration
	// Concurrency is how many batches are worked on at once.
	Concurrency int
	// Pace is the pause between polls that do not wait, which one poller makes while messages keep coming; 0 means none of
	// them. It is for a queue that answers waiting polls late, as MiniStack's does: it looks ten times a second.
	Pace   time.Duration
	Target *invoke.Target
	IDs    *id.Generator
	Log    *slog.Logger
}

// Run polls until ctx ends and returns when the last batch is done; batches run under work.
func (q *Queue) Run(ctx, work context.Context) {
	api := sqs.NewFromConfig(q.AWS)
	var pollers sync.WaitGroup
	eager := make(chan struct{}, 1)
	for range q.Concurrency {
		pollers.Go(func() { (&poller{Queue: q, api: api, eager: eager}).poll(ctx, work) })
	}
	pollers.Wait()
}

// poller works on one batch at a time. Its url is nil until the queue is found, and again when it did not answer.
type poller struct {
	*Queue
	api *sqs.Client
	url *string
	// eager holds the poller that does not wait; busy is when this one was last given a batch.
	eager chan struct{}
	busy  time.Time
}

func (q *poller) poll(ctx, work context.Context) {
	down := outage{log: q.Log, source: q.Name}
	for ctx.Err() == nil {
		if err := q.find(ctx); err != nil {
			down.failed(ctx, err)
			continue
		}
		messages, err := q.gather(ctx)
		if len(messages) > 0 {
			q.handle(work, messages)
			q.busy = time.Now()
		}
		if err != nil {
			q.url = nil
			down.failed(ctx, err)
			continue
		}
		down.answered(ctx)
	}
}

func (q *poller) find(ctx context.Context) error {
	if q.url != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	found, err := q.api.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &q.Name})
	if err != nil {
		return fmt.Errorf("find the queue: %w", err)
	}
	q.url = found.QueueUrl
	return nil
}

// gather receives one batch: what one receive gives, or what arrives until the batch is full or the window is over.
// With an error, what was received before it is still a batch.
func (q *poller) gather(ctx context.Context) ([]types.Message, error) {
	messages, err := q.first(ctx)
	if err != nil || len(messages) == 0 || q.Window == 0 {
		return messages, err
	}
	over, cancel := context.WithTimeout(ctx, q.Window)
	defer cancel()
	for len(messages) < q.BatchSize && over.Err() == nil {
		more, err := q.receive(ctx, q.BatchSize-len(messages), time.Second)
		messages = append(messages, more...)
		if err != nil {
			return messages, err
		}
	}
	return messages, nil
}

// first receives what is there, or what comes first.
func (q *poller) first(ctx context.Context) ([]types.Message, error) {
	if time.Since(q.busy) < brisk {
		if messages, err := q.eagerly(ctx); err != nil || len(messages) > 0 {
			return messages, err
		}
	}
	return q.receive(ctx, q.BatchSize, cmp.Or(q.Wait, longPoll))
}

// eagerly polls without waiting, at the pace, while messages may be expected and no other poller does so.
func (q *poller) eagerly(ctx context.Context) ([]types.Message, error) {
	if q.Pace == 0 {
		return nil, nil
	}
	select {
	case q.eager <- struct{}{}:
		defer func() { <-q.eager }()
	default:
		return nil, nil
	}
	for since := time.Now(); time.Since(since) < brisk; {
		messages, err := q.receive(ctx, q.BatchSize, 0)
		if err != nil || len(messages) > 0 {
			return messages, err
		}
		if clock.Pause(ctx, q.Pace) != nil {
			return nil, nil // the caller looks at ctx
		}
	}
	return nil, nil
}

func (q *poller) receive(ctx context.Context, most int, wait time.Duration) ([]types.Message, error) {
	if q.Wait > 0 || wait == 0 {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, wait+answerWithin)
	defer cancel()
	out, err := q.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:                    q.url,
		MaxNumberOfMessages:         int32(min(most, receiveMax)),
		WaitTimeSeconds:             int32(wait / time.Second),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}
	return out.Messages, nil
}

// handle gives a batch to the function and deletes what it finished.
func (q *poller) handle(work context.Context, messages []types.Message) {
	failed, err := q.invoke(work, messages)
	if err != nil {
		q.Log.ErrorContext(work, "batch failed; its messages come back", "function", q.Target.Name, "messages", len(messages), "error", err)
		return
	}
	if len(failed) > 0 {
		q.Log.WarnContext(work, "messages failed; they come back", "function", q.Target.Name, "failed", len(failed), "messages", len(messages))
	}
	done := slices.DeleteFunc(messages, func(m types.Message) bool { return failed[aws.ToString(m.MessageId)] })
	for chunk := range slices.Chunk(done, deleteMax) {
		if err := q.remove(work, chunk); err != nil {
			q.Log.WarnContext(work, "finished messages were not deleted and come back", "function", q.Target.Name, "messages", len(chunk), "error", err)
		}
	}
}

func (q *poller) invoke(work context.Context, messages []types.Message) (map[string]bool, error) {
	ev := events.SQSEvent{}
	ids := map[string]bool{}
	for _, m := range messages {
		ev.Records = append(ev.Records, q.record(m))
		ids[aws.ToString(m.MessageId)] = true
	}
	payload, err := json.Marshal(ev)
	if err != nil {
		return nil, fmt.Errorf("encode the batch: %w", err)
	}
	out, err := q.Target.Call(work, q.IDs.New(id.Request), payload)
	if err != nil {
		return nil, err
	}
	failed, err := failures(out)
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for _, f := range failed {
		if !ids[f] {
			return nil, errUnknownItem
		}
		set[f] = true
	}
	return set, nil
}

// record is a message as functions see it.
func (q *poller) record(m types.Message) events.SQSMessage {
	attrs := map[string]events.SQSMessageAttribute{}
	for k, v := range m.MessageAttributes {
		attrs[k] = events.SQSMessageAttribute{
			StringValue: v.StringValue, BinaryValue: v.BinaryValue, DataType: aws.ToString(v.DataType),
			StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	region, _ := q.Target.Place()
	return events.SQSMessage{
		MessageId: aws.ToString(m.MessageId), ReceiptHandle: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body),
		Md5OfBody: aws.ToString(m.MD5OfBody), Md5OfMessageAttributes: aws.ToString(m.MD5OfMessageAttributes),
		Attributes: m.Attributes, MessageAttributes: attrs,
		EventSourceARN: q.Target.ARNOf("sqs", q.Name), EventSource: "aws:sqs", AWSRegion: region,
	}
}

// remove deletes up to ten messages; those that the answer names as failed are tried again.
func (q *poller) remove(work context.Context, messages []types.Message) error {
	work, cancel := context.WithTimeout(work, deleteTries*answerWithin)
	defer cancel()
	var entries []types.DeleteMessageBatchRequestEntry
	for i, m := range messages {
		entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	var err error
	for range deleteTries {
		var out *sqs.DeleteMessageBatchOutput
		if out, err = q.api.DeleteMessageBatch(work, &sqs.DeleteMessageBatchInput{QueueUrl: q.url, Entries: entries}); err != nil {
			continue
		}
		if len(out.Failed) == 0 {
			return nil
		}
		err = fmt.Errorf("%d of %d were refused: %s", len(out.Failed), len(entries), aws.ToString(out.Failed[0].Code))
		entries = slices.DeleteFunc(entries, func(e types.DeleteMessageBatchRequestEntry) bool {
			return !slices.ContainsFunc(out.Failed, func(f types.BatchResultErrorEntry) bool { return aws.ToString(f.Id) == aws.ToString(e.Id) })
		})
	}
	return err
}

// Faults of a function's batch answer: as on AWS, each makes the whole batch fail.
var (
	errBatchAnswer = errors.New("the batch answer is malformed")
	errUnknownItem = errors.New("the batch answer names an item that is not in the batch")
)

// failures reads the partial batch answer: the identifiers of the items that failed, in its order. No answer and an
// empty one mean that all succeeded; an empty identifier means that all failed.
func failures(answer []byte) ([]string, error) {
	if len(answer) == 0 || string(answer) == "null" {
		return nil, nil
	}
	var out struct {
		Failures []struct {
			Item *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, errBatchAnswer
	}
	var ids []string
	for _, f := range out.Failures {
		if f.Item == nil || *f.Item == "" {
			return nil, errBatchAnswer
		}
		ids = append(ids, *f.Item)
	}
	return ids, nil
}
