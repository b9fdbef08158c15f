package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Stores are what a registry works on. Get needs Tenants; List Directory too; changes Outbox, Audit and Clock as
// well; Create all of them.
type Stores struct {
	Tenants   *table.Table
	Directory *table.DirectoryTable
	Outbox    *outbox.Outbox
	Audit     *audit.Log
	Clock     clock.Clock
	IDs       *id.Generator
	Keys      *seal.Keys
}

// Registry holds the tenants. It is safe for concurrent use.
type Registry struct{ Stores }

// At returns the registry on these stores.
func At(s Stores) *Registry { return &Registry{s} }

// Get reads a tenant; errs.NotFound if there is none.
func (r *Registry) Get(ctx context.Context, s tenant.Scope) (Tenant, error) {
	var t Tenant
	err := r.Tenants.Get(ctx, s, table.TenantKey(), &t)
	return t, err
}

// Managed reads a tenant for a platform administrator: errs.NotFound if the id is of no tenant or of the platform's
// own, errs.Forbidden for everybody else.
func (r *Registry) Managed(ctx context.Context, by authn.Principal, tenantID string) (Tenant, tenant.Scope, error) {
	if !id.Valid(id.Tenant, tenantID) {
		return Tenant{}, tenant.Scope{}, notFound()
	}
	s, err := by.ScopeOf(tenantID)
	if err != nil {
		return Tenant{}, s, err
	}
	t, err := r.Get(ctx, s)
	if err == nil && t.Platform {
		return Tenant{}, s, notFound()
	}
	return t, s, err
}

func notFound() error { return errs.New(errs.NotFound, "There is no such resource.") }

// readers bounds how many tenants of a page are read at once.
const readers = 8

