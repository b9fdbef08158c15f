package functions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guardrails/shared/audit"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/fntest"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// show reads a destination.
func (w *world) show(t *testing.T, destinationID string) body {
	t.Helper()
	return w.call(t, "destinations-get", fntest.Request{Path: path(destinationID)}).Want(t, 200).JSON(t)
}

func TestAGoneReceiverDisablesItsDestination(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 410)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.post.Take(queue.Events)
	id := w.publish(t, body{})
	w.send(t)
	if d := w.delivery(t, id); d.Status != "dead" || d.Reason != "http_410" {
		t.Errorf("delivery %+v", d)
	}
	if got := w.show(t, dst); got["status"] != "disabled" || got["disabled_reason"] != "gone" {
		t.Errorf("destination %v", got)
	}
	if rows := w.rows(t, "destination.disabled"); len(rows) != 1 || !strings.Contains(rows[0].Data, dst) || len(w.post.Take(queue.Events)) != 1 {
		t.Errorf("events %+v", rows)
	}
	next := w.publish(t, body{})
	w.send(t)
	if d := w.delivery(t, next); d.Status != "dead" || d.Reason != "destination_disabled" || d.AttemptCount != 0 {
		t.Errorf("delivery to a disabled destination %+v", d)
	}
	w.call(t, "destinations-enable", fntest.Request{Path: path(dst)}).Want(t, 200)
	w.call(t, "deliveries-retry", fntest.Request{Path: path(w.delivery(t, next).ID)}).Want(t, 202)
	w.send(t)
	if d := w.delivery(t, next); d.Status != "delivered" || d.AttemptCount != 1 {
		t.Errorf("retried %+v", d)
	}
	arrived(t, r, 2)
}

func TestTheBreakerOpensAndCloses(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t, 503, 503, 503, 503, 503)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	for range 5 {
		w.publish(t, body{})
	}
	w.once(t)
	got := w.show(t, dst)["breaker"].(body)
	if got["state"] != "open" || got["until"] == nil {
		t.Fatalf("breaker %v", got)
	}
	if rows := w.rows(t, "destination.failing"); len(rows) != 1 || rows[0].Depth == 0 {
		t.Errorf("events %+v", rows)
	}
	w.publish(t, body{})
	w.once(t) // its own, and those that come again
	if n := len(w.deliveries(t, "status=parked&limit=100")); n != 6 {
		t.Errorf("%d parked, want all", n)
	}
	arrived(t, r, 5)
	if left := w.post.Take(queue.Deliveries); len(left) > 0 {
		t.Errorf("%d messages go round while nobody is asked", len(left))
	}
	// The sweep sends one, the others when it is known what that found.
	w.clock.Advance(2 * time.Minute)
	w.tick(t, "delivery-sweep")
	if probes := w.post.Take(queue.Deliveries); len(probes) != 1 {
		t.Fatalf("%d messages, want the probe", len(probes))
	} else {
		w.Deliver(t, "delivery-send", probes...)
	}
	arrived(t, r, 6)
	if got := w.show(t, dst)["breaker"].(body); got["state"] != "closed" {
		t.Errorf("breaker %v", got)
	}
	if rows := w.rows(t, "destination.recovered"); len(rows) != 1 {
		t.Errorf("events %+v", rows)
	}
	for range 5 {
		w.clock.Advance(2 * time.Minute)
		w.tick(t, "delivery-sweep")
		w.send(t)
	}
	arrived(t, r, 11)
	if n := len(w.deliveries(t, "status=delivered&limit=100")); n != 6 {
		t.Errorf("%d delivered, want all", n)
	}
}

func TestEnablingByHandClosesTheBreaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 500)
	dst, _ := w.destination(t, r.URL(), body{"limits": body{"breaker_failures": 1}})
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	w.once(t)
	if got := w.show(t, dst)["breaker"].(body); got["state"] != "open" {
		t.Fatalf("breaker %v", got)
	}
	got := w.call(t, "destinations-enable", fntest.Request{Path: path(dst)}).Want(t, 200).JSON(t)
	if got["breaker"].(body)["state"] != "closed" || got["version"] != 1.0 {
		t.Errorf("enabled %v", got)
	}
	w.send(t)
	arrived(t, r, 2)
}

// TestTellingOfFailuresEnds has failures told to a destination that fails too.
func TestTellingOfFailuresEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := receivertest.New(t)
	for range 10 {
		r.Next(quiet(400))
	}
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, body{"on_failure": "alert"}, nil)
	w.rule(t, dst, body{"on_failure": "alert"}, body{"name": "Failures", "event_types": []string{"delivery.failed"}})
	w.post.Take(queue.Events)
	id := w.publish(t, body{})
	for range 6 {
		w.send(t)
		w.match(t)
	}
	failed := w.rows(t, "delivery.failed")
	if len(failed) != 2 || failed[0].Depth != 1 || failed[1].Depth != 2 || !strings.Contains(failed[0].Data, id) {
		t.Errorf("events %+v", failed)
	}
	arrived(t, r, 2)
}

func TestAFailureThatIsOnlyLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 400)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, body{"on_failure": "log"}, nil)
	w.post.Take(queue.Events)
	id := w.publish(t, body{})
	w.send(t)
	d := w.delivery(t, id)
	if d.Status != "dead" || len(w.rows(t, "delivery.failed")) > 0 || len(w.post.Take(queue.Events)) > 0 {
		t.Errorf("delivery %+v", d)
	}
	dry := w.replay(t, body{"status": "dead"}, true)
	if dry["matched"] != 0.0 {
		t.Errorf("a replay takes what is only logged: %v", dry)
	}
	// By its own id it can be.
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.send(t)
	arrived(t, r, 2)
}

func TestRetryAfterIsHonored(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := receivertest.New(t)
	r.Next(receivertest.RetryAfter(503, "120"), receivertest.RetryAfter(429, "7200"), quiet(200))
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.once(t)
	again := w.post.Take(queue.Deliveries)
	if len(again) != 1 || again[0].Delay < 120 || again[0].Delay > 180 {
		t.Fatalf("messages %+v", again)
	}
	next, err := time.Parse(time.RFC3339, *w.delivery(t, id).NextAttemptAt)
	if err != nil || next.Sub(w.clock.Now()) < 2*time.Minute {
		t.Errorf("next attempt at %s", next)
	}
	w.Deliver(t, "delivery-send", again...) // too early: a message that comes early changes nothing
	arrived(t, r, 1)
	w.clock.Advance(4 * time.Minute)
	w.Deliver(t, "delivery-send", again...)
	arrived(t, r, 2)
	if left := w.post.Take(queue.Deliveries); len(left) > 0 { // a message cannot wait for so long
		t.Errorf("messages %+v", left)
	}
	w.clock.Advance(time.Hour)
	w.tick(t, "delivery-sweep")
	if left := w.post.Take(queue.Deliveries); len(left) > 0 {
		t.Errorf("swept up before its time: %+v", left)
	}
	w.clock.Advance(90 * time.Minute)
	w.tick(t, "delivery-sweep")
	w.send(t)
	arrived(t, r, 3)
	if d := w.delivery(t, id); d.Status != "delivered" || d.AttemptCount != 3 || *d.Attempts[1].Error != "http_429" {
		t.Errorf("delivery %+v", d)
	}
}

func TestAttemptsEndAsTheRuleSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 500, 502, 503)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, body{"retry": body{"strategy": "fixed", "max_attempts": 3, "initial_delay_ms": 2000}}, nil)
	id := w.publish(t, body{})
	w.send(t)
	arrived(t, r, 3)
	d := w.delivery(t, id)
	if d.Status != "dead" || d.Reason != "http_503" || d.NextAttemptAt != nil || len(d.Attempts) != 3 || d.Attempts[2].Number != 3 {
		t.Errorf("delivery %+v", d)
	}
	w.call(t, "deliveries-retry", fntest.Request{Path: path(d.ID)}).Want(t, 202)
	w.send(t)
	got := arrived(t, r, 4)
	if got[3].ID != got[0].ID || string(got[3].Body) != string(got[0].Body) {
		t.Error("a retry has another id or body than the first attempt")
	}
	if d := w.delivery(t, id); d.Status != "delivered" || d.AttemptCount != 4 || d.Attempts[3].Number != 4 {
		t.Errorf("retried %+v", d)
	}
}

func TestATemplateThatFailsIsPermanent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, body{"template": `{"n": event.data.missing.deeper}`, "on_failure": "alert"}, nil)
	id := w.publish(t, body{"data": body{"total": 1}})
	w.send(t)
	arrived(t, r, 0)
	if d := w.delivery(t, id); d.Status != "dead" || d.Reason != "template_failed" || len(w.rows(t, "delivery.failed")) != 1 {
		t.Errorf("delivery %+v", d)
	}
	if got := w.show(t, dst); got["status"] != "active" || got["breaker"].(body)["state"] != "closed" {
		t.Errorf("destination %v", got)
	}
}

func TestWhatWasOnItsWayToADeletedDestinationIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.call(t, "destinations-delete", fntest.Request{Path: path(dst)}).Want(t, 204)
	w.send(t)
	arrived(t, r, 0)
	if d := w.delivery(t, id); d.Status != "cancelled" || d.Reason != "destination_deleted" {
		t.Errorf("delivery %+v", d)
	}
	if left := w.post.Take(queue.Deliveries); len(left) > 0 {
		t.Errorf("poison is left: %+v", left)
	}
}

