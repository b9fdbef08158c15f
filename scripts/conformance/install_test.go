package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryFileIsPinned(t *testing.T) {
	t.Parallel()
	all := pinned()
	if len(all) != strings.Count(sums, "\n") || all["elasticmq-server_2.13-"+version+".jar"] == "" {
		t.Errorf("%d files are pinned in %d lines", len(all), strings.Count(sums, "\n"))
	}
	for name, sum := range all {
		if len(sum) != 64 || filepath.Base(name) != name {
			t.Errorf("%s has the checksum %q", name, sum)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "elasticmq-server_2.13-"+version+".jar"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := verify(dir)
	if err == nil || !strings.Contains(err.Error(), "is not the pinned one") || !strings.Contains(err.Error(), "scala-library-2.13.18.jar is missing") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsListenOnLoopbackAlone(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(settings(1234)) {
		if strings.Contains(line, "host") && !strings.Contains(line, `"127.0.0.1"`) {
			t.Errorf("%s", line)
		}
	}
}
