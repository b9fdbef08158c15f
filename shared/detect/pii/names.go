package pii

import (
	_ "embed" // for the lists
	"encoding/binary"
	"strings"
	"sync"
)

// The lists hold names and places without accents, as the engine's folded view has them, one a line; lists/README.md says
// where each is from. A given name alone is evidence only if it is neither an everyday word nor a place: those are in the
// ambiguous lists and need a surname or a cue.
var (
	//go:embed lists/given.txt
	givenList string
	//go:embed lists/given_ambiguous.txt
	givenAmbiguousList string
	//go:embed lists/given_census.txt
	givenCensusList string
	//go:embed lists/given_census_ambiguous.txt
	givenCensusAmbiguousList string
	//go:embed lists/surnames.txt
	surnameList string
	//go:embed lists/surnames_ambiguous.txt
	surnameAmbiguousList string
	//go:embed lists/surnames_census.txt
	surnameCensusList string
	//go:embed lists/surnames_census_ambiguous.txt
	surnameCensusAmbiguousList string
	//go:embed lists/plain_words.txt
	plainWordList string
	//go:embed lists/function_words.txt
	functionWordList string
	//go:embed lists/common_words.txt
	commonWordList string
	//go:embed lists/organization_words.txt
	organizationWordList string
	//go:embed lists/places.txt
	placeList string
	//go:embed lists/cities.txt
	cityList string
	//go:embed lists/countries.txt
	countryList string
)

// kinds are what the lists say of a word, or of a few words with a space between.
type kinds uint32

const (
	isGiven kinds = 1 << iota
	// isGivenWord is a given name that is a word or a place too.
	isGivenWord
	isSurname
	// isSurnameWord is a surname that is a word of places and things too (Hill, Stone).
	isSurnameWord
	// isPlain has a capital where a name could stand and is none.
	isPlain
	// isCommon is an English word in small letters elsewhere.
	isCommon
	// isOrgWord makes what it ends an organization, a street or a work.
	isOrgWord
	// isPlace is a country or a large city, isTown a smaller one.
	isPlace
	isTown
	// isPlaceStart begins a place of several words.
	isPlaceStart
	// isCountry is a country or territory; it is a place too.
	isCountry
	isTitle
	// isLegal ends the name of a company by law; isHead and isLeadingHead are what an organization is, behind or before
	// the words that tell it from others (Baylor University, University of Leeds).
	isLegal
	isHead
	isLeadingHead
	// isStreetBehind, isStreetBefore, isStreetParticle and isUnit are the words of addresses.
	isStreetBehind
	isStreetBefore
	isStreetParticle
	isUnit
	// endsCue, endsStaff and endsHome end a phrase that introduces a person, an employer or a home, so that few places are
	// compared with the phrases.
	endsCue
	endsStaff
	endsHome
	endsAddressCue
	// isInside and isDirection are prepositions before places.
	isInside
	isDirection
	isArticle
)

const (
	anyGiven   = isGiven | isGivenWord
	anySurname = isSurname | isSurnameWord
	anyPlace   = isPlace | isTown
)

// lexicon is what all lists say, in one table with open addressing, so that a word costs one look.
type lexicon struct {
	// keys are all words, end to end; slots hold 1 + an index of words in their lower half, 0 if free, and the upper half of the
	// word's hash, so that a word that the lists have not is told by its slot.
	keys  []byte
	words []lexiconWord
	slots []uint32
}

type lexiconWord struct {
	start uint32
	size  uint8
	kinds kinds
}

// lexiconSlots is a power of two and more than twice the number of words.
const lexiconSlots = 1 << 17

// maxWord is the longest word or phrase of the lists.
const maxWord = 40

// lists is built on first use, so that start-up does not pay for it.
var lists = sync.OnceValue(buildLists)