// List reads one page of tenants for a platform administrator, newest first, and the id to continue after, or "".
func (r *Registry) List(ctx context.Context, by authn.Principal, after string, limit int) ([]Tenant, string, error) {
	entries, next, err := r.Directory.ListTenants(ctx, after, limit)
	if err != nil {
		return nil, "", err
	}
	page := make([]Tenant, len(entries))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, e := range entries {
		g.Go(func() error {
			s, err := by.ScopeOf(e.Tenant)
			if err != nil {
				return err
			}
			page[i], err = r.Get(ctx, s)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, "", fmt.Errorf("read a page of tenants: %w", err)
	}
	return page, next, nil
}

// Create makes a tenant with its data key. It returns errs.Conflict if the name or the slug is taken, and
// errs.Forbidden to everybody but a platform administrator.
func (r *Registry) Create(ctx context.Context, by audit.Actor, n New) (Tenant, error) {
	now := r.Clock.Now().UnixMilli()
	t := Tenant{
		ID: r.IDs.New(id.Tenant), Name: n.Name, Slug: cmp.Or(n.Slug, slugOf(n.Name)), Plan: cmp.Or(n.Plan, tenant.PlanBasic),
		Profile: cmp.Or(n.Profile, tenant.ProfileStandard), State: tenant.StateActive, Platform: n.Platform,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	err := r.insert(ctx, by, t, n.With)
	if errors.Is(err, errSlugTaken) && n.Slug == "" {
		t.Slug += "-" + t.ID[len(t.ID)-6:] // made by us, so made unique by us
		err = r.insert(ctx, by, t, n.With)
	}
	return t, err
}

var (
	errSlugTaken = errs.New(errs.Conflict, "A tenant with this slug already exists.")
	errNameTaken = errs.New(errs.Conflict, "A tenant with this name already exists.")
)

// insert writes a tenant and all that comes with it.
func (r *Registry) insert(ctx context.Context, by audit.Actor, t Tenant, with func(Tenant, tenant.Scope) ([]table.Op, error)) error {
	s, err := by.Principal.ScopeOf(t.ID)
	if err != nil {
		return err
	}
	var names []row
	if !t.Platform {
		names = append(r.claim(t), row{op: r.Directory.PutOp(table.TenantEntry(t.ID), table.Entry{Tenant: t.ID})})
	}
	key, err := r.Keys.CreateOp(ctx, s)
	if err != nil {
		return err
	}
	record, err := r.announce(ctx, s, by, events.TenantCreatedType, t, nil)
	if err != nil {
		return err
	}
	ops := append(record, key, r.Tenants.PutOp(s, table.TenantKey(), t, table.IfAbsent()))
	if with != nil {
		more, err := with(t, s)
		if err != nil {
			return err
		}
		ops = append(ops, more...)
	}
	return transact(ctx, names, ops...)
}

// row is a write to the directory, and what it means that its condition fails.
type row struct {
	op    table.Op
	taken error
}

// claim returns the rows that take the tenant's slug and name.
func (r *Registry) claim(t Tenant) []row {
	return []row{
		{r.Directory.PutOp(table.SlugEntry(t.Slug), table.Entry{Tenant: t.ID}), errSlugTaken},
		{r.Directory.PutOp(table.NameEntry(t.held()), table.Entry{Tenant: t.ID}), errNameTaken},
	}
}

// transact makes all writes. It returns the meaning of a row whose condition failed, or table.ErrCondition.
func transact(ctx context.Context, names []row, others ...table.Op) error {
	var ops []table.Op
	for _, n := range names {
		ops = append(ops, n.op)
	}
	err := table.Transact(ctx, append(ops, others...)...)
	var failed *table.ConditionError
	if errors.As(err, &failed) {
		for i, n := range names {
			if failed.Failed[i] && n.taken != nil {
				return n.taken
			}
		}
	}
	return err
}

// announce returns the writes of a change's event and audit records.
func (r *Registry) announce(ctx context.Context, s tenant.Scope, by audit.Actor, typ string, t Tenant, fields []string) ([]table.Op, error) {
	ev, err := r.Outbox.Op(ctx, s, events.Change(typ, events.ChangeData{ID: t.ID, Version: t.Version, By: by.ID(), Fields: fields}))
	if err != nil {
		return nil, err
	}
	return append(r.Audit.Ops(s, by, by.Record(typ, t.ID, fields...)), ev), nil
}

// attempts is how often a change is tried when others change the tenant at the same time.
const attempts = 3

// Update changes a tenant: edit checks the current version and changes a copy of name, plan, profile, state or limits.
// What edit refuses is returned as it is; an edit that changes nothing writes nothing. It returns errs.Conflict for a
// name that is taken and for a change of state that is not allowed.
func (r *Registry) Update(ctx context.Context, by audit.Actor, s tenant.Scope, edit func(t *Tenant) error) (Tenant, error) {
	for range attempts {
		current, err := r.Get(ctx, s)
		if err != nil {
			return Tenant{}, err
		}
		next := current
		if err := edit(&next); err != nil {
			return Tenant{}, err
		}
		fields := diff(current, next)
		if len(fields) == 0 {
			return current, nil
		}
		if current.State != next.State && !allowed(current.State, next.State) {
			return Tenant{}, errs.Newf(errs.Conflict, "A tenant that is %s cannot become %s.", current.State, next.State)
		}
		next.Version, next.UpdatedAt = current.Version+1, r.Clock.Now().UnixMilli()
		err = r.replace(ctx, by, s, current, next, fields)
		if !errors.Is(err, table.ErrCondition) {
			return next, err
		}
	}
	return Tenant{}, errs.New(errs.Conflict, "The tenant is being changed by others; try again.")
}

// Delete begins to offboard a tenant: it is served no more, and its name and slug are free. check sees the current
// version and may refuse. A tenant that is being offboarded already stays as it is.
func (r *Registry) Delete(ctx context.Context, by audit.Actor, s tenant.Scope, check func(Tenant) error) error {
	_, err := r.Update(ctx, by, s, func(t *Tenant) error {
		if err := check(*t); err != nil {
			return err
		}
		t.State = tenant.StateOffboarding
		return nil
	})
	return err
}

// replace writes the next version of a tenant, if current is still the last.
func (r *Registry) replace(ctx context.Context, by audit.Actor, s tenant.Scope, current, next Tenant, fields []string) error {
	typ := events.TenantUpdatedType
	if next.State == tenant.StateOffboarding && current.State != next.State {
		typ = events.TenantDeletedType
	}
	record, err := r.announce(ctx, s, by, typ, next, fields)
	if err != nil {
		return err
	}
	unchanged := expression.Name("version").Equal(expression.Value(current.Version))
	return transact(ctx, r.renamed(current, next), append(record, r.Tenants.PutOp(s, table.TenantKey(), next, unchanged))...)
}

// renamed returns the rows that a change moves, takes or gives back.
func (r *Registry) renamed(current, next Tenant) []row {
	gone := func(t Tenant) bool { return t.State == tenant.StateOffboarding }
	switch {
	case current.Platform || gone(current) && gone(next):
		return nil
	case gone(next):
		return []row{{op: r.Directory.DeleteOp(table.SlugEntry(current.Slug))}, {op: r.Directory.DeleteOp(table.NameEntry(current.held()))}}
	case gone(current):
		return r.claim(next)
	case current.held() != next.held():
		return []row{
			{r.Directory.PutOp(table.NameEntry(next.held()), table.Entry{Tenant: next.ID}), errNameTaken},
			{op: r.Directory.DeleteOp(table.NameEntry(current.held()))},
		}
	}
	return nil
}
