package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestScratchSeesWhatChanged(t *testing.T) {
	t.Parallel()
	s := &scratch{dir: t.TempDir(), files: map[string][]byte{}}
	for _, name := range []string{"same", "sub/edited", "removed"} {
		writeFile(t, s.dir, name, "text")
		s.files[name] = []byte("text")
	}
	writeFile(t, s.dir, "sub/edited", "other")
	writeFile(t, s.dir, "added", "new")
	removeFile(t, s.dir, "removed")
	got, err := s.changed()
	if err != nil {
		t.Fatal(err)
	}
	if want := "(1 files removed) added sub/edited"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func writeFile(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func removeFile(t *testing.T, root, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(root, name)); err != nil {
		t.Fatal(err)
	}
}
