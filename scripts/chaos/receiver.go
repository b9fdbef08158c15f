package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// refused is which share of requests is answered with 503, dropped which share of the others is worked on and not answered.
	refused = 0.03
	dropped = 0.005
	// maxBody bounds what is read of a webhook.
	maxBody = 1 << 20
)

// place is one delivery as it should come: which event, at which of the receiver's paths.
type place struct {
	path string
	n    int
}

// arrival is what came for one place.
type arrival struct {
	id  string
	sum [sha256.Size]byte
	// requests counts all, worked those that were worked on, silent those of them whose answer was dropped.
	requests, worked, silent int
	// changed says that not all requests had the same id and the same body.
	changed bool
}

// receiver takes webhooks and keeps what a history needs.
type receiver struct {
	mu     sync.Mutex
	random *rand.Rand
	came   map[place]*arrival
	ids    map[string]place
	// shared counts ids that came for two places, strange requests that nobody can have sent.
	shared, strange int
	listener        net.Listener
	server          *http.Server
}

func newReceiver(ctx context.Context, seed uint64) (*receiver, error) {
	r := &receiver{random: rand.New(rand.NewPCG(seed, 2)), came: map[place]*arrival{}, ids: map[string]place{}} //nolint:gosec // faults are to be repeatable
	var err error
	if r.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("open the receiver: %w", err)
	}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: callWithin, WriteTimeout: callWithin}
	go func() { _ = r.server.Serve(r.listener) }() // it ends with the listener
	return r, nil
}

func (r *receiver) url(path string) string { return "http://" + r.listener.Addr().String() + path }

// ServeHTTP takes one webhook.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(req.Body, maxBody))
	if err != nil {
		return // the sender was killed
	}
	switch r.take(req.URL.Path, req.Header.Get("Webhook-Id"), raw) {
	case answered:
		w.WriteHeader(http.StatusNoContent)
	case refusal:
		w.WriteHeader(http.StatusServiceUnavailable)
	case silence:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	}
}

// outcome is what the sender sees.
type outcome int

const (
	answered outcome = iota
	refusal
	silence
)

// take records a request and draws what becomes of it.
func (r *receiver) take(path, id string, raw []byte) outcome {
	var body struct {
		Data struct {
			N *int `json:"n"`
		} `json:"data"`
	}
	err := json.Unmarshal(raw, &body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || body.Data.N == nil || id == "" {
		r.strange++
		return answered
	}
	p, sum := place{path, *body.Data.N}, sha256.Sum256(raw)
	a := r.came[p]
	if a == nil {
		a = &arrival{id: id, sum: sum}
		r.came[p] = a
	}
	a.requests++
	a.changed = a.changed || a.id != id || a.sum != sum
	if other, known := r.ids[id]; known && other != p {
		r.shared++
	}
	r.ids[id] = p
	if r.random.Float64() < refused {
		return refusal
	}
	a.worked++
	if r.random.Float64() < dropped {
		a.silent++
		return silence
	}
	return answered
}

// history is a copy of what came so far.
func (r *receiver) history() history {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := history{came: make(map[place]arrival, len(r.came)), shared: r.shared, strange: r.strange}
	for p, a := range maps.All(r.came) {
		h.came[p] = *a
	}
	return h
}

// has reports whether all of the places were worked on.
func (r *receiver) has(all []place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range all {
		if a := r.came[p]; a == nil || a.worked == 0 {
			return false
		}
	}
	return true
}
