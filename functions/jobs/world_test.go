package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/functions"
	"guardrails/functions/jobs"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
)

// letter is a message that a function sent.
type letter struct {
	queue, tenant, body string
	receive             int
}

// tap stands between the functions and AWS. It notes the messages they send, and can end their life: after a number
// of calls, none gets through any more, as if the process had been killed.
type tap struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	mu      sync.Mutex
	letters []letter
	// left is how many calls still get through; negative means all. With deaf, the last of them gets through and its
	// answer does not.
	left int
	deaf bool
	// lost drops messages instead of sending them.
	lost bool
	// refuse makes the calls fail whose URL or target contains it.
	refuse string
}

func (p *tap) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	target := r.Header.Get("X-Amz-Target")
	p.mu.Lock()
	dead := p.left == 0
	unheard := p.left == 1 && p.deaf
	if p.left > 0 {
		p.left--
	}
	refused := p.refuse != "" && (strings.Contains(target, p.refuse) || strings.Contains(r.URL.Path, p.refuse))
	lost := p.lost && strings.HasPrefix(target, "AmazonSQS.SendMessage")
	p.mu.Unlock()
	if dead || refused || lost {
		return nil, fmt.Errorf("cut off: %w", context.Canceled)
	}
	res, err := p.next.Do(r)
	if err == nil && res.StatusCode == http.StatusOK && strings.HasPrefix(target, "AmazonSQS.SendMessage") {
		p.note(body)
	}
	if unheard && err == nil {
		_ = res.Body.Close()
		return nil, fmt.Errorf("answer lost: %w", context.Canceled)
	}
	return res, err
}

type sentEntry struct {
	MessageBody       string
	MessageAttributes map[string]struct{ StringValue string }
}

func (p *tap) note(body []byte) {
	var in struct {
		QueueURL string `json:"QueueUrl"`
		sentEntry
		Entries []sentEntry
	}
	if err := json.Unmarshal(body, &in); err != nil {
		panic(err)
	}
	if in.Entries == nil {
		in.Entries = []sentEntry{in.sentEntry}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range in.Entries {
		for _, d := range queue.Definitions() {
			if strings.HasSuffix(in.QueueURL, "-"+d.Name) && d.Name != queue.Events { // what becomes of events is for others to test
				p.letters = append(p.letters, letter{queue: d.Name, tenant: e.MessageAttributes[queue.AttrTenant].StringValue, body: e.MessageBody, receive: 1})
			}
		}
	}
}

// take returns what was sent since the last take.
func (p *tap) take() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.letters
	p.letters = nil
	return out
}

func (p *tap) set(change func(*tap)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// world is the jobs context on an environment, with one tenant and a clock of its own.
type world struct {
	*fntest.System
	tap    *tap
	clock  *clock.Fake
	tenant fntest.Tenant
	admin  authn.Claims
	// dead holds the messages that ended in a dead-letter queue.
	dead []letter
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return worldIn(t, "")
}

// newLoneWorld is a world on an environment of its own: the watch looks at every tenant's jobs, and the clocks of
// other tests run apart.
func newLoneWorld(t testing.TB) *world {
	t.Helper()
	env := awstest.Env(t)
	awstest.Provision(t, env)
	return worldIn(t, env)
}

func worldIn(t testing.TB, env string) *world {
	t.Helper()
	c := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, functions.Catalog(), jobs.Bindings(), c)
	if env != "" {
		sys.Config.Environment = env
	}
	w := &world{System: sys, clock: c, tap: &tap{next: sys.Config.AWS.HTTPClient, left: -1}}
	sys.Config.AWS.HTTPClient = w.tap
	w.tenant = sys.Tenant(t)
	w.admin = w.tenant.As(authz.Admin)
	return w
}

// drain empties the real queues: the messages that a test delivers itself stay in them otherwise.
func (w *world) drain(t testing.TB) {
	t.Helper()
	awstest.Purge(t, w.Config.Environment)
}

