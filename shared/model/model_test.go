package model

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// toy is a set of texts about weather and food, of which the second head asks whether they are loud.
func toy(t testing.TB) *Set {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(words string) string {
		list := strings.Fields(words)
		return list[rnd.IntN(len(list))]
	}
	var examples []Example
	for i := range 400 {
		e := Example{Group: i, Labels: []int8{-1, -1}}
		text := "the " + pick("sun rain wind snow storm") + " is " + pick("warm cold strong weak") + " in " + pick("berlin paris rome oslo")
		if i%2 == 0 {
			e.Labels[0] = 1
			text = "the " + pick("soup bread cheese salad pasta") + " tastes " + pick("warm cold salty sweet") + " in " + pick("berlin paris rome oslo")
		}
		if i%3 == 0 {
			e.Labels[1] = 1
			text += " hurrah"
		}
		if i%5 == 0 {
			e.Labels[1] = 0
		}
		e.Units = []string{text}
		if i%7 == 0 && e.Labels[0] > 0 {
			e.Units = []string{"nothing to see here in " + pick("berlin paris rome"), text}
		}
		examples = append(examples, e)
	}
	s, err := NewSet(examples, Options{Heads: []string{"food", "loud"}, FalseAlarms: []float64{0.01, 0.01}, Costs: [][]float64{{0.1, 1}, {1}}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func trained(t testing.TB) *Model {
	t.Helper()
	m, _, err := toy(t).Train(t.Context(), "toy", "toy-1", "data")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrain(t *testing.T) {
	t.Parallel()
	m, results, err := toy(t).Train(t.Context(), "toy", "toy-1", "data")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		hits, found := 0, 0
		for i, margin := range r.Margins {
			if r.Hit[i] {
				hits++
				if margin >= r.Head.Threshold {
					found++
				}
			}
		}
		if hits < 50 || found < hits*95/100 {
			t.Errorf("%s: %d of %d found by weights that had not seen them", r.Head.Name, found, hits)
		}
	}
	var s Scorer
	food, _ := m.Head("food")
	loud, _ := m.Head("loud")
	for text, want := range map[string][2]bool{
		"the salad tastes sweet in rome":          {true, false},
		"the storm is strong in oslo":             {false, false},
		"the storm is strong in oslo hurrah":      {false, true},
		"THE SALAD TASTES SWEET IN ROME, HURRAH!": {true, true},
	} {
		margins := s.Margins(m, text, 2, nil)
		for head, want := range map[int]bool{food: want[0], loud: want[1]} {
			h := m.Header().Heads[head]
			if got := margins[head] >= h.Threshold; got != want {
				t.Errorf("%q: %s is %v at margin %.2f", text, h.Name, got, margins[head])
			}
			if score := h.Score(margins[head]); (score >= 0.5) != want || score < 0 || score > 1 {
				t.Errorf("%q: score %.2f", text, score)
			}
		}
	}
	for _, text := range []string{"", "?", "zzzz"} {
		if margins := s.Margins(m, text, 2, nil); margins[0] != m.Header().Heads[0].Bias || margins[1] != m.Header().Heads[1].Bias {
			t.Errorf("%q has margins %v beside the biases", text, margins)
		}
	}
	if _, ok := m.Head("other"); ok {
		t.Error("a head that is not there")
	}
}

// TestTrainingIsRepeatable trains twice: the bytes are the same, and so are they after a round through the stored form.
func TestTrainingIsRepeatable(t *testing.T) {
	t.Parallel()
	a, b := trained(t).Bytes(), trained(t).Bytes()
	if !bytes.Equal(a, b) {
		t.Error("two trainings differ")
	}
	m, err := Open(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(); err != nil || !bytes.Equal(m.Bytes(), a) {
		t.Errorf("not the same after opening: %v", err)
	}
}

func TestOpenRefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	whole := trained(t).Bytes()
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("no model"), "short": whole[:len(whole)-1], "long": append(slices.Clone(whole), 0),
		"header": append([]byte("GRML\xff\xff\xff\x7f"), whole[8:]...), "json": append([]byte("GRML\x08\x00\x00\x00notjson!"), whole[8:]...),
	} {
		if _, err := Open(file); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	m, err := Open(flipped)
	if err == nil {
		err = m.Verify()
	}
	if err == nil {
		t.Error("a flipped bit is not noticed")
	}
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	good := Options{Heads: []string{"a"}, FalseAlarms: []float64{0.01}, Costs: [][]float64{{1}}}
	for name, o := range map[string]Options{
		"no heads": {Costs: [][]float64{{1}}}, "no costs": {Heads: []string{"a"}, FalseAlarms: []float64{0}}, "no shares": {Heads: []string{"a"}, Costs: [][]float64{{1}}},
	} {
		if _, err := NewSet(nil, o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := NewSet([]Example{{Units: []string{"x"}}}, good); err == nil {
		t.Error("an example without labels is taken")
	}
	one := []Example{{Units: []string{"x y"}, Labels: []int8{1}, Group: 1}, {Units: []string{"x z"}, Labels: []int8{1}, Group: 2}}
	s, err := NewSet(one, good)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Train(t.Context(), "", "", ""); err == nil {
		t.Error("a head with hits alone is trained")
	}
}

// TestContributions holds the words of a text to their sum.
func TestContributions(t *testing.T) {
	t.Parallel()
	m := trained(t)
	var s Scorer
	for _, text := range []string{"the salad tastes sweet in rome hurrah", "hurrah hurrah the storm", "unknown words alone", "", "the soup, the soup; the soup in größe"} {
		margins := s.Margins(m, text, 2, nil)
		for head := range 2 {
			sum, last := m.Header().Heads[head].Bias, -1
			for _, w := range s.Contributions(m, head, text) {
				sum += w.Weight
				if w.Start <= last || w.End <= w.Start || w.End > len(text) {
					t.Errorf("%q: word from %d to %d", text, w.Start, w.End)
				}
				last = w.Start
			}
			if math.Abs(sum-margins[head]) > 1e-6 {
				t.Errorf("%q: words add up to %f, the margin is %f", text, sum, margins[head])
			}
		}
	}
}

// TestFeaturesIgnoreCaseAndSigns compares what a text is cut into.
func TestFeaturesIgnoreCaseAndSigns(t *testing.T) {
	t.Parallel()
	cut := func(text string) []uint32 {
		var x extractor
		x.extract(text)
		return x.buckets
	}
	for _, pair := range [][2]string{{"Hello, World!", "hello world"}, {"a\n\n b", "a b"}, {"don't", "DON'T"}, {"größe", "größe"}} {
		if !slices.Equal(cut(pair[0]), cut(pair[1])) {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"ab", "ba"}, {"a b", "b a"}, {"ab c", "a bc"}, {"größe", "grösse"}} {
		if slices.Equal(cut(pair[0]), cut(pair[1])) {
			t.Errorf("%q and %q are the same", pair[0], pair[1])
		}
	}
	words, chars := 0, 0
	for _, b := range cut("the cat sat") {
		if b < firstChars {
			words++
		} else {
			chars++
		}
	}
	if words != 5 || chars != 3*(3+2+1) {
		t.Errorf("%d words and pairs, %d runs", words, chars)
	}
}

// TestUnits cuts texts that come whole and in pieces: the same, at characters, and nothing is lost.
func TestUnits(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var b strings.Builder
		for b.Len() < 3000 {
			b.WriteString([]string{"word ", "end. ", "äöü", "\n", "x", "longer", "日本語", "! "}[rnd.IntN(8)])
		}
		text := b.String()
		if got := strings.Join(Units(text), ""); got != text {
			t.Fatal("units do not make the text")
		}
		for _, u := range Units(text) {
			if len(u) == 0 || len(u) > unit || !utf8.ValidString(u) {
				t.Fatalf("a unit of %d bytes", len(u))
			}
		}
		// The first cut depends on no more than the bytes that it is said to.
		if whole, part := UnitEnd(text), UnitEnd(text[:unit+1]); whole != part {
			t.Fatalf("cut at %d of the whole and %d of the beginning", whole, part)
		}
	}
	if got := Units(""); len(got) != 1 || got[0] != "" {
		t.Errorf("the empty text has units %q", got)
	}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	base := "The quick brown fox jumps over the lazy dog while the sun sets behind the old mill at the river"
	texts := []string{base, "something else entirely, about ships and the sea", strings.ToUpper(base) + "!", base + " again", "a third thing", "", ""}
	got := Clusters(texts)
	if got[0] != got[2] || got[0] != got[3] || got[0] == got[1] || got[1] == got[4] || got[5] != got[6] || got[5] == got[4] {
		t.Errorf("%v", got)
	}
}

func TestCalibration(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	var margins []float64
	var hits []bool
	for range 20_000 {
		m := rnd.Float64()*8 - 4
		margins = append(margins, m)
		hits = append(hits, rnd.Float64() < 1/(1+math.Exp(-2*m+1)))
	}
	s := calibrate(margins, hits)
	if math.Abs(s.a+2) > 0.1 || math.Abs(s.b-1) > 0.1 {
		t.Errorf("a %.2f and b %.2f, want -2 and 1", s.a, s.b)
	}
	if at := threshold([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.2); at <= 8 || at > 8.1 {
		t.Errorf("threshold %f lets another share than 2 of 10 pass", at)
	}
}

func FuzzMargins(f *testing.F) {
	for _, s := range []string{"the salad tastes sweet", "", "\xff\xfe", "ä", strings.Repeat("a", 1000), "日本 語"} {
		f.Add(s)
	}
	m := trained(f)
	f.Fuzz(func(t *testing.T, text string) {
		var s Scorer
		got := s.Margins(m, text, 2, nil)
		if again := s.Margins(m, text, 2, nil); !slices.Equal(got, again) || math.IsNaN(got[0]) || math.IsInf(got[1], 0) {
			t.Fatalf("%v, then %v", got, again)
		}
		at := 0
		for _, u := range Units(text) {
			if len(u) > unit {
				t.Fatal("a unit is too long")
			}
			at += len(u)
		}
		if at != len(text) {
			t.Fatal("units do not make the text")
		}
	})
}

func BenchmarkMargins(b *testing.B) {
	m := trained(b)
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 11)
	var s Scorer
	var out []float64
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		out = s.Margins(m, text, 2, out[:0])
	}
	_ = fmt.Sprint(out)
}
