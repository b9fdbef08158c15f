package gauge

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// The corpus is the same every time, of the size that it claims, and its values are values.
func TestCorpus(t *testing.T) {
	t.Parallel()
	documents := Corpus()
	if len(documents) != Documents || !slices.Equal(documents, Corpus()) {
		t.Fatalf("%d documents, or others in a second run", len(documents))
	}
	e, err := builtin.Engine()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for i, d := range documents {
		if len(d) < DocumentSize || len(d) > DocumentSize+DocumentSize/2 {
			t.Errorf("document %d has %d bytes", i, len(d))
		}
		for _, f := range e.Scan(t.Context(), d, detect.Options{}).Findings {
			found[f.Type]++
		}
	}
	for _, typ := range []string{"EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "IBAN_CODE", "PHONE_NUMBER", "PERSON", "IP_ADDRESS"} {
		if found[typ] < 50 {
			t.Errorf("%d findings of %s in %v", found[typ], typ, found)
		}
	}
	for i, l := range Long(documents) {
		if len(l) < Joined*DocumentSize {
			t.Errorf("long text %d has %d bytes", i, len(l))
		}
	}
}

func TestSlope(t *testing.T) {
	t.Parallel()
	sizes := []int{1, 4, 16, 64}
	for _, tt := range []struct {
		name  string
		times []time.Duration
		want  float64
	}{
		{"linear", []time.Duration{10, 40, 160, 640}, 1},
		{"square", []time.Duration{1, 16, 256, 4096}, 2},
		{"constant", []time.Duration{7, 7, 7, 7}, 0},
		{"nothing measured", []time.Duration{0, 0, 0, 0}, 0},
	} {
		if got := slope(sizes, tt.times); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %f, want %f", tt.name, got, tt.want)
		}
	}
}

// A measurement counts what the scanner finds, and every figure is of the documents.
func TestMeasure(t *testing.T) {
	t.Parallel()
	at := func(text string) int { return strings.Count(text, "@mail.com") }
	f := Measure([]Scan{at}, 1)[0]
	if f.Findings < 50 || f.Allocations > 50 || f.P50 > f.P99 || f.LongRate < 0 {
		t.Errorf("%+v", f)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	rows := []Row{{Name: "ours", Figures: Figures{Rate: 8, LongRate: 6}}, {Name: "peer", Figures: Figures{Rate: 2, LongRate: 3}}}
	if err := Print(&b, rows); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "4.0") || !strings.Contains(b.String(), "2.0") {
		t.Errorf("no ratios in\n%s", b.String())
	}
	b.Reset()
	times := func(of time.Duration) (out []time.Duration) {
		for _, n := range Sizes {
			out = append(out, time.Duration(n)*of)
		}
		return out
	}
	square := times(10)
	for i := range square {
		square[i] *= time.Duration(Sizes[i])
	}
	if err := PrintWorst(&b, []Hard{{"fast", times(10)}, {"slow", times(1000)}, {"square", square}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !strings.Contains(lines[1], "square") || !strings.Contains(lines[1], "grows faster than its text") || !strings.HasSuffix(strings.TrimSpace(lines[2]), "slow") || !strings.Contains(lines[3], "100.0") {
		t.Errorf("table\n%s", b.String())
	}
}
