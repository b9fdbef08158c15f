package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func locations() []detect.Detector {
	return []detect.Detector{location(), locationInSmallLetters()}
}

// homeWords are what the place follows where someone lives or comes from, for those who write no capitals.
const homeWords = `live in|lives in|living in|lived in|moved to|moved here from|grew up in|born in|am from|i'm from|residing in|resident of|wohne in|wohnt in|geboren in|komme aus|kommt aus|habite a|habite en|vivo en|vive en|nacio en|abito a|abita a|moro em|mora em|woon in|woont in`

func locationInSmallLetters() detect.Detector {
	keys := strings.Split(homeWords, "|")
	for i := range keys {
		keys[i] += " "
	}
	return detect.Detector{
		Name: "location_small_letters", Type: "LOCATION", Category: detect.CategoryPII,
		Summary: "Country or city in small letters behind the words for where a person lives or comes from",
		Base:    0.55,
		Pattern: &detect.Pattern{
			Scan:     scanSmallLocation,
			Regexp:   `(?i)\b(?:` + homeWords + `) (?:the )?((?-i:[a-z'\-]{2,}(?: [a-z'\-]{2,}){0,4}))`,
			Keywords: keys,
		},
		Samples: detect.Samples{
			Positive: []string{"i live in france, can i get a card", "she moved here from switzerland", "i was born in lisbon", "he grew up in the netherlands", "ich wohne in münchen", "vivo en zaragoza", "i'm from new zealand"},
			Negative: []string{"i live in harmony", "the code lives in java", "born in reading", "i live in denial", "i moved to mobile", "we live in a society", "data living in london servers", "i live in paris-style flats"},
			Source:   "own",
		},
	}
}

// scanSmallLocation reads the place behind a home phrase at text[start:end].
func scanSmallLocation(text string, start, end int) (from, to, done int) {
	if start > 0 && (isWord(text[start-1]) || text[start-1] == '-') {
		return 0, 0, 0
	}
	if strings.HasPrefix(text[end:], "the ") {
		end += len("the ")
	}
	if end >= len(text) || text[end] < 'a' || text[end] > 'z' {
		return 0, 0, 0
	}
	stop, k := longestPlace(text, end)
	if k&anyPlace == 0 || k&isCountry == 0 && k&(isCommon|isPlain|isOrgWord) != 0 || stop < len(text) && (isWord(text[stop]) || strings.IndexByte("-_@/", text[stop]) >= 0) {
		return 0, 0, 0
	}
	if word := text[start:end]; word[0]|0x20 != 'b' && word[0]|0x20 != 'g' && !strings.EqualFold(word[:2], "i'") && !personBefore(text, start, false) && !firstPerson(word) {
		return 0, 0, 0
	}
	return end, stop, stop
}

// firstPerson reports whether a phrase says I by the form of its verb.
func firstPerson(phrase string) bool {
	for _, verb := range [...]string{"wohne", "komme", "vivo", "abito", "moro", "woon "} {
		if strings.HasPrefix(phrase, verb) {
			return true
		}
	}
	return false
}

