package main

import (
	"slices"
	"testing"

	"guardrails/functions"
	"guardrails/shared/fn"
)

// TestEveryRouteIsVisited tells within seconds what the walk itself would tell after minutes.
func TestEveryRouteIsVisited(t *testing.T) {
	t.Parallel()
	list := visits()
	for _, s := range functions.Catalog() {
		if s.Trigger.Kind == fn.TriggerHTTP && !slices.ContainsFunc(list, func(v visit) bool { return v.route == s.Name }) {
			t.Errorf("no visit calls the route %s", s.Name)
		}
	}
}
