package local

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestLogDoesNotGrowWithoutBound writes far more than the log may hold, from several goroutines and over a restart.
func TestLogDoesNotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	const limit = 1000
	name := filepath.Join(t.TempDir(), "functions.log")
	line := strings.Repeat("x", 99) + "\n"
	for range 2 {
		l, err := newLogWriter(name, limit)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				for range 7 {
					if _, err := l.Write([]byte(line)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{name, name + ".1"} {
		text, err := os.ReadFile(file)
		if err != nil || len(text) == 0 || len(text) > limit || strings.ReplaceAll(string(text), line, "") != "" {
			t.Errorf("%s has %d bytes, %v", filepath.Base(file), len(text), err)
		}
		if info, err := os.Stat(file); err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", filepath.Base(file), info.Mode().Perm())
		}
	}
}
