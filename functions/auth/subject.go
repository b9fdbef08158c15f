package auth

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/apikey"
	"guardrails/shared/authn"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/outage"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

const (
	freshFor   = 5 * time.Second
	unknownFor = 2 * time.Second
	staleFor   = 5 * time.Minute
	// downFor is how long remembered subjects are served without asking, after the store did not answer.
	downFor    = time.Second
	readBudget = 2 * time.Second
	// standInWait is how long a caller waits for the store when what is remembered could be served: a store that hangs
	// costs that much once in downFor.
	standInWait = 400 * time.Millisecond
	touchBudget = 150 * time.Millisecond
	maxSubjects = 8192
	// maxUnknown is how many keys that there are not are remembered. They have room of their own: anybody can invent some,
	// and must not push out real ones, which stand in when the store does not answer.
	maxUnknown = 1024
	// recheckEvery bounds how often wrong secrets of one key make the store be asked.
	recheckEvery = 100 * time.Millisecond
)

// source reads keys and tenants from the stores.
type source struct {
	lookup  *authn.Lookup
	keys    *apikey.Store
	tenants *registry.Registry
}

// subject is a key and its tenant as they were read; the zero scope means that there is no such key.
type subject struct {
	scope  tenant.Scope
	key    apikey.Record
	tenant registry.Tenant
	readAt time.Time
	// rechecked says that it was read because a secret was not accepted.
	rechecked bool
	// touched is when the key's use was last noted, in Unix milliseconds.
	touched atomic.Int64
}

// read asks the stores. A key, or the tenant of a key, that is not there gives the subject of an unknown key.
func (s *source) read(ctx context.Context, public string, now time.Time) (*subject, error) {
	out := &subject{readAt: now}
	sc, keyID, err := s.lookup.Key(ctx, public)
	if errors.Is(err, errs.NotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { out.key, err = s.keys.Get(ctx, sc, keyID); return err })
	g.Go(func() (err error) { out.tenant, err = s.tenants.Get(ctx, sc); return err })
	err = g.Wait()
	if errors.Is(err, errs.NotFound) {
		return &subject{readAt: now}, nil
	}
	if err != nil {
		return nil, err
	}
	out.scope = sc
	out.touched.Store(out.key.LastUsed)
	return out, nil
}

// causeSecret is that the secret is not the key's.
const causeSecret = "secret"

// refuses says why the subject may not call, or "". The digest is compared even if there is no such key, so that
// both take the same time.
func (s *subject) refuses(digest []byte, sourceIP string, now time.Time) string {
	accepted := s.key.Accepts(digest, now)
	switch {
	case !s.scope.Valid():
		return "unknown"
	case s.key.Status(now) != apikey.StatusActive:
		return string(s.key.Status(now))
	case !accepted:
		return causeSecret
	case !s.key.AllowsIP(sourceIP):
		return "address"
	case s.misplaced():
		return "role"
	}
	return ""
}

// fresh reports whether the subject may be served without asking the store. Time that ran backwards makes it stale.
func (s *subject) fresh(now time.Time) bool {
	keep := freshFor
	if !s.scope.Valid() {
		keep = unknownFor
	}
	age := now.Sub(s.readAt)
	return age >= 0 && age < keep
}

// servable reports whether the subject may stand in while the store does not answer.
func (s *subject) servable(now time.Time) bool {
	age := now.Sub(s.readAt)
	return s.scope.Valid() && s.tenant.Profile == tenant.ProfileStandard && age >= 0 && age < staleFor
}

// subjects remembers what was read, by the public part of the key. It is safe for concurrent use.
type subjects struct {
	source  *source
	clock   clock.Clock
	known   *lru.Cache[string, *subject]
	unknown *lru.Cache[string, *subject]
	store   *outage.Source[*subject]
}

