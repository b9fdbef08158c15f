package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func people() []detect.Detector {
	return []detect.Detector{person()}
}

func person() detect.Detector {
	return detect.Detector{
		Name: "person", Type: "PERSON", Category: detect.CategoryPII,
		Summary: "Name of a person: known given names, titles, greetings and introductions",
		Base:    0.52, ValidBase: 0.75,
		Context: []string{"name", "called", "employee", "customer", "patient", "contact", "mr", "mrs", "ms", "dr", "colleague", "tenant", "applicant", "cardholder", "beneficiary", "spouse", "wife", "husband", "nom", "nombre", "nome", "naam"},
		Anchor: &detect.Anchor{
			Bytes: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Scan: scanPerson,
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
}

// scanPerson starts at a capital at the start of a word, reads the run of name-like words from there and judges it by
// what introduces it and by the lists of names.
func scanPerson(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.HasSuffix(text[:at], maskedEnd) || strings.IndexByte("_@/\\-.#$&+=%~'", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	end := nameWord(text, at)
	if end == at {
		return 0, 0, detect.Reject
	}
	first := text[at:end]
	known := givenNames.has(first) || givenAmbiguous.has(first)
	if plainWords.has(first) && !known || titles.has(first) || placePrefix(text, at) {
		return 0, 0, detect.Reject
	}
	c := cueBefore(text, at)
	if !known && c == noCue && !surnameFollows(text, end) {
		return 0, 0, detect.Reject
	}
	n := readName(text, at, end)
	return n.start, n.end, judgeName(text, n, c)
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

// placePrefix reports whether the word before makes a place of a saint or of a lord: San Francisco, Port Elizabeth.
func placePrefix(text string, at int) bool {
	if at < 3 || text[at-1] != ' ' {
		return false
	}
	return places.has(lastWord(strings.TrimSuffix(text[max(0, at-10):at-1], ".")))
}

var places = words(`san santa santo sao st saint sankt los las mount mt fort ft port lake cape lady isle point villa plaza rue calle via avenue avenida rua boulevard c hotel`)

// particles join surnames in small letters.
var particles = words(`van von der den de del della di da do dos das la le du bin ibn al el ter ten zu y e af av`)

// readName collects up to three further words behind the first, with particles and initials between.
func readName(text string, at, end int) name {
	n := name{start: at, end: end, words: 1, first: text[at:end], last: text[at:end]}
	for n.words < 4 && n.end < len(text) && text[n.end] == ' ' {
		next := skipJoints(text, n.end+1)
		wordEnd := nameWord(text, next)
		if wordEnd == next {
			return n
		}
		word := text[next:wordEnd]
		if plainWords.has(word) && !surnames.has(word) || titles.has(word) {
			return n
		}
		n.end, n.last = wordEnd, word
		n.words++
	}
	return n
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

// surnameFollows reports whether the next word is a frequent surname, which makes an unknown first word a given name.
func surnameFollows(text string, end int) bool {
	if end+1 >= len(text) || text[end] != ' ' {
		return false
	}
	next := skipJoints(text, end+1)
	word := text[next:nameWord(text, next)]
	return word != "" && surnames.has(word) && !surnameWords.has(word) && !plainWords.has(word)
}

// judgeName weighs cue, lists and length. Words of organizations and places in or behind the run rule it out.
func judgeName(text string, n name, c cue) detect.Verdict {
	if organizationWords.has(n.last) || organizationFollows(text, n.end) || c == noCue && numberFollows(text, n.end) {
		return detect.Reject
	}
	given := givenNames.has(n.first) && !givenAmbiguous.has(n.first)
	listed := surnames.has(n.last)
	switch {
	case c == strongCue && !plainWords.has(n.first) && !closingSentence(text, n), c == weakCue && given:
		return detect.Valid
	case c == labelCue && !plainWords.has(n.first) && (n.words > 1 && !organizationLike(n) || given || listed):
		return detect.Valid
	case c == calledCue && (given || givenAmbiguous.has(n.first) || n.words > 1 && listed):
		return detect.Valid
	case n.words > 1 && (given || givenAmbiguous.has(n.first) && listed):
		return detect.Valid
	case c == weakCue && n.words > 1 && !organizationLike(n), given:
		return detect.Plausible
	case n.words > 1 && listed && !surnameWords.has(n.last) && !sentenceStart(text, n.start):
		return detect.Plausible
	}
	return detect.Reject
}

// closingSentence reports whether an unlisted word behind a closing on the same line ("Thanks, Looking forward to it")
// begins a sentence: a signature ends its line.
func closingSentence(text string, n name) bool {
	if n.words > 1 || givenNames.has(n.first) || surnames.has(n.first) || n.end+1 >= len(text) || text[n.end] != ' ' || !isLetter(text[n.end+1]) {
		return false
	}
	before := strings.TrimRight(text[max(0, n.start-32):n.start], " ")
	low, comma := strings.CutSuffix(strings.ToLower(before), ",")
	return comma && closings.endsIn(low)
}

// organizationLike reports whether a run of unlisted words ends like a department or a product rather than a surname.
func organizationLike(n name) bool {
	last := strings.ToLower(n.last)
	for _, ending := range [...]string{"tion", "tions", "ment", "ments", "ity", "ing", "ness", "ance", "ence", "ics", "ware", "ship", "sion", "sions"} {
		if strings.HasSuffix(last, ending) && !surnames.has(last) {
			return true
		}
	}
	return plainWords.has(last)
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
	return organizationWords.has(word) || organizationWords.has(strings.TrimRight(word, ".,;:!?"))
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
