package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestOpenLoopSendsWhatIsDue(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	r := openLoop(t.Context(), 2000, 50*time.Millisecond, func(_ context.Context, n int) (int, error) {
		calls.Add(1)
		if n == 7 {
			return 0, errors.New("no answer")
		}
		return 200, nil
	})
	if r.sent != 100 || calls.Load() != 100 || r.statuses[200] != 99 || r.statuses[0] != 1 || len(r.latencies) != 100 {
		t.Errorf("report %+v", r)
	}
	var out bytes.Buffer
	if err := r.print(&out); err != nil || !strings.Contains(out.String(), "sent 100 in") || !strings.Contains(out.String(), "status none: 1, 200: 99;") {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}

func TestOpenLoopEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := openLoop(ctx, 100, time.Hour, func(context.Context, int) (int, error) {
		cancel()
		return 200, nil
	})
	if r.sent == 0 || r.sent > 1000 {
		t.Errorf("sent %d", r.sent)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var r report
	if got := r.quantile(0.99); got != 0 {
		t.Errorf("nothing measured gives %v", got)
	}
	for i := range 100 {
		r.latencies = append(r.latencies, time.Duration(i+1))
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := r.quantile(q); got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for line, fault := range map[string]string{
		"":                              "give an API key",
		"-key k -kind other":            "-kind is",
		"-key k -rate 0":                "-rate and -duration",
		"-key k -rate NaN":              "-rate and -duration",
		"-key k -duration -1s":          "-rate and -duration",
		"-key k -rate 1e9":              "-rate and -duration",
		"-key k -kind job -documents 0": "-documents is",
		"-key k,l -url http://h/":       "",
	} {
		o, err := parse(strings.Fields(line))
		switch {
		case fault == "" && (err != nil || len(o.keys) != 2 || o.url != "http://h"):
			t.Errorf("%q: %+v, %v", line, o, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%q: %v", line, err)
		}
	}
}

// api answers a job's routes; results are what the pages hold, two a page.
func api(t *testing.T, results []string) string {
	t.Helper()
	mux := http.NewServeMux()
	var srv *httptest.Server
	answer := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
	mux.HandleFunc("POST /api/v1/uploads", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": "upl_1", "method": "PUT", "url": srv.URL + "/put", "headers": map[string]string{"X-Own": "1"}})
	})
	mux.HandleFunc("PUT /put", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n := bytes.Count(body, []byte("\n")); n != 3 || r.Header.Get("X-Own") != "1" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST /api/v1/jobs", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": "job_1", "status": "queued"})
	})
	mux.HandleFunc("GET /api/v1/jobs/job_1", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": "job_1", "status": "completed", "counts": map[string]int{"total": 3, "done": 3}})
	})
	mux.HandleFunc("GET /api/v1/jobs/job_1/results", func(w http.ResponseWriter, r *http.Request) {
		first, next := 0, any("2")
		if r.URL.Query().Get("cursor") == "2" {
			first, next = 2, nil
		}
		var data []map[string]string
		for _, id := range results[first:min(first+2, len(results))] {
			data = append(data, map[string]string{"document_id": id})
		}
		answer(w, map[string]any{"data": data, "next_cursor": next})
	})
	srv = httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestJobCountsResults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		results []string
		exact   bool
	}{
		"exact":  {[]string{"doc-0", "doc-1", "doc-2"}, true},
		"double": {[]string{"doc-0", "doc-1", "doc-1"}, false},
		"lost":   {[]string{"doc-0", "doc-1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), &out, options{url: api(t, c.results), keys: []string{"k"}, kind: "job", documents: 3, timeout: time.Minute})
			if (err == nil) != c.exact || !strings.Contains(out.String(), fmt.Sprintf("%d results of", len(c.results))) {
				t.Errorf("%q, %v", out.String(), err)
			}
		})
	}
}

func TestFailuresAreTold(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no rights", http.StatusForbidden) }))
	t.Cleanup(srv.Close)
	o := options{url: srv.URL, keys: []string{"k"}, kind: "job", documents: 1, timeout: time.Minute}
	if err := run(t.Context(), io.Discard, o); err == nil || !strings.Contains(err.Error(), "POST /api/v1/uploads: status 403: no rights") {
		t.Errorf("error %v", err)
	}
	var out bytes.Buffer
	o.kind, o.rate, o.duration = "analyze", 1000, 5*time.Millisecond
	if err := run(t.Context(), &out, o); err != nil || !strings.Contains(out.String(), "status 403: 5;") {
		t.Errorf("%q, %v", out.String(), err)
	}
}
