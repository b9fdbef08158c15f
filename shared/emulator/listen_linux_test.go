package emulator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guardrails/shared/awstest"
	"guardrails/shared/emulator"
)

func find(t *testing.T) emulator.Install {
	t.Helper()
	awstest.NeedServices(t)
	install, err := emulator.Find(".")
	if err != nil {
		t.Fatal("MiniStack is not installed: run make setup once")
	}
	return install
}

func start(t *testing.T, o emulator.Options) *emulator.Process {
	t.Helper()
	var err error
	if o.Port, err = emulator.FreePort(0); err != nil {
		t.Fatal(err)
	}
	o.Install, o.Log = find(t), io.Discard
	p, err := emulator.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Terminate()
		<-p.Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return p
}

// MiniStack has more listeners than its port, some on all interfaces. Here it must have one, on loopback.
func TestListensOnOneLoopbackPortAlone(t *testing.T) {
	t.Parallel()
	p := start(t, emulator.Options{})
	got := listeners(t, p.PID())
	if len(got) != 1 || !strings.HasPrefix(got[0], "0100007F:") {
		t.Errorf("listeners %v, want one on 127.0.0.1", got)
	}
}

// listeners returns the local addresses, in the kernel's notation, of a process's listening TCP sockets.
func listeners(t *testing.T, pid int) []string {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{}
	for _, f := range files {
		target, err := os.Readlink(f)
		if err == nil && strings.HasPrefix(target, "socket:[") {
			own[strings.Trim(target, "socket:[]")] = true
		}
	}
	var out []string
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		out = append(out, listening(t, fmt.Sprintf("/proc/%d/net/%s", pid, table), own)...)
	}
	return out
}

// listening reads one of the kernel's tables, whose columns are: number, local address, remote, state (0A: listening;
// for UDP 07: unconnected), ..., inode in the tenth.
func listening(t *testing.T, table string, own map[string]bool) []string {
	t.Helper()
	f, err := os.Open(table)
	if err != nil {
		return nil // no IPv6 here
	}
	defer f.Close()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cols := strings.Fields(lines.Text())
		if len(cols) > 9 && own[cols[9]] && (cols[3] == "0A" || cols[3] == "07") {
			out = append(out, cols[1])
		}
	}
	return out
}

func TestFolderIsHeldByOneInstance(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, emulator.Options{Dir: dir})
	port, err := emulator.FreePort(0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := emulator.Start(emulator.Options{Install: find(t), Port: port, Dir: dir, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	<-second.Done()
	if !errors.Is(second.Err(), emulator.ErrLocked) {
		t.Errorf("the second ended with %v", second.Err())
	}
}
