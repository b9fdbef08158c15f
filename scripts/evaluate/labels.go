package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"guardrails/shared/detect"
)

// labeled is one line of a file of labels.
type labeled struct {
	Text  string `json:"text"`
	Label string `json:"label"`
}

// tally counts the texts of a label and how many of them were flagged.
type tally struct{ texts, flagged int }

func (c *config) evaluateLabels(ctx context.Context, engine *detect.Engine, path string, out io.Writer) error {
	rows, err := readLines[labeled](path)
	if err != nil {
		return err
	}
	byLabel := map[string]*tally{}
	for _, row := range rows {
		t := byLabel[row.Label]
		if t == nil {
			t = &tally{}
			byLabel[row.Label] = t
		}
		t.texts++
		if c.flagged(ctx, engine, row.Text) {
			t.flagged++
		}
	}
	fmt.Fprintf(out, "%s: %d rows, %s\n", path, len(rows), c.category)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "label\ttexts\tflagged\tshare\t")
	for _, label := range slices.Sorted(maps.Keys(byLabel)) {
		t := byLabel[label]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t\n", label, t.texts, t.flagged, ratio(t.flagged, t.texts))
	}
	return w.Flush()
}

func (c *config) flagged(ctx context.Context, engine *detect.Engine, text string) bool {
	return slices.ContainsFunc(engine.Scan(ctx, text, c.options()).Findings, func(f detect.Finding) bool {
		return string(f.Category) == c.category
	})
}
