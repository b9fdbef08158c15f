package functions_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// numbers are those of the events of what a receiver got, in the order in which it came.
func numbers(bodies []string) string {
	var out []string
	for _, b := range bodies {
		_, rest, _ := strings.Cut(b, `"n":`)
		n, _, _ := strings.Cut(rest, "}")
		out = append(out, n)
	}
	return strings.Join(out, " ")
}

// several publishes events numbered from first on in one request.
func (w *world) several(t *testing.T, first, n int) {
	t.Helper()
	var list []body
	for i := range n {
		list = append(list, body{"type": "orders.order.created", "data": body{"n": first + i}})
	}
	w.call(t, "events-publish", fntest.Request{Body: body{"events": list}}).Want(t, 202)
}

// An ordered destination gets events in their order, whatever order their messages come in; one that fails holds up those
// behind it until it has arrived.
func TestAnOrderedDestinationGetsEventsInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 200, 200, 503)
	dst, _ := w.destination(t, r.URL(), body{"ordered": true, "limits": body{"per_second": 1000}})
	w.rule(t, dst, body{"retry": body{"strategy": "fixed", "max_attempts": 3, "initial_delay_ms": 1000}}, nil)
	w.post.Take(queue.Events)
	w.several(t, 0, 7)
	w.several(t, 7, 5)
	w.send(t)
	got := arrived(t, r, 13)
	var bodies []string
	for _, request := range got {
		bodies = append(bodies, string(request.Body))
	}
	if s := numbers(bodies); s != "0 1 2 2 3 4 5 6 7 8 9 10 11" {
		t.Errorf("events came as %s", s)
	}
	if list := w.deliveries(t, "limit=50&status=delivered&destination_id="+dst); len(list) != 12 {
		t.Errorf("%d deliveries arrived", len(list))
	}
}

// One that is given up lets those behind it go.
func TestAnOrderedDestinationGoesOnBehindADeadDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 200, 400)
	dst, _ := w.destination(t, r.URL(), body{"ordered": true, "limits": body{"per_second": 1000}})
	w.rule(t, dst, nil, nil)
	w.post.Take(queue.Events)
	w.several(t, 0, 4)
	w.send(t)
	arrived(t, r, 4)
	var states []string
	for _, d := range w.deliveries(t, "limit=50&destination_id="+dst) {
		states = append(states, d.Status)
	}
	slices.Sort(states) // events of one millisecond have no order in the list
	if got := fmt.Sprint(states); got != "[dead delivered delivered delivered]" {
		t.Errorf("deliveries: %s", got)
	}
}

// A test event of one destination is nobody else's, whatever the rules of an ordered one say.
func TestATestEventIsNoBusinessOfAnOrderedDestination(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ordered, other := quietly(t), quietly(t)
	dst, _ := w.destination(t, ordered.URL(), body{"ordered": true})
	tried, _ := w.destination(t, other.URL(), nil)
	w.rule(t, dst, nil, body{"event_types": []string{"destination.tested", "orders.*"}})
	w.post.Take(queue.Events)
	w.call(t, "destinations-test", fntest.Request{Path: path(tried)}).Want(t, 202)
	w.match(t)
	w.several(t, 1, 1)
	w.send(t)
	arrived(t, other, 1)
	if got := arrived(t, ordered, 1); !strings.Contains(string(got[0].Body), "orders.order.created") {
		t.Errorf("the ordered destination got %s", got[0].Body)
	}
}

// ordered makes an ordered destination with a rule, and returns the destination's id.
func (w *world) ordered(t *testing.T, r *receivertest.Receiver, more body) string {
	t.Helper()
	in := body{"ordered": true, "limits": body{"per_second": 1000}}
	maps.Copy(in, more)
	dst, _ := w.destination(t, r.URL(), in)
	w.rule(t, dst, nil, nil)
	w.post.Take(queue.Events)
	return dst
}

// What is begun anew by hand lies behind the cursor, and is attempted all the same.
func TestADeadDeliveryInOrderIsRetriedAndReplayed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 200, 400, 400)
	dst := w.ordered(t, r, nil)
	w.several(t, 0, 4)
	w.send(t)
	arrived(t, r, 4)
	dead := w.deliveries(t, "status=dead&destination_id="+dst)
	if len(dead) != 2 {
		t.Fatalf("%d dead deliveries", len(dead))
	}
	w.call(t, "deliveries-retry", fntest.Request{Path: path(dead[0].ID)}).Want(t, 202)
	w.send(t)
	arrived(t, r, 5)
	w.replay(t, body{"destination_id": dst}, false)
	w.replayed(t)
	arrived(t, r, 6)
	if n := len(w.deliveries(t, "status=delivered&destination_id="+dst)); n != 4 {
		t.Errorf("%d delivered, want 4", n)
	}
}

