// Command train-builtin makes the model that judges meaning, from the data beside it and the grammars in corpus, and
// writes what it is worth into a page. The same sources make the same bytes.
//
//	go run ./scripts/train-builtin          # write shared/detect/builtin/meaning.model and docs/model-card.md
//	go run ./scripts/train-builtin -check   # fail if they are not what the sources make
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
	"guardrails/shared/model"
)

// version tells models apart; it changes with the sources.
const version = "meaning-1"

// seed makes every choice that is left to chance.
const seed = 1

func main() { command.Main("train-builtin", run) }

func run(ctx context.Context, w io.Writer, args []string) error {
	flags := flag.NewFlagSet("train-builtin", flag.ContinueOnError)
	check := flags.Bool("check", false, "fail if the files are not what the sources make, and write nothing")
	matrix := flags.Bool("matrix", true, "train without each source in turn, for the page")
	if err := command.Parse(w, flags, "trains the built-in models", args); err != nil {
		return err
	}
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	begin := time.Now()
	all, err := load(filepath.Join(root, "scripts", "train-builtin", "data"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d texts of %d sources; turning them into features\n", len(all.docs), len(sources()))
	set, err := model.NewSet(all.examples(), options())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "training, about a minute")
	m, results, err := set.Train(ctx, "meaning", version, all.digest)
	if err != nil {
		return err
	}
	page := card{all: all, set: set, model: m, results: results}
	if *matrix {
		if err := page.cross(ctx, w); err != nil {
			return err
		}
	}
	file := m.Bytes()
	page.size = len(file)
	text := page.write()
	fmt.Fprintf(w, "trained in %.0f s; %d features, %.2f MB\n", time.Since(begin).Seconds(), m.Header().Features, float64(len(file))/1e6)
	fmt.Fprint(w, text)
	return store(root, *check, map[string][]byte{
		filepath.Join("shared", "detect", "builtin", "meaning.model"): file,
		filepath.Join("docs", "model-card.md"):                        []byte(text),
	})
}

// store writes files, or compares them.
func store(root string, check bool, files map[string][]byte) error {
	var failed []error
	for name, want := range files {
		path := filepath.Join(root, name)
		if !check {
			failed = append(failed, os.WriteFile(path, want, 0o644))
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			failed = append(failed, err)
		} else if !bytes.Equal(got, want) {
			failed = append(failed, fmt.Errorf("%s is not what the sources make: run `go run ./scripts/train-builtin`", name))
		}
	}
	return errors.Join(failed...)
}
