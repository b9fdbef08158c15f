package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		err     error
		verdict string
		shown   string
	}{
		{"clean", nil, ok, "what it is about"},
		{"found", errors.New("a.go:1: wrong"), fail, "a.go:1: wrong"},
		{"no network", fmt.Errorf("%w: no network", errSkipped), skip, "skipped: no network"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			s := step{"name", "what it is about", func(context.Context, *tools) (string, error) { return "", c.err }}
			if got := report(t.Context(), &out, &tools{}, s); got != c.verdict {
				t.Errorf("verdict %q, want %q", got, c.verdict)
			}
			if !strings.Contains(out.String(), c.shown) || !strings.Contains(out.String(), c.verdict) {
				t.Errorf("printed %q, want %q in it", out.String(), c.shown)
			}
		})
	}
}

func TestToolsCommand(t *testing.T) {
	t.Parallel()
	tl := &tools{root: t.TempDir()}
	if err := tl.command(t.Context(), "true"); err != nil {
		t.Errorf("true: %v", err)
	}
	if err := tl.command(t.Context(), "sh", "-c", "echo found; exit 1"); err == nil || err.Error() != "found" {
		t.Errorf("a check that found something: %v, want its output", err)
	}
	if err := tl.command(t.Context(), "no-such-program-here"); err == nil {
		t.Error("a program that is missing: no error")
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all := []step{{name: "a"}, {name: "b"}}
	if got, err := choose(all, nil); err != nil || len(got) != 2 {
		t.Errorf("no names: %v, %v", got, err)
	}
	if got, err := choose(all, []string{"b"}); err != nil || len(got) != 1 || got[0].name != "b" {
		t.Errorf("one name: %v, %v", got, err)
	}
	if _, err := choose(all, []string{"c"}); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("a name that is none: %v, want the names there are", err)
	}
}
