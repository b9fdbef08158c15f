package functions_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"

	"guardrails/functions"
	"guardrails/functions/deliveries"
	"guardrails/functions/events"
	"guardrails/functions/rules"
	"guardrails/functions/tenants"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/destination"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

type body = map[string]any

// world is all that an event meets, from its publication to its receiver, with one tenant and a clock of its own. The
// test delivers the messages.
type world struct {
	*fntest.System
	post  *fntest.Post
	clock *clock.Fake
	own   fntest.Tenant
	admin authn.Claims
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldIn(t, "")
}

// alone is the environment of worlds that run schedules, which work for all tenants of one: one world at a time has it.
var alone struct {
	mu  sync.Mutex
	env string
}

// newLoneWorld is a world whose schedules nobody else runs.
func newLoneWorld(t *testing.T) *world {
	t.Helper()
	awstest.NeedServices(t)
	alone.mu.Lock()
	t.Cleanup(alone.mu.Unlock)
	if alone.env == "" {
		env := awstest.Env(t)
		awstest.Provision(t, env)
		alone.env = env
	}
	w := worldIn(t, alone.env)
	w.post.Only(w.own.ID) // and not for what earlier worlds left
	return w
}

// behind is how far a test may move its clock.
const behind = 100 * time.Hour

func worldIn(t *testing.T, env string) *world {
	t.Helper()
	// Deadlines are of the wall clock: tests move theirs behind it.
	c := clock.NewFake(time.Now().Add(-behind).Truncate(time.Second))
	bound := fn.Bindings{}
	for _, b := range []fn.Bindings{deliveries.Bindings(), events.Bindings(), rules.Bindings(), tenants.Bindings()} {
		maps.Copy(bound, b)
	}
	sys := fntest.NewAt(t, functions.Catalog(), bound, c)
	if env != "" {
		sys.Config.Environment = env
	}
	sys.Config.Destinations = destination.Rules{Private: true}
	w := &world{System: sys, post: sys.Post(), clock: c, own: sys.Tenant(t)}
	w.admin = w.own.As(authz.Admin)
	w.post.Take(queue.Events)
	return w
}

func path(id string) map[string]string { return map[string]string{"id": id} }

func query(t *testing.T, q string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(q)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// call calls a route as the tenant's admin.
func (w *world) call(t *testing.T, name string, r fntest.Request) fntest.Response {
	t.Helper()
	if r.As == nil {
		r.As = &w.admin
	}
	return w.Call(t, name, r)
}

// quiet is a receiver's answer that nobody has to redact.
func quiet(status int) receivertest.Fault { return receivertest.Answer(status, nil, "") }

// quietly starts a receiver whose first answers are empty.
func quietly(t *testing.T, statuses ...int) *receivertest.Receiver {
	t.Helper()
	r := receivertest.New(t)
	for _, s := range statuses {
		r.Next(quiet(s))
	}
	for range 50 {
		r.Next(quiet(200))
	}
	return r
}

// destination makes a webhook and returns its id and secret.
func (w *world) destination(t *testing.T, address string, more body) (destinationID, secret string) {
	t.Helper()
	in := body{"name": "Desk", "type": "webhook", "config": body{"url": address}}
	maps.Copy(in, more)
	got := w.call(t, "destinations-create", fntest.Request{Body: in}).Want(t, 201).JSON(t)
	secret, _ = got["secret"].(string)
	return got["id"].(string), secret
}

// rule makes a rule that sends orders to a destination.
func (w *world) rule(t *testing.T, destinationID string, action, more body) string {
	t.Helper()
	a := body{"destination_id": destinationID}
	maps.Copy(a, action)
	in := body{"name": "Orders", "event_types": []string{"orders.*"}, "actions": []body{a}}
	maps.Copy(in, more)
	return w.call(t, "rules-create", fntest.Request{Body: in}).Want(t, 201).JSON(t)["id"].(string)
}

// publish publishes one event and returns its id.
func (w *world) publish(t *testing.T, e body) string {
	t.Helper()
	if e["type"] == nil {
		e["type"] = "orders.order.created"
	}
	got := w.call(t, "events-publish", fntest.Request{Body: e}).Want(t, 202).JSON(t)
	return got["accepted"].([]any)[0].(string)
}

// send delivers what waits for delivery-send, until nothing is left that may be received now.
func (w *world) send(t *testing.T) {
	t.Helper()
	for range 20 {
		var now []fntest.Letter
		for _, l := range w.post.Take(queue.Deliveries) {
			if l.Delay > 0 {
				w.clock.Advance(time.Duration(l.Delay) * time.Second)
			}
			now = append(now, l)
		}
		if len(now) == 0 {
			return
		}
		if again := w.Deliver(t, "delivery-send", now...); len(again) > 0 {
			t.Fatalf("%d messages failed", len(again))
		}
	}
	t.Fatal("the messages do not end")
}

// once delivers what waits for delivery-send, once.
func (w *world) once(t *testing.T) {
	t.Helper()
	if again := w.Deliver(t, "delivery-send", w.post.Take(queue.Deliveries)...); len(again) > 0 {
		t.Fatalf("%d messages failed", len(again))
	}
}

// match gives the announced events to event-match.
func (w *world) match(t *testing.T) {
	t.Helper()
	if again := w.Deliver(t, "event-match", w.post.Take(queue.Events)...); len(again) > 0 {
		t.Fatalf("%d events failed", len(again))
	}
}

type delivery struct {
	ID            string  `json:"id"`
	EventID       string  `json:"event_id"`
	RuleID        string  `json:"rule_id"`
	RuleVersion   int     `json:"rule_version"`
	DestinationID string  `json:"destination_id"`
	Status        string  `json:"status"`
	Reason        string  `json:"reason"`
	NextAttemptAt *string `json:"next_attempt_at"`
	AttemptCount  int     `json:"attempt_count"`
	Attempts      []struct {
		Number         int               `json:"number"`
		StatusCode     *int              `json:"status_code"`
		Error          *string           `json:"error"`
		RequestHeaders map[string]string `json:"request_headers"`
		ResponseBody   string            `json:"response_body"`
	} `json:"attempts"`
}

// deliveries lists the tenant's deliveries.
func (w *world) deliveries(t *testing.T, q string) []delivery {
	t.Helper()
	res := w.call(t, "deliveries-list", fntest.Request{Query: query(t, q)}).Want(t, 200)
	return fntest.Decode[struct{ Data []delivery }](t, res.Body).Data
}

// delivery reads the one delivery of an event.
func (w *world) delivery(t *testing.T, eventID string) delivery {
	t.Helper()
	list := w.deliveries(t, "event_id="+eventID)
	if len(list) != 1 {
		t.Fatalf("%d deliveries of the event, want 1", len(list))
	}
	return fntest.Decode[delivery](t, w.call(t, "deliveries-get", fntest.Request{Path: path(list[0].ID)}).Want(t, 200).Body)
}

// rows are the tenant's events of a type, oldest first; all without one.
func (w *world) rows(t *testing.T, typ string) []outbox.Row {
	t.Helper()
	var all []outbox.Row
	if _, err := w.Env().Table(table.Events).Query(t.Context(), w.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 200, Oldest: true}, &all); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(r outbox.Row) bool { return typ != "" && r.Type != typ })
}

