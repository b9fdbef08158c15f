package inspect

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/singleflight"

	"guardrails/shared/clock"
	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/outage"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/seal"
	"guardrails/shared/tenant"
)

const (
	maxTenants = 4096
	// makeBudget is how long a set waits for its turn and for the store. Whoever waits for the set may go earlier.
	makeBudget = 3 * time.Second
	// failedFor is how long a set that does not compile is not tried again, and maxFailed how many such sets are known. A
	// change of the tenant's policies makes another set, which is tried at once.
	failedFor = 15 * time.Second
	maxFailed = 1024
	// lastGoodFor is how long a tenant's policies are served while the store does not answer.
	lastGoodFor = 5 * time.Minute
	readBudget  = time.Second
	// keyBudget is how long an analysis waits for the key of its allow lists.
	keyBudget = time.Second
	// standInWait is how long a caller waits for the store while a last good state could be served.
	standInWait = 500 * time.Millisecond
)

// sets keeps tenants' policies compiled. A tenant's state (which policies are active, at which version) is read at most
// once in ttl; a set is compiled once per tenant, version and selection.
type sets struct {
	base  *detect.Engine
	store *policystore.Store
	keys  *seal.Keys
	clock clock.Clock
	ttl   time.Duration
	stale func()

	mu      sync.Mutex
	digests *simplelru.LRU[string, *digest]
	states  *simplelru.LRU[string, knownState]
	built   *keptSets
	failed  *simplelru.LRU[string, failure]
	gate    *gate
	// live reads states, compiling makes sets; each once for all who wait for the same.
	live      *outage.Source[policystore.State]
	compiling singleflight.Group
}

// failure is why a set does not compile, and when that was tried.
type failure struct {
	err error
	at  time.Time
}

type knownState struct {
	state policystore.State
	read  time.Time
}

func newSets(base *detect.Engine, store *policystore.Store, keys *seal.Keys, c clock.Clock, ttl time.Duration, stale func()) (*sets, error) {
	states, err := simplelru.NewLRU[string, knownState](maxTenants, nil)
	if err != nil {
		return nil, fmt.Errorf("make the cache of states: %w", err)
	}
	built, err := newKeptSets(maxSetBytes)
	if err != nil {
		return nil, err
	}
	digests, err := simplelru.NewLRU[string, *digest](maxTenants, nil)
	if err != nil {
		return nil, fmt.Errorf("make the cache of digests: %w", err)
	}
	failed, err := simplelru.NewLRU[string, failure](maxFailed, nil)
	if err != nil {
		return nil, fmt.Errorf("make the cache of failures: %w", err)
	}
	limits := outage.Limits{Read: readBudget, StandIn: standInWait, Rest: ttl}
	live := outage.NewSource[policystore.State](c, limits, "The store of policies does not answer now.")
	return &sets{
		digests: digests, base: base, store: store, keys: keys, clock: c, ttl: ttl, stale: stale, states: states, built: built,
		failed: failed, gate: newGate(), live: live,
	}, nil
}

// state returns the tenant's policy state, at most ttl old; while the store does not answer, at most five minutes. A
// store that did not answer is left alone for ttl, which a change of the state waits for before it is answered.
func (c *sets) state(ctx context.Context, s tenant.Scope) (policystore.State, error) {
	known, ok := c.known(s)
	now := c.clock.Now()
	if ok && now.Sub(known.read) < c.ttl {
		return known.state, nil
	}
	question := outage.Question{Key: s.TenantID(), Owner: s.TenantID()}
	lastGood := outage.StandIn[policystore.State]{Value: known.state, OK: ok && now.Sub(known.read) < lastGoodFor}
	state, bridged, err := c.live.Get(ctx, question, lastGood, func(ctx context.Context) (policystore.State, error) { return c.read(ctx, s) })
	if bridged {
		c.stale()
	}
	if err != nil {
		return policystore.State{}, fmt.Errorf("read the policies' state: %w", err)
	}
	return state, nil
}

func (c *sets) known(s tenant.Scope) (knownState, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.states.Get(s.TenantID())
}

func (c *sets) read(ctx context.Context, s tenant.Scope) (policystore.State, error) {
	// The time is taken before the read: what is changed after it must not be served longer than ttl.
	at := c.clock.Now()
	st, err := c.store.State(ctx, s)
	if err != nil {
		return st, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states.Add(s.TenantID(), knownState{st, at})
	return st, nil
}

// get returns the compiled set of the policies named, or of the tenant's active ones if none are.
// A policy that does not exist for the tenant is an errs.InvalidRequest that names its place.
func (c *sets) get(ctx context.Context, s tenant.Scope, named []string) (*policy.Set, error) {
	ids, shipped := normalize(named)
	key := "shipped#" + strings.Join(ids, ",")
	if len(ids) == 0 || !shipped {
		st, err := c.state(ctx, s)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			ids = st.Active
		}
		key = s.TenantID() + "#" + strconv.FormatInt(st.Version, 10) + "#" + strings.Join(ids, ",")
	}
	if set, err := c.kept(key); set != nil || err != nil {
		return set, err
	}
	set, err := c.await(ctx, key, func(ctx context.Context) (*policy.Set, error) { return c.compile(ctx, s, key, ids) })
	if err != nil {
		return nil, unknownPolicy(err, len(named) > 0)
	}
	return set, nil
}

