package emulator_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guardrails/shared/emulator"
)

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	below := filepath.Join(root, "a", "b")
	for _, dir := range []string{below, filepath.Join(root, ".venv")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := emulator.Find(below); !errors.Is(err, emulator.ErrNoProject) {
		t.Errorf("outside a project: %v", err)
	}
	write := func(path string) {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "go.mod"))
	if _, err := emulator.Find(below); !errors.Is(err, emulator.ErrNotInstalled) {
		t.Errorf("without MiniStack: %v", err)
	}
	write(filepath.Join(root, ".venv", emulator.StampFile))
	in, err := emulator.Find(below)
	if err != nil || in.Root != root || in.Python != filepath.Join(root, ".venv", "bin", "python") {
		t.Errorf("found %+v, %v", in, err)
	}
}
