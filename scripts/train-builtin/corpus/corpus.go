// Package corpus writes texts to train the built-in models with: attacks on assistants and toxic texts, and harmless
// ones that have the same words in them. They come from grammars written for this purpose, so that what a model learns
// does not depend on the habits of one collection.
package corpus

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

//go:embed attacks.txt
var attacks string

//go:embed benign.txt
var benign string

//go:embed toxicity.txt
var toxicity string

// The labels of texts.
const (
	Attack = "attack" // gives an assistant orders that its owner did not give
	Benign = "benign" // looks like one
	Toxic  = "toxic"
	Civil  = "civil" // looks toxic
)

// Text is one text with what it is.
type Text struct {
	Text string
	// Label is Attack, Benign, Toxic or Civil; Kind is the section that it was made from.
	Label, Kind string
	// Template is the number of the template that it was made from: two texts of one template are much alike.
	Template int
}

// section is a kind of texts.
type section struct {
	label, kind string
	count       int
	templates   []string
}

// grammar is what a file describes.
type grammar struct {
	lists    map[string][]string
	sections []section
}

// Texts returns all texts, the same for the same seed, each once.
func Texts(seed uint64) ([]Text, error) {
	g := grammar{lists: map[string][]string{}}
	for _, file := range []string{attacks, benign, toxicity} {
		if err := g.parse(file); err != nil {
			return nil, err
		}
	}
	rnd := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a choice of words, not a secret
	var out []Text
	seen := map[string]bool{}
	first := 0 // the number of the section's first template
	for _, s := range g.sections {
		made := 0
		for try := 0; made < s.count && try < 4*s.count; try++ {
			// Every template has its turn, so that a section is as wide as it was written.
			text, err := g.expand(s.templates[try%len(s.templates)], rnd, 0)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.kind, err)
			}
			text = vary(text, rnd)
			if seen[text] {
				continue
			}
			seen[text] = true
			out = append(out, Text{Text: text, Label: s.label, Kind: s.kind, Template: first + try%len(s.templates)})
			made++
		}
		first += len(s.templates)
	}
	return out, nil
}

// heading opens a section: its label, its kind, and how many texts are made of it.
var heading = regexp.MustCompile(`^\[(attack|benign|toxic|civil)/([a-z -]+) ([0-9]+)\]$`)

// parse reads a file.
func (g *grammar) parse(file string) error {
	var add func(line string)
	for n, line := range strings.Split(file, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			add = nil
		case strings.HasPrefix(line, "= "):
			name := strings.TrimPrefix(line, "= ")
			if g.lists[name] != nil {
				return fmt.Errorf("line %d: list %q is there twice", n+1, name)
			}
			add = func(line string) { g.lists[name] = append(g.lists[name], line) }
		case heading.MatchString(line):
			part := heading.FindStringSubmatch(line)
			k, err := strconv.Atoi(part[3])
			if err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
			g.sections = append(g.sections, section{label: part[1], kind: part[2], count: k})
			i := len(g.sections) - 1
			add = func(line string) { g.sections[i].templates = append(g.sections[i].templates, line) }
		case add != nil:
			add(line)
		case !strings.HasPrefix(line, "#"):
			return fmt.Errorf("line %d belongs to nothing", n+1)
		}
	}
	return nil
}

// maxDepth bounds lists within lists.
const maxDepth = 8

// expand replaces {lists} and (choices|of|words).
func (g *grammar) expand(s string, rnd *rand.Rand, depth int) (string, error) {
	if depth > maxDepth {
		return "", fmt.Errorf("lists within lists: %q", s)
	}
	var b strings.Builder
	for s != "" {
		at := strings.IndexAny(s, "{(")
		if at < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:at])
		open, end := s[at], byte('}')
		if open == '(' {
			end = ')'
		}
		length := strings.IndexByte(s[at:], end)
		inner := ""
		if length > 0 {
			inner = s[at+1 : at+length]
		}
		list, known := g.lists[inner]
		switch {
		case length < 0, open == '(' && !strings.Contains(inner, "|"), open == '{' && !known:
			if open == '{' && inner != "" && strings.Trim(inner, "abcdefghijklmnopqrstuvwxyz_") == "" {
				return "", fmt.Errorf("there is no list %q", inner)
			}
			b.WriteByte(open)
			s = s[at+1:]
			continue
		case open == '(':
			list = strings.Split(inner, "|")
		}
		piece, err := g.expand(list[rnd.IntN(len(list))], rnd, depth+1)
		if err != nil {
			return "", err
		}
		b.WriteString(piece)
		s = s[at+length+1:]
	}
	return b.String(), nil
}

// vary writes a text as people do: with a capital or without, with a line break, in capitals.
func vary(s string, rnd *rand.Rand) string {
	switch n := rnd.IntN(20); {
	case n < 12:
		_, first := utf8.DecodeRuneInString(s)
		return strings.ToUpper(s[:first]) + s[first:]
	case n == 12:
		return strings.ToUpper(s)
	case n == 13:
		return strings.TrimRight(s, ".!?")
	case n == 14:
		return strings.ReplaceAll(s, ". ", ".\n")
	}
	return s
}
