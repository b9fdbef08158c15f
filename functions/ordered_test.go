package functions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/fntest"
	"guardrails/shared/queue"
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
