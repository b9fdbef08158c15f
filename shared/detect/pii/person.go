package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func people() []detect.Detector {
	return []detect.Detector{person(), personInSmallLetters(), fullNameInSmallLetters(), titleName(), signatureBlock()}
}

// introduced are the words behind which people say their name, in any case.
const introduced = `my name is|my name's|name is|name on the account is|call me|mein name ist|ich hei(?:ss|s)e|je m'appelle|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome e|meu nome e|me chamo|mijn naam is|ik heet|nazywam sie`

func introductionKeywords() []string {
	return strings.Split("name is |name's |call me |is called |name ist |ich heisse |ich heise |m'appelle |nom est |me llamo |nombre es |mi chiamo |nome e |me chamo |naam is |ik heet |nazywam sie ", "|")
}

func personInSmallLetters() detect.Detector {
	return detect.Detector{
		Name: "person_small_letters", Type: "PERSON", Category: detect.CategoryPII,
		Summary: "Given name in small letters behind an introduction",
		Base:    0.70,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(?:` + introduced + `) (?-i:([a-z][a-z'\-]{1,20}))\b`,
			Keywords: introductionKeywords(), Window: 40,
			Validate: func(s string) detect.Verdict {
				k := nameKinds(s)
				return verdict(k&anyGiven == isGiven || k&anyGiven != 0 && k&(isPlain|isCommon) == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"hi my name is jonathan and i need help", "ich heiße katharina", "je m'appelle élodie", "me llamo lucía", "mi chiamo federica", "meu nome é tiago", "mijn naam is femke"},
			Negative: []string{"the name is required", "my name is misspelled", "call me later", "call me a cab", "my name is on the list", "the file name is index", "me llamo la atención"},
			Source:   "own",
		},
	}
}

func fullNameInSmallLetters() detect.Detector {
	return detect.Detector{
		Name: "full_name_small_letters", Type: "PERSON", Category: detect.CategoryPII,
		Summary: "Given name and surname in small letters behind an introduction",
		Base:    0.75,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(?:` + introduced + `) (?-i:([a-z][a-z'\-]{1,20} (?:(?:van der|van den|van|von|de la|del|de|da|di|el|al|la|le) )?[a-z][a-z'\-]{2,20}))\b`,
			Keywords: introductionKeywords(), Window: 64,
			Validate: func(s string) detect.Verdict {
				first, _, _ := strings.Cut(s, " ")
				last := kindsOf(lastWord(s))
				return verdict(nameKinds(first)&anyGiven != 0 && last&(isPlain|isCommon|isTitle) == 0 && !particles.has(lastWord(s)) && (last&anySurname != 0 || last == 0))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"my name is maria gonzalez, please reset my password", "call me peter jansen", "mein name ist anke vogelsang", "ik heet pieter van den berg"},
			Negative: []string{"my name is misspelled there", "the name is mandatory here", "call me when ready"},
			Source:   "own",
		},
	}
}

func person() detect.Detector {
	return detect.Detector{
		Name: "person", Type: "PERSON", Category: detect.CategoryPII,
		Summary: "Name of a person: known given names, titles, greetings and introductions",
		Base:    0.52, ValidBase: 0.75,
		Context: []string{"name", "called", "employee", "customer", "patient", "contact", "mr", "mrs", "ms", "dr", "colleague", "tenant", "applicant", "cardholder", "beneficiary", "spouse", "wife", "husband", "nom", "nombre", "nome", "naam"},
		Anchor: &detect.Anchor{
			Bytes: capitals, Word: true, Scan: scanPerson,
			Labels: []string{"name", "patient", "cardholder", "account holder", "employee", "surname", "nachname", "vorname", "nom", "prenom", "nombre", "apellido", "apellidos", "nome", "cognome", "sobrenome", "naam", "achternaam", "imie", "nazwisko"},
		},
		Repeats: true,
		Samples: detect.Samples{
			Positive: []string{
				"My name is Chad Scott.", "Contact Mary Escobar, please", "Dear Joanna,", "Mr. Bloggs called", "Jesse Brown (confirmed)", "Name: Zbigniew Kantor",
				"ich heiße Anke Vogel", "signed by Maria van der Berg", "Sincerely,\nPriya Raman", "Patient: Oduya Nkemelu", "Why is Élodie so late?",
				"Liebe Anke, wie geht es?", "Ian Darwin 1986-1995.", "Best regards, Oduya",
			},
			Negative: []string{
				"The Public Policy", "Grace Period applies", "Smith Ltd. paid", "Jordan is a country", "Hello World", "Dear Team,", "in May we met", "Mark the date", "New York City",
				"Washington Street 5", "Will you come?", "Stanley Cup", "contact Directory Services", "Hi, Accordingly we wait", "in San Francisco", "Notting Hill",
				"Hallo Welt!", "Estimado Cliente, le escribimos", "Gentile Servizio Clienti,", "Beste Klant,", "Liebe Kolleginnen und Kollegen,", "Sehr geehrte Frau Präsidentin,", "Cheers, See you", "Thank you, Bringing it back",
				"Name: Required", "Name: Zerbolt", "Name: Production Database", "Patient: Admitted", "Employee: Full Time", "Patient Portal Login", "an editor called Visual Studio Code", "a library called Zerbolt Quux",
				"nata e cresciuta a Roma", "Olá, bom dia", "****** ******Chen",
			},
			Source: "own",
		},
	}
}

// maskedEnd is what stands before the letters that a mask has left of a name. Two asterisks are bold type.
const maskedEnd = "****"

// name is a run of words that could be a person's name.
type name struct {
	start, end int
	// words counts the capitalized words without particles and initials.
	words       int
	first, last string
	// firstKinds and lastKinds are what the lists say of the first and the last word.
	firstKinds, lastKinds kinds
	// joined says that a particle stands behind the first word.
	joined bool
}

// given reports whether the first word is a given name and nothing else.
func (n *name) given() bool { return n.firstKinds&anyGiven == isGiven }

// surname reports whether the last word is a surname and nothing else.
func (n *name) surname() bool { return isPureSurname(n.lastKinds) }

func isPureSurname(k kinds) bool {
	return k&isSurname != 0 && k&(isSurnameWord|isPlain|isCommon|anyPlace|isOrgWord|isTitle) == 0
}

// isOrdinary reports whether a word is one of the language, of places or of organizations.
func isOrdinary(k kinds) bool {
	return k&(isPlain|isCommon|anyPlace|isOrgWord|isTitle|isLeadingHead) != 0
}

// scanPerson starts at a capital at the start of a word, reads the run of name-like words from there and judges it by
// what introduces it, what follows, and the lists of names.
func scanPerson(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.HasSuffix(text[:at], maskedEnd) || strings.IndexByte("_@/\\-.#$&+=%~'", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	end := nameWord(text, at)
	switch {
	case end == at && at+2 < len(text) && text[at+1] == '.':
		return scanInitials(text, at)
	case end == at:
		return scanCapitals(text, at)
	}
	k := nameKinds(text[at:end])
	if titledParticle(text, at, end) {
		k = 0
	}
	if k&isPlain != 0 && k&anyGiven == 0 || k&isTitle != 0 || placePrefix(text, at) {
		return 0, 0, detect.Reject
	}
	c := cueBefore(text, at)
	if c == noCue && (k&(isCommon|anyGiven) == isCommon || k&isPlain != 0 && particles.has(text[at:end]) || inPlace(text, at, end, k)) {
		return 0, 0, detect.Reject
	}
	n := readName(text, at, end, k)
	if (c == labelCue || c == nameCue) && n.end+3 < len(text) && text[n.end] == ',' && text[n.end+1] == ' ' {
		if stop := nameWord(text, n.end+2); stop > n.end+2 && kindsOf(text[n.end+2:stop])&anyGiven != 0 {
			return n.start, stop, detect.Valid
		}
	}
	return n.start, n.end, judgeName(text, &n, c)
}

// titledParticle reports whether a particle with a capital begins a surname behind a title (Mrs El Amrani).
func titledParticle(text string, at, end int) bool {
	if end-at > 3 || end+1 >= len(text) || text[end] != ' ' || !isUpper(text[end+1]) || !particles.has(text[at:end]) {
		return false
	}
	b := readBefore(text, at)
	return b.n > 0 && !b.joined && !b.broken && isTitleBefore(b.bytes())
}

// scanInitials takes initials with a surname (K. Venkataraman) that a cue introduces or the lists have.
func scanInitials(text string, at int) (int, int, detect.Verdict) {
	i := at
	for n := 0; n < 3 && i+2 < len(text) && isUpper(text[i]) && text[i+1] == '.'; n++ {
		i += 2
		if text[i] == ' ' {
			i++
		}
	}
	end := nameWord(text, i)
	if end == i || text[i-1] != ' ' || text[at:i] == monsieur {
		return 0, 0, detect.Reject
	}
	n := readName(text, i, end, kindsOf(text[i:end]))
	n.start = at
	if organizationFollows(text, n.end) || n.lastKinds&(isPlain|isTitle|isOrgWord|isHead|isLegal) != 0 {
		return 0, 0, detect.Reject
	}
	switch c := cueBefore(text, at); {
	case c == noCue && !n.surname(), n.lastKinds&isCommon != 0 && c != strongCue:
		return 0, 0, detect.Reject
	case c == noCue:
		return at, n.end, detect.Plausible
	}
	return at, n.end, detect.Valid
}

// nameKinds is kindsOf, by the first part of a double name (Jean-Pierre) where the lists have not the whole.
func nameKinds(word string) kinds {
	k := kindsOf(word)
	if i := strings.IndexByte(word, '-'); k == 0 && i > 1 {
		k = kindsOf(word[:i]) & (isGiven | isGivenWord)
		if k&anyGiven == isGiven && isOrdinary(kindsOf(word[i+1:])) {
			k = 0
		}
	}
	return k
}

// inPlace reports whether a word begins or ends the name of a place that has two words or more: Hong Kong.
func inPlace(text string, at, end int, k kinds) bool {
	if k&isPlaceStart != 0 {
		if stop, _ := longestPlace(text, at); stop > end {
			return true
		}
	}
	if at < 2 || text[at-1] != ' ' || !isLetter(text[at-2]) {
		return false
	}
	from := at - 1
	for from > 0 && at-from < 16 && isWord(text[from-1]) {
		from--
	}
	return text[from] <= 'Z' && kindsOf(text[from:end])&anyPlace != 0
}

// nameWord returns the end of a capital followed by letters of which one at least is small, with inner apostrophes and
// hyphens (O'Neil, Jean-Pierre); at, if there is no such word. A genitive is left out.
func nameWord(text string, at int) int {
	if at >= len(text) || text[at] < 'A' || text[at] > 'Z' {
		return at
	}
	small := 0
	i := at + 1
	for i < len(text) && i-at < 40 {
		c := text[i]
		if (c == '\'' || c == '-') && i+1 < len(text) && isWord(text[i+1]) {
			if c == '\'' && text[i+1]|0x20 == 's' && (i+2 >= len(text) || !isWord(text[i+2])) {
				break
			}
		} else if !isLetter(c) && c < 0x80 {
			break
		}
		if c >= 'a' {
			small++
		}
		i++
	}
	if small == 0 || i-at < 2 || text[at] == 'I' && text[at+1] == '\'' || i < len(text) && (isDigit(text[i]) || text[i] == '_' || text[i] == '@') {
		return at
	}
	return i
}

// scanCapitals takes a name in capitals, as forms have it: a known given name and a known surname, or one of them behind
// a title or a label.
func scanCapitals(text string, at int) (int, int, detect.Verdict) {
	end := capitalWord(text, at)
	if end-at < 3 {
		return 0, 0, detect.Reject
	}
	first := kindsOf(text[at:end])
	if first&(anyGiven|isSurname) == 0 || first&(isPlain|isTitle) != 0 {
		return 0, 0, detect.Reject
	}
	last, lastEnd := first, end
	for next := skipInitial(text, end); next > end && lastEnd-at < 3*maxWord; next = skipInitial(text, lastEnd) {
		stop := capitalWord(text, next)
		if stop-next < 2 {
			break
		}
		last, lastEnd = kindsOf(text[next:stop]), stop
	}
	c := noCue
	if b := readBefore(text, at); !b.joined && b.n > 0 && !b.broken && b.buf[b.n-1] != ',' && (labels.endsIn(b.bytes()) || isTitleBefore(b.bytes())) {
		c = labelCue
	}
	if (c == labelCue || lineStart(text, at)) && lastEnd+3 < len(text) && text[lastEnd] == ',' && text[lastEnd+1] == ' ' {
		if stop := capitalWord(text, lastEnd+2); stop > lastEnd+3 && first&isSurname != 0 && kindsOf(text[lastEnd+2:stop])&anyGiven != 0 {
			return at, stop, detect.Valid
		}
	}
	switch {
	case lastEnd > end && first&anyGiven == isGiven && isPureSurname(last):
		return at, lastEnd, detect.Plausible
	case lastEnd > end && c == labelCue && last&(isPlain|isCommon|isOrgWord) == 0:
		return at, lastEnd, detect.Valid
	case lastEnd == end && c == labelCue && (first&anyGiven == isGiven || isPureSurname(first)):
		return at, end, detect.Valid
	}
	return 0, 0, detect.Reject
}

// skipInitial returns where the word behind the space at end begins, passing over an initial; end, if there is no space.
func skipInitial(text string, end int) int {
	if end+2 >= len(text) || text[end] != ' ' {
		return end
	}
	i := end + 1
	if text[i] >= 'A' && text[i] <= 'Z' {
		switch {
		case text[i+1] == ' ':
			i += 2
		case text[i+1] == '.' && i+2 < len(text) && text[i+2] == ' ':
			i += 3
		}
	}
	return i
}

// capitalWord returns the end of a run of capitals; from, if a small letter or a digit is in it.
func capitalWord(text string, from int) int {
	i := from
	for i < len(text) && i-from < 40 && (text[i] >= 'A' && text[i] <= 'Z' || (text[i] == '-' || text[i] == '\'') && i > from && i+1 < len(text) && text[i+1] >= 'A' && text[i+1] <= 'Z') {
		i++
	}
	if i < len(text) && (isWord(text[i]) || text[i] == '_' || text[i] == '@') {
		return from
	}
	return i
}

// placePrefix reports whether the word before makes a place of a saint or of a lord: San Francisco, Port Elizabeth.
func placePrefix(text string, at int) bool {
	if at < 3 || text[at-1] != ' ' {
		return false
	}
	return places.has(lastWord(strings.TrimSuffix(text[max(0, at-10):at-1], ".")))
}

var places = words(`costa puerto monte rio porto ponta punta cabo san santa santo sao st saint sankt los las mount mt fort ft port lake cape lady isle point villa plaza rue calle via avenue avenida rua boulevard c hotel`)

// particles join surnames in small letters.
var particles = words(`van von der den de del della di da do dos das la le du bin ibn al el ter ten zu y e af av`)

// readName collects up to three further words behind the first, with particles and initials between.
func readName(text string, at, end int, k kinds) name {
	n := name{start: at, end: end, words: 1, first: text[at:end], last: text[at:end], firstKinds: k, lastKinds: k}
	for n.words < 4 && n.end < len(text) && text[n.end] == ' ' {
		next := skipJoints(text, n.end+1)
		wordEnd := nameWord(text, next)
		if wordEnd == next {
			return n
		}
		k = kindsOf(text[next:wordEnd])
		switch {
		case wordEnd < len(text) && colonBehindWord(text, wordEnd):
			return n
		case k&isUnit != 0 && unit(text, next) > next:
			return n
		case k&(isPlain|isCommon) != 0 && k&anySurname == 0, k&isTitle != 0, k&isPlain != 0 && k&isSurname == 0:
			return n
		case n.words == 1 && n.firstKinds == 0 && k&anyGiven == isGiven && k&isSurname == 0:
			return n
		case n.words == 1:
			n.joined = next > n.end+1 && text[n.end+1] >= 'a'
		}
		n.end, n.last, n.lastKinds = wordEnd, text[next:wordEnd], k
		n.words++
	}
	return n
}

// colonBehindWord reports whether a colon makes a label of the word before it, and not the end of a sentence.
func colonBehindWord(text string, i int) bool {
	if text[i] == ' ' && i+1 < len(text) {
		i++
	}
	return text[i] == ':' && i+1 < len(text) && text[i+1] == ' '
}

// skipJoints passes over particles and initials that stand between the words of a name.
func skipJoints(text string, i int) int {
	for range 3 {
		sp := strings.IndexByte(text[i:min(len(text), i+6)], ' ')
		if sp <= 0 {
			return i
		}
		w := text[i : i+sp]
		capital := w[0] >= 'A' && w[0] <= 'Z'
		initial := capital && (len(w) == 2 && w[1] == '.' || len(w) == 1 && w != "I")
		if !initial && (capital || !particles.has(w)) {
			return i
		}
		i += sp + 1
	}
	return i
}

// judgeName weighs cue, lists and length. Words of organizations and places in or behind the run rule it out.
func judgeName(text string, n *name, c cue) detect.Verdict {
	if n.lastKinds&isOrgWord != 0 && n.lastKinds&isSurname == 0 || organizationFollows(text, n.end) || c == noCue && numberFollows(text, n.end) {
		return detect.Reject
	}
	given := n.given() && !possessive(text, n)
	known := n.firstKinds&anyGiven != 0
	listed := n.lastKinds&anySurname != 0
	switch {
	case c == strongCue && (n.firstKinds&isPlain == 0 || known) && !closingSentence(text, n), c == weakCue && given:
		return detect.Valid
	case c == labelCue && n.firstKinds&isPlain == 0 && labeledName(n), c == nameCue && (known || listed || !isOrdinary(n.firstKinds)):
		return detect.Valid
	case c == calledCue && (known || n.words > 1 && listed && !isOrdinary(n.firstKinds) || n.words == 1 && n.lastKinds&isSurname != 0 && n.lastKinds&(isCommon|isPlain|isPlace|isOrgWord) == 0):
		return detect.Valid
	case n.words > 1 && (given || known && listed && n.lastKinds&isCommon == 0):
		return detect.Valid
	case c == weakCue && n.words > 1 && !organizationLike(n) && (known || !isOrdinary(n.firstKinds)), given:
		return detect.Plausible
	}
	if n.words > 1 {
		return judgePair(text, n)
	}
	return judgeSingle(text, n)
}

// possessive reports whether a single name is the Italian word for my: a word for kin or a thing follows.
func possessive(text string, n *name) bool {
	if n.words > 1 || n.first != "Mia" || n.end >= len(text) || text[n.end] != ' ' {
		return false
	}
	word := text[n.end+1 : token(text, n.end+1)]
	return personWords.has(word) || word == "madre" || word == "sorella" || word == "cara" || word == "mamma"
}

// labeledName reports whether a run behind the label of a field is a name: two words that are none of the language, or a
// known one.
func labeledName(n *name) bool {
	if n.words > 1 {
		return !organizationLike(n) && (n.firstKinds&isCommon == 0 || n.firstKinds&anyGiven != 0)
	}
	return n.given() || n.lastKinds&isSurname != 0 && n.lastKinds&isCommon == 0
}

// judgePair judges two words or more that no cue introduces and that do not begin with an unmistakable given name. At the
// start of a sentence any word has a capital, so the first one proves little there.
func judgePair(text string, n *name) detect.Verdict {
	known := n.firstKinds&anyGiven != 0
	if n.lastKinds&(isPlain|isCommon|anyPlace) != 0 || !known && (n.joined || isOrdinary(n.firstKinds)) {
		return detect.Reject
	}
	if sentenceStart(text, n.start) && !ownLine(text, n) {
		return detect.Reject
	}
	if n.surname() || known && n.lastKinds == 0 && n.firstKinds&(isCommon|isPlace) == 0 && !organizationLike(n) && prepositionBefore(text, n.start) == noPreposition || known && ownLine(text, n) || surnameShape(n.last) {
		return detect.Plausible
	}
	return detect.Reject
}

// judgeSingle judges one word that is no unmistakable given name: what follows it must be said of people.
func judgeSingle(text string, n *name) detect.Verdict {
	surname := n.surname()
	if !surname && n.firstKinds&anyGiven == 0 && isOrdinary(n.firstKinds) {
		return detect.Reject
	}
	known := surname || n.firstKinds&anyGiven != 0 || surnameShape(n.first)
	clean := n.firstKinds&anyGiven != 0 && !isOrdinary(n.firstKinds)
	switch deed := deedAfter(text, n.end); {
	case deed == humanDeed && (known || !isOrdinary(n.firstKinds)), deed == saying && known, deed == being && clean:
		return detect.Plausible
	case surname && beside(text, n, pureSurname), clean && beside(text, n, pureGiven):
		return detect.Plausible
	}
	return detect.Reject
}

// ownLine reports whether a run fills its line, as the names of signatures and address labels do.
func ownLine(text string, n *name) bool {
	start, end := n.start, n.end
	for start > 0 && strings.IndexByte(" \t>*|?", text[start-1]) >= 0 {
		start--
	}
	for end < len(text) && strings.IndexByte(" \t,\r", text[end]) >= 0 {
		end++
	}
	return (start == 0 || text[start-1] == '\n') && end < len(text) && text[end] == '\n'
}

// surnameShape reports whether a word ends as surnames of some languages do and other words do not.
func surnameShape(word string) bool {
	if len(word) < 6 {
		return false
	}
	for _, ending := range [...]string{
		"ovic", "evic", "ovich", "evich", "witz", "wicz", "owski", "ewski", "inski", "owska", "ewska", "inska", "ovsky", "evsky", "enko", "chuk", "czyk", "czak", "shvili",
		"oglu", "poulos", "poulou", "akis", "iadis", "sson", "ersen", "dottir", "escu", "eanu", "kova", "lova", "rova", "ieva", "yeva", "quist", "gaard", "auskas", "aitis",
	} {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// deed is what the word behind a name says of it.
type deed uint8

// A being is said of anything, a saying is done by organizations too, a humanDeed by people alone.
const (
	noDeed deed = iota
	being
	saying
	humanDeed
)

var (
	sayings = words(`said says told asked replied wrote writes explained added noted called emailed texted phoned wants works worked
sagte sagt schrieb fragte meinte arbeitet dit disait ecrit demande travaille dijo dice escribe escribio pregunto trabaja disse scrive chiede lavora diz escreveu perguntou trabalha zei zegt schreef vroeg werkt`)
	beings     = words(`is was has had will would can can't could does did went came left loves likes thinks needs knows feels gave says ist hat war kann geht kam est etait va esta tiene fue e sta era tem foi heeft gaat kan komt`)
	owned      = words(`address phone email mail number account birthday password mother father wife husband son daughter brother sister boss passport salary name house car doctor appointment order invoice phone's diagnosis`)
	humanDeeds = words(`lives lived shouted whispered smiled laughed cried sighed nodded yelled wohnt wohnte lachte habite habitait vive vivia abita abitava mora morava woont woonde lachte`)
)

// deedAfter reads the word behind a run.
func deedAfter(text string, end int) deed {
	if end+4 > len(text) {
		return noDeed
	}
	if text[end] == '\'' && text[end+1] == 's' && text[end+2] == ' ' {
		if owned.has(text[end+3 : token(text, end+3)]) {
			return saying
		}
		return noDeed
	}
	if text[end] != ' ' || text[end+1] < 'a' || text[end+1] > 'z' {
		return noDeed
	}
	stop := end + 1
	for stop < len(text) && stop-end < 14 && isLetter(text[stop]) {
		stop++
	}
	word := text[end+1 : stop]
	switch {
	case humanDeeds.has(word), word == "was" && strings.HasPrefix(text[stop:], " born "):
		return humanDeed
	case sayings.has(word), (word == "hat" || word == "ha" || word == "a") && saidAfter(text, stop):
		return saying
	case beings.has(word):
		return being
	}
	return noDeed
}

// saidAfter reads on behind an auxiliary verb: ha detto, hat gesagt, a dit.
func saidAfter(text string, at int) bool {
	for _, w := range [...]string{" detto", " scritto", " chiesto", " dit", " ecrit", " demande", " dicho", " escrito", " geschrieben", " gesagt", " angerufen"} {
		if strings.HasPrefix(text[at:], w) {
			return true
		}
	}
	return false
}

// beside reports whether a name stands in a list with another one: Kovalev, Lee and Phillips.
func beside(text string, n *name, other func(word string) bool) bool {
	rest := text[n.end:min(len(text), n.end+48)]
	for _, joint := range [...]string{", ", " and ", " und ", " et ", " y ", " e ", " en "} {
		if after, ok := strings.CutPrefix(rest, joint); ok && other(after[:nameWord(after, 0)]) {
			return true
		}
	}
	head := text[max(0, n.start-48):n.start]
	for _, joint := range [...]string{", ", " and ", " und ", " et ", " y ", " e ", " en "} {
		if prior, ok := strings.CutSuffix(head, joint); ok {
			return other(prior[strings.LastIndexAny(prior, " \n,:(")+1:])
		}
	}
	return false
}

func pureGiven(word string) bool {
	return word != "" && word[0] <= 'Z' && kindsOf(word)&(anyGiven|isPlain|isCommon|anyPlace) == isGiven
}

func pureSurname(word string) bool {
	return word != "" && word[0] <= 'Z' && isPureSurname(kindsOf(word))
}

// closingSentence reports whether an unlisted word behind a closing on the same line ("Thanks, Looking forward to it")
// begins a sentence: a signature ends its line.
func closingSentence(text string, n *name) bool {
	if n.words > 1 || n.firstKinds&(isGiven|isSurname) != 0 || n.end+1 >= len(text) || text[n.end] != ' ' || !isLetter(text[n.end+1]) {
		return false
	}
	b := readBefore(text, n.start)
	low := b.bytes()
	return b.n > 0 && !b.broken && low[b.n-1] == ',' && closings.endsIn(low[:b.n-1])
}

// organizationLike reports whether a run of unlisted words ends like a department or a product rather than a surname.
func organizationLike(n *name) bool {
	if n.lastKinds&isSurname != 0 {
		return n.lastKinds&isPlain != 0
	}
	last := n.last
	for _, ending := range [...]string{"tion", "tions", "ment", "ments", "ity", "ing", "ness", "ance", "ence", "ics", "ware", "ship", "sion", "sions"} {
		if strings.HasSuffix(last, ending) {
			return true
		}
	}
	return n.lastKinds&(isPlain|isCommon|isOrgWord) != 0
}

// organizationFollows reports whether the next capitalized word is one of companies, streets or institutions.
func organizationFollows(text string, end int) bool {
	if end+1 >= len(text) || (text[end] != ' ' && text[end] != ',') {
		return false
	}
	rest := strings.TrimLeft(text[end:min(len(text), end+24)], " ,")
	word, _, _ := strings.Cut(rest, " ")
	if word == "" || word[0] < 'A' || word[0] > 'Z' {
		return false
	}
	if line := strings.IndexByte(word, '\n'); line >= 0 {
		word = word[:line]
	}
	return (kindsOf(word)|kindsOf(strings.TrimRight(word, ".,;:!?")))&isOrgWord != 0
}

// numberFollows reports whether a house number stands right behind: the run is then a street. A year is none.
func numberFollows(text string, end int) bool {
	if end+1 >= len(text) || text[end] != ' ' || !isDigit(text[end+1]) {
		return false
	}
	return end+5 > len(text) || !plausibleYear(text[end+1:end+5]) || end+5 < len(text) && isAlnum(text[end+5])
}

// sentenceStart reports whether i is the start of the text, of a line or of a sentence, where any word has a capital.
func sentenceStart(text string, i int) bool {
	before := strings.TrimRight(text[max(0, i-8):i], " ")
	return before == "" || strings.IndexByte(".!?\n:", before[len(before)-1]) >= 0
}
