// Package wordlist reads the word sets of lexicons from text files.
package wordlist

import "strings"

// Sets holds words and phrases by the name of their set.
type Sets map[string][]string

// Parse reads a word file: a line "[name]" opens a set, the lines below it hold words and phrases separated by
// commas. Lines that begin with '#' are comments. Words before the first set belong to none and are dropped.
func Parse(file string) Sets {
	sets := Sets{}
	name := ""
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			name = line[1 : len(line)-1]
		case name != "":
			sets[name] = append(sets[name], words(line)...)
		}
	}
	return sets
}

func words(line string) []string {
	var out []string
	for word := range strings.SplitSeq(line, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// Pick returns the named sets, as a lexicon holds them. A name without a set gives an empty one, which the
// engine refuses.
func (s Sets) Pick(names ...string) map[string][]string {
	out := make(map[string][]string, len(names))
	for _, name := range names {
		out[name] = s[name]
	}
	return out
}
