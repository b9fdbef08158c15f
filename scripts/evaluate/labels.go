package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"guardrails/scripts/internal/verdict"
	"guardrails/shared/detect"
)

// labeled is one line of a file of labels.
type labeled struct {
	Text  string `json:"text"`
	Label string `json:"label"`
}

// tally counts the texts of a label and how many of them were flagged.
type tally struct{ texts, flagged, byPeer int }

func (c *config) evaluateLabels(ctx context.Context, engine *detect.Engine, path string, out io.Writer) error {
	rows, err := readLines[labeled](path)
	if err != nil {
		return err
	}
	p := c.peerOf(c.category)
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
		hit, err := p.flags(row.Text)
		if err != nil {
			return err
		}
		if hit {
			t.byPeer++
		}
	}
	fmt.Fprintf(out, "%s: %d rows, %s\n", path, len(rows), c.category)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "label\ttexts\tflagged\tshare\t")
	if p != nil {
		fmt.Fprintf(w, "%s: flagged\tshare\t", p.heading())
	}
	fmt.Fprintln(w)
	for _, label := range slices.Sorted(maps.Keys(byLabel)) {
		t := byLabel[label]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%s\n", label, t.texts, t.flagged, verdict.Ratio(t.flagged, t.texts), p.cells(t.byPeer, t.texts))
	}
	return w.Flush()
}

func (c *config) flagged(ctx context.Context, engine *detect.Engine, text string) bool {
	return slices.ContainsFunc(engine.Scan(ctx, text, c.options()).Findings, func(f detect.Finding) bool {
		return string(f.Category) == c.category
	})
}
