package pii

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"guardrails/shared/detect"
)

func phoneNational() detect.Detector {
	return detect.Detector{
		Name: "phone_national", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "Phone number in national form beside a word that names it", Validator: "numbering plan of a listed country",
		Base: 0.55, ValidBase: 0.65,
		Anchor: &detect.Anchor{Bytes: "0123456789(", Scan: scanNational},
		Samples: detect.Samples{
			Positive: []string{"They're not answering at 0650 995 04 94", "Telefon: 030 901820", "call me on 020 7946 0958", "tel 01 42 68 53 00", "46 22 81 09 fax", "022-085-9260x155 mobile"},
			Negative: []string{"call 12345", "phone 2019-2020", "mobile app 3.14.15", "call 1234 5678 9012 3456", "020 7946 0958", "call in 2019, item 482 193 771"},
			Source:   "own",
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
	if !phoneBorder(text, full) || calendarLike(text[at:end]) || !(phoneWordBefore(text, at) || phoneWordAfter(text, full)) {
		return 0, 0, detect.Reject
	}
	return at, full, judgeNational(digitsOnly(text[at:end]))
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

// phoneWords name a phone number that follows within a few words; kinds stand right behind one, as in address blocks.
var (
	phoneWords = words(`phone phones telephone tel call calls called calling mobile mobil cell cellphone fax reach dial sms text whatsapp answering telefon telefonnummer telefono telefono telephone
handy handynummer rufnummer anrufen mobilnummer portable appeler appelez movil movil llamar llame llamame cellulare chiamare chiamami telefone telemovel telemovel celular ligar telefoon telefoonnummer mobiel bellen zadzwon telefonu komorka`)
	phoneKinds = words(`office mobile fax cell home work direct phone tel handy mobil portable movil cellulare`)
)

// phoneWordBefore looks back over at most six words and 48 bytes of one sentence, without digits between.
func phoneWordBefore(text string, at int) bool {
	low := strings.ToLower(text[max(0, at-48):at])
	if i := strings.LastIndexAny(low, "0123456789!?;\n"); i >= 0 {
		low = low[i+1:]
	}
	around := strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune(" .,:#()[]-\t\"'/", r) })
	for i := len(around) - 1; i >= max(0, len(around)-6); i-- {
		if phoneWords.has(around[i]) {
			return true
		}
	}
	return false
}

func phoneWordAfter(text string, end int) bool {
	rest := strings.TrimLeft(text[end:min(len(text), end+16)], " -(,")
	i := 0
	for i < len(rest) && (isLetter(rest[i]) || rest[i] >= 0x80) {
		i++
	}
	return len(rest) < 16 && i > 0 && phoneKinds.has(strings.ToLower(rest[:i]))
}

// The countries whose plans a number without country code is tried against: those that dial a zero first, and those
// that do not.
var (
	trunkZeroRegions = [...]string{"GB", "DE", "FR", "IT", "NL", "AU", "CH", "BE", "AT", "SE"}
	openRegions      = [...]string{"US", "ES", "PT", "PL", "IN", "BR"}
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
		n, err := phonenumbers.Parse(digits, region)
		if err == nil && phonenumbers.IsValidNumberForRegion(n, region) {
			return detect.Valid
		}
	}
	return detect.Plausible
}

// calendarLike reports whether s reads as a day or a span of years.
func calendarLike(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	switch len(parts) {
	case 2:
		return len(parts[0]) == 4 && len(parts[1]) == 4 && plausibleYear(parts[0]) && plausibleYear(parts[1])
	case 3:
		return strings.ContainsAny(s, "-/.") && calendarDay(parts[0], parts[1], parts[2], '-')
	}
	return false
}
