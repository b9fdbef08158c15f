package redrive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/awshttp"
	"guardrails/shared/clock"
	"guardrails/shared/queue"
)

const (
	// batch is SQS's own limit.
	batch = 10
	// pollFor is how long a receive waits, in seconds: with a wait, SQS asks all of its servers.
	pollFor = 1
	// hold is how long a message that was received stays hidden: one that is not moved comes back after that.
	hold = 2 * time.Minute
	// quiet is after how many receives that bring nothing new the queue is taken for done.
	quiet = 3
	// most is how many messages one run looks at: as many as SQS lets be in flight.
	most = 100_000
	// callWithin bounds one try of a call, deleteWithin how long an interrupted run may take to delete what was sent.
	callWithin   = 10 * time.Second
	deleteWithin = 10 * time.Second
)

// Filter says which messages are moved. The zero Filter takes all.
type Filter struct {
	// Tenant is whose they are.
	Tenant string
	// Older and Younger bound how long ago they were sent at first; 0 does not.
	Older, Younger time.Duration
}

// Options say how they are moved.
type Options struct {
	Filter Filter
	// Max is how many are moved at most, Rate how many a second; 0 does not bound them.
	Max  int
	Rate float64
	// DryRun only counts.
	DryRun bool
	// Hold is how long received messages stay hidden from others; 0 is two minutes.
	Hold time.Duration
}

// Count is what became of the messages that were looked at.
type Count struct {
	// Matched were asked for by the filter. Moved of them were sent and deleted; Doubled were sent, and may still be in the
	// dead-letter queue; Refused were not taken by the queue, and stay.
	Matched, Moved, Doubled, Refused int
	// Other messages were not asked for, and stay.
	Other int
}

// Redrive moves messages from the dead-letter queue of one queue back.
type Redrive struct {
	api   *sqs.Client
	name  string
	clock clock.Clock
}

// New returns a Redrive of the physical queue name. With these credentials it reads what all tenants have there.
func New(cfg aws.Config, name string, c clock.Clock) *Redrive {
	api := sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.HTTPClient = awshttp.Within(o.HTTPClient, callWithin) })
	return &Redrive{api, name, c}
}

// run is one Run.
type run struct {
	*Redrive
	Options
	from, to *string
	seen     map[string]bool
	// kept are messages that were received and stay. They are shown again at the end.
	kept  []types.Message
	begin time.Time
	mu    sync.Mutex
	count Count
}

// Run moves messages until none is left that was not looked at, the options' bound is reached, or ctx ends. It returns
// what it has done in any case.
func (r *Redrive) Run(ctx context.Context, o Options) (Count, error) {
	w := &run{Redrive: r, Options: o, seen: map[string]bool{}, begin: r.clock.Now()}
	if w.Hold == 0 {
		w.Hold = hold
	}
	var err error
	if w.from, err = r.url(ctx, queue.DLQ(r.name)); err != nil {
		return w.count, err
	}
	if w.to, err = r.url(ctx, r.name); err != nil {
		return w.count, err
	}
	err = w.all(ctx)
	return w.count, errors.Join(err, w.show(ctx))
}

func (r *Redrive) url(ctx context.Context, name string) (*string, error) {
	out, err := r.api.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return nil, fmt.Errorf("find queue %s: %w", name, err)
	}
	return out.QueueUrl, nil
}

func (w *run) all(ctx context.Context) error {
	for still := 0; still < quiet && len(w.seen) < most && !w.full(); {
		found, err := w.receive(ctx)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			still++
			continue
		}
		still = 0
		if err := w.move(ctx, found); err != nil {
			return err
		}
		if err := w.pace(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *run) full() bool { return w.Max > 0 && w.count.Matched >= w.Max }

// receive takes messages off the dead-letter queue that were not seen before, and no more than may be moved.
func (w *run) receive(ctx context.Context) ([]types.Message, error) {
	n := batch
	if w.Max > 0 {
		n = min(n, w.Max-w.count.Matched)
	}
	out, err := w.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: w.from, MaxNumberOfMessages: int32(n), WaitTimeSeconds: pollFor, VisibilityTimeout: int32(w.Hold.Seconds()),
		MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		return nil, fmt.Errorf("receive from %s: %w", queue.DLQ(w.name), err)
	}
	var fresh []types.Message
	for _, m := range out.Messages {
		// One that comes a second time in a run was kept or refused: it was hidden for long enough to come round.
		if id := aws.ToString(m.MessageId); !w.seen[id] {
			w.seen[id] = true
			fresh = append(fresh, m)
		}
	}
	return fresh, nil
}

