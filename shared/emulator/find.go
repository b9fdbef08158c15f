package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Errors of Find.
var (
	// ErrNoProject says that no go.mod is at or above the folder.
	ErrNoProject = errors.New("not inside the project: no go.mod at or above this folder")
	// ErrNotInstalled says that the virtual environment is missing.
	ErrNotInstalled = errors.New("MiniStack is not installed in .venv")
)

// Install is where MiniStack is found.
type Install struct {
	// Root is the project's folder, Python the virtual environment's interpreter, Script what it runs.
	Root, Python, Script string
}

// Find looks for the project that holds dir and for MiniStack in it. It fails with ErrNoProject or ErrNotInstalled.
func Find(dir string) (Install, error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return Install{}, err
	}
	in := Install{
		Root:   root,
		Python: filepath.Join(root, ".venv", "bin", "python"),
		Script: filepath.Join(root, "scripts", "ministack", "serve.py"),
	}
	// The stamp is written last, so a half-made environment counts as none.
	if _, err := os.Stat(filepath.Join(root, ".venv", StampFile)); err != nil {
		return in, ErrNotInstalled
	}
	return in, nil
}

// StampFile is the file in .venv that scripts/ministack writes when the installation is complete.
const StampFile = "ministack.stamp"

func moduleRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoProject
		}
		dir = parent
	}
}
