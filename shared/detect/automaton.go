package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// automaton is an Aho-Corasick matcher over byte classes. ASCII case folds in the class table, and white space,
// '-' and '_' are all one class, so text is never copied and offsets stay true. White space behind another separator
// adds nothing: whoever types two spaces, or whose lines end in two bytes, writes the same words (see matchStart).
// States are numbered breadth first: the shallow ones, where nearly all text keeps the matcher, have dense rows. Rows
// are as long as most text needs, so that many stay in the processor's cache: classes beyond them, those of bytes
// outside ASCII, and states beyond the dense budget have edge lists.
type automaton struct {
	class   [256]uint8
	classes int
	// space is the class of the separators, and white that of white space, which is read as space or passed over.
	space, white uint8
	// rows holds the next states of the dense states, the top bit set where a word ends.
	rows  []uint16
	dense int
	// root holds the next states of the first state, by class.
	root []uint32
	// Edges that have no place in rows.
	edgeFrom  []uint32
	edgeClass []uint8
	edgeTo    []uint32
	fail      []uint32
	// spaced says that a state is reached by a separator.
	spaced []bool
	// word is the word that ends in a state, or -1; link the next shorter state that ends a word, or 0.
	word []int32
	link []uint32
	// edges says of a state whose words all need borders where none can be, as most that end there are parts of longer
	// ones: nil, if words may stand anywhere.
	edges []edge
}

// edge is what the words that end in a state need: in the lowest bit, that all end at a border; in the others, the length of
// the only one, if it starts at a border.
type edge uint8

// maxEdge is the longest word that an edge has the length of.
const maxEdge = 1<<7 - 1

// setEdges notes what words need, by word: a length of 0 leaves open where it starts.
func (a *automaton) setEdges(length func(word int) int, ends func(word int) bool) {
	a.edges = make([]edge, len(a.word))
	for s := range a.word {
		at := uint32(s)
		if a.word[s] < 0 {
			at = a.link[s]
		}
		if at == 0 {
			continue
		}
		if n := length(int(a.word[at])); n <= maxEdge && a.link[at] == 0 {
			a.edges[s] = edge(n) << 1
		}
		all := true
		for ; at != 0; at = a.link[at] {
			all = all && ends(int(a.word[at]))
		}
		if all {
			a.edges[s] |= 1
		}
	}
}

// inside reports whether the words that end before end are but parts of longer words, where they may not be: a letter
// stands before a small one at a place that would have to be a border.
func (e edge) inside(text string, end int) bool {
	if e&1 != 0 && end < len(text) && isLower(text[end]) && isLetter(text[end-1]) {
		return true
	}
	start := end - int(e>>1)
	return start < end && start > 0 && isLower(text[start]) && isLetter(text[start-1])
}

const (
	// rowClasses is the length of a row.
	rowClasses = 64
	rowMatch   = 1 << 15
	// builtinBudget and tenantBudget bound the dense rows, in entries; many tenants share the memory.
	builtinBudget = 1 << 19
	tenantBudget  = 1 << 17
)

// newAutomaton builds the matcher of words, which are folded, have spaces for all separators (see spaced), are not
// empty and without duplicates.
// Matches report the index of the word. At most budget entries are spent on dense rows.
func newAutomaton(words []string, budget int) *automaton {
	a := &automaton{}
	a.buildClasses(words)
	t := newTrie(words, &a.class, a.space)
	order := t.breadthFirst()
	n := len(order)
	a.fail, a.link, a.word, a.spaced = make([]uint32, n), make([]uint32, n), make([]int32, n), make([]bool, n)
	number := make([]uint32, n)
	for i, node := range order {
		number[node] = uint32(i)
		a.word[i] = t.word[node]
		a.spaced[i] = i > 0 && t.class[node] == a.space
	}
	a.dense = denseStates(t, order, number, min(n, max(1, budget/rowClasses)))
	a.rows = make([]uint16, a.dense*rowClasses)
	a.root = make([]uint32, a.classes)
	a.fillRows(t, order, number)
	return a
}

