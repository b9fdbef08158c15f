package rulestore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/clock"
	"guardrails/shared/rule"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Health is what a rule has done so far. Times are Unix milliseconds.
type Health struct {
	Matches     int64  `dynamodbav:"matches"`
	Failures    int64  `dynamodbav:"failures"`
	LastMatched int64  `dynamodbav:"last_matched,omitempty"`
	LastFailed  int64  `dynamodbav:"last_failed,omitempty"`
	LastFailure string `dynamodbav:"last_failure,omitempty"`
}

const (
	// healthEvery is how often a process writes what it counted of a rule: a rule that matches thousands of events a
	// second costs one write in that time.
	healthEvery = 5 * time.Second
	// maxCounted is how many rules a process counts for at once.
	maxCounted = 8192
	// maxWritten bounds the writes after one batch; the rest is written after the next.
	maxWritten = 50
	// writers is how many of them are made at once: somebody waits for the answer meanwhile.
	writers = 16
)

// Counter counts what rules do, for their tenants to see. What it has not written when its process ends is not counted. It
// is safe for concurrent use.
type Counter struct {
	table *table.Table
	clock clock.Clock
	mu    sync.Mutex
	rules *simplelru.LRU[counted, *tally]
}

type counted struct {
	scope tenant.Scope
	rule  string
}

type tally struct {
	Health
	written time.Time
}

// NewCounter returns a counter that writes to the deliveries table.
func NewCounter(deliveries *table.Table, c clock.Clock) *Counter {
	lru, err := simplelru.NewLRU[counted, *tally](maxCounted, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &Counter{table: deliveries, clock: c, rules: lru}
}

// Count adds what an event did.
func (c *Counter) Count(s tenant.Scope, r rule.Result) {
	if len(r.Matches)+len(r.Failures) == 0 {
		return
	}
	now := c.clock.Now().UnixMilli()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range r.Matches {
		t := c.tally(s, m.Rule.ID)
		t.Matches++
		t.LastMatched = now
	}
	for _, f := range r.Failures {
		t := c.tally(s, f.RuleID)
		t.Failures++
		t.LastFailed, t.LastFailure = now, string(f.Code)
	}
}

func (c *Counter) tally(s tenant.Scope, ruleID string) *tally {
	key := counted{s, ruleID}
	t, ok := c.rules.Get(key)
	if !ok {
		t = &tally{}
		c.rules.Add(key, t)
	}
	return t
}

// Write writes what has been counted and not been written for a while.
func (c *Counter) Write(ctx context.Context) error {
	list := c.due()
	failed := make([]error, len(list))
	var g errgroup.Group
	g.SetLimit(writers)
	for i, d := range list {
		u := expression.Add(expression.Name("matches"), expression.Value(d.health.Matches)).Add(expression.Name("failures"), expression.Value(d.health.Failures))
		if d.health.LastMatched > 0 {
			u = u.Set(expression.Name("last_matched"), expression.Value(d.health.LastMatched))
		}
		if d.health.LastFailed > 0 {
			u = u.Set(expression.Name("last_failed"), expression.Value(d.health.LastFailed)).Set(expression.Name("last_failure"), expression.Value(d.health.LastFailure))
		}
		g.Go(func() error {
			failed[i] = c.table.UpdateReturning(ctx, d.key.scope, table.RuleHealthKey(d.key.rule), u, table.Always(), nil, nil)
			return nil
		})
	}
	_ = g.Wait() // see failed
	return errors.Join(failed...)
}

type due struct {
	key    counted
	health Health
}

// due takes what is to be written.
func (c *Counter) due() []due {
	now := c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []due
	for _, key := range c.rules.Keys() {
		t, _ := c.rules.Peek(key)
		if t.Matches+t.Failures == 0 || now.Sub(t.written) < healthEvery {
			continue
		}
		out = append(out, due{key, t.Health})
		t.Health, t.written = Health{}, now
		if len(out) == maxWritten {
			break
		}
	}
	return out
}
