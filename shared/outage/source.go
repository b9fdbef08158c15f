package outage

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
)

// Limits bound what a service that does not answer costs.
type Limits struct {
	// Read is how long a read may take.
	Read time.Duration
	// StandIn is how long a caller waits for it when what is remembered could be served.
	StandIn time.Duration
	// Rest is how long a service that did not answer is left alone by those who have a stand-in. It counts from the
	// failure, not from the call: one that hangs may last longer.
	Rest time.Duration
}

// Source reads values of a service, each once for all who ask at the same time. It is safe for concurrent use.
type Source[T any] struct {
	clock  clock.Clock
	limits Limits
	slow   error
	flight singleflight.Group

	mu sync.Mutex
	// failed is until when each owner rests.
	failed map[string]time.Time
}

// NewSource returns a source; message is what callers are told while the service does not answer.
func NewSource[T any](c clock.Clock, l Limits, message string) *Source[T] {
	return &Source[T]{
		clock: c, limits: l, failed: map[string]time.Time{},
		slow: errs.New(errs.Overloaded, message).WithRetryAfter(retryAfter),
	}
}

// Question is what is read: its key, and whose it is.
type Question struct{ Key, Owner string }

// StandIn is what is remembered, if that may be served.
type StandIn[T any] struct {
	Value T
	OK    bool
}

// Get reads a value. Where the service does not answer, or did not a moment ago, the stand-in is returned and bridged
// is true. Any other failure is returned: of an item that cannot be read, or of a service that refuses, nobody can say
// that what is remembered still holds.
func (s *Source[T]) Get(ctx context.Context, q Question, old StandIn[T], read func(context.Context) (T, error)) (v T, bridged bool, err error) {
	if !old.OK {
		v, err = s.wait(ctx, q, s.limits.Read, read)
		return v, false, err
	}
	if s.Rests(q.Owner) {
		return old.Value, true, nil
	}
	v, err = s.Try(ctx, q, read)
	if errors.Is(err, errs.Overloaded) {
		return old.Value, true, nil
	}
	return v, false, err
}

// Try reads a value for a caller who can do without it, and so waits for Limits.StandIn alone.
func (s *Source[T]) Try(ctx context.Context, q Question, read func(context.Context) (T, error)) (T, error) {
	return s.wait(ctx, q, s.limits.StandIn, read)
}

// wait returns what read gives within d. A read whose callers have given up goes on, and still counts for what read
// itself remembers.
func (s *Source[T]) wait(ctx context.Context, q Question, d time.Duration, read func(context.Context) (T, error)) (T, error) {
	answer := s.flight.DoChan(q.Key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Read)
		defer cancel()
		return read(ctx)
	})
	timer := time.NewTimer(d)
	defer timer.Stop()
	var err error
	select {
	case a := <-answer:
		if a.Err == nil {
			return a.Val.(T), nil
		}
		err = a.Err
	case <-timer.C:
		err = s.slow
	}
	if errors.Is(err, errs.Overloaded) {
		s.rest(q.Owner)
	}
	var none T
	return none, err
}

// enough is how many owners must go without an answer at the same time for the service to count as down: one whose
// items are throttled, or a second one, says nothing about the others.
const enough = 3

// Rests reports whether the service is left alone: it did not answer for this owner a moment ago, or for several.
func (s *Source[T]) Rests(owner string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if now.Before(s.failed[owner]) {
		return true
	}
	down := 0
	for _, until := range s.failed {
		if now.Before(until) {
			down++
		}
	}
	return down >= enough
}

func (s *Source[T]) rest(owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for o, until := range s.failed {
		if !now.Before(until) {
			delete(s.failed, o)
		}
	}
	s.failed[owner] = now.Add(s.limits.Rest)
}
