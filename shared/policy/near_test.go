package policy

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

// TestNearAgainstAllPairs compares the sweep with a comparison of every pair.
func TestNearAgainstAllPairs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := &decision{}
		for range rapid.IntRange(1, 3).Draw(t, "strings") {
			drawString(t, d)
		}
		var a, b []int
		for i := range d.found {
			if d.found[i].Type == "A" {
				a = append(a, i)
			} else {
				b = append(b, i)
			}
		}
		limit := rapid.IntRange(0, 6).Draw(t, "limit")
		gotA, gotB := d.near(a, b, limit)
		if want := d.nearSlow(a, b, limit); !slices.Equal(gotA, want) {
			t.Fatalf("near = %v, want %v", gotA, want)
		}
		if want := d.nearSlow(b, a, limit); !slices.Equal(gotB, want) {
			t.Fatalf("near = %v, want %v", gotB, want)
		}
	})
}

// drawString adds a string of words and findings over runs of words.
func drawString(t *rapid.T, d *decision) {
	n := rapid.IntRange(1, 12).Draw(t, "words")
	text := strings.Repeat("é, ", n)
	for range rapid.IntRange(0, 6).Draw(t, "findings") {
		first := rapid.IntRange(0, n-1).Draw(t, "first")
		last := rapid.IntRange(first, n-1).Draw(t, "last")
		f := &detect.Finding{Type: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "type"), ByteStart: 4 * first, ByteEnd: 4*last + 2}
		d.found = append(d.found, located{Finding: f, scanned: len(d.scanned)})
	}
	own := d.found[slices.IndexFunc(append(d.found, located{scanned: len(d.scanned)}), func(l located) bool { return l.scanned == len(d.scanned) }):]
	slices.SortStableFunc(own, func(x, y located) int { return x.ByteStart - y.ByteStart })
	d.scanned = append(d.scanned, Scanned{Text: text})
}

func (d *decision) nearSlow(list, others []int, limit int) []int {
	var out []int
	for _, i := range list {
		if slices.ContainsFunc(others, func(j int) bool { return d.gap(i, j) <= limit }) {
			out = append(out, i)
		}
	}
	return out
}

// gap counts the words between two findings of drawString; each word takes four bytes.
func (d *decision) gap(i, j int) int {
	a, b := &d.found[i], &d.found[j]
	if a.scanned != b.scanned {
		return 1 << 20
	}
	return max(0, (b.ByteStart-a.ByteEnd-2)/4, (a.ByteStart-b.ByteEnd-2)/4)
}
