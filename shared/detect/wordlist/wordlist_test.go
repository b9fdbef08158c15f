package wordlist_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/detect/wordlist"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		want       wordlist.Sets
	}{
		{"empty", "", wordlist.Sets{}},
		{"one set", "[a]\none, two words,three*\n", wordlist.Sets{"a": {"one", "two words", "three*"}}},
		{"several lines and sets", "[a]\none\n\ntwo,\n[b c]\nthree", wordlist.Sets{"a": {"one", "two"}, "b c": {"three"}}},
		{"comments", "# about\n[a]\n# note, with comma\none", wordlist.Sets{"a": {"one"}}},
		{"words of no set", "lost, words\n[a]\none", wordlist.Sets{"a": {"one"}}},
		{"set in two parts", "[a]\none\n[b]\ntwo\n[a]\nthree", wordlist.Sets{"a": {"one", "three"}, "b": {"two"}}},
		{"carriage returns", "[a]\r\none, two\r\n", wordlist.Sets{"a": {"one", "two"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, wordlist.Parse(tt.file)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	sets := wordlist.Parse("[a]\none\n[b]\ntwo\n")
	if diff := cmp.Diff(map[string][]string{"a": {"one"}, "none": nil}, sets.Pick("a", "none")); diff != "" {
		t.Error(diff)
	}
}
