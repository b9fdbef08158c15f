package eventtype_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/eventtype"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const placed = "orders.order.placed"

// bench is a store, and a cache over it on a clock of its own.
type bench struct {
	*fntest.System
	store *eventtype.Store
	cache *eventtype.Cache
	clock *clock.Fake
}

func start(t *testing.T) bench {
	t.Helper()
	sys := fntest.New(t, nil, nil)
	c := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	store := eventtype.New(sys.Env().Table(table.Policies))
	return bench{sys, store, eventtype.NewCache(store, c, time.Second), c}
}

// put writes a version of a type.
func (b bench) put(t *testing.T, sc tenant.Scope, version int, schema string) {
	t.Helper()
	state, err := b.store.State(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	row := eventtype.Row{Name: placed, Version: version, Schema: schema, CreatedAt: 1}
	if err := table.Transact(t.Context(), b.store.PutOps(sc, row, state, eventtype.State{Count: 1})...); err != nil {
		t.Fatal(err)
	}
}

// want looks a type up and compares its version, 0 for one that is not there.
func (b bench) want(t *testing.T, sc tenant.Scope, name string, version int) eventtype.Type {
	t.Helper()
	got, err := b.cache.Lookup(t.Context(), sc, name)
	if version == 0 && !errors.Is(err, errs.NotFound) || version > 0 && err != nil || got.Version != version {
		t.Errorf("%s has version %d, want %d, %v", name, got.Version, version, err)
	}
	return got
}

func TestChangesAreSeenAfterTheTTL(t *testing.T) {
	t.Parallel()
	b := start(t)
	own, other := b.Tenant(t).Scope(t), b.Tenant(t).Scope(t)
	b.want(t, own, placed, 0)
	b.put(t, own, 1, `{"type":"object","required":["id"]}`)
	b.want(t, own, placed, 0)
	b.clock.Advance(time.Second)
	got := b.want(t, own, placed, 1)
	if faults := got.Validate(json.RawMessage(`{}`), "/data"); !got.Own || len(faults) != 1 || faults[0].Location != "/data/id" {
		t.Errorf("%+v finds %v", got, faults)
	}
	b.want(t, other, placed, 0)
	b.put(t, own, 2, "")
	b.want(t, own, placed, 1)
	b.clock.Advance(time.Second)
	if got := b.want(t, own, placed, 2); got.Schema != nil || got.Validate(json.RawMessage(`1`), "") != nil {
		t.Error("a type without schema refuses data")
	}
	state, err := b.store.State(t.Context(), own)
	if err != nil || state != (eventtype.State{Version: 2, Count: 1}) {
		t.Fatalf("state %+v, %v", state, err)
	}
	row, err := b.store.Row(t.Context(), own, placed)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Transact(t.Context(), b.store.DeleteOps(own, row, state, eventtype.State{})...); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
	b.want(t, own, placed, 0)
	if rows, next, err := b.store.List(t.Context(), own, "", 10); err != nil || len(rows) > 0 || next != "" {
		t.Errorf("listed after the deletion: %v, %q, %v", rows, next, err)
	}
}

func TestAChangeOfAnOldStateIsRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t).Scope(t)
	b.put(t, own, 1, "")
	row := eventtype.Row{Name: placed, Version: 2}
	for _, old := range []eventtype.State{{}, {Version: 7}} {
		for _, ops := range [][]table.Op{b.store.PutOps(own, row, old, eventtype.State{}), b.store.DeleteOps(own, row, old, eventtype.State{})} {
			if err := table.Transact(t.Context(), ops...); !errors.Is(err, table.ErrCondition) {
				t.Errorf("after %+v: %v", old, err)
			}
		}
	}
}

func TestThePlatformsTypesNeedNoStore(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t).Scope(t)
	b.Cut()
	for range 2 {
		for _, typ := range events.Types() {
			if got := b.want(t, own, typ.Name, typ.Version); got.Own || got.Schema == nil {
				t.Errorf("%s: %+v", typ.Name, got)
			}
		}
	}
	for _, name := range []string{"", "orders", "analysis.lost", "guardrails.x.y", "Orders.order"} {
		b.want(t, own, name, 0)
	}
	if _, err := b.cache.Lookup(t.Context(), own, placed); !errors.Is(err, errs.Overloaded) {
		t.Errorf("without a store: %v", err)
	}
}

func TestADamagedSchema(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t).Scope(t)
	b.put(t, own, 1, `{"type":`)
	if _, err := b.cache.Lookup(t.Context(), own, placed); err == nil || errors.Is(err, errs.NotFound) {
		t.Errorf("a damaged schema: %v", err)
	}
}
