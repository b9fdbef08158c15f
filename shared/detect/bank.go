package detect

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// compiled is a detector with its place in the engine and its lazily compiled parts.
type compiled struct {
	Detector
	// id is the index in Engine.dets; bank the index in Engine.banks.
	id   int
	bank int
	// pattern is set for Pattern detectors, lexicon for Lexicon detectors, custom for a tenant's own.
	pattern *patternState
	lexicon *lexiconState
	custom  *customRule
}

// patternState holds the expressions of a Pattern, compiled on the first keyword hit.
type patternState struct {
	once        sync.Once
	err         error
	value       *search
	stop        *search
	allow       []*search
	allowBefore []*search
}

// bank is a group of detectors compiled together: all built-in ones, or those of one tenant.
type bank struct {
	words *automaton
	// entries lists what each word of the automaton stands for.
	entries [][]entry
	masks   *maskSet
	// lexicons says that some detector is a Lexicon.
	lexicons bool
	// anchors lists the detectors that start at a byte; rawAnchors those whose bytes are outside ASCII,
	// which folding would drop, so that they run on the text as it came.
	anchors    [256][]*compiled
	rawAnchors [256][]*compiled
	anchored   bool
	rawScan    bool
	properties planeTable
}

// border says where a word may stand.
type border uint8

const (
	borderFree  border = iota // anywhere, also inside words
	borderWhole               // at word borders on both sides
	borderStem                // at a word border in front; any ending
	borderExact               // as whole, but neither capitals nor digits make a border
)

// entry is one word in one border mode, and the detectors that use it.
type entry struct {
	// text is the folded word; key the same with spaces for all separators.
	text   string
	key    string
	phrase bool // key has a space, for which a run of white space may stand
	border border
	// strict says that the separators in the text must be those of the word.
	strict bool
	// context and negative hold detector ids in ascending order; neutral marks the engine's own negative words.
	context  []int32
	negative []int32
	neutral  bool
	cue      cue
	keywords []*compiled
	// label marks the words that an Anchor detector looks for before a value.
	label   bool
	lexicon []lexiconRole
	terms   []*compiled
	regexes []*customRegex
}

// lexiconRole says which sets of a lexicon a word belongs to, as bits.
type lexiconRole struct {
	det  *compiled
	sets uint64
}

// bankBuilder collects words before the automaton is built.
type bankBuilder struct {
	index   map[string]int
	texts   []string
	entries [][]entry
}

// newBankBuilder returns a builder for about so many words.
func newBankBuilder(words int) *bankBuilder { return &bankBuilder{index: make(map[string]int, words)} }

// entry returns the entry of a folded word in a border mode. In strict entries separators stand for themselves,
// in the others for each other. The pointer is valid until the next call.
func (b *bankBuilder) entry(text string, mode border, strict bool) *entry {
	text = single(text)
	key := spaced(text)
	i, ok := b.index[key]
	if !ok {
		i = len(b.texts)
		b.index[key] = i
		b.texts = append(b.texts, key)
		b.entries = append(b.entries, nil)
	}
	strict = strict && strings.ContainsAny(text, " "+wordSeparators)
	for j := range b.entries[i] {
		if e := &b.entries[i][j]; e.border == mode && e.strict == strict && (!strict || e.text == text) {
			return e
		}
	}
	b.entries[i] = append(b.entries[i], entry{text: text, key: key, phrase: strings.Contains(key, " "), border: mode, strict: strict})
	return &b.entries[i][len(b.entries[i])-1]
}

// phrase returns the entry of a word or phrase of a literal: a trailing '*' makes it a stem.
// It returns nil if nothing is left of the word after folding.
func (b *bankBuilder) phrase(word string) *entry {
	mode := borderWhole
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		word, mode = stem, borderStem
	}
	folded := strings.TrimSpace(foldString(word))
	if folded == "" {
		return nil
	}
	return b.entry(folded, mode, false)
}