func buildLists() *lexicon {
	l := &lexicon{slots: make([]uint32, lexiconSlots), words: make([]lexiconWord, 0, 44_000), keys: make([]byte, 0, 400_000)}
	l.add(givenList, isGiven)
	l.add(givenAmbiguousList, isGivenWord)

	l.add(surnameList, isSurname)
	l.add(surnameAmbiguousList, isSurnameWord)
	l.add(surnameCensusList, isSurname)
	l.add(surnameCensusAmbiguousList, isSurnameWord)
	l.add(plainWordList, isPlain)
	l.add(functionWordList, isPlain)
	l.add(commonWordList, isCommon)
	l.add(organizationWordList, isOrgWord)
	l.add(placeList, isPlace)
	l.add(countryList, isPlace|isCountry)
	l.add(cityList, isTown)
	l.add(givenCensusAmbiguousList, isGivenWord)
	l.addCensus(givenCensusList)
	l.addWords(titleWords, isTitle)
	l.addWords(legalForms, isLegal)
	l.addWords(headWords, isHead)
	l.addWords(leadingHeads, isLeadingHead)
	l.addWords(insideWords, isInside)
	l.addWords(directionWords, isDirection)
	l.addWords(leadingArticles, isArticle)
	l.addWords(kindsBehind, isStreetBehind)
	l.addWords(kindsBefore, isStreetBefore)
	l.addWords(streetParticles, isStreetParticle)
	l.addWords(unitWords, isUnit)
	for _, set := range []phraseSet{introductions, labels, nameLabels, mentions, called, closings, thanks} {
		l.addEnds(set, endsCue)
	}
	l.addWords(`ssa ra na a`, endsCue) // Dott.ssa, Sig.ra
	l.addEnds(staff, endsStaff)
	l.addEnds(homePhrases, endsHome)
	l.addEnds(germanHomePhrases, endsHome)
	l.addEnds(addressCues, endsAddressCue)
	l.addEnds(homeCues, endsAddressCue)
	return l
}

// add puts the lines of a list into the table.
func (l *lexicon) add(list string, k kinds) {
	for line := range strings.Lines(list) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || len(line) > maxWord {
			continue
		}
		l.put(line, k)
		if k&anyPlace != 0 {
			if i := strings.IndexAny(line, " -"); i > 0 {
				l.put(line[:i], isPlaceStart)
			}
		}
	}
}

func (l *lexicon) addWords(list string, k kinds) {
	for word := range strings.FieldsSeq(list) {
		l.put(word, k)
	}
}

// addEnds puts the last words of phrases into the table.
func (l *lexicon) addEnds(set phraseSet, k kinds) {
	for last := range set() {
		l.put(strings.TrimSuffix(last, ":"), k)
	}
}

// addCensus puts given names into the table that were not looked at one by one: what is a word or a place as well counts
// as such.
func (l *lexicon) addCensus(list string) {
	for line := range strings.Lines(list) {
		line = strings.TrimSuffix(line, "\n")
		if slot, found := l.find(line); found && l.at(slot).kinds&(anyPlace|isCommon|isPlain|isOrgWord) != 0 {
			l.put(line, isGivenWord)
		} else {
			l.put(line, isGiven)
		}
	}
}

func (l *lexicon) put(word string, k kinds) {
	slot, found := l.find(word)
	if found {
		l.at(slot).kinds |= k
		return
	}
	l.words = append(l.words, lexiconWord{start: uint32(len(l.keys)), size: uint8(len(word)), kinds: k})
	l.keys = append(l.keys, word...)
	l.slots[slot] = hashWord(word)&^indexMask | uint32(len(l.words))
}

// indexMask is the part of a slot that is an index.
const indexMask = 1<<16 - 1

// at returns the word of a slot that is taken.
func (l *lexicon) at(slot uint32) *lexiconWord { return &l.words[l.slots[slot]&indexMask-1] }