func location() detect.Detector {
	return detect.Detector{
		Name: "location", Type: "LOCATION", Category: detect.CategoryPII,
		Summary: "Country or city that is said of a person",
		Base:    0.30, ValidBase: 0.55,
		Context: []string{
			"lives in", "live in", "living in", "lived in", "moved to", "moved here from", "move to", "originally from", "comes from", "born in", "grew up in", "based in", "residing in", "resident of", "resides in", "citizen of", "she is from", "he is from", "i am from", "i'm from", "arrived in",
			"wohnt in", "lebt in", "geboren in", "kommt aus", "habite a", "vit a", "ne a", "vive en", "nacio en", "abita a", "vive a", "nato a", "mora em", "nasceu em", "woont in",
		},
		Anchor: &detect.Anchor{Bytes: capitals, Word: true, Scan: scanLocation},
		Samples: detect.Samples{
			Positive: []string{
				"She lives in Lisbon", "I'm originally from New Zealand", "er wohnt in München", "I am in Hungary for a week", "my sister flew from Reykjavik", "his flat in Springfield, IL",
				"she grew up in Quarrington", "ich arbeite in Leipzig", "elle travaille en Italie", "mi hermana trabaja en Zaragoza", "minha filha estuda em Curitiba", "mijn vriend werkt in Utrecht", "Anna is in Reading, England",
			},
			Negative: []string{
				"the Paris agreement", "lives in harmony", "Lisbonne is spelled so", "from Berliner streets", "I log in from Mobile", "my book in Reading list", "Nice to meet you", "he wrote it in Orange", "the code lives in Terraform", "I moved to Trash", "it comes from Google", "she came in April", "I send it in JSON",
				"I heard from Austin", "I need a transfer from China", "in London Bridge style", "my code is in Java", "Turkey sandwich", "my list in Excel", "our servers in the United States", "er lebt in Angst", "courts in San Francisco, CA",
			},
			Source: "own",
		},
	}
}

