package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func cards() []detect.Detector {
	return []detect.Detector{creditCard(), dottedCard(), cardTrack(), cvv(), cardExpiry()}
}

func creditCard() detect.Detector {
	return detect.Detector{
		Name: "credit_card", Type: "CREDIT_CARD", Category: detect.CategoryPII,
		Summary:   "payment card number",
		Validator: "luhn and issuer range",
		Base:      baseWeak, ValidBase: baseStrict,
		Context: []string{
			"card", "credit card", "debit card", "card number", "cc", "pan", "visa", "mastercard", "amex", "american express", "discover", "maestro", "diners", "jcb", "unionpay",
			"charge", "pay", "payment", "kreditkarte", "kartennummer", "karte", "carte", "carte bancaire", "carte de credit", "tarjeta", "tarjeta de credito", "carta di credito", "carta", "cartao", "creditcard", "kaartnummer", "karta", "numer karty",
		},
		Negative: []string{"reference", "ref", "serial", "isbn", "ean", "imei"},
		Number: &detect.Number{
			Masks: []string{
				"9999_9999_9999_9999", "9999_999999_99999", "9999_999999_9999", "9999_9999_9999_9999_999",
				"999999999999", "9999999999999", "99999999999999", "999999999999999", "9999999999999999",
				"99999999999999999", "999999999999999999", "9999999999999999999",
			},
			Validate: validCard,
		},
		Samples: detect.Samples{
			Positive: []string{"card 4556737586899855", "pay with 5169 9854 3534 6240 please", "Amex 3782 822463 10005", "2221-9537-6724-2380", "Kreditkarte 30569309025904", "4539-5787-6362-1486"},
			Negative: []string{"card 4556737586899856", "card 45567375868998551234567", "card 1234 5678 9012 3452", "order 123456789012", "5169 9854 3534 6241", "reference 4988222977018016"},
			Source:   "test numbers of card schemes and own",
		},
	}
}

func dottedCard() detect.Detector {
	return detect.Detector{
		Name: "credit_card_dotted", Type: "CREDIT_CARD", Category: detect.CategoryPII,
		Summary:   "payment card number in groups set apart by dots, beside a word that names it",
		Validator: "luhn and issuer range",
		Base:      baseFormat, ValidBase: baseFormat,
		Context: creditCard().Context,
		Number:  &detect.Number{Masks: []string{"9999.9999.9999.9999", "9999.999999.99999"}, Validate: validCard},
		Samples: detect.Samples{
			Positive: []string{"card 4556.7375.8689.9855", "Visa: 4539.5787.6362.1486", "Amex 3782.822463.10005"},
			Negative: []string{"4556.7375.8689.9855", "4181.0033.0002.8005", "card 4556.7375.8689.9856"},
			Source:   "test numbers of card schemes and own",
		},
	}
}

func cardTrack() detect.Detector {
	return detect.Detector{
		Name: "card_track_data", Type: "CARD_TRACK_DATA", Category: detect.CategoryPII,
		Summary: "Content of a payment card's magnetic stripe, first or second track", Validator: "luhn and issuer range",
		Base:    baseStrong,
		Context: []string{"track", "track 1", "track 2", "magnetic stripe", "swipe", "magstripe"},
		Anchor:  &detect.Anchor{Bytes: "^=", Scan: scanTrack},
		Samples: detect.Samples{
			Positive: []string{"%B4556737586899855^BROWN/MICHAEL^2609101123400001230?", "swiped B4539578763621486^DOE/JANE ANN^29011010000000000000", ";4556737586899855=26091011234?", "track 2: 4539578763621486=29011011234000000"},
			Negative: []string{"%B4556737586899856^BROWN/MICHAEL^2609101123400001230?", "%B4556737586899855^2609", "x^2 = 4556737586899855", ";4556737586899855=2699101?", "a=4556737586899855=b"},
			Source:   "layout of ISO/IEC 7813 with own numbers",
		},
	}
}

// The longest name on a track, and the digits that follow its number at least: expiry and service code.
const (
	maxTrackName  = 26
	minTrackTail  = 7
	maxTrackDigit = 40
)

