package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"guardrails/scripts/internal/tree"
)

// longFunction is the length in lines that 95 of 100 functions stay below.
const longFunction = 75

// row is one measure with its aim, as printed.
type row struct{ name, ours, aim string }

func (m *figures) rows() []row {
	return []row{
		{"function lines, median / p95", pair(m.functions), "10-12 / <= 75"},
		{"file lines, median / p95", pair(m.files), "90-145 / <= 530"},
		{"exported names per package, median / p95", pair(m.exported), "<= 6 / <= 45"},
		{"our packages behind a package, median / p95", pair(m.imports), ""},
		{"test lines : code lines", ratio(m.tests, m.code), "0.8-1.4"},
		{"comment share", percent(m.comments, m.code), "15-24 %"},
		{"packages with a doc comment", percent(m.documented, m.packages), ">= 95 %"},
		{"code lines", fmt.Sprint(m.code), ""},
		{fmt.Sprintf("functions above %d lines", longFunction), firstFew(m.longest, 5), ""},
	}
}

// width is how much of the tree leans on one package.
type width struct {
	path                string
	importers, exported int
}

// widest returns the n packages with the largest product of importers and exported names. Importers are counted over
// transitive dependencies: that is who a change can break.
func widest(packages []tree.Package, exported map[string]int, n int) []width {
	importers := map[string]int{}
	for _, p := range packages {
		for _, path := range p.Deps {
			importers[path]++
		}
	}
	var all []width
	for _, p := range packages {
		all = append(all, width{p.Path(), importers[p.ImportPath], exported[p.ImportPath]})
	}
	slices.SortStableFunc(all, func(a, b width) int {
		return cmp.Compare(b.importers*b.exported, a.importers*a.exported)
	})
	return all[:min(n, len(all))]
}

func ours(importPath string) bool {
	return strings.HasPrefix(importPath, tree.Module+"/")
}

func pair(values []int) string {
	return fmt.Sprintf("%d / %d", quantile(values, 0.5), quantile(values, 0.95))
}

// quantile returns the smallest value that at least q of the values do not exceed; 0 for none.
func quantile(values []int, q float64) int {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	i := int(q * float64(len(sorted)))
	return sorted[min(i, len(sorted)-1)]
}

func ratio(a, b int) string { return fmt.Sprintf("%.2f", float64(a)/float64(max(b, 1))) }

func percent(a, b int) string { return fmt.Sprintf("%.0f %%", 100*float64(a)/float64(max(b, 1))) }

func firstFew(names []string, n int) string {
	if len(names) == 0 {
		return "none"
	}
	text := strings.Join(names[:min(n, len(names))], ", ")
	if len(names) > n {
		text += fmt.Sprintf(" and %d more", len(names)-n)
	}
	return text
}
