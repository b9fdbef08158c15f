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
	// live reads states, compiling makes sets; each once for all who wait for the same.
	live      *outage.Source[policystore.State]
	compiling singleflight.Group
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
	limits := outage.Limits{Read: readBudget, StandIn: standInWait, Rest: ttl}
	live := outage.NewSource[policystore.State](c, limits, "The store of policies does not answer now.")
	return &sets{
		digests: digests, base: base, store: store, keys: keys, clock: c, ttl: ttl, stale: stale, states: states, built: built, live: live,
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
	c.mu.Lock()
	set, ok := c.built.get(key)
	c.mu.Unlock()
	if ok {
		return set, nil
	}
	v, err, _ := c.compiling.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		return c.compile(ctx, s, key, ids)
	})
	if err != nil {
		return nil, unknownPolicy(err, len(named) > 0)
	}
	return v.(*policy.Set), nil
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

func (c *sets) compile(ctx context.Context, s tenant.Scope, key string, ids []string) (*policy.Set, error) {
	policies, err := c.store.Load(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	set, err := policy.Compile(c.base, policies, c.mac(s, policies))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.built.add(key, set)
	return set, nil
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