// kept returns a set that was compiled, or why it did not compile a moment ago; neither if that is not known.
func (c *sets) kept(key string) (*policy.Set, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if set, ok := c.built.get(key); ok {
		return set, nil
	}
	if f, ok := c.failed.Get(key); ok && c.clock.Now().Sub(f.at) < failedFor {
		return nil, f.err
	}
	return nil, nil
}

// await makes a set once for all who ask for it at the same time, and waits for it as long as the caller does. The set is
// made all the same, for whoever asks next.
func (c *sets) await(ctx context.Context, key string, compile func(context.Context) (*policy.Set, error)) (*policy.Set, error) {
	answer := c.compiling.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeBudget)
		defer cancel()
		return compile(ctx)
	})
	select {
	case a := <-answer:
		if a.Err != nil {
			return nil, a.Err
		}
		return a.Val.(*policy.Set), nil
	case <-ctx.Done():
		return nil, notYet(ctx.Err())
	}
}

// normalize spells shipped packs as their ids ("PCI-DSS" is pci_dss) and tells whether all are shipped.
func normalize(named []string) (ids []string, shipped bool) {
	shipped = len(named) > 0
	for _, n := range named {
		pack := strings.ReplaceAll(strings.ToLower(n), "-", "_")
		if _, ok := policy.PackByID(pack); ok {
			ids = append(ids, pack)
			continue
		}
		ids, shipped = append(ids, n), false
	}
	return ids, shipped
}

func allShipped(ids []string) bool {
	return !slices.ContainsFunc(ids, func(p string) bool {
		_, ok := policy.PackByID(p)
		return !ok
	})
}

func unknownPolicy(err error, named bool) error {
	var unknown *policystore.UnknownError
	if !errors.As(err, &unknown) {
		return err
	}
	if !named {
		return errs.Wrap(errs.Overloaded, "The policies have just changed; try again.", err).WithRetryAfter(time.Second)
	}
	return errs.Invalid(errs.Field{Location: "/policies/" + strconv.Itoa(unknown.Index), Message: "names no policy of yours and no shipped rule pack"})
}

// compile makes a set of stored policies. Why it fails is remembered if it would fail again.
func (c *sets) compile(ctx context.Context, s tenant.Scope, key string, ids []string) (*policy.Set, error) {
	set, err := c.load(ctx, s, ids)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.built.add(key, set)
	case lasts(err):
		c.failed.Add(key, failure{err, c.clock.Now()})
	}
	return set, err
}

// lasts reports whether a set fails for what its policies are, and not for who asks, when, or how the store does.
func lasts(err error) bool {
	var unknown *policystore.UnknownError
	return !errors.As(err, &unknown) && !outage.OfService(err) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
}

// load reads policies and compiles them, once the gate lets it.
func (c *sets) load(ctx context.Context, s tenant.Scope, ids []string) (set *policy.Set, err error) {
	// Nobody else would catch it here. What a panic says may quote a policy.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("make a set of policies: panic of type %T", p)
		}
	}()
	if !allShipped(ids) { // what all tenants share waits for none of them
		leave, err := c.gate.turn(ctx, s)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	found, err := c.store.FindAll(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	leave, err := c.gate.space(ctx, found.Bytes())
	if err != nil {
		return nil, err
	}
	defer leave()
	policies, err := c.store.Read(ctx, s, found)
	if err != nil {
		return nil, err
	}
	return policy.Compile(c.base, policies, c.mac(s, policies))
}

// draft compiles a policy that is not stored, once the gate lets it.
func (c *sets) draft(ctx context.Context, s tenant.Scope, p policy.Policy) (*policy.Set, error) {
	bytes, err := sizeOf(&p.Definition)
	if err != nil {
		return nil, fmt.Errorf("measure a draft: %w", err)
	}
	turn, err := c.gate.turn(ctx, s)
	if err != nil {
		return nil, err
	}
	defer turn()
	leave, err := c.gate.space(ctx, bytes)
	if err != nil {
		return nil, err
	}
	defer leave()
	list := []policy.Policy{p}
	return policy.Compile(c.base, list, c.mac(s, list))
}

// digest is a tenant's keyed digest for allow lists. The sets of a tenant share it: ready gives it its key before a scan,
// since a scan may ask for hundreds of digests and cannot wait for any.
type digest struct {
	needed atomic.Bool
	of     atomic.Pointer[func([]byte) []byte]
}

func (c *sets) digest(s tenant.Scope) *digest {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.digests.Get(s.TenantID())
	if !ok {
		d = &digest{}
		c.digests.Add(s.TenantID(), d)
	}
	return d
}

// mac is the digest of a tenant's values for the sets of these policies.
func (c *sets) mac(s tenant.Scope, policies []policy.Policy) func(string) string {
	d := c.digest(s)
	for i := range policies {
		if slices.ContainsFunc(policies[i].Allow, func(e detect.ListEntry) bool { return e.HMAC != "" }) {
			d.needed.Store(true)
		}
	}
	return func(value string) string {
		of := d.of.Load()
		if of == nil {
			return ""
		}
		return hex.EncodeToString((*of)([]byte(value)))
	}
}

// ready fetches the tenant's digest key where a set may need it. Without it values that a tenant allows would be found all
// the same, and nobody would know: errs.Overloaded.
func (c *sets) ready(ctx context.Context, s tenant.Scope) error {
	d := c.digest(s)
	if !d.needed.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, keyBudget)
	defer cancel()
	of, err := c.keys.Tenant(s).Digester(ctx, "allow")
	if err != nil {
		return fmt.Errorf("key of the allow lists: %w", err)
	}
	d.of.Store(&of)
	return nil
}
