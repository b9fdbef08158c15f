package rulestore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// fresh is how long the sets of these tests may be old.
const fresh = time.Second

type bench struct {
	*fntest.System
	clock  *clock.Fake
	table  *table.Table
	store  *rulestore.Store
	engine *rule.Engine
	scope  tenant.Scope
	ids    *id.Generator
	// there is what is stored, by id.
	there map[string]rulestore.Row
	state rulestore.State
}

func start(t *testing.T) *bench {
	t.Helper()
	c := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, fn.Bindings{}, c)
	policies := sys.Env().Table(table.Policies)
	return &bench{
		System: sys, clock: c, table: policies, store: rulestore.New(policies), engine: rule.NewEngine(), scope: sys.Tenant(t).Scope(t),
		ids: id.NewGenerator(c, nil), there: map[string]rulestore.Row{},
	}
}

func (b *bench) sets() *rulestore.Sets {
	return rulestore.NewSets(b.store, rule.NewEngine(), b.clock, fresh)
}

// row is a version of a rule that holds for subjects of its own.
func (b *bench) row(t *testing.T, ruleID string, version int, enabled bool) rulestore.Row {
	t.Helper()
	d := rule.Definition{
		Name: "Orders", EventTypes: []string{"orders.*"}, Condition: fmt.Sprintf("event.subject == %q", fmt.Sprint(ruleID, version)),
		Actions: []rule.Action{{DestinationID: "dst_1", OnFailure: rule.Log}}, Enabled: &enabled,
	}
	c, err := b.engine.Check(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return rulestore.Row{ID: ruleID, Version: version, Body: raw, Compiled: c.Bytes(), UpdatedAt: b.clock.Now().UnixMilli()}
}

// put writes a rule, nil to delete it, as the routes do: with the tenant's state.
func (b *bench) put(t *testing.T, ruleID string, row *rulestore.Row) {
	t.Helper()
	next := b.state.Next(ruleID)
	cond := table.IfAbsent()
	if b.state.Version > 0 {
		cond = expression.Name("version").Equal(expression.Value(b.state.Version))
	}
	ops := []table.Op{b.table.PutOp(b.scope, table.RuleStateKey(), next, cond)}
	if row == nil {
		delete(b.there, ruleID)
		ops = append(ops, b.table.DeleteOp(b.scope, table.RuleKey(ruleID), table.Always()))
	} else {
		b.there[ruleID] = *row
		ops = append(ops, b.table.PutOp(b.scope, table.RuleKey(ruleID), *row, table.Always()), b.table.PutOp(b.scope, table.RuleVersionKey(ruleID, row.Version), *row, table.Always()))
	}
	if err := table.Transact(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
	b.state = next
}

// same compares a set with what is stored.
func (b *bench) same(t *testing.T, s *rulestore.Sets) {
	t.Helper()
	set, err := s.Set(t.Context(), b.scope)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for ruleID, row := range b.there {
		d, err := row.Definition()
		if err != nil {
			t.Fatal(err)
		}
		found := set.Match(t.Context(), rule.Event{Type: "orders.order.created", Subject: fmt.Sprint(ruleID, row.Version), Data: json.RawMessage("{}")})
		if d.On() {
			want++
		}
		if hit := len(found.Matches) == 1 && found.Matches[0].Rule.ID == ruleID && found.Matches[0].Rule.Version == row.Version; hit != d.On() {
			t.Errorf("version %d of a rule, enabled %t: %d matches", row.Version, d.On(), len(found.Matches))
		}
		if since, ok := s.Since(b.scope, ruleID); !ok || since.UnixMilli() != row.UpdatedAt {
			t.Errorf("changed at %s, %t", since, ok)
		}
	}
	if set.Len() != want {
		t.Errorf("%d rules in the set, want %d", set.Len(), want)
	}
}

// TestSetsFollowEveryChange makes random changes between looks, of which some are further apart than the state remembers.
func TestSetsFollowEveryChange(t *testing.T) {
	t.Parallel()
	b := start(t)
	random := rand.New(rand.NewPCG(7, 7))
	early := b.sets()
	b.same(t, early)
	var known []string
	for look := range 12 {
		for range random.IntN(4) {
			b.clock.Advance(time.Millisecond)
			if len(known) == 0 || random.IntN(3) == 0 {
				known = append(known, b.ids.New(id.Rule))
			}
			ruleID := known[random.IntN(len(known))]
			if random.IntN(4) == 0 {
				b.put(t, ruleID, nil)
				continue
			}
			r := b.row(t, ruleID, b.there[ruleID].Version+1, random.IntN(4) > 0)
			b.put(t, ruleID, &r)
		}
		if look%4 == 3 { // more changes than a state names
			for range 120 {
				b.state = b.state.Next("rul_other")
			}
			if err := b.table.Put(t.Context(), b.scope, table.RuleStateKey(), b.state, table.Always()); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(fresh)
		b.same(t, early)
		b.same(t, b.sets())
	}
	if len(b.state.Recent) != 100 {
		t.Errorf("the state names %d changes", len(b.state.Recent))
	}
}

// TestManyWhoMatchWhileRulesChange changes rules while others match.
func TestManyWhoMatchWhileRulesChange(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := b.sets()
	end := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				set, err := s.Set(t.Context(), b.scope)
				if err != nil {
					t.Error(err)
					return
				}
				set.Match(t.Context(), rule.Event{Type: "orders.order.created", Subject: "x", Data: json.RawMessage("{}")})
				select {
				case <-end:
					return
				default:
				}
			}
		})
	}
	first, second := b.ids.New(id.Rule), b.ids.New(id.Rule)
	for n := range 20 {
		r := b.row(t, first, n+1, n%3 > 0)
		b.put(t, first, &r)
		if n%2 == 0 {
			b.put(t, second, nil)
		} else {
			o := b.row(t, second, n, true)
			b.put(t, second, &o)
		}
		b.clock.Advance(fresh)
	}
	close(end)
	wg.Wait()
	b.clock.Advance(fresh)
	b.same(t, s)
}

