package rulestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// maxSets is how many tenants' sets a process holds, and maxSetBytes how much memory they may take.
	maxSets     = 256
	maxSetBytes = 400 << 20
	// pageSize is how many rules are read at once; a read has a megabyte at most.
	pageSize = 1000
	// readers bounds how many changed rules are read at once.
	readers = 16
)

// Sets holds tenants' sets of rules, each as fresh as the given time. It is safe for concurrent use.
type Sets struct {
	store  *Store
	engine *rule.Engine
	clock  clock.Clock
	fresh  time.Duration
	sets   *weighted[tenant.Scope, *held]
}

// held is the set of one tenant.
type held struct {
	mu      sync.Mutex
	set     *rule.Set
	rules   map[string]kept
	version int64
	checked time.Time
	known   bool
}

// kept is what is known of a rule: when it was changed last, in Unix milliseconds, and the size of its stored form.
type kept struct {
	since int64
	size  int
}

func keptOf(row Row) kept { return kept{row.UpdatedAt, len(row.Body) + len(row.Compiled)} }

// bytes is how much memory the set takes, at most.
func (h *held) bytes() int64 {
	n := 0
	for _, k := range h.rules {
		n += k.size
	}
	return int64(n) * planned
}

// NewSets returns the sets of a store. A set is asked for changes when the last time is longer ago than fresh.
func NewSets(store *Store, engine *rule.Engine, c clock.Clock, fresh time.Duration) *Sets {
	return &Sets{store: store, engine: engine, clock: c, fresh: fresh, sets: newWeighted[tenant.Scope, *held](maxSets, maxSetBytes)}
}

func (s *Sets) held(sc tenant.Scope) *held {
	return s.sets.GetOrAdd(sc, func() *held { return &held{set: s.engine.NewSet(), rules: map[string]kept{}} })
}

// Set returns the tenant's enabled rules. While the store does not answer, the last known set serves; without one that is
// an error, and what was to be matched is matched later.
func (s *Sets) Set(ctx context.Context, sc tenant.Scope) (*rule.Set, error) {
	h := s.held(sc)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := s.clock.Now()
	if h.known && now.Sub(h.checked) < s.fresh {
		return h.set, nil
	}
	err := s.refresh(ctx, sc, h)
	if err != nil && h.known && errors.Is(err, errs.Overloaded) {
		h.checked = now // a store that hangs is not waited for by every event
		return h.set, nil
	}
	if err != nil {
		return nil, err
	}
	h.checked = now
	return h.set, nil
}

// refresh brings a set up to the tenant's state.
func (s *Sets) refresh(ctx context.Context, sc tenant.Scope, h *held) error {
	state, err := s.store.State(ctx, sc)
	if err != nil {
		return err
	}
	if h.known && state.Version == h.version {
		return nil
	}
	changed, known := state.since(h.version)
	if h.known && known && state.Version > h.version {
		err = s.apply(ctx, sc, h, changed)
	} else {
		err = s.load(ctx, sc, h)
	}
	if err != nil {
		return err
	}
	// A rule that changed while it was read is read again: the state is then newer than this version.
	h.version, h.known = state.Version, true
	s.sets.Weigh(sc, h.bytes())
	return nil
}

// apply reads the rules that changed.
func (s *Sets) apply(ctx context.Context, sc tenant.Scope, h *held, changed []string) error {
	rows := make([]Row, len(changed))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, ruleID := range changed {
		g.Go(func() error {
			row, err := s.store.Row(ctx, sc, ruleID)
			if errors.Is(err, errs.NotFound) {
				return nil
			}
			rows[i] = row
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, row := range rows {
		if row.ID == "" {
			h.set.Delete(changed[i])
			delete(h.rules, changed[i])
			continue
		}
		if err := s.put(h.set, row); err != nil {
			return err
		}
		h.rules[row.ID] = keptOf(row)
	}
	return nil
}

func (s *Sets) put(set *rule.Set, row Row) error {
	r, err := row.ruleBy(s.engine)
	if err != nil {
		return err
	}
	if err := set.Put(r); err != nil {
		return fmt.Errorf("rule %s: %w", row.ID, err)
	}
	return nil
}

// load reads all rules into a new set.
func (s *Sets) load(ctx context.Context, sc tenant.Scope, h *held) error {
	set, rules, after := s.engine.NewSet(), map[string]kept{}, ""
	for range MaxRules/pageSize + 100 { // a page may hold fewer
		var rows []Row
		next, err := s.store.table.Query(ctx, sc, table.Page{Part: table.PartRules, After: after, Limit: pageSize}, &rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.put(set, row); err != nil {
				return err
			}
			rules[row.ID] = keptOf(row)
		}
		if after = next; after == "" {
			break
		}
	}
	h.set, h.rules = set, rules
	return nil
}

// Since is when a rule of the tenant's set was changed last; false if the set has no such rule.
func (s *Sets) Since(sc tenant.Scope, ruleID string) (time.Time, bool) {
	h := s.held(sc)
	h.mu.Lock()
	defer h.mu.Unlock()
	k, ok := h.rules[ruleID]
	return at(k.since), ok
}

// skew is how far apart the clocks of those who accept events and of those who change rules may be.
const skew = time.Second

// MaxWants is how many deliveries one event may call for: an event that every rule hits must not fill the queue that all
// tenants share.
const MaxWants = 1000

// Wants says which deliveries an event calls for, and what the tenant's rules did. A rule names a destination once, and
// wants nothing that happened before it was made or enabled: the stream and the order of a destination come to events late.
// Rules beyond MaxWants, in order of their ids, fail. If ctx ends meanwhile that is an error, and the event is matched
// later: rules that nobody had time for must not pass for rules that were not hit.
func (s *Sets) Wants(ctx context.Context, sc tenant.Scope, e outbox.Row) ([]deliver.Want, rule.Result, error) {
	set, err := s.Set(ctx, sc)
	if err != nil || set.Len() == 0 {
		return nil, rule.Result{}, err
	}
	found := set.Match(ctx, EventOf(e))
	if err := ctx.Err(); err != nil {
		return nil, rule.Result{}, errs.Wrap(errs.Overloaded, "The event is matched later.", err)
	}
	happened := id.Time(e.ID)
	found.Matches = slices.DeleteFunc(found.Matches, func(m rule.Match) bool { return happened.Add(skew).Before(m.Rule.From) })
	var out []deliver.Want
	for i, m := range found.Matches {
		if len(out)+len(m.Rule.Actions) > MaxWants {
			for _, rest := range found.Matches[i:] {
				found.Failures = append(found.Failures, rule.Failure{RuleID: rest.Rule.ID, Code: rule.TooManyMatches})
			}
			found.Matches = found.Matches[:i]
			break
		}
		for _, a := range m.Rule.Actions {
			out = append(out, deliver.Want{Rule: m.Rule.ID, Version: m.Rule.Version, Destination: a.DestinationID})
		}
	}
	return out, found, nil
}
