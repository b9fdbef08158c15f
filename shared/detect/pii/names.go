package pii

import (
	_ "embed" // for the lists
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
	// keys are all words, end to end; slots hold 1 + an index of words, 0 if free.
	keys  []byte
	words []lexiconWord
	slots []uint16
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
	l := &lexicon{slots: make([]uint16, lexiconSlots), words: make([]lexiconWord, 0, 44_000), keys: make([]byte, 0, 400_000)}
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
		if slot, found := l.find(line); found && l.words[l.slots[slot]-1].kinds&(anyPlace|isCommon|isPlain|isOrgWord) != 0 {
			l.put(line, isGivenWord)
		} else {
			l.put(line, isGiven)
		}
	}
}

func (l *lexicon) put(word string, k kinds) {
	slot, found := l.find(word)
	if found {
		l.words[l.slots[slot]-1].kinds |= k
		return
	}
	l.words = append(l.words, lexiconWord{start: uint32(len(l.keys)), size: uint8(len(word)), kinds: k})
	l.keys = append(l.keys, word...)
	l.slots[slot] = uint16(len(l.words))
}

// find returns the slot of a word, or the free one where it belongs. Case does not count.
func (l *lexicon) find(word string) (uint32, bool) {
	h := uint32(2166136261)
	for i := range len(word) {
		h = (h ^ uint32(lowerByte(word[i]))) * 16777619
	}
	for slot := (h ^ h>>15) & (lexiconSlots - 1); ; slot = (slot + 1) & (lexiconSlots - 1) {
		n := l.slots[slot]
		if n == 0 || l.equal(l.words[n-1], word) {
			return slot, n != 0
		}
	}
}

func (l *lexicon) equal(w lexiconWord, word string) bool {
	if int(w.size) != len(word) {
		return false
	}
	key := l.keys[w.start:]
	for i := range len(word) {
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
		return l.words[l.slots[slot]-1].kinds
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
