package demo_test

import (
	"io"
	"strings"
	"testing"

	"guardrails/infra/local"
	"guardrails/infra/local/demo"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
)

func config(t *testing.T) fn.Config {
	t.Helper()
	env := awstest.Env(t)
	awstest.Provision(t, env)
	return fn.Config{Environment: env, AWS: awstest.Config(t), Clock: clock.System(), Log: io.Discard}
}

func seed(t *testing.T, cfg fn.Config, before *local.Credentials) local.Credentials {
	t.Helper()
	c, err := demo.Seed(t.Context(), cfg, before)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keys(c local.Credentials) []string {
	out := []string{c.PlatformAdminKey}
	for _, t := range c.Tenants {
		out = append(out, t.ID, t.AdminKey, t.OperatorKey, t.AnalystKey, t.ViewerKey)
	}
	return out
}

func TestSeedKeepsWhatWorks(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	first := seed(t, cfg, nil)
	if len(first.Tenants) != 2 || first.Tenants[0].Slug != "acme" || first.Tenants[1].Slug != "globex" {
		t.Fatalf("tenants %d", len(first.Tenants))
	}
	seen := map[string]bool{}
	for _, k := range keys(first) {
		if k == "" || seen[k] {
			t.Error("a key is missing or given twice")
		}
		seen[k] = true
	}
	second := seed(t, cfg, &first)
	if strings.Join(keys(second), " ") != strings.Join(keys(first), " ") {
		t.Error("a second run changed keys that work")
	}
}

// Keys whose file is lost cannot be read back; the tenants stay and get new ones. A single bad key alone is replaced.
func TestSeedReplacesWhatIsLost(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	first := seed(t, cfg, nil)
	second := seed(t, cfg, nil)
	for i := range first.Tenants {
		if second.Tenants[i].ID != first.Tenants[i].ID || second.Tenants[i].AdminKey == first.Tenants[i].AdminKey {
			t.Errorf("tenant %s was made again or its key was known", first.Tenants[i].Slug)
		}
	}
	damaged := second
	damaged.Tenants = append([]local.Tenant{}, second.Tenants...)
	damaged.Tenants[0].ViewerKey = second.Tenants[1].ViewerKey // of another tenant
	third := seed(t, cfg, &damaged)
	if third.Tenants[0].ViewerKey == damaged.Tenants[0].ViewerKey || third.Tenants[0].AdminKey != second.Tenants[0].AdminKey {
		t.Error("the foreign key was kept, or a good one was not")
	}
}
