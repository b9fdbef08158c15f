package gauge

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"guardrails/shared/detect/worst"
)

// Sizes are how long the worst texts are, in bytes.
var Sizes = []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20}

// The bar for worst texts: a scan of any of them does at least minRate MB/s, and takes no longer for each byte of a long
// text than of a short one. Slopes are fitted on sizes from slopeFrom on, where what a scan costs whatever its text is no
// part of it.
const (
	minRate   = 5
	maxSlope  = 1.1
	slopeFrom = 16 << 10
	// worstRuns is how often a text is scanned; the median counts.
	worstRuns = 3
)

// Hard is what a scanner makes of one kind of text.
type Hard struct {
	Name string
	// Times are for Sizes.
	Times []time.Duration
}

// Rates are MB/s for Sizes.
func (h Hard) Rates() []float64 {
	out := make([]float64, len(h.Times))
	for i, t := range h.Times {
		out[i] = rate(Sizes[i], t)
	}
	return out
}

// Slope is the exponent with which times grow.
func (h Hard) Slope() float64 {
	from := slices.Index(Sizes, slopeFrom)
	return slope(Sizes[from:len(h.Times)], h.Times[from:])
}

// misses says which bar was missed.
func (h Hard) misses() string {
	switch {
	case h.Slope() > maxSlope:
		return "grows faster than its text"
	case slices.Min(h.Rates()) < minRate:
		return "slow"
	}
	return ""
}

// Worst scans every worst text that only admits, in every size.
func Worst(scan Scan, only func(name string) bool) []Hard {
	var out []Hard
	for _, in := range worst.Inputs() {
		if !only(in.Name) {
			continue
		}
		h := Hard{Name: in.Name}
		for _, n := range Sizes {
			h.Times = append(h.Times, timed(scan, in.Text(n)))
		}
		out = append(out, h)
	}
	return out
}

// timed is the median of some scans. A short text is scanned several times at once: the clock has microseconds.
func timed(scan Scan, text string) time.Duration {
	const long = 64 << 10
	times := max(1, long/len(text))
	scan(text)
	var took []time.Duration
	for range worstRuns {
		took = append(took, spent(func() {
			for range times {
				scan(text)
			}
		})/time.Duration(times))
	}
	return median(took)
}

// PrintWorst writes a table, the slowest first.
func PrintWorst(w io.Writer, list []Hard) error {
	slices.SortStableFunc(list, func(a, b Hard) int {
		x, y := slices.Min(a.Rates()), slices.Min(b.Rates())
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "MB/s on\t")
	for _, n := range Sizes {
		fmt.Fprintf(t, "%d KB\t", n>>10)
	}
	fmt.Fprintln(t, "slope\tbar\t")
	for _, h := range list {
		fmt.Fprintf(t, "%s\t", h.Name)
		for _, r := range h.Rates() {
			fmt.Fprintf(t, "%.1f\t", r)
		}
		fmt.Fprintf(t, "%.2f\t%s\t\n", h.Slope(), h.misses())
	}
	return t.Flush()
}
