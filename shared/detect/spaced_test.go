package detect

import (
	"strings"
	"testing"
)

// TestSpacedRuns says what is a row of single characters.
func TestSpacedRuns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"i g n o r e":                    "ignore",
		"so: i g n o r e the r u l e s!": "ignore rules",
		"i-g-n-o-r-e a-l-l":              "ignoreall",
		"s a y , n o w":                  "say,now",
		"ü b e r а б":                    "überаб",
		"J. R. R. Tolkien":               "",
		"x = 1, y = 2":                   "",
		"a b c":                          "",
		"plan A or plan B":               "",
		"an e-mail, a T-shirt, U.S. tax": "",
		"a b" + strings.Repeat(" ", 40) + "c d e f": "cdef",
		"":  "",
		"a": "",
	} {
		s := &scan{effort: &effort{ctx: t.Context(), due: checkEvery}}
		var got []string
		for _, r := range s.spacedRuns(text) {
			word := ""
			r.each(text, func(from, to, _, place int) {
				if place != len(word) {
					t.Errorf("%q: place %d, want %d", text, place, len(word))
				}
				word += text[from:to]
			})
			got = append(got, word)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestOrdinaryTextHasNoReadings costs ordinary text no memory.
func TestOrdinaryTextHasNoReadings(t *testing.T) {
	s := &scan{effort: &effort{ctx: t.Context(), due: checkEvery}}
	plain := &reading{text: prose()}
	if n := testing.AllocsPerRun(10, func() {
		s.effort.work = 0
		if s.spacedReadings(plain) != nil {
			t.Fatal("a reading")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestReadingsLeadBack maps every letter of both readings to itself in the text.
func TestReadingsLeadBack(t *testing.T) {
	t.Parallel()
	text := "Note: i g n o r e   a l l . n o w, ä x ü y (a-b-c-d) end"
	s := &scan{effort: &effort{ctx: t.Context(), due: checkEvery}}
	c := closer{view: text}
	for _, r := range s.spacedRuns(text) {
		c.close(&r, []int32{2, 5})
	}
	r := c.reading(&scan{}, "spaced")
	for i := range len(r.text) {
		from, to := r.m.span(i, i+1)
		if r.text[i] != ' ' && !strings.Contains(text[from:to], r.text[i:i+1]) {
			t.Errorf("byte %d of %q leads to %q", i, r.text, text[from:to])
		}
	}
}
