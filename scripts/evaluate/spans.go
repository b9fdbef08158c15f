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

func (c counts) precision() float64 { return verdict.Ratio(c.tp, c.tp+c.fp) }
func (c counts) recall() float64    { return verdict.Ratio(c.tp, c.tp+c.fn) }
func (c counts) f1() float64        { return verdict.Ratio(2*c.tp, 2*c.tp+c.fp+c.fn) }

// report collects the outcome of one file.
type report struct {
	name     string
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
	if c.peers == nil {
		return r.print(out, nil)
	}
	theirs, err := c.peerReport(c.peers.spans, rows)
	if err != nil {
		return err
	}
	return r.print(out, theirs)
}

// peerReport scores a peer on the types that it knows, or none if it is missing.
func (c *config) peerReport(p *peer, rows []row) (*report, error) {
	r := newReport(rows, 0)
	r.name = p.heading()
	for typ := range r.byType {
		if p.missing || !slices.Contains(p.Types, typ) {
			delete(r.byType, typ)
		}
	}
	for _, row := range rows {
		if p.missing {
			break
		}
		found, err := p.find(row.Text)
		if err != nil {
			return nil, err
		}
		for i := range found {
			found[i].Type = c.rename.apply(found[i].Type)
		}
		row.Spans = slices.DeleteFunc(slices.Clone(row.Spans), func(s span) bool { return r.byType[s.Type] == nil })
		r.score(row, found)
	}
	return r, nil
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

// print writes the table, with a peer's columns beside ours if there is one. The last line but one then sums up what both know.
func (r *report) print(out io.Writer, peer *report) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "type\tspans\tP\tR\tF1\tfalse\tmissed\t")
	if peer != nil {
		fmt.Fprintf(w, "%s: P\tR\tF1\tfalse\tmissed\t", peer.name)
	}
	fmt.Fprintln(w)
	var all, both, theirs counts
	for _, typ := range slices.Sorted(maps.Keys(r.byType)) {
		var t *counts
		if peer != nil {
			t = peer.byType[typ]
		}
		if t != nil {
			both.add(*r.byType[typ])
			theirs.add(*t)
		}
		all.add(*r.byType[typ])
		line(w, typ, *r.byType[typ], t, peer != nil)
	}
	if peer != nil && len(peer.byType) > 0 {
		line(w, "micro of what both know", both, &theirs, true)
	}
	line(w, "micro", all, nil, peer != nil)
	if err := w.Flush(); err != nil {
		return err
	}
	return r.notes(out)
}

func line(w io.Writer, name string, c counts, peer *counts, beside bool) {
	fmt.Fprintf(w, "%s\t%d\t%s", name, c.tp+c.fn, c)
	switch {
	case peer != nil:
		fmt.Fprint(w, *peer)
	case beside:
		fmt.Fprint(w, "-\t-\t-\t-\t-\t")
	}
	fmt.Fprintln(w)
}

// String is the cells of a table.
func (c counts) String() string {
	return fmt.Sprintf("%.3f\t%.3f\t%.3f\t%d\t%d\t", c.precision(), c.recall(), c.f1(), c.fp, c.fn)
}

// notes writes what no row of the table says.
func (r *report) notes(out io.Writer) error {
	for _, typ := range slices.Sorted(maps.Keys(r.unscored)) {
		fmt.Fprintf(out, "not labeled here: %s found %d times\n", typ, r.unscored[typ])
	}
	for _, key := range slices.Sorted(maps.Keys(r.mistakes)) {
		for _, m := range r.mistakes[key] {
			if _, err := fmt.Fprintln(out, m); err != nil {
				return err
			}
		}
	}
	return nil
}
