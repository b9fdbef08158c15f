package deliveries_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	catalog "guardrails/events"
	"guardrails/functions"
	"guardrails/functions/deliveries"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type body = map[string]any

type bench struct {
	*fntest.System
	post  *fntest.Post
	clock *clock.Fake
	own   fntest.Tenant
	admin authn.Claims
	ids   *id.Generator
}

func start(t *testing.T) bench {
	t.Helper()
	c := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, functions.Catalog(), deliveries.Bindings(), c)
	post := sys.Post()
	own := sys.Tenant(t)
	return bench{System: sys, post: post, clock: c, own: own, admin: own.As(authz.Admin), ids: id.NewGenerator(clock.System(), nil)}
}

func path(id string) map[string]string { return map[string]string{"id": id} }

func (b bench) call(t *testing.T, name, pathID string, in any) fntest.Response {
	t.Helper()
	r := fntest.Request{As: &b.admin, Body: in}
	if pathID != "" {
		r.Path = path(pathID)
	}
	return b.Call(t, name, r)
}

func hook(more body) body {
	out := body{"name": "Desk", "type": "webhook", "config": body{"url": "https://hooks.example.com/in"}}
	maps.Copy(out, more)
	return out
}

func (b bench) create(t *testing.T, in body) body {
	t.Helper()
	return b.call(t, "destinations-create", "", in).Want(t, 201).JSON(t)
}

func TestLifeOfADestination(t *testing.T) {
	t.Parallel()
	b := start(t)
	res := b.call(t, "destinations-create", "", hook(body{"labels": body{"team": "blue"}, "limits": body{"concurrency": 3}})).Want(t, 201)
	got := res.JSON(t)
	dst, secret := got["id"].(string), got["secret"].(string)
	limits := got["limits"].(body)
	if res.Header.Get("Location") != "/api/v1/destinations/"+dst || res.Header.Get("ETag") != `"1"` || !strings.HasPrefix(secret, "whsec_") || got["status"] != "active" ||
		limits["concurrency"] != 3.0 || limits["per_second"] != 50.0 || limits["breaker_failures"] != 5.0 || got["breaker"].(body)["state"] != "closed" || got["labels"].(body)["team"] != "blue" {
		t.Errorf("created %v", got)
	}
	shown := b.call(t, "destinations-get", dst, nil).Want(t, 200).JSON(t)
	if live := shown["secrets"].([]any); shown["secret"] != nil || len(live) != 1 || !strings.HasSuffix(secret, live[0].(body)["hint"].(string)) {
		t.Errorf("read %v", shown)
	}
	put := fntest.Request{As: &b.admin, Path: path(dst), Body: hook(body{"name": "Desk II", "labels": body{"team": "red"}}), Headers: map[string]string{"If-Match": `"1"`}}
	if v := b.Call(t, "destinations-update", put).Want(t, 200); v.Header.Get("ETag") != `"2"` || v.JSON(t)["name"] != "Desk II" || v.JSON(t)["limits"].(body)["concurrency"] != 8.0 || v.JSON(t)["secret"] != nil {
		t.Errorf("updated %s", v.Body)
	}
	b.Call(t, "destinations-update", put).WantProblem(t, 412, "precondition_failed")
	put.Headers = nil
	if same := b.Call(t, "destinations-update", put).Want(t, 200); same.Header.Get("ETag") != `"2"` {
		t.Error("the same definition made a version")
	}
	p := b.call(t, "destinations-update", dst, body{"name": "Desk", "type": "email", "config": body{"to": []string{"a@example.com"}}}).WantProblem(t, 422, "invalid_request")
	if p.Errors[0].Location != "/type" {
		t.Errorf("another type: %+v", p.Errors)
	}
	b.Call(t, "destinations-delete", fntest.Request{As: &b.admin, Path: path(dst), Headers: map[string]string{"If-Match": `"1"`}}).WantProblem(t, 412, "precondition_failed")
	b.call(t, "destinations-delete", dst, nil).Want(t, 204)
	b.notThere(t, dst)
	var rows []outbox.Row
	if _, err := b.Env().Table(table.Events).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 50, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, r := range rows {
		if r.Subject == dst {
			types = append(types, r.Type)
		}
		if strings.Contains(r.Data, secret) {
			t.Errorf("%s holds the secret", r.Type)
		}
	}
	slices.Sort(types) // the clock stands still
	if want := []string{catalog.DestinationCreatedType, catalog.DestinationDeletedType, catalog.DestinationUpdatedType}; !slices.Equal(types, want) {
		t.Errorf("events %v", types)
	}
	if strings.Contains(b.Log.String(), secret) {
		t.Error("the log holds the secret")
	}
}

