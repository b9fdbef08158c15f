package events_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guardrails/functions"
	"guardrails/functions/events"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/pressure"
	"guardrails/shared/table"
)

// publishing is a bench whose queues the test keeps.
func publishing(t *testing.T) (bench, *fntest.Post) {
	t.Helper()
	return publishingAt(t, clock.System())
}

func publishingAt(t *testing.T, c clock.Clock) (bench, *fntest.Post) {
	t.Helper()
	sys := fntest.NewAt(t, functions.Catalog(), events.Bindings(), c)
	post := sys.Post()
	own := sys.Tenant(t)
	return bench{sys, own, own.As(authz.Admin)}, post
}

func (b bench) publish(t *testing.T, in any) fntest.Response {
	t.Helper()
	return b.Call(t, "events-publish", fntest.Request{As: &b.admin, Body: in})
}

type published struct {
	Accepted []string `json:"accepted"`
	Rejected []struct {
		Index int `json:"index"`
		Error struct {
			Code   string `json:"code"`
			Detail string `json:"detail"`
			Errors []struct{ Location, Message string }
		} `json:"error"`
	} `json:"rejected"`
}

func (b bench) accepted(t *testing.T, in any) published {
	t.Helper()
	return fntest.Decode[published](t, b.publish(t, in).Want(t, 202).Body)
}

// stored are the tenant's own events, newest first.
func (b bench) stored(t *testing.T, query string) (list []body, next string) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	page := b.Call(t, "events-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)
	for _, e := range page["data"].([]any) {
		list = append(list, e.(body))
	}
	next, _ = page["next_cursor"].(string)
	return list, next
}

func (b bench) event(t *testing.T, eventID string) body {
	t.Helper()
	return b.Call(t, "events-get", fntest.Request{As: &b.admin, Path: map[string]string{"id": eventID}}).Want(t, 200).JSON(t)
}

func TestThreeWaysToPublish(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	e := body{"type": placed, "subject": "order-1", "data": body{"id": "1"}, "previous": body{"id": "0"}}
	for name, in := range map[string]any{"one": e, "an array": []body{e}, "events": body{"events": []body{e}}} {
		got := b.accepted(t, in)
		if len(got.Accepted) != 1 || len(got.Rejected) != 0 || !id.Valid(id.Event, got.Accepted[0]) {
			t.Fatalf("%s: %+v", name, got)
		}
		seen := b.event(t, got.Accepted[0])
		if seen["type"] != placed || seen["subject"] != "order-1" || seen["data"].(body)["id"] != "1" || seen["previous"].(body)["id"] != "0" ||
			seen["source"] != "/tenants/"+b.own.ID || seen["specversion"] != "1.0" || seen["dataversion"] != 1.0 || len(seen["deliveries"].([]any)) != 0 {
			t.Errorf("%s: %v", name, seen)
		}
	}
	many := b.accepted(t, slices.Repeat([]body{{"type": placed}}, 100))
	slices.Sort(many.Accepted)
	if len(slices.Compact(many.Accepted)) != 100 {
		t.Errorf("%d ids of a hundred events", len(many.Accepted))
	}
	if bare := b.event(t, many.Accepted[0]); len(bare["data"].(body)) != 0 || bare["previous"] != nil || bare["subject"] != "" {
		t.Errorf("without anything %v", bare)
	}
}