// find returns the slot of a word, or the free one where it belongs. Case does not count.
func (l *lexicon) find(word string) (uint32, bool) {
	h := hashWord(word)
	for slot := h & (lexiconSlots - 1); ; slot = (slot + 1) & (lexiconSlots - 1) {
		v := l.slots[slot]
		if v == 0 {
			return slot, false
		}
		if (v^h)&^indexMask == 0 && l.equal(l.at(slot), word) {
			return slot, true
		}
	}
}

// hashWord hashes a word of at least one byte without regard to ASCII case, eight bytes at a time: of what is left of a
// longer word, with some of the bytes before it.
func hashWord(word string) uint32 {
	const prime = 0x9E3779B97F4A7C15
	h := uint64(len(word)) * prime
	n := len(word)
	for i := 0; i+8 <= n; i += 8 {
		h = (h ^ lowerEight(word[i:i+8])) * prime
		h ^= h >> 29
	}
	switch rest := word[n&^7:]; {
	case rest == "":
	case n >= 8:
		h = (h ^ lowerEight(word[n-8:])) * prime
	case n >= 4:
		h = (h ^ lowerFour(word[:4]) ^ lowerFour(word[n-4:])<<32) * prime
	default:
		h = (h ^ uint64(lowerByte(word[0])) ^ uint64(lowerByte(word[n/2]))<<8 ^ uint64(lowerByte(word[n-1]))<<16) * prime
	}
	return uint32(h >> 32)
}

// lowerEight returns eight bytes with small letters, lowerFour four.
func lowerEight(s string) uint64 {
	_ = s[7]
	return lowerBytes(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
}

func lowerFour(s string) uint64 {
	_ = s[3]
	return lowerBytes(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24)
}

// lowerBytes is lowerByte for each byte of x: a capital has the top bit in one of the sums and not in the other.
func lowerBytes(x uint64) uint64 {
	const each = 0x0101010101010101
	const top = 0x80 * each
	low := x &^ top
	capitals := (low + (0x80-'A')*each) &^ (low + (0x80-'Z'-1)*each) &^ x & top
	return x | capitals>>2
}

func (l *lexicon) equal(w *lexiconWord, word string) bool {
	n := len(word)
	if int(w.size) != n {
		return false
	}
	key := l.keys[w.start:][:n]
	i := 0
	for ; i+8 <= n; i += 8 {
		if binary.LittleEndian.Uint64(key[i:]) != lowerEight(word[i:i+8]) {
			return false
		}
	}
	for ; i < n; i++ {
		if key[i] != lowerByte(word[i]) {
			return false
		}
	}
	return true
}

// kindsOf returns what the lists say of a word, without regard to ASCII case.
func kindsOf(word string) kinds {
	if len(word) == 0 || len(word) > maxWord {
		return 0
	}
	l := lists()
	if slot, found := l.find(word); found {
		return l.at(slot).kinds
	}
	return 0
}

// wordBefore returns the word that ends before at, over a space and the marks of a label or a closing.
func wordBefore(text string, at int) string {
	end := at
	for end > 0 && at-end < 24 && strings.IndexByte(" \n\r\t,:\"'*_>", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && end-start < maxWord && (isWord(text[start-1]) || text[start-1] == '\'') {
		start--
	}
	return text[start:end]
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// wordSet is a set of lower-case words that is built on first use, so that start-up does not pay for it.
type wordSet func() map[string]struct{}

// words is a set of the words of a literal.
func words(list string) wordSet {
	return sync.OnceValue(func() map[string]struct{} {
		fields := strings.Fields(list)
		set := make(map[string]struct{}, len(fields))
		for _, w := range fields {
			set[w] = struct{}{}
		}
		return set
	})
}

// has looks a word up without regard to ASCII case. It does not allocate.
func (s wordSet) has(word string) bool {
	var buf [maxWord]byte
	if len(word) > len(buf) {
		return false
	}
	for i := range len(word) {
		buf[i] = lowerByte(word[i])
	}
	_, ok := s()[string(buf[:len(word)])]
	return ok
}
