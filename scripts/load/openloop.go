package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// report is what a run found.
type report struct {
	sent int
	// took is the time over all, to the last answer.
	took time.Duration
	// statuses counts answers; under 0 are the requests without one.
	statuses  map[int]int
	latencies []time.Duration
}

// openLoop starts requests at the given rate, each when it is due, and waits for all answers. A latency runs from the
// moment when the request was due. The n-th request is send's n.
func openLoop(ctx context.Context, rate float64, duration time.Duration, send func(ctx context.Context, n int) (int, error)) report {
	total := int(rate * duration.Seconds())
	r := report{statuses: map[int]int{}, latencies: make([]time.Duration, 0, total)}
	var mu sync.Mutex
	var flying sync.WaitGroup
	begin := time.Now()
	for ; r.sent < total; r.sent++ {
		due := begin.Add(time.Duration(float64(r.sent) / rate * float64(time.Second)))
		if !until(ctx, due) {
			break
		}
		n := r.sent
		flying.Go(func() {
			status, err := send(ctx, n)
			took := time.Since(due)
			if err != nil {
				status = 0
			}
			mu.Lock()
			defer mu.Unlock()
			r.statuses[status]++
			r.latencies = append(r.latencies, took)
		})
	}
	flying.Wait()
	r.took = time.Since(begin)
	slices.Sort(r.latencies)
	return r
}

// until waits for a moment; false means that ctx ended first.
func until(ctx context.Context, due time.Time) bool {
	t := time.NewTimer(time.Until(due))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// quantile is the smallest latency that a share q of all does not exceed.
func (r report) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	n := int(math.Ceil(q*float64(len(r.latencies)))) - 1
	return r.latencies[min(max(n, 0), len(r.latencies)-1)]
}

func (r report) print(w io.Writer) error {
	var counts []string
	for _, status := range slices.Sorted(maps.Keys(r.statuses)) {
		name := strconv.Itoa(status)
		if status == 0 {
			name = "none"
		}
		counts = append(counts, fmt.Sprintf("%s: %d", name, r.statuses[status]))
	}
	_, err := fmt.Fprintf(w, "sent %d in %.1f s; status %s; p50 %s, p95 %s, p99 %s, max %s\n", r.sent, r.took.Seconds(), strings.Join(counts, ", "),
		millis(r.quantile(0.5)), millis(r.quantile(0.95)), millis(r.quantile(0.99)), millis(r.quantile(1)))
	return err
}

func millis(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }
