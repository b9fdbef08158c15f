package deliveries_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/eventquery"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/table"
)

// scatter plants deliveries of random kinds over all partitions, several of one event among them.
func (b bench) scatter(t *testing.T, n int) (all []deliver.Row) {
	t.Helper()
	env, s := b.Env(), b.own.Scope(t)
	rows := deliver.NewRows(env.Table(table.Deliveries), env.IDs, env.Clock)
	random := rand.New(rand.NewPCG(1, uint64(n)))
	statuses := deliver.Statuses()
	event := ""
	for i := range n {
		if i%3 != 2 {
			b.clock.Advance(time.Duration(random.IntN(3)) * time.Second)
			event = id.NewGenerator(b.clock, nil).New(id.Event)
		}
		r := deliver.Row{
			Event: event, EventID: event, EventType: fmt.Sprint("orders.order.t", random.IntN(3)), Rule: fmt.Sprint("rul_", i), Destination: fmt.Sprint("dst_", random.IntN(4)),
			Status: statuses[random.IntN(len(statuses))], Attempt: 1, TTL: table.TTL(time.Now().Add(time.Hour)),
		}
		r.ID = deliver.IDOf(s, r.Event, r.Rule, r.Destination)
		if _, err := rows.Swap(t.Context(), s, 0, r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b deliver.Row) int { return strings.Compare(b.ID, a.ID) })
	return all
}

func (b bench) found(t *testing.T, query string, limit int) (got []string) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	q.Set("limit", fmt.Sprint(limit))
	for range 500 {
		page := b.Call(t, "deliveries-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)
		list := page["data"].([]any)
		if len(list) > limit {
			t.Fatalf("%d deliveries on a page of %d", len(list), limit)
		}
		for _, d := range list {
			got = append(got, d.(body)["id"].(string))
		}
		next, ok := page["next_cursor"].(string)
		if !ok {
			return got
		}
		q.Set("cursor", next)
	}
	t.Fatal("the pages do not end")
	return nil
}

// TestPagesOfDeliveriesAreTheWholeList reads random deliveries by every filter, in pages of several sizes.
func TestPagesOfDeliveriesAreTheWholeList(t *testing.T) {
	t.Parallel()
	b := start(t)
	begin := b.clock.Now()
	all := b.scatter(t, 45)
	middle, late := begin.Add(10*time.Second), begin.Add(20*time.Second)
	between := func(r deliver.Row, from, to time.Time) bool {
		at := id.Time(r.Event)
		return !at.Before(from.Truncate(time.Millisecond)) && !at.After(to)
	}
	span := "since=" + url.QueryEscape(clock.Format(middle)) + "&until=" + url.QueryEscape(clock.Format(late))
	filters := map[string]func(deliver.Row) bool{
		"":                           func(deliver.Row) bool { return true },
		"destination_id=dst_1":       func(r deliver.Row) bool { return r.Destination == "dst_1" },
		"rule_id=" + all[5].Rule:     func(r deliver.Row) bool { return r.Rule == all[5].Rule },
		"event_id=" + all[9].Event:   func(r deliver.Row) bool { return r.Event == all[9].Event },
		"event_type=orders.order.t2": func(r deliver.Row) bool { return r.EventType == "orders.order.t2" },
		span:                         func(r deliver.Row) bool { return between(r, middle, late) },
		"event_id=" + all[9].Event + "&status=dead": func(r deliver.Row) bool { return r.Event == all[9].Event && r.Status == deliver.Dead },
		"destination_id=dst_2&event_type=orders.order.t1&" + span: func(r deliver.Row) bool {
			return r.Destination == "dst_2" && r.EventType == "orders.order.t1" && between(r, middle, late)
		},
		"event_id=evt_01jd3zk8q4x5v6w7y8z9a0b1c2": func(deliver.Row) bool { return false },
		"event_id=an-id-of-nobody":                func(deliver.Row) bool { return false },
		"since=2999-01-01T00:00:00Z":              func(deliver.Row) bool { return false },
	}
	for _, s := range deliver.Statuses() {
		filters["status="+string(s)] = func(r deliver.Row) bool { return r.Status == s }
	}
	filters["destination_id=dst_3&status=dead&"+span] = func(r deliver.Row) bool {
		return r.Status == deliver.Dead && r.Destination == "dst_3" && between(r, middle, late)
	}
	for query, takes := range filters {
		var want []string
		for _, r := range all {
			if takes(r) {
				want = append(want, r.ID)
			}
		}
		limits := []int{7}
		if query == "" {
			limits = []int{3, 20, 100}
		}
		for _, limit := range limits {
			if got := b.found(t, query, limit); !slices.Equal(got, want) {
				t.Errorf("%s by %d: %d deliveries, want %d", query, limit, len(got), len(want))
			}
		}
	}
}

