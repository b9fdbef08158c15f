package apikey

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/secret"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Overlap is how long the old secret of a rotated key stays valid.
const Overlap = 24 * time.Hour

// Stores are what keys are kept in. Reading needs Tenants alone; revoking everything but Secrets, which holds the
// pepper.
type Stores struct {
	Tenants   *table.Table
	Directory *table.DirectoryTable
	Outbox    *outbox.Outbox
	Audit     *audit.Log
	Clock     clock.Clock
	IDs       *id.Generator
	Secrets   *secret.Reader
}

// Store holds the API keys of all tenants. It is safe for concurrent use.
type Store struct{ Stores }

// At returns the keys in these stores.
func At(s Stores) *Store { return &Store{s} }

// New is what a key is made from; see Record for the fields.
type New struct {
	Name       string
	Role       authz.Role
	Scopes     []string
	RateLimit  int
	AllowedIPs []string
	LimitRoot  string
	Test       bool
	// ExpiresIn is how long the key is valid; 0 means for ever.
	ExpiresIn time.Duration
}

// Get reads a key's record, revoked ones included; errs.NotFound if the tenant has no such key.
func (s *Store) Get(ctx context.Context, sc tenant.Scope, keyID string) (Record, error) {
	var r Record
	if !id.Valid(id.Key, keyID) {
		return r, notFound()
	}
	err := s.Tenants.Get(ctx, sc, table.APIKeyKey(keyID), &r)
	return r, err
}

func notFound() error { return errs.New(errs.NotFound, "There is no such resource.") }

// List reads one page of keys, newest first, and the id to continue after, or "". A filter on "created_by" may be set.
func (s *Store) List(ctx context.Context, sc tenant.Scope, after string, limit int, filter expression.ConditionBuilder) (page []Record, next string, err error) {
	next, err = s.Tenants.Query(ctx, sc, table.Page{Part: table.PartKeys, After: after, Limit: limit, Filter: filter}, &page)
	return page, next, err
}

// MaxActive is how many keys of a tenant may be active at once.
const MaxActive = 1000

// Full returns errs.Conflict if the tenant has MaxActive keys that are neither revoked nor expired. Keys that are made
// at the same moment may pass it by as many.
func (s *Store) Full(ctx context.Context, sc tenant.Scope) error {
	revoked, expires := expression.Name("revoked_at"), expression.Name("expires_at")
	unset := func(n expression.NameBuilder) expression.ConditionBuilder {
		return expression.AttributeNotExists(n).Or(n.Equal(expression.Value(0)))
	}
	active := unset(revoked).And(unset(expires).Or(expires.GreaterThan(expression.Value(s.Clock.Now().UnixMilli()))))
	page, _, err := s.List(ctx, sc, "", MaxActive, active)
	if err == nil && len(page) >= MaxActive {
		return errs.Newf(errs.Conflict, "The tenant has %d active keys, the most that it may have; revoke some.", MaxActive)
	}
	return err
}

// Create makes a key and returns its record and the key itself, which is kept nowhere.
func (s *Store) Create(ctx context.Context, sc tenant.Scope, by audit.Actor, n New) (Record, string, error) {
	r, key, ops, err := s.Prepare(ctx, sc, by, n)
	if err != nil {
		return Record{}, "", err
	}
	return r, key, table.Transact(ctx, ops...)
}

// Prepare is Create that leaves it to the caller to make the writes, with others in one transaction.
func (s *Store) Prepare(ctx context.Context, sc tenant.Scope, by audit.Actor, n New) (Record, string, []table.Op, error) {
	if n.RateLimit < 0 || n.ExpiresIn < 0 {
		return Record{}, "", nil, errs.New(errs.InvalidRequest, "A key's rate limit and life cannot be negative.")
	}
	pepper, err := s.Secrets.Get(ctx, secret.Pepper)
	if err != nil {
		return Record{}, "", nil, err
	}
	key := Generate(n.Test)
	public, _ := Parse(key)
	r := s.record(n, by.ID(), public)
	r.Prefix, r.Digest = key[:len(prefixLive)+publicLen], Digest(pepper.Bytes(), key)
	ops, err := s.announce(ctx, sc, by, events.KeyCreatedType, r)
	if err != nil {
		return Record{}, "", nil, err
	}
	ops = append(ops, s.Directory.PutOp(table.KeyEntry(public), table.Entry{Tenant: sc.TenantID(), ID: r.ID}),
		s.Tenants.PutOp(sc, table.APIKeyKey(r.ID), r, table.IfAbsent()))
	return r, key, ops, nil
}

