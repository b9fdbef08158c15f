package detect

// reading is a text in which disguised words read as what they stand for, with the map back to the view.
type reading struct {
	text  string
	m     spanMap
	ranks *ranks
	// joined marks the bytes that were spaced out in the view. Between two of them a word may start or end
	// anywhere, since the spaces between words are lost.
	joined bitset
	// name is what chains call it, "" the plain one. disguised says that some of it reads otherwise in the view.
	name      string
	disguised bool
	// from is where the reading begins to count, ends is where its units end.
	from int
	ends []int32
}

// disguises returns the readings of the view other than the plain one; most texts have none.
func (s *scan) disguises() []*reading {
	var out []*reading
	if r := s.leetReading(s.text); r != nil {
		out = append(out, r)
	}
	if r := s.spacedReading(s.text); r != nil {
		out = append(out, r)
	}
	return out
}

// leetLetters leads from a digit or sign to the letter that it stands for in words like 1gn0r3.
var leetLetters = [256]byte{
	'0': 'o', '1': 'i', '!': 'i', '|': 'i', '3': 'e', '4': 'a', '@': 'a', '5': 's', '$': 's', '7': 't',
}

const (
	minLeetLetters = 2
	maxLeetWord    = 24
)

// leetReading returns the view with leet words spelled in letters, or nil if there is none.
func (s *scan) leetReading(view string) *reading {
	if !mayBeLeet(view) {
		return nil
	}
	var out []byte
	for i := 0; i < len(view) && s.effort.spend(1); {
		if k := plainEnd(view, i); k > i {
			i = k
			continue
		}
		end, letters, signs := leetWord(view, i)
		if letters >= minLeetLetters && signs > 0 && end-i <= maxLeetWord {
			if out == nil {
				out = []byte(view)
			}
			for j := i; j < end; j++ {
				if l := leetLetters[out[j]]; l != 0 {
					out[j] = l
				}
			}
		}
		i = max(end, i+1)
	}
	if out == nil {
		return nil
	}
	return &reading{text: string(out), ranks: &ranks{}, name: "leet", disguised: true, from: s.from, ends: s.unitEnds()}
}

// plainEnd returns the end of a word of letters alone at i, or of what is neither a letter nor a sign; i if there is none.
func plainEnd(view string, i int) int {
	end := i
	for end < len(view) && isLetter(view[end]) {
		end++
	}
	if end < len(view) && (leetLetters[view[end]] != 0 || isDigit(view[end])) {
		return i
	}
	for end < len(view) && leetLetters[view[end]] == 0 && !isAlnum(view[end]) {
		end++
	}
	return end
}

// mayBeLeet reports whether a leet digit or sign touches a letter, as a quick test that most texts fail.
func mayBeLeet(view string) bool {
	for i := 0; i < len(view); i++ {
		if leetLetters[view[i]] == 0 {
			continue
		}
		before, after := i > 0 && isLetter(view[i-1]), i+1 < len(view) && isLetter(view[i+1])
		if before && after || (before || after) && isDigit(view[i]) {
			return true
		}
	}
	return false
}

// leetWord returns the end of the run of letters and leet signs at i, and how many of each it has: none if it has
// other digits, or if it is the local part and first label of a mail address. A sign that is no digit counts only
// between letters and digits, so that punctuation makes no leet word.
func leetWord(view string, i int) (end, letters, signs int) {
	at := false
	for end = i; end < len(view); end++ {
		c := view[end]
		switch {
		case isLetter(c):
			letters++
		case isDigit(c) && leetLetters[c] == 0:
			return wordEnd(view, end), 0, 0
		case leetLetters[c] != 0 && (isDigit(c) || end > i && end+1 < len(view) && isAlnum(view[end+1])):
			signs++
			at = at || c == '@'
		case at && c == '.' && end+1 < len(view) && isAlnum(view[end+1]):
			return end, 0, 0
		default:
			return end, letters, signs
		}
	}
	return end, letters, signs
}

func wordEnd(view string, i int) int {
	for i < len(view) && isAlnum(view[i]) {
		i++
	}
	return i
}

// minSpaced is how many single letters in a row make a spaced-out word.
const minSpaced = 4

