package deliveries_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/mailtest"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
)

// codeIn is the code in a mail.
var codeIn = regexp.MustCompile(`(?m)^Code: ([2-9A-HJKMNP-TV-Z]{8})\r?$`)

// mails is a bench with a mail server.
type mails struct {
	bench
	server *mailtest.Server
}

func startMails(t *testing.T) mails {
	t.Helper()
	b := mails{start(t), mailtest.New(t)}
	b.Config.SMTP = b.server.Address
	return b
}

func to(addresses ...string) body {
	return body{"name": "Desk", "type": "email", "config": body{"to": addresses}}
}

// codes are those that an address was sent so far, the oldest first.
func (b mails) codes(t *testing.T, address string) (out []string) {
	t.Helper()
	for _, m := range b.server.Mails() {
		if !slices.Equal(m.To, []string{address}) {
			continue
		}
		_, text := mailtest.Text(t, m)
		out = append(out, codeIn.FindStringSubmatch(text)[1])
	}
	return out
}

// code is the last code that an address was sent.
func (b mails) code(t *testing.T, address string) string {
	t.Helper()
	all := b.codes(t, address)
	if len(all) == 0 {
		t.Fatalf("%s was sent no code", address)
	}
	return all[len(all)-1]
}

func (b mails) confirm(t *testing.T, dst, address, code string) fntest.Response {
	t.Helper()
	in := body{"address": address}
	if code != "" {
		in["code"] = code
	}
	return b.call(t, "destinations-confirm", dst, in)
}

// states are the recipients of a shown destination: "jane@example.com confirmed".
func states(shown body) (out []string) {
	list, _ := shown["recipients"].([]any)
	for _, r := range list {
		out = append(out, r.(body)["address"].(string)+" "+r.(body)["state"].(string))
	}
	return out
}

func (b mails) wantStates(t *testing.T, dst string, want ...string) {
	t.Helper()
	if got := states(b.call(t, "destinations-get", dst, nil).Want(t, 200).JSON(t)); !slices.Equal(got, want) {
		t.Errorf("recipients %v, want %v", got, want)
	}
}

func TestRecipientsConfirm(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	made := b.create(t, to("jane@example.com", "ops@example.com"))
	dst := made["id"].(string)
	if want := []string{"jane@example.com unconfirmed", "ops@example.com unconfirmed"}; !slices.Equal(states(made), want) || strings.Contains(fmt.Sprint(made), "error") {
		t.Errorf("created %v", made)
	}
	code := b.code(t, "jane@example.com")
	var row deliver.Destination
	if err := b.Env().Table(table.Policies).Get(t.Context(), b.own.Scope(t), table.DestinationKey(dst), &row); err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprint(made, row) + b.Log.String(); strings.Contains(all, code) || strings.Contains(b.Log.String(), "jane@") {
		t.Error("the code is shown, kept or logged, or the address is logged")
	}
	var kept []map[string]any
	if _, err := b.Env().Table(table.Policies).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.RecipientCodeKey(dst, "").Part, Limit: 10}, &kept); err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%v %s", kept, kept); len(kept) != 2 || strings.Contains(all, code) || strings.Contains(all, "jane@") {
		t.Errorf("codes are kept as %v", kept)
	}
	res := b.confirm(t, dst, "jane@example.com", strings.ToLower(code)).Want(t, 200)
	if want := []string{"jane@example.com confirmed", "ops@example.com unconfirmed"}; !slices.Equal(states(res.JSON(t)), want) || res.Header.Get("ETag") != `"2"` {
		t.Errorf("confirmed %s as %s", res.Body, res.Header.Get("ETag"))
	}
	// There is nothing more to do for a recipient who is confirmed, whatever comes with the address.
	for _, again := range []string{code, "22222222", ""} {
		if res := b.confirm(t, dst, "jane@example.com", again).Want(t, 200); res.Header.Get("ETag") != `"2"` {
			t.Errorf("confirmed again: %s", res.Header.Get("ETag"))
		}
	}
	if list := b.list(t, ""); len(b.server.Mails()) != 2 || !slices.Equal(states(list[0]), []string{"jane@example.com confirmed", "ops@example.com unconfirmed"}) {
		t.Errorf("%d mails, listed %v", len(b.server.Mails()), list)
	}
}

func TestConfirmationsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	dst := b.create(t, to("jane@example.com", "ops@example.com"))["id"].(string)
	other := b.create(t, to("jane@example.com"))["id"].(string)
	codes := b.codes(t, "jane@example.com")
	hooked := b.create(t, hook(nil))["id"].(string)
	for _, c := range []struct {
		name, dst    string
		in           any
		status       int
		code, locate string
	}{
		{"a wrong code", dst, body{"address": "jane@example.com", "code": "22222222"}, 422, "invalid_request", "/code"},
		{"the code of another destination", dst, body{"address": "jane@example.com", "code": codes[1]}, 422, "invalid_request", "/code"},
		{"the code of another address", dst, body{"address": "ops@example.com", "code": codes[0]}, 422, "invalid_request", "/code"},
		{"half a code", dst, body{"address": "jane@example.com", "code": codes[0][:4]}, 422, "invalid_request", "/code"},
		{"an address that is none of its own", dst, body{"address": "evil@example.com", "code": codes[0]}, 422, "invalid_request", "/address"},
		{"a mail to somebody else", dst, body{"address": "evil@example.com"}, 422, "invalid_request", "/address"},
		{"an address written otherwise", dst, body{"address": "Jane@example.com", "code": codes[0]}, 422, "invalid_request", "/address"},
		{"no address", dst, body{}, 422, "invalid_request", "/"},
		{"a state of their own", dst, body{"address": "jane@example.com", "state": "confirmed"}, 422, "invalid_request", "/state"},
		{"a webhook", hooked, body{"address": "jane@example.com", "code": codes[0]}, 409, "conflict", ""},
		{"no destination", "dst_01jd3zk8q4x5v6w7y8z9a0b1c2", body{"address": "jane@example.com", "code": codes[0]}, 404, "not_found", ""},
	} {
		p := b.call(t, "destinations-confirm", c.dst, c.in).WantProblem(t, c.status, c.code)
		if c.locate != "" && (len(p.Errors) != 1 || p.Errors[0].Location != c.locate) {
			t.Errorf("%s: %+v", c.name, p)
		}
		if text := fmt.Sprint(p); strings.Contains(text, "@example.com") || strings.Contains(text, codes[0]) {
			t.Errorf("%s: the answer repeats what was sent: %s", c.name, text)
		}
	}
	viewer := b
	viewer.admin = b.own.As(authz.Viewer)
	viewer.confirm(t, dst, "jane@example.com", codes[0]).WantProblem(t, 403, "forbidden")
	stranger := b
	stranger.admin = b.Tenant(t).As(authz.Admin)
	stranger.confirm(t, dst, "jane@example.com", codes[0]).WantProblem(t, 404, "not_found")
	b.wantStates(t, dst, "jane@example.com unconfirmed", "ops@example.com unconfirmed")
	b.wantStates(t, other, "jane@example.com unconfirmed")
	if len(b.server.Mails()) != 3 {
		t.Errorf("%d mails, want the three with codes", len(b.server.Mails()))
	}
	b.confirm(t, dst, "jane@example.com", codes[0]).Want(t, 200)
}

// TestCodesEnd has codes end by tries, by time, and by the one that follows.
func TestCodesEnd(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	const jane = "jane@example.com"
	dst := b.create(t, to(jane))["id"].(string)
	refused := func(code, why string) {
		if p := b.confirm(t, dst, jane, code).WantProblem(t, 422, "invalid_request"); p.Errors[0].Location != "/code" {
			t.Errorf("%s: %+v", why, p)
		}
	}
	first := b.code(t, jane)
	var guesses sync.WaitGroup
	for range 20 { // at the same time they are no more than five either
		guesses.Go(func() { b.confirm(t, dst, jane, "22222222") })
	}
	guesses.Wait()
	refused(first, "after five tries")
	b.confirm(t, dst, jane, "").Want(t, 200)
	second := b.code(t, jane)
	if second == first {
		t.Error("the same code is sent again")
	}
	refused(first, "the code before")
	b.clock.Advance(24 * time.Hour)
	refused(second, "a day later")
	b.confirm(t, dst, jane, "").Want(t, 200)
	b.clock.Advance(24*time.Hour - time.Minute)
	for range 4 {
		refused("22222222", "a wrong one")
	}
	third := b.code(t, jane)
	b.confirm(t, dst, jane, third).Want(t, 200)
	b.wantStates(t, dst, jane+" confirmed")
	// One who was taken off the list and put on it again is asked again.
	b.call(t, "destinations-update", dst, to("ops@example.com")).Want(t, 200)
	b.call(t, "destinations-update", dst, to(jane)).Want(t, 200)
	refused(third, "a code that was used")
}