func TestRequestsThatPublishNothing(t *testing.T) {
	t.Parallel()
	b, post := publishing(t)
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct {
		name, in, location string
		status             int
	}{
		{"none", `{"events":[]}`, "/events", 422},
		{"an empty array", `[]`, "/events", 422},
		{"null", `{"events":null}`, "/events", 422},
		{"too many", `[` + strings.TrimSuffix(strings.Repeat(`{"type":"a.b"},`, 101), ",") + `]`, "/events", 422},
		{"no array", `{"events":{"type":"a.b"}}`, "/events", 422},
		{"more than events", `{"events":[],"source":"somewhere else"}`, "/events", 422},
		{"a text", `"an event of some kind"`, "", 422},
		{"a number", `3`, "", 422},
		{"an event that is null", `[null]`, "/events/0", 422},
		{"an event that is a text", `["an event of some kind"]`, "/events/0", 422},
		{"no type", `{}`, "/events/0/type", 422},
		{"capitals", `{"type":"Orders.Order.Created"}`, "/events/0/type", 422},
		{"one part", `{"type":"orders"}`, "/events/0/type", 422},
		{"a reserved family", `{"type":"analysis.order.created"}`, "/events/0/type", 422},
		{"a type of ours", `{"type":"delivery.failed"}`, "/events/0/type", 422},
		{"a type of no text", `{"type":["orders.order.created"]}`, "/events/0/type", 422},
		{"a field that is none", `{"type":"a.b","payload of mine":1}`, "/events/0", 422},
		{"another case", `{"Type":"a.b"}`, "/events/0", 422},
		{"data of no object", `{"type":"a.b","data":["some text here"]}`, "/events/0/data", 422},
		{"previous of no object", `{"type":"a.b","previous":"some text here"}`, "/events/0/previous", 422},
		{"a long subject", `{"type":"a.b","subject":"` + strings.Repeat("ä", 257) + `"}`, "/events/0/subject", 422},
		{"a strange id", `{"type":"a.b","id":"an id/with a slash"}`, "/events/0/id", 422},
		{"a long id", `{"type":"a.b","id":"` + strings.Repeat("a", 129) + `"}`, "/events/0/id", 422},
		{"an id that looks like ours", `{"type":"a.b","id":"evt_01jd3zk8q4x5v6w7y8z9a0b1c2"}`, "/events/0/id", 422},
		{"no time", `{"type":"a.b","occurred_at":"yesterday at noon"}`, "/events/0/occurred_at", 422},
		{"a time to come", `{"type":"a.b","occurred_at":"2999-01-01T00:00:00Z"}`, "/events/0/occurred_at", 422},
		{"a name twice", `{"type":"a.b","data":{"a":1,"a":2}}`, "", 400},
		{"a type twice", `{"type":"a.b","type":"a.c"}`, "", 400},
		{"too deep", `{"type":"a.b","data":` + deep(64) + `}`, "", 400},
		{"half a character", `{"type":"a.b","data":{"a":"\ud800"}}`, "", 400},
		{"no JSON", `{"type":"a.b"`, "", 400},
		{"a body that is too large", `{"type":"a.b","data":{"a":"` + strings.Repeat("x", 5<<20) + `"}}`, "", 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code := "invalid_request"
			if c.status == 413 {
				code = "payload_too_large"
			}
			p := b.publish(t, c.in).WantProblem(t, c.status, code)
			if c.location != "" && (len(p.Errors) != 1 || p.Errors[0].Location != c.location) {
				t.Errorf("errors %+v, want one at %s", p.Errors, c.location)
			}
		})
	}
	t.Cleanup(func() {
		if got := post.Take("deliveries"); len(got) > 0 {
			t.Errorf("%d messages", len(got))
		}
	})
}

func TestABadEventFailsAlone(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	b.create(t, order(placed)).Want(t, 201)
	got := b.accepted(t, []any{
		body{"type": "a.b", "id": "first"},
		body{"type": placed, "data": body{"id": 3, "a secret field of theirs": 1}},
		body{"type": "job.failed"},
		body{"type": "a.b", "id": "fourth", "data": body{"x": strings.Repeat("y", 128<<10)}},
		"a text that is no event",
		body{"type": placed, "id": "last", "data": body{"id": "3"}},
	})
	if !slices.Equal(got.Accepted, []string{"first", "last"}) || len(got.Rejected) != 4 {
		t.Fatalf("%+v", got)
	}
	var lines []string
	for _, r := range got.Rejected {
		line := fmt.Sprint(r.Index, " ", r.Error.Code)
		for _, e := range r.Error.Errors {
			line += " " + e.Location
		}
		lines = append(lines, line)
	}
	// The name of a field is the caller's text too: the object that has it is named.
	want := []string{"1 invalid_request /data /data/id", "2 invalid_request /type", "3 payload_too_large", "4 invalid_request "}
	slices.Sort(lines)
	if !slices.Equal(lines, want) {
		t.Errorf("rejected %q", lines)
	}
	if seen := b.event(t, "last"); seen["id"] != "last" || seen["dataversion"] != 1.0 {
		t.Errorf("last %v", seen)
	}
	p := b.publish(t, []body{{"type": "a"}, {"type": placed}, {"type": "a.b", "id": "*"}}).WantProblem(t, 422, "invalid_request")
	var at []string
	for _, e := range p.Errors {
		at = append(at, e.Location)
	}
	if want := []string{"/events/0/type", "/events/1/data/id", "/events/2/id"}; !slices.Equal(at, want) {
		t.Errorf("all bad: %v", at)
	}
}

