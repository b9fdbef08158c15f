// Command train-builtin makes the model that judges meaning, from the data beside it and the grammars in corpus, and
// writes what it is worth into a page. The same sources make the same bytes.
//
//	go run ./scripts/train-builtin          # write shared/detect/builtin/meaning.model and docs/model-card.md
//	go run ./scripts/train-builtin -check   # fail if the model is not what the sources make
//	go run ./scripts/train-builtin -matrix deepset,frr   # print what is made of sources that nothing was learned from
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
	"strings"
	"time"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
	"guardrails/shared/model"
)

// version tells models apart; it changes with the sources.
const version = "meaning-3"

// seed makes every choice that is left to chance.
const seed = 1

func main() { command.Main("train-builtin", run) }

func run(ctx context.Context, w io.Writer, args []string) error {
	flags := flag.NewFlagSet("train-builtin", flag.ContinueOnError)
	check := flags.Bool("check", false, "fail if the model is not what the sources make, and write nothing")
	only := flags.String("matrix", "", "judge these sources, with commas between, by models that have not seen them, and write nothing")
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
	if *only != "" {
		m, err := newMatrix(ctx, w, &all, set, strings.Split(*only, ","))
		if err != nil {
			return err
		}
		var b strings.Builder
		m.write(&b)
		_, err = io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintln(w, "training, two to three minutes")
	m, results, err := set.Train(ctx, "meaning", version, all.digest)
	if err != nil {
		return err
	}
	file := m.Bytes()
	fmt.Fprintf(w, "trained in %.0f s; %d features, %.2f MB\n", time.Since(begin).Seconds(), m.Header().Features, float64(len(file))/1e6)
	path := filepath.Join(root, "shared", "detect", "builtin", "meaning.model")
	if *check {
		got, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, file) {
			return errors.New("the model is not what the sources make: run `go run ./scripts/train-builtin`")
		}
		return nil
	}
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return err
	}
	page := card{all: all, model: m, results: results, size: len(file)}
	if page.matrix, err = newMatrix(ctx, w, &all, set, nil); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "model-card.md"), []byte(page.write()), 0o644)
}
