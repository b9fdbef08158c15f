package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/destination"
	"guardrails/shared/fntest"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

// letter is a message that a function has put on the queue of deliveries.
type letter struct {
	body, tenant string
	at           time.Time
}

// way stands between the functions and AWS: it keeps the messages of deliveries, which the test delivers itself, and is
// bad to one service at a time.
type way struct {
	next    aws.HTTPClient
	clock   clock.Clock
	mu      sync.Mutex
	letters []letter
	// queueDown breaks every call of SQS. throttled is a table of which DynamoDB refuses every call.
	queueDown bool
	throttled string
}

var errDown = errors.New("nobody answers")

// Do sends a request, unless it is one of those that fail.
func (w *way) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	target := r.Header.Get("X-Amz-Target")
	w.mu.Lock()
	down, throttled := w.queueDown && strings.HasPrefix(target, "AmazonSQS."), w.throttled != "" && strings.HasPrefix(target, "DynamoDB_") && bytes.Contains(body, []byte(`"`+w.throttled+`"`))
	w.mu.Unlock()
	switch {
	case down:
		return nil, errDown
	case throttled:
		answer := `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`
		return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
	}
	res, err := w.next.Do(r)
	if err == nil && res.StatusCode == http.StatusOK && strings.HasPrefix(target, "AmazonSQS.SendMessage") {
		w.note(body)
	}
	return res, err
}

