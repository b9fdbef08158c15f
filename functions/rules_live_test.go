package functions_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"guardrails/shared/fntest"
	"guardrails/shared/queue"
)

// ruleTTL is how long functions may remember rules here. A change of them answers after as long.
const ruleTTL = 5 * time.Millisecond

// matches publishes an event and returns how many deliveries its own match, and that of event-match, call for.
func (w *world) matches(t *testing.T, e body) (published, matched int) {
	t.Helper()
	e["type"] = "orders.order.created"
	w.publish(t, e)
	published = len(w.post.Take(queue.Deliveries))
	rows := w.rows(t, "orders.order.created")
	w.clock.Advance(time.Millisecond) // so that the next one is the last
	if err := w.Env().Queue(queue.Events).Send(t.Context(), w.own.Scope(t), body{"id": rows[len(rows)-1].ID}); err != nil {
		t.Fatal(err)
	}
	w.match(t)
	return published, len(w.post.Take(queue.Deliveries))
}

func TestChangesOfRulesTakeEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Config.ConfigTTL = ruleTTL
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	want := func(what string, n int) {
		t.Helper()
		w.clock.Advance(ruleTTL)
		w.post.Take(queue.Events)
		if a, b := w.matches(t, body{"subject": "order-1"}); a != n || b != n {
			t.Errorf("%s: %d and %d deliveries, want %d", what, a, b, n)
		}
	}
	want("without rules", 0)
	first := w.rule(t, dst, nil, nil)
	want("a rule", 1)
	second := w.rule(t, dst, nil, body{"condition": `event.subject == "order-1"`})
	want("another", 2)
	put := func(id string, more body) {
		t.Helper()
		in := body{"name": "Orders", "event_types": []string{"orders.*"}, "actions": []body{{"destination_id": dst}}}
		for k, v := range more {
			in[k] = v
		}
		w.call(t, "rules-update", fntest.Request{Path: path(id), Body: in}).Want(t, 200)
	}
	put(second, body{"condition": `event.subject == "order-2"`})
	want("a condition that does not hold", 1)
	put(second, nil)
	want("one that is gone", 2)
	put(first, body{"enabled": false})
	want("a disabled rule", 1)
	put(first, nil)
	w.call(t, "rules-delete", fntest.Request{Path: path(second)}).Want(t, 204)
	want("a deleted rule", 1)
	w.call(t, "rules-delete", fntest.Request{Path: path(first)}).Want(t, 204)
	want("when all are deleted", 0)
}

func TestADeliveryKeepsToTheVersionThatMatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	rule := w.rule(t, dst, body{"template": `{"v": 1}`}, nil)
	w.publish(t, body{})
	w.call(t, "rules-update", fntest.Request{Path: path(rule), Body: body{
		"name": "Orders", "event_types": []string{"orders.*"}, "actions": []body{{"destination_id": dst, "template": `{"v": 2}`}},
	}}).Want(t, 200)
	id := w.publish(t, body{})
	w.call(t, "rules-delete", fntest.Request{Path: path(rule)}).Want(t, 204)
	w.once(t)
	var got []string
	for _, q := range arrived(t, r, 2) {
		got = append(got, fmt.Sprint(fntest.Decode[struct{ Data body }](t, q.Body).Data))
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"map[v:1]", "map[v:2]"}) || w.delivery(t, id).RuleVersion != 2 {
		t.Errorf("sent %v", got)
	}
}

func TestWhatARuleDoesIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	rule := w.rule(t, dst, nil, body{"condition": "event.data.total / event.data.parts > 10"})
	for _, e := range []body{{"data": body{"total": 11, "parts": 1}}, {"data": body{"total": 11, "parts": 2}}, {"data": body{"total": 11}}} {
		w.clock.Advance(6 * time.Second)
		w.publish(t, e)
	}
	w.stream(t, w.rows(t, "")...) // counts nothing twice
	w.clock.Advance(6 * time.Second)
	w.publish(t, body{"data": body{"total": 12, "parts": 1}})
	h := w.call(t, "rules-get", fntest.Request{Path: path(rule)}).Want(t, 200).JSON(t)["health"].(body)
	if h["matches"] != 2.0 || h["failures"] != 1.0 || h["last_failure"] != "no_such_field" || h["last_matched_at"] == nil || h["last_failed_at"] == nil {
		t.Errorf("health %v", h)
	}
}

// TestTheStreamBringsNothingFromBeforeARule has an event that comes late by the stream, after a rule for it was made, and
// another after a rule was enabled.
func TestTheStreamBringsNothingFromBeforeARule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Config.ConfigTTL = ruleTTL
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	late := func(what string, n int) {
		t.Helper()
		w.clock.Advance(time.Minute)
		w.stream(t, w.rows(t, "orders.order.created")...)
		if got := len(w.post.Take(queue.Deliveries)); got != n {
			t.Errorf("%s: %d deliveries, want %d", what, got, n)
		}
	}
	w.publish(t, body{})
	w.clock.Advance(2 * time.Second)
	rule := w.rule(t, dst, nil, nil)
	late("a rule that was made after the event", 0)
	put := func(enabled bool) {
		t.Helper()
		w.call(t, "rules-update", fntest.Request{Path: path(rule), Body: body{
			"name": "Orders", "event_types": []string{"orders.*"}, "actions": []body{{"destination_id": dst}}, "enabled": enabled,
		}}).Want(t, 200)
	}
	put(false)
	w.publish(t, body{})
	w.clock.Advance(2 * time.Second)
	put(true)
	late("a rule that was enabled after the event", 0)
	w.post.Refuse(queue.Deliveries)
	w.publish(t, body{})
	w.post.Refuse()
	late("a rule from before the last event", 1)
}
