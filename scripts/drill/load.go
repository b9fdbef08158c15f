package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// requestWithin bounds one request; API Gateway gives none longer.
	requestWithin = 30 * time.Second
	// slowCallers change a policy of a tenant of their own each, one change after the other: a change is answered when every
	// function sees it, which the drill has set to slowFor. fastCallers read, at most one request every pace.
	slowCallers = 10
	fastCallers = 5
	slowFor     = 3 * time.Second
	pace        = 100 * time.Millisecond
	poll        = 50 * time.Millisecond
	// maxBody bounds what is read of an answer.
	maxBody = 1 << 20
)

// call is one request of the load.
type call struct {
	slow         bool
	begun, ended time.Time
	status       int
	err          error
}

func (c call) failed() bool { return c.err != nil || c.status != http.StatusOK }

// String says how the request ended.
func (c call) String() string {
	if c.err != nil {
		return c.err.Error()
	}
	return "status " + strconv.Itoa(c.status)
}

// caller is a tenant's key, and a policy of that tenant.
type caller struct{ key, policy string }

// load sends requests until its context ends, and remembers each.
type load struct {
	client *http.Client
	url    string

	mu    sync.Mutex
	calls []call
	all   sync.WaitGroup
}

func newLoad(url string) *load {
	return &load{url: url, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: slowCallers + fastCallers}}}
}

// prepare makes a tenant with a policy for each slow caller: changes of one tenant's policies get in each other's way. The
// key is a platform administrator's.
func (l *load) prepare(ctx context.Context, key string) ([]caller, error) {
	var out []caller
	for i := range slowCallers {
		var tenant struct {
			Key string `json:"admin_key"`
		}
		if err := l.create(ctx, "/api/v1/tenants", key, map[string]string{"name": fmt.Sprintf("Drill %d", i)}, &tenant); err != nil {
			return nil, err
		}
		var policy struct{ ID string }
		if err := l.create(ctx, "/api/v1/policies", tenant.Key, definition(0), &policy); err != nil {
			return nil, err
		}
		out = append(out, caller{tenant.Key, policy.ID})
	}
	return out, nil
}

func (l *load) create(ctx context.Context, path, key string, in, out any) error {
	status, body, err := l.send(ctx, http.MethodPost, path, key, in)
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("status %d", status)
	}
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	return nil
}

func definition(round int) map[string]string {
	return map[string]string{"name": "Drill, round " + strconv.Itoa(round)}
}

// start begins to send. No request is cut when ctx ends: each has its own deadline, and wait waits for them.
func (l *load) start(ctx context.Context, callers []caller) {
	for _, c := range callers {
		l.all.Go(func() {
			for round := 1; ctx.Err() == nil; round++ {
				l.one(ctx, true, http.MethodPut, "/api/v1/policies/"+c.policy, c.key, definition(round))
			}
		})
	}
	for i := range fastCallers {
		l.all.Go(func() {
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for round := 0; ctx.Err() == nil; round++ {
				c := callers[(i+round)%len(callers)]
				path := "/api/v1/policies/" + c.policy
				if round%8 == 7 {
					path = "/api/v1/policies"
				}
				l.one(ctx, false, http.MethodGet, path, c.key, nil)
				select {
				case <-tick.C:
				case <-ctx.Done():
				}
			}
		})
	}
}

func (l *load) wait() { l.all.Wait() }

// one sends a request and remembers it, from its beginning on.
func (l *load) one(ctx context.Context, slow bool, method, path, key string, body any) {
	l.mu.Lock()
	at := len(l.calls)
	l.calls = append(l.calls, call{slow: slow, begun: time.Now()})
	l.mu.Unlock()
	status, _, err := l.send(context.WithoutCancel(ctx), method, path, key, body)
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &l.calls[at]
	c.status, c.err, c.ended = status, err, time.Now()
}

func (l *load) send(ctx context.Context, method, path, key string, body any) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	var raw bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&raw).Encode(body); err != nil {
			return 0, nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, l.url+path, &raw)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, answer, err
}

// matching returns the calls that match, as they are now.
func (l *load) matching(match func(call) bool) []call {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []call
	for _, c := range l.calls {
		if match(c) {
			out = append(out, c)
		}
	}
	return out
}

// settle waits until every request that was begun before at has ended, and n that were begun after it have.
func (l *load) settle(ctx context.Context, at time.Time, n int) error {
	return until(ctx, "the requests in flight to end", requestWithin+answerWithin, func(context.Context) (bool, error) {
		open := l.matching(func(c call) bool { return c.begun.Before(at) && c.ended.IsZero() })
		later := l.matching(func(c call) bool { return !c.begun.Before(at) && !c.ended.IsZero() })
		return len(open) == 0 && len(later) >= n, nil
	})
}

// inFlight returns the slow requests that were on their way at a moment. Call it when they have ended.
func (l *load) inFlight(at time.Time) []call {
	return l.matching(func(c call) bool { return c.slow && c.begun.Before(at) && (c.ended.IsZero() || c.ended.After(at)) })
}

// during returns the requests that were begun between two moments.
func (l *load) during(from, to time.Time) []call {
	return l.matching(func(c call) bool { return !c.begun.Before(from) && c.begun.Before(to) })
}

func failures(calls []call) (out []call) {
	for _, c := range calls {
		if c.failed() && !c.ended.IsZero() {
			out = append(out, c)
		}
	}
	return out
}

// until asks again and again, at most within, whether a condition holds.
func until(ctx context.Context, what string, within time.Duration, holds func(context.Context) (bool, error)) error {
	return every(ctx, poll, what, within, holds)
}

func every(ctx context.Context, pause time.Duration, what string, within time.Duration, holds func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		ok, err := holds(ctx)
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}
