// Package python finds an interpreter that the tools' virtual environments can be made with.
package python

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

// ErrMissing says what to install.
var ErrMissing = errors.New("no Python from 3.11 on: install python3.11 (or a newer python3) with its venv module and try again")

// Find returns the path of python3.11, or of a python3 that is not older.
func Find(ctx context.Context) (string, error) {
	for _, name := range []string{"python3.11", "python3", "python"} {
		path, err := exec.LookPath(name)
		if err == nil && fits(ctx, path) {
			return path, nil
		}
	}
	return "", ErrMissing
}

// fits asks the interpreter for its version and for the module that makes virtual environments.
func fits(ctx context.Context, path string) bool {
	out, err := exec.CommandContext(ctx, path, "-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 11))").Output()
	return err == nil && strings.TrimSpace(string(out)) == "True"
}
