package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// noticesFile is what goes with the binaries: infra/bundle puts it into every zip.
const noticesFile = "THIRD_PARTY_LICENSES"

func (s *supply) writeNotices(ctx context.Context) (string, error) {
	list, err := s.terms(ctx)
	if err != nil {
		return "", err
	}
	return "", os.WriteFile(filepath.Join(s.root, noticesFile), []byte(notices(list)), 0o644)
}

const noticesHead = `Guardrails is linked from the modules below. Each comes under the texts that follow its name.
Written by ` + "`make generate`" + ` from the modules' own files; the source of each version can be had from its address.
`

// notices is each text once, after the modules that come under it.
func notices(list []terms) string {
	type entry struct{ heads []string }
	entries := map[string]*entry{}
	for _, t := range list {
		for _, x := range t.texts {
			content := plain(x.content)
			if entries[content] == nil {
				entries[content] = &entry{}
			}
			e := entries[content]
			e.heads = append(e.heads, head(t, x))
		}
	}
	order := slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
		return cmp.Or(cmp.Compare(entries[a].heads[0], entries[b].heads[0]), cmp.Compare(a, b))
	})
	var b strings.Builder
	b.WriteString(noticesHead)
	for _, content := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(entries[content].heads, "\n"), strings.Repeat("-", 80), content)
	}
	return b.String()
}

// head names a module and one of its files. The standard library goes without a version: it is that of the compiler.
func head(t terms, x text) string {
	if t.Path == std {
		return "Go's standard library, " + x.name + ", https://go.dev"
	}
	return fmt.Sprintf("%s %s, %s, https://proxy.golang.org/%s/@v/%s.zip", t.Path, t.Version, x.name, escape(t.Path), escape(t.Version))
}

// escape writes capital letters as the module proxy does.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plain is a text without the spaces that editors leave.
func plain(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
