package main

import (
	"errors"
	"flag"
	"strings"
	"testing"
)

func TestHelpNamesTheChecks(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out, []string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help ends with %v", err)
	}
	err := run(t.Context(), &out, []string{"nosuch"})
	for _, name := range []string{"rules", "rules-tests", "dashboard", "metrics", "prometheus", "alertmanager"} {
		if !strings.Contains(out.String(), "  "+name+" ") || err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is missing in\n%s%v", name, out.String(), err)
		}
	}
}

func TestPrepareWritesWhatToolsRead(t *testing.T) {
	t.Parallel()
	queries, metrics, err := prepare(t.TempDir())
	if err != nil || queries == "" || !strings.Contains(metrics, "# TYPE ") {
		t.Errorf("%s, %v\n%s", queries, err, metrics)
	}
}
