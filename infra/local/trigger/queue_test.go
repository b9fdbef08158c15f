package trigger_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/infra/local/invoke"
	"guardrails/infra/local/trigger"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/provision"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
)

const patience = 2 * time.Minute

type function func(payload []byte) ([]byte, error)

func (f function) Invoke(_ context.Context, payload []byte) ([]byte, error) { return f(payload) }

func target(f function) *invoke.Target {
	return &invoke.Target{Name: "f", Physical: "f", Timeout: time.Minute, Function: f, Log: slog.New(slog.DiscardHandler)}
}

// runner runs a trigger until the test ends.
func run(t *testing.T, start func(ctx, work context.Context)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		start(ctx, context.Background())
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

const (
	// comesBack is the shortest visibility timeout that hides a message.
	comesBack = time.Second
	// inWork is one that outlasts the slowest machine.
	inWork = 10 * time.Minute
)

// queueOf makes the tasks queue.
func queueOf(t *testing.T, maxReceive int, visibility time.Duration) (*sqs.Client, resource.Set) {
	t.Helper()
	set := resource.Of(awstest.Env(t), "").Only(queue.Tasks)
	for i := range set.Queues {
		set.Queues[i].Visibility = visibility
		set.Queues[i].MaxReceive = maxReceive
	}
	if err := provision.New(awstest.Config(t), rand.Reader).Create(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	return sqs.NewFromConfig(awstest.Config(t)), set
}

func urlOf(t *testing.T, c *sqs.Client, name string) *string {
	t.Helper()
	out, err := c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.QueueUrl
}

func send(t *testing.T, c *sqs.Client, name string, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		_, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: urlOf(t, c, name), MessageBody: aws.String(b), MessageGroupId: aws.String("tenant-1"),
			MessageAttributes: map[string]types.MessageAttributeValue{"traceparent": {DataType: aws.String("String"), StringValue: aws.String("00-1")}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func poller(t *testing.T, name string, f function) *trigger.Queue {
	t.Helper()
	return &trigger.Queue{
		AWS: awstest.Config(t), Name: name, BatchSize: 10, Concurrency: 1, Target: target(f),
		IDs: id.NewGenerator(clock.System(), nil), Log: slog.New(slog.DiscardHandler),
	}
}

// receive awaits one item of a channel.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

func TestPartialFailureComesBackAloneAndEndsInTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	c, set := queueOf(t, 2, 5*time.Second) // the good ones are deleted in that time, the bad one comes back after it
	dead, live := set.Queues[0].Physical, set.Queues[1].Physical
	send(t, c, live, "good-1", "bad", "good-2")

	var mu sync.Mutex
	seen := map[string][]string{}
	record := make(chan events.SQSMessage, 100)
	run(t, poller(t, live, func(payload []byte) ([]byte, error) {
		var ev events.SQSEvent
		if err := json.Unmarshal(payload, &ev); err != nil {
			return nil, err
		}
		var out events.SQSEventResponse
		mu.Lock()
		defer mu.Unlock()
		for _, m := range ev.Records {
			seen[m.Body] = append(seen[m.Body], m.Attributes["ApproximateReceiveCount"])
			if m.Body == "bad" {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
			record <- m
		}
		return json.Marshal(out)
	}).Run)

	m := receive(t, record)
	if m.Attributes["MessageGroupId"] != "tenant-1" || m.Attributes["SentTimestamp"] == "" || m.EventSource != "aws:sqs" {
		t.Errorf("the message's attributes are %v, its source %q", m.Attributes, m.EventSource)
	}
	if v := m.MessageAttributes["traceparent"].StringValue; v == nil || *v != "00-1" {
		t.Error("the message's own attribute is lost")
	}
	if body := awaitMessage(t, c, dead); body != "bad" {
		t.Errorf("the dead-letter queue holds %q", body)
	}
	mu.Lock()
	defer mu.Unlock()
	want := map[string][]string{"good-1": {"1"}, "good-2": {"1"}, "bad": {"1", "2"}}
	for body, counts := range want {
		if !slices.Equal(seen[body], counts) {
			t.Errorf("%s was received with counts %v, want %v", body, seen[body], counts)
		}
	}
}

func awaitMessage(t *testing.T, c *sqs.Client, name string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		out, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: urlOf(t, c, name), WaitTimeSeconds: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) > 0 {
			return aws.ToString(out.Messages[0].Body)
		}
	}
	t.Fatal("no message came")
	return ""
}

// Every malformed answer makes the whole batch come back, as on AWS.
func TestFailedBatchesComeBack(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer string
		err    error
	}{
		"error":              {"", errors.New("no")},
		"unknown item":       {`{"batchItemFailures":[{"itemIdentifier":"nobody"}]}`, nil},
		"empty item":         {`{"batchItemFailures":[{"itemIdentifier":""}]}`, nil},
		"null item":          {`{"batchItemFailures":[{}]}`, nil},
		"not an answer":      {`[1]`, nil},
		"items are no array": {`{"batchItemFailures":"all"}`, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, set := queueOf(t, 5, comesBack)
			live := set.Queues[1].Physical
			send(t, api, live, "m")
			counts := make(chan string, 100)
			run(t, poller(t, live, func(payload []byte) ([]byte, error) {
				var ev events.SQSEvent
				if err := json.Unmarshal(payload, &ev); err != nil {
					return nil, err
				}
				count := ev.Records[0].Attributes["ApproximateReceiveCount"]
				counts <- count
				if count == "1" {
					return []byte(c.answer), c.err
				}
				return []byte(`{"batchItemFailures":[]}`), nil
			}).Run)
			if got := receive(t, counts) + receive(t, counts); got != "12" {
				t.Errorf("receive counts %s, want 1 and 2", got)
			}
		})
	}
}

