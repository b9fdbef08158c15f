package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Activity says whether a destination is sent to.
type Activity string

// The states of a destination.
const (
	Active   Activity = "active"
	Disabled Activity = "disabled"
)

// The reasons why a destination is disabled.
const (
	DisabledByHand  = "manual"
	DisabledGone    = "gone"
	DisabledFailing = "failing"
)

// DefaultConcurrency is how many attempts a destination gets at once. With it, a receiver that hangs is asked at most
// twelve times within ten minutes: eight times at once, and by four probes.
const DefaultConcurrency = 8

// Destination is where events are sent, as it is kept in the policies table. Times are Unix milliseconds.
type Destination struct {
	ID      string `dynamodbav:"id"`
	Version int64  `dynamodbav:"version"`
	Name    string `dynamodbav:"name"`
	Type    string `dynamodbav:"type"`
	// Config is what is shown of the configuration, as JSON.
	Config string `dynamodbav:"config"`
	// Secret is what is not, and Keys are the signing keys, the current one first.
	Secret Sealed      `dynamodbav:"secret,omitempty"`
	Keys   []SealedKey `dynamodbav:"keys,omitempty"`

	Status         Activity `dynamodbav:"status"`
	DisabledReason string   `dynamodbav:"disabled_reason,omitempty"`
	// Hidden destinations are what the webhook_url of jobs and tasks stands for; nobody lists or changes them. Signed ones
	// are signed by the tenant's own secret, if it has one.
	Hidden bool `dynamodbav:"hidden,omitempty"`
	Signed bool `dynamodbav:"signed,omitempty"`

	// What follows is zero where the kind's default holds.
	PerSecond       float64 `dynamodbav:"per_second,omitempty"`
	Concurrency     int     `dynamodbav:"concurrency,omitempty"`
	BreakerFailures int     `dynamodbav:"breaker_failures,omitempty"`

	// Ordered destinations get their events in the order in which they were accepted, from the one with this id on.
	Ordered     bool   `dynamodbav:"ordered,omitempty"`
	OrderedFrom string `dynamodbav:"ordered_from,omitempty"`

	// Unconfirmed are the recipients who have not said yet that they want what is sent. Rows from before anybody was asked
	// have none, and are sent to as they were.
	Unconfirmed []string `dynamodbav:"unconfirmed,omitempty"`

	Labels    map[string]string `dynamodbav:"labels,omitempty"`
	CreatedAt int64             `dynamodbav:"created_at"`
	UpdatedAt int64             `dynamodbav:"updated_at"`
	By        string            `dynamodbav:"by"`
	TTL       int64             `dynamodbav:"ttl,omitempty"`
}

// Sealed is a value under the tenant's key.
type Sealed struct {
	KeyID string `dynamodbav:"kid,omitempty"`
	Data  []byte `dynamodbav:"data,omitempty"`
}

// SealedKey is a signing key. Until is when it ends, in Unix milliseconds, 0 for the current one.
type SealedKey struct {
	Sealed
	Until     int64 `dynamodbav:"until,omitempty"`
	CreatedAt int64 `dynamodbav:"created_at"`
	// Hint is how the key ends, so that people can tell keys apart.
	Hint string `dynamodbav:"hint,omitempty"`
}

// hiddenRest is how long a hidden destination that was given up gets nothing: what waits for it ends in that time. Then it
// is asked again, since nobody can enable it.
const hiddenRest = time.Hour

// usable reports whether anything is sent to the destination now.
func (d Destination) usable(now time.Time) bool {
	return d.Status == Active || d.Hidden && now.Sub(fromMS(d.UpdatedAt)) >= hiddenRest
}

// Shown is between which ids the destinations lie that a tenant made, both included. Ids of hidden ones have no time.
func Shown() (from, until string) {
	return string(id.Destination) + "_0000000001", string(id.Destination) + "_z"
}

// HiddenID is the id of the hidden destination that a seed stands for.
func HiddenID(seed string) string { return id.Derived(id.Destination, time.UnixMilli(0), []byte(seed)) }