// stream gives events to event-resend, as their table's stream does.
func (w *world) stream(t *testing.T, list ...outbox.Row) {
	t.Helper()
	var ev lambda.DynamoDBEvent
	for _, r := range list {
		ev.Records = append(ev.Records, record(t, w.own.ID, r))
	}
	if failed := fntest.Decode[lambda.DynamoDBEventResponse](t, w.Invoke(t, "event-resend", ev)).BatchItemFailures; len(failed) > 0 {
		t.Fatalf("records failed: %v", failed)
	}
}

// record is the insertion of an event in a stream.
func record(t *testing.T, tenantID string, r outbox.Row) lambda.DynamoDBEventRecord {
	t.Helper()
	image := map[string]lambda.DynamoDBAttributeValue{}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range fntest.Decode[map[string]any](t, raw) {
		switch v := v.(type) {
		case string:
			image[name] = lambda.NewStringAttribute(v)
		case float64:
			image[name] = lambda.NewNumberAttribute(json.Number(mustJSON(t, v)).String())
		case []any:
			var list []lambda.DynamoDBAttributeValue
			for _, e := range v {
				list = append(list, lambda.NewStringAttribute(e.(string)))
			}
			image[name] = lambda.NewListAttribute(list)
		}
	}
	return lambda.DynamoDBEventRecord{EventName: "INSERT", Change: lambda.DynamoDBStreamRecord{
		SequenceNumber: "1", NewImage: image,
		Keys: map[string]lambda.DynamoDBAttributeValue{"pk": lambda.NewStringAttribute("T#" + tenantID + "#" + table.PartEvents), "sk": lambda.NewStringAttribute(r.ID)},
	}}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tick runs a schedule.
func (w *world) tick(t *testing.T, name string) {
	t.Helper()
	w.Invoke(t, name, body{})
}

// arrived waits until the receiver has n requests.
func arrived(t *testing.T, r *receivertest.Receiver, n int) []receivertest.Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got, err := r.Wait(ctx, n)
	if err != nil || len(got) != n {
		t.Fatalf("%d requests arrived, want %d", len(got), n)
	}
	return got
}

// eventID is an id that the platform may have given an event now.
func (w *world) eventID() string { return id.NewGenerator(w.clock, nil).New(id.Event) }
