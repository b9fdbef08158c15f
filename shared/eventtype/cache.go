package eventtype

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/eventschema"
	"guardrails/shared/tenant"
)

const (
	// maxTypes bounds the types that are remembered: a schema of the largest kind has some 0.5 MB in memory.
	maxTypes = 256
	// maxTenants bounds the states that are remembered.
	maxTenants = 4096
)

// Type is an event type that was read.
type Type struct {
	Name    string
	Version int
	// Own says that it is the tenant's, not the platform's.
	Own bool
	// Schema is of the data; nil where any data will do.
	Schema *eventschema.Schema
}

// Validate holds an event's data to the type, as eventschema.Schema does.
func (t Type) Validate(data json.RawMessage, location string) []errs.Field {
	if t.Schema == nil {
		return nil
	}
	return t.Schema.Validate(data, location)
}

// Cache remembers types with their schemas read. It is safe for concurrent use.
type Cache struct {
	store *Store
	clock clock.Clock
	ttl   time.Duration

	mu     sync.Mutex
	states *simplelru.LRU[string, knownState]
	types  *simplelru.LRU[typeKey, knownType]
}

type knownState struct {
	version int64
	read    time.Time
}

// typeKey names a type of a tenant; those of the platform are of no tenant.
type typeKey struct{ tenant, name string }

// knownType is a type as it was at a version of the tenant's state. Names without a type are remembered too: events of
// them come by the thousand.
type knownType struct {
	Type
	version int64
	found   bool
}

// NewCache returns a cache over the store. What it says of a tenant's own types is at most ttl old: pass the Config's
// ConfigTTL, which changes of types wait for.
func NewCache(s *Store, c clock.Clock, ttl time.Duration) *Cache {
	states, err := simplelru.NewLRU[string, knownState](maxTenants, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	types, err := simplelru.NewLRU[typeKey, knownType](maxTypes, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &Cache{store: s, clock: c, ttl: ttl, states: states, types: types}
}

// Lookup returns the type of that name: the platform's, or the tenant's own. It returns errs.NotFound if there is
// neither, and the store's error if it cannot be known.
func (c *Cache) Lookup(ctx context.Context, sc tenant.Scope, name string) (Type, error) {
	if t, ok := events.Lookup(name); ok {
		return c.builtin(t)
	}
	if !events.ValidType(name) || events.IsReserved(name) {
		return Type{}, notFound()
	}
	version, err := c.version(ctx, sc)
	if err != nil {
		return Type{}, err
	}
	key := typeKey{sc.TenantID(), name}
	if known, ok := c.known(key); ok && known.version == version {
		return known.answer()
	}
	row, err := c.store.Row(ctx, sc, name)
	known := knownType{version: version, found: err == nil}
	if err != nil && !errors.Is(err, errs.NotFound) {
		return Type{}, fmt.Errorf("read an event type: %w", err)
	}
	if known.found {
		if known.Type, err = read(row.Name, row.Version, row.RawSchema()); err != nil {
			return Type{}, err
		}
		known.Own = true
	}
	c.keep(key, known)
	return known.answer()
}

func (k knownType) answer() (Type, error) {
	if !k.found {
		return Type{}, notFound()
	}
	return k.Type, nil
}

func notFound() error { return errs.New(errs.NotFound, "There is no such event type.") }

func (c *Cache) builtin(t events.Type) (Type, error) {
	key := typeKey{name: t.Name}
	if known, ok := c.known(key); ok {
		return known.Type, nil
	}
	out, err := read(t.Name, t.Version, t.Schema)
	if err == nil {
		c.keep(key, knownType{Type: out, found: true})
	}
	return out, err
}

func read(name string, version int, raw json.RawMessage) (Type, error) {
	t := Type{Name: name, Version: version}
	if raw == nil {
		return t, nil
	}
	schema, faults := eventschema.Parse(raw, "")
	if len(faults) > 0 {
		return t, fmt.Errorf("the schema of event type %s, version %d, has %d faults", name, version, len(faults))
	}
	t.Schema = schema
	return t, nil
}

// version returns the version of the tenant's state, at most ttl old.
func (c *Cache) version(ctx context.Context, sc tenant.Scope) (int64, error) {
	// The time is taken before the read: what is changed after it must not be served longer than ttl.
	now := c.clock.Now()
	c.mu.Lock()
	known, ok := c.states.Get(sc.TenantID())
	c.mu.Unlock()
	if age := now.Sub(known.read); ok && age >= 0 && age < c.ttl {
		return known.version, nil
	}
	state, err := c.store.State(ctx, sc)
	if err != nil {
		return 0, fmt.Errorf("read the state of event types: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states.Add(sc.TenantID(), knownState{state.Version, now})
	return state.Version, nil
}

func (c *Cache) known(key typeKey) (knownType, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.types.Get(key)
}

func (c *Cache) keep(key typeKey, t knownType) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.types.Add(key, t)
}
