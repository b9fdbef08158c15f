package functions_test

import (
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// replay asks for a replay and returns the answer.
func (w *world) replay(t *testing.T, filter body, dry bool) body {
	t.Helper()
	return w.call(t, "deliveries-replay", fntest.Request{Body: body{"filter": filter, "dry_run": dry}}).Want(t, 202).JSON(t)
}

// replayed carries a replay out and sends what it begins.
func (w *world) replayed(t *testing.T) {
	t.Helper()
	for range 10 {
		letters := w.post.Take(queue.Replays)
		if len(letters) == 0 {
			break
		}
		w.Deliver(t, "delivery-replay", letters...)
	}
	w.send(t)
}

// failing makes n deliveries that are dead, and a receiver that is well again.
func failing(t *testing.T, w *world, n int) *receivertest.Receiver {
	t.Helper()
	statuses := make([]int, n)
	for i := range statuses {
		statuses[i] = 400
	}
	r := quietly(t, statuses...)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	for range n {
		w.publish(t, body{})
		w.clock.Advance(time.Second)
	}
	w.send(t)
	arrived(t, r, n)
	return r
}

func TestAReplayTakesWhatItsFilterSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begin := w.clock.Now()
	r := failing(t, w, 4)
	dead := w.deliveries(t, "status=dead")
	filter := body{"since": clock.Format(begin.Add(time.Second)), "until": clock.Format(begin.Add(2 * time.Second)), "destination_id": dead[0].DestinationID, "event_type": "orders.order.created"}
	if got := w.replay(t, filter, true); got["matched"] != 2.0 || got["enqueued"] != 0.0 || got["replay_id"] != nil || got["complete"] != true || len(w.post.Take(queue.Replays)) != 0 {
		t.Errorf("dry run %v", got)
	}
	for _, none := range []body{{"event_type": "orders.order.lost"}, {"destination_id": "dst_01jd3zk8q4x5v6w7y8z9a0b1c2"}, {"rule_id": "x"}, {"status": "delivered"}, {"status": "cancelled"}, {"until": clock.Format(begin.Add(-time.Hour))}} {
		if got := w.replay(t, none, false); got["matched"] != 0.0 || got["replay_id"] != nil {
			t.Errorf("%v matches %v", none, got)
		}
	}
	if got := w.replay(t, filter, false); got["matched"] != 2.0 || got["enqueued"] != 2.0 || got["replay_id"] == nil {
		t.Errorf("replay %v", got)
	}
	w.replayed(t)
	arrived(t, r, 6)
	if n := len(w.deliveries(t, "status=dead")); n != 2 {
		t.Errorf("%d are dead still, want the two outside the time", n)
	}
	if rows := w.rows(t, "delivery.replayed"); len(rows) != 1 {
		t.Errorf("events %+v", rows)
	}
}

func TestReplayingTwiceSendsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := failing(t, w, 3)
	w.replay(t, body{}, false)
	w.replay(t, body{}, false) // both asked for before either was carried out
	letters := w.post.Take(queue.Replays)
	for range 2 { // and each comes twice
		w.Deliver(t, "delivery-replay", letters...)
	}
	w.send(t)
	w.Deliver(t, "delivery-replay", letters...)
	w.send(t)
	arrived(t, r, 6)
	if n := len(w.deliveries(t, "status=delivered")); n != 3 {
		t.Errorf("%d delivered, want 3", n)
	}
	if got := w.replay(t, body{}, false); got["matched"] != 0.0 {
		t.Errorf("nothing is dead, and %v", got)
	}
}

func TestAReplayOfWhatArrivedSendsItOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	for range 3 {
		w.publish(t, body{})
	}
	w.send(t)
	w.clock.Advance(time.Second)
	if got := w.replay(t, body{"status": "delivered"}, false); got["enqueued"] != 3.0 {
		t.Errorf("replay %v", got)
	}
	letters := w.post.Take(queue.Replays)
	w.clock.Advance(time.Second)
	w.publish(t, body{}) // younger than the request
	w.send(t)
	w.Deliver(t, "delivery-replay", letters...)
	w.replayed(t)
	w.Deliver(t, "delivery-replay", letters...)
	w.replayed(t)
	arrived(t, r, 7)
}

func TestReplaysThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for location, in := range map[string]body{
		"/filter/status": {"status": "parked"},
		"/filter/since":  {"since": "yesterday"},
		"/filter/until":  {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
		"/filter/events": {"events": []string{"x"}},
	} {
		p := w.call(t, "deliveries-replay", fntest.Request{Body: body{"filter": in}}).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%v: %+v", in, p.Errors)
		}
	}
	if got := w.replay(t, body{"since": "2100-01-01T00:00:00Z"}, false); got["matched"] != 0.0 {
		t.Errorf("since a time to come: %v", got)
	}
	viewer := w.own.As("viewer")
	w.call(t, "deliveries-replay", fntest.Request{As: &viewer, Body: body{"filter": body{}}}).WantProblem(t, 403, "forbidden")
}

func TestRetryAndCancelByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 503)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.once(t)
	late := w.post.Take(queue.Deliveries) // waits for its second attempt
	d := w.delivery(t, id)
	if got := w.call(t, "deliveries-cancel", fntest.Request{Path: path(d.ID)}).Want(t, 200).JSON(t); got["status"] != "cancelled" || got["next_attempt_at"] != nil {
		t.Errorf("cancelled %v", got)
	}
	w.call(t, "deliveries-cancel", fntest.Request{Path: path(d.ID)}).WantProblem(t, 409, "conflict")
	w.clock.Advance(time.Minute)
	w.Deliver(t, "delivery-send", late...)
	arrived(t, r, 1)
	if got := w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202).JSON(t); got["status"] != "pending" {
		t.Errorf("retried %v", got)
	}
	w.send(t)
	w.Deliver(t, "delivery-send", late...)
	arrived(t, r, 2)
	// One that arrived can be sent again.
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.send(t)
	arrived(t, r, 3)
	if d := w.delivery(t, id); d.Status != "delivered" || d.AttemptCount != 3 {
		t.Errorf("delivery %+v", d)
	}
	audited := w.audited(t)
	if audited["delivery.cancelled"] != 1 || audited["delivery.retried"] != 2 {
		t.Errorf("audit records %v", audited)
	}
	for _, route := range []string{"deliveries-retry", "deliveries-cancel", "deliveries-get"} {
		w.call(t, route, fntest.Request{Path: path("dlv_01jd3zk8q4x5v6w7y8z9a0b1c2")}).WantProblem(t, 404, "not_found")
		w.call(t, route, fntest.Request{Path: path("nonsense")}).WantProblem(t, 404, "not_found")
		other := w.System.Tenant(t).As("admin")
		w.call(t, route, fntest.Request{As: &other, Path: path(d.ID)}).WantProblem(t, 404, "not_found")
	}
}

// audited counts the tenant's audit records by their action.
func (w *world) audited(t *testing.T) map[string]int {
	t.Helper()
	var list []struct {
		Action string `dynamodbav:"action"`
	}
	if _, err := w.Env().Table(table.Audit).Query(t.Context(), w.own.Scope(t), table.Page{Part: table.PartAudit, Limit: 100}, &list); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, r := range list {
		out[r.Action]++
	}
	return out
}

func TestAnAttemptUnderWayIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.once(t)
	env := w.Env()
	rows, s := deliver.NewRows(env.Table(table.Deliveries), env.IDs, env.Clock), w.own.Scope(t)
	d := w.delivery(t, id)
	row, err := rows.Read(t.Context(), s, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	row.Status, row.Attempt, row.Owner, row.LeaseUntil = deliver.Delivering, 2, "somebody", w.clock.Now().Add(time.Minute).UnixMilli()
	if _, err := rows.Swap(t.Context(), s, row.Rev, row); err != nil {
		t.Fatal(err)
	}
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).WantProblem(t, 409, "conflict")
	if n := w.audited(t)["delivery.retried"]; n != 0 {
		t.Errorf("%d retries are on record that did not happen", n)
	}
	w.clock.Advance(2 * time.Minute) // the lease is over: its owner is gone
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.send(t)
	arrived(t, r, 2)
}

func TestARetryOfWhatIsParkedAsksTheBreaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 500)
	dst, _ := w.destination(t, r.URL(), body{"limits": body{"breaker_failures": 1}})
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	w.once(t)
	w.post.Take(queue.Deliveries)
	id := w.publish(t, body{})
	w.once(t)
	d := w.delivery(t, id)
	if d.Status != "parked" || d.NextAttemptAt == nil {
		t.Fatalf("delivery %+v", d)
	}
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.once(t)
	if d = w.delivery(t, id); d.Status != "parked" {
		t.Errorf("retried while its destination is left alone: %+v", d)
	}
	arrived(t, r, 1)
	w.call(t, "destinations-enable", fntest.Request{Path: path(dst)}).Want(t, 200)
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.once(t)
	if d = w.delivery(t, id); d.Status != "delivered" {
		t.Errorf("delivery %+v", d)
	}
}

// TestARetryThatNoQueueTakesIsSweptUp begins a delivery anew while the queue is down.
func TestARetryThatNoQueueTakesIsSweptUp(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t, 400)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.send(t)
	w.post.Refuse(queue.Deliveries)
	w.call(t, "deliveries-retry", fntest.Request{Path: path(w.delivery(t, id).ID)}).Want(t, 202)
	w.post.Refuse()
	w.clock.Advance(10 * time.Minute)
	w.tick(t, "delivery-sweep")
	w.send(t)
	arrived(t, r, 2)
}

// A replay whose record could not be written does not run, and one that is on record does.
func TestAReplayRunsOnRecordAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := failing(t, w, 2)
	w.replay(t, body{}, false)
	letters := w.post.Take(queue.Replays)
	var events []string
	for _, row := range w.rows(t, "delivery.replayed") {
		events = append(events, row.ID)
	}
	if len(letters) != 1 || letters[0].Delay == 0 || len(events) != 1 {
		t.Fatalf("%d messages, events %v", len(letters), events)
	}
	stored := w.Env().Table(table.Events)
	if err := stored.Delete(t.Context(), w.own.Scope(t), table.EventKey(events[0]), table.Always()); err != nil {
		t.Fatal(err)
	}
	if again := w.Deliver(t, "delivery-replay", letters...); len(again) != 1 {
		t.Error("a replay whose record may still come is done with")
	}
	w.clock.Advance(2 * time.Minute)
	if again := w.Deliver(t, "delivery-replay", letters...); len(again) != 0 {
		t.Error("a replay that was never recorded comes again and again")
	}
	w.send(t)
	arrived(t, r, 2)
}
