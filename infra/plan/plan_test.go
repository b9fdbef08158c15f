package plan_test

import (
	"strings"
	"testing"
	"time"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

func TestCatalogIsPlanned(t *testing.T) {
	t.Parallel()
	specs := functions.Catalog()
	p, err := plan.New("local", "", specs)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Routes) + len(p.Mappings) + len(p.Schedules) + 2; n != len(specs) {
		t.Errorf("%d triggers for %d functions", n, len(specs))
	}
	f, ok := p.Function("analyze")
	if !ok || f.Physical != "guardrails-local-analyze" {
		t.Errorf("analyze is planned as %q", f.Physical)
	}
	for _, m := range p.Mappings {
		if m.Kind == fn.TriggerQueue && m.Concurrency < 10 {
			t.Errorf("%s works on %d batches for all tenants", m.Function, m.Concurrency)
		}
	}
	if p.Authorizer != "authorizer" || p.Gate != "release-check" {
		t.Errorf("authorizer is %q, gate %q", p.Authorizer, p.Gate)
	}
}

func TestFaultsOfTheCatalogAreNamed(t *testing.T) {
	t.Parallel()
	auth := fn.Spec{Name: "auth", Trigger: fn.Authorizer()}
	route := func(name, path string) fn.Spec {
		return fn.Spec{Name: name, Trigger: fn.HTTP("GET", path), Permission: "read:jobs"}
	}
	slow := fn.Spec{Name: "slow", Trigger: fn.Queue(queue.Tasks, 1, 0), Timeout: 11 * time.Second}
	cases := map[string]struct {
		specs []fn.Spec
		want  string
	}{
		"repeated name": {[]fn.Spec{auth, route("a", "/a"), route("a", "/b")}, "listed twice"},
		"same route":    {[]fn.Spec{auth, route("a", "/x/{id}"), route("b", "/x/{other}")}, "same route"},
		"no stream":     {[]fn.Spec{{Name: "s", Trigger: fn.Stream(table.Jobs, 1, 0)}}, "has none"},
		"many readers": {[]fn.Spec{
			{Name: "a", Trigger: fn.Stream(table.Events, 1, 0)}, {Name: "b", Trigger: fn.Stream(table.Events, 1, 0)}, {Name: "c", Trigger: fn.Stream(table.Events, 1, 0)},
		}, "function c is one reader too many of the stream of events"},
		"no queue":            {[]fn.Spec{{Name: "q", Trigger: fn.Queue("nope", 1, 0)}}, "does not exist"},
		"short visibility":    {[]fn.Spec{slow}, "needs 1m6s"},
		"no authorizer":       {[]fn.Spec{route("a", "/a")}, "needs an authorizer"},
		"several authorizers": {[]fn.Spec{auth, {Name: "auth2", Trigger: fn.Authorizer()}}, "2 authorizers"},
		"several gates":       {[]fn.Spec{{Name: "g", Trigger: fn.Deployment()}, {Name: "h", Trigger: fn.Deployment()}}, "2 functions that deployments ask"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := plan.New("local", "", c.specs); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
