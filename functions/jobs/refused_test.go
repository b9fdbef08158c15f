package jobs_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guardrails/functions/jobs"
)

// refusal answers chosen calls as AWS does when a grant is missing or a key is switched off.
type refusal struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	match atomic.Pointer[func(*http.Request) bool]
}

func (r *refusal) Do(req *http.Request) (*http.Response, error) {
	match := r.match.Load()
	if match == nil || !(*match)(req) {
		return r.next.Do(req)
	}
	res := &http.Response{StatusCode: http.StatusForbidden, Request: req, Header: http.Header{}}
	body := `{"__type":"AccessDeniedException","message":"no"}`
	if strings.HasPrefix(req.Header.Get("X-Amz-Target"), "TrentService") {
		res.StatusCode = http.StatusBadRequest
		res.Header.Set("Content-Type", "application/x-amz-json-1.0")
	} else {
		body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
		res.Header.Set("Content-Type", "application/xml")
	}
	res.Body = io.NopCloser(strings.NewReader(body))
	return res, nil
}

// TestARefusalIsNoPoison has AWS refuse what a chunk needs until its message is given up: a grant that a deployment
// forgot proves nothing about documents. When it is there again, the watch brings the chunk back.
func TestARefusalIsNoPoison(t *testing.T) {
	t.Parallel()
	for name, match := range map[string]func(*http.Request) bool{
		"the data key":          call("Decrypt"),
		"the chunk's documents": object("GET", "/chunks/"),
		"the results":           object("PUT", "/results/"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newLoneWorld(t)
			door := &refusal{next: w.tap}
			w.Config.AWS.HTTPClient = door
			j := w.submit(t, map[string]any{"documents": docs(3)})
			w.deliver(t, w.tap.take()[0])
			w.clock.Advance(2 * time.Hour) // no data key is remembered
			door.match.Store(&match)
			w.run(t)
			if got := w.job(t, j.ID); got.Status != "running" || got.Counts.Failed != 0 {
				t.Fatalf("the job is %s with %+v", got.Status, got.Counts)
			}
			door.match.Store(nil)
			for _, l := range w.look(t, 10*time.Minute) {
				w.deliver(t, l)
			}
			w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
		})
	}
}

// TestARefusedInputIsNotMissing refuses the input of a job once.
func TestARefusedInputIsNotMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	door := &refusal{next: w.tap}
	w.Config.AWS.HTTPClient = door
	j := w.submit(t, map[string]any{"documents": docs(3)})
	match := object("GET", "/input")
	door.match.Store(&match)
	l := w.tap.take()[0]
	if w.deliver(t, l) {
		t.Error("a split that was refused its input was acknowledged")
	}
	door.match.Store(nil)
	w.deliver(t, l)
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
}

// TestOneKeyMakesOneJobThroughTwoFaults loses the answer of the transaction that made the job, and then that of the claim
// with which the second try took the key over.
func TestOneKeyMakesOneJobThroughTwoFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := &deaf{next: w.tap}
	w.Config.AWS.HTTPClient = g
	send := func() int {
		defer w.clock.Advance(30 * time.Second)
		return w.call(t, "jobs-create", requestWithKey()).Status
	}
	g.loses("Put", "job.submitted")
	first := send()
	g.loses("Update", "seed_at")
	second := send()
	g.loses("", "")
	third := send()
	if first != http.StatusServiceUnavailable || second != http.StatusServiceUnavailable || third != http.StatusAccepted {
		t.Errorf("answers %d, %d and %d", first, second, third)
	}
	list := w.call(t, "jobs-list", noRequest()).Want(t, 200)
	if n := strings.Count(string(list.Body), `"id":"job_`); n != 1 {
		t.Errorf("one key made %d jobs: %s", n, list.Body)
	}
}