func newSubjects(s *source, c clock.Clock) *subjects {
	known, err := lru.New[string, *subject](maxSubjects)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	unknown, err := lru.New[string, *subject](maxUnknown)
	if err != nil {
		panic(err) // so is this one
	}
	limits := outage.Limits{Read: readBudget, StandIn: standInWait, Rest: downFor}
	return &subjects{
		source: s, clock: c, known: known, unknown: unknown,
		store: outage.NewSource[*subject](c, limits, "The store of keys does not answer now."),
	}
}

// get returns the subject of a key: remembered, read, or, if the store does not answer, remembered from longer ago.
func (s *subjects) get(ctx context.Context, public string) (*subject, error) {
	now := s.clock.Now()
	old, ok := s.known.Get(public)
	if !ok {
		old, ok = s.unknown.Get(public)
	}
	if ok && old.fresh(now) {
		return old, nil
	}
	standIn := outage.StandIn[*subject]{Value: old, OK: ok && old.servable(now)}
	read, _, err := s.store.Get(ctx, question(public, old), standIn, func(ctx context.Context) (*subject, error) {
		return s.fetch(ctx, public, false)
	})
	return read, err
}

// question asks for a key. All keys of a tenant are one owner: they share the tenant's items.
func question(public string, old *subject) outage.Question {
	if old == nil || !old.scope.Valid() {
		return outage.Question{Key: public, Owner: public}
	}
	return outage.Question{Key: public, Owner: old.scope.TenantID()}
}

// fetch reads a subject and remembers it.
func (s *subjects) fetch(ctx context.Context, public string, recheck bool) (*subject, error) {
	read, err := s.source.read(ctx, public, s.clock.Now())
	if err == nil {
		read.rechecked = recheck
		s.remember(public, read)
	}
	return read, err
}

func (s *subjects) remember(public string, read *subject) {
	if read.scope.Valid() {
		s.unknown.Remove(public)
		s.known.Add(public, read)
		return
	}
	s.known.Remove(public)
	s.unknown.Add(public, read)
}

// recheck reads a subject again whose secret was not accepted: the key may have been rotated since it was read, and
// the new secret works at once. What it returns was read after it was called, or is the subject as it was if the store
// does not answer. Calls soon after another recheck of the key wait for their turn, so that wrong secrets cost the store
// no more than one read in recheckEvery.
func (s *subjects) recheck(ctx context.Context, public string, old *subject) *subject {
	asked := s.clock.Now()
	q := question(public, old)
	if s.store.Rests(q.Owner) {
		return old
	}
	if old.rechecked {
		if clock.Pause(ctx, min(recheckEvery-asked.Sub(old.readAt), recheckEvery)) != nil {
			return old
		}
		if again, ok := s.known.Get(public); ok && again != old && again.readSince(asked) {
			return again
		}
	}
	q.Key += "#recheck" // it joins no plain read: that may have begun before the change it looks for
	// The first read may be one that others began before the key was rotated; the second begins after it has ended.
	for range 2 {
		read, err := s.store.Try(ctx, q, func(ctx context.Context) (*subject, error) { return s.fetch(ctx, public, true) })
		if err != nil {
			return old
		}
		if read.readSince(asked) {
			return read
		}
		old = read
	}
	return old
}

func (s *subject) readSince(t time.Time) bool { return !s.readAt.Before(t) }

// touch notes the key's use, at most once a minute. It waits a little and never fails the request: on Lambda a
// goroutine of its own would stand still after the answer.
func (s *subjects) touch(ctx context.Context, sub *subject) {
	now := s.clock.Now()
	last := sub.touched.Load()
	if now.UnixMilli()-last < apikey.TouchEvery.Milliseconds() || s.store.Rests(sub.scope.TenantID()) || !sub.touched.CompareAndSwap(last, now.UnixMilli()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, touchBudget)
	defer cancel()
	_ = s.source.keys.Touch(ctx, sub.scope, sub.key.ID, now) // a use that was not noted is noted a minute later
}