func TestWindowGathersABatch(t *testing.T) {
	t.Parallel()
	c, set := queueOf(t, 5, inWork)
	live := set.Queues[1].Physical
	sizes := make(chan int, 100)
	q := poller(t, live, func(payload []byte) ([]byte, error) {
		var ev events.SQSEvent
		if err := json.Unmarshal(payload, &ev); err != nil {
			return nil, err
		}
		sizes <- len(ev.Records)
		return nil, nil
	})
	q.BatchSize, q.Window = 12, patience
	bodies := make([]string, 12)
	for i := range bodies {
		bodies[i] = "m"
	}
	run(t, q.Run)
	send(t, c, live, bodies...)
	if n := receive(t, sizes); n != 12 {
		t.Errorf("a batch of %d, want 12", n)
	}
}

func TestPollerWaitsForItsQueue(t *testing.T) {
	t.Parallel()
	c := sqs.NewFromConfig(awstest.Config(t))
	name := resource.Queue(awstest.Env(t), "late")
	got := make(chan struct{}, 1)
	run(t, poller(t, name, func([]byte) ([]byte, error) {
		got <- struct{}{}
		return nil, nil
	}).Run)
	if _, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name}); err != nil {
		t.Fatal(err)
	}
	send(t, c, name, "m")
	receive(t, got)
}

// watched tells of each poll before it is sent, and for how many seconds it would wait.
type watched struct {
	aws.HTTPClient
	poll func(wait int) (answered func())
}

func (w watched) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ReceiveMessage") {
		return w.HTTPClient.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in struct{ WaitTimeSeconds int }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	defer w.poll(in.WaitTimeSeconds)()
	return w.HTTPClient.Do(r)
}

// TestPollersDoNotWaitAfterABatch has two pollers that both had a batch: one of them polls without waiting until no more
// is expected, the other waits.
func TestPollersDoNotWaitAfterABatch(t *testing.T) {
	t.Parallel()
	c, set := queueOf(t, 5, inWork)
	live := set.Queues[1].Physical
	var both sync.WaitGroup
	both.Add(2)
	q := poller(t, live, func([]byte) ([]byte, error) {
		both.Done()
		both.Wait()
		return nil, nil
	})
	var mu sync.Mutex
	var eager, most, patient int
	over, once := make(chan struct{}), sync.Once{}
	q.BatchSize, q.Concurrency, q.Pace = 1, 2, time.Millisecond
	q.AWS.HTTPClient = watched{q.AWS.HTTPClient, func(wait int) func() {
		mu.Lock()
		defer mu.Unlock()
		if wait > 0 {
			if patient++; most > 0 && patient >= 4 { // both began so, and both end so
				once.Do(func() { close(over) })
			}
			return func() {}
		}
		eager++
		most = max(most, eager)
		return func() {
			mu.Lock()
			defer mu.Unlock()
			eager--
		}
	}}
	send(t, c, live, "one", "two")
	run(t, q.Run)
	receive(t, over)
	mu.Lock()
	defer mu.Unlock()
	if most != 1 {
		t.Errorf("%d pollers at once did not wait, want 1", most)
	}
}

// TestAPatientPollIsNotCutOff stops a trigger while it polls. What comes before the poll ends is worked on, or it would
// be hidden for the queue's visibility timeout.
func TestAPatientPollIsNotCutOff(t *testing.T) {
	t.Parallel()
	c, set := queueOf(t, 5, inWork)
	live := set.Queues[1].Physical
	got := make(chan string, 10)
	q := poller(t, live, func(payload []byte) ([]byte, error) {
		var ev events.SQSEvent
		if err := json.Unmarshal(payload, &ev); err != nil {
			return nil, err
		}
		got <- ev.Records[0].Body
		return nil, nil
	})
	polls := make(chan struct{}, 10)
	q.Wait, q.AWS.HTTPClient = 15*time.Second, watched{q.AWS.HTTPClient, func(int) func() {
		polls <- struct{}{}
		return func() {}
	}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.Run(ctx, t.Context())
	}()
	receive(t, polls)
	stop()
	send(t, c, live, "late")
	if body := receive(t, got); body != "late" {
		t.Errorf("got %q", body)
	}
	<-done
	if n := len(polls); n > 0 {
		t.Errorf("%d polls began after the stop", n)
	}
}
