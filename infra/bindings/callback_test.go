package bindings_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/google/go-cmp/cmp"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/destination"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/webhook"
)

// sentMessage is a message that a function sent.
type sentMessage struct {
	MessageBody       string
	DelaySeconds      int
	MessageAttributes map[string]struct{ StringValue string }

	queue string
}

// mail notes the messages that functions send, so that a test gives them to their functions itself.
type mail struct {
	aws.HTTPClient
	mu   sync.Mutex
	sent []sentMessage
}

func (m *mail) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.SendMessage") {
		return m.HTTPClient.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in struct {
		QueueURL string `json:"QueueUrl"`
		sentMessage
		Entries []sentMessage
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in.Entries == nil {
		in.Entries = []sentMessage{in.sentMessage}
	}
	m.mu.Lock()
	for _, e := range in.Entries {
		e.queue = in.QueueURL
		m.sent = append(m.sent, e)
	}
	m.mu.Unlock()
	return m.HTTPClient.Do(r)
}

// take returns the message that is first in time of those that are left.
func (m *mail) take() (sentMessage, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sent) == 0 {
		return sentMessage{}, false
	}
	at := 0
	for i, s := range m.sent {
		if s.DelaySeconds < m.sent[at].DelaySeconds {
			at = i
		}
	}
	first := m.sent[at]
	m.sent = slices.Delete(m.sent, at, at+1)
	for i := range m.sent {
		m.sent[i].DelaySeconds = max(m.sent[i].DelaySeconds-first.DelaySeconds, 0)
	}
	return first, true
}

// caller is a tenant whose jobs and tasks report to a receiver.
type caller struct {
	sys      *fntest.System
	mail     *mail
	clock    *clock.Fake
	tenant   fntest.Tenant
	admin    authn.Claims
	receiver *receivertest.Receiver
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	// The clock starts so early that no test moves it beyond the ends of invocations, which are real.
	c := &caller{clock: clock.NewFake(time.Now().Add(-6 * time.Hour)), receiver: receivertest.New(t)}
	c.sys = fntest.NewAt(t, functions.Catalog(), bindings.All(), c.clock)
	c.sys.Config.Destinations = destination.Rules{Private: true}
	c.mail = &mail{HTTPClient: c.sys.Config.AWS.HTTPClient}
	c.sys.Config.AWS.HTTPClient = c.mail
	c.tenant = c.sys.Tenant(t)
	c.admin = c.tenant.As(authz.Admin)
	c.mail.sent = nil
	return c
}

func (c *caller) call(t *testing.T, name string, r fntest.Request) fntest.Response {
	t.Helper()
	c.clock.Advance(time.Millisecond)
	if r.As == nil {
		r.As = &c.admin
	}
	return c.sys.Call(t, name, r)
}

// run gives messages to their functions until none is left.
func (c *caller) run(t *testing.T) {
	t.Helper()
	consumers := map[string]string{
		queue.Events: "event-match", queue.Deliveries: "delivery-send", queue.JobSplit: "job-split", queue.JobChunks: "job-chunk", queue.Tasks: "legacy-task-run",
	}
	for {
		m, ok := c.mail.take()
		if !ok {
			return
		}
		c.clock.Advance(time.Duration(m.DelaySeconds)*time.Second + time.Millisecond)
		attributes := map[string]events.SQSMessageAttribute{}
		for name, v := range m.MessageAttributes {
			attributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &v.StringValue}
		}
		for q, name := range consumers {
			if !strings.HasSuffix(m.queue, "-"+q) {
				continue
			}
			out := c.sys.Invoke(t, name, events.SQSEvent{Records: []events.SQSMessage{{
				MessageId: "1", Body: m.MessageBody, EventSource: "aws:sqs", Attributes: map[string]string{"ApproximateReceiveCount": "1"}, MessageAttributes: attributes,
			}}})
			if failed := fntest.Decode[events.SQSEventResponse](t, out).BatchItemFailures; len(failed) > 0 {
				t.Fatalf("%s gives a message back", name)
			}
		}
	}
}

// job submits a job of one document and returns its id.
func (c *caller) job(t *testing.T) string {
	t.Helper()
	body := map[string]any{"documents": []any{map[string]string{"id": "1", "text": canary}}, "webhook_url": c.receiver.URL() + "/jobs"}
	id, _ := c.call(t, "jobs-create", fntest.Request{Body: body}).Want(t, 202).JSON(t)["id"].(string)
	return id
}

// heard is what the receiver was told, one line a request: event, thing, its status, and whether the signature is right.
func (c *caller) heard(t *testing.T, secret string) []string {
	t.Helper()
	var out []string
	for _, r := range c.receiver.Requests() {
		if bytes.Contains(r.Body, []byte(canary)) {
			t.Error("a text is sent")
		}
		b := fntest.Decode[struct {
			EventType string `json:"event_type"`
			Task      struct{ ID, Status string }
		}](t, r.Body)
		line := b.EventType + " " + b.Task.ID + " " + b.Task.Status
		switch signature := r.Header.Get(webhook.LegacySignatureHeader); {
		case signature == "":
		case secret != "" && signature == webhook.SignLegacy(secret, r.Body) && r.Header.Get(webhook.LegacyTimestampHeader) != "":
			line += " signed"
		default:
			line += " signed by another"
		}
		out = append(out, line)
	}
	return out
}