// TestARuleOfAnotherVersionsFormIsCompiledAgain has a row that an older or a newer version wrote.
func TestARuleOfAnotherVersionsFormIsCompiledAgain(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, compiled := range [][]byte{nil, {99, 1, 2, 3}} {
		ruleID := b.ids.New(id.Rule)
		r := b.row(t, ruleID, 1, true)
		r.Compiled = compiled
		b.put(t, ruleID, &r)
		b.same(t, b.sets())
		if _, err := rulestore.NewPlans(b.store, b.engine).Plan(t.Context(), b.scope, ruleID, 1, "dst_1"); err != nil {
			t.Error(err)
		}
		if got, err := r.Rule(); err != nil || !got.Compiled.Indexed() {
			t.Error(err)
		}
	}
}

func TestASetServesWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.ids.New(id.Rule)
	r := b.row(t, ruleID, 1, true)
	b.put(t, ruleID, &r)
	s := b.sets()
	b.same(t, s)
	b.Cut()
	b.clock.Advance(time.Hour)
	b.same(t, s)
	if _, err := b.sets().Set(t.Context(), b.scope); !errors.Is(err, errs.Overloaded) {
		t.Errorf("without having read any: %v", err)
	}
	b.Mend()
	b.put(t, ruleID, nil)
	b.clock.Advance(fresh) // the store is asked no more often than when it answers
	b.same(t, s)
}