// detector adds the words of one detector.
func (b *bankBuilder) detector(d *compiled) {
	id := int32(d.id)
	for _, w := range d.Context {
		if e := b.phrase(w); e != nil {
			e.context = appendID(e.context, id)
		}
		// Field names run phrases together: taxId for tax id.
		if joined := strings.ReplaceAll(w, " ", ""); joined != w {
			if e := b.phrase(joined); e != nil {
				e.context = appendID(e.context, id)
			}
		}
	}
	for _, w := range d.Negative {
		if e := b.phrase(w); e != nil {
			e.negative = appendID(e.negative, id)
		}
	}
	if d.Anchor != nil {
		for _, w := range d.Anchor.Labels {
			if e := b.phrase(w); e != nil {
				e.label = true
			}
		}
	}
	if d.Pattern != nil {
		for _, w := range d.Pattern.Keywords {
			if d.Pattern.Regexp == "" {
				e := b.entry(foldString(w), borderExact, true)
				e.terms = append(e.terms, d)
				continue
			}
			e := b.entry(foldString(w), borderFree, true)
			e.keywords = append(e.keywords, d)
		}
	}
	if d.Lexicon != nil {
		d.lexicon = newLexiconState(d.Lexicon)
		for _, name := range slices.Sorted(maps.Keys(d.Lexicon.Words)) {
			bit := d.lexicon.sets[name]
			for _, w := range d.Lexicon.Words[name] {
				if e := b.phrase(w); e != nil {
					e.addLexicon(d, bit)
				}
			}
		}
	}
}

func (e *entry) addLexicon(d *compiled, bit uint64) {
	for i := range e.lexicon {
		if e.lexicon[i].det == d {
			e.lexicon[i].sets |= bit
			return
		}
	}
	e.lexicon = append(e.lexicon, lexiconRole{det: d, sets: bit})
}

// appendID appends id unless it is the last one; detectors are added in order.
func appendID(ids []int32, id int32) []int32 {
	if n := len(ids); n > 0 && ids[n-1] == id {
		return ids
	}
	return append(ids, id)
}

// build compiles the bank of dets; budget is that of the automaton.
func (b *bankBuilder) build(dets []*compiled, budget int) (*bank, error) {
	k := &bank{entries: b.entries}
	if len(b.texts) > 0 {
		k.words = newAutomaton(b.texts, budget)
		k.words.setEdges(b.startLength, b.endsAtBorder)
	}
	masks, err := newMaskSet(dets)
	if err != nil {
		return nil, err
	}
	if len(masks.shapes) > 0 {
		k.masks = masks
	}
	for _, d := range dets {
		if d.Anchor != nil {
			k.addAnchor(d)
		}
		k.lexicons = k.lexicons || d.Lexicon != nil
	}
	k.properties = newPlaneTable(k)
	return k, nil
}

// startLength is the length of a word that starts at a border wherever it stands, 0 if it need not, or if white space may make
// it longer.
func (b *bankBuilder) startLength(word int) int {
	for i := range b.entries[word] {
		if e := &b.entries[word][i]; e.border == borderFree || e.phrase {
			return 0
		}
	}
	return len(b.texts[word])
}

// endsAtBorder reports whether a word ends at a border wherever it stands.
func (b *bankBuilder) endsAtBorder(word int) bool {
	return !slices.ContainsFunc(b.entries[word], func(e entry) bool { return e.border == borderFree || e.border == borderStem })
}

func (k *bank) addAnchor(d *compiled) {
	for _, c := range []byte(d.Anchor.Bytes) {
		if c >= 0x80 {
			k.rawAnchors[c] = append(k.rawAnchors[c], d)
			k.rawScan = true
			continue
		}
		k.anchors[c] = append(k.anchors[c], d)
		k.anchored = true
	}
}

// hasContext reports whether the entry is a context word of the detector.
func (e *entry) hasContext(id int) bool {
	_, ok := slices.BinarySearch(e.context, int32(id))
	return ok
}

// hasNegative reports whether the entry lowers the detector's score.
func (e *entry) hasNegative(d *compiled) bool {
	if e.neutral && d.takesNeutral() {
		return true
	}
	_, ok := slices.BinarySearch(e.negative, int32(d.id))
	return ok
}

// takesNeutral reports whether the engine's own negative words count: for numbers, which any other number may look
// like, and not for values that carry their own proof of kind, such as mail addresses and keys.
func (d *compiled) takesNeutral() bool { return d.Category == CategoryPII && d.Number != nil }
