package detect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	maxWindow      = 16 << 10
	defaultWindow  = 128
	minKeyword     = 3
	maxLexiconSets = 64
	maxRules       = 64
)

// validate reports what is wrong with a literal. Expressions are checked on first use, and by CheckSyntax.
func (d *Detector) validate() error {
	errs := []error{d.validateHead()}
	kinds := 0
	if d.Number != nil {
		kinds++
		errs = append(errs, d.Number.validate())
	}
	if d.Anchor != nil {
		kinds++
		errs = append(errs, d.Anchor.validate())
	}
	if d.Pattern != nil {
		kinds++
		errs = append(errs, d.Pattern.validate())
	}
	if d.Lexicon != nil {
		kinds++
		errs = append(errs, d.Lexicon.validate())
	}
	if d.Model != nil {
		kinds++
		errs = append(errs, d.Model.validate())
	}
	if kinds != 1 {
		errs = append(errs, errors.New("needs exactly one of Number, Anchor, Pattern, Lexicon and Model"))
	}
	return errors.Join(errs...)
}

func (d *Detector) validateHead() error {
	switch {
	case d.Name == "" || strings.ToLower(d.Name) != d.Name:
		return errors.New("name must be lower snake case")
	case d.Type == "" || strings.ToUpper(d.Type) != d.Type:
		return errors.New("type must be upper snake case")
	case d.Category == "":
		return errors.New("category is empty")
	case d.Base < 0 || d.Base > 1 || d.ValidBase < 0 || d.ValidBase > 1:
		return errors.New("scores must be 0 to 1")
	}
	return nil
}

func (n *Number) validate() error {
	if len(n.Masks) == 0 {
		return errors.New("number has no masks")
	}
	for _, m := range n.Masks {
		if msg := validMask(m); msg != "" {
			return fmt.Errorf("mask %q %s", m, msg)
		}
	}
	return nil
}

func (a *Anchor) validate() error {
	if a.Bytes == "" || a.Scan == nil {
		return errors.New("anchor needs bytes and a scan function")
	}
	ascii := 0
	for i := range len(a.Bytes) {
		if a.Bytes[i] < 0x80 {
			ascii++
		}
	}
	if ascii != 0 && ascii != len(a.Bytes) {
		return errors.New("anchor bytes must be all inside or all outside ASCII")
	}
	return nil
}

func (p *Pattern) validate() error {
	if p.Regexp == "" || len(p.Keywords) == 0 {
		return errors.New("pattern needs an expression and keywords")
	}
	for _, k := range p.Keywords {
		if len(k) < minKeyword || strings.ToLower(k) != k {
			return fmt.Errorf("keyword %q must have at least %d bytes in lower case", k, minKeyword)
		}
	}
	if len(p.Stopwords) > maxWatched || slices.ContainsFunc(p.Stopwords, func(w string) bool { return len(w) < minLiteral }) {
		return fmt.Errorf("stopwords must be at most %d, each of at least %d bytes", maxWatched, minLiteral)
	}
	if p.Window < 0 || p.Window > maxWindow || p.Ahead < 0 || p.Ahead > maxWindow {
		return fmt.Errorf("window and ahead must be 0 to %d", maxWindow)
	}
	return nil
}

func (l *Lexicon) validate() error {
	if len(l.Words) == 0 || len(l.Words) > maxLexiconSets {
		return fmt.Errorf("lexicon needs 1 to %d word sets", maxLexiconSets)
	}
	if len(l.Rules) == 0 || len(l.Rules) > maxRules {
		return fmt.Errorf("lexicon needs 1 to %d rules", maxRules)
	}
	for _, set := range []string{l.Reports, l.Harmless} {
		if set != "" && len(l.Words[set]) == 0 {
			return fmt.Errorf("set %q has no words", set)
		}
	}
	for _, r := range l.Rules {
		if err := r.validate(l.Words); err != nil {
			return fmt.Errorf("rule %q: %w", r.Name, err)
		}
	}
	return nil
}

func (m *Model) validate() error {
	if m.Open == nil || m.Head == "" || m.Head == m.Kind {
		return errors.New("model needs a function that opens it, a head, and a kind that is another one")
	}
	return nil
}

func (r *LexiconRule) validate(words map[string][]string) error {
	if len(r.All) == 0 {
		return errors.New("needs at least one set")
	}
	if r.Weight <= 0 || r.Weight > 1 || r.Within < 0 {
		return errors.New("needs a weight of 0 to 1 and a distance of at least 0")
	}
	for _, sets := range [][]string{r.All, r.None} {
		for _, name := range sets {
			if len(words[name]) == 0 {
				return fmt.Errorf("set %q has no words", name)
			}
		}
	}
	return nil
}

// CheckSyntax compiles the expressions of the literal and returns the first mistake. Tests call it for every
// detector; the engine itself compiles on first use.
func (d *Detector) CheckSyntax() error {
	if d.Pattern == nil {
		return nil
	}
	return (&patternState{}).compile(d.Pattern)
}
