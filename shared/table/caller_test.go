package table_test

import (
	"errors"
	"slices"
	"testing"

	"guardrails/shared/errs"
	"guardrails/shared/table"
)

// TestATransactionHasOneCaller mixes the writes of tenants: one tenant's, the directory's rows and the log of whoever
// acts go together, two tenants' do not, and what is refused has written nothing.
func TestATransactionHasOneCaller(t *testing.T) {
	t.Parallel()
	jobs, acme, globex := jobs(t)
	own := func(name string) table.Op {
		return jobs.PutOp(acme, table.JobKey(name), row{name, 1}, table.IfAbsent())
	}
	others := func(name string) table.Op {
		return jobs.PutOp(globex, table.JobKey(name), row{name, 1}, table.IfAbsent())
	}
	for name, c := range map[string]struct {
		ops []table.Op
		ok  bool
	}{
		"one tenant":                     {[]table.Op{own("a1"), own("a2")}, true},
		"one tenant and the actor's log": {[]table.Op{own("b1"), others("b2").ForActor()}, true},
		"the actor's log alone":          {[]table.Op{others("c1").ForActor()}, true},
		"two tenants":                    {[]table.Op{own("d1"), others("d2")}, false},
		"two tenants behind an actor":    {[]table.Op{others("e1").ForActor(), own("e2"), others("e3")}, false},
		"the logs of two actors":         {[]table.Op{own("f1"), own("f2").ForActor(), others("f3").ForActor()}, false},
		"two tenants with a broken one":  {[]table.Op{own("g1"), others("g2"), own("g3")}, false},
		"an actor who is the tenant":     {[]table.Op{own("h1"), own("h2").ForActor()}, true},
	} {
		if err := table.Transact(t.Context(), c.ops...); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	var written []row
	if _, err := jobs.Query(t.Context(), acme, table.Page{Part: table.PartJobs, Limit: 50, Oldest: true}, &written); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range written {
		names = append(names, r.ID)
	}
	if want := []string{"a1", "a2", "b1", "h1", "h2"}; !slices.Equal(names, want) {
		t.Errorf("acme has %v, want %v", names, want)
	}
	var got row
	if err := jobs.Get(t.Context(), globex, table.JobKey("d2"), &got); !errors.Is(err, errs.NotFound) {
		t.Errorf("a part of a refused transaction was written: %v", err)
	}
}
