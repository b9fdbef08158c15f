package secret

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"guardrails/shared/clock"
	"guardrails/shared/outage"
)

// Value is secret bytes that print, log and encode as [redacted].
type Value struct{ b []byte }

// NewValue wraps secret bytes.
func NewValue(b []byte) Value { return Value{b} }

// Bytes gives the secret itself; do not keep it.
func (v Value) Bytes() []byte { return v.b }

// String hides the secret from fmt.
func (Value) String() string { return "[redacted]" }

// GoString hides the secret from %#v.
func (Value) GoString() string { return "[redacted]" }

// MarshalJSON hides the secret from JSON.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"[redacted]"`), nil }

// LogValue hides the secret from slog.
func (Value) LogValue() slog.Value { return slog.StringValue("[redacted]") }

const (
	freshFor = 5 * time.Minute
	staleFor = 20 * time.Minute
	// readBudget is how long a read may take; standInWait how long a caller waits for it while an older value could be
	// served, once in downFor.
	readBudget  = 3 * time.Second
	standInWait = 400 * time.Millisecond
	downFor     = time.Second
)

// Reader reads the platform's secrets. Values are cached for five minutes and served for fifteen more when the
// service does not answer. It is safe for concurrent use.
type Reader struct {
	api      *secretsmanager.Client
	physical func(logical string) string
	declared []string
	clock    clock.Clock
	service  *outage.Source[Value]

	mu    sync.Mutex
	known map[string]known
}

// known is a value as it was read.
type known struct {
	value Value
	read  time.Time
}

// NewReader returns a reader of the declared secrets; physical maps a logical name to the stored one.
func NewReader(api *secretsmanager.Client, declared []string, physical func(string) string, c clock.Clock) *Reader {
	limits := outage.Limits{Read: readBudget, StandIn: standInWait, Rest: downFor}
	return &Reader{
		api: api, physical: physical, declared: declared, clock: c, known: map[string]known{},
		service: outage.NewSource[Value](c, limits, unavailable),
	}
}

const unavailable = "The secret store does not answer now."

// Get returns a secret's bytes. It fails for a name that was not declared, and with errs.Overloaded when the service
// does not answer and nothing usable is cached.
func (r *Reader) Get(ctx context.Context, name string) (Value, error) {
	r.mu.Lock()
	old, ok := r.known[name]
	r.mu.Unlock()
	age := r.clock.Now().Sub(old.read)
	if ok && age >= 0 && age < freshFor {
		return old.value, nil
	}
	standIn := outage.StandIn[Value]{Value: old.value, OK: ok && age >= 0 && age < staleFor}
	v, _, err := r.service.Get(ctx, outage.Question{Key: name, Owner: name}, standIn, func(ctx context.Context) (Value, error) { return r.fetch(ctx, name) })
	return v, err
}

func (r *Reader) fetch(ctx context.Context, name string) (Value, error) {
	if !slices.Contains(r.declared, name) {
		return Value{}, fmt.Errorf("secret %s is not declared by the function", name)
	}
	id := r.physical(name)
	at := r.clock.Now()
	res, err := r.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return Value{}, outage.Failure(unavailable, "read secret "+name, err)
	}
	if res.SecretString == nil {
		return Value{}, fmt.Errorf("secret %s is empty", name)
	}
	b, err := base64.StdEncoding.DecodeString(*res.SecretString)
	if err != nil || len(b) < 32 {
		return Value{}, fmt.Errorf("secret %s is not base64 of at least 32 bytes", name)
	}
	v := Value{b}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[name] = known{v, at}
	return v, nil
}
