package corpus

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTexts holds what the grammars make to what training needs: the same each time, each text once, nothing left open, and
// enough of every section.
func TestTexts(t *testing.T) {
	t.Parallel()
	texts, err := Texts(1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Texts(1)
	if err != nil || !slices.Equal(texts, again) {
		t.Errorf("the second time the texts differ, %v", err)
	}
	if other, err := Texts(2); err != nil || slices.Equal(texts, other) {
		t.Errorf("another seed makes the same texts, %v", err)
	}
	seen := map[string]bool{}
	byLabel, templates := map[string]int{}, map[int]string{}
	for _, x := range texts {
		if seen[x.Text] || x.Text == "" || !utf8.ValidString(x.Text) {
			t.Errorf("%s: %q is there twice, empty or no UTF-8", x.Kind, x.Text)
		}
		seen[x.Text] = true
		byLabel[x.Label]++
		if kind, ok := templates[x.Template]; ok && kind != x.Label+x.Kind {
			t.Errorf("template %d is of %s and of %s", x.Template, kind, x.Label+x.Kind)
		}
		templates[x.Template] = x.Label + x.Kind
	}
	for _, label := range []string{Attack, Benign, Toxic, Civil} {
		if byLabel[label] < 1500 {
			t.Errorf("%d texts are %s", byLabel[label], label)
		}
	}
}

func TestGrammarMistakes(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"a list twice":       "= a\nx\n\n= a\ny\n",
		"a line of nothing":  "x\n",
		"a count that is no": "[attack/x many]\nx\n",
	} {
		g := grammar{lists: map[string][]string{}}
		if err := g.parse(file); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	g := grammar{lists: map[string][]string{"loop": {"{loop}"}, "word": {"a"}}}
	for _, template := range []string{"{missing}", "{loop}"} {
		if got, err := g.expand(template, rand.New(rand.NewPCG(1, 1)), 0); err == nil {
			t.Errorf("%s became %q", template, got)
		}
	}
	if got, err := g.expand("{word} (b) {\"json\": 1} (c|c)", rand.New(rand.NewPCG(1, 1)), 0); err != nil || got != "a (b) {\"json\": 1} c" {
		t.Errorf("%q, %v", got, err)
	}
	if !strings.Contains(attacks, "[attack/direct ") {
		t.Error("the grammar of attacks has no direct ones")
	}
}