func TestChangesKeepWhoIsConfirmed(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	dst := b.create(t, to("a@example.com", "b@example.com"))["id"].(string)
	b.confirm(t, dst, "a@example.com", b.code(t, "a@example.com")).Want(t, 200)
	for _, c := range []struct {
		name  string
		in    body
		mails int
		want  []string
	}{
		{"the same", to("a@example.com", "b@example.com"), 0, []string{"a@example.com confirmed", "b@example.com unconfirmed"}},
		{"another order", to("b@example.com", "a@example.com"), 0, []string{"b@example.com unconfirmed", "a@example.com confirmed"}},
		{"another subject", body{"name": "Desk", "type": "email", "config": body{"to": []string{"b@example.com", "a@example.com"}, "subject": "{{type}}"}}, 0, []string{"b@example.com unconfirmed", "a@example.com confirmed"}},
		{"one more", to("a@example.com", "b@example.com", "c@example.com"), 1, []string{"a@example.com confirmed", "b@example.com unconfirmed", "c@example.com unconfirmed"}},
		{"one less", to("c@example.com", "b@example.com"), 0, []string{"c@example.com unconfirmed", "b@example.com unconfirmed"}},
		{"one again", to("a@example.com", "b@example.com"), 1, []string{"a@example.com unconfirmed", "b@example.com unconfirmed"}},
		{"written otherwise", to("A@example.com"), 1, []string{"A@example.com unconfirmed"}},
	} {
		before := len(b.server.Mails())
		got := b.call(t, "destinations-update", dst, c.in).Want(t, 200).JSON(t)
		if sent := len(b.server.Mails()) - before; !slices.Equal(states(got), c.want) || sent != c.mails {
			t.Errorf("%s: %v after %d mails, want %v after %d", c.name, states(got), sent, c.want, c.mails)
		}
	}
	// Other changes of the destination leave its recipients as they are.
	b.confirm(t, dst, "A@example.com", b.code(t, "A@example.com")).Want(t, 200)
	b.call(t, "destinations-update", dst, body{"name": "Desk", "type": "email", "status": "disabled", "config": body{"to": []string{"A@example.com"}}}).Want(t, 200)
	b.call(t, "destinations-enable", dst, nil).Want(t, 200)
	b.wantStates(t, dst, "A@example.com confirmed")
}

// TestRecipientsFromBefore reads and changes a destination whose recipients nobody asked.
func TestRecipientsFromBefore(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	dst := b.create(t, to("old@example.com"))["id"].(string)
	policies, s := b.Env().Table(table.Policies), b.own.Scope(t)
	var old deliver.Destination
	if err := policies.Get(t.Context(), s, table.DestinationKey(dst), &old); err != nil {
		t.Fatal(err)
	}
	old.Unconfirmed = nil
	if err := policies.Put(t.Context(), s, table.DestinationKey(dst), old, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.wantStates(t, dst, "old@example.com confirmed")
	b.call(t, "destinations-update", dst, to("old@example.com", "new@example.com")).Want(t, 200)
	b.wantStates(t, dst, "old@example.com confirmed", "new@example.com unconfirmed")
}

// TestMailsWithCodesAreBounded asks as often as it can, in every way.
func TestMailsWithCodesAreBounded(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	const jane = "jane@example.com"
	dst := b.create(t, to(jane))["id"].(string)
	for i := range 4 {
		b.confirm(t, dst, jane, "").Want(t, 200)
		again := b.create(t, to([]string{jane, "Jane@example.com"}[i%2]))["id"].(string)
		b.call(t, "destinations-delete", again, nil).Want(t, 204)
	}
	b.call(t, "destinations-update", dst, to(jane, "ops@example.com")).Want(t, 200)
	b.confirm(t, dst, jane, "").Want(t, 200)
	before := len(b.server.Mails())
	for route, r := range map[string]fntest.Response{
		"again": b.confirm(t, dst, jane, ""), "creation": b.call(t, "destinations-create", "", to("fresh@example.com", jane)),
		"change": b.call(t, "destinations-update", dst, to("JANE@example.com")),
	} {
		r.WantProblem(t, http.StatusTooManyRequests, "quota_exceeded")
		if wait, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 24*60*60 {
			t.Errorf("%s: Retry-After %q", route, r.Header.Get("Retry-After"))
		}
	}
	if list := b.list(t, ""); len(b.server.Mails()) != before || before != 11 || len(list) != 1 || len(states(list[0])) != 2 {
		t.Errorf("%d mails, then %d; there are %v", before, len(b.server.Mails()), list)
	}
	b.clock.Advance(24 * time.Hour)
	b.confirm(t, dst, jane, "").Want(t, 200)
}

func TestATenantsMailsWithCodesAreBounded(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	many := func(n, from int) body {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("r%d@example.com", from+i))
		}
		return to(list...)
	}
	for i := range 4 {
		b.create(t, many(20, 20*i))
	}
	b.create(t, many(15, 80))
	b.call(t, "destinations-create", "", many(6, 100)).WantProblem(t, http.StatusTooManyRequests, "quota_exceeded")
	b.create(t, many(5, 100))
	b.call(t, "destinations-create", "", many(1, 200)).WantProblem(t, http.StatusTooManyRequests, "quota_exceeded")
	if n := len(b.server.Mails()); n != 100 {
		t.Errorf("%d mails", n)
	}
	other := b
	other.admin = b.Tenant(t).As(authz.Admin)
	other.create(t, many(1, 300))
	b.create(t, hook(nil)) // others are made as ever
}

