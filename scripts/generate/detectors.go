package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// writeDetectors writes the page that lists the built-in detectors.
func writeDetectors(_ context.Context, root string) error {
	return os.WriteFile(filepath.Join(root, "docs", "detectors.md"), []byte(detectorPage()), 0o644)
}

func detectorPage() string {
	var b strings.Builder
	groups := map[detect.Category][]detect.Detector{}
	types := map[detect.Category]map[string]bool{}
	checked := map[string]bool{}
	for _, d := range builtin.Detectors() {
		groups[d.Category] = append(groups[d.Category], d)
		if types[d.Category] == nil {
			types[d.Category] = map[string]bool{}
		}
		types[d.Category][d.Type] = true
		if d.Validator != "" && d.Category == detect.CategoryPII {
			checked[d.Type] = true
		}
	}
	fmt.Fprintf(&b, `# Built-in detectors

Written by %s from the literals in `+"`shared/detect`"+`; `+"`GET /api/v1/detectors`"+` lists the same. %d detectors: %d types of personal data, of which
%d are validated, and %d rules for secrets.

- **Score** is what a value is worth by itself: by its shape, and once its check holds. A context word near it adds up to .40, canonical grouping .20; the threshold is .5.
- **Needs a word** says that it is reported only beside a word that says what it is, or in canonical grouping.
- **Opt-in** detectors run only where a request or a policy includes them by name.

`, "`make generate`", len(builtin.Detectors()), len(types[detect.CategoryPII]), len(checked), len(groups[detect.CategorySecret]))
	for _, category := range []detect.Category{detect.CategoryPII, detect.CategorySecret, detect.CategoryInjection, detect.CategoryToxicity} {
		list := groups[category]
		slices.SortStableFunc(list, func(a, b detect.Detector) int {
			if c := strings.Compare(a.Type, b.Type); c != 0 {
				return c
			}
			return strings.Compare(a.Name, b.Name)
		})
		fmt.Fprintf(&b, "## %s\n\n| type | detector | finds | validator | score | |\n|---|---|---|---|---|---|\n", headings[category])
		for _, d := range list {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s | %s |\n", d.Type, d.Name, strings.ReplaceAll(d.Summary, "|", "\\|"), d.Validator, score(d), note(d))
		}
		b.WriteString("\n")
	}
	b.WriteString("## Other names\n\nRequests may use these for types.\n\n| name | type |\n|---|---|\n")
	aliases := detect.Aliases()
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		fmt.Fprintf(&b, "| `%s` | `%s` |\n", name, aliases[name])
	}
	return b.String()
}

// headings are those of the categories that built-in detectors have.
var headings = map[detect.Category]string{
	detect.CategoryPII: "Personal data and identifiers", detect.CategorySecret: "Secrets",
	detect.CategoryInjection: "Prompt injection", detect.CategoryToxicity: "Toxicity",
}

func score(d detect.Detector) string {
	switch {
	case d.Lexicon != nil:
		return "by rules"
	case d.Model != nil:
		return "by the model"
	case d.ValidBase > 0 && d.ValidBase != d.Base:
		return fmt.Sprintf("%.2f, %.2f", d.Base, d.ValidBase)
	}
	return fmt.Sprintf("%.2f", d.Base)
}

func note(d detect.Detector) string {
	var out []string
	if d.NeedContext {
		out = append(out, "needs a word")
	}
	if d.OptIn {
		out = append(out, "opt-in")
	}
	return strings.Join(out, ", ")
}
