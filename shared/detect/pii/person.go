package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
		Anchor:  &detect.Anchor{Bytes: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Scan: scanPerson},
		Samples: detect.Samples{
			Positive: []string{
				"My name is Chad Scott.", "Contact Mary Escobar, please", "Dear Joanna,", "Mr. Bloggs called", "Jesse Brown (confirmed)", "Name: Zbigniew Kantor",
				"ich heiße Anke Vogel", "signed by Maria van der Berg", "Sincerely,\nPriya Raman", "Patient: Oduya Nkemelu",
			},
			Negative: []string{
				"The Public Policy", "Grace Period applies", "Smith Ltd. paid", "Jordan is a country", "Hello World", "Dear Team,", "in May we met", "Mark the date", "New York City",
				"Washington Street 5", "Will you come?", "Stanley Cup",
			},
			Source: "own",
		},
	}
}

// name is a run of words that could be a person's name.
type name struct {
	start, end int
	// words counts the capitalized words without particles and initials; first and last are in lower case.
	words       int
	first, last string
}

// scanPerson starts at a capital at the start of a word, reads the run of name-like words from there and judges it by
// what introduces it and by the lists of names.
func scanPerson(text string, at int) (int, int, detect.Verdict) {
	if !wordStart(text, at) {
		return 0, 0, detect.Reject
	}
	first, end := nameWord(text, at)
	if end == at || titles.has(first) {
		return 0, 0, detect.Reject
	}
	c := cueBefore(text, at)
	known := givenNames.has(first) || wordNames.has(first)
	if !known && (c == noCue && !surnameFollows(text, end) || notNames.has(first)) {
		return 0, 0, detect.Reject
	}
	n := readName(text, at, first, end)
	return n.start, n.end, judgeName(text, n, c)
}

// wordStart reports whether a word begins at i that is not part of an identifier, a path or an address.
func wordStart(text string, i int) bool {
	if i == 0 {
		return true
	}
	c := text[i-1]
	if isAlnum(c) || strings.IndexByte("_@/\\-.#$&+=%~", c) >= 0 {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(text[max(0, i-4):i])
	return !unicode.IsLetter(r)
}

// nameWord reads a capital followed by small letters, with inner apostrophes, hyphens and capitals (O'Neil, McDonald).
// It returns the word in lower case; end is at where there is none.
func nameWord(text string, at int) (word string, end int) {
	small := 0
	i := at
	for i < len(text) && i-at < 40 {
		r, size := utf8.DecodeRuneInString(text[i:])
		inner := (r == '\'' || r == '’' || r == '-') && i > at && nextIsLetter(text, i+size)
		if !unicode.IsLetter(r) && !inner {
			break
		}
		if unicode.IsLower(r) {
			small++
		}
		i += size
	}
	word = text[at:i]
	if r, _ := utf8.DecodeRuneInString(word); small == 0 || !unicode.IsUpper(r) {
		return "", at
	}
	low := strings.ToLower(word)
	if s, ok := strings.CutSuffix(low, "'s"); ok {
		return s, i - 2
	}
	if s, ok := strings.CutSuffix(low, "’s"); ok {
		return s, i - len("’s")
	}
	return low, i
}

func nextIsLetter(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[min(i, len(text)):])
	return unicode.IsLetter(r)
}

// particles join surnames in small letters.
var particles = newNameSet(`van von der den de del della di da do dos das la le du bin ibn al el ter ten zu y e af av`)

// titles stand before a name and are no part of it.
var titles = newNameSet(`mr mrs ms miss mx dr prof professor sir lady lord dame herr frau fräulein monsieur madame mademoiselle mme mlle señor señora señorita sr sra srta don doña
signor signora signorina sig dott senhor senhora dhr mevr mevrouw meneer pan pani rev reverend father sister captain capt sgt lt col gen judge senator officer agent doctor nurse`)

