package detect

import "sort"

// reading is a text in which disguised words read as what they stand for, with the map back to the view.
type reading struct {
	text  string
	m     spanMap
	ranks *ranks
	// joined marks the bytes that were spaced out in the view. Between two of them a word may start or end
	// anywhere, since the spaces between words are lost.
	joined bitset
	// closed are the ranges of words that were closed up, in order.
	closed []span32
	// apart are the ranges of single characters that another reading closes up, in order. A model is not asked of them.
	apart []span32
	// name is what chains call it, "" the plain one. disguised says that some of it reads otherwise in the view.
	name      string
	disguised bool
	// from is where the reading begins to count, ends is where its units end.
	from int
	ends []int32
}

// share returns how many bytes of [start, end) are in the ranges, which are in order.
func share(ranges []span32, start, end int) int {
	n := 0
	first := sort.Search(len(ranges), func(i int) bool { return int(ranges[i].end) > start })
	for _, r := range ranges[first:] {
		if int(r.start) >= end {
			break
		}
		n += min(end, int(r.end)) - max(start, int(r.start))
	}
	return n
}

// judgeable reports whether a model is asked of a range of a reading: not where most of it is characters apart, nor where it
// reads as it does in the view, which is judged by itself.
func (s *scan) judgeable(r *reading, start, end int) bool {
	return 2*share(r.apart, start, end) < end-start && !r.repeats(s.text, start, end)
}

// repeats reports whether a disguised reading says in a range what the view says there, which has been read.
func (r *reading) repeats(view string, start, end int) bool {
	if !r.disguised {
		return false
	}
	from, to := r.m.span(start, end)
	return view[from:to] == r.text[start:end]
}

// disguises returns the readings of the view other than the plain one; most texts have none.
func (s *scan) disguises(plain *reading) []*reading {
	var out []*reading
	if s.planes.spaced() {
		out = s.spacedReadings(plain)
	}
	if s.planes.leet() {
		if r := s.leetReading(s.text); r != nil {
			out = append(out, r)
		}
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
	// manyLeet is from how many leet words on a unit is leet: short words such as 70 or 1t are read so, too.
	manyLeet     = 3
	maxLeetShort = 2
)

// leetReading returns the view with leet words spelled in letters, or nil if there is none.
func (s *scan) leetReading(view string) *reading {
	out, at := s.leet[:0], 0
	for _, e := range append([]int32{int32(s.from)}, s.unitEnds()...) {
		end, words := int(e), 0
		out, words = s.leetWords(view, out, at, end, func(length, letters int) bool { return letters >= minLeetLetters })
		if words >= manyLeet {
			out, _ = s.leetWords(view, out, at, end, func(length, letters int) bool { return letters > 0 || length <= maxLeetShort })
		}
		at = end
	}
	if s.leet = out; len(out) == 0 {
		return nil
	}
	return &reading{text: string(out), ranks: &ranks{}, name: "leet", disguised: true, from: s.from, ends: s.unitEnds()}
}

// leetWords spells the leet words of view[from:to] that take admits in out, which is empty or a copy of the view and becomes
// one if need be, and counts them.
func (s *scan) leetWords(view string, out []byte, from, to int, take func(length, letters int) bool) (spelled []byte, words int) {
	part := view[:to] // a word that goes on behind it is read again from there
	for i := from; i < to && s.effort.spend(1); {
		if k := plainEnd(part, i); k > i {
			i = k
			continue
		}
		end, letters, signs := leetWord(part, i)
		if !s.effort.spend((end - i) / 16) {
			break
		}
		if signs > 0 && end-i <= maxLeetWord && take(end-i, letters) {
			if len(out) == 0 {
				out = append(out, view...)
			}
			for j := i; j < end; j++ {
				if l := leetLetters[out[j]]; l != 0 {
					out[j] = l
				}
			}
			words++
		}
		i = max(end, i+1)
	}
	return out, words
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

// findWords returns the lexicon words of the reading.
func (r *reading) findWords(s *scan, k *bank) []hit {
	hits := s.readHits[:0]
	s.walk(k.words, r.text, nil, func(word, end int) {
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
	s.readHits = hits
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
