package model

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// part shows a text with spaces at the cuts.
func part(s *Scorer, m *Model, text string, gaps []int32) string {
	cuts := s.Words(m, text, gaps, nil)
	for _, at := range slices.Backward(cuts) {
		text = text[:at] + " " + text[at:]
	}
	return text
}

func TestWords(t *testing.T) {
	t.Parallel()
	m := trained(t)
	var s Scorer
	for _, c := range []struct {
		name, text string
		gaps       []int32
		want       string
	}{
		{"known words", "thesoupiscold", nil, "the soup is cold"},
		{"capitals", "TheSNOWisCOLD", nil, "The SNOW is COLD"},
		{"one word", "cheese", nil, "cheese"},
		{"an unknown word stays whole", "thezebraquxiscold", nil, "the zebraqux is cold"},
		{"signs stand alone", "thesoup,the(salad)", nil, "the soup,the(salad)"},
		{"gaps keep a word together", "thezebraintheberlin", []int32{3, 8, 10, 13}, "the zebra in the berlin"},
		{"a gap in a known word is no border", "thechee" + "se", []int32{3, 7}, "the cheese"},
		{"a gap behind a sign is one", "soup,snow", []int32{5}, "soup, snow"},
		{"other letters", "thesoupérosé", []int32{3, 7}, "the soup érosé"},
		{"nothing", "", nil, ""},
	} {
		if got := part(&s, m, c.text, c.gaps); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzWords cuts any bytes at any gaps: cuts come in order, inside the text, and never inside a character.
func FuzzWords(f *testing.F) {
	m := trained(f)
	for _, seed := range []string{"thesoupiscold", "é\xff\x80\x80", strings.Repeat("\x80", 100), "1,234", "日本語the"} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, every int) {
		text = text[:min(len(text), 4096)]
		var gaps []int32
		for at := range text {
			if every > 0 && at > 0 && at%every == 0 {
				gaps = append(gaps, int32(at))
			}
		}
		var s Scorer
		last := int32(0)
		for _, at := range s.Words(m, text, gaps, nil) {
			if at <= last || int(at) >= len(text) {
				t.Fatalf("cut at %d behind %d of %d", at, last, len(text))
			}
			if utf8.ValidString(text) && !utf8.RuneStart(text[at]) {
				t.Fatalf("cut at %d is inside a character", at)
			}
			last = at
		}
	})
}
