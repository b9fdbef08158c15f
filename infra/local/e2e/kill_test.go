package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

type job struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Counts struct {
		Total  int `json:"total"`
		Done   int `json:"done"`
		Failed int `json:"failed"`
	} `json:"counts"`
}

func (h *host) job(t *testing.T, key, id string) job {
	t.Helper()
	var j job
	h.call(t, http.MethodGet, "/api/v1/jobs/"+id, key, nil).want(t, http.StatusOK, &j)
	return j
}

// submitUpload sends documents to a presigned URL and submits a job over them. Every tenth document has no text.
func (h *host) submitUpload(t *testing.T, key string, documents int) job {
	t.Helper()
	var lines strings.Builder
	for i := range documents {
		text := fmt.Sprintf(`,"text":"Number %d: write to jane.roe%d@corp-mail.com about the order."`, i, i)
		if i%10 == 9 {
			text = ""
		}
		fmt.Fprintf(&lines, "{\"id\":\"doc-%d\"%s}\n", i, text)
	}
	var up struct {
		ID, Method, URL string
		Headers         map[string]string
	}
	h.call(t, http.MethodPost, "/api/v1/uploads", key, map[string]int{"size": lines.Len()}).want(t, http.StatusCreated, &up)
	req, err := http.NewRequestWithContext(t.Context(), up.Method, up.URL, strings.NewReader(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range up.Headers {
		req.Header.Set(name, value)
	}
	send(req).want(t, http.StatusOK, nil)
	var j job
	h.call(t, http.MethodPost, "/api/v1/jobs", key, map[string]string{"upload_id": up.ID}).want(t, http.StatusAccepted, &j)
	return j
}

// results counts, for each document, its results and how many of them are errors.
func (h *host) results(t *testing.T, key, id string) (seen map[string]int, failed int) {
	t.Helper()
	seen = map[string]int{}
	query := url.Values{"limit": {"100"}}
	for {
		var page struct {
			Data []struct {
				DocumentID string `json:"document_id"`
				Error      any    `json:"error"`
			} `json:"data"`
			Next *string `json:"next_cursor"`
		}
		a := h.call(t, http.MethodGet, "/api/v1/jobs/"+id+"/results?"+query.Encode(), key, nil)
		a.want(t, http.StatusOK, &page)
		for _, d := range page.Data {
			seen[d.DocumentID]++
			if d.Error != nil {
				failed++
			}
		}
		if page.Next == nil {
			return seen, failed
		}
		query.Set("cursor", *page.Next)
	}
}

func (h *host) await(t *testing.T, key, id string) job {
	t.Helper()
	var j job
	eventually(t, "the job ends", func() bool {
		j = h.job(t, key, id)
		return j.Status != "queued" && j.Status != "running"
	})
	return j
}

// wantExact checks that each document has one result and that the counts say so.
func (h *host) wantExact(t *testing.T, key string, j job, documents, faulty int) {
	t.Helper()
	if c := j.Counts; j.Status != "completed" || c.Total != documents || c.Done != documents-faulty || c.Failed != faulty {
		t.Errorf("the job is %s with %+v, want %d documents, %d of them failed", j.Status, c, documents, faulty)
	}
	seen, failed := h.results(t, key, j.ID)
	if len(seen) != documents || failed != faulty {
		t.Errorf("results of %d documents, %d failed; want %d and %d", len(seen), failed, documents, faulty)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("document %s has %d results", id, n)
		}
	}
}

// TestKillLosesNoDocument kills the host twice while it works on a job, and once right after it has accepted one.
func TestKillLosesNoDocument(t *testing.T) {
	t.Parallel()
	const documents = 3000
	h := newHost(t)
	key := h.keys(t).Tenants[0].OperatorKey
	j := h.submitUpload(t, key, documents)
	for range 2 {
		before := h.job(t, key, j.ID).Counts
		eventually(t, "the job goes on", func() bool {
			c := h.job(t, key, j.ID)
			return c.Counts.Done > before.Done || c.Status == "completed"
		})
		h.signal(t, syscall.SIGKILL)
		h.start(t)
	}
	var accepted job
	small := map[string]any{"documents": []map[string]string{{"id": "a", "text": "one"}, {"id": "b", "text": "two"}}}
	h.call(t, http.MethodPost, "/api/v1/jobs", key, small).want(t, http.StatusAccepted, &accepted)
	h.signal(t, syscall.SIGKILL)
	h.start(t)
	h.wantExact(t, key, h.await(t, key, accepted.ID), 2, 0)
	h.wantExact(t, key, h.await(t, key, j.ID), documents, documents/10)
}

// TestASignalThatComesTwiceIsOneStop has two signals arrive together, as from a terminal and from make: the host still
// saves and says that it has.
func TestASignalThatComesTwiceIsOneStop(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := h.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-h.exited:
	case <-time.After(patience):
		t.Fatalf("the host did not end: %s", h.stderr)
	}
	if code := h.cmd.ProcessState.ExitCode(); code != 0 || !strings.HasSuffix(h.stderr.String(), "guardrails: stopped\n") {
		t.Errorf("exit code %d: %s", code, h.stderr)
	}
}