// scanLocation takes the longest run of words that the lists have and looks at what tells a place from a person or a
// thing of its name: a preposition, the state behind a comma, or that someone lives there.
func scanLocation(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.IndexByte("_@/\\-.#$&'", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	end, k := longestPlace(text, at)
	if k == 0 {
		if text[at-min(at, 1)] != ' ' || kindsOf(wordBefore(text, at))&endsHome == 0 {
			return 0, 0, detect.Reject
		}
		return scanHome(text, at)
	}
	if end < len(text) && strings.IndexByte("-_@", text[end]) >= 0 {
		return 0, 0, detect.Reject
	}
	if k&isPlace == 0 && shouted(text[at:end]) {
		return 0, 0, detect.Reject
	}
	p := prepositionBefore(text, at)
	stop := stateBehind(text, at, end, k)
	switch placed := stop > end || p != noPreposition && p >= neededPreposition(k) && !nameFollows(text, end); {
	case placed && (p >= germanHome || personBefore(text, at, p == direction)):
		return at, stop, detect.Valid
	case placed, k&isPlace != 0:
		return at, stop, detect.Plausible
	}
	return 0, 0, detect.Reject
}

// personWords make a sentence one about a person.
var personWords = words(`i i'm i'll i've i'd me my mine myself he he's him his she she's her hers who who's wife husband son daughter mother father brother sister friend friends boyfriend girlfriend family patient customer client employee applicant tenant colleague mr mrs ms dr
ich mich mein meine meinen meiner meinem er sein seine frau herr sohn tochter mutter vater bruder schwester freund freundin kollege kollegin patientin kunde kundin j'ai j'habite je mon mes elle ami amie collegue mari fils fille
yo mi mis me ella amigo amiga hijo hija esposo esposa hermano hermana paciente cliente io mio mia lui lei amico amica moglie marito figlio figlia paziente eu meu minha ele ela filho filha marido mulher ik mij mijn hij zij haar vriend vriendin zoon dochter collega klant`)

// moves are what people do who are from or to a place.
var moves = words(`flew fly flies flying flown moved moving moves travel travels traveled travelled traveling travelling trip drove driving went going gone came come comes coming return returned returning relocated emigrated immigrated journey tour flight
fliege fliegt flog fahre fahrt fuhr gereist reise reist ziehe zieht gezogen umgezogen gekommen gehe voyage voyager vole parti partie pars venu venue arrive demenage viaje viajo viajo fue vino llego mudo viaggio viaggia andato andata venuto venuta trasferito trasferita viagem viajou foi veio mudou reis reist ging gegaan verhuisd vertrok`)

// personBefore reports whether the sentence before at speaks of a person, by a pronoun, a word for kin, or a given name,
// and, if moving, of a move.
func personBefore(text string, at int, moving bool) bool {
	person := false
	end := at
	for n := 0; n < 10 && end > 0 && at-end < 72; n++ {
		for end > 0 && !isWord(text[end-1]) {
			if strings.IndexByte(".!?;\n", text[end-1]) >= 0 {
				return false
			}
			end--
		}
		start := end
		for start > 0 && end-start < maxWord && (isWord(text[start-1]) || text[start-1] == '\'' && start > 1 && isWord(text[start-2])) {
			start--
		}
		if start == end {
			return false
		}
		word := text[start:end]
		person = person || personWords.has(word) || isUpper(word[0]) && kindsOf(word)&anyGiven == isGiven
		moving = moving && !moves.has(word)
		if person && !moving {
			return true
		}
		end = start
	}
	return false
}

// preposition says how surely what stands before a word makes a place of it.
type preposition uint8

// People are "from" and "to" things too; only places are "in" something; and people are at home in places.
const (
	noPreposition preposition = iota
	direction
	inside
	germanHome
	atHome
)

// neededPreposition is what a place needs before it, by what else its name is.
func neededPreposition(k kinds) preposition {
	switch {
	case k&isCountry != 0 && k&isCommon == 0:
		return direction
	case k&(isCommon|isOrgWord) != 0, k&isPlain != 0 && k&isPlace == 0, k&isPlace == 0 && k&(anyGiven|anySurname) != 0:
		return germanHome
	case k&anyGiven != 0:
		return inside
	}
	return direction
}

const (
	insideWords    = `in near nach aus en em uit naar bei vers`
	directionWords = `from to via across throughout outside around au aux desde hacia na para depuis te`
)

var (
	homePhrases = phrases(`lives in|live in|living in|lived in|moved to|moved here from|originally from|comes from|came from|born in|grew up in|raised in|based in|residing in|resident of|resides in|city of|town of|village of|village called|hometown of|home city|i am from|i'm from|she is from|he is from|they are from` +
		`|habite a|j'habite a|vit a|ne a|nee a|originaire de|viens de|vive en|vivo en|nacio en|nacido en|naci en|abita a|abito a|vive a|vivo a|nato a|nata a|residente a|mora em|moro em|nasceu em|nasci em|reside em|woont in|woon in|geboren te|komt uit|afkomstig uit|mieszka w|mieszkam w`)
	// birthPhrases and livePhrases make a place of words that no list has: code lives in a repository too, so that the latter
	// take a person.
	birthPhrases = phrases(`born in|grew up in|raised in|moved here from|residing in|resident of|resides in|hometown of|ne a|nee a|nacio en|nacido en|naci en|nato a|nata a|nasceu em|nasci em|geboren te`)
	livePhrases  = phrases(`lives in|live in|living in|lived in|habite a|j'habite a|vit a|vive en|vivo en|abita a|abito a|vive a|vivo a|mora em|moro em|reside em|woont in|woon in`)
	// In German any noun has a capital, so that these make a place of listed names alone.
	germanHomePhrases = phrases(`wohnt in|wohne in|wohnen in|lebt in|lebe in|leben in|geboren in|kommt aus|komme aus|stammt aus|wohnhaft in`)
)

// prepositionBefore reads the words before at.
func prepositionBefore(text string, at int) preposition {
	if at < 3 || text[at-1] != ' ' {
		return noPreposition
	}
	from := at - 1
	for from > 0 && at-from < 14 && isLetter(text[from-1]) {
		from--
	}
	word := text[from : at-1]
	if word == "the" && from > 1 {
		return prepositionBefore(text, from)
	}
	if len(word) > 1 && isUpper(word[1]) || from > 0 && strings.IndexByte("_-'./", text[from-1]) >= 0 {
		return noPreposition
	}
	k := kindsOf(word)
	if k&endsHome != 0 {
		b := readBefore(text, at)
		switch {
		case homePhrases.endsIn(b.bytes()):
			return atHome
		case germanHomePhrases.endsIn(b.bytes()):
			return germanHome
		}
	}
	switch {
	case k&isInside != 0:
		return inside
	case k&isDirection != 0:
		return direction
	}
	return noPreposition
}

// nameFollows reports whether a capitalized word stands right behind, of which the place is then a part.
func nameFollows(text string, end int) bool {
	return end+1 < len(text) && text[end] == ' ' && isCapital(text, end+1)
}

// scanHome takes one to three words that no list has as the place where someone lives or comes from.
func scanHome(text string, at int) (int, int, detect.Verdict) {
	if at < 5 || text[at-1] != ' ' {
		return 0, 0, detect.Reject
	}
	b := readBefore(text, at)
	if !birthPhrases.endsIn(b.bytes()) && (!livePhrases.endsIn(b.bytes()) || !personBefore(text, at, false)) {
		return 0, 0, detect.Reject
	}
	end := at
	for i, n := at, 0; n < 4; n++ {
		stop := token(text, i)
		if stop == i {
			break
		}
		word := text[i:stop]
		if !isCapital(text, i) && !isStreetJoint(word) {
			break
		}
		if k := kindsOf(word); isCapital(text, i) && (k&(isPlain|isCommon|isTitle|isOrgWord|isHead) != 0 && k&isPlaceStart == 0 || len(word) < 3 && n == 0) {
			if n == 0 {
				return 0, 0, detect.Reject
			}
			break
		}
		if isCapital(text, i) {
			end = stop
		}
		if stop >= len(text) || text[stop] != ' ' || text[stop-1] == '.' && word != "St." {
			break
		}
		i = stop + 1
	}
	if end > at && text[end-1] == '.' {
		end--
	}
	if end-at < 3 || shouted(text[at:end]) && end-at < 5 || end < len(text) && (isWord(text[end]) || strings.IndexByte("_@/", text[end]) >= 0) {
		return 0, 0, detect.Reject
	}
	return at, end, detect.Valid
}

// stateBehind returns the end of the state or country that stands behind a place and a comma (Springfield, IL; Reading, England); end,
// if there is none.
func stateBehind(text string, start, end int, k kinds) int {
	if end+4 > len(text) || text[end] != ',' || text[end+1] != ' ' || !isUpper(text[end+2]) {
		return end
	}
	stop := end + 2
	for stop < len(text) && isLetter(text[stop]) {
		stop++
	}
	if code := text[end+2 : stop]; len(code) == 2 && isUpper(code[1]) && (stop == len(text) || !isWord(text[stop])) && stateCodes.has(code) {
		return stop
	}
	if k&isCountry != 0 || start > 1 && text[start-1] == ' ' && text[start-2] == ',' { // in a list of places
		return end
	}
	if stop, next := longestPlace(text, end+2); next&isPlace != 0 && next&(isCommon|anyGiven) == 0 && !nameFollows(text, stop) {
		return stop
	}
	return end
}

// stateCodes are the postal codes of the states of the USA and the provinces of Canada.
var stateCodes = words(`al ak az ar ca co ct de fl ga hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok or pa ri sc sd tn tx ut va vt wa wi wv wy dc pr ab bc mb nb nl ns nt nu on pe qc sk yt`)

// maxPlaceWords is how many words a place of the lists has at most.
const maxPlaceWords = 5

// longestPlace returns the end of the longest place of the lists that begins at at, and what they say of it; at, if
// there is none.
func longestPlace(text string, at int) (int, kinds) {
	best, found := at, kinds(0)
	end := at
	for n := 0; n < maxPlaceWords; n++ {
		for end < len(text) && end-at < maxWord && (isWord(text[end]) || text[end] == '\'' && end+2 < len(text) && isWord(text[end+2])) {
			end++
		}
		k := kindsOf(text[at:end])
		if k&anyPlace != 0 {
			best, found = end, k
		}
		if n == 0 && k&isPlaceStart == 0 || end >= len(text) || text[end] != ' ' && text[end] != '-' {
			break
		}
		end++
	}
	return best, found
}
