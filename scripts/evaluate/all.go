package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"guardrails/scripts/internal/disguise"
	"guardrails/scripts/internal/verdict"
	"guardrails/shared/detect"
)

// A collection is a folder of labeled files: pii/*.jsonl has spans, secrets/*.jsonl.gz texts in base64, and every other file
// texts with labels. Which labels are hits of which family is said here.
var hitLabels = map[detect.Category][]string{
	detect.CategoryInjection: {"injection", "jailbreak"},
	detect.CategoryToxicity:  {"hate", "offensive", "toxic"},
	detect.CategorySecret:    {"secret"},
}

// evaluateAll prints what the engine makes of every file of a collection, and how much of it survives disguises.
func (c *config) evaluateAll(ctx context.Context, engine *detect.Engine, dir string, out io.Writer) error {
	spans, err := filepath.Glob(filepath.Join(dir, "pii", "*.jsonl"))
	if err != nil {
		return err
	}
	for _, path := range spans {
		if err := c.evaluateSpans(ctx, engine, path, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintln(out)
	}
	sets, err := readSets(dir)
	if err != nil {
		return err
	}
	if err := c.families(ctx, engine, sets, out); err != nil {
		return err
	}
	return c.disguised(ctx, engine, spans, sets, out)
}

// labeledSet is a file of texts with labels.
type labeledSet struct {
	name string
	rows []labeled
}

// readSets reads every file of texts with labels below dir.
func readSets(dir string) ([]labeledSet, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl*"))
	if err != nil {
		return nil, err
	}
	var out []labeledSet
	for _, path := range paths {
		name, _ := filepath.Rel(dir, path)
		if strings.HasPrefix(name, "pii"+string(filepath.Separator)) {
			continue
		}
		rows, err := readTexts(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, labeledSet{strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".jsonl"), rows})
	}
	return out, nil
}

// readTexts reads a file of texts, which may be compressed and in base64.
func readTexts(path string) ([]labeled, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		if raw, err = io.ReadAll(z); err != nil {
			return nil, err
		}
	}
	var out []labeled
	for line := range bytes.Lines(raw) {
		var row struct {
			labeled
			Encoded string `json:"text_b64"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, err
		}
		if row.Encoded != "" {
			text, err := base64.StdEncoding.DecodeString(row.Encoded)
			if err != nil {
				return nil, err
			}
			row.Text = string(text)
		}
		out = append(out, row.labeled)
	}
	return out, nil
}

// outcome counts verdicts of one family on one set.
func (c *config) outcome(ctx context.Context, engine *detect.Engine, family detect.Category, rows []labeled, rewrite func(string) string) verdict.Count {
	var o verdict.Count
	for _, row := range rows {
		text := row.Text
		if rewrite != nil {
			text = rewrite(text)
		}
		flagged := slices.ContainsFunc(engine.Scan(ctx, text, c.options()).Findings, func(f detect.Finding) bool { return f.Category == family })
		o.Add(slices.Contains(hitLabels[family], row.Label), flagged)
	}
	return o
}

// families prints one line for each set and family, of secrets with a peer's figures if there is one.
func (c *config) families(ctx context.Context, engine *detect.Engine, sets []labeledSet, out io.Writer) error {
	for _, family := range []detect.Category{detect.CategorySecret, detect.CategoryInjection, detect.CategoryToxicity} {
		p := c.peerOf(string(family))
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprint(w, "family\tset\thits\tfound\tshare\tothers\tflagged\tshare\taccuracy\tmacro F1\t")
		if p != nil {
			fmt.Fprintf(w, "%s: found\tshare\tflagged\tshare\t", p.heading())
		}
		fmt.Fprintln(w)
		for _, s := range sets {
			o := c.outcome(ctx, engine, family, s.rows, nil)
			macro := "-"
			if o.Hits > 0 && o.Others > 0 {
				macro = fmt.Sprintf("%.3f", o.MacroF1())
			}
			theirs, err := p.outcome(family, s.rows)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.3f\t%d\t%d\t%.3f\t%.3f\t%s\t%s%s\n", family, s.name, o.Hits, o.Found, o.Recall(), o.Others, o.Flagged, o.Alarms(), o.Accuracy(), macro,
				p.cells(theirs.Found, o.Hits), p.cells(theirs.Flagged, o.Others))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// outcome counts a peer's verdicts.
func (p *peer) outcome(family detect.Category, rows []labeled) (verdict.Count, error) {
	var o verdict.Count
	for _, row := range rows {
		flagged, err := p.flags(row.Text)
		if err != nil {
			return o, err
		}
		o.Add(slices.Contains(hitLabels[family], row.Label), flagged)
	}
	return o, nil
}

// disguised prints how much of what is found is found in disguise too. Values are not looked for where a disguise
// alters them.
func (c *config) disguised(ctx context.Context, engine *detect.Engine, spans []string, sets []labeledSet, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ndisguise\tset\tfound as it is\tin disguise\tharmless flagged\t")
	for _, d := range disguise.All() {
		for _, path := range spans {
			if d.Alters {
				continue
			}
			rows, err := readLines[row](path)
			if err != nil {
				return err
			}
			plain, hidden := c.recall(ctx, engine, rows, nil), c.recall(ctx, engine, rows, &d)
			fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f\t-\t\n", d.Name, filepath.Base(path), plain, hidden)
		}
		for _, s := range sets {
			o := c.outcome(ctx, engine, detect.CategoryInjection, s.rows, nil)
			hidden := c.outcome(ctx, engine, detect.CategoryInjection, s.rows, func(text string) string { t, _ := d.Text(text); return t })
			fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f\t%.3f\t\n", d.Name, s.name, o.Recall(), hidden.Recall(), hidden.Alarms())
		}
	}
	return w.Flush()
}

// recall is the share of spans that are found.
func (c *config) recall(ctx context.Context, engine *detect.Engine, rows []row, d *disguise.Disguise) float64 {
	tp, all := 0, 0
	for _, row := range rows {
		wants := slices.Clone(row.Spans)
		text := row.Text
		if d != nil {
			var starts []int
			text, starts = d.Text(text)
			for i := range wants {
				wants[i].Start, wants[i].End = starts[wants[i].Start], starts[wants[i].End]
			}
		}
		found := c.find(ctx, engine, text)
		used := make([]bool, len(found))
		for _, want := range wants {
			want.Type = c.rename.apply(want.Type)
			all++
			if i := match(want, found, used); i >= 0 {
				used[i] = true
				tp++
			}
		}
	}
	return verdict.Ratio(tp, all)
}
