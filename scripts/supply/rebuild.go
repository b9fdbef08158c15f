package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"guardrails/infra/bundle"
	"guardrails/scripts/internal/tree"
)

// architecture is what ships; x86_64 is for local deployments and who asks for it.
const architecture = "arm64"

// zips builds what ships, where the deployment builds it.
func (s *supply) zips(ctx context.Context) ([]bundle.Zip, error) {
	return bundle.Build(ctx, bundle.Options{Root: s.root, Dir: s.bootstraps(), Architecture: architecture}, s.contexts)
}

func (s *supply) bootstraps() string { return filepath.Join(s.root, "dist", "bootstrap") }

// rebuild builds everything once more from a copy of the tree in another folder, with nothing in the build cache, and
// compares the zips.
func (s *supply) rebuild(ctx context.Context) (note string, err error) {
	first, err := s.zips(ctx)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "rebuild-*")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	root := filepath.Join(dir, "another", "place")
	if _, err := tree.Copy(ctx, s.root, root); err != nil {
		return "", err
	}
	second, err := bundle.Build(ctx, bundle.Options{
		Root: root, Dir: filepath.Join(dir, "built"), Architecture: architecture, Variables: []string{"GOCACHE=" + filepath.Join(dir, "cache")},
	}, s.contexts)
	if err != nil {
		return "", err
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "context\tbytes\tSHA-256 of the zip\tbuilt again")
	faults := differences(table, first, second)
	if err := table.Flush(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d zips are the same bytes when built elsewhere from nothing", len(first)), join(faults)
}

// differences writes one line for each zip and returns those that are not the same.
func differences(w *tabwriter.Writer, first, second []bundle.Zip) []string {
	var out []string
	for i, a := range first {
		b := second[i]
		verdict := "the same"
		if a.Hash != b.Hash {
			verdict = b.Hash
			out = append(out, fmt.Sprintf("the zip of %s has %d bytes with the hash %s here, and %d with %s elsewhere", a.Context, a.Bytes, a.Hash, b.Bytes, b.Hash))
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", a.Context, a.Bytes, a.Hash, verdict)
	}
	return out
}