// denseStates returns how many states, most at most, can have rows: those whose next states all fit in one entry. States
// are numbered breadth first, so that these are far below the number of states.
func denseStates(t *trie, order, number []uint32, most int) int {
	for i, node := range order[:most] {
		for c := t.child[node]; c != 0; c = t.sibling[c] {
			if number[c] >= rowMatch {
				return i
			}
		}
	}
	return most
}

// wordSeparators are the bytes that the automaton takes for a space.
const wordSeparators = "\t\n\r-_"

// isWhite reports whether c is white space, which adds nothing behind another separator.
func isWhite(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// separates reports whether c is one of wordSeparators or a space.
func separates(c byte) bool { return isWhite(c) || c == '-' || c == '_' }

// matchStart returns where a match of the word that ends at end starts: further back than the word is long, where
// runs of white space stand for its spaces. The word is spaced.
func matchStart(text string, end int, word string) int {
	at := end
	for i := len(word) - 1; i >= 0; i-- {
		at--
		if word[i] != ' ' || i == 0 {
			continue
		}
		for isWhite(text[at]) && separates(text[at-1]) {
			at--
		}
	}
	return at
}

// single returns the word without the white space behind its separators, as the automaton reads texts.
func single(word string) string {
	out := make([]byte, 0, len(word))
	for i := range len(word) {
		if i == 0 || !isWhite(word[i]) || !separates(word[i-1]) {
			out = append(out, word[i])
		}
	}
	if len(out) == len(word) {
		return word
	}
	return string(out)
}

// spaced returns a folded word as the automaton wants it.
func spaced(word string) string {
	if !strings.ContainsAny(word, wordSeparators+" ") {
		return word
	}
	word = single(word)
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && strings.IndexByte(wordSeparators, byte(r)) >= 0 {
			return ' '
		}
		return r
	}, word)
}