// spacedReading returns the view with words like "i g n o r e" closed up, or nil if there is none.
func (s *scan) spacedReading(view string) *reading {
	var r *reading
	var out []byte
	copied := 0
	for i := 0; i < len(view); {
		if i+1 < len(view) && !spacers[view[i+1]] { // no single letter here
			i++
			continue
		}
		if !s.effort.spend(1) {
			return nil
		}
		end, letters := spacedRun(view, i)
		if letters < minSpaced {
			i = max(end, i+1)
			continue
		}
		if r == nil {
			r = &reading{name: "spaced", ranks: &ranks{}, disguised: true, joined: bitset(nil).empty(len(view))}
		}
		s.mark(i, end)
		out = r.copyPlain(out, view, copied, i)
		for j := i; j < end; j += spacing(view, j) {
			r.joined.take(len(out), len(out)+1)
			r.m = r.m.add(len(out), j, 1, 1)
			out = append(out, view[j])
		}
		copied, i = end, end
	}
	if r == nil {
		return nil
	}
	r.text = string(r.copyPlain(out, view, copied, len(view)))
	r.from = r.m.place(s.from, len(r.text))
	var fences []int32
	for _, at := range s.unitEnds() {
		fences = append(fences, int32(r.m.place(int(at), len(r.text))))
	}
	r.ends = appendUnitEnds(nil, r.text, r.from, fences)
	return r
}

// repeats reports whether a disguised reading says in a range what the view says there, which has been read.
func (r *reading) repeats(view string, start, end int) bool {
	if !r.disguised {
		return false
	}
	from, to := r.m.span(start, end)
	return view[from:to] == r.text[start:end]
}

// copyPlain appends view[from:to] as it stands.
func (r *reading) copyPlain(out []byte, view string, from, to int) []byte {
	if from == to {
		return out
	}
	r.m = r.m.add(len(out), from, 1, 1)
	return append(out, view[from:to]...)
}

// spacedRun returns the end of the run of single letters at i that are set apart by one sign each, always the
// same, and how many letters it has. Between words there may be up to three signs.
func spacedRun(view string, i int) (end, letters int) {
	if !isLetter(view[i]) || i > 0 && isAlnum(view[i-1]) {
		return i, 0
	}
	for end = i; ; {
		letters++
		next := end + spacing(view, end)
		if next >= len(view) || view[end+1] != view[i+1] || !spacers[view[end+1]] || !isLetter(view[next]) ||
			next+1 < len(view) && isAlnum(view[next+1]) {
			return end + 1, letters
		}
		end = next
	}
}

// spacing returns how far the next letter is from the one at i, with the signs between.
func spacing(view string, i int) int {
	const widest = 4
	n := 2
	for n < widest && i+n < len(view) && spacers[view[i+n]] {
		n++
	}
	return n
}

// spacers are the signs that set single letters apart.
var spacers = [256]bool{' ': true, '.': true, '-': true, '_': true, '*': true}

// findWords returns the lexicon words of the reading.
func (r *reading) findWords(s *scan, k *bank) []hit {
	var hits []hit
	s.walk(k.words, r.text, func(word, end int) {
		start := matchStart(r.text, end, k.entries[word][0].key)
		for i := range k.entries[word] {
			e := &k.entries[word][i]
			if len(e.lexicon) == 0 || !r.border(start) || e.border != borderStem && !r.border(end) {
				continue
			}
			last := end
			if e.border == borderStem {
				last = r.stemEnd(end)
			}
			hits = append(hits, hit{start: int32(start), end: int32(last), entry: e})
		}
	})
	return hits
}

// border reports whether a word may start or end at i.
func (r *reading) border(i int) bool {
	if i == len(r.text) || borderBefore(r.text, i) {
		return true
	}
	return r.joined != nil && r.joined.has(i-1, i) && r.joined.has(i, i+1)
}

// stemEnd is that of a view, but for spaced out letters, of which any may start a word.
func (r *reading) stemEnd(end int) int {
	limit := stemEnd(r.text, end)
	for end < limit && (r.joined == nil || !r.joined.has(end, end+1)) {
		end++
	}
	return end
}

// lexHit places a word of a lexicon in the reading.
func (r *reading) lexHit(h *hit, role lexiconRole) lexHit {
	return lexHit{
		det: role.det, start: h.start, end: h.end, sets: role.sets,
		rank: int32(r.rank(int(h.start))), last: int32(r.rank(int(h.end) - 1)),
	}
}

// rank returns the number of the word at or before byte i of the reading.
func (r *reading) rank(i int) int {
	if !r.ranks.ready {
		r.ranks.build(r.text)
	}
	return r.ranks.at(i)
}