// Limits are the destination's, with the kind's defaults for what it does not set.
func (d Destination) Limits(k Kind) Limits {
	l := k.Defaults()
	if d.PerSecond > 0 {
		l.PerSecond = d.PerSecond
	}
	if d.BreakerFailures > 0 {
		l.BreakerFailures = d.BreakerFailures
	}
	var own struct {
		Seconds int `json:"timeout_seconds"`
	}
	if json.Unmarshal([]byte(d.Config), &own) == nil && own.Seconds > 0 { // each kind judges its own
		l.Timeout = time.Duration(own.Seconds) * time.Second
	}
	return l
}

// InFlight is how many attempts may be under way at once.
func (d Destination) InFlight() int {
	if d.Concurrency > 0 {
		return d.Concurrency
	}
	return DefaultConcurrency
}

// Destinations reads tenants' destinations. It is safe for concurrent use.
type Destinations struct {
	table *table.Table
	keys  *seal.Keys
}

// NewDestinations returns the destinations in the policies table. keys open their secrets; nil where nobody needs them.
func NewDestinations(policies *table.Table, keys *seal.Keys) *Destinations {
	return &Destinations{policies, keys}
}

// Get reads a destination; errs.NotFound if the tenant has no such one.
func (d *Destinations) Get(ctx context.Context, s tenant.Scope, destinationID string) (Destination, error) {
	var out Destination
	if !id.Valid(id.Destination, destinationID) {
		return out, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := d.table.Get(ctx, s, table.DestinationKey(destinationID), &out)
	return out, err
}

// aad binds a sealed value to its destination and use.
func aad(destinationID, use string) []byte {
	return []byte("destination\x00" + destinationID + "\x00" + use)
}

// Seal seals a value of a destination; use is "config" or "key".
func (d *Destinations) Seal(ctx context.Context, s tenant.Scope, destinationID, use string, plain []byte) (Sealed, error) {
	kid, data, err := d.keys.Tenant(s).Seal(ctx, plain, aad(destinationID, use))
	return Sealed{kid, data}, err
}

// The uses of sealed values.
const (
	UseConfig = "config"
	UseKey    = "key"
)

// Open opens a value that Seal sealed; nil for the zero value.
func (d *Destinations) Open(ctx context.Context, s tenant.Scope, destinationID, use string, v Sealed) ([]byte, error) {
	if v.KeyID == "" {
		return nil, nil
	}
	return d.keys.Tenant(s).Open(ctx, v.KeyID, v.Data, aad(destinationID, use))
}

// Target opens what an attempt needs: the secret part of the configuration and the keys that are live.
func (d *Destinations) Target(ctx context.Context, s tenant.Scope, dst Destination, now time.Time) (Target, error) {
	t := Target{ID: dst.ID, Tenant: s, Config: []byte(dst.Config), Unconfirmed: dst.Unconfirmed}
	secret, err := d.Open(ctx, s, dst.ID, UseConfig, dst.Secret)
	if err != nil {
		return t, fmt.Errorf("open the secrets of destination %s: %w", dst.ID, err)
	}
	t.Secret = secret
	for _, k := range dst.Keys {
		if k.Until != 0 && k.Until <= ms(now) {
			continue
		}
		plain, err := d.Open(ctx, s, dst.ID, UseKey, k.Sealed)
		if err != nil {
			return t, fmt.Errorf("open a key of destination %s: %w", dst.ID, err)
		}
		t.Keys = append(t.Keys, SigningKey{Secret: string(plain)})
	}
	return t, nil
}

// Disable ends a destination that is active or hidden, for a reason, and returns false if it was not. also are writes that go with it.
func (d *Destinations) Disable(ctx context.Context, s tenant.Scope, destinationID, reason string, now time.Time, also ...table.Op) (bool, error) {
	u := expression.Set(name("status"), value(Disabled)).Set(name("disabled_reason"), value(reason)).
		Set(name("updated_at"), value(ms(now))).Add(name("version"), value(1))
	open := name("status").Equal(value(Active)).Or(name("hidden").Equal(value(true)))
	err := table.Transact(ctx, append([]table.Op{d.table.UpdateOp(s, table.DestinationKey(destinationID), u, open)}, also...)...)
	if errors.Is(err, table.ErrCondition) {
		return false, nil
	}
	return err == nil, err
}
