package main

import "testing"

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
