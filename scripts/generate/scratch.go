package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"guardrails/scripts/internal/tree"
)

// scratch is a copy of the tree that generators may write to, so that a check never touches a file of yours.
type scratch struct {
	dir   string
	files map[string][]byte
}

// copyTree copies the files that git tracks or would track into a new temporary folder.
func copyTree(ctx context.Context, root string) (*scratch, error) {
	dir, err := os.MkdirTemp("", "generate-*")
	if err != nil {
		return nil, err
	}
	names, err := tree.Copy(ctx, root, dir)
	if err != nil {
		return nil, err
	}
	s := &scratch{dir: dir, files: map[string][]byte{}}
	for _, name := range names {
		if s.files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// changed returns the files that differ, appeared or went away since the copy was made.
func (s *scratch) changed() ([]string, error) {
	var names []string
	left := 0
	folder := os.DirFS(s.dir)
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(folder, name)
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