// notThere asks for a destination in every way.
func (b bench) notThere(t *testing.T, dst string) {
	t.Helper()
	for _, route := range []string{"destinations-get", "destinations-update", "destinations-delete", "destinations-rotate-secret", "destinations-test", "destinations-enable", "destinations-confirm"} {
		b.call(t, route, dst, `{"name": 1`).WantProblem(t, 404, "not_found")
	}
	for _, d := range b.list(t, "limit=100") {
		if d["id"] == dst {
			t.Error("the list has it")
		}
	}
}

func (b bench) list(t *testing.T, query string) (out []body) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range b.Call(t, "destinations-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)["data"].([]any) {
		out = append(out, d.(body))
	}
	return out
}

func TestEveryTypeOfDestination(t *testing.T) {
	t.Parallel()
	b := start(t)
	const header, slackPath, routing = "Bearer-of-theirs", "T0000/B0000/XXXXsecretXXXX", "0123456789abcdef0123456789abcdef"
	const way = "hook-of-theirs?key=of-theirs"
	const role = "arn:aws:iam::123456789012:role/guardrails"
	for typ, config := range map[string]body{
		"webhook":     {"url": "https://hooks.example.com/" + way, "headers": body{"X-Token": header}, "timeout_seconds": 5},
		"slack":       {"url": "https://hooks.slack.com/services/" + slackPath},
		"email":       {"to": []string{"desk@example.com"}, "subject": "{{type}}"},
		"pagerduty":   {"routing_key": routing, "severity": "warning"},
		"sqs":         {"queue_url": "https://sqs.eu-central-1.amazonaws.com/123456789012/orders", "role_arn": role},
		"eventbridge": {"event_bus_arn": "arn:aws:events:eu-central-1:123456789012:event-bus/main", "role_arn": role},
	} {
		in := body{"name": "Of type " + typ, "type": typ, "config": config}
		made := b.create(t, in)
		dst := made["id"].(string)
		if (made["secret"] != nil) != (typ == "webhook") {
			t.Errorf("%s: signing secret %v", typ, made["secret"])
		}
		external := made["config"].(body)["external_id"]
		if aws := typ == "sqs" || typ == "eventbridge"; aws != (external == b.own.ID) {
			t.Errorf("%s: external id %v", typ, external)
		}
		if account := made["config"].(body)["guardrails_account"]; account != nil {
			t.Errorf("%s: on no account of AWS it shows the account %v", typ, account)
		}
		// What is shown can be sent back, and changes nothing: secrets stay.
		back := body{"name": in["name"], "type": typ, "config": b.call(t, "destinations-get", dst, nil).Want(t, 200).JSON(t)["config"]}
		if res := b.call(t, "destinations-update", dst, back).Want(t, 200); res.Header.Get("ETag") != `"1"` {
			t.Errorf("%s: the same sent back makes a version: %s", typ, res.Body)
		}
		back["name"] = "Renamed"
		changed := b.call(t, "destinations-update", dst, back).Want(t, 200)
		var d deliver.Destination
		if err := b.Env().Table(table.Policies).Get(t.Context(), b.own.Scope(t), table.DestinationKey(dst), &d); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{header, way, slackPath, routing} {
			if all := string(changed.Body) + fmt.Sprint(b.list(t, ""), d) + b.Log.String(); strings.Contains(all, secret) {
				t.Errorf("%s: a secret is shown, kept or logged", typ)
			}
		}
		if typ == "webhook" || typ == "slack" || typ == "pagerduty" {
			keys := deliver.NewDestinations(b.Env().Table(table.Policies), b.Env().Keys())
			target, err := keys.Target(t.Context(), b.own.Scope(t), d, b.clock.Now())
			if all := string(target.Secret); err != nil || !strings.Contains(all, header) && !strings.Contains(all, slackPath) && !strings.Contains(all, routing) {
				t.Errorf("%s: the secret is lost: %v", typ, err)
			}
		}
	}
	if list := b.list(t, "limit=3"); len(list) != 3 {
		t.Errorf("%d on a page of 3", len(list))
	}
}

