package functions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"

	"guardrails/shared/fntest"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

func TestTheStreamSendsExactlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := quietly(t), quietly(t)
	a, _ := w.destination(t, first.URL(), nil)
	b, _ := w.destination(t, second.URL(), nil)
	w.rule(t, a, nil, nil)
	w.rule(t, b, nil, nil)
	w.publish(t, body{})
	w.once(t)
	arrived(t, first, 1)
	arrived(t, second, 1)
	w.post.Refuse(queue.Deliveries)
	lost := w.publish(t, body{"id": "lost", "data": body{"total": 3}})
	w.post.Refuse()
	if got := w.post.Take(queue.Deliveries); len(got) > 0 {
		t.Fatalf("%d messages were taken by a queue that is down", len(got))
	}
	w.clock.Advance(time.Minute)
	w.stream(t, w.rows(t, "")...)
	if got := w.post.Take(queue.Deliveries); len(got) != 2 || got[0].Delay != 0 { // and these are lost as well
		t.Fatalf("messages %+v, want the two that were lost", got)
	}
	w.stream(t, w.rows(t, "")...)
	w.send(t)
	w.stream(t, w.rows(t, "")...)
	w.once(t)
	arrived(t, first, 2)
	arrived(t, second, 2)
	if got := w.deliveries(t, "event_id="+lost); len(got) != 2 || got[0].Status != "delivered" || got[1].Status != "delivered" {
		t.Errorf("deliveries of the lost event %+v", got)
	}
}

func TestASpareMessageWaitsAndThenHasNothingToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	own := w.post.Take(queue.Deliveries)
	w.stream(t, w.rows(t, "orders.order.created")...)
	spare := w.post.Take(queue.Deliveries)
	if len(own) != 1 || len(spare) != 1 || spare[0].Delay < 5 {
		t.Fatalf("own %+v, spare %+v", own, spare)
	}
	w.Deliver(t, "delivery-send", own...)
	w.Deliver(t, "delivery-send", spare...)
	arrived(t, r, 1)
}

func TestWhatNoQueueTakesIsSweptUp(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.post.Refuse(queue.Deliveries)
	id := w.publish(t, body{})
	w.stream(t, w.rows(t, "orders.order.created")...)
	if d := w.delivery(t, id); d.Status != "pending" || d.AttemptCount != 0 || d.NextAttemptAt == nil {
		t.Errorf("written down as %+v", d)
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.Function(t, "delivery-sweep").Invoke(t.Context(), []byte("{}")); err == nil {
		t.Error("a sweep that can send nothing is a success")
	}
	w.post.Refuse()
	w.tick(t, "delivery-sweep")
	w.send(t)
	w.tick(t, "delivery-sweep")
	w.send(t)
	arrived(t, r, 1)
	if d := w.delivery(t, id); d.Status != "delivered" {
		t.Errorf("delivery %+v", d)
	}
}

func TestALostRetryIsSweptUp(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t, 503)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.once(t)
	w.post.Take(queue.Deliveries) // the message of the second attempt is lost
	w.tick(t, "delivery-sweep")
	if got := w.post.Take(queue.Deliveries); len(got) > 0 {
		t.Fatal("swept before it is due")
	}
	w.clock.Advance(10 * time.Minute)
	w.tick(t, "delivery-sweep")
	w.send(t)
	arrived(t, r, 2)
	if d := w.delivery(t, id); d.Status != "delivered" || d.AttemptCount != 2 {
		t.Errorf("delivery %+v", d)
	}
}

