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
	dst, secret := w.destination(t, r.URL()+"/hook", nil)
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
	if sent := mustJSON(t, d.Attempts[0].RequestHeaders); strings.Contains(sent, "v1,") || strings.Contains(sent, secret) {
		t.Errorf("the log shows a signature: %s", sent)
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
