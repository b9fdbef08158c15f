package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// program writes a program in bash, in place of a bootstrap.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, []byte("#!/usr/bin/env bash\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMeasureStopsAtTheFirstEvent(t *testing.T) {
	t.Parallel()
	s, err := newStub()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	asks := program(t, `exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n' "$GUARDRAILS_FUNCTION" >&3
exec cat <&3
`)
	got, err := measure(t.Context(), s, asks, "one", 2)
	if err != nil {
		t.Fatal(err)
	}
	if got.cpu <= 0 || got.wall <= 0 || got.wall > readyWithin {
		t.Errorf("%+v", got)
	}
	_, err = measure(t.Context(), s, program(t, "echo no such function; exit 1\n"), "one", 1)
	if err == nil || !strings.Contains(err.Error(), "no such function") {
		t.Errorf("a program that ends gives %v", err)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	if got := median([]time.Duration{5, 1, 900}); got != 5 {
		t.Errorf("the median is %d", got)
	}
}

func TestShowTakesTheSlowestOfEachContext(t *testing.T) {
	t.Parallel()
	rows := []row{
		{"b", "quick", 14_000_000, 5_000_000, start{2 * time.Millisecond, time.Millisecond}},
		{"a", "only", 15_000_000, 5_000_000, start{time.Millisecond, time.Millisecond}},
		{"b", "slow", 14_000_000, 5_000_000, start{9 * time.Millisecond, 8 * time.Millisecond}},
	}
	lines := func(all bool) []string {
		var out bytes.Buffer
		if err := show(&out, slices.Clone(rows), all); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(out.String()), "\n")
	}
	if got := lines(false); len(got) != 3 || !strings.Contains(got[1], "only") || !strings.Contains(got[2], "slow") {
		t.Errorf("%q", got)
	}
	if got := lines(true); len(got) != 4 || !strings.Contains(got[3], "quick") {
		t.Errorf("%q", got)
	}
}

func TestRunReadsItsArgumentsFirst(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{"-h": "help requested", "stray": `no argument "stray"`, "-runs=0": "at least 1", "-nosuch": "-h tells the flags"} {
		if err := run(t.Context(), io.Discard, []string{arg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}