func TestARuleIsReadOnceForItsDeliveries(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.ids.New(id.Rule)
	r := b.row(t, ruleID, 1, true)
	b.put(t, ruleID, &r)
	b.put(t, ruleID, nil)
	plans := rulestore.NewPlans(b.store, b.engine)
	for range 2 {
		if p, err := plans.Plan(t.Context(), b.scope, ruleID, 1, "dst_1"); err != nil || !p.Quiet || p.Alert || p.Render != nil {
			t.Errorf("plan %+v, %v", p, err)
		}
		b.Cut()
	}
	b.Mend()
	other := b.Tenant(t).Scope(t)
	for _, c := range []struct {
		scope       tenant.Scope
		version     int
		destination string
	}{{b.scope, 2, "dst_1"}, {b.scope, 1, "dst_2"}, {other, 1, "dst_1"}} {
		if _, err := plans.Plan(t.Context(), c.scope, ruleID, c.version, c.destination); !errors.Is(err, errs.NotFound) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestRulesAreListedInPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	var want []string
	for range 3 {
		ruleID := b.ids.New(id.Rule)
		r := b.row(t, ruleID, 1, true)
		b.put(t, ruleID, &r)
		want = append([]string{ruleID}, want...)
	}
	var got []string
	after := ""
	for {
		rows, next, err := b.store.List(t.Context(), b.scope, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if after = next; after == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v", got)
	}
	for _, bad := range []string{"", "nonsense", "rul_01jd3zk8q4x5v6w7y8z9a0b1c2"} {
		if _, err := b.store.Row(t.Context(), b.scope, bad); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestARuleWantsNothingFromBefore matches events late, as the stream does: those of before the rule are none of its.
func TestARuleWantsNothingFromBefore(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		created, enabled time.Duration
		wants            int
	}{
		"made before":                   {-time.Minute, 0, 1},
		"made after":                    {time.Minute, 0, 0},
		"made after, by another clock":  {500 * time.Millisecond, 0, 1},
		"enabled before":                {-time.Hour, -time.Minute, 1},
		"made before and enabled after": {-time.Hour, time.Minute, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			event := outbox.Row{ID: b.ids.New(id.Event), Type: "orders.order.created", Data: "{}"}
			row := b.row(t, b.ids.New(id.Rule), 1, true)
			event.Subject = row.ID + "1"
			row.CreatedAt = b.clock.Now().Add(c.created).UnixMilli()
			if c.enabled != 0 {
				row.EnabledAt = b.clock.Now().Add(c.enabled).UnixMilli()
			}
			b.put(t, row.ID, &row)
			b.clock.Advance(2 * time.Minute)
			wants, found, err := b.sets().Wants(t.Context(), b.scope, event)
			if err != nil || len(wants) != c.wants || len(found.Matches) != c.wants {
				t.Errorf("%d wants of %d matches, %v; want %d", len(wants), len(found.Matches), err, c.wants)
			}
		})
	}
}

// TestAnEventWithoutTimeIsMatchedLater lets the context end, as it does when another tenant's rules took the batch's time:
// that rules were not asked must not look as if they were not hit.
func TestAnEventWithoutTimeIsMatchedLater(t *testing.T) {
	t.Parallel()
	b := start(t)
	row := b.row(t, b.ids.New(id.Rule), 1, true)
	b.put(t, row.ID, &row)
	s := b.sets()
	event := outbox.Row{ID: b.ids.New(id.Event), Type: "orders.order.created", Data: "{}", Subject: row.ID + "1"}
	if wants, _, err := s.Wants(t.Context(), b.scope, event); err != nil || len(wants) != 1 {
		t.Fatalf("%d wants, %v", len(wants), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if wants, _, err := s.Wants(ctx, b.scope, event); err == nil || len(wants) != 0 {
		t.Errorf("after its time: %d wants, %v; want an error", len(wants), err)
	}
}

// TestAnEventCausesSoManyDeliveriesAndNoMore has more rules for one event than it may cause deliveries.
func TestAnEventCausesSoManyDeliveriesAndNoMore(t *testing.T) {
	t.Parallel()
	b := start(t)
	const rules = rulestore.MaxWants/rule.MaxActions + 5
	for range rules {
		row := b.row(t, b.ids.New(id.Rule), 1, true)
		d := rule.Definition{Name: "All", EventTypes: []string{"orders.*"}, Condition: `event.subject == "all"`}
		for n := range rule.MaxActions {
			d.Actions = append(d.Actions, rule.Action{DestinationID: fmt.Sprintf("dst_%d", n), OnFailure: rule.Log})
		}
		c, err := b.engine.Check(d, nil)
		if err != nil {
			t.Fatal(err)
		}
		if row.Body, err = json.Marshal(d); err != nil {
			t.Fatal(err)
		}
		row.Compiled = c.Bytes()
		b.put(t, row.ID, &row)
	}
	wants, found, err := b.sets().Wants(t.Context(), b.scope, outbox.Row{ID: b.ids.New(id.Event), Type: "orders.order.created", Subject: "all", Data: "{}"})
	if err != nil || len(wants) != rulestore.MaxWants || len(found.Matches) != rules-5 || len(found.Failures) != 5 {
		t.Fatalf("%d wants of %d matches and %d failures, %v", len(wants), len(found.Matches), len(found.Failures), err)
	}
	for _, f := range found.Failures {
		if f.Code != rule.TooManyMatches {
			t.Errorf("%s: %s", f.RuleID, f.Code)
		}
	}
}
