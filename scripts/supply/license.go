package main

import (
	"embed"
	"slices"
	"strings"
	"unicode"
)

//go:embed licenses/*.txt
var templates embed.FS

// template is the text of a license as words; a star stands for a few words of somebody's own, like a name.
type template struct {
	// id is the license's name in the list of SPDX; empty for a text that says nothing of its own.
	id    string
	words []string
}

// wildcard is the most words that a star stands for.
const wildcard = 24

// The files of templates that are no licenses: titles, one a line, and what explains a license in its own file.
const titles, appendix = "titles.txt", "appendix.txt"

// wording parts a license's name from what tells another wording of it, in the names of files.
const wording = "+"

// loadTemplates reads the licenses that are known, the longest first.
func loadTemplates() ([]template, error) {
	list, err := templates.ReadDir("licenses")
	if err != nil {
		return nil, err
	}
	var out []template
	for _, f := range list {
		raw, err := templates.ReadFile("licenses/" + f.Name())
		if err != nil {
			return nil, err
		}
		switch f.Name() {
		case titles:
			for line := range strings.Lines(string(raw)) {
				out = append(out, newTemplate("", line))
			}
		case appendix:
			out = append(out, newTemplate("", string(raw)))
		default:
			id, _, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".txt"), wording)
			out = append(out, newTemplate(id, string(raw)))
		}
	}
	slices.SortFunc(out, func(a, b template) int { return len(b.words) - len(a.words) })
	return out, nil
}

func newTemplate(id, text string) template {
	t := template{id: id}
	for _, w := range words(strings.ReplaceAll(text, "*", "WILDCARD")) {
		t.words = append(t.words, w.text)
	}
	return t
}

// word is a word of a text, in lower case, and where it stands.
type word struct {
	text       string
	begin, end int
}

// words are what a license says: punctuation, line breaks and the numbers of lists, which editors change, are left out.
func words(text string) []word {
	var out []word
	begin := -1
	add := func(end int) {
		if begin >= 0 && end-begin > 1 {
			out = append(out, word{strings.ToLower(text[begin:end]), begin, end})
		}
		begin = -1
	}
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if begin < 0 {
				begin = i
			}
			continue
		}
		add(i)
	}
	add(len(text))
	return out
}

// identify returns the names of the licenses that a text consists of. ok is false when it holds more than licenses,
// their titles and lines of copyright: then people have to read it.
func identify(known []template, text string) (ids []string, ok bool) {
	rest := words(text)
	for _, t := range known {
		for {
			begin, end := find(t.words, rest)
			if begin < 0 {
				break
			}
			if t.id != "" {
				ids = append(ids, t.id)
			}
			text = text[:rest[begin].begin] + strings.Repeat(" ", rest[end-1].end-rest[begin].begin) + text[rest[end-1].end:]
			rest = words(text)
		}
	}
	slices.Sort(ids)
	for line := range strings.Lines(text) {
		if !isCopyright(line) && len(words(line)) > 0 {
			return slices.Compact(ids), false
		}
	}
	return slices.Compact(ids), len(ids) > 0
}

func isCopyright(line string) bool {
	line = strings.ToLower(strings.Trim(line, " \t\r\n*/#-"))
	return strings.HasPrefix(line, "copyright") || strings.HasPrefix(line, "(c)") || strings.HasPrefix(line, "all rights reserved") || strings.HasPrefix(line, "portions copyright")
}

// find returns where in text a license stands, or -1.
func find(license []string, text []word) (begin, end int) {
	for i := range text {
		if text[i].text != license[0] {
			continue
		}
		if n := match(license, text[i:]); n > 0 {
			return i, i + n
		}
	}
	return -1, -1
}

// match returns how many words at the beginning of text are the license, or 0.
func match(license []string, text []word) int {
	n := 0
	for i, w := range license {
		if w == "wildcard" {
			for skip := range wildcard {
				if n+skip >= len(text) {
					break
				}
				if m := match(license[i+1:], text[n+skip:]); m > 0 {
					return n + skip + m
				}
			}
			return 0
		}
		if n >= len(text) || text[n].text != w {
			return 0
		}
		n++
	}
	return n
}
