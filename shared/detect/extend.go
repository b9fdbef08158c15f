package detect

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The limits of Custom.
const (
	maxPatterns     = 500 // of a tenant: those of its policies and their rules
	maxRegexes      = 20  // of one pattern
	maxRegexBytes   = 1000
	maxInstructions = 2000
	// maxAllInstructions is for all expressions of a set: an instruction takes about 70 bytes.
	maxAllInstructions = 200_000
	maxRepeats         = 200
	maxTerms           = 100_000 // of all patterns and the deny list
	maxTermBytes       = 256
	maxAllTermBytes    = 2 << 20
	maxContextWords    = 200
	maxExclusions      = 1000
	maxEntries         = 50_000 // of a list
	maxListRegexes     = 100    // of a list
	defaultScore       = 0.6
	denyType           = "DENY_LIST"
)

// extension collects what Extend compiles.
type extension struct {
	base  *Engine
	out   *Engine
	saved bool
	words *bankBuilder
	fuzzy []fuzzyTerm
	added []*compiled
	types map[string]bool
	// instructions are those of all expressions.
	instructions int
	terms        int
	bytes        int
	errors       fieldErrors
}

// Extend returns a tenant's engine: this one with the tenant's patterns and lists. The built-in tables are shared.
//
// Limits: 500 patterns of 20 expressions each; an expression is RE2 syntax of at most 1,000 bytes that repeats
// nothing more than 200 times, compiles to at most 2,000 instructions (all to 200,000) and matches no empty text; 100,000 terms of
// 256 bytes, 2 MiB together; names ^[A-Z][A-Z0-9_]{1,63}$ that no built-in type has, unless they are Saved. The error
// holds one *FieldError for each mistake (see FieldErrors).
func (e *Engine) Extend(c Custom) (*Engine, error) {
	out := *e
	out.plans = newPlanCache()
	out.dets = slices.Clone(e.dets[:e.builtin()])
	out.banks = slices.Clone(e.banks[:1])
	out.regexes, out.noLiteral, out.lists, out.fuzzy = nil, nil, nil, nil
	x := &extension{base: e, out: &out, saved: c.Saved, words: newBankBuilder(64), types: map[string]bool{}}
	x.patterns(c.Patterns)
	x.denyList(c.Deny)
	x.allowList(c.Allow, c.MAC)
	if err := x.errors.err(); err != nil {
		return nil, err
	}
	k, err := x.words.build(x.added, tenantBudget)
	if err != nil {
		return nil, fmt.Errorf("compile custom patterns: %w", err)
	}
	out.banks = append(out.banks, k)
	out.fuzzy = newFuzzyIndex(x.fuzzy)
	out.names = indexNames(out.dets)
	return &out, nil
}

// builtin returns how many of the detectors are built in.
func (e *Engine) builtin() int {
	n := slices.IndexFunc(e.dets, func(d *compiled) bool { return d.custom != nil })
	if n < 0 {
		return len(e.dets)
	}
	return n
}

// NoLiteral names the custom patterns that have an expression without a required literal. They run over the
// whole text, and the budget of a text may end before they do.
func (e *Engine) NoLiteral() []string { return slices.Clone(e.noLiteral) }

func (x *extension) patterns(list []CustomPattern) {
	if len(list) > maxPatterns {
		x.errors.add("/patterns", "must have at most "+strconv.Itoa(maxPatterns)+" entries")
		return
	}
	for i := range list {
		x.pattern(&list[i], "/patterns/"+strconv.Itoa(i))
	}
}

// pattern compiles one pattern of a tenant.
func (x *extension) pattern(p *CustomPattern, at string) {
	x.name(p.Name, at+"/name")
	x.checkPattern(p, at)
	d := x.detector("custom_"+strings.ToLower(p.Name), p.Name, p.Category)
	d.Context, d.NeedContext, d.Base = p.Context, p.ContextRequired, p.Score
	if d.Base == 0 {
		d.Base = defaultScore
	}
	d.custom.score, d.custom.keepNested, d.custom.sources = d.Base, p.KeepNested, p.Sources
	if p.Validator != "" {
		d.Validator, d.custom.validate = p.Validator, x.base.validators[p.Validator]
	}
	d.custom.exclude = make(map[string]bool, len(p.Exclude))
	for _, v := range p.Exclude {
		d.custom.exclude[foldString(v)] = true
	}
	x.words.detector(d)
	for i, r := range p.Regexes {
		score := r.Score
		if score == 0 {
			score = d.Base
		}
		x.regex(d, r.Pattern, score, at+"/regexes/"+strconv.Itoa(i)+"/pattern")
	}
	for i, t := range p.Terms {
		x.term(d, t, p.WholeWord, at+"/terms/"+strconv.Itoa(i))
		if p.Fuzzy {
			x.typos(d, t)
		}
	}
}