func TestTheLargestEvent(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	fits := strings.Repeat("x", 128<<10-len(`{"a":""}`))
	got := b.accepted(t, body{"type": placed, "data": body{"a": fits}})
	if seen := b.event(t, got.Accepted[0]); seen["data"].(body)["a"] != fits {
		t.Error("the largest event is not what was sent")
	}
	b.publish(t, body{"type": placed, "data": body{"a": fits + "y"}}).WantProblem(t, 413, "payload_too_large")
}

func TestAnIdStandsForOneEvent(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	const at = "2026-01-02T03:04:05.678+02:00"
	e := `{"type":"a.b","id":"x:1","subject":"s","data":{"a":1,"b":[1,2]},"occurred_at":"` + at + `"}`
	for range 2 {
		if got := b.accepted(t, e); !slices.Equal(got.Accepted, []string{"x:1"}) {
			t.Errorf("%+v", got)
		}
	}
	same := `{"occurred_at":"2026-01-02T01:04:05.678Z","data":{ "b":[1,2], "a":1.0 },"subject":"s","id":"x:1","type":"a.b"}`
	b.accepted(t, same)
	if seen := b.event(t, "x:1"); seen["time"] != "2026-01-02T01:04:05.678Z" || seen["id"] != "x:1" || seen["sequence"] == "x:1" {
		t.Errorf("%v", seen)
	} else if by := b.event(t, seen["sequence"].(string)); by["id"] != "x:1" {
		t.Errorf("by our id %v", by)
	}
	for name, other := range map[string]string{
		"type": strings.Replace(e, "a.b", "a.c", 1), "subject": strings.Replace(e, `"s"`, `"t"`, 1), "data": strings.Replace(e, "[1,2]", "[2,1]", 1),
		"previous": strings.Replace(e, `"type"`, `"previous":{},"type"`, 1), "time": strings.Replace(e, "678", "679", 1),
	} {
		b.publish(t, other).WantProblem(t, 409, "conflict")
		got := b.accepted(t, `[{"type":"a.b"},`+other+`]`)
		if len(got.Rejected) != 1 || got.Rejected[0].Index != 1 || got.Rejected[0].Error.Code != "conflict" {
			t.Errorf("another %s: %+v", name, got)
		}
	}
	if list, _ := b.stored(t, "subject=s"); len(list) != 1 {
		t.Errorf("%d events", len(list))
	}
	// It is this tenant's id alone.
	other := b.Tenant(t).As(authz.Admin)
	b.Call(t, "events-get", fntest.Request{As: &other, Path: map[string]string{"id": "x:1"}}).WantProblem(t, 404, "not_found")
	b.Call(t, "events-publish", fntest.Request{As: &other, Body: `{"type":"a.c","id":"x:1"}`}).Want(t, 202)
}

func TestOfManyWhoPublishAnIdOneDoes(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	answers := make([]fntest.Response, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answers[i] = b.publish(t, []body{{"type": placed, "id": "once"}, {"type": placed, "id": "once"}})
		})
	}
	wg.Wait()
	for _, res := range answers {
		if got := fntest.Decode[published](t, res.Want(t, 202).Body); !slices.Equal(got.Accepted, []string{"once", "once"}) {
			t.Errorf("%+v", got)
		}
	}
	if list, _ := b.stored(t, "type="+placed); len(list) != 1 {
		t.Errorf("%d events, want 1", len(list))
	}
}

