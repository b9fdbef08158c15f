package tree

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestCopyTakesWhatGitKnows makes a repository with a tracked, a new, an ignored and a deleted file.
func TestCopyTakesWhatGitKnows(t *testing.T) {
	t.Parallel()
	root, to := t.TempDir(), t.TempDir()
	for name, content := range map[string]string{".gitignore": "dist\n", "a/tracked": "1", "gone": "2", "new": "3", "dist/built": "4"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", ".gitignore", "a", "gone"}} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.Remove(filepath.Join(root, "gone")); err != nil {
		t.Fatal(err)
	}
	got, err := Copy(t.Context(), root, to)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := []string{".gitignore", "a/tracked", "new"}; !slices.Equal(got, want) {
		t.Errorf("copied %v, want %v", got, want)
	}
	if content, err := os.ReadFile(filepath.Join(to, "a", "tracked")); err != nil || string(content) != "1" {
		t.Errorf("%q, %v", content, err)
	}
}
