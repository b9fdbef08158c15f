package deliver

import (
	"context"
	"encoding/json"
	"time"

	"guardrails/shared/tenant"
)

// Kind is one kind of destination: how its configuration is checked, and how one attempt is made. Implementations are
// safe for concurrent use.
type Kind interface {
	// Name is the value of a destination's type: "webhook".
	Name() string
	// Check validates the configuration that a caller gave and parts it into what is kept and shown, in the one form that
	// was judged, and what is sealed and never shown (nil if there is nothing of that kind). before is the sealed part of
	// the destination's earlier version, or nil: secret fields that the caller leaves out keep their value. Errors have the
	// code errs.InvalidRequest or errs.DestinationRefused, name fields by pointers below /config, and echo no value.
	Check(config json.RawMessage, before Secret) (public json.RawMessage, secret Secret, err error)
	// Defaults are the limits of destinations that set none.
	Defaults() Limits
	// Keyed says that destinations of the kind have a signing key of ours, made with them and rotated.
	Keyed() bool
	// Send makes one attempt before ctx ends. It never fails otherwise than by its Result.
	Send(ctx context.Context, to Target, m Message) Result
}

// Secret is the sealed part of a destination's configuration as JSON. It prints as "redacted" wherever it is formatted.
type Secret []byte

func (Secret) String() string { return "redacted" }

// GoString hides the value from %#v.
func (Secret) GoString() string { return "redacted" }

// MarshalText hides the value from encoders and logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte("redacted"), nil }

// Limits bound what a destination gets.
type Limits struct {
	// PerSecond is how many attempts may begin in a second.
	PerSecond float64
	// BreakerFailures is how many failures within a minute open the breaker.
	BreakerFailures int
	// Timeout is how long an attempt may take.
	Timeout time.Duration
}

// Target is where an attempt goes, with everything that it needs opened.
type Target struct {
	// ID is the destination's.
	ID string
	// Tenant is the owner, whose id a customer's role asks for as external id, so that nobody else's destination takes it up.
	Tenant tenant.Scope
	Config json.RawMessage
	Secret Secret
	// Unconfirmed are the recipients in Config who get nothing: they have not said that they want it.
	Unconfirmed []string
	// Keys are the live signing keys, the current one first.
	Keys []SigningKey
}

// SigningKey signs webhooks.
type SigningKey struct {
	// Secret is what the tenant was shown: "whsec_…" for HMAC-SHA256, "whsk_…" for ed25519.
	Secret string
}

// Message is what a delivery says. All attempts of one delivery make the same bytes of it.
type Message struct {
	// ID is the webhook-id: the same in every attempt.
	ID string
	// Attempt counts from 1; At is when this attempt is made.
	Attempt int
	At      time.Time
	Event   Event
	// Data is what the rule's template yields, or the event's own data.
	Data json.RawMessage
	// Templated says that a template made the data. Only then may its members steer what the kind makes of it: the event's own
	// are whatever its publisher wrote.
	Templated bool
	// Link is where the tenant finds the delivery: a path of the API.
	Link string
}

// Event is the event of a delivery.
type Event struct {
	ID, Type, Source, Subject string
	Version                   int
	// Time is RFC 3339, UTC, with milliseconds.
	Time     string
	Data     json.RawMessage
	Previous json.RawMessage
}

// Class says what follows from an attempt.
type Class string

// The classes. Gone is a permanent failure that also ends the destination.
const (
	Delivered Class = "delivered"
	Retryable Class = "retryable"
	Permanent Class = "permanent"
	Gone      Class = "gone"
)

// MaxResponse is how much of a response is read and kept, in bytes.
const MaxResponse = 16 << 10

// Result is how an attempt ended.
type Result struct {
	Class Class
	// Code is a stable name of the reason, empty if delivered: "http_503", "timeout", "dns", "tls", "address_refused".
	Code string
	// Status is the response's HTTP status, 0 without one.
	Status int
	// RetryAfter is how long the receiver asks to be left alone, 0 if it does not.
	RetryAfter time.Duration
	// Unwell says that the failure counts for the breaker: the receiver itself is not well.
	Unwell bool
	// Headers were sent, without secrets and signatures. Response is the beginning of the answer, at most MaxResponse
	// bytes, as it came.
	Headers  map[string]string
	Response []byte
}