func TestARepeatedRequestPublishesOnce(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	req := fntest.Request{As: &b.admin, Headers: map[string]string{"Idempotency-Key": "one"}, Body: []body{{"type": placed}, {"type": placed}, {"type": "x"}}}
	first, again := b.Call(t, "events-publish", req).Want(t, 202), b.Call(t, "events-publish", req).Want(t, 202)
	if string(first.Body) != string(again.Body) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %s, again %s", first.Body, again.Body)
	}
	if list, _ := b.stored(t, "type="+placed); len(list) != 2 {
		t.Errorf("%d events, want 2", len(list))
	}
	req.Body = body{"type": placed}
	b.Call(t, "events-publish", req).WantProblem(t, 422, "idempotency_mismatch")
}

func TestPagesOfEventsAreTheWholeList(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Now().Truncate(time.Second))
	b, _ := publishingAt(t, c)
	var want []string
	begin := c.Now()
	for i := range 7 {
		c.Advance(time.Second)
		e := body{"type": "a.b", "id": fmt.Sprint("e", i), "subject": fmt.Sprint(i % 2)}
		if i%3 == 0 {
			e["type"] = "a.c"
		}
		b.accepted(t, e)
		want = append([]string{fmt.Sprint("e", i)}, want...)
	}
	at := func(i int) string { return url.QueryEscape(clock.Format(begin.Add(time.Duration(i+1) * time.Second))) }
	for query, want := range map[string][]string{
		"since=" + at(0):                      want,
		"type=a.c":                            {"e6", "e3", "e0"},
		"subject=1":                           {"e5", "e3", "e1"},
		"type=a.c&subject=0":                  {"e6", "e0"},
		"since=" + at(2) + "&until=" + at(4):  {"e4", "e3", "e2"},
		"until=" + at(1) + "&type=a.b":        {"e1"},
		"type=a.nothing":                      nil,
		"since=2999-01-01T00:00:00Z&type=a.b": nil,
	} {
		for _, limit := range []int{1, 2, 3, 100} {
			var got []string
			next := ""
			for {
				page, cursor := b.stored(t, fmt.Sprintf("%s&limit=%d&cursor=%s", query, limit, next))
				for _, e := range page {
					got = append(got, e["id"].(string))
				}
				if len(page) > limit {
					t.Fatalf("%d events on a page of %d", len(page), limit)
				}
				if next = cursor; next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s by %d: %v, want %v", query, limit, got, want)
			}
		}
	}
	_, cursor := b.stored(t, "limit=1&type=a.b")
	other := b.Tenant(t).As(authz.Admin)
	for _, r := range []fntest.Request{
		{As: &b.admin, Query: url.Values{"cursor": {cursor}, "type": {"a.c"}}},
		{As: &b.admin, Query: url.Values{"cursor": {cursor}}},
		{As: &other, Query: url.Values{"cursor": {cursor}, "type": {"a.b"}}},
		{As: &b.admin, Query: url.Values{"cursor": {"garbage"}}},
	} {
		b.Call(t, "events-list", r).WantProblem(t, 422, "invalid_cursor")
	}
	for query, location := range map[string]string{
		"since=now": "query.since", "until=2026-13-01T00:00:00Z": "query.until", "limit=0": "query.limit",
		"since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": "query.until",
	} {
		q, _ := url.ParseQuery(query)
		p := b.Call(t, "events-list", fntest.Request{As: &b.admin, Query: q}).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%s: %+v", query, p.Errors)
		}
	}
}

func TestWhoMayPublish(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	got := b.accepted(t, body{"type": placed}).Accepted[0]
	for _, c := range []struct {
		role    authz.Role
		publish int
	}{{authz.Operator, 202}, {authz.Analyst, 202}, {authz.Viewer, 403}} {
		who := b.own.As(c.role)
		b.Call(t, "events-publish", fntest.Request{As: &who, Body: body{"type": placed}}).Want(t, c.publish)
		b.Call(t, "events-get", fntest.Request{As: &who, Path: map[string]string{"id": got}}).Want(t, 200)
	}
	narrow, other := b.own.As(authz.Admin, "read:rules"), b.Tenant(t).As(authz.Admin)
	b.Call(t, "events-publish", fntest.Request{As: &narrow, Body: `{`}).WantProblem(t, 403, "forbidden")
	b.Call(t, "events-list", fntest.Request{As: &narrow}).WantProblem(t, 403, "forbidden")
	b.Call(t, "events-publish", fntest.Request{Body: `{`}).WantProblem(t, 401, "unauthenticated")
	for _, unknown := range []string{got, "evt_01jd3zk8q4x5v6w7y8z9a0b1c2", "nonsense", "a%2Fb"} {
		b.Call(t, "events-get", fntest.Request{As: &other, Path: map[string]string{"id": unknown}}).WantProblem(t, 404, "not_found")
	}
}