// scanTrack starts at the separator behind the card number: '^' before the name on the first track, '=' on the second.
func scanTrack(text string, at int) (int, int, detect.Verdict) {
	start := at
	for start > 0 && at-start < 20 && isDigit(text[start-1]) {
		start--
	}
	if n := at - start; n < 13 || n > 19 || validCard(text[start:at]) == detect.Reject {
		return 0, 0, detect.Reject
	}
	tail := at + 1
	if text[at] == '^' {
		if start == 0 || text[start-1]|0x20 != 'b' {
			return 0, 0, detect.Reject
		}
		start--
		name := strings.IndexByte(text[tail:min(len(text), tail+maxTrackName+1)], '^')
		if name < 0 {
			return 0, 0, detect.Reject
		}
		tail += name + 1
	}
	if start > 0 && strings.IndexByte("%;", text[start-1]) >= 0 {
		start--
	} else if start > 0 && isAlnum(text[start-1]) {
		return 0, 0, detect.Reject
	}
	end := tail
	for end < len(text) && end-tail < maxTrackDigit && (isDigit(text[end]) || text[end] == '=') {
		end++
	}
	if end-tail < minTrackTail || !monthYM(text[tail:tail+4]) {
		return 0, 0, detect.Reject
	}
	if end < len(text) && text[end] == '?' {
		end++
	}
	return start, end, detect.Valid
}

// monthYM reports whether four digits are a year and a month.
func monthYM(s string) bool {
	m := number(s[2:])
	return m >= 1 && m <= 12
}

// validCard needs the Luhn digit and an issuer range with the right length.
// Ranges and lengths that also fit article or account numbers are only Plausible.
func validCard(s string) detect.Verdict {
	if repeated(s) || !checksum.Luhn(s) {
		return detect.Reject
	}
	switch n := len(s); {
	case common(s, n):
		return detect.Valid
	case s[0] == '4' && (n == 13 || n == 19), maestro(s), s[:2] == "62" && n >= 17:
		return detect.Plausible
	}
	return detect.Reject
}

// common holds the issuer ranges with their everyday lengths.
func common(s string, n int) bool {
	p2, p3, p4 := number(s[:2]), number(s[:3]), number(s[:4])
	switch {
	case n == 16 && s[0] == '4', n == 16 && p2 >= 51 && p2 <= 55, n == 16 && p4 >= 2221 && p4 <= 2720:
		return true // Visa, Mastercard
	case n == 15 && (p2 == 34 || p2 == 37):
		return true // American Express
	case n == 16 && (p4 == 6011 || p2 == 65 || (p3 >= 644 && p3 <= 649) || p2 == 62 || p2 == 60):
		return true // Discover, UnionPay, RuPay
	case n == 16 && p4 >= 3528 && p4 <= 3589:
		return true // JCB
	case n == 14 && (p2 == 36 || p2 == 38 || p2 == 39 || (p3 >= 300 && p3 <= 305) || p4 == 3095):
		return true // Diners Club
	}
	return false
}

func maestro(s string) bool {
	switch s[:4] {
	case "5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763":
		return true
	}
	return len(s) == 16 && (s[:2] == "56" || s[:2] == "57" || s[:2] == "58" || s[:2] == "50")
}

func cvv() detect.Detector {
	return detect.Detector{
		Name: "cvv", Type: "CVV", Category: detect.CategoryPII,
		Summary: "card verification code behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`cvv2?|cvc2?|cvn|csc|card (?:security|verification) (?:code|value|number)|security code|prufziffer|kartenprufnummer|cryptogramme|codigo de seguridad|codice di sicurezza|codigo de seguranca|beveiligingscode`, `[0-9]{3,4}`),
			Keywords: []string{"cvv", "cvc", "cvn", "csc", "security code", "card security", "card verification", "ziffer", "kartenpr", "cryptogramme", "digo de seguri", "digo de segura", "codice di sicurezza", "beveiligingscode"},
		},
		Samples: detect.Samples{
			Positive: []string{"CVV 482", "cvc: 9173", "security code is 305", "Kartenprüfnummer: 771"},
			Negative: []string{"CVV 48", "CVV 48217", "room 482", "the csc office, floor twelve"},
			Source:   "own",
		},
	}
}

func cardExpiry() detect.Detector {
	return detect.Detector{
		Name: "card_expiry", Type: "CARD_EXPIRY", Category: detect.CategoryPII,
		Summary: "card expiry month behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`(?:card )?(?:exp|expiry|expires|expiration|exp\. date|valid (?:thru|until|through|to)|gultig bis|ablaufdatum|date d'expiration|expire le|fecha de caducidad|vencimiento|caduca|scadenza|validade|vervaldatum)(?: date)?`, `(?:0[1-9]|1[0-2]) ?[/\-] ?(?:20)?[2-4][0-9]`),
			Keywords: []string{"exp ", "exp.", "exp:", "exp/", "expir", "valid ", "ltig bis", "ablaufdatum", "caducidad", "vencimiento", "caduca", "scadenza", "validade", "vervaldatum"},
		},
		Samples: detect.Samples{
			Positive: []string{"exp 09/27", "expiry date: 11/2028", "valid thru 03-29", "gültig bis 07/28"},
			Negative: []string{"exp 13/27", "pages 09/27", "expires in 10 days", "exp 09/2775"},
			Source:   "own",
		},
	}
}