// TestAURLThatWasKeptPlain reads and changes a webhook from before its URL was sealed.
func TestAURLThatWasKeptPlain(t *testing.T) {
	t.Parallel()
	b := start(t)
	const address, shown = "https://hooks.example.com/hook-of-theirs?key=of-theirs", "https://hooks.example.com/***"
	dst := b.create(t, hook(nil))["id"].(string)
	policies, s := b.Env().Table(table.Policies), b.own.Scope(t)
	read := func() (d deliver.Destination) {
		if err := policies.Get(t.Context(), s, table.DestinationKey(dst), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	old := read()
	old.Config, old.Secret = `{"signature":"v1","timeout_seconds":15,"url":"`+address+`"}`, deliver.Sealed{}
	if err := policies.Put(t.Context(), s, table.DestinationKey(dst), old, table.Always()); err != nil {
		t.Fatal(err)
	}
	got := b.call(t, "destinations-get", dst, nil).Want(t, 200).JSON(t)
	if list := fmt.Sprint(b.list(t, "")); got["config"].(body)["url"] != shown || strings.Contains(list, "theirs") || !strings.Contains(list, shown) {
		t.Errorf("shown as %v, in the list %s", got["config"], list)
	}
	for _, config := range []any{got["config"], body{"url": address}} {
		if res := b.call(t, "destinations-update", dst, hook(body{"config": config})).Want(t, 200); res.Header.Get("ETag") != `"1"` || strings.Contains(string(res.Body), "theirs") {
			t.Errorf("the same sent back: %s", res.Body)
		}
	}
	b.call(t, "destinations-update", dst, hook(body{"name": "Renamed", "config": got["config"]})).Want(t, 200)
	d := read()
	target, err := deliver.NewDestinations(policies, b.Env().Keys()).Target(t.Context(), s, d, b.clock.Now())
	if err != nil || strings.Contains(d.Config, "theirs") || !strings.Contains(string(target.Secret), address) {
		t.Errorf("kept as %s, %v", d.Config, err)
	}
	other := b.call(t, "destinations-update", dst, hook(body{"config": body{"url": "https://evil.example.com/***"}})).WantProblem(t, 422, "invalid_request")
	if other.Errors[0].Location != "/config/url" {
		t.Errorf("the way of another host is kept: %+v", other)
	}
}

func TestDestinationsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	dst := b.create(t, hook(nil))["id"].(string)
	at := func(address string) body { return body{"config": body{"url": address}} }
	for _, c := range []struct {
		name, location, code string
		more                 body
	}{
		{"loopback", "/config/url", "destination_refused", at("https://127.0.0.1/hook-of-theirs")},
		{"a number", "/config/url", "destination_refused", at("https://2130706433/hook-of-theirs")},
		{"localhost", "/config/url", "destination_refused", at("https://localhost/hook-of-theirs")},
		{"private", "/config/url", "destination_refused", at("https://10.1.2.3/hook-of-theirs")},
		{"metadata", "/config/url", "destination_refused", at("https://169.254.169.254/latest/meta-data")},
		{"metadata by IPv6", "/config/url", "destination_refused", at("https://[fd00:ec2::254]/latest/meta-data")},
		{"http", "/config/url", "destination_refused", at("http://hooks.example.com/hook-of-theirs")},
		{"a port", "/config/url", "destination_refused", at("https://hooks.example.com:9001/hook-of-theirs")},
		{"a user", "/config/url", "destination_refused", at("https://user:password-of-theirs@hooks.example.com/x")},
		{"a file", "/config/url", "destination_refused", at("file:///etc/passwd-of-theirs")},
		{"no address", "/config/url", "invalid_request", body{"config": body{}}},
		{"a slack that is none", "/config/url", "destination_refused", body{"type": "slack", "config": body{"url": "https://hooks.slack.com.evil.example.com/services/x"}}},
		{"the older signature", "/config/signature", "invalid_request", body{"config": body{"url": "https://hooks.example.com/in", "signature": "legacy"}}},
		{"a setting that is none", "/config", "invalid_request", body{"config": body{"url": "https://hooks.example.com/in", "verify_peer_0_of_theirs": false}}},
		{"a header of ours", "/config/headers/Webhook-Id", "invalid_request", body{"config": body{"url": "https://hooks.example.com/in", "headers": body{"Webhook-Id": "x"}}}},
		{"a header that splits", "/config/headers/X-A", "invalid_request", body{"config": body{"url": "https://hooks.example.com/in", "headers": body{"X-A": "a\r\nX-Injected: theirs"}}}},
		{"many mails a second", "/limits", "invalid_request", body{"type": "email", "config": body{"to": []string{"a@example.com"}}, "limits": body{"per_second": 6}}},
		{"many mails at once", "/limits", "invalid_request", body{"type": "email", "config": body{"to": []string{"a@example.com"}}, "limits": body{"concurrency": 6}}},
		{"mail to two lines", "/config/to/0", "invalid_request", body{"type": "email", "config": body{"to": []string{"a@example.com\nBcc: b@example.com"}}}},
		{"no type", "/type", "invalid_request", body{"type": "carrier pigeon"}},
		{"no name", "/name", "invalid_request", body{"name": "  "}},
		{"a status that is none", "/status", "invalid_request", body{"status": "sleeping soundly"}},
		{"no attempts", "/limits/concurrency", "invalid_request", body{"limits": body{"concurrency": -1}}},
		{"too fast", "/limits/per_second", "invalid_request", body{"limits": body{"per_second": 1001}}},
		{"a long label", "/labels", "invalid_request", body{"labels": body{"x": strings.Repeat("y", 257)}}},
		{"a secret of their own", "/secret", "invalid_request", body{"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			routes := map[string]string{"destinations-create": "", "destinations-update": dst}
			if c.more["type"] != nil {
				delete(routes, "destinations-update")
			}
			for route, id := range routes {
				p := b.call(t, route, id, hook(c.more)).WantProblem(t, 422, c.code)
				if len(p.Errors) == 0 || p.Errors[0].Location != c.location {
					t.Errorf("%s: %+v, want %s", route, p.Errors, c.location)
				}
				if text := fmt.Sprint(p); strings.Contains(text, "theirs") {
					t.Errorf("%s echoes what was sent: %s", route, text)
				}
			}
		})
	}
}

func TestASecretIsShownOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: hook(nil), Headers: map[string]string{"Idempotency-Key": "one"}}
	first, again := b.Call(t, "destinations-create", req).Want(t, 201).JSON(t), b.Call(t, "destinations-create", req).Want(t, 201)
	z := again.JSON(t)
	if again.Header.Get("Idempotent-Replayed") != "true" || z["id"] != first["id"] || z["secret"] != nil || !strings.Contains(string(again.Body), `"secret":null`) || first["secret"] == nil {
		t.Errorf("first %v, again %s", first["id"], again.Body)
	}
	req = fntest.Request{As: &b.admin, Path: path(first["id"].(string)), Headers: map[string]string{"Idempotency-Key": "two"}}
	rotated := b.Call(t, "destinations-rotate-secret", req).Want(t, 200).JSON(t)
	if replay := b.Call(t, "destinations-rotate-secret", req).Want(t, 200).JSON(t); replay["secret"] != nil || rotated["secret"] == nil || rotated["secret"] == first["secret"] || replay["version"] != 2.0 {
		t.Errorf("rotated %v, again %v", rotated["version"], replay)
	}
}

func TestACreationWhoseAnswerWasLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: hook(nil), Headers: map[string]string{"Idempotency-Key": "lost"}}
	b.Deafen("destination.created")
	b.Call(t, "destinations-create", req).WantProblem(t, 503, "overloaded")
	b.Deafen("")
	got := b.Call(t, "destinations-create", req).Want(t, 201).JSON(t)
	list := b.list(t, "")
	if len(list) != 1 || list[0]["id"] != got["id"] {
		t.Fatalf("created %v, there are %v", got, list)
	}
	secret, _ := got["secret"].(string)
	if hint := list[0]["secrets"].([]any)[0].(body)["hint"].(string); secret == "" || !strings.HasSuffix(secret, hint) {
		t.Error("the secret that was never heard of is not shown")
	}
}

func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	b := start(t)
	dst := b.create(t, hook(nil))["id"].(string)
	live := func() int { return len(b.call(t, "destinations-get", dst, nil).JSON(t)["secrets"].([]any)) }
	for range 9 {
		b.clock.Advance(time.Minute)
		b.call(t, "destinations-rotate-secret", dst, nil).Want(t, 200)
	}
	b.call(t, "destinations-rotate-secret", dst, nil).WantProblem(t, 409, "conflict")
	if n := live(); n != 10 {
		t.Errorf("%d live secrets", n)
	}
	b.clock.Advance(23 * time.Hour)
	if n := live(); n != 10 {
		t.Errorf("%d live secrets after 23 hours", n)
	}
	b.clock.Advance(2 * time.Hour)
	if n := live(); n != 1 {
		t.Errorf("%d live secrets after a day", n)
	}
	b.call(t, "destinations-rotate-secret", dst, nil).Want(t, 200)
	mail := b.create(t, body{"name": "Mail", "type": "email", "config": body{"to": []string{"desk@example.com"}}})["id"].(string)
	b.call(t, "destinations-rotate-secret", mail, nil).WantProblem(t, 409, "conflict")
}