func (w *way) note(body []byte) {
	type entry struct {
		MessageBody       string
		DelaySeconds      int
		MessageAttributes map[string]struct{ StringValue string }
	}
	var in struct {
		QueueURL string `json:"QueueUrl"`
		entry
		Entries []entry
	}
	if json.Unmarshal(body, &in) != nil || !strings.HasSuffix(in.QueueURL, "-"+queue.Deliveries) {
		return
	}
	if in.Entries == nil {
		in.Entries = []entry{in.entry}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range in.Entries {
		w.letters = append(w.letters, letter{e.MessageBody, e.MessageAttributes[queue.AttrTenant].StringValue, w.clock.Now().Add(time.Duration(e.DelaySeconds) * time.Second)})
	}
}

// due takes the messages that are to be received by now.
func (w *way) due() []letter {
	w.mu.Lock()
	defer w.mu.Unlock()
	var now, later []letter
	for _, l := range w.letters {
		if l.at.After(w.clock.Now()) {
			later = append(later, l)
		} else {
			now = append(now, l)
		}
	}
	w.letters = later
	return now
}

func (w *way) set(change func(*way)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

// world is all functions on an environment and a clock of their own, with one tenant.
type world struct {
	*fntest.System
	way    *way
	clock  *clock.Fake
	tenant fntest.Tenant
	admin  authn.Claims

	mu sync.Mutex
	// came counts the webhooks by path and event.
	came map[string]int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	env := awstest.Env(t)
	awstest.Provision(t, env)
	// Behind the real time, by which functions are told to end: they would otherwise think that theirs is over.
	c := clock.NewFake(time.Now().Add(-2 * time.Hour))
	sys := fntest.NewAt(t, functions.Catalog(), bindings.All(), c)
	w := &world{System: sys, way: &way{next: sys.Config.AWS.HTTPClient, clock: c}, clock: c, came: map[string]int{}}
	sys.Config.Environment, sys.Config.AWS.HTTPClient = env, w.way
	sys.Config.Destinations = destination.Rules{Private: true}
	sys.Config.MailFrom, sys.Config.SMTP = "guardrails@example.com", "127.0.0.1:1" // where no mail server is
	w.tenant = sys.Tenant(t)
	w.admin = w.tenant.As(authz.Admin)
	return w
}

// receiver answers webhooks, and counts them.
func (w *world) receiver(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Data struct{ N int } }
		_ = json.NewDecoder(r.Body).Decode(&body) // a body that cannot be read counts for event 0
		w.mu.Lock()
		defer w.mu.Unlock()
		w.came[r.URL.Path+" "+strconv.Itoa(body.Data.N)]++
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// watch makes a destination and a rule that sends it everything, and returns the destination's id.
func (w *world) watch(t *testing.T, kind string, config map[string]any) string {
	t.Helper()
	// The clock stands while a batch is worked on, so that a rate or a lack of places would put off what is beyond it.
	limits := map[string]any{"per_second": 1000, "concurrency": 50}
	if kind == "email" { // which has no more
		limits = map[string]any{"per_second": 5, "concurrency": 5}
	}
	made := w.Call(t, "destinations-create", fntest.Request{As: &w.admin, Body: map[string]any{"name": kind, "type": kind, "config": config, "limits": limits}}).Want(t, http.StatusCreated)
	destinationID := made.JSON(t)["id"].(string)
	w.Call(t, "rules-create", fntest.Request{As: &w.admin, Body: map[string]any{
		"name": kind, "event_types": []string{"orders.*"}, "actions": []any{map[string]any{"destination_id": destinationID}},
	}}).Want(t, http.StatusCreated)
	return destinationID
}

// confirmed has the recipients of a destination confirmed, whom no mail server brings their codes.
func (w *world) confirmed(t *testing.T, destinationID string) {
	t.Helper()
	var d deliver.Destination
	policies, key := w.Env().Table(table.Policies), table.DestinationKey(destinationID)
	if err := policies.Get(t.Context(), w.tenant.Scope(t), key, &d); err != nil {
		t.Fatal(err)
	}
	d.Unconfirmed = nil
	if err := policies.Put(t.Context(), w.tenant.Scope(t), key, d, table.Always()); err != nil {
		t.Fatal(err)
	}
}

// publish has n events accepted.
func (w *world) publish(t *testing.T, n int) {
	t.Helper()
	var list []any
	for i := range n {
		list = append(list, map[string]any{"type": "orders.order.placed", "data": map[string]any{"n": i}})
	}
	answer := w.Call(t, "events-publish", fntest.Request{As: &w.admin, Body: map[string]any{"events": list}}).Want(t, http.StatusAccepted)
	if got := len(answer.JSON(t)["accepted"].([]any)); got != n {
		t.Fatalf("%d of %d events were accepted", got, n)
	}
}

// stream shows the committed events to the net, as the table's stream does, and returns how many it could not handle.
func (w *world) stream(t *testing.T) int {
	t.Helper()
	var rows []outbox.Row
	if _, err := w.Env().Table(table.Events).Query(t.Context(), w.tenant.Scope(t), table.Page{Part: table.PartEvents, Limit: 200, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	var in events.DynamoDBEvent
	for i, r := range rows {
		if !strings.HasPrefix(r.Type, "orders.") {
			continue
		}
		in.Records = append(in.Records, events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{
			SequenceNumber: strconv.Itoa(i),
			Keys: map[string]events.DynamoDBAttributeValue{
				"pk": events.NewStringAttribute("T#" + w.tenant.ID + "#" + table.PartEvents), "sk": events.NewStringAttribute(r.ID),
			},
			NewImage: map[string]events.DynamoDBAttributeValue{
				"id": events.NewStringAttribute(r.ID), "type": events.NewStringAttribute(r.Type), "data": events.NewStringAttribute(r.Data),
				"time": events.NewStringAttribute(r.Time), "version": events.NewNumberAttribute("1"),
			},
		}})
	}
	out := w.Invoke(t, "event-resend", in)
	return len(fntest.Decode[events.DynamoDBEventResponse](t, out).BatchItemFailures)
}

// sweep runs the schedule, which may fail.
func (w *world) sweep(t *testing.T) error {
	t.Helper()
	_, err := w.Function(t, "delivery-sweep").Invoke(t.Context(), []byte(`{"detail-type":"Scheduled Event"}`))
	return err
}

// work gives the messages that are due to their worker, in batches of ten, and returns those that come back.
func (w *world) work(t *testing.T, letters []letter) []letter {
	t.Helper()
	var back []letter
	for len(letters) > 0 {
		n := min(10, len(letters))
		var in events.SQSEvent
		for i, l := range letters[:n] {
			in.Records = append(in.Records, events.SQSMessage{
				MessageId: strconv.Itoa(i), Body: l.body, EventSource: "aws:sqs", Attributes: map[string]string{"ApproximateReceiveCount": "1"},
				MessageAttributes: map[string]events.SQSMessageAttribute{queue.AttrTenant: {DataType: "String", StringValue: &l.tenant}},
			})
		}
		out := w.Invoke(t, "delivery-send", in)
		for _, f := range fntest.Decode[events.SQSEventResponse](t, out).BatchItemFailures {
			i, err := strconv.Atoi(f.ItemIdentifier)
			if err != nil {
				t.Fatal(err)
			}
			back = append(back, letters[i])
		}
		letters = letters[n:]
	}
	return back
}

// wantOnce checks that each of n events came once at a path.
func (w *world) wantOnce(t *testing.T, path string, n int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		if got := w.came[fmt.Sprintf("%s %d", path, i)]; got != 1 {
			t.Errorf("event %d came %d times at %s", i, got, path)
		}
	}
}

func (w *world) total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.came {
		n += c
	}
	return n
}

// TestTheQueueIsDownForTenMinutes has events accepted meanwhile, and delivered when it is back.
func TestTheQueueIsDownForTenMinutes(t *testing.T) {
	t.Parallel()
	const n = 12
	w := newWorld(t)
	w.watch(t, "webhook", map[string]any{"url": w.receiver(t) + "/in"})
	w.way.set(func(y *way) { y.queueDown, y.letters = true, nil })
	w.publish(t, n)
	if failed := w.stream(t); failed > 0 {
		t.Errorf("the net gave up %d events: it must write them down", failed)
	}
	for range 10 {
		w.clock.Advance(time.Minute)
		if w.sweep(t) == nil {
			t.Error("the sweep does not tell that the queue is down")
		}
	}
	if left := w.way.due(); len(left) > 0 || w.total() > 0 {
		t.Fatalf("%d messages and %d webhooks got through", len(left), w.total())
	}
	w.way.set(func(y *way) { y.queueDown = false })
	if err := w.sweep(t); err != nil {
		t.Fatal(err)
	}
	if back := w.work(t, w.way.due()); len(back) > 0 {
		t.Errorf("%d messages come back", len(back))
	}
	w.wantOnce(t, "/in", n)
	for range 20 { // nothing is left that comes later
		w.clock.Advance(time.Minute)
		if err := w.sweep(t); err != nil {
			t.Fatal(err)
		}
		w.work(t, w.way.due())
	}
	w.wantOnce(t, "/in", n)
}

// TestTheDeliveriesTableIsThrottledForTenMinutes keeps every message, sends nothing unrecorded, and loses nothing.
func TestTheDeliveriesTableIsThrottledForTenMinutes(t *testing.T) {
	t.Parallel()
	const n = 12
	w := newWorld(t)
	w.watch(t, "webhook", map[string]any{"url": w.receiver(t) + "/in"})
	w.way.set(func(y *way) { y.throttled, y.letters = resource.Table(w.Config.Environment, table.Deliveries), nil })
	w.publish(t, n)
	held := w.way.due()
	if len(held) != n {
		t.Fatalf("%d messages were sent, want %d", len(held), n)
	}
	for range 3 {
		w.clock.Advance(210 * time.Second) // what fails is hidden for so long
		if held = w.work(t, held); len(held) != n {
			t.Fatalf("%d messages come back, want all %d", len(held), n)
		}
	}
	if failed := w.stream(t); failed == 0 {
		t.Error("the net says that it has looked at the deliveries")
	}
	if w.total() > 0 {
		t.Errorf("%d webhooks were sent that nothing could be written of", w.total())
	}
	w.way.set(func(y *way) { y.throttled = "" })
	if back := w.work(t, held); len(back) > 0 {
		t.Errorf("%d messages come back", len(back))
	}
	if failed := w.stream(t); failed > 0 { // the stream's records have waited
		t.Errorf("the net failed for %d events", failed)
	}
	w.work(t, w.way.due())
	w.wantOnce(t, "/in", n)
}

// TestAKindThatFailsDelaysNoOther has mails that nobody takes beside webhooks, in the same batches.
func TestAKindThatFailsDelaysNoOther(t *testing.T) {
	t.Parallel()
	const n = 15
	w := newWorld(t)
	w.confirmed(t, w.watch(t, "email", map[string]any{"to": []string{"desk@example.com"}}))
	w.watch(t, "webhook", map[string]any{"url": w.receiver(t) + "/in"})
	w.way.set(func(y *way) { y.letters = nil })
	w.publish(t, n)
	if back := w.work(t, w.way.due()); len(back) > 0 {
		t.Errorf("%d messages come back", len(back))
	}
	w.wantOnce(t, "/in", n)
	for status, want := range map[string]int{"delivered": n, "dead": 0, "cancelled": 0} {
		list := w.Call(t, "deliveries-list", fntest.Request{As: &w.admin, Query: map[string][]string{"status": {status}}}).Want(t, http.StatusOK)
		if got := len(list.JSON(t)["data"].([]any)); got != want {
			t.Errorf("%d deliveries are %s, want %d: the mails wait", got, status, want)
		}
	}
}