func TestNothingIsAcceptedWithoutAStore(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	b.Function(t, "events-publish")
	b.Cut()
	res := b.publish(t, []body{{"type": placed}, {"type": placed}})
	res.WantProblem(t, 503, "overloaded")
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	b.Mend()
	if list, _ := b.stored(t, "type="+placed); len(list) != 0 {
		t.Errorf("%d events", len(list))
	}
}

// behind plants how late deliveries are.
func (b bench) behind(t *testing.T, c clock.Clock, lag time.Duration) {
	t.Helper()
	s := pressure.Sample{At: c.Now().UnixMilli(), Lag: lag.Milliseconds(), TTL: table.TTL(c.Now().Add(time.Hour))}
	if err := b.Env().Table(table.Deliveries).Put(t.Context(), b.own.Scope(t), table.PressureKey(), s, table.Always()); err != nil {
		t.Fatal(err)
	}
}

// mode sets what the tenant wants, as PUT /tenant does.
func (b bench) mode(t *testing.T, m pressure.Mode) {
	t.Helper()
	own := b.own.Tenant
	own.Backpressure = m
	if err := b.Env().Table(table.Tenants).Put(t.Context(), b.own.Scope(t), table.TenantKey(), own, table.Always()); err != nil {
		t.Fatal(err)
	}
}

func TestBackpressure(t *testing.T) {
	t.Parallel()
	one, bulk := body{"type": placed}, slices.Repeat([]body{{"type": placed}}, 20)
	for _, c := range []struct {
		mode pressure.Mode
		// refused says what becomes of a single event.
		refused bool
	}{{pressure.QueueAll, false}, {"", false}, {pressure.FailFast, true}} {
		t.Run(string(c.mode), func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(time.Now())
			b, _ := publishingAt(t, now)
			b.mode(t, c.mode)
			b.accepted(t, one)
			b.behind(t, now, time.Minute)
			now.Advance(6 * time.Second)
			if !c.refused {
				b.accepted(t, one)
				return
			}
			res := b.publish(t, one)
			res.WantProblem(t, 503, "overloaded")
			if res.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			b.behind(t, now, 20*time.Second) // better, and not yet well
			now.Advance(6 * time.Second)
			b.publish(t, one).WantProblem(t, 503, "overloaded")
			b.behind(t, now, time.Second)
			now.Advance(6 * time.Second)
			b.accepted(t, one)
			b.behind(t, now, time.Minute)
			now.Advance(2 * time.Minute) // where nothing is delivered, nothing is known to be late
			b.accepted(t, one)
		})
	}
	t.Run("adaptive", func(t *testing.T) {
		t.Parallel()
		now := clock.NewFake(time.Now())
		b, _ := publishingAt(t, now)
		b.mode(t, pressure.Adaptive)
		b.accepted(t, bulk)
		for range 3 { // down to an eighth
			b.behind(t, now, time.Minute)
			now.Advance(6 * time.Second)
			b.publish(t, one)
		}
		refused := 0
		for range 40 { // all but one in sixty-four are
			if b.publish(t, bulk).Status == 503 {
				refused++
			}
		}
		if refused < 20 {
			t.Errorf("%d of 40 large requests refused", refused)
		}
	})
}

// TestAnEventWithoutSourceIsOurs reads a row of before events had others.
func TestAnEventWithoutSourceIsOurs(t *testing.T) {
	t.Parallel()
	b, _ := publishing(t)
	row := outbox.Row{ID: id.NewGenerator(clock.System(), nil).New(id.Event), Type: "job.failed", Version: 1, Time: clock.Format(time.Now()), Data: `{}`}
	if err := b.Env().Table(table.Events).Put(t.Context(), b.own.Scope(t), table.EventKey(row.ID), row, table.Always()); err != nil {
		t.Fatal(err)
	}
	if got := b.event(t, row.ID); got["source"] != "guardrails" {
		t.Errorf("%v", got)
	}
}