// buildClasses gives every byte that occurs in a word a class of its own, ASCII first; class 0 is any other byte.
func (a *automaton) buildClasses(words []string) {
	var seen [256]bool
	for _, w := range words {
		for i := 0; i < len(w); i++ {
			seen[w[i]] = true
		}
	}
	a.space, a.white, a.classes = 1, 2, 3
	for c := range seen {
		if seen[c] && c != ' ' {
			a.class[c] = uint8(a.classes)
			a.classes++
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.class[c] = a.class[lower(c)]
	}
	for _, c := range []byte(wordSeparators + " ") {
		if a.class[c] = a.space; isWhite(c) {
			a.class[c] = a.white
		}
	}
}

// trie holds nodes as first-child, next-sibling lists; node 0 is the root.
type trie struct {
	child, sibling []uint32
	class          []uint8
	word           []int32
}

// newTrie holds the words, in which class space stands for white space.
func newTrie(words []string, class *[256]uint8, space uint8) *trie {
	size := 1
	for _, w := range words {
		size += len(w)
	}
	t := &trie{
		child: make([]uint32, 0, size), sibling: make([]uint32, 0, size),
		class: make([]uint8, 0, size), word: make([]int32, 0, size),
	}
	t.add(0)
	for i, w := range words {
		at := uint32(0)
		for j := 0; j < len(w); j++ {
			c := class[w[j]]
			if isWhite(w[j]) {
				c = space
			}
			at = t.next(at, c)
		}
		t.word[at] = int32(i)
	}
	return t
}

func (t *trie) add(class uint8) uint32 {
	t.child = append(t.child, 0)
	t.sibling = append(t.sibling, 0)
	t.class = append(t.class, class)
	t.word = append(t.word, -1)
	return uint32(len(t.child) - 1)
}

// next returns the child of at on class, and makes it if there is none.
func (t *trie) next(at uint32, class uint8) uint32 {
	for c := t.child[at]; c != 0; c = t.sibling[c] {
		if t.class[c] == class {
			return c
		}
	}
	c := t.add(class)
	t.sibling[c] = t.child[at]
	t.child[at] = c
	return c
}

// breadthFirst returns the nodes in order of depth.
func (t *trie) breadthFirst() []uint32 {
	order := make([]uint32, 1, len(t.child))
	for i := 0; i < len(order); i++ {
		for c := t.child[order[i]]; c != 0; c = t.sibling[c] {
			order = append(order, c)
		}
	}
	return order
}

// fillRows computes fail links, match links and rows in breadth-first order, where the fail state of each
// state, being shallower, is always complete.
func (a *automaton) fillRows(t *trie, order, number []uint32) {
	a.edgeFrom = make([]uint32, 0, len(order)+1)
	for s, node := range order {
		a.edgeFrom = append(a.edgeFrom, uint32(len(a.edgeTo)))
		var row []uint16
		if s < a.dense {
			row = a.rows[s*rowClasses : (s+1)*rowClasses]
		}
		if row != nil && s > 0 {
			copy(row, a.rows[int(a.fail[s])*rowClasses:])
		}
		for c := t.child[node]; c != 0; c = t.sibling[c] {
			to, class := number[c], t.class[c]
			if s > 0 {
				a.fail[to] = a.step(a.fail[s], class)
			} else {
				a.root[class] = to
			}
			a.setLink(to)
			if row == nil || class >= rowClasses {
				a.edgeClass = append(a.edgeClass, class)
				a.edgeTo = append(a.edgeTo, to)
				continue
			}
			row[class] = uint16(to) | a.matchBit(to)
		}
		if row != nil {
			row[a.white] = a.whiteEntry(uint32(s), row)
		}
	}
	a.root[a.white] = a.root[a.space]
	a.edgeFrom = append(a.edgeFrom, uint32(len(a.edgeTo)))
}

// whiteEntry is where white space leads from a dense state: nowhere new behind a separator.
func (a *automaton) whiteEntry(s uint32, row []uint16) uint16 {
	if a.spaced[s] {
		return uint16(s)
	}
	return row[a.space]
}

func (a *automaton) setLink(s uint32) {
	f := a.fail[s]
	if a.word[f] >= 0 {
		a.link[s] = f
	} else {
		a.link[s] = a.link[f]
	}
}

func (a *automaton) matchBit(s uint32) uint16 {
	if a.word[s] >= 0 || a.link[s] != 0 {
		return rowMatch
	}
	return 0
}

// step follows one class from state s, through fail links where s has only edges.
func (a *automaton) step(s uint32, class uint8) uint32 {
	if class == a.white {
		if a.spaced[s] {
			return s
		}
		class = a.space
	}
	for {
		if s == 0 {
			return a.root[class]
		}
		if int(s) < a.dense && class < rowClasses {
			return uint32(a.rows[int(s)*rowClasses+int(class)] &^ rowMatch)
		}
		edges := a.edgeClass[a.edgeFrom[s]:a.edgeFrom[s+1]]
		if j := slices.Index(edges, class); j >= 0 {
			return a.edgeTo[int(a.edgeFrom[s])+j]
		}
		s = a.fail[s]
	}
}

// find calls emit with each word that ends in text and the offset of its end, in order of the ends.
func (a *automaton) find(text string, emit func(word, end int)) {
	if a != nil {
		a.findIn(text, 0, len(text), 0, nil, emit)
	}
}

// findIn does find's work for the words that end in text[from:to], given the state that the text before it led to,
// and returns the state at to. Words that edges, if there are any, say to be inside longer ones are left out. It is the hot
// loop: one table look-up a byte, but in the rare states without a row.
func (a *automaton) findIn(text string, from, to int, state uint32, edges []edge, emit func(word, end int)) uint32 {
	rows, dense, s := a.rows, uint32(a.dense), state
	for i := from; i < to; i++ {
		class := a.class[text[i]]
		if s < dense && class < rowClasses {
			v := rows[s*rowClasses+uint32(class)]
			if s = uint32(v &^ rowMatch); v < rowMatch {
				continue
			}
		} else {
			before := s
			if s = a.step(s, class); s == before && class == a.white || a.word[s] < 0 && a.link[s] == 0 {
				continue
			}
		}
		if edges == nil || !edges[s].inside(text, i+1) {
			a.emit(s, i+1, emit)
		}
	}
	return s
}

func (a *automaton) emit(s uint32, end int, emit func(word, end int)) {
	if a.word[s] >= 0 {
		emit(int(a.word[s]), end)
	}
	for s = a.link[s]; s != 0; s = a.link[s] {
		emit(int(a.word[s]), end)
	}
}