// typos lets a term be found with one typo, and reports whether it has the length for that.
func (x *extension) typos(d *compiled, term string) bool {
	plain, words := plainForm(foldString(term))
	if !fitsFuzzy(plain, words) {
		return false
	}
	x.fuzzy = append(x.fuzzy, fuzzyTerm{det: d, plain: plain})
	return true
}

// checkPattern checks the fields of a pattern other than its name, expressions and terms.
func (x *extension) checkPattern(p *CustomPattern, at string) {
	switch {
	case len(p.Regexes) == 0 && len(p.Terms) == 0:
		x.errors.add(at, "must have regexes or terms")
	case len(p.Regexes) > maxRegexes:
		x.errors.add(at+"/regexes", "must have at most "+strconv.Itoa(maxRegexes)+" entries")
	}
	if !knownCategory(p.Category) {
		x.errors.add(at+"/category", "must be one of pii, secret, injection, toxicity, custom, policy")
	}
	if len(p.Context) > maxContextWords {
		x.errors.add(at+"/context", "must have at most "+strconv.Itoa(maxContextWords)+" entries")
	}
	for i, w := range p.Context {
		if len(w) > maxTermBytes {
			x.errors.add(at+"/context/"+strconv.Itoa(i), "must have at most "+strconv.Itoa(maxTermBytes)+" bytes")
		}
	}
	if p.ContextRequired && len(p.Context) == 0 {
		x.errors.add(at+"/context", "must not be empty where context_required is set")
	}
	if len(p.Exclude) > maxExclusions {
		x.errors.add(at+"/exclude", "must have at most "+strconv.Itoa(maxExclusions)+" entries")
	}
	if p.Validator != "" && x.base.validators[p.Validator] == nil {
		x.errors.add(at+"/validator", "names no validator")
	}
	x.score(p.Score, at+"/score")
	for i, r := range p.Regexes {
		x.score(r.Score, at+"/regexes/"+strconv.Itoa(i)+"/score")
	}
	for i, s := range p.Sources {
		if s != SourceInput && s != SourceOutput && s != SourceIndirect {
			x.errors.add(at+"/sources/"+strconv.Itoa(i), "must be input, output or indirect")
		}
	}
}

func (x *extension) score(score float64, at string) {
	if !(score >= 0 && score <= 1) {
		x.errors.add(at, "must be 0 to 1")
	}
}

func knownCategory(c Category) bool {
	switch c {
	case "", CategoryPII, CategorySecret, CategoryInjection, CategoryToxicity, CategoryCustom, CategoryPolicy:
		return true
	}
	return false
}

// name checks the name of a pattern, which is the type of its findings.
func (x *extension) name(name, at string) {
	switch {
	case !validName(name):
		x.errors.add(at, "must match ^[A-Z][A-Z0-9_]{1,63}$")
	case x.isBuiltin(name):
		x.errors.add(at, "must not be the name of a built-in type")
	case x.types[name]:
		x.errors.add(at, "must not be used twice")
	}
	x.types[name] = true
}

func (x *extension) isBuiltin(name string) bool {
	typ := Canonical(name)
	return name == denyType || !x.saved && slices.ContainsFunc(x.base.dets[:x.base.builtin()], func(d *compiled) bool { return d.Type == typ })
}

