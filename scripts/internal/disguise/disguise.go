// Package disguise writes texts so that people read the same and programs may not.
package disguise

import "strings"

// Disguise is a way to write a text.
type Disguise struct {
	Name string
	// Of returns what stands for a character.
	Of func(r rune) string
	// Alters says that a value in disguise is another one: its characters are parted or replaced.
	Alters bool
}

// All returns the disguises in a fixed order.
func All() []Disguise {
	return []Disguise{
		{Name: "zero-width", Of: func(r rune) string { return string(r) + "\u200b" }},
		{Name: "full-width", Of: func(r rune) string {
			if r > ' ' && r <= '~' {
				return string(r + 0xFEE0)
			}
			return string(r)
		}},
		{Name: "homoglyphs", Of: replacer("aceopxyiABCEHIKMOPTX", "асеорхуіАВСЕНІКМОРТХ")},
		{Name: "spaced", Of: func(r rune) string { return string(r) + " " }, Alters: true},
		{Name: "spaced evenly", Of: func(r rune) string {
			if r == ' ' {
				return ""
			}
			return string(r) + " "
		}, Alters: true},
		{Name: "leet", Of: replacer("oieast", "013457"), Alters: true},
	}
}

// replacer writes each character of from as the one of to.
func replacer(from, to string) func(r rune) string {
	signs := map[rune]rune{}
	for i, r := range []rune(from) {
		signs[r] = []rune(to)[i]
	}
	return func(r rune) string {
		if other, ok := signs[r]; ok {
			return string(other)
		}
		return string(r)
	}
}

// Text disguises a text, and says where each of its code points begins in the disguise, in code points, and where it ends.
func (d Disguise) Text(text string) (out string, starts []int) {
	var b strings.Builder
	n := 0
	for _, r := range text {
		starts = append(starts, n)
		piece := d.Of(r)
		b.WriteString(piece)
		n += len([]rune(piece))
	}
	return b.String(), append(starts, n)
}