func (s *Store) record(n New, by, public string) Record {
	now := s.Clock.Now()
	r := Record{
		ID: s.IDs.New(id.Key), Name: n.Name, Public: public, Test: n.Test, Role: n.Role, Scopes: n.Scopes,
		RateLimit: n.RateLimit, AllowedIPs: n.AllowedIPs, LimitRoot: n.LimitRoot, CreatedAt: now.UnixMilli(), CreatedBy: by, Version: 1,
	}
	if n.ExpiresIn > 0 {
		r.ExpiresAt = now.Add(n.ExpiresIn).UnixMilli()
	}
	return r
}

func (s *Store) announce(ctx context.Context, sc tenant.Scope, by audit.Actor, typ string, r Record) ([]table.Op, error) {
	ev, err := s.Outbox.Op(ctx, sc, events.Change(typ, events.ChangeData{ID: r.ID, Version: r.Version, By: by.ID()}))
	if err != nil {
		return nil, err
	}
	return append(s.Audit.Ops(sc, by, by.Record(typ, r.ID)), ev), nil
}

// Rotate gives a key a new secret and returns it; the old one stays valid for Overlap, and so do those before it, each
// from its own rotation. check, if not nil, sees its record and may refuse. It returns errs.Conflict for a key that is
// revoked or expired, or has too many valid secrets.
func (s *Store) Rotate(ctx context.Context, sc tenant.Scope, by audit.Actor, keyID string, check func(Record) error) (Record, string, error) {
	pepper, err := s.Secrets.Get(ctx, secret.Pepper)
	if err != nil {
		return Record{}, "", err
	}
	var key string
	r, err := s.change(ctx, sc, by, keyID, events.KeyRotatedType, func(r *Record) error {
		if check != nil {
			if err := check(*r); err != nil {
				return err
			}
		}
		now := s.Clock.Now()
		if status := r.Status(now); status != StatusActive {
			return errs.Newf(errs.Conflict, "A key that is %s cannot be rotated.", status)
		}
		key = Rotate(r.Public, r.Test)
		return r.rotate(Digest(pepper.Bytes(), key), now)
	})
	return r, key, err
}

// Revoke ends a key for good. check, if not nil, sees its record and may refuse. A key that is revoked already is
// errs.NotFound.
func (s *Store) Revoke(ctx context.Context, sc tenant.Scope, by audit.Actor, keyID string, check func(Record) error) error {
	_, err := s.change(ctx, sc, by, keyID, events.KeyRevokedType, func(r *Record) error {
		if check != nil {
			if err := check(*r); err != nil {
				return err
			}
		}
		if r.RevokedAt != 0 {
			return notFound()
		}
		r.RevokedAt = s.Clock.Now().UnixMilli()
		return nil
	})
	return err
}

// attempts is how often a change is tried when others change the key at the same time.
const attempts = 3

func (s *Store) change(ctx context.Context, sc tenant.Scope, by audit.Actor, keyID, typ string, edit func(*Record) error) (Record, error) {
	for range attempts {
		r, err := s.Get(ctx, sc, keyID)
		if err != nil {
			return Record{}, err
		}
		unchanged := expression.Name("version").Equal(expression.Value(r.Version))
		if err := edit(&r); err != nil {
			return Record{}, err
		}
		r.Version++
		ops, err := s.announce(ctx, sc, by, typ, r)
		if err != nil {
			return Record{}, err
		}
		err = table.Transact(ctx, append(ops, s.Tenants.UpdateOp(sc, table.APIKeyKey(keyID), secrets(r), unchanged))...)
		if !errors.Is(err, table.ErrCondition) {
			return r, err
		}
	}
	return Record{}, errs.New(errs.Conflict, "The key is being changed by others; try again.")
}

// secrets is the update of what rotation and revocation change. Last use is not among it: it is written on its own.
func secrets(r Record) expression.UpdateBuilder {
	return expression.Set(expression.Name("digest"), expression.Value(r.Digest)).
		Set(expression.Name("old_digest"), expression.Value(r.OldDigest)).
		Set(expression.Name("old_until"), expression.Value(r.OldUntil)).
		Set(expression.Name("older"), expression.Value(r.Older)).
		Set(expression.Name("revoked_at"), expression.Value(r.RevokedAt)).
		Set(expression.Name("version"), expression.Value(r.Version))
}

// TouchEvery is how often at most the use of a key is noted.
const TouchEvery = time.Minute

// Touch notes that a key was used, unless it is gone or a use within TouchEvery is noted. It changes no version.
func (s *Store) Touch(ctx context.Context, sc tenant.Scope, keyID string, at time.Time) error {
	last := expression.Name("last_used_at")
	due := expression.AttributeNotExists(last).Or(last.LessThanEqual(expression.Value(at.Add(-TouchEvery).UnixMilli())))
	err := s.Tenants.Update(ctx, sc, table.APIKeyKey(keyID), expression.Set(last, expression.Value(at.UnixMilli())), table.IfPresent().And(due))
	if errors.Is(err, table.ErrCondition) {
		return nil
	}
	return err
}