func TestAnotherSignatureIsAnotherKey(t *testing.T) {
	t.Parallel()
	b := start(t)
	made := b.create(t, hook(nil))
	dst := made["id"].(string)
	sign := func(scheme string) body {
		return hook(body{"config": body{"url": "https://hooks.example.com/in", "signature": scheme}})
	}
	got := b.call(t, "destinations-update", dst, sign("v1a")).Want(t, 200).JSON(t)
	public, _ := got["secret"].(string)
	live := got["secrets"].([]any)
	if !strings.HasPrefix(public, "whpk_") || len(live) != 2 || !strings.HasSuffix(public, live[0].(body)["hint"].(string)) || live[1].(body)["expires_at"] == nil {
		t.Fatalf("with another signature %v", got)
	}
	if again := b.call(t, "destinations-update", dst, sign("v1a")).Want(t, 200).JSON(t); again["secret"] != nil || again["version"] != 2.0 {
		t.Errorf("the same again %v", again)
	}
	if back := b.call(t, "destinations-update", dst, sign("v1")).Want(t, 200).JSON(t); !strings.HasPrefix(back["secret"].(string), "whsec_") || back["secret"] == made["secret"] {
		t.Errorf("back again %v", back)
	}
	fresh := b.create(t, sign("v1a"))
	if hint := fresh["secrets"].([]any)[0].(body)["hint"].(string); !strings.HasSuffix(fresh["secret"].(string), hint) || !strings.HasPrefix(fresh["secret"].(string), "whpk_") {
		t.Errorf("created %v", fresh)
	}
}