func validName(name string) bool {
	if len(name) < 2 || len(name) > 64 || !isUpper(name[0]) {
		return false
	}
	for i := 1; i < len(name); i++ {
		if c := name[i]; !isUpper(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

// detector adds a detector to the tenant's bank.
func (x *extension) detector(name, typ string, category Category) *compiled {
	if category == "" {
		category = CategoryCustom
	}
	d := &compiled{
		Detector: Detector{Name: name, Type: typ, Category: category, Summary: "Pattern of the tenant"},
		id:       len(x.out.dets), bank: 1, custom: &customRule{},
	}
	x.out.dets = append(x.out.dets, d)
	x.added = append(x.added, d)
	return d
}

// term adds a dictionary term.
func (x *extension) term(d *compiled, term string, whole bool, at string) {
	folded := strings.TrimSpace(foldString(term))
	switch {
	case len(term) > maxTermBytes:
		x.errors.add(at, "must have at most "+strconv.Itoa(maxTermBytes)+" bytes")
		return
	case folded == "":
		x.errors.add(at, "must have a visible character")
		return
	}
	x.terms++
	x.bytes += len(folded)
	if x.terms > maxTerms || x.bytes > maxAllTermBytes {
		x.errors.add(at, fmt.Sprintf("must be among the first %d terms and %d bytes", maxTerms, maxAllTermBytes))
		return
	}
	mode := borderFree
	if whole {
		mode = borderExact
	}
	e := x.words.entry(folded, mode, true)
	if !slices.Contains(e.terms, d) {
		e.terms = append(e.terms, d)
	}
}

// regex compiles an expression and adds its required literals to the automaton.
func (x *extension) regex(d *compiled, expr string, score float64, at string) {
	c, msg := checkRegex(expr)
	if msg != "" {
		x.errors.add(at, msg)
		return
	}
	if x.instructions += c.instructions; x.instructions > maxAllInstructions {
		x.errors.add(at, "must not compile to more than "+strconv.Itoa(maxAllInstructions)+" instructions together with the expressions before it")
		return
	}
	r := &customRegex{det: d, id: len(x.out.regexes), re: c.re, score: score, cost: c.cost, far: sync.OnceValue(func() *probe { return newReader(c.tree) })}
	x.out.regexes = append(x.out.regexes, r)
	literals := requiredLiterals(c.tree)
	if r.literal = literals != nil; !r.literal {
		if !slices.Contains(x.out.noLiteral, d.Type) {
			x.out.noLiteral = append(x.out.noLiteral, d.Type)
		}
		return
	}
	r.reach = windowReach(c.tree)
	for _, l := range literals {
		e := x.words.entry(l, borderFree, true)
		if !slices.Contains(e.regexes, r) {
			e.regexes = append(e.regexes, r)
		}
	}
}

// checkedRegex is an expression within the limits, and what a byte of text costs.
type checkedRegex struct {
	tree *syntax.Regexp
	re   *regexp.Regexp
	cost int
	// instructions is the length of its program.
	instructions int
}

// checkRegex holds an expression to the limits. It returns what is wrong, or "".
func checkRegex(expr string) (c checkedRegex, msg string) {
	if expr == "" || len(expr) > maxRegexBytes {
		return c, "must have 1 to " + strconv.Itoa(maxRegexBytes) + " bytes"
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return c, "is not an RE2 expression: " + syntaxCode(err)
	}
	if maxRepeat(tree) > maxRepeats {
		return c, "must not repeat anything more than " + strconv.Itoa(maxRepeats) + " times"
	}
	if least, _ := matchLength(tree); least == 0 {
		return c, "must not match empty text"
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxInstructions {
		return c, "must compile to at most " + strconv.Itoa(maxInstructions) + " instructions"
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return c, "is not an RE2 expression: " + syntaxCode(err)
	}
	return checkedRegex{tree: tree, re: re, cost: 1 + len(prog.Inst)/costUnit, instructions: len(prog.Inst)}, ""
}

// syntaxCode returns the kind of a syntax error without the text that it quotes.
func syntaxCode(err error) string {
	var e *syntax.Error
	if errors.As(err, &e) {
		return e.Code.String()
	}
	return "syntax error"
}

// denyList compiles the deny entries: one detector for each type that they report.
func (x *extension) denyList(list []ListEntry) {
	if len(list) > maxEntries {
		x.errors.add("/deny", "must have at most "+strconv.Itoa(maxEntries)+" entries")
		return
	}
	byType := map[string]*compiled{}
	regexes := 0
	for i := range list {
		entry, at := &list[i], "/deny/"+strconv.Itoa(i)
		if !x.entry(entry, at) {
			continue
		}
		if entry.HMAC != "" {
			x.errors.add(at+"/hmac", "must not be used in a deny list")
			continue
		}
		if entry.Fuzzy && entry.Value == "" {
			x.errors.add(at+"/fuzzy", "goes with value alone")
		}
		d := x.denyDetector(byType, entry, at)
		if entry.Domain != "" {
			if name, ok := x.domain(entry.Domain, at+"/domain"); ok {
				x.term(d, name, false, at+"/domain")
			}
			continue
		}
		if entry.Regex == "" {
			x.term(d, entry.Value, entry.WholeWord, at+"/value")
			if entry.Fuzzy && !x.typos(d, entry.Value) {
				x.errors.add(at+"/fuzzy", "needs a value of 5 to 64 characters and 8 words at most")
			}
			continue
		}
		if regexes++; regexes > maxListRegexes {
			x.errors.add(at+"/regex", "must be among the first "+strconv.Itoa(maxListRegexes)+" expressions")
			continue
		}
		x.regex(d, entry.Regex, maxScore, at+"/regex")
	}
}

// denyDetector returns the detector that reports a deny entry's type; domains have one of their own.
func (x *extension) denyDetector(byType map[string]*compiled, entry *ListEntry, at string) *compiled {
	typ := entry.Type
	name := "deny_list_" + strings.ToLower(typ)
	if typ == "" || typ == denyType {
		name, typ = "deny_list", denyType
	} else if !validName(typ) || x.isBuiltin(typ) {
		x.errors.add(at+"/type", "must match ^[A-Z][A-Z0-9_]{1,63}$ and not be a built-in type")
	}
	key, hosts := typ, entry.Domain != ""
	if hosts {
		name, key = name+".domains", typ+".domains"
	}
	if byType[key] == nil {
		d := x.detector(name, typ, CategoryCustom)
		d.Summary = "Deny list of the tenant"
		d.Base, d.custom.score, d.custom.deny, d.custom.hosts = maxScore, maxScore, true, hosts
		byType[key] = d
	}
	return byType[key]
}

// entry checks that exactly one of the ways to name a value is used.
func (x *extension) entry(e *ListEntry, at string) bool {
	n := 0
	for _, v := range []string{e.Value, e.Regex, e.HMAC, e.Domain} {
		if v != "" {
			n++
		}
	}
	if n != 1 {
		x.errors.add(at, "must have exactly one of value, regex, hmac and domain")
	}
	return n == 1
}

// allowList compiles the allow entries.
func (x *extension) allowList(list []ListEntry, mac func(string) string) {
	if len(list) == 0 {
		return
	}
	if len(list) > maxEntries {
		x.errors.add("/allow", "must have at most "+strconv.Itoa(maxEntries)+" entries")
		return
	}
	l := &lists{values: map[string][]string{}, macs: map[string][]string{}, domains: map[string][]string{}, mac: mac}
	for i := range list {
		entry, at := &list[i], "/allow/"+strconv.Itoa(i)
		if !x.entry(entry, at) {
			continue
		}
		if entry.Fuzzy {
			x.errors.add(at+"/fuzzy", "is for deny lists")
		}
		typ := Canonical(entry.Type)
		switch {
		case entry.Value != "":
			key := foldString(entry.Value)
			l.values[key] = append(l.values[key], typ)
		case entry.Domain != "":
			if name, ok := x.domain(entry.Domain, at+"/domain"); ok {
				l.domains[name] = append(l.domains[name], typ)
			}
		case entry.Regex != "":
			x.allowRegex(l, entry.Regex, typ, at+"/regex")
		case mac == nil || !validDigest(entry.HMAC):
			x.errors.add(at+"/hmac", "must be 64 lower-case hexadecimal digits")
		default:
			l.macs[entry.HMAC] = append(l.macs[entry.HMAC], typ)
		}
	}
	x.out.lists = l
}

func (x *extension) allowRegex(l *lists, expr, typ, at string) {
	if len(l.regexes) == maxListRegexes {
		x.errors.add(at, "must be among the first "+strconv.Itoa(maxListRegexes)+" expressions")
		return
	}
	c, msg := checkRegex(expr)
	if msg != "" {
		x.errors.add(at, msg)
		return
	}
	c.re.Longest()
	l.regexes = append(l.regexes, allowRegex{re: c.re, typ: typ})
}

func validDigest(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return len(s) == 64
}
