// Package clock gives time as an argument, so that tests move it instead of sleeping.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. Now is UTC.
type Clock interface {
	Now() time.Time
}

type system struct{}

func (system) Now() time.Time { return time.Now().UTC() }

// System returns the wall clock.
func System() Clock { return system{} }

// Fake is a clock that stands still until it is moved. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that shows t.
func NewFake(t time.Time) *Fake { return &Fake{now: t.UTC()} }

// Now returns the time last set.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d, which may be negative.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Layout is how the API and the tables write times: RFC 3339, UTC, milliseconds.
const Layout = "2006-01-02T15:04:05.000Z"

// Format writes t in Layout.
func Format(t time.Time) string { return t.UTC().Format(Layout) }
