package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// automaton is an Aho-Corasick matcher over byte classes. ASCII case folds in the class table, and white space,
// '-' and '_' are all one class, so text is never copied and offsets stay true. A run of white space counts as one
// space: whoever types two, or whose lines end in two bytes, writes the same words (see matchStart). States are numbered breadth first: the shallow ones, where
// nearly all text keeps the matcher, have dense rows; states beyond the dense budget keep edge lists.
type automaton struct {
	class   [256]uint8
	classes int
	// space is the class of the separators.
	space uint8
	// Exactly one of small and large is used: rows of next states, the top bit set where a word ends.
	small []uint16
	large []uint32
	dense int
	// Edges of the states beyond dense, in compressed rows.
	edgeFrom  []uint32
	edgeClass []uint8
	edgeTo    []uint32
	fail      []uint32
	// word is the word that ends in a state, or -1; link the next shorter state that ends a word, or 0.
	word []int32
	link []uint32
}

const (
	smallMatch = 1 << 15
	largeMatch = 1 << 31
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
	t := newTrie(words, &a.class)
	order := t.breadthFirst()
	n := len(order)
	a.fail = make([]uint32, n)
	a.link = make([]uint32, n)
	a.word = make([]int32, n)
	a.dense = min(n, max(1, budget/a.classes))
	number := make([]uint32, n)
	for i, node := range order {
		number[node] = uint32(i)
		a.word[i] = t.word[node]
	}
	if lastTarget(t, order[:a.dense], number) < smallMatch {
		a.small = make([]uint16, a.dense*a.classes)
		fillRows(a, a.small, smallMatch, t, order, number)
	} else {
		a.large = make([]uint32, a.dense*a.classes)
		fillRows(a, a.large, largeMatch, t, order, number)
	}
	return a
}

// lastTarget returns the highest state that a row of the dense states leads to. States are numbered breadth first, so
// that it is far below the number of states.
func lastTarget(t *trie, dense, number []uint32) uint32 {
	last := uint32(0)
	for _, node := range dense {
		for c := t.child[node]; c != 0; c = t.sibling[c] {
			last = max(last, number[c])
		}
	}
	return last
}

// wordSeparators are the bytes that the automaton takes for a space.
const wordSeparators = "\t\n\r-_"

// isWhite reports whether c is a separator whose runs count as one.
func isWhite(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// matchStart returns where a match of the word that ends at end starts: further back than the word is long, where
// runs of white space stand for its spaces. The word is spaced.
func matchStart(text string, end int, word string) int {
	at := end
	for i := len(word) - 1; i >= 0; i-- {
		at--
		if word[i] != ' ' || i == 0 {
			continue
		}
		for isWhite(text[at]) && isWhite(text[at-1]) {
			at--
		}
	}
	return at
}

// single returns the word with each run of white space as one of its bytes, as the automaton reads texts.
func single(word string) string {
	out := make([]byte, 0, len(word))
	for i := range len(word) {
		if i == 0 || !isWhite(word[i]) || !isWhite(word[i-1]) {
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

// buildClasses gives every byte that occurs in a word a class of its own; class 0 is any other byte.
func (a *automaton) buildClasses(words []string) {
	a.classes = 1
	var seen [256]bool
	for _, w := range words {
		for i := 0; i < len(w); i++ {
			seen[w[i]] = true
		}
	}
	for c := range seen {
		if seen[c] && a.classes < 255 {
			a.class[c] = uint8(a.classes)
			a.classes++
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.class[c] = a.class[lower(c)]
	}
	for _, c := range []byte(wordSeparators) {
		a.class[c] = a.class[' ']
	}
	a.space = a.class[' ']
}

// trie holds nodes as first-child, next-sibling lists; node 0 is the root.
type trie struct {
	child, sibling []uint32
	class          []uint8
	word           []int32
}

func newTrie(words []string, class *[256]uint8) *trie {
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
			at = t.next(at, class[w[j]])
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
func fillRows[S uint16 | uint32](a *automaton, rows []S, match S, t *trie, order, number []uint32) {
	a.edgeFrom = make([]uint32, 0, len(order)-a.dense+1)
	for s, node := range order {
		fail := a.fail[s]
		if s < a.dense && s > 0 {
			copy(rows[s*a.classes:(s+1)*a.classes], rows[int(fail)*a.classes:])
		}
		if s >= a.dense {
			a.edgeFrom = append(a.edgeFrom, uint32(len(a.edgeTo)))
		}
		for c := t.child[node]; c != 0; c = t.sibling[c] {
			to := number[c]
			if s > 0 {
				a.fail[to] = step(a, rows, match, fail, t.class[c])
			}
			a.setLink(to)
			a.addEdge(s, t.class[c], to)
			if s < a.dense {
				rows[s*a.classes+int(t.class[c])] = S(to) | matchBit(a, to, match)
			}
		}
	}
	a.edgeFrom = append(a.edgeFrom, uint32(len(a.edgeTo)))
}

func (a *automaton) addEdge(from int, class uint8, to uint32) {
	if from >= a.dense {
		a.edgeClass = append(a.edgeClass, class)
		a.edgeTo = append(a.edgeTo, to)
	}
}

func (a *automaton) setLink(s uint32) {
	f := a.fail[s]
	if a.word[f] >= 0 {
		a.link[s] = f
	} else {
		a.link[s] = a.link[f]
	}
}

func matchBit[S uint16 | uint32](a *automaton, s uint32, match S) S {
	if a.word[s] >= 0 || a.link[s] != 0 {
		return match
	}
	return 0
}

// step follows one class from state s, through fail links where s has only edges.
func step[S uint16 | uint32](a *automaton, rows []S, match S, s uint32, class uint8) uint32 {
	for int(s) >= a.dense {
		i := int(s) - a.dense
		edges := a.edgeClass[a.edgeFrom[i]:a.edgeFrom[i+1]]
		if j := slices.Index(edges, class); j >= 0 {
			return a.edgeTo[int(a.edgeFrom[i])+j]
		}
		s = a.fail[s]
	}
	return uint32(rows[int(s)*a.classes+int(class)] &^ match)
}

// find calls emit with each word that ends in text and the offset of its end, in order of the ends.
func (a *automaton) find(text string, emit func(word, end int)) {
	if a != nil {
		a.findIn(text, 0, len(text), 0, emit)
	}
}

// findIn does find's work for the words that end in text[from:to], given the state that the text before it led to,
// and returns the state at to.
func (a *automaton) findIn(text string, from, to int, state uint32, emit func(word, end int)) uint32 {
	if a.small != nil {
		return walk(a, a.small, smallMatch, text[:to], from, state, emit)
	}
	return walk(a, a.large, largeMatch, text[:to], from, state, emit)
}

// walk is the hot loop: one table look-up a byte, but in the rare states without a row.
func walk[S uint16 | uint32](a *automaton, rows []S, match S, text string, from int, state uint32, emit func(word, end int)) uint32 {
	classes, dense, space := a.classes, uint32(a.dense), a.space
	s := state
	for i := from; i < len(text); i++ {
		class := a.class[text[i]]
		if class == space && i > 0 && isWhite(text[i]) && isWhite(text[i-1]) {
			continue
		}
		if s < dense {
			v := rows[int(s)*classes+int(class)]
			if s = uint32(v &^ match); v&match == 0 {
				continue
			}
		} else if s = step(a, rows, match, s, class); a.word[s] < 0 && a.link[s] == 0 {
			continue
		}
		a.emit(s, i+1, emit)
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
