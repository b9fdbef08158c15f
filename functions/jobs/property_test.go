package jobs_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/functions/jobs"
	"guardrails/shared/fntest"
)

// history is a job under faults: messages in any order, twice or lost, functions killed at any call, a watch that
// comes by, and perhaps a cancellation.
type history struct {
	*rapid.T
	t         *testing.T
	w         *world
	id        string
	documents int
	bad       int
	pending   []letter
	cancelled bool
}

// TestNoHistoryCountsADocumentTwice runs the functions themselves through random histories. Whatever happened, at the
// end each document has one result, the counts say so, and each event is there once.
func TestNoHistoryCountsADocumentTwice(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{T: rt, t: t, w: w, documents: rapid.IntRange(1, 170).Draw(rt, "documents")}
		h.submit()
		for range rapid.IntRange(0, 14).Draw(rt, "steps") {
			h.step()
		}
		h.settle()
		h.check()
	})
}

func (h *history) submit() {
	list := make([]doc, h.documents)
	for i := range list {
		list[i] = doc{"id": fmt.Sprintf("doc-%d", i)}
		if i%2 == 0 {
			list[i]["text"] = "fine"
		} else {
			h.bad++
		}
	}
	h.w.tap.take()
	h.id = h.w.submit(h.t, map[string]any{"documents": list}).ID
	h.collect()
}

func (h *history) collect() { h.pending = append(h.pending, h.w.tap.take()...) }

func (h *history) step() {
	kind := rapid.SampledFrom([]string{"deliver", "deliver", "deliver", "kill", "kill", "race", "twice", "lose", "watch", "cancel"}).Draw(h.T, "step")
	if kind == "watch" {
		h.watch(6 * time.Minute)
		return
	}
	if kind == "cancel" {
		h.cancel()
		return
	}
	if len(h.pending) == 0 {
		return
	}
	i := rapid.IntRange(0, len(h.pending)-1).Draw(h.T, "message")
	switch kind {
	case "lose":
		h.pending = slices.Delete(h.pending, i, i+1)
	case "twice":
		h.pending = append(h.pending, h.pending[i])
	case "race":
		h.race(i)
	case "kill":
		left, deaf := rapid.IntRange(0, 12).Draw(h.T, "calls"), rapid.Bool().Draw(h.T, "deaf")
		h.w.tap.set(func(p *tap) { p.left, p.deaf = left, deaf })
		h.deliver(i)
	default:
		h.deliver(i)
	}
}

// deliver gives a message to its function. One that fails stays, until its queue gives it up.
func (h *history) deliver(i int) {
	l := h.pending[i]
	ok := h.w.deliver(h.t, l)
	h.w.tap.set(func(p *tap) { p.left = -1 })
	h.pending = slices.Delete(h.pending, i, i+1)
	if !ok {
		h.pending = append(h.pending, h.w.again(l)...)
	}
	h.collect()
}

// race gives a message to two instances of its function at once.
func (h *history) race(i int) {
	l := h.pending[i]
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { h.w.deliver(h.t, l) })
	}
	wg.Wait()
	h.collect()
}

// watch lets the watch come by, beside queues in which everything was received or nothing was.
func (h *history) watch(after time.Duration) {
	if rapid.Bool().Draw(h.T, "drained") {
		h.w.drain(h.t)
	}
	h.w.clock.Advance(after)
	h.w.Invoke(h.t, "job-watch", map[string]any{})
	h.collect()
}

func (h *history) cancel() {
	if rapid.IntRange(0, 3).Draw(h.T, "really") > 0 {
		return
	}
	res := h.w.call(h.t, "jobs-cancel", fntest.Request{Path: path(h.id)})
	h.cancelled = h.cancelled || res.Status == http.StatusNoContent
	if res.Status != http.StatusNoContent && res.Status != http.StatusConflict {
		h.Fatalf("cancel: %d", res.Status)
	}
}

// settle lets everything that is under way come to its end.
func (h *history) settle() {
	for range 40 {
		for len(h.pending) > 0 {
			h.deliver(0)
		}
		if j := h.w.job(h.t, h.id); j.CompletedAt != "" {
			return
		}
		h.watch(time.Hour)
	}
	h.Fatalf("the job does not end: %+v", h.w.job(h.t, h.id))
}

func (h *history) check() {
	j := h.w.job(h.t, h.id)
	events := h.w.announced(h.t, h.id)
	slices.Sort(events)
	if h.cancelled {
		if j.Status != "cancelled" || len(slices.Compact(events)) != len(h.w.announced(h.t, h.id)) || !slices.Contains(events, "job.cancelled") {
			h.Fatalf("cancelled job: %s, events %v", j.Status, events)
		}
		h.checkResults(j)
		return
	}
	if !slices.Equal(events, []string{"job.completed", "job.started", "job.submitted"}) {
		h.Fatalf("events %v", events)
	}
	if j.Status != "completed" || j.Counts.Total != h.documents || j.Counts.Done+j.Counts.Failed != h.documents || j.Counts.Failed < h.bad {
		h.Fatalf("job at its end: %s %+v, of %d documents %d are bad", j.Status, j.Counts, h.documents, h.bad)
	}
	h.checkResults(j)
}

// checkResults compares the counts with the results, of which each document has at most one.
func (h *history) checkResults(j jobs.Job) {
	var c jobs.Counts
	last := -1
	for _, r := range h.w.results(h.t, h.id, 64) {
		var n int
		if _, err := fmt.Sscanf(r.DocumentID, "doc-%d", &n); err != nil || n <= last {
			h.Fatalf("result of %s after doc-%d", r.DocumentID, last)
		}
		last = n
		if r.Error == nil {
			c.Done++
		} else {
			c.Failed++
		}
	}
	if c.Done != j.Counts.Done || c.Failed != j.Counts.Failed {
		h.Fatalf("results %+v, counts %+v", c, j.Counts)
	}
}
