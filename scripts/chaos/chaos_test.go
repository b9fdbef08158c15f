package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
)

// request is one webhook for a place.
func request(n int, id, extra string) (string, []byte) {
	return id, fmt.Appendf(nil, `{"type":%q,"data":{"n":%d%s}}`, eventType, n, extra)
}

// newHistory is a receiver that listens nowhere, whose faults come in the order that the seed says.
func newHistory(t *testing.T) *receiver {
	t.Helper()
	r, err := newReceiver(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.server.Close() })
	return r
}

// until sends a request to the receiver until it meets the outcome.
func until(t *testing.T, r *receiver, want outcome, path string, n int, id, extra string) {
	t.Helper()
	for range 10_000 {
		id, raw := request(n, id, extra)
		got := r.take(path, id, raw)
		if got == want {
			return
		}
		if got == answered {
			// What was answered ends the delivery: undo it, as if it had not been drawn.
			r.mu.Lock()
			r.came[place{path, n}].worked--
			r.mu.Unlock()
		}
	}
	t.Fatal("the receiver never drew that outcome")
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	want := []place{{allPath, 0}, {somePath, 0}, {allPath, 1}}
	arrive := func(t *testing.T, r *receiver) {
		t.Helper()
		until(t, r, answered, allPath, 0, "dlv_a", "")
		until(t, r, answered, somePath, 0, "dlv_b", "")
	}
	for name, c := range map[string]struct {
		do    func(t *testing.T, r *receiver)
		open  []string
		fault string
		twice int
	}{
		"all arrived":           {do: func(t *testing.T, r *receiver) { until(t, r, answered, allPath, 1, "dlv_c", "") }},
		"one did not":           {do: func(*testing.T, *receiver) {}, fault: "1 deliveries of accepted events did not arrive"},
		"refused is not worked": {do: func(t *testing.T, r *receiver) { until(t, r, refusal, allPath, 1, "dlv_c", "") }, fault: "did not arrive"},
		"a dropped answer explains a second request": {do: func(t *testing.T, r *receiver) {
			until(t, r, silence, allPath, 1, "dlv_c", "")
			until(t, r, answered, allPath, 1, "dlv_c", "")
		}},
		"nothing explains it": {do: func(t *testing.T, r *receiver) {
			until(t, r, answered, allPath, 1, "dlv_c", "")
			until(t, r, answered, allPath, 1, "dlv_c", "")
		}, twice: 1, fault: "came twice"},
		"another body": {do: func(t *testing.T, r *receiver) {
			until(t, r, refusal, allPath, 1, "dlv_c", "")
			until(t, r, answered, allPath, 1, "dlv_c", `,"more":1`)
		}, fault: "1 deliveries came with two ids or two bodies"},
		"another id": {do: func(t *testing.T, r *receiver) {
			until(t, r, refusal, allPath, 1, "dlv_c", "")
			until(t, r, answered, allPath, 1, "dlv_d", "")
		}, fault: "1 deliveries came with two ids or two bodies"},
		"an id of another": {do: func(t *testing.T, r *receiver) { until(t, r, answered, allPath, 1, "dlv_a", "") }, fault: "had the id of another"},
		"a rule that it does not match": {do: func(t *testing.T, r *receiver) {
			until(t, r, answered, allPath, 1, "dlv_c", "")
			until(t, r, answered, somePath, 1, "dlv_d", "")
		}, fault: "of no event that was published"},
		"one is open": {do: func(t *testing.T, r *receiver) { until(t, r, answered, allPath, 1, "dlv_c", "") }, open: []string{"dlv_c is parked"}, fault: "dlv_c is parked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHistory(t)
			arrive(t, r)
			c.do(t, r)
			v := judge(r.history(), want)
			v.open = c.open
			err := v.fault(0)
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) || v.twice != c.twice {
				t.Errorf("%v, %d twice; want %q, %d", err, v.twice, c.fault, c.twice)
			}
			if r.has(want) != (v.lost == 0) {
				t.Error("the wait for all and the verdict disagree")
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-events 10 -kills 0 -seed 7": "", "-events 0": "-events is", "-kills -1": "-kills is", "-every 1ms": "a second at least", "stray": "no argument",
	} {
		if _, err := parse(&strings.Builder{}, strings.Fields(args)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	var out strings.Builder
	if _, err := parse(&out, []string{"-h"}); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "-kills") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	v := verdict{want: 200, twice: 1, silent: 2}
	if err := v.print(&out, options{events: 100}, 3, 4, time.Minute, time.Second); err != nil || !strings.Contains(out.String(), "1 (0.50 %)") {
		t.Errorf("%v: %s", err, out.String())
	}
}
