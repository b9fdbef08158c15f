package rule

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
)

func checked(t *testing.T, e *Engine, id, condition string, types ...string) Rule {
	t.Helper()
	d := definition(condition)
	if len(types) > 0 {
		d.EventTypes = types
	}
	c, err := e.Check(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Rule{ID: id, Version: 1, Definition: d, Compiled: c}
}

func put(t *testing.T, s *Set, rules ...Rule) {
	t.Helper()
	for _, r := range rules {
		if err := s.Put(r); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNothingIsBuiltEarly loads stored rules and passes events by: the environment waits for a check or a residual, and a
// residual's program for the first event whose tests hold.
func TestNothingIsBuiltEarly(t *testing.T) {
	t.Parallel()
	compiler := patient()
	a := checked(t, compiler, "rul_a", `event.data.s == "x" && event.data.n != 5`)
	c, err := Parse(a.Compiled.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	a.Compiled = c
	e := patient()
	s := e.NewSet()
	put(t, s, a)
	s.Match(t.Context(), event(`{"s":"y","n":1}`, "", ""))
	if e.env != nil || c.residual.run != nil {
		t.Error("built before the first hit")
	}
	if got := s.Match(t.Context(), event(`{"s":"x","n":1}`, "", "")); len(got.Matches) != 1 || e.env == nil || c.residual.run == nil {
		t.Errorf("got %+v", got)
	}
}

func TestPutReplacesAndCounts(t *testing.T) {
	t.Parallel()
	e := patient()
	s := e.NewSet()
	hits := func(data string) int { return len(s.Match(t.Context(), event(data, "", "")).Matches) }
	put(t, s, checked(t, e, "rul_a", ""), checked(t, e, "rul_b", `event.data.a == 1`), checked(t, e, "rul_c", `event.data.a > 0`), checked(t, e, "rul_d", `event.type == "orders.updated"`))
	if s.Len() != 4 || s.Unindexed() != 3 || hits(`{"a":1}`) != 4 {
		t.Errorf("%d rules, %d unindexed, %d hits", s.Len(), s.Unindexed(), hits(`{"a":1}`))
	}
	put(t, s, checked(t, e, "rul_a", `event.data.a == 2`))
	if s.Len() != 4 || s.Unindexed() != 2 || hits(`{"a":1}`) != 3 || hits(`{"a":2}`) != 3 {
		t.Error("rul_a was not replaced")
	}
	off := false
	disabled := checked(t, e, "rul_b", `event.data.a == 1`)
	disabled.Enabled = &off
	put(t, s, disabled)
	s.Delete("rul_c")
	s.Delete("rul_x")
	if s.Len() != 2 || s.Unindexed() != 1 || hits(`{"a":1}`) != 1 {
		t.Errorf("%d rules, %d unindexed", s.Len(), s.Unindexed())
	}
	if err := s.Put(Rule{ID: "rul_z"}); err == nil {
		t.Error("a rule that was not compiled was taken")
	}
}

// TestCrowdedListsAreSplit adds rules whose first test is shared by all: as they come, they move to lists of two tests,
// and an event meets few of them.
func TestCrowdedListsAreSplit(t *testing.T) {
	t.Parallel()
	e := patient()
	s := e.NewSet()
	for i := range 300 {
		put(t, s, checked(t, e, fmt.Sprintf("rul_%03d", i), fmt.Sprintf(`event.data.d in ["x", "y"] && event.data.k == %d && event.labels.l == "l%d"`, i%10, i%15)))
	}
	ev := event(`{"d":"x","k":4}`, "", `{"l":"l4"}`)
	k := &seeker{}
	s.seek(k, &ev)
	if len(k.found) > 30 {
		t.Errorf("an event meets %d of 300 rules", len(k.found))
	}
	if got := s.Match(t.Context(), ev); len(got.Matches) != 10 {
		t.Errorf("%d hits, want 10", len(got.Matches))
	}
}

// TestSetIsShared matches while rules come and go; the race detector does the looking.
func TestSetIsShared(t *testing.T) {
	t.Parallel()
	e := patient()
	s := e.NewSet()
	put(t, s, checked(t, e, "rul_stays", `event.data.a == 1 && size(event.data.l) == 2`))
	var rules []Rule
	for i := range 20 {
		rules = append(rules, checked(t, e, fmt.Sprintf("rul_%d", i), fmt.Sprintf(`event.data.a == 1 && event.data.f%d != %d`, i, i)))
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := range 200 {
				r := rules[i%len(rules)]
				if err := s.Put(r); err != nil {
					t.Error(err)
				}
				s.Delete(r.ID)
			}
		})
		wg.Go(func() {
			for range 200 {
				got := s.Match(t.Context(), Event{Type: "x", Data: json.RawMessage(`{"a":1,"l":[1,2]}`)})
				if len(got.Matches) != 1 || got.Matches[0].Rule.ID != "rul_stays" {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	wg.Wait()
}
