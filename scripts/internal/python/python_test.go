package python_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guardrails/scripts/internal/python"
)

// TestFind gives PATHs with interpreters that say what they are.
func TestFind(t *testing.T) {
	const fits, old = "#!/bin/sh\necho True\n", "#!/bin/sh\necho False\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"python3.11 goes first", map[string]string{"python3.11": fits, "python3": fits}, "python3.11"},
		{"a newer python3 serves", map[string]string{"python3": fits}, "python3"},
		{"an older one does not", map[string]string{"python3": old}, ""},
		{"nor one without venv", map[string]string{"python3.11": "#!/bin/sh\nexit 1\n"}, ""},
		{"none", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, script := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			got, err := python.Find(t.Context())
			if c.want == "" {
				if !errors.Is(err, python.ErrMissing) {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			if err != nil || filepath.Base(got) != c.want {
				t.Errorf("%q, %v, want %s", got, err, c.want)
			}
		})
	}
}