func TestReconcileFindsGapsOfRulesThatWereThere(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	rule := w.rule(t, dst, nil, nil)
	w.clock.Advance(time.Minute)
	w.post.Refuse(queue.Deliveries)
	var want []string
	for i := range 3 {
		want = append(want, w.publish(t, body{"id": fmt.Sprint("gap-", i)}))
		w.clock.Advance(time.Second)
	}
	w.post.Refuse()
	w.publish(t, body{"id": "sent"})
	w.send(t)
	w.clock.Advance(time.Minute)
	late := w.rule(t, dst, nil, body{"name": "Younger than the events"})
	w.tick(t, "event-reconcile")
	if got := w.post.Take(queue.Deliveries); len(got) > 0 {
		t.Fatalf("%d messages for events that are too young to be judged", len(got))
	}
	w.clock.Advance(20 * time.Minute)
	w.tick(t, "event-reconcile")
	w.send(t)
	arrived(t, r, 4)
	var got []string
	for _, d := range w.deliveries(t, "rule_id="+rule+"&limit=100") {
		if d.EventID != "sent" {
			got = append(got, d.EventID)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) || len(w.deliveries(t, "rule_id="+late)) > 0 {
		t.Errorf("gaps found %v, of the younger rule %v", got, w.deliveries(t, "rule_id="+late))
	}
	w.clock.Advance(time.Hour)
	w.tick(t, "event-reconcile")
	if again := w.post.Take(queue.Deliveries); len(again) > 0 {
		t.Errorf("%d messages when nothing is missing", len(again))
	}
}

// TestReconcileWalksManyEvents has more events than a page, of which the oldest and the newest are missing.
func TestReconcileWalksManyEvents(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	w.rule(t, dst, nil, body{"condition": `event.subject == "gap"`})
	w.clock.Advance(time.Minute)
	w.post.Refuse(queue.Deliveries)
	w.publish(t, body{"subject": "gap"})
	for range 3 {
		w.clock.Advance(time.Second)
		w.call(t, "events-publish", fntest.Request{Body: slices.Repeat([]body{{"type": "orders.order.created"}}, 90)}).Want(t, 202)
	}
	w.clock.Advance(time.Second)
	w.publish(t, body{"subject": "gap"})
	w.post.Refuse()
	w.clock.Advance(20 * time.Minute)
	w.tick(t, "event-reconcile")
	if got := w.post.Take(queue.Deliveries); len(got) != 2 {
		t.Errorf("%d messages, want 2", len(got))
	}
}

func TestMatchWorksFromTheTableToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	// An event that is too large for its announcement, and one that has expired since.
	large := outbox.Row{ID: w.eventID(), Type: "orders.order.created", Version: 1, Time: "2026-01-01T00:00:00.000Z", Data: `{"a":1}`, TTL: 1}
	if err := w.Env().Table(table.Events).Put(t.Context(), w.own.Scope(t), table.EventKey(large.ID), large, table.Always()); err != nil {
		t.Fatal(err)
	}
	q := w.Env().Queue(queue.Events)
	for _, id := range []string{large.ID, w.eventID()} {
		if err := q.Send(t.Context(), w.own.Scope(t), outbox.Announcement{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	w.match(t)
	w.once(t)
	arrived(t, r, 1)
	if d := w.delivery(t, large.ID); d.Status != "delivered" {
		t.Errorf("delivery %+v", d)
	}
}

func TestMatchComesAgainWhileTheQueueIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, body{"event_types": []string{"destination.created"}})
	w.destination(t, r.URL(), body{"name": "Another"})
	announced := w.post.Take(queue.Events)
	w.post.Refuse(queue.Deliveries)
	again := w.Deliver(t, "event-match", announced...)
	if len(again) != 2 { // each creation of a destination
		t.Fatalf("%d messages come again, want those that match", len(again))
	}
	w.post.Refuse()
	w.Deliver(t, "event-match", again...)
	w.send(t)
	arrived(t, r, 2)
}

// TestAQueueThatHangsHoldsNobodyUp publishes while the queue gives no answer: what is committed is accepted.
func TestAQueueThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.post.Hang(queue.Deliveries)
	w.publish(t, body{})
	w.post.Hang()
	w.clock.Advance(time.Minute)
	w.stream(t, w.rows(t, "orders.order.created")...)
	w.send(t)
	arrived(t, r, 1)
}

func TestStrangeDataArrivesAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.rule(t, dst, body{"template": `{"n": event.data.n}`}, body{"condition": `event.data.n > 5`})
	const data = `{"n":1e300,"i":123456789012345678901234567890,"z":-0,"s":"\u0000\u2028<script>\ud83d\ude00","":{"":[]},"__proto__":null}`
	id := w.call(t, "events-publish", fntest.Request{Body: `{"type":"orders.order.created","data":` + data + `}`}).Want(t, 202).JSON(t)["accepted"].([]any)[0].(string)
	w.send(t)
	var got []string
	for _, q := range arrived(t, r, 2) {
		got = append(got, string(fntest.Decode[struct{ Data json.RawMessage }](t, q.Body).Data))
	}
	if !slices.Contains(got, data) || !slices.Contains(got, `{"n":1e+300}`) {
		t.Errorf("arrived as %s", got)
	}
	if whole := w.call(t, "events-get", fntest.Request{Path: path(id)}).Want(t, 200); !strings.Contains(string(whole.Body), "123456789012345678901234567890") {
		t.Errorf("shown as %s", whole.Body)
	}
}

func TestTheStreamWaitsForTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	w.post.Take(queue.Deliveries)
	ev := lambda.DynamoDBEvent{Records: []lambda.DynamoDBEventRecord{record(t, w.own.ID, w.rows(t, "orders.order.created")[0])}}
	w.Function(t, "event-resend")
	w.Cut()
	if failed := fntest.Decode[lambda.DynamoDBEventResponse](t, w.Invoke(t, "event-resend", ev)).BatchItemFailures; len(failed) != 1 {
		t.Errorf("without a store %d records failed", len(failed))
	}
	w.Mend()
	for _, ignored := range []string{"MODIFY", "REMOVE"} {
		ev.Records[0].EventName = ignored
		w.Invoke(t, "event-resend", ev)
	}
	if got := w.post.Take(queue.Deliveries); len(got) != 0 {
		t.Errorf("%d messages for what is no new event", len(got))
	}
	ev.Records[0].EventName = "INSERT"
	w.Invoke(t, "event-resend", ev)
	if got := w.post.Take(queue.Deliveries); len(got) != 1 {
		t.Errorf("%d messages, want 1", len(got))
	}
}
