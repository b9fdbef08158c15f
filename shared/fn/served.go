package fn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/errs"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Served reports whether work may be done for a tenant: not while it is suspended, nor once it is being offboarded.
type Served func(ctx context.Context, s tenant.Scope) (bool, error)

// maxServed bounds how many tenants' states are remembered.
const maxServed = 4096

// Served returns what tells whether work may be done for tenants; the function declares reading the tenants table, or
// data keys. An answer is as old as tenants' configuration may be.
func (e *Env) Served() Served {
	t := e.Table(table.Tenants)
	known, err := simplelru.NewLRU[string, stateAt](maxServed, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	var mu sync.Mutex
	return func(ctx context.Context, s tenant.Scope) (bool, error) {
		now := e.Clock.Now()
		mu.Lock()
		at, ok := known.Get(s.TenantID())
		mu.Unlock()
		if age := now.Sub(at.read); ok && age >= 0 && age < e.Config.ConfigTTL {
			return at.state == tenant.StateActive, nil
		}
		var row struct {
			State tenant.State `dynamodbav:"state"`
		}
		if err := t.Get(ctx, s, table.TenantKey(), &row); err != nil && !errors.Is(err, errs.NotFound) {
			return false, fmt.Errorf("read the tenant's state: %w", err)
		}
		mu.Lock()
		known.Add(s.TenantID(), stateAt{row.State, now})
		mu.Unlock()
		return row.State == tenant.StateActive, nil
	}
}

type stateAt struct {
	state tenant.State
	read  time.Time
}

// WhileServed makes a queue's consumer work for tenants that are served alone. A message of another tenant is put
// aside: deleted, because each time that it came back would count as a failed try, and a suspension may last longer than
// a queue keeps messages. What it stands for is a row that a schedule looks after: it sends the message again once the
// tenant is served.
func WhileServed[M any](build func(*Env) (func(context.Context, Message[M]) error, error)) func(*Env) (func(context.Context, Message[M]) error, error) {
	return func(env *Env) (func(context.Context, Message[M]) error, error) {
		handle, err := build(env)
		served := env.Served()
		return func(ctx context.Context, m Message[M]) error {
			ok, err := served(ctx, m.Scope)
			if err != nil {
				return err
			}
			if !ok {
				env.Log.InfoContext(ctx, "message put aside, its tenant is not served", slog.String("tenant", m.Scope.TenantID()))
				return nil
			}
			return handle(ctx, m)
		}, err
	}
}
