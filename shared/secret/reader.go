package secret

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/sync/singleflight"

	"guardrails/shared/errs"
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
)

// Reader reads the platform's secrets. Values are cached for five minutes and served for fifteen more when the
// service does not answer. It is safe for concurrent use.
type Reader struct {
	api      *secretsmanager.Client
	physical func(logical string) string
	declared []string
	fresh    *expirable.LRU[string, Value]
	stale    *expirable.LRU[string, Value]
	flight   singleflight.Group
}

// NewReader returns a reader of the declared secrets; physical maps a logical name to the stored one.
func NewReader(api *secretsmanager.Client, declared []string, physical func(string) string) *Reader {
	return &Reader{
		api: api, physical: physical, declared: declared,
		fresh: expirable.NewLRU[string, Value](16, nil, freshFor), stale: expirable.NewLRU[string, Value](16, nil, staleFor),
	}
}

// Get returns a secret's bytes. It fails for a name that was not declared, and with errs.Overloaded when the service
// does not answer and nothing usable is cached.
func (r *Reader) Get(ctx context.Context, name string) (Value, error) {
	if v, ok := r.fresh.Get(name); ok {
		return v, nil
	}
	v, err, _ := r.flight.Do(name, func() (any, error) { return r.fetch(context.WithoutCancel(ctx), name) })
	if err != nil {
		if old, ok := r.stale.Get(name); ok {
			return old, nil
		}
		return Value{}, err
	}
	return v.(Value), nil
}

func (r *Reader) fetch(ctx context.Context, name string) (Value, error) {
	if !contains(r.declared, name) {
		return Value{}, fmt.Errorf("secret %s is not declared by the function", name)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	id := r.physical(name)
	res, err := r.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return Value{}, errs.Wrap(errs.Overloaded, "The secret store does not answer now.", fmt.Errorf("read secret %s: %w", name, err)).WithRetryAfter(2 * time.Second)
	}
	if res.SecretString == nil {
		return Value{}, fmt.Errorf("secret %s is empty", name)
	}
	b, err := base64.StdEncoding.DecodeString(*res.SecretString)
	if err != nil || len(b) < 32 {
		return Value{}, fmt.Errorf("secret %s is not base64 of at least 32 bytes", name)
	}
	v := Value{b}
	r.fresh.Add(name, v)
	r.stale.Add(name, v)
	return v, nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