// An event that is committed after others with later ids comes late and is not lost: by its own message, and by the
// reconciliation where that is lost too.
func TestAnEventCommittedLateIsDeliveredInOrderToo(t *testing.T) {
	t.Parallel()
	for name, net := range map[string]bool{"its message": false, "the reconciliation": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if net {
				w = newLoneWorld(t)
			}
			r := quietly(t)
			w.ordered(t, r, nil)
			w.clock.Advance(time.Minute)
			late := w.eventID()
			w.clock.Advance(time.Minute)
			w.several(t, 1, 2)
			w.send(t)
			arrived(t, r, 2)
			row := w.rows(t, "orders.order.created")[0]
			row.ID, row.Given, row.Data = late, "", `{"n":0}`
			if err := w.Env().Table(table.Events).Put(t.Context(), w.own.Scope(t), table.EventKey(late), row, table.IfAbsent()); err != nil {
				t.Fatal(err)
			}
			if net {
				w.clock.Advance(20 * time.Minute)
				w.tick(t, "event-reconcile")
			} else {
				w.stream(t, row)
			}
			w.clock.Advance(time.Minute)
			w.send(t)
			var bodies []string
			for _, request := range arrived(t, r, 3) {
				bodies = append(bodies, string(request.Body))
			}
			if got := numbers(bodies); got != "1 2 0" {
				t.Errorf("events came as %s", got)
			}
		})
	}
}

// After the breaker has closed the destination is asked slowly for a while, and what is published then comes.
func TestOrderGoesOnWhileADestinationRecovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 503, 503, 200)
	dst := w.ordered(t, r, body{"limits": body{"per_second": 1000, "breaker_failures": 2}})
	w.several(t, 0, 1)
	for range 40 {
		w.send(t)
		w.clock.Advance(time.Minute)
		w.tick(t, "delivery-sweep")
		if len(w.deliveries(t, "status=delivered&destination_id="+dst)) == 1 {
			break
		}
	}
	w.clock.Advance(time.Second)
	w.several(t, 1, 3)
	w.send(t)
	if n := len(w.deliveries(t, "status=delivered&destination_id="+dst)); n != 4 {
		t.Errorf("%d delivered, want 4", n)
	}
}

// A destination that wants no order any more gets what waited behind a delivery that fails.
func TestTurningOrderOffLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 503)
	dst := w.ordered(t, r, nil)
	w.several(t, 0, 5)
	w.once(t) // they are too young
	w.clock.Advance(3 * time.Second)
	w.once(t) // the first fails and holds up the others
	arrived(t, r, 1)
	got := w.call(t, "destinations-get", fntest.Request{Path: path(dst)}).Want(t, 200)
	in := body{"name": "Desk", "type": "webhook", "config": body{"url": r.URL()}, "limits": body{"per_second": 1000}}
	w.call(t, "destinations-update", fntest.Request{Path: path(dst), Headers: map[string]string{"If-Match": got.Header.Get("ETag")}, Body: in}).Want(t, 200)
	w.clock.Advance(2 * time.Minute)
	w.post.Take(queue.Deliveries) // the messages that only said that there is something to do
	w.replayed(t)
	w.clock.Advance(10 * time.Minute)
	w.tick(t, "delivery-sweep")
	w.send(t)
	if n := len(w.deliveries(t, "status=delivered&destination_id="+dst)); n != 5 {
		t.Errorf("%d delivered, want 5", n)
	}
}

// A rate below one a second is kept without anybody sleeping for it.
func TestOrderKeepsASlowRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst := w.ordered(t, r, body{"limits": body{"per_second": 0.1}})
	w.several(t, 0, 4)
	begin := w.clock.Now()
	for range 20 {
		w.send(t) // waits as long as the messages do
		if len(w.deliveries(t, "status=delivered&destination_id="+dst)) == 4 {
			break
		}
		w.clock.Advance(time.Second)
	}
	if n := len(w.deliveries(t, "status=delivered&destination_id="+dst)); n != 4 {
		t.Fatalf("%d delivered, want 4", n)
	}
	if took := w.clock.Now().Sub(begin); took < 30*time.Second || took > 90*time.Second {
		t.Errorf("four events at one in ten seconds took %s", took)
	}
}
