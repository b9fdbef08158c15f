package queue_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/shared/awstest"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/provision"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
)

// The tests below say what the system needs of SQS. They run against whatever awstest has: MiniStack, or what make
// conformance starts.

// bench is a queue with its dead-letter queue, as it is deployed but for its times. No table has its name.
type bench struct {
	*queue.Queue
	api        *sqs.Client
	live, dead *string
}

func newBench(t *testing.T, visibility time.Duration, maxReceive int) bench {
	t.Helper()
	env, cfg := awstest.Env(t), awstest.Config(t)
	set := resource.Of(env, "").Only(queue.JobChunks)
	for i := range set.Queues {
		if q := &set.Queues[i]; q.DeadLetter != "" {
			q.Visibility, q.MaxReceive = visibility, maxReceive
		}
	}
	if err := provision.New(cfg, rand.Reader).Create(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	b := bench{api: sqs.NewFromConfig(cfg)}
	name := resource.Queue(env, queue.JobChunks)
	b.Queue = queue.New(b.api, name, queue.Access{Send: true, Inspect: true})
	for name, url := range map[string]**string{name: &b.live, queue.DLQ(name): &b.dead} {
		out, err := b.api.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
		if err != nil {
			t.Fatal(err)
		}
		*url = out.QueueUrl
	}
	return b
}

// receive makes one poll that waits.
func (b bench) receive(t *testing.T, url *string) []types.Message {
	t.Helper()
	out, err := b.api.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// await polls until n messages have come, and returns them.
func (b bench) await(t *testing.T, url *string, n int) []types.Message {
	t.Helper()
	var all []types.Message
	for end := time.Now().Add(2 * time.Minute); len(all) < n; {
		if time.Now().After(end) {
			t.Fatalf("%d messages came, want %d", len(all), n)
		}
		all = append(all, b.receive(t, url)...)
	}
	return all
}

func bodies(list []types.Message) []string {
	var out []string
	for _, m := range list {
		out = append(out, aws.ToString(m.Body))
	}
	slices.Sort(out)
	return out
}

func TestMessagesCarryTenantTraceAndGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Minute, 5)
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	message := queue.Message{Body: queue.Traced{Body: map[string]int{"n": 1}, Trace: trace}}
	if err := b.SendAll(t.Context(), scope.Mint("ten_a"), []queue.Message{message, message}); err != nil {
		t.Fatal(err)
	}
	for _, m := range b.await(t, b.live, 2) {
		text := func(name string) string { return aws.ToString(m.MessageAttributes[name].StringValue) }
		if aws.ToString(m.Body) != `{"n":1}` || text(queue.AttrTenant) != "ten_a" || text(queue.AttrTrace) != trace || m.Attributes["ApproximateReceiveCount"] != "1" {
			t.Errorf("got %s with %+v and %v", aws.ToString(m.Body), m.MessageAttributes, m.Attributes)
		}
		if group := m.Attributes["MessageGroupId"]; group != "ten_a" {
			awstest.Lacks(t, "sqs-fair-queue-groups")
			t.Errorf("the group is %q", group)
		}
	}
}

// TestABatchFailsInPart has one message of several that the queue cannot take.
func TestABatchFailsInPart(t *testing.T) {
	t.Parallel()
	awstest.Lacks(t, "sqs-partial-batch")
	for name, bad := range map[string]queue.Message{
		"a delay beyond 15 minutes": {Body: "bad", Delay: 20 * time.Minute},
		"a forbidden character":     {Body: json.RawMessage("\"\x01\"")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, time.Minute, 5)
			err := b.SendAll(t.Context(), scope.Mint("ten_a"), []queue.Message{{Body: "a"}, bad, {Body: "c"}})
			var partial *queue.PartialError
			if !errors.As(err, &partial) || !slices.Equal(partial.Failed, []bool{false, true, false}) {
				t.Fatalf("got %v", err)
			}
			if got := bodies(b.await(t, b.live, 2)); !slices.Equal(got, []string{`"a"`, `"c"`}) {
				t.Errorf("the queue has %q", got)
			}
		})
	}
}

func TestMoreThanTenMessages(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Minute, 5)
	var want []string
	var list []any
	for i := range 23 {
		list, want = append(list, fmt.Sprintf("%02d", i)), append(want, fmt.Sprintf(`"%02d"`, i))
	}
	if err := b.SendBatch(t.Context(), scope.Mint("ten_a"), list); err != nil {
		t.Fatal(err)
	}
	if got := bodies(b.await(t, b.live, len(want))); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestDelaysAreTheMessagesOwn sends a late message before an early one.
