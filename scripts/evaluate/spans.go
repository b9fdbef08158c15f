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

// span is a labeled or found range in code points.
type span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

// row is one line of a file of spans.
type row struct {
	Text  string `json:"text"`
	Spans []span `json:"spans"`
}

// counts are the true positives, false positives and false negatives of a type.
type counts struct{ tp, fp, fn int }

func (c *counts) add(o counts) { c.tp, c.fp, c.fn = c.tp+o.tp, c.fp+o.fp, c.fn+o.fn }

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (c counts) precision() float64 { return ratio(c.tp, c.tp+c.fp) }
func (c counts) recall() float64    { return ratio(c.tp, c.tp+c.fn) }
func (c counts) f1() float64        { return ratio(2*c.tp, 2*c.tp+c.fp+c.fn) }

// report collects the outcome of one file.
type report struct {
	byType   map[string]*counts
	unscored map[string]int
	mistakes map[string][]string
	limit    int
}

func (c *config) evaluateSpans(ctx context.Context, engine *detect.Engine, path string, out io.Writer) error {
	rows, err := readLines[row](path)
	if err != nil {
		return err
	}
	for _, row := range rows {
		for i := range row.Spans {
			row.Spans[i].Type = c.rename.apply(row.Spans[i].Type)
		}
	}
	r := newReport(rows, c.mistakes)
	for _, row := range rows {
		r.score(row, c.find(ctx, engine, row.Text))
	}
	fmt.Fprintf(out, "%s: %d rows\n", path, len(rows))
	return r.print(out)
}

// newReport scores the types that occur in rows.
func newReport(rows []row, limit int) *report {
	r := &report{byType: map[string]*counts{}, unscored: map[string]int{}, mistakes: map[string][]string{}, limit: limit}
	for _, row := range rows {
		for _, s := range row.Spans {
			r.byType[s.Type] = &counts{}
		}
	}
	return r
}

func (c *config) find(ctx context.Context, engine *detect.Engine, text string) []span {
	var found []span
	for _, f := range engine.Scan(ctx, text, c.options()).Findings {
		if f.Category == detect.CategoryPII {
			found = append(found, span{f.Start, f.End, c.rename.apply(f.Type)})
		}
	}
	return found
}

// score matches each labeled span with at most one finding of its type.
func (r *report) score(row row, found []span) {
	used := make([]bool, len(found))
	for _, want := range row.Spans {
		if i := match(want, found, used); i >= 0 {
			used[i] = true
			r.byType[want.Type].tp++
			continue
		}
		r.byType[want.Type].fn++
		r.note("missed", want, row.Text)
	}
	for i, f := range found {
		switch {
		case used[i]:
		case r.byType[f.Type] == nil:
			r.unscored[f.Type]++
			r.note("unscored", f, row.Text)
		default:
			r.byType[f.Type].fp++
			r.note("false", f, row.Text)
		}
	}
}

// match returns the first unused finding that fits a labeled span, or -1.
func match(want span, found []span, used []bool) int {
	for i, f := range found {
		if !used[i] && f.Type == want.Type && half(f, want) {
			return i
		}
	}
	return -1
}

// half reports whether two ranges share at least half of the longer one.
func half(a, b span) bool {
	shared := min(a.End, b.End) - max(a.Start, b.Start)
	return shared > 0 && 2*shared >= max(a.End-a.Start, b.End-b.Start)
}

func (r *report) note(kind string, s span, text string) {
	if len(r.mistakes[kind+s.Type]) < r.limit {
		value := string([]rune(text)[s.Start:s.End])
		r.mistakes[kind+s.Type] = append(r.mistakes[kind+s.Type], fmt.Sprintf("  %s %s %q in %q", kind, s.Type, value, text))
	}
}

func (r *report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "type\tspans\tP\tR\tF1\tfalse\tmissed\t")
	var all counts
	line := func(name string, c counts) {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%d\t%d\t\n", name, c.tp+c.fn, c.precision(), c.recall(), c.f1(), c.fp, c.fn)
	}
	for _, typ := range slices.Sorted(maps.Keys(r.byType)) {
		line(typ, *r.byType[typ])
		all.add(*r.byType[typ])
	}
	line("micro", all)
	if err := w.Flush(); err != nil {
		return err
	}
	for _, typ := range slices.Sorted(maps.Keys(r.unscored)) {
		fmt.Fprintf(out, "not labeled here: %s found %d times\n", typ, r.unscored[typ])
	}
	for _, key := range slices.Sorted(maps.Keys(r.mistakes)) {
		for _, m := range r.mistakes[key] {
			fmt.Fprintln(out, m)
		}
	}
	return nil
}