// suspend sets the tenant's state, as a platform administrator does.
func (w *world) suspend(t *testing.T, state tenant.State) {
	t.Helper()
	by := audit.Actor{Principal: fntest.Principal(t, fntest.Platform(w.own.ID))}
	if _, err := w.Registry().Update(t.Context(), by, w.own.Scope(t), func(n *registry.Tenant) error {
		n.State = state
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestASuspendedTenantsDeliveriesWait(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.suspend(t, tenant.StateSuspended)
	w.once(t)
	arrived(t, r, 0)
	if d := w.delivery(t, id); d.Status != "parked" || d.AttemptCount != 0 {
		t.Errorf("delivery %+v", d)
	}
	for range 3 {
		w.clock.Advance(20 * time.Minute)
		w.tick(t, "delivery-sweep")
		w.once(t)
	}
	w.suspend(t, tenant.StateActive)
	w.clock.Advance(20 * time.Minute)
	w.tick(t, "delivery-sweep")
	w.send(t)
	arrived(t, r, 1)
}

func TestATestEventTakesTheUsualWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, body{"event_types": []string{"*"}}) // test events are for one destination
	w.post.Take(queue.Events)
	res := w.call(t, "destinations-test", fntest.Request{Path: path(dst)}).Want(t, 202)
	got := res.JSON(t)
	w.match(t)
	w.send(t)
	if sent := arrived(t, r, 1)[0]; sent.ID != got["delivery_id"] || !strings.Contains(string(sent.Body), `"destination.tested"`) {
		t.Errorf("sent %s as %s", sent.Body, sent.ID)
	}
	if res.Header.Get("Location") != "/api/v1/deliveries/"+got["delivery_id"].(string) {
		t.Errorf("location %v", res.Header)
	}
	if d := w.delivery(t, got["event_id"].(string)); d.Status != "delivered" || d.RuleID != "" {
		t.Errorf("delivery %+v", d)
	}
	other := w.System.Tenant(t).As("admin")
	w.call(t, "destinations-test", fntest.Request{As: &other, Path: path(dst)}).WantProblem(t, 404, "not_found")
}

func TestAResponseIsKeptCutAndRedacted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := receivertest.New(t)
	const card, key, mail = "4111 1111 1111 1111", "AKIAIOSFODNN7EXAMPLQ", "jane.roe@corp-mail.com"
	answer := strings.Repeat("all is well here. ", 40) + " card number " + card + ", aws_access_key_id=" + key + ", mail " + mail + " \x00\x1b[31m " + strings.Repeat("end of it. ", 3000)
	r.Next(receivertest.Answer(400, nil, answer))
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	id := w.publish(t, body{})
	w.send(t)
	got := w.delivery(t, id).Attempts[0].ResponseBody
	if n := len(got); n < 8<<10 || n > 16<<10+200 || !strings.HasPrefix(got, "all is well here.") {
		t.Errorf("%d bytes of the response are kept", n)
	}
	for _, secret := range []string{card, key, mail, "\x1b", "\x00"} {
		if strings.Contains(got, secret) || strings.Contains(w.Log.String(), secret) {
			t.Errorf("%q is kept", secret)
		}
	}
	if list := mustJSON(t, w.deliveries(t, "")); strings.Contains(list, "well") {
		t.Error("the list shows responses")
	}
}

func TestADestinationThatFailsForDaysIsDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t, 503)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	failing := deliver.Control{Slots: map[string]int64{}, Breaker: deliver.Breaker{
		State: deliver.Open, OpenFor: time.Minute.Milliseconds(), OpenUntil: w.clock.Now().UnixMilli(), FailingSince: w.clock.Now().Add(-72 * time.Hour).UnixMilli(),
	}}
	if err := w.Env().Table(table.Deliveries).Put(t.Context(), w.own.Scope(t), table.ControlKey(dst), failing, table.Always()); err != nil {
		t.Fatal(err)
	}
	w.publish(t, body{})
	w.once(t) // the probe
	if got := w.show(t, dst); got["status"] != "disabled" || got["disabled_reason"] != "failing" {
		t.Errorf("destination %v", got)
	}
	if rows := w.rows(t, "destination.disabled"); len(rows) != 1 {
		t.Errorf("events %+v", rows)
	}
	w.send(t)
	arrived(t, r, 1)
}

// TestFailuresAtADisabledDestinationAreTold has one that is disabled while a delivery waits.
func TestFailuresAtADisabledDestinationAreTold(t *testing.T) {
	t.Parallel()
	for after, told := range map[string]int{"alert": 1, "log": 0, "dlq": 0} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			dst, _ := w.destination(t, quietly(t, 410).URL(), nil)
			w.rule(t, dst, body{"on_failure": after}, nil)
			w.publish(t, body{})
			w.send(t) // it is gone now
			id := w.publish(t, body{})
			w.send(t)
			d := w.delivery(t, id)
			failed := slices.DeleteFunc(w.rows(t, "delivery.failed"), func(r outbox.Row) bool { return !strings.Contains(r.Data, id) })
			if d.Status != "dead" || d.Reason != "destination_disabled" || len(failed) != told {
				t.Errorf("%d events of delivery %+v", len(failed), d)
			}
			if dry := w.replay(t, body{"status": "dead"}, true); (dry["matched"] == 0.0) != (after == "log") {
				t.Errorf("replay finds %v", dry)
			}
		})
	}
}