func TestDelaysAreTheMessagesOwn(t *testing.T) {
	t.Parallel()
	const delay = 10 * time.Second // even a slow machine sees the early one before
	b := newBench(t, time.Minute, 5)
	begin := time.Now()
	if err := b.SendAll(t.Context(), scope.Mint("ten_a"), []queue.Message{{Body: "late", Delay: delay}, {Body: "early"}}); err != nil {
		t.Fatal(err)
	}
	got := b.await(t, b.live, 1)
	if len(got) != 1 || aws.ToString(got[0].Body) != `"early"` {
		t.Fatalf("first came %q", bodies(got))
	}
	got = b.await(t, b.live, 1)
	if took := time.Since(begin); aws.ToString(got[0].Body) != `"late"` || took < delay-time.Second {
		t.Errorf("then came %q after %v", bodies(got), took)
	}
}

// TestAMessageInWorkIsHidden polls while somebody works on the only message.
func TestAMessageInWorkIsHidden(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10*time.Minute, 2)
	if err := b.Send(t.Context(), scope.Mint("ten_a"), "work"); err != nil {
		t.Fatal(err)
	}
	b.await(t, b.live, 1)
	if again := b.receive(t, b.live); len(again) > 0 {
		t.Errorf("%d messages are not hidden", len(again))
	}
	depth, err := b.Depth(t.Context())
	if err != nil || depth != (queue.Depth{InFlight: 1}) {
		t.Errorf("depth %+v, %v", depth, err)
	}
}

// TestAMessageThatNobodyFinishes comes back, and goes to the dead-letter queue as it was.
func TestAMessageThatNobodyFinishes(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Second, 2)
	if err := b.Send(t.Context(), scope.Mint("ten_a"), "poison"); err != nil {
		t.Fatal(err)
	}
	first := b.await(t, b.live, 1)
	second := b.await(t, b.live, 1)
	if second[0].Attributes["ApproximateReceiveCount"] != "2" || aws.ToString(second[0].MessageId) != aws.ToString(first[0].MessageId) {
		t.Errorf("came back as %v", second[0].Attributes)
	}
	var dead []types.Message
	for end := time.Now().Add(2 * time.Minute); len(dead) == 0 && time.Now().Before(end); {
		if more := b.receive(t, b.live); len(more) > 0 { // a message moves when it is asked for once too often
			t.Fatalf("it came a third time")
		}
		dead = b.receive(t, b.dead)
	}
	if len(dead) != 1 || aws.ToString(dead[0].Body) != `"poison"` || aws.ToString(dead[0].MessageAttributes[queue.AttrTenant].StringValue) != "ten_a" {
		t.Fatalf("the dead-letter queue has %+v", dead)
	}
}

// TestSizes sends what is as large as a delivery's body may be, and what SQS must refuse: 1 MiB is its limit.
func TestSizes(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Minute, 5)
	if err := b.Send(t.Context(), scope.Mint("ten_a"), strings.Repeat("x", 255<<10)); err != nil {
		t.Errorf("255 KiB: %v", err)
	}
	if err := b.Send(t.Context(), scope.Mint("ten_a"), strings.Repeat("x", 1<<20)); !errors.Is(err, outage.ErrRefused) {
		t.Errorf("more than 1 MiB: %v", err)
	}
	if got := b.await(t, b.live, 1); len(got) != 1 || len(aws.ToString(got[0].Body)) != 255<<10+2 {
		t.Errorf("%d messages came", len(got))
	}
}

// TestDeletedIsGone deletes by the handle of the last receive.
func TestDeletedIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Second, 5)
	if err := b.Send(t.Context(), scope.Mint("ten_a"), "a"); err != nil {
		t.Fatal(err)
	}
	b.await(t, b.live, 1)
	got := b.await(t, b.live, 1)
	out, err := b.api.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{
		QueueUrl: b.live, Entries: []types.DeleteMessageBatchRequestEntry{{Id: aws.String("0"), ReceiptHandle: got[0].ReceiptHandle}},
	})
	if err != nil || len(out.Failed) > 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	for range 2 {
		if left := b.receive(t, b.live); len(left) > 0 {
			t.Errorf("%d messages are left", len(left))
		}
	}
}
