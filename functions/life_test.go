package functions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/webhook"
)

func TestAnEventReachesItsReceiverSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := receivertest.New(t)
	const token = "Token-of-the-desk"
	dst, secret := w.destination(t, "", body{"config": body{"url": r.URL() + "/hook", "headers": body{"X-Desk": token}}})
	rule := w.rule(t, dst, body{"template": `{"n": event.data.total, "was": event.previous.total}`}, body{"condition": `event.data.total > 10 && changed("total")`})
	id := w.publish(t, body{"subject": "order-17", "data": body{"total": 12}, "previous": body{"total": 3}, "id": "order-17-created"})
	if id != "order-17-created" {
		t.Errorf("accepted as %q", id)
	}
	w.publish(t, body{"data": body{"total": 9}, "previous": body{"total": 3}})
	w.send(t)
	got := arrived(t, r, 1)[0]
	if err := webhook.Verify([]string{secret}, got.ID, got.Header.Get("webhook-timestamp"), got.Header.Get("webhook-signature"), got.Body, w.clock.Now()); err != nil {
		t.Error(err)
	}
	var sent struct {
		Type, Timestamp string
		Data            json.RawMessage
	}
	if err := json.Unmarshal(got.Body, &sent); err != nil || sent.Type != "orders.order.created" || string(sent.Data) != `{"n":12,"was":3}` || sent.Timestamp == "" {
		t.Errorf("sent %s, %v", got.Body, err)
	}
	d := w.delivery(t, id)
	if d.ID != got.ID || d.Status != "delivered" || d.RuleID != rule || d.RuleVersion != 1 || d.EventID != id || d.AttemptCount != 1 || d.NextAttemptAt != nil || *d.Attempts[0].StatusCode != 200 {
		t.Errorf("delivery %+v", d)
	}
	if sent := mustJSON(t, d.Attempts[0].RequestHeaders); strings.Contains(sent, "v1,") || strings.Contains(sent, secret) || strings.Contains(sent, token) || got.Header.Get("X-Desk") != token {
		t.Errorf("the log shows a secret: %s, or it was not sent", sent)
	}
	whole := w.call(t, "events-get", fntest.Request{Path: path(id)}).Want(t, 200).JSON(t)
	if list := whole["deliveries"].([]any); len(list) != 1 || list[0].(body)["status"] != "delivered" || whole["previous"].(body)["total"] != 3.0 {
		t.Errorf("event %v", whole)
	}
}

func TestAMessageThatComesTwiceSendsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	l := w.post.Take(queue.Deliveries)
	w.Deliver(t, "delivery-send", l[0], l[0])
	w.Deliver(t, "delivery-send", l[0])
	w.clock.Advance(time.Hour)
	w.Deliver(t, "delivery-send", l[0])
	arrived(t, r, 1)
}

func TestAnOldSecretSignsForADayLonger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := quietly(t)
	dst, old := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	signed := func(n int) (by []string) {
		w.publish(t, body{})
		w.send(t)
		got := arrived(t, r, n)[n-1]
		return []string{got.ID, got.Header.Get("webhook-timestamp"), got.Header.Get("webhook-signature"), string(got.Body)}
	}
	by := func(secret string, m []string) bool {
		return webhook.Verify([]string{secret}, m[0], m[1], m[2], []byte(m[3]), w.clock.Now()) == nil
	}
	fresh := w.call(t, "destinations-rotate-secret", fntest.Request{Path: path(dst)}).Want(t, 200).JSON(t)["secret"].(string)
	if m := signed(1); !by(old, m) || !by(fresh, m) || len(strings.Fields(m[2])) != 2 {
		t.Errorf("after the rotation signed %q", m[2])
	}
	w.clock.Advance(25 * time.Hour)
	if m := signed(2); by(old, m) || !by(fresh, m) || len(strings.Fields(m[2])) != 1 {
		t.Errorf("after a day signed %q", m[2])
	}
	public := w.call(t, "destinations-update", fntest.Request{Path: path(dst), Body: body{
		"name": "Desk", "type": "webhook", "config": body{"url": r.URL(), "signature": "v1a"},
	}}).Want(t, 200).JSON(t)["secret"].(string)
	if m := signed(3); !by(public, m) || !by(fresh, m) {
		t.Errorf("after the change signed %q", m[2])
	}
	w.clock.Advance(25 * time.Hour)
	if m := signed(4); !by(public, m) || by(fresh, m) {
		t.Errorf("a day after the change signed %q", m[2])
	}
}