// consumers are the functions that the queues trigger, by queue.
var consumers = map[string]string{queue.JobSplit: "job-split", queue.JobChunks: "job-chunk"}

// deliver gives a message to its function, as SQS does, and reports whether it was handled.
func (w *world) deliver(t testing.TB, l letter) bool {
	t.Helper()
	w.clock.Advance(time.Millisecond)
	out := w.Invoke(t, consumers[l.queue], sqsEvent(l))
	return len(fntest.Decode[events.SQSEventResponse](t, out).BatchItemFailures) == 0
}

func sqsEvent(l letter) events.SQSEvent {
	return events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m-1", Body: l.body, EventSource: "aws:sqs", Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(l.receive)},
		MessageAttributes: map[string]events.SQSMessageAttribute{queue.AttrTenant: {DataType: "String", StringValue: &l.tenant}},
	}}}
}

// run delivers messages, oldest first, until none is left. One that fails comes again until its queue gives it up.
func (w *world) run(t testing.TB) {
	t.Helper()
	pending := w.tap.take()
	for len(pending) > 0 {
		l := pending[0]
		pending = pending[1:]
		if !w.deliver(t, l) {
			pending = append(pending, w.again(l)...)
		}
		pending = append(pending, w.tap.take()...)
	}
}

func (w *world) again(l letter) []letter {
	for _, d := range queue.Definitions() {
		if d.Name == l.queue && l.receive >= d.MaxReceive {
			w.dead = append(w.dead, l)
			return nil
		}
	}
	l.receive++
	return []letter{l}
}

func (w *world) call(t testing.TB, name string, r fntest.Request) fntest.Response {
	t.Helper()
	w.clock.Advance(time.Millisecond)
	if r.As == nil {
		r.As = &w.admin
	}
	return w.Call(t, name, r)
}

// submit creates a job of a body and returns it.
func (w *world) submit(t testing.TB, body any) jobs.Job {
	t.Helper()
	res := w.call(t, "jobs-create", fntest.Request{Body: body}).Want(t, http.StatusAccepted)
	return fntest.Decode[jobs.Job](t, res.Body)
}

func (w *world) job(t testing.TB, id string) jobs.Job {
	t.Helper()
	return fntest.Decode[jobs.Job](t, w.call(t, "jobs-get", fntest.Request{Path: path(id)}).Want(t, http.StatusOK).Body)
}

func path(id string) map[string]string { return map[string]string{"id": id} }

// result is what tests look at in a document's result.
type result struct {
	ID         string             `json:"id"`
	DocumentID string             `json:"document_id"`
	Decision   string             `json:"decision"`
	Error      *jobs.FailureCause `json:"error"`
	Findings   []map[string]any   `json:"findings"`
}

type resultPage struct {
	Data       []result `json:"data"`
	NextCursor *string  `json:"next_cursor"`
}

func (w *world) page(t testing.TB, id string, query map[string]string) resultPage {
	t.Helper()
	q := map[string][]string{}
	for k, v := range query {
		q[k] = []string{v}
	}
	res := w.call(t, "jobs-results", fntest.Request{Path: path(id), Query: q}).Want(t, http.StatusOK)
	return fntest.Decode[resultPage](t, res.Body)
}

// results reads all pages of a job's results.
func (w *world) results(t testing.TB, id string, limit int) []result {
	t.Helper()
	var out []result
	query := map[string]string{"limit": strconv.Itoa(limit)}
	for range 2000 {
		p := w.page(t, id, query)
		out = append(out, p.Data...)
		if p.NextCursor == nil {
			return out
		}
		query["cursor"] = *p.NextCursor
	}
	t.Fatal("the pages do not end")
	return nil
}

// doc is a document of a request.
type doc = map[string]any

func docs(n int) []doc {
	out := make([]doc, n)
	for i := range out {
		out[i] = doc{"id": fmt.Sprintf("doc-%d", i), "text": fmt.Sprintf("Write to user%d@corp.test about invoice %d.", i, i)}
	}
	return out
}
