package inspect_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/clock"
	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// reads counts the reads of policies. While it is down the store does not answer them.
type reads struct {
	aws.HTTPClient
	policies atomic.Int32
	down     atomic.Bool
}

func (c *reads) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetItem") {
		return c.HTTPClient.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte(id.Policy+"_")) {
		if c.down.Load() {
			return nil, errors.New("no connection")
		}
		c.policies.Add(1)
	}
	return c.HTTPClient.Do(r)
}

// pattern is a policy that finds a word under a name.
func pattern(word string) policy.Definition {
	p := detect.CustomPattern{Name: "PROJECT", Terms: []string{word}}
	return policy.Definition{Name: word, Patterns: []policy.Pattern{{CustomPattern: p, Action: policy.Block}}}
}

// TestPoliciesThatDoNotWorkTogether has active policies that cannot be compiled as one. Every request is refused, none is
// answered as if there were no policies, and the policies are not read for each; another tenant's are served meanwhile.
// Once the tenant has changed them, they are in force at once. That the store does not answer is no failure of a set.
func TestPoliciesThatDoNotWorkTogether(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, nil, now)
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	counted := &reads{HTTPClient: sys.Config.AWS.HTTPClient}
	sys.Config.AWS.HTTPClient, sys.Config.ConfigTTL = counted, time.Second
	env := sys.Env()
	i, err := inspect.New(env)
	if err != nil {
		t.Fatal(err)
	}
	policies := env.Table(table.Policies)
	keep := func(s tenant.Scope, version int64, list ...policy.Definition) {
		t.Helper()
		state := policystore.State{Version: version, Count: len(list)}
		var ops []table.Op
		for _, d := range list {
			row := policystore.Row{ID: env.IDs.New(id.Policy), Version: 1}
			if err := row.Keep(d); err != nil {
				t.Fatal(err)
			}
			ops, state.Active = append(ops, row.Ops(policies, s)...), append(state.Active, row.ID)
		}
		if err := table.Transact(t.Context(), append(ops, policies.PutOp(s, table.PolicyStateKey(), state, table.Always()))...); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(s tenant.Scope) (policy.Action, error) {
		text := "About zephyr and borealis."
		a, err := i.Analyze(t.Context(), s, inspect.Request{Value: inspect.Value{Text: &text}})
		if err != nil {
			return "", err
		}
		return a.Decision, nil
	}
	keep(acme, 1, pattern("zephyr"), pattern("borealis"))
	keep(globex, 1, pattern("zephyr"))

	counted.down.Store(true)
	for _, s := range []tenant.Scope{acme, globex} {
		if _, err := ask(s); !errors.Is(err, errs.Overloaded) {
			t.Errorf("while the store does not answer: %v", err)
		}
	}
	counted.down.Store(false)
	for n := range 5 {
		if _, err := ask(acme); !errors.Is(err, errs.InvalidRequest) {
			t.Fatalf("request %d: %v", n, err)
		}
		if d, err := ask(globex); err != nil || d != policy.Block {
			t.Errorf("another tenant: %s, %v", d, err)
		}
		now.Advance(2 * time.Second)
	}
	if n := counted.policies.Load(); n != 3 {
		t.Errorf("three policies were read %d times", n)
	}
	now.Advance(time.Minute)
	if _, err := ask(acme); !errors.Is(err, errs.InvalidRequest) {
		t.Errorf("a minute later: %v", err)
	}
	if n := counted.policies.Load(); n != 5 {
		t.Errorf("the two that fail are not tried again: %d reads", n)
	}
	keep(acme, 2, pattern("borealis"))
	now.Advance(2 * time.Second)
	if d, err := ask(acme); err != nil || d != policy.Block {
		t.Errorf("once they are changed: %s, %v", d, err)
	}
}