// TestTheTenantSaysWhatBecomesOfItsEvents sets the backpressure and then is behind.
func TestTheTenantSaysWhatBecomesOfItsEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	put := func(in body) fntest.Response {
		in["name"] = "Acme"
		return w.call(t, "tenant-update", fntest.Request{Body: in})
	}
	if got := w.call(t, "tenant-get", fntest.Request{}).Want(t, 200).JSON(t); got["backpressure"] != "queue_all" {
		t.Errorf("by default %v", got["backpressure"])
	}
	if p := put(body{"backpressure": "drop it all"}).WantProblem(t, 422, "invalid_request"); p.Errors[0].Location != "/backpressure" {
		t.Errorf("%+v", p.Errors)
	}
	if got := put(body{"backpressure": "fail_fast"}).Want(t, 200).JSON(t); got["backpressure"] != "fail_fast" {
		t.Errorf("set %v", got)
	}
	if got := put(body{}).Want(t, 200).JSON(t); got["backpressure"] != "fail_fast" {
		t.Errorf("left out %v", got)
	}
	r := quietly(t)
	dst, _ := w.destination(t, r.URL(), nil)
	w.rule(t, dst, nil, nil)
	w.publish(t, body{})
	w.clock.Advance(45 * time.Second)
	w.send(t) // which is late, and is noticed
	res := w.call(t, "events-publish", fntest.Request{Body: body{"type": "orders.order.created"}})
	res.WantProblem(t, 503, "overloaded")
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	put(body{"backpressure": "queue_all"}).Want(t, 200)
	w.publish(t, body{})
}

func TestAnEventReachesAChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := receivertest.New(t)
	r.Next(receivertest.Answer(200, nil, "ok"), receivertest.Answer(404, nil, "no_service"))
	dst, secret := w.destination(t, "", body{"type": "slack", "config": body{"url": r.URL() + "/services/T0/B0/secret-part"}})
	w.rule(t, dst, body{"template": `{"text": "Order " + event.subject}`}, nil)
	id := w.publish(t, body{"subject": "order-17"})
	w.send(t)
	got := arrived(t, r, 1)[0]
	if got.Path != "/services/T0/B0/secret-part" || !strings.Contains(string(got.Body), "Order order-17") || secret != "" {
		t.Errorf("sent %s to %s", got.Body, got.Path)
	}
	if d := w.delivery(t, id); d.Status != "delivered" {
		t.Errorf("delivery %+v", d)
	}
	id = w.publish(t, body{"subject": "order-18"})
	w.send(t)
	if d := w.delivery(t, id); d.Status != "dead" || strings.Contains(mustJSON(t, d)+w.Log.String(), "secret-part") {
		t.Errorf("delivery %+v", d)
	}
}

// TestAPublisherWritesNoMessage sends what looks like a channel's message as the data of an event, with no template.
func TestAPublisherWritesNoMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := receivertest.New(t)
	r.Next(receivertest.Answer(200, nil, "ok"))
	dst, _ := w.destination(t, "", body{"type": "slack", "config": body{"url": r.URL() + "/services/T0/B0/secret-part"}})
	w.rule(t, dst, nil, nil)
	w.publish(t, body{"subject": "order-17", "data": body{"text": "All is well."}})
	w.send(t)
	if got := string(arrived(t, r, 1)[0].Body); !strings.Contains(got, `"type":"header"`) || strings.Contains(got, `"text":"All is well."`) {
		t.Errorf("sent %s", got)
	}
}
