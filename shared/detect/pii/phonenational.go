package pii

import (
	"slices"
	"strings"
	"sync"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
	"guardrails/shared/detect/numberplan"
)

func phoneNational() detect.Detector {
	return detect.Detector{
		Name: "phone_national", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "Phone number in national form beside a word that names it", Validator: "numbering plan of a listed country",
		Base: 0.55, ValidBase: 0.65,
		Anchor: &detect.Anchor{Bytes: "0123456789(", Scan: scanNational, Labels: strings.Fields(phoneWordList)},
		Samples: detect.Samples{
			Positive: []string{
				"They're not answering at 0650 995 04 94", "Telefon: 030 901820", "call me on 020 7946 0958", "tel 01 42 68 53 00", "46 22 81 09 fax", "022-085-9260x155 mobile",
				"Bel me op 06 12345678", "Mon numéro est le 0638124278", "Il mio numero è 3471234567", "meine Nummer ist 0171 2345678", "Sie erreichen mich unter 03404 46009",
				"Joignable au 06 38 12 42 78", "my number is 2127365000", "mi número es el 612 345 679", "ring me on 0118 496 0791", "Tlf. 32 82 47 50", "Telefon 089 / 123 456 78", "电话：13812345678", "電話番号: 080-1234-5678",
				"전화: 010-1234-5678",
			},
			Negative: []string{
				"call 12345", "phone 2019-2020", "mobile app 3.14.15", "call 1234 5678 9012 3456", "020 7946 0958", "call in 2019, item 482 193 771",
				"order number is 2127365000", "the serial number is 2127365000", "my number is 12345678", "ring 12345678 times", "ring about invoice 20481937", "my number: order 1234567893",
				"my number: 666-12-3456", "her number 12-3456709", "my number: 2023-02-30", "my number is SIN 123-456-789", "our number: 046 454 286",
				"confirm my number. The EIN is 123456709", "call 192.168.1.1/35", "mobile 10.0.0.1",
			},
			Source: "own",
		},
	}
}

// scanNational reads groups of digits that begin here and asks for a word that names a phone, close before or right behind.
// Only then it tries the numbering plans, which are slow.
func scanNational(text string, at int) (int, int, detect.Verdict) {
	if !phoneStart(text, at) {
		return 0, 0, detect.Reject
	}
	end, digits := phoneEnd(text, at)
	// Six digits are a phone number only where they are written in pairs, and short ones say nothing without groups.
	if digits < 6 || digits > 13 || end-at > 22 || digits == 6 && end-at != 8 {
		return 0, 0, detect.Reject
	}
	full := extensionEnd(text, end)
	if !phoneBorder(text, full) || calendarLike(text[at:end]) || dottedQuad(text[at:end]) {
		return 0, 0, detect.Reject
	}
	known := phoneWordBefore(text, at)
	if known == noCue && phoneWordAfter(text, full) {
		known = strongCue
	}
	if known == noCue {
		return 0, 0, detect.Reject
	}
	v := judgeNational(digitsOnly(text[at:end]))
	if known == weakCue {
		// Some country's plan takes most numbers, so that says little of what somebody calls a number.
		if v != detect.Valid || otherShape(text[at:end]) {
			return 0, 0, detect.Reject
		}
		v = detect.Plausible
	}
	return at, full, v
}

// otherShape reports whether a number is written as other numbers are and phones hardly ever: in groups of 3-2-4 or 2-7
// (US social security and employers), as a day (4-2-2), or of 3-3-3 with hyphens or a check digit that holds (CA_SIN).
func otherShape(s string) bool {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	var shape []int
	for _, g := range groups {
		shape = append(shape, len(g))
	}
	switch {
	case slices.Equal(shape, []int{3, 2, 4}), slices.Equal(shape, []int{2, 7}), slices.Equal(shape, []int{4, 2, 2}):
		return true
	case slices.Equal(shape, []int{3, 3, 3}):
		return strings.Contains(s, "-") || checksum.Luhn(strings.Join(groups, ""))
	}
	return false
}

// dottedQuad reports whether s is an IP address, with the length of a network behind it or not.
func dottedQuad(s string) bool {
	s, _, _ = strings.Cut(s, "/")
	return strings.Count(s, ".") == 3 && validIPv4(s)
}

// phoneStart reports whether a number may begin at i: not inside a word or behind another group of digits.
func phoneStart(text string, i int) bool {
	if i+6 > len(text) || (text[i] == '(' && !isDigit(text[i+1])) {
		return false
	}
	if i == 0 {
		return true
	}
	c := text[i-1]
	if isAlnum(c) || strings.IndexByte("_@#$%&=/.-+(", c) >= 0 {
		return false
	}
	return i < 2 || c != ' ' || !isDigit(text[i-2])
}

func phoneBorder(text string, i int) bool {
	if i >= len(text) {
		return true
	}
	if isAlnum(text[i]) || strings.IndexByte("_@%", text[i]) >= 0 {
		return false
	}
	next := i+1 < len(text) && isDigit(text[i+1])
	return !next || strings.IndexByte(" -./:", text[i]) < 0
}

