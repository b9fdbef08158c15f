// Package id makes and checks the identifiers of the API: an entity prefix and a ULID in lower-case base32.
package id

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"guardrails/shared/clock"
)

// Prefix names the kind of a thing in its id.
type Prefix string

// The prefixes of the API.
const (
	Analysis Prefix = "anl"
	Job      Prefix = "job"
	Upload   Prefix = "upl"
	Policy   Prefix = "pol"
	Event    Prefix = "evt"
	Key      Prefix = "key"
	User     Prefix = "usr"
	Tenant   Prefix = "ten"
	Audit    Prefix = "aud"
	Request  Prefix = "req"
	Task     Prefix = "tsk"

	Rule        Prefix = "rul"
	Destination Prefix = "dst"
	Delivery    Prefix = "dlv"
	Replay      Prefix = "rpl"
)

// bodyLen is how long an id is behind its prefix; timeLen of it are its time.
const (
	bodyLen = 26
	timeLen = 10
)

// Generator makes ids that sort by time, also within a millisecond. It is safe for concurrent use.
type Generator struct {
	clock   clock.Clock
	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
}

// NewGenerator returns a generator on clock c with randomness r (nil means crypto/rand).
func NewGenerator(c clock.Clock, r io.Reader) *Generator {
	if r == nil {
		r = rand.Reader
	}
	return &Generator{clock: c, entropy: ulid.Monotonic(r, 0)}
}

// New returns a fresh id such as "anl_01jd…".
func (g *Generator) New(p Prefix) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	ms := ulid.Timestamp(g.clock.Now())
	u, err := ulid.New(ms, g.entropy)
	if err != nil {
		// The monotonic counter of one millisecond overflowed (one in 2^80), so the next millisecond serves.
		u = ulid.MustNew(ms+1, rand.Reader)
	}
	return string(p) + "_" + strings.ToLower(u.String())
}

// Derived returns the one id of kind p that follows from a time and a secret seed: whoever has both makes it again.
func Derived(p Prefix, at time.Time, seed []byte) string {
	h := sha256.New()
	h.Write([]byte(p))
	h.Write(seed)
	u := ulid.MustNew(ulid.Timestamp(at), bytes.NewReader(h.Sum(nil)))
	return string(p) + "_" + strings.ToLower(u.String())
}

// Next returns the n-th id after one made by a Generator or Derived, which sorts right behind it; s itself if it is no id.
func Next(s string, n int) string {
	prefix, body, _ := strings.Cut(s, "_")
	u, err := ulid.ParseStrict(body)
	if err != nil {
		return s
	}
	carry := uint64(n)
	for i := len(u) - 1; i >= 6 && carry > 0; i-- { // the time is before
		carry += uint64(u[i])
		u[i] = byte(carry)
		carry >>= 8
	}
	return prefix + "_" + strings.ToLower(u.String())
}

// Bounds are the least and the greatest id of kind p between two times, both included. A zero time does not bound.
func Bounds(p Prefix, since, until time.Time) (least, greatest string) {
	edge := func(at time.Time, fill string) string {
		var u ulid.ULID
		if at.After(time.UnixMilli(0)) {
			_ = u.SetTime(min(ulid.Timestamp(at), ulid.MaxTime())) // the time is within its range
		}
		return string(p) + "_" + strings.ToLower(u.String())[:timeLen] + strings.Repeat(fill, bodyLen-timeLen)
	}
	if until.IsZero() {
		until = ulid.Time(ulid.MaxTime())
	}
	return edge(since, "0"), edge(until, "z")
}

// Valid reports whether s is an id of kind p. It says nothing about existence.
func Valid(p Prefix, s string) bool {
	body, ok := strings.CutPrefix(s, string(p)+"_")
	if !ok || len(body) != bodyLen || body != strings.ToLower(body) {
		return false
	}
	_, err := ulid.ParseStrict(body)
	return err == nil
}

// Time returns when the id was made, to the millisecond; the zero time if s is not an id.
func Time(s string) time.Time {
	_, body, ok := strings.Cut(s, "_")
	if !ok {
		return time.Time{}
	}
	u, err := ulid.ParseStrict(body)
	if err != nil {
		return time.Time{}
	}
	return ulid.Time(u.Time()).UTC()
}