// TestMailsThatCannotBeSent makes the destination all the same, and says whom it could not ask.
func TestMailsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	b.server.Refuse("gone@example.com", 550)
	b.server.Refuse("busy@example.com", 451)
	made := b.create(t, to("gone@example.com", "busy@example.com", "well@example.com"))
	dst := made["id"].(string)
	var failed []string
	for _, r := range made["recipients"].([]any) {
		failed = append(failed, fmt.Sprint(r.(body)["error"]))
	}
	if want := []string{"smtp_550", "smtp_451", "<nil>"}; !slices.Equal(failed, want) {
		t.Errorf("not asked: %v", failed)
	}
	if p := b.confirm(t, dst, "gone@example.com", "").WantProblem(t, 422, "invalid_request"); p.Errors[0].Location != "/address" {
		t.Errorf("an address that is none: %+v", p)
	}
	if r := b.confirm(t, dst, "busy@example.com", ""); r.WantProblem(t, 503, "overloaded").RequestID == "" || r.Header.Get("Retry-After") == "" {
		t.Errorf("a server that is not well: %v", r.Header)
	}
	b.server.Refuse("busy@example.com", 0)
	b.confirm(t, dst, "busy@example.com", "").Want(t, 200)
	b.confirm(t, dst, "busy@example.com", b.code(t, "busy@example.com")).Want(t, 200)
	b.server.Refuse("new@example.com", 550)
	changed := b.call(t, "destinations-update", dst, to("gone@example.com", "new@example.com")).Want(t, 200).JSON(t)["recipients"].([]any)
	if changed[0].(body)["error"] != nil || changed[1].(body)["error"] != "smtp_550" {
		t.Errorf("of a change's recipients: %v", changed)
	}
}

// TestRecipientsAreAskedAfterALostAnswer repeats a creation of which nobody knows whether its mails went out.
func TestRecipientsAreAskedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	req := fntest.Request{As: &b.admin, Body: to("jane@example.com"), Headers: map[string]string{"Idempotency-Key": "lost"}}
	b.Deafen("destination.created")
	b.Call(t, "destinations-create", req).WantProblem(t, 503, "overloaded")
	b.Deafen("")
	dst := b.Call(t, "destinations-create", req).Want(t, 201).JSON(t)["id"].(string)
	b.confirm(t, dst, "jane@example.com", b.code(t, "jane@example.com")).Want(t, 200)
	b.Call(t, "destinations-create", req).Want(t, 201)
	if len(b.server.Mails()) != 1 {
		t.Errorf("%d mails", len(b.server.Mails()))
	}
}

// TestConfirmationsAreOnRecord finds who asked and who confirmed in the audit log, and neither code nor address.
func TestConfirmationsAreOnRecord(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	dst := b.create(t, to("jane@example.com"))["id"].(string)
	b.confirm(t, dst, "jane@example.com", "").Want(t, 200)
	b.confirm(t, dst, "jane@example.com", b.code(t, "jane@example.com")).Want(t, 200)
	var records []audit.Record
	if _, err := b.Env().Table(table.Audit).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartAudit, Limit: 50, Oldest: true}, &records); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		if r.Target == dst {
			got = append(got, fmt.Sprint(r.Action, r.Fields))
		}
	}
	slices.Sort(got) // the clock stands still
	if want := []string{"destination.code_sent[]", "destination.created[]", "destination.updated[recipients]"}; !slices.Equal(got, want) || strings.Contains(fmt.Sprint(records), "jane@") {
		t.Errorf("on record are %v", records)
	}
}

// TestConfirmationsAtOnce has the recipients of one destination confirm at the same time.
func TestConfirmationsAtOnce(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	list := []string{"a@example.com", "b@example.com", "c@example.com"}
	dst := b.create(t, to(list...))["id"].(string)
	var all sync.WaitGroup
	for _, address := range list {
		all.Go(func() {
			if r := b.confirm(t, dst, address, b.code(t, address)); r.Status != 200 {
				t.Errorf("%s: %s", address, r.Body)
			}
		})
	}
	all.Wait()
	b.wantStates(t, dst, "a@example.com confirmed", "b@example.com confirmed", "c@example.com confirmed")
}

// TestNoMailIsSentWithoutAnAddress refuses destinations where the installation sends no mail.
func TestNoMailIsSentWithoutAnAddress(t *testing.T) {
	t.Parallel()
	b := startMails(t)
	b.Config.MailFrom = ""
	p := b.call(t, "destinations-create", "", to("jane@example.com")).WantProblem(t, 422, "invalid_request")
	if p.Errors[0].Location != "/config/to" || !strings.Contains(p.Errors[0].Message, "sends no mail") {
		t.Errorf("%+v", p)
	}
}
