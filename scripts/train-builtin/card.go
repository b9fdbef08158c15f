package main

import (
	"fmt"
	"math"
	"strings"

	"guardrails/scripts/internal/verdict"
	"guardrails/shared/model"
)

// card is the page about the model.
type card struct {
	all     dataset
	model   *model.Model
	results []model.Result
	size    int
	// matrix is what the model is worth where nothing was learned.
	matrix *matrix
}

// count is how many hits and others a source has for a head.
func (d *dataset) count(source string, head int) (hits, others int) {
	for _, doc := range d.docs {
		if doc.source == source {
			switch doc.labels[head] {
			case 1:
				hits++
			case -1:
				others++
			}
		}
	}
	return hits, others
}

func (c *card) write() string {
	var b strings.Builder
	h := c.model.Header()
	fmt.Fprintf(&b, `# Model card: meaning

The model that judges whether a text is an attack on an assistant, and whether it is toxic, beside the lexicons. Written by
%s, which also makes the model: the same sources make the same bytes.

| | |
|---|---|
| version | %s |
| what it is | linear support vector machines over hashed words and runs of characters, [shared/model](../shared/model/doc.go) |
| features | %d of %d possible, each in at least two groups of texts |
| size | %.2f MB |
| sources, SHA-256 | %s |
| split | five parts by groups of near copies (MinHash over runs of five characters) and, for our own texts, by template; what is said of a text below was said by weights that had seen none of its group |
| units | texts are judged in pieces of up to 512 bytes, cut behind sentences; the one that looks worst counts |

`, "`go run ./scripts/train-builtin`", h.Version, h.Features, 1<<20, float64(c.size)/1e6, "`"+h.Data[:16]+"…`")
	c.data(&b)
	c.quality(&b)
	c.sources(&b)
	c.matrix.write(&b)
	return b.String()
}

func (c *card) data(b *strings.Builder) {
	b.WriteString("## Data\n\n| source | what | license | texts | attacks | toxic |\n|---|---|---|--:|--:|--:|\n")
	for _, s := range sources() {
		n, attacks, toxics := 0, 0, 0
		for _, d := range c.all.docs {
			if d.source != s.name {
				continue
			}
			n++
			if d.labels[injection] > 0 {
				attacks++
			}
			if d.labels[toxic] > 0 {
				toxics++
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d |\n", s.name, s.about, s.license, n, attacks, toxics)
	}
	groups := map[int]int{}
	largest := 0
	for _, d := range c.all.docs {
		if d.source != own {
			groups[d.group]++
			largest = max(largest, groups[d.group])
		}
	}
	fmt.Fprintf(b, "\nOutside our own texts there are %d groups; the largest has %d texts.\n\n", len(groups), largest)
}

// quality is one line a head.
func (c *card) quality(b *strings.Builder) {
	o := options()
	fmt.Fprintf(b, "## Quality\n\nAt the threshold. It is set so that a share of the harmless texts is flagged, our own with the words of attacks left out of account: %.2f %% for\ninjection, %.2f %% for toxic, 1 %% for the kinds. ECE is the expected calibration error over ten bins.\n\n", 100*o.FalseAlarms[injection], 100*o.FalseAlarms[toxic])
	b.WriteString("| head | C | hits | others | found | false alarms | accuracy | macro F1 | ECE |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i, r := range c.results {
		t := count(r, func(int) bool { return true })
		fmt.Fprintf(b, "| %s | %g | %d | %d | %.3f | %.3f | %.3f | %.3f | %.3f |\n", options().Heads[i], r.Head.Cost, t.Hits, t.Others, t.Recall(), t.Alarms(), t.Accuracy(), t.MacroF1(), calibrationError(r))
	}
	b.WriteString("\n")
}

// sources is one line a source.
func (c *card) sources(b *strings.Builder) {
	b.WriteString("## By source\n\nWith weights that had seen other groups of the source.\n\n| head | source | hits | found | others | false alarms | accuracy | macro F1 |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
	for _, head := range []int{injection, toxic} {
		for _, s := range sources() {
			t := count(c.results[head], func(i int) bool { return c.all.docs[i].source == s.name })
			if t.Hits+t.Others == 0 {
				continue
			}
			fmt.Fprintf(b, "| %s | %s | %d | %s | %d | %s | %.3f | %s |\n", options().Heads[head], s.name, t.Hits, share(t.Found, t.Hits), t.Others, share(t.Flagged, t.Others), t.Accuracy(), both(t))
		}
	}
	b.WriteString("\n")
}

func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", float64(n)/float64(of))
}

func both(t verdict.Count) string {
	if t.Hits == 0 || t.Others == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", t.MacroF1())
}

// count counts the verdicts of a head on the texts that are used.
func count(r model.Result, use func(i int) bool) (c verdict.Count) {
	for i, m := range r.Margins {
		if !math.IsNaN(m) && use(i) {
			c.Add(r.Hit[i], m >= r.Head.Threshold)
		}
	}
	return c
}

// calibrationError is how far probabilities are from shares, over ten bins.
func calibrationError(r model.Result) float64 {
	type bin struct {
		n, hits int
		sum     float64
	}
	bins := make([]bin, 10)
	total := 0
	for i, m := range r.Margins {
		if math.IsNaN(m) {
			continue
		}
		p := r.Head.Probability(m)
		k := &bins[min(int(p*10), 9)]
		k.n++
		k.sum += p
		if r.Hit[i] {
			k.hits++
		}
		total++
	}
	out := 0.0
	for _, k := range bins {
		out += math.Abs(k.sum-float64(k.hits)) / float64(max(total, 1))
	}
	return out
}