// phoneWordList name a phone number that follows within a few words.
const phoneWordList = `phone phones telephone tel call calls called calling mobile mobil cell cellphone fax reach dial sms text whatsapp answering telefon telefonnummer telefono telefono telephone
handy handynummer rufnummer anrufen mobilnummer portable appeler appelez movil movil llamar llame llamame cellulare chiamare chiamami telefone telemovel telemovel celular ligar telefoon telefoonnummer mobiel bellen zadzwon telefonu komorka
tlf puh gsm natel anrufbar durchwahl portabile cel`

// phoneWords are strong cues; kinds stand right behind a number, as in address blocks. introducers also stand before
// other numbers, and so does a number that someone calls his own: such a number must fit a numbering plan, and stand right
// behind the word but for fillers, so that the label of another number comes first.
var (
	phoneWords  = words(phoneWordList)
	introducers = words(`bel ring erreichen erreichbar erreichst erreicht joignable joindre reachable contactar contactarme contattare contattarmi contattami contactez bereikbaar bereiken kontakt`)
	numberWords = words(`number numbers nummer numero numer`)
	fillers     = words(`is ist est e es lautet el le la der die de o a op unter under at on al au su sur auf me mich uns us mij ons mir em ao no na`)
	possessives = words(`my her his our your their mein meine meiner ihre seine unsere mon ton son notre votre mio tuo suo nostro mi su nuestro tu meu seu nosso mijn zijn haar onze moj twoj`)
	phoneKinds  = words(`office mobile fax cell home work direct phone tel handy mobil portable movil cellulare`)
)

// phoneSigns are words of scripts without spaces, folded as texts are.
var phoneSigns = sync.OnceValue(func() []string {
	var out []string
	for w := range strings.FieldsSeq("电话 電話 手机 手機 携帯 전화 휴대폰 핸드폰 연락처") {
		out = append(out, detect.FoldValue(w))
	}
	return out
})

// phoneWordBefore looks back over at most six words and 48 bytes of one sentence, without digits between.
func phoneWordBefore(text string, at int) cue {
	before := text[max(0, at-48):at]
	if i := strings.LastIndexAny(before, "0123456789!?;\n"); i >= 0 {
		before = before[i+1:]
	}
	var near [7]string // the last words, from the last one on
	n := lastWords(before, &near)
	found := noCue
	adjacent := true // nothing but fillers so far
	for i, w := range near[:min(n, len(near)-1)] {
		switch {
		case phoneWords.has(w), w[len(w)-1] >= 0x80 && slices.ContainsFunc(phoneSigns(), func(sign string) bool { return strings.Contains(w, sign) }):
			return strongCue
		case adjacent && (introducers.has(w) || numberWords.has(w) && i+1 < n && possessives.has(near[i+1])):
			found = weakCue
		}
		adjacent = adjacent && fillers.has(w)
	}
	return found
}

// lastWords fills words with the last ones of a text, from the last one on, and returns how many there are.
func lastWords(text string, words *[7]string) int {
	n := 0
	for end := len(text); end > 0 && n < len(words); {
		start := end
		for start > 0 && strings.IndexByte(" .,:#()[]-\t\"'/", text[start-1]) < 0 {
			start--
		}
		if start < end {
			words[n] = text[start:end]
			n++
		}
		end = start - 1
	}
	return n
}

func phoneWordAfter(text string, end int) bool {
	rest := strings.TrimLeft(text[end:min(len(text), end+16)], " -(,")
	i := 0
	for i < len(rest) && (isLetter(rest[i]) || rest[i] >= 0x80) {
		i++
	}
	return len(rest) < 16 && i > 0 && phoneKinds.has(rest[:i])
}

// The countries whose plans a number without country code is tried against: those that dial a zero first, and those
// that do not.
var (
	trunkZeroRegions = [...]string{"GB", "DE", "FR", "IT", "NL", "AU", "CH", "BE", "AT", "SE", "JP", "KR", "FI"}
	openRegions      = [...]string{"US", "ES", "PT", "PL", "IN", "BR", "IT", "DK", "NO", "GR", "CN"}
)

// judgeNational tries each plan. A number that fits none but has a usual length is Plausible.
func judgeNational(digits string) detect.Verdict {
	if repeated(digits) {
		return detect.Reject
	}
	regions := openRegions[:]
	if digits[0] == '0' {
		regions = trunkZeroRegions[:]
	}
	for _, region := range regions {
		if numberplan.National(digits, region) {
			return detect.Valid
		}
	}
	return detect.Plausible
}

// calendarLike reports whether s reads as a day or a span of years.
func calendarLike(s string) bool {
	var parts [4]string
	n := 0
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if n == len(parts) {
			return false
		}
		parts[n] = part
		n++
	}
	switch n {
	case 2:
		return len(parts[0]) == 4 && len(parts[1]) == 4 && plausibleYear(parts[0]) && plausibleYear(parts[1])
	case 3:
		return strings.ContainsAny(s, "-/.") && calendarDay(parts[0], parts[1], parts[2], '-')
	}
	return false
}