type seenDelivery struct {
	ID            string           `json:"id"`
	RuleID        *string          `json:"rule_id"`
	DestinationID string           `json:"destination_id"`
	Status        string           `json:"status"`
	Attempts      []map[string]any `json:"attempts"`
}

func (c *caller) deliveries(t *testing.T, as *authn.Claims) []seenDelivery {
	t.Helper()
	res := c.call(t, "deliveries-list", fntest.Request{As: as, Query: map[string][]string{"limit": {"100"}}}).Want(t, 200)
	return fntest.Decode[struct{ Data []seenDelivery }](t, res.Body).Data
}

func TestJobsReportToTheirWebhook(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	first := c.job(t)
	c.run(t)
	want := []string{"task.submitted " + first + " PENDING", "task.started " + first + " STARTED", "task.completed " + first + " SUCCESS"}
	if d := cmp.Diff(want, c.heard(t, "")); d != "" {
		t.Error(d)
	}
	const secret = "as-receivers-verify-with-already"
	c.call(t, "webhook-secret-update", fntest.Request{Body: map[string]string{"secret": secret}}).Want(t, 200)
	second := c.job(t)
	c.call(t, "jobs-cancel", fntest.Request{Path: map[string]string{"id": second}}).Want(t, 204)
	c.run(t)
	want = append(want, "task.submitted "+second+" PENDING signed", "task.cancelled "+second+" FAILURE signed")
	if d := cmp.Diff(want, c.heard(t, secret)); d != "" {
		t.Error(d)
	}
	list := c.deliveries(t, nil)
	if len(list) != len(want) {
		t.Errorf("%d deliveries, want %d", len(list), len(want))
	}
	for _, d := range list {
		if d.Status != "delivered" || d.RuleID != nil || d.DestinationID != list[0].DestinationID {
			t.Errorf("%+v", d)
		}
		for _, route := range []string{"destinations-get", "destinations-delete", "destinations-test", "destinations-rotate-secret", "destinations-enable"} {
			c.call(t, route, fntest.Request{Path: map[string]string{"id": d.DestinationID}}).WantProblem(t, 404, "not_found")
		}
	}
	shown := c.call(t, "destinations-list", fntest.Request{}).Want(t, 200)
	if !strings.Contains(string(shown.Body), `"data":[]`) {
		t.Errorf("the list shows %s", shown.Body)
	}
	other := c.sys.Tenant(t)
	as := other.As(authz.Admin)
	if got := c.deliveries(t, &as); len(got) != 0 {
		t.Errorf("another tenant sees %d", len(got))
	}
	c.call(t, "deliveries-retry", fntest.Request{As: &as, Path: map[string]string{"id": list[0].ID}}).WantProblem(t, 404, "not_found")
}

func TestTasksReportToTheirWebhook(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	analyst := c.tenant.As(authz.Analyst)
	submit := func(sign bool) string {
		body := map[string]any{"text": canary, "webhook_url": c.receiver.URL() + "/tasks", "sign_payload": sign}
		id, _ := c.call(t, "legacy-analyze-async", fntest.Request{As: &analyst, Body: body}).Want(t, 200).JSON(t)["task_id"].(string)
		c.run(t)
		return id
	}
	plain := submit(false)
	if none := c.call(t, "webhook-secret-get", fntest.Request{}).Want(t, 200); strings.TrimSpace(string(none.Body)) != "{}" {
		t.Errorf("a task that asks for no signature made %s", none.Body)
	}
	signed := submit(true)
	secret, _ := c.call(t, "webhook-secret-get", fntest.Request{}).Want(t, 200).JSON(t)["secret"].(string)
	want := []string{
		"task.submitted " + plain + " PENDING", "task.started " + plain + " STARTED", "task.completed " + plain + " SUCCESS",
		"task.submitted " + signed + " PENDING signed", "task.started " + signed + " STARTED signed", "task.completed " + signed + " SUCCESS signed",
	}
	if d := cmp.Diff(want, c.heard(t, secret)); d != "" {
		t.Error(d)
	}
	for _, r := range c.receiver.Requests() {
		if r.Path != "/tasks" || r.Header.Get("User-Agent") != "Guardrails-Webhook/1.0" {
			t.Errorf("%s by %s", r.Path, r.Header.Get("User-Agent"))
		}
	}
}