func TestCursorsOfDeliveriesAreBound(t *testing.T) {
	t.Parallel()
	b := start(t)
	all := b.scatter(t, 6)
	q := url.Values{"limit": {"2"}}
	cursor := b.Call(t, "deliveries-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)["next_cursor"].(string)
	other := b.Tenant(t).As(authz.Admin)
	b.Call(t, "deliveries-list", fntest.Request{As: &other, Query: url.Values{"cursor": {cursor}}}).WantProblem(t, 422, "invalid_cursor")
	b.Call(t, "deliveries-list", fntest.Request{As: &b.admin, Query: url.Values{"cursor": {cursor}, "status": {"dead"}}}).WantProblem(t, 422, "invalid_cursor")
	for query, location := range map[string]string{
		"status=lost": "query.status", "since=now": "query.since", "until=then": "query.until", "limit=101": "query.limit",
		"since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": "query.until",
	} {
		v, _ := url.ParseQuery(query)
		p := b.Call(t, "deliveries-list", fntest.Request{As: &b.admin, Query: v}).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%s: %+v", query, p.Errors)
		}
	}
	if list := b.Call(t, "deliveries-list", fntest.Request{As: &other}).Want(t, 200).JSON(t)["data"].([]any); len(list) != 0 {
		t.Errorf("another tenant sees %v", list)
	}
	b.Call(t, "deliveries-get", fntest.Request{As: &other, Path: path(all[0].ID)}).WantProblem(t, 404, "not_found")
}

// TestDeliveriesAreFoundByTheIdThatTheTenantGave asks by an event's own id.
func TestDeliveriesAreFoundByTheIdThatTheTenantGave(t *testing.T) {
	t.Parallel()
	b := start(t)
	all := b.scatter(t, 3)
	given := eventquery.Given{ID: all[0].Event, TTL: table.TTL(time.Now().Add(time.Hour))}
	if err := b.Env().Table(table.Events).Put(t.Context(), b.own.Scope(t), table.GivenKey("order:17"), given, table.Always()); err != nil {
		t.Fatal(err)
	}
	if got := b.found(t, "event_id=order:17", 10); len(got) == 0 || !slices.Equal(got, b.found(t, "event_id="+all[0].Event, 10)) {
		t.Errorf("found %v", got)
	}
}

// TestAWalkMeetsEveryDelivery reads as replays do, few at a time.
func TestAWalkMeetsEveryDelivery(t *testing.T) {
	t.Parallel()
	b := start(t)
	all := b.scatter(t, 30)
	env := b.Env()
	rows := deliver.NewRows(env.Table(table.Deliveries), env.IDs, env.Clock)
	for _, f := range []deliver.Filter{{}, {Status: deliver.Done}, {Status: deliver.Dead}, {Status: deliver.Dead, Kept: true}, {Destination: "dst_1"}} {
		var got, want []string
		for place, done := (deliver.Place{}), false; !done; {
			found, next, end, err := rows.Walk(t.Context(), b.own.Scope(t), f, place, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range found {
				got = append(got, r.ID)
			}
			place, done = next, end
		}
		for _, r := range all {
			if (f.Status == "" || r.Status == f.Status) && (f.Destination == "" || r.Destination == f.Destination) {
				want = append(want, r.ID)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %d deliveries, want %d", f, len(got), len(want))
		}
	}
}
