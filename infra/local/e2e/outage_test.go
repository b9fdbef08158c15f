package e2e_test

import (
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"guardrails/shared/emulator"
)

var sample = map[string]string{"text": "Please write to jane.roe@corp-mail.com."}

// regulated makes a tenant of the regulated profile and returns its key.
func (h *host) regulated(t *testing.T) string {
	t.Helper()
	var made struct {
		AdminKey string `json:"admin_key"`
	}
	in := map[string]string{"name": "Careful Clinic", "profile": "regulated"}
	h.call(t, http.MethodPost, "/api/v1/tenants", h.keys(t).PlatformAdminKey, in).want(t, http.StatusCreated, &made)
	return made.AdminKey
}

// tryWrites sends writes, all at once, and returns their answers.
func (h *host) tryWrites(t *testing.T, key, name string) map[string]answer {
	t.Helper()
	bodies := map[string]any{
		"/api/v1/policies": map[string]any{"name": name, "extends": []string{"hipaa"}},
		"/api/v1/jobs":     map[string]any{"documents": []map[string]string{{"id": "a", "text": "one"}}},
		"/api/v1/uploads":  map[string]any{},
		"/api/v1/api-keys": map[string]any{"name": name, "scopes": []string{"execute:analysis"}},
	}
	out := map[string]answer{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for path, in := range bodies {
		all.Go(func() {
			a := h.call(t, http.MethodPost, path, key, in)
			mu.Lock()
			defer mu.Unlock()
			out[path] = a
		})
	}
	all.Wait()
	return out
}

// TestMiniStackDoesNotAnswer stops MiniStack under a warm host: connections stay open and nothing comes back.
func TestMiniStackDoesNotAnswer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	standard, careful := h.keys(t).Tenants[0].AdminKey, h.regulated(t)
	analyze := func(key string) answer { return h.call(t, http.MethodPost, "/api/v1/analyze", key, sample) }
	var recorded struct {
		ID string `json:"id"`
	}
	analyze(standard).want(t, http.StatusOK, nil)
	analyze(careful).want(t, http.StatusOK, &recorded)

	stack := h.stack(t).PID
	if err := syscall.Kill(stack, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(stack, syscall.SIGCONT) })
	h.degraded(t, standard, careful)
	for _, a := range h.tryWrites(t, standard, "during") {
		a.wantRetry(t)
	}
	if err := syscall.Kill(stack, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	h.recovered(t, standard, careful)
	h.call(t, http.MethodGet, "/api/v1/analyses/"+recorded.ID, careful, nil).want(t, http.StatusOK, nil)
}

// degraded checks for ten seconds, longer than anything is remembered without asking, that the standard profile is
// answered and the regulated one refused.
func (h *host) degraded(t *testing.T, standard, careful string) {
	t.Helper()
	var slowest time.Duration
	begin, n := time.Now(), 0
	for ; time.Since(begin) < 10*time.Second; n++ {
		at := time.Now()
		h.call(t, http.MethodPost, "/api/v1/analyze", standard, sample).want(t, http.StatusOK, nil)
		slowest = max(slowest, time.Since(at))
		h.call(t, http.MethodPost, "/api/v1/analyze", careful, sample).wantRetry(t)
	}
	t.Logf("%d analyses without a store, the slowest took %v", n, slowest.Round(time.Millisecond))
}

// recovered waits until both profiles are answered, writes work and jobs end.
func (h *host) recovered(t *testing.T, standard, careful string) {
	t.Helper()
	for _, key := range []string{standard, careful} {
		eventually(t, "analyses are answered", func() bool { return h.status(t, http.MethodPost, "/api/v1/analyze", key, sample) == http.StatusOK })
	}
	after := h.tryWrites(t, standard, "after")
	after["/api/v1/policies"].want(t, http.StatusCreated, nil)
	after["/api/v1/uploads"].want(t, http.StatusCreated, nil)
	after["/api/v1/api-keys"].want(t, http.StatusCreated, nil)
	var j job
	after["/api/v1/jobs"].want(t, http.StatusAccepted, &j)
	h.wantExact(t, standard, h.await(t, standard, j.ID), 1, 0)
}

// TestMiniStackDies kills MiniStack, which the host starts again: what it had saved is there.
func TestMiniStackDies(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	standard, careful := h.keys(t).Tenants[0].AdminKey, h.regulated(t)
	old := h.stack(t).PID
	h.call(t, http.MethodPost, "/api/v1/analyze", standard, sample).want(t, http.StatusOK, nil)
	if err := emulator.Save(t.Context(), emulator.Endpoint(h.stack(t).Port)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	h.call(t, http.MethodPost, "/api/v1/analyze", standard, sample).want(t, http.StatusOK, nil)
	eventually(t, "another MiniStack runs", func() bool { return h.stack(t).PID != old })
	h.recovered(t, standard, careful)
}