// move sends the messages that the filter asks for, and deletes those that were taken.
func (w *run) move(ctx context.Context, found []types.Message) error {
	var g errgroup.Group
	var sent []types.Message
	var failed []error
	for _, m := range found {
		switch {
		case !w.Filter.match(m, w.clock.Now()):
			w.count.Other++
			w.kept = append(w.kept, m)
			continue
		case w.DryRun:
			w.count.Matched++
			w.kept = append(w.kept, m)
			continue
		}
		w.count.Matched++
		g.Go(func() error {
			err := w.send(ctx, m)
			w.mu.Lock()
			defer w.mu.Unlock()
			if err != nil {
				w.count.Refused++
				w.kept, failed = append(w.kept, m), append(failed, err)
				return nil
			}
			sent = append(sent, m)
			return nil
		})
	}
	_ = g.Wait() // each message's failure is its own
	return errors.Join(errors.Join(failed...), w.remove(ctx, sent))
}

// send puts a copy of the message on the queue: its body, its attributes and its group.
func (w *run) send(ctx context.Context, m types.Message) error {
	in := &sqs.SendMessageInput{QueueUrl: w.to, MessageBody: m.Body, MessageAttributes: m.MessageAttributes}
	if g, ok := m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)]; ok {
		in.MessageGroupId = &g
	}
	if _, err := w.api.SendMessage(ctx, in); err != nil {
		return fmt.Errorf("send to %s: %w", w.name, err)
	}
	return nil
}

// remove deletes what was sent, also when the run is being stopped.
func (w *run) remove(ctx context.Context, sent []types.Message) error {
	if len(sent) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteWithin)
	defer cancel()
	in := &sqs.DeleteMessageBatchInput{QueueUrl: w.from}
	for i, m := range sent {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	out, err := w.api.DeleteMessageBatch(ctx, in)
	if err != nil {
		w.count.Doubled += len(sent)
		return fmt.Errorf("delete from %s: %w", queue.DLQ(w.name), err)
	}
	w.count.Doubled += len(out.Failed)
	w.count.Moved += len(sent) - len(out.Failed)
	return nil
}

// pace waits until the rate allows what comes next.
func (w *run) pace(ctx context.Context) error {
	if w.Rate <= 0 || w.DryRun {
		return nil
	}
	due := w.begin.Add(time.Duration(float64(w.count.Matched) / w.Rate * float64(time.Second)))
	return clock.Pause(ctx, due.Sub(w.clock.Now()))
}

// show makes messages that stay visible again, so that the next look finds them at once.
func (w *run) show(ctx context.Context) error {
	for some := range slices.Chunk(w.kept, batch) {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: w.from}
		for i, m := range some {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
		}
		if err := w.release(ctx, in); err != nil {
			return fmt.Errorf("messages that stay are hidden for up to %s: %w", w.Hold, err)
		}
	}
	return nil
}

// release shows up to ten messages, also when the run is being stopped. One whose time was over already is no failure.
func (w *run) release(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteWithin)
	defer cancel()
	_, err := w.api.ChangeMessageVisibilityBatch(ctx, in)
	return err
}

// match reports whether a message is asked for. One without a time is of no age.
func (f Filter) match(m types.Message, now time.Time) bool {
	if f.Tenant != "" && aws.ToString(m.MessageAttributes[queue.AttrTenant].StringValue) != f.Tenant {
		return false
	}
	if f.Older == 0 && f.Younger == 0 {
		return true
	}
	sent, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	if err != nil {
		return false
	}
	age := now.Sub(time.UnixMilli(sent))
	return age >= f.Older && (f.Younger == 0 || age <= f.Younger)
}