// readName collects up to four further words behind the first, with particles and initials between.
func readName(text string, at int, first string, end int) name {
	n := name{start: at, end: end, words: 1, first: first, last: first}
	for n.words < 4 {
		if strings.HasSuffix(text[:n.end], "'s") || n.end >= len(text) || text[n.end] != ' ' {
			return n
		}
		next := skipJoints(text, n.end+1)
		word, wordEnd := "", next
		if next < len(text) {
			word, wordEnd = nameWord(text, next)
		}
		if wordEnd == next || notNames.has(word) || titles.has(word) {
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
		initial := len(w) == 2 && w[1] == '.' && w[0] >= 'A' && w[0] <= 'Z' || len(w) == 1 && w[0] >= 'A' && w[0] <= 'Z' && w != "I"
		if !initial && (w != strings.ToLower(w) || !particles.has(w)) {
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
	word, _ := nameWord(text, end+1)
	return word != "" && surnames.has(word) && !notNames.has(word)
}

// judgeName weighs cue, lists and length. Words of organizations and places in or behind the run rule it out.
func judgeName(text string, n name, c cue) detect.Verdict {
	if orgWords.has(n.last) || orgFollows(text, n.end) {
		return detect.Reject
	}
	plain := givenNames.has(n.first) && !wordNames.has(n.first)
	listed := surnames.has(n.last)
	switch {
	case c == strongCue && !notNames.has(n.first):
		return detect.Valid
	case c == weakCue && (n.words > 1 || plain):
		return detect.Valid
	case n.words > 1 && (plain || wordNames.has(n.first) && listed):
		return detect.Valid
	case n.words > 1 && listed && !sentenceStart(text, n.start), plain:
		return detect.Plausible
	}
	return detect.Reject
}

func orgFollows(text string, end int) bool {
	if end+1 >= len(text) || (text[end] != ' ' && text[end] != ',') {
		return false
	}
	rest := strings.TrimLeft(text[end:min(len(text), end+24)], " ,")
	word, _, _ := strings.Cut(rest, " ")
	if word == "" || word[0] < 'A' || word[0] > 'Z' {
		return false
	}
	word = strings.ToLower(word)
	return orgWords.has(word) || orgWords.has(strings.TrimRight(word, ".,;:!?"))
}

// sentenceStart reports whether i is the start of the text, of a line or of a sentence, where any word has a capital.
func sentenceStart(text string, i int) bool {
	before := strings.TrimRight(text[max(0, i-8):i], " ")
	return before == "" || strings.HasSuffix(before, ".") || strings.HasSuffix(before, "!") || strings.HasSuffix(before, "?") || strings.HasSuffix(before, "\n") || strings.HasSuffix(before, ":")
}

// cue says how surely the words before a position introduce a person.
type cue uint8

const (
	noCue cue = iota
	weakCue
	strongCue
)

// strongCues end where a name must begin; weakCues often stand before other things too.
const (
	strongCues = `my name is|my name's|name is|full name:|name:|customer name:|patient name:|patient:|cardholder:|account holder:|employee:|surname:|signed by|sincerely|best regards|kind regards|yours truly|dear|hi|hello|i am called|everyone calls me|maiden name is` +
		`|mein name ist|ich heiße|ich heisse|sehr geehrter herr|sehr geehrte frau|liebe|lieber|mit freundlichen grüßen|je m'appelle|je m’appelle|mon nom est|cher|chère|cordialement|me llamo|mi nombre es|estimado|estimada|querido|querida|saludos` +
		`|mi chiamo|il mio nome è|gentile|cordiali saluti|meu nome é|chamo-me|prezado|prezada|mijn naam is|ik heet|beste|met vriendelijke groet|nazywam się|attn:|attention:`
	weakCues = `contact|patient|employee|customer|client|from|by|with|to|ask for|speak to|spoke with|met|user:|author:|sender:|called|named|regards|thanks|cheers|am|i'm|kunde|patientin|client|cliente|paciente|paziente|klant|and|und|et|y`
)

var (
	strongList = phraseList(strongCues)
	weakList   = phraseList(weakCues)
)

// cueBefore looks at the words that end before at, over spaces, commas, line breaks and quotes.
func cueBefore(text string, at int) cue {
	raw := text[max(0, at-40):at]
	trimmed := strings.TrimRight(raw, " \n\r\t,\"'“*_")
	if trimmed == raw && raw != "" {
		return noCue
	}
	low := strings.ToLower(trimmed)
	if titles.has(lastWord(strings.TrimSuffix(low, "."))) {
		return strongCue
	}
	if endsInPhrase(low, strongList()) {
		return strongCue
	}
	if endsInPhrase(low, weakList()) {
		return weakCue
	}
	return noCue
}

func lastWord(s string) string {
	return s[strings.LastIndexAny(s, " \n\t,;:(\"'")+1:]
}

// endsInPhrase reports whether s ends in one of the phrases, at a word border.
func endsInPhrase(s string, phrases []string) bool {
	for _, p := range phrases {
		rest, ok := strings.CutSuffix(s, p)
		if !ok {
			continue
		}
		if r, _ := utf8.DecodeLastRuneInString(rest); rest == "" || !unicode.IsLetter(r) {
			return true
		}
	}
	return false
}