func TestDisablingAndEnabling(t *testing.T) {
	t.Parallel()
	b := start(t)
	dst := b.create(t, hook(body{"status": "disabled"}))["id"].(string)
	want := func(in any, route, status string, reason any) {
		t.Helper()
		got := b.call(t, route, dst, in).Want(t, 200).JSON(t)
		if got["status"] != status || got["disabled_reason"] != reason || got["breaker"].(body)["state"] != "closed" {
			t.Errorf("%v, want %s for %v", got, status, reason)
		}
	}
	want(nil, "destinations-get", "disabled", "manual")
	want(hook(body{"name": "Renamed"}), "destinations-update", "disabled", "manual")
	want(nil, "destinations-enable", "active", nil)
	want(nil, "destinations-enable", "active", nil)
	// The worker disables one that failed for days, and its breaker remembers that.
	env, s := b.Env(), b.own.Scope(t)
	store := deliver.NewDestinations(env.Table(table.Policies), nil)
	if done, err := store.Disable(t.Context(), s, dst, deliver.DisabledFailing, b.clock.Now()); !done || err != nil {
		t.Fatal(done, err)
	}
	plant := func() {
		failing := deliver.Control{Slots: map[string]int64{}, Breaker: deliver.Breaker{State: deliver.Open, OpenUntil: b.clock.Now().Add(time.Minute).UnixMilli(), FailingSince: 1}}
		if err := env.Table(table.Deliveries).Put(t.Context(), s, table.ControlKey(dst), failing, table.Always()); err != nil {
			t.Fatal(err)
		}
	}
	plant()
	got := b.call(t, "destinations-update", dst, hook(body{"name": "Again", "status": "disabled"})).Want(t, 200).JSON(t)
	if got["disabled_reason"] != "failing" || got["breaker"].(body)["state"] != "open" {
		t.Errorf("sent back as it is: %v", got)
	}
	want(hook(body{"name": "Again", "status": "active"}), "destinations-update", "active", nil)
	plant()
	want(nil, "destinations-enable", "active", nil)
}

func TestTheNumberOfDestinationsIsBounded(t *testing.T) {
	t.Parallel()
	b := start(t)
	dst := b.create(t, hook(nil))["id"].(string)
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.DestinationStateKey(), body{"n": 1000}, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.call(t, "destinations-create", "", hook(nil)).WantProblem(t, 409, "conflict")
	b.call(t, "destinations-delete", dst, nil).Want(t, 204)
	b.create(t, hook(nil))
	b.call(t, "destinations-create", "", hook(nil)).WantProblem(t, 409, "conflict")
}

func TestHiddenDestinationsAreNotThere(t *testing.T) {
	t.Parallel()
	b := start(t)
	d := deliver.Destination{ID: b.ids.New(id.Destination), Version: 1, Name: "Of a job", Type: "webhook", Config: "{}", Status: deliver.Active, Hidden: true}
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.DestinationKey(d.ID), d, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.create(t, hook(nil))
	b.notThere(t, d.ID)
}

func TestWhoMayChangeDestinations(t *testing.T) {
	t.Parallel()
	b := start(t)
	dst := b.create(t, hook(nil))["id"].(string)
	viewer := b
	viewer.admin = b.own.As(authz.Viewer)
	viewer.call(t, "destinations-get", dst, nil).Want(t, 200)
	for _, route := range []string{"destinations-update", "destinations-delete", "destinations-rotate-secret", "destinations-enable", "destinations-test", "destinations-confirm"} {
		viewer.call(t, route, "dst_01jd3zk8q4x5v6w7y8z9a0b1c2", `{`).WantProblem(t, 403, "forbidden")
	}
	viewer.call(t, "destinations-create", "", `{`).WantProblem(t, 403, "forbidden")
	regulated := b
	regulated.admin.Profile = tenant.ProfileRegulated
	regulated.call(t, "destinations-update", dst, hook(nil)).WantProblem(t, 428, "precondition_required")
	regulated.call(t, "destinations-delete", dst, nil).WantProblem(t, 428, "precondition_required")
	other := b
	other.own = b.Tenant(t)
	other.admin = other.own.As(authz.Admin)
	other.notThere(t, dst)
}