// TestAFailedReportIsRecorded refuses the first event for good: nobody is told, the log shows it, and it can be sent again.
func TestAFailedReportIsRecorded(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.receiver.Next(receivertest.Status(404))
	jobID := c.job(t)
	c.call(t, "jobs-cancel", fntest.Request{Path: map[string]string{"id": jobID}}).Want(t, 204)
	c.run(t)
	res := c.call(t, "deliveries-list", fntest.Request{Query: map[string][]string{"status": {"dead"}}}).Want(t, 200)
	dead := fntest.Decode[struct{ Data []seenDelivery }](t, res.Body).Data
	if len(dead) != 1 {
		t.Fatalf("dead are %+v", dead)
	}
	for _, typ := range []string{"delivery.failed", "destination.failing", "destination.disabled"} {
		res := c.call(t, "events-list", fntest.Request{Query: map[string][]string{"type": {typ}}}).Want(t, 200)
		if !strings.Contains(string(res.Body), `"data":[]`) {
			t.Errorf("%s is told: %s", typ, res.Body)
		}
	}
	c.call(t, "deliveries-retry", fntest.Request{Path: map[string]string{"id": dead[0].ID}}).Want(t, 202)
	c.run(t)
	got := fntest.Decode[seenDelivery](t, c.call(t, "deliveries-get", fntest.Request{Path: map[string]string{"id": dead[0].ID}}).Want(t, 200).Body)
	if got.Status != "delivered" || len(got.Attempts) != 2 {
		t.Errorf("retried by hand, it is %+v", got)
	}
	first, last := c.receiver.Requests()[0], c.receiver.Requests()[2]
	if string(first.Body) != string(last.Body) {
		t.Errorf("two attempts differ:\n%s\n%s", first.Body, last.Body)
	}
}

// TestADeadReceiverOfManyJobs is asked a few times for all jobs together, and again when it may be well.
func TestADeadReceiverOfManyJobs(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.receiver.Next(slices.Repeat([]receivertest.Fault{receivertest.Status(503)}, 5)...)
	const jobs = 12
	for range jobs {
		jobID := c.job(t)
		c.call(t, "jobs-cancel", fntest.Request{Path: map[string]string{"id": jobID}}).Want(t, 204)
		c.run(t)
	}
	if n := len(c.receiver.Requests()); n != 5 {
		t.Errorf("%d requests for %d jobs", n, jobs)
	}
	list := c.deliveries(t, nil)
	if len(list) != 2*jobs {
		t.Fatalf("%d deliveries", len(list))
	}
	c.clock.Advance(10 * time.Minute)
	c.call(t, "deliveries-retry", fntest.Request{Path: map[string]string{"id": list[0].ID}}).Want(t, 202)
	c.run(t)
	got := fntest.Decode[seenDelivery](t, c.call(t, "deliveries-get", fntest.Request{Path: map[string]string{"id": list[0].ID}}).Want(t, 200).Body)
	if got.Status != "delivered" {
		t.Errorf("the delivery that was retried by hand is %s: %+v", got.Status, got)
	}
}

// TestAHiddenDestinationIsGivenUpForAWhile takes it for failing for days: what waits ends, a new job begins anew.
func TestAHiddenDestinationIsGivenUpForAWhile(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.receiver.Next(receivertest.Status(410))
	first := c.job(t)
	c.call(t, "jobs-cancel", fntest.Request{Path: map[string]string{"id": first}}).Want(t, 204)
	c.run(t)
	if n := len(c.receiver.Requests()); n != 2 {
		t.Fatalf("%d requests: an answer that it is gone ends one delivery", n)
	}
	env := c.sys.Env()
	destinations := deliver.NewDestinations(env.Table(table.Policies), nil)
	list := c.deliveries(t, nil)
	end := func() {
		if done, err := destinations.Disable(t.Context(), c.tenant.Scope(t), list[0].DestinationID, deliver.DisabledFailing, c.clock.Now()); err != nil || !done {
			t.Fatal(done, err)
		}
		c.clock.Advance(2 * time.Second)
	}
	retry := func() {
		c.call(t, "deliveries-retry", fntest.Request{Path: map[string]string{"id": list[0].ID}}).Want(t, 202)
		c.run(t)
	}
	end()
	retry()
	if n := len(c.receiver.Requests()); n != 2 {
		t.Errorf("%d requests while it rests", n)
	}
	c.clock.Advance(time.Hour)
	retry()
	if n := len(c.receiver.Requests()); n != 3 {
		t.Errorf("%d requests after its rest: %+v", n, c.deliveries(t, nil))
	}
	end()
	second := c.job(t)
	c.run(t)
	if got := c.heard(t, ""); !slices.Contains(got, "task.submitted "+second+" PENDING") {
		t.Errorf("a new job is not heard of: %v", got)
	}
}

// TestJobsOfBefore have a webhook and no destination: they run, and nothing is sent.
func TestJobsOfBefore(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	jobID := c.job(t)
	jobs, s := c.sys.Env().Table(table.Jobs), c.tenant.Scope(t)
	if err := jobs.Update(t.Context(), s, table.JobKey(jobID), expression.Remove(expression.Name("hook")), table.IfPresent()); err != nil {
		t.Fatal(err)
	}
	c.run(t)
	if got := c.heard(t, ""); len(got) != 1 {
		t.Errorf("heard of %v", got)
	}
	res := c.call(t, "jobs-get", fntest.Request{Path: map[string]string{"id": jobID}}).Want(t, 200).JSON(t)
	if res["status"] != "completed" || res["webhook_url"] != c.receiver.URL()+"/jobs" {
		t.Errorf("the job is %v", res)
	}
}
