package fntest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/queue"
)

// Post stands in for the queues: it keeps what functions send until the test delivers it, so that a test says when each
// message comes, in which order and how often.
type Post struct {
	next aws.HTTPClient

	mu      sync.Mutex
	letters []Letter
	sent    int
	refused []string
	hanging []string
	only    string
}

// Letter is a message that a function sent.
type Letter struct {
	Queue, Body string
	// Delay is after how many seconds it may be received.
	Delay int
	// Receive is how often it has been, this time included.
	Receive int

	id         string
	attributes map[string]events.SQSMessageAttribute
}

// Post takes the place of the System's queues; it is called before any function is.
func (s *System) Post() *Post {
	p := &Post{next: s.Config.AWS.HTTPClient}
	s.Config.AWS.HTTPClient = p
	return p
}

// Refuse makes queues take nothing, until it is called without any.
func (p *Post) Refuse(queues ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = queues
}

// Hang makes queues give no answer, until it is called without any.
func (p *Post) Hang(queues ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hanging = queues
}

// Only drops the messages of other tenants from then on.
func (p *Post) Only(tenantID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.only = tenantID
}

// Take returns what was sent to a queue since it was last taken, the oldest first.
func (p *Post) Take(name string) []Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Letter
	p.letters = slices.DeleteFunc(p.letters, func(l Letter) bool {
		if l.Queue == name {
			out = append(out, l)
		}
		return l.Queue == name
	})
	return out
}

var errRefused = errors.New("fntest: the queue takes nothing")

// Do keeps messages and lets everything else pass.
func (p *Post) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.SendMessage") {
		return p.next.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in outgoing
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if p.hangs(in.name()) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	out, err := p.keep(in)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(out)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(bytes.NewReader(answer)), Request: r,
	}, err
}

type outgoing struct {
	QueueURL string `json:"QueueUrl"`
	outgoingOne
	Entries []outgoingOne
}

type outgoingOne struct {
	ID                string `json:"Id"`
	MessageBody       string
	DelaySeconds      int
	MessageAttributes map[string]struct{ DataType, StringValue string }
}

// name is which queue it goes to.
func (o outgoing) name() string {
	for _, d := range queue.Definitions() {
		if strings.HasSuffix(o.QueueURL, "-"+d.Name) {
			return d.Name
		}
	}
	return ""
}

func (p *Post) hangs(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.hanging, name)
}

func (p *Post) keep(in outgoing) (any, error) {
	name := in.name()
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.refused, name) {
		return nil, errRefused
	}
	type taken struct {
		ID        string `json:"Id"`
		MessageID string `json:"MessageId"`
	}
	var all []taken
	entries := in.Entries
	if entries == nil {
		entries = []outgoingOne{in.outgoingOne}
	}
	for _, e := range entries {
		p.sent++
		l := Letter{Queue: name, Body: e.MessageBody, Delay: e.DelaySeconds, Receive: 1, id: "m-" + strconv.Itoa(p.sent), attributes: map[string]events.SQSMessageAttribute{}}
		for k, v := range e.MessageAttributes {
			l.attributes[k] = events.SQSMessageAttribute{DataType: v.DataType, StringValue: aws.String(v.StringValue)}
		}
		all = append(all, taken{e.ID, l.id})
		if p.only == "" || p.only == e.MessageAttributes[queue.AttrTenant].StringValue {
			p.letters = append(p.letters, l)
		}
	}
	if in.Entries == nil {
		return all[0], nil
	}
	return map[string]any{"Successful": all}, nil
}

// Deliver gives messages to a queue's consumer, ten a batch, and returns those that are to come again.
func (s *System) Deliver(t testing.TB, function string, letters ...Letter) []Letter {
	t.Helper()
	var again []Letter
	for batch := range slices.Chunk(letters, 10) {
		var ev events.SQSEvent
		for _, l := range batch {
			ev.Records = append(ev.Records, events.SQSMessage{
				MessageId: l.id, Body: l.Body, EventSource: "aws:sqs", MessageAttributes: l.attributes,
				Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(l.Receive)},
			})
		}
		res := Decode[events.SQSEventResponse](t, s.Invoke(t, function, ev))
		for _, f := range res.BatchItemFailures {
			i := slices.IndexFunc(batch, func(l Letter) bool { return l.id == f.ItemIdentifier })
			l := batch[i]
			l.Receive++
			again = append(again, l)
		}
	}
	return again
}
