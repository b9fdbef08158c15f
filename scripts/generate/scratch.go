package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// scratch is a copy of the tree that generators may write to, so that a check never touches a file of yours.
type scratch struct {
	dir   string
	files map[string][]byte
}

// copyTree copies the files that git tracks or would track into a new temporary folder.
func copyTree(ctx context.Context, root string) (*scratch, error) {
	names, err := listFiles(ctx, root)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "generate-*")
	if err != nil {
		return nil, err
	}
	s := &scratch{dir: dir, files: map[string][]byte{}}
	for _, name := range names {
		if err := s.copy(root, name); err != nil {
			return nil, fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return s, nil
}

// copy copies one file; one that was deleted and is still tracked is left out.
func (s *scratch) copy(root, name string) error {
	content, err := os.ReadFile(filepath.Join(root, name))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	s.files[name] = content
	to := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

// changed returns the files that differ, appeared or went away since the copy was made.
func (s *scratch) changed() ([]string, error) {
	var names []string
	left := 0
	tree := os.DirFS(s.dir)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		before, ok := s.files[name]
		if ok {
			left++
		}
		if !ok || !bytes.Equal(before, content) {
			names = append(names, name)
		}
		return nil
	})
	if err == nil && left < len(s.files) {
		names = append(names, fmt.Sprintf("(%d files removed)", len(s.files)-left))
	}
	slices.Sort(names)
	return names, err
}

func (s *scratch) remove() error { return os.RemoveAll(s.dir) }

// listFiles names the files that git tracks or would track.
func listFiles(ctx context.Context, root string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}
