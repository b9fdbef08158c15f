package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestManyRequestsAtOnce sends 500 at once, with all keys of both tenants: each is answered, or told its limit.
func TestManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var keys []string
	for _, tn := range h.keys(t).Tenants {
		keys = append(keys, tn.AdminKey, tn.OperatorKey, tn.AnalystKey)
	}
	before := h.descriptors(t)
	var mu sync.Mutex
	counts := map[int]int{}
	var all sync.WaitGroup
	for i := range 500 {
		all.Go(func() {
			got := h.status(t, http.MethodPost, "/api/v1/analyze", keys[i%len(keys)], sample)
			mu.Lock()
			defer mu.Unlock()
			counts[got]++
		})
	}
	all.Wait()
	if counts[http.StatusOK] == 0 || counts[http.StatusOK]+counts[http.StatusTooManyRequests] != 500 {
		t.Errorf("statuses %v", counts)
	}
	h.wantNoLeak(t, before)
}

// dial opens a connection and sends text on it.
func (h *host) dial(t *testing.T, text string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// TestRoughConnections holds connections that say half of something, and looks at what the host does for others.
func TestRoughConnections(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	key := h.keys(t).Tenants[0].AdminKey
	h.call(t, http.MethodPost, "/api/v1/analyze", key, sample).want(t, http.StatusOK, nil)
	before := h.descriptors(t)
	head := fmt.Sprintf("POST /api/v1/analyze HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Type: application/json\r\n", key)
	var held []*net.TCPConn
	for range 50 {
		held = append(held,
			h.dial(t, "POST /api/v1/ana"),
			h.dial(t, head),
			h.dial(t, head+"Content-Length: 100\r\n\r\n{\"text\":"),
			h.dial(t, head+"Transfer-Encoding: chunked\r\n\r\n8\r\n{\"text\":\r\n"),
		)
	}
	h.call(t, http.MethodPost, "/api/v1/analyze", key, sample).want(t, http.StatusOK, nil)

	// Half a body and no more to come is a fault of the caller.
	half := h.dial(t, head+"Content-Length: 100\r\n\r\n{\"text\":")
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	h.wantStatus(t, half, http.StatusBadRequest)
	// A whole request of a caller that says no more is answered.
	whole := h.dial(t, complete(head))
	if err := whole.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	h.wantStatus(t, whole, http.StatusOK)

	for _, c := range held {
		_ = c.Close()
	}
	h.wantNoLeak(t, before)
}

// complete ends a request that begins with head.
func complete(head string) string {
	const text = `{"text":"good"}`
	return fmt.Sprintf("%sConnection: close\r\nContent-Length: %d\r\n\r\n%s", head, len(text), text)
}

func (h *host) wantStatus(t *testing.T, c net.Conn, want int) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		t.Errorf("status %d, want %d", resp.StatusCode, want)
	}
}

// descriptors counts the host's open files and connections.
func (h *host) descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", h.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// idleConnections is how many connections to MiniStack the host may keep for later.
const idleConnections = 64

// wantNoLeak waits until the host has let go of its callers, then stops it: a request that never ended would be given
// up, which the host says.
func (h *host) wantNoLeak(t *testing.T, before int) {
	t.Helper()
	client.CloseIdleConnections()
	eventually(t, "connections are closed", func() bool { return h.descriptors(t) <= before+idleConnections })
	eventually(t, "the host still serves", func() bool { return h.status(t, http.MethodGet, "/api/v1/health", "", nil) == http.StatusOK })
	client.CloseIdleConnections()
	h.signal(t, syscall.SIGTERM)
	if printed := h.stderr.String(); strings.Contains(printed, "gave up") || !strings.Contains(printed, "guardrails: stopped") {
		t.Errorf("the host did not end cleanly: %s", printed)
	}
}
