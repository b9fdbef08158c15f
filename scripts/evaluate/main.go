// Command evaluate measures the built-in detectors against labeled JSON Lines files.
//
//	go run ./scripts/evaluate -pii spans.jsonl
//	go run ./scripts/evaluate -label prompts.jsonl -category injection
//	go run ./scripts/evaluate -all folder
//	go run ./scripts/evaluate -install-peers -peers -all folder
//
// A file of spans has lines {"text", "spans": [{"start", "end", "type"}]} with offsets in code points; the table shows
// precision, recall and F1 by type, where a finding counts if it overlaps a span of its type by at least half of the longer.
// Types that occur nowhere in the file are not scored, only counted. A file of labels has lines {"text", "label"}; the table
// shows the share of each label that has a finding of the category. A folder has pii/*.jsonl with spans, secrets/*.jsonl.gz
// with texts in base64, and texts with labels in other folders: all of them are measured, and again in disguise. With -peers the
// tables have columns for Presidio (spans) and gitleaks (secrets), which -install-peers puts into .tools.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// config is what the flags say.
type config struct {
	spans, labels list
	all           string
	category      string
	source        string
	rename        renames
	minScore      float64
	mistakes      int
	// peers is nil unless we are measured beside them.
	peers *peers
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	c := config{rename: renames{}}
	flags := flag.NewFlagSet("evaluate", flag.ContinueOnError)
	flags.Var(&c.spans, "pii", "file with labeled spans (repeatable)")
	flags.Var(&c.labels, "label", "file with labeled texts (repeatable)")
	flags.StringVar(&c.all, "all", "", "folder of files that are all measured")
	flags.StringVar(&c.category, "category", "injection", "category that -label counts")
	flags.StringVar(&c.source, "source", "input", "origin of the texts: input, output or indirect")
	flags.Var(c.rename, "map", "score type A as type B, written A=B (repeatable)")
	flags.Float64Var(&c.minScore, "min-score", 0.5, "lowest score that counts")
	flags.IntVar(&c.mistakes, "mistakes", 0, "print up to this many missed and false findings of each type, with their text")
	beside := flags.Bool("peers", false, "measure Presidio and gitleaks too, where they are installed")
	install := flags.Bool("install-peers", false, "install Presidio and gitleaks into .tools first")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *install {
		if err := installPeers(ctx, out); err != nil {
			return err
		}
	}
	if len(c.spans)+len(c.labels) == 0 && c.all == "" {
		return errors.New("nothing to do: give -pii, -label or -all")
	}
	if *beside {
		var err error
		if c.peers, err = openPeers(ctx); err != nil {
			return err
		}
		return errors.Join(c.measure(ctx, out), c.peers.close())
	}
	return c.measure(ctx, out)
}

// measure prints the tables that are asked for.
func (c *config) measure(ctx context.Context, out io.Writer) error {
	engine, err := builtin.Engine()
	if err != nil {
		return err
	}
	if c.all != "" {
		if err := c.evaluateAll(ctx, engine, c.all, out); err != nil {
			return err
		}
	}
	for _, path := range c.spans {
		if err := c.evaluateSpans(ctx, engine, path, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, path := range c.labels {
		if err := c.evaluateLabels(ctx, engine, path, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (c *config) options() detect.Options {
	return detect.Options{MinScore: c.minScore, Source: detect.Source(c.source)}
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// renames maps types of findings and spans to the type they are scored as.
type renames map[string]string

func (r renames) String() string { return fmt.Sprint(map[string]string(r)) }

// Set reads one A=B.
func (r renames) Set(s string) error {
	from, to, ok := strings.Cut(s, "=")
	if !ok || from == "" || to == "" {
		return errors.New("want A=B")
	}
	r[from] = to
	return nil
}

func (r renames) apply(typ string) string {
	typ = detect.Canonical(typ)
	if to, ok := r[typ]; ok {
		return to
	}
	return typ
}
