package policies

import (
	"strings"
	"testing"

	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

func TestAPageOfVersionsEndsWhereItIsFull(t *testing.T) {
	t.Parallel()
	var rows []policystore.Row
	for version := 3; version > 0; version-- {
		r := policystore.Row{ID: "pol_x", Version: version}
		if err := r.Keep(policy.Definition{Name: "x", Description: strings.Repeat("long ", 100)}); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	cases := []struct {
		name     string
		most     int
		fits     int
		position string
	}{
		{"all fit", 10_000, 3, "after"},
		{"two fit", 1_500, 2, table.PolicyVersionKey("pol_x", 2).Sort},
		{"one is always shown", 1, 1, table.PolicyVersionKey("pol_x", 3).Sort},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			page, position, err := fit(rows, "after", c.most, func(*policystore.Row) error { return nil })
			if err != nil || len(page) != c.fits || position != c.position {
				t.Errorf("%d versions, then %q, %v", len(page), position, err)
			}
		})
	}
}
