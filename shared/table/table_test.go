package table_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"pgregory.net/rapid"

	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type row struct {
	ID string `dynamodbav:"id"`
	N  int    `dynamodbav:"n"`
}

func jobs(t *testing.T) (*table.Table, tenant.Scope, tenant.Scope) {
	t.Helper()
	sys := fntest.New(t, nil, nil)
	acme, globex := sys.Tenant(t), sys.Tenant(t)
	return sys.Env().Table(table.Jobs), acme.Scope(t), globex.Scope(t)
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	jobs, acme, globex := jobs(t)
	k := table.JobKey("j1")
	if err := jobs.Put(t.Context(), acme, k, row{"j1", 1}, table.IfAbsent()); err != nil {
		t.Fatal(err)
	}
	var got row
	if err := jobs.Get(t.Context(), globex, k, &got); !errors.Is(err, errs.NotFound) {
		t.Errorf("get as another tenant: %v, %+v", err, got)
	}
	var list []row
	if _, err := jobs.Query(t.Context(), globex, table.Page{Part: table.PartJobs, Limit: 10}, &list); err != nil || len(list) != 0 {
		t.Errorf("query as another tenant: %v, %+v", err, list)
	}
	if err := jobs.Delete(t.Context(), globex, k, table.Always()); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Get(t.Context(), acme, k, &got); err != nil || got.N != 1 {
		t.Errorf("after another tenant's delete: %v, %+v", err, got)
	}
}

func TestTheZeroScopePanics(t *testing.T) {
	t.Parallel()
	jobs, _, _ := jobs(t)
	defer func() {
		if recover() == nil {
			t.Error("a query without a tenant went through")
		}
	}()
	_ = jobs.Get(t.Context(), tenant.Scope{}, table.JobKey("j"), &row{})
}

func TestConditions(t *testing.T) {
	t.Parallel()
	jobs, acme, _ := jobs(t)
	a, b := table.JobKey("a"), table.JobKey("b")
	put := func(k table.Key) table.Op { return jobs.PutOp(acme, k, row{k.Sort, 0}, table.IfAbsent()) }
	if err := table.Transact(t.Context(), put(a)); err != nil {
		t.Fatal(err)
	}
	if err := table.Transact(t.Context(), put(a)); !errors.Is(err, table.ErrCondition) {
		t.Errorf("second put: %v", err)
	}
	err := table.Transact(t.Context(), put(b), put(a))
	var failed *table.ConditionError
	if !errors.As(err, &failed) || failed.Failed[0] || !failed.Failed[1] {
		t.Errorf("transaction: %v", err)
	}
	if err := jobs.Get(t.Context(), acme, b, &row{}); !errors.Is(err, errs.NotFound) {
		t.Errorf("half of a transaction was made: %v", err)
	}
	var now, was row
	bump := expression.Add(expression.Name("n"), expression.Value(1))
	if err := jobs.UpdateReturning(t.Context(), acme, a, bump, expression.Name("n").Equal(expression.Value(0)), &now, &was); err != nil || now.N != 1 {
		t.Errorf("update: %v, %+v", err, now)
	}
	if err := jobs.UpdateReturning(t.Context(), acme, a, bump, expression.Name("n").Equal(expression.Value(0)), &now, &was); !errors.Is(err, table.ErrCondition) || was.N != 1 {
		t.Errorf("update under a false condition: %v, was %+v", err, was)
	}
}

// TestPagesAreTheWholeList reads partitions of any size in pages of any size, with and without a filter.
func TestPagesAreTheWholeList(t *testing.T) {
	t.Parallel()
	jobs, acme, _ := jobs(t)
	part := 0
	rapid.Check(t, func(rt *rapid.T) {
		part++
		k := fmt.Sprintf("P%d", part)
		size, limit := rapid.IntRange(0, 25).Draw(rt, "size"), rapid.IntRange(1, 12).Draw(rt, "limit")
		oldest, even := rapid.Bool().Draw(rt, "oldest"), rapid.Bool().Draw(rt, "even")
		var want []int
		for i := range size {
			if err := jobs.Put(t.Context(), acme, table.Key{Part: k, Sort: fmt.Sprintf("%03d", i)}, row{N: i}, table.Always()); err != nil {
				rt.Fatal(err)
			}
			if !even || i%2 == 0 {
				want = append(want, i)
			}
		}
		page := table.Page{Part: k, Limit: limit, Oldest: oldest}
		if even {
			page.Filter = expression.Name("n").In(expression.Value(0), evens()...)
		}
		var got []int
		for calls := 0; ; calls++ {
			var rows []row
			next, err := jobs.Query(t.Context(), acme, page, &rows)
			if err != nil || len(rows) > limit || calls > size+1 {
				rt.Fatalf("page of %d rows: %v", len(rows), err)
			}
			for _, r := range rows {
				got = append(got, r.N)
			}
			if next == "" {
				break
			}
			page.After = next
		}
		if len(got) != len(want) {
			rt.Fatalf("read %v, want %v", got, want)
		}
		for i := range got {
			w := want[i]
			if !oldest {
				w = want[len(want)-1-i]
			}
			if got[i] != w {
				rt.Fatalf("read %v, want %v", got, want)
			}
		}
	})
}

func evens() []expression.OperandBuilder {
	var out []expression.OperandBuilder
	for i := 2; i < 26; i += 2 {
		out = append(out, expression.Value(i))
	}
	return out
}

// lossy loses the answer of the next call that writes: the store has done it, and the SDK tries again.
type lossy struct {
	aws.HTTPClient
	armed atomic.Bool
}

type reset struct{}

func (reset) Error() string   { return "connection reset by peer" }
func (reset) Timeout() bool   { return true }
func (reset) Temporary() bool { return true }

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
	lose := !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetItem") && l.armed.Swap(false)
	res, err := l.HTTPClient.Do(r)
	if lose && err == nil {
		_ = res.Body.Close()
		return nil, reset{}
	}
	return res, err
}

// TestALostAnswerIsNobodyElsesWrite makes single conditional writes whose first answer is lost.
func TestALostAnswerIsNobodyElsesWrite(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	line := &lossy{HTTPClient: sys.Config.AWS.HTTPClient}
	sys.Config.AWS.HTTPClient = line
	acme, jobs := sys.Tenant(t).Scope(t), sys.Env().Table(table.Jobs)
	k := table.JobKey("j1")
	next := func(n int) (expression.UpdateBuilder, expression.ConditionBuilder) {
		return expression.Add(expression.Name("n"), expression.Value(1)), expression.Name("n").Equal(expression.Value(n))
	}
	for i, write := range []func() error{
		func() error { return jobs.Put(t.Context(), acme, k, row{"j1", 1}, table.IfAbsent()) },
		func() error { u, c := next(1); return jobs.Update(t.Context(), acme, k, u, c) },
		func() error { u, _ := next(2); return jobs.Update(t.Context(), acme, k, u, table.Always()) },
	} {
		line.armed.Store(true)
		if err := write(); err != nil {
			t.Errorf("write %d: %v", i, err)
		}
		var got row
		if err := jobs.Get(t.Context(), acme, k, &got); err != nil || got.N != i+1 {
			t.Errorf("after write %d: %+v, %v", i, got, err)
		}
	}
	line.armed.Store(true)
	if err := jobs.Delete(t.Context(), acme, k, table.IfPresent()); err != nil {
		t.Errorf("delete: %v", err)
	}
}
