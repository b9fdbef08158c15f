package functions_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/deliver/mailtest"
	"guardrails/shared/fntest"
)

// codeIn is the code in a mail.
var codeIn = regexp.MustCompile(`(?m)^Code: ([2-9A-HJKMNP-TV-Z]{8})\r?$`)

// TestMailsGoToThoseWhoWantThem is the way of a mail destination: a recipient gets its code and nothing else, gives it
// away, and from then on gets what is delivered.
func TestMailsGoToThoseWhoWantThem(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), mailtest.New(t)
	w.Config.SMTP = s.Address
	in := body{"name": "Click here for your prize", "type": "email", "config": body{"to": []string{"desk@example.com", "night@example.com"}}}
	made := w.call(t, "destinations-create", fntest.Request{Body: in}).Want(t, 201).JSON(t)
	dst := made["id"].(string)
	codes := map[string]string{}
	for _, m := range s.Mails() {
		_, text := mailtest.Text(t, m)
		codes[m.To[0]] = codeIn.FindStringSubmatch(text)[1]
		if len(m.To) != 1 || !strings.Contains(text, w.own.ID) || strings.Contains(string(m.Raw), "prize") {
			t.Errorf("the mail with the code: %s", m.Raw)
		}
	}
	if len(codes) != 2 || len(s.Mails()) != 2 {
		t.Fatalf("%d mails with codes to %d addresses", len(s.Mails()), len(codes))
	}
	// try sends a test event and returns its delivery, and whom it went to.
	try := func() (delivery, []string) {
		before := len(s.Mails())
		event := w.call(t, "destinations-test", fntest.Request{Path: path(dst)}).Want(t, 202).JSON(t)["event_id"].(string)
		w.match(t)
		w.send(t)
		var to []string
		for _, m := range s.Mails()[before:] {
			to = append(to, m.To...)
			if strings.Count(string(m.Raw), "@example.com") != len(m.To)+2 { // From and Message-ID have one
				t.Errorf("a mail names others than it goes to: %s", m.Raw)
			}
		}
		return w.delivery(t, event), to
	}
	d, to := try()
	if d.Status != "dead" || d.Reason != "recipient_unconfirmed" || len(to) != 0 || *d.Attempts[0].Error != "recipient_unconfirmed" {
		t.Errorf("before anybody confirmed: %+v, mails to %v", d, to)
	}
	confirm := func(address string) {
		w.call(t, "destinations-confirm", fntest.Request{Path: path(dst), Body: body{"address": address, "code": codes[address]}}).Want(t, 200)
	}
	confirm("desk@example.com")
	if d, to = try(); d.Status != "delivered" || !slices.Equal(to, []string{"desk@example.com"}) {
		t.Errorf("with one who confirmed: %+v, mails to %v", d, to)
	}
	confirm("night@example.com")
	if d, to = try(); d.Status != "delivered" || !slices.Equal(to, []string{"desk@example.com", "night@example.com"}) {
		t.Errorf("with two who confirmed: %+v, mails to %v", d, to)
	}
	// What was given up meanwhile is begun anew.
	before := len(s.Mails())
	w.call(t, "deliveries-replay", fntest.Request{Body: body{"filter": body{"destination_id": dst, "status": "dead"}}}).Want(t, 202)
	if again := w.Deliver(t, "delivery-replay", w.post.Take("replays")...); len(again) > 0 {
		t.Fatal("the replay failed")
	}
	w.send(t)
	if len(s.Mails()) != before+1 {
		t.Errorf("%d mails after the replay", len(s.Mails())-before)
	}
}
