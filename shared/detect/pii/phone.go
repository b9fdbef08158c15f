package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/numberplan"
)

var phoneContext = []string{
	"phone", "tel", "telephone", "call", "mobile", "cell", "cellphone", "fax", "contact", "reach", "dial", "ring", "text", "sms", "whatsapp", "hotline", "answering", "extension",
	"telefon", "telefonnummer", "handy", "handynummer", "mobil", "anrufen", "rufnummer", "telephone", "portable", "appeler", "appelez", "telefono", "movil", "llamar", "llame", "cellulare", "chiamare",
	"telefone", "telemovel", "celular", "ligar", "telefoon", "telefoonnummer", "mobiel", "bellen", "telefonu", "komorka", "zadzwon",
}

func phones() []detect.Detector {
	return []detect.Detector{phoneInternational(), phoneDoubleZero(), phoneNorthAmerica(), phoneParentheses(), phoneNational()}
}

func phoneInternational() detect.Detector {
	return detect.Detector{
		Name: "phone_international", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "Phone number with country code behind a plus sign", Validator: "numbering plan",
		Base: 0.55, ValidBase: 0.75,
		Context: phoneContext,
		Anchor:  &detect.Anchor{Bytes: "+", Scan: scanInternational},
		Samples: detect.Samples{
			Positive: []string{"phone +44 20 7670 6450.", "+1-203-305-2492", "call +49 (0)30 901820", "+33 1 42 68 53 00"},
			Negative: []string{"+999 123 4567 8901", "1+1 = 2", "a +12 bonus", "+44 20 7670 6450 1234 5678"},
			Source:   "own",
		},
	}
}

// scanInternational reads digits and single separators behind '+', tries the plan, and falls back to the shape:
// a known country code and 8 to 15 digits in groups.
func scanInternational(text string, at int) (int, int, detect.Verdict) {
	if at+8 > len(text) || (at > 0 && isAlnum(text[at-1])) || !isDigit(text[at+1]) || text[at+1] == '0' {
		return 0, 0, detect.Reject
	}
	end, digits := phoneEnd(text, at+1)
	if digits < 8 || digits > 15 {
		return 0, 0, detect.Reject
	}
	switch v := numberplan.International(digitsOnly(text[at:end])); {
	case v == numberplan.Valid:
		return at, extensionEnd(text, end), detect.Valid
	case v == numberplan.Possible && strings.ContainsAny(text[at:end], " -.("):
		return at, extensionEnd(text, end), detect.Plausible
	}
	return 0, 0, detect.Reject
}

func phoneDoubleZero() detect.Detector {
	return detect.Detector{
		Name: "phone_double_zero", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "Phone number with country code behind two zeros", Validator: "numbering plan",
		Base: 0.30, ValidBase: 0.55,
		Context: phoneContext,
		Anchor:  &detect.Anchor{Bytes: "0", Scan: scanDoubleZero},
		Samples: detect.Samples{
			Positive: []string{"0049 171 2345678", "00420 601 123 456", "call 0033612345678"},
			Negative: []string{"0012345678905", "article 0033612345678", "0000 0000 0000", "100491712345678"},
			Source:   "own",
		},
	}
}

// scanDoubleZero reads 00 as a plus sign. Numbers of articles begin with zeros too, so that only groups make it Valid.
func scanDoubleZero(text string, at int) (int, int, detect.Verdict) {
	if !phoneStart(text, at) || text[at+1] != '0' || !isDigit(text[at+2]) || text[at+2] == '0' {
		return 0, 0, detect.Reject
	}
	end, digits := phoneEnd(text, at)
	if digits < 10 || digits > 15 || !phoneBorder(text, end) {
		return 0, 0, detect.Reject
	}
	switch {
	case numberplan.International(digitsOnly(text[at+2:end])) != numberplan.Valid:
		return 0, 0, detect.Reject
	case strings.ContainsAny(text[at:end], " -.("):
		return at, extensionEnd(text, end), detect.Valid
	}
	return at, extensionEnd(text, end), detect.Plausible
}

// phoneEnd reads digits, one separator at a time and one pair of brackets from i on, at most 25 bytes.
// It returns the end behind the last digit and the number of digits.
func phoneEnd(text string, i int) (end, digits int) {
	end = i
	open := false
	for j := i; j < len(text) && j-i < 25; j++ {
		switch c := text[j]; {
		case isDigit(c):
			digits++
			end = j + 1
		case c == '(' && !open && digits <= 4:
			open = true
		case c == ')' && open:
			open = false
		case strings.IndexByte(" -./", c) >= 0 && (j == end || text[j-1] == ')' || text[j-1] == '('):
		case c == ' ' && j == end+1 && text[j-1] != ' ':
		case (c == '/' || c == '-') && j == end+1 && text[j-1] == ' ' && strings.HasPrefix(text[j+1:], " "):
			j++
		default:
			return end, digits
		}
		if j > end+2 {
			break
		}
	}
	return end, digits
}

// extensionEnd takes an extension of up to six digits behind x or ext.
func extensionEnd(text string, end int) int {
	i := end
	if i < len(text) && text[i] == ' ' {
		i++
	}
	switch {
	case strings.HasPrefix(text[i:], "ext. "):
		i += 5
	case strings.HasPrefix(text[i:], "ext "), strings.HasPrefix(text[i:], "ext."):
		i += 4
	case strings.HasPrefix(text[i:], "ext"):
		i += 3
	case strings.HasPrefix(text[i:], "x"):
		i++
	default:
		return end
	}
	j := i
	for j < len(text) && j-i < 6 && isDigit(text[j]) {
		j++
	}
	if j == i || (j < len(text) && isAlnum(text[j])) {
		return end
	}
	return j
}

func phoneNorthAmerica() detect.Detector {
	return detect.Detector{
		Name: "phone_north_america", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "North American phone number in groups", Validator: "area and exchange ranges",
		Base: 0.35, ValidBase: 0.40, NeedContext: true,
		Context: phoneContext,
		Number: &detect.Number{
			Masks:    []string{"999-999-9999", "1-999-999-9999", "9999999999", "001-999-999-9999"},
			Validate: validNorthAmerica,
		},
		Samples: detect.Samples{
			Positive: []string{"call 415-555-2671", "phone 619.648.6618", "1-800-356-9377", "mobile 4155552671"},
			Negative: []string{"015-155-2671", "415-155-26711", "order 4155552671", "serial 415-55-26711"},
			Source:   "own",
		},
	}
}

// validNorthAmerica wants an area code of 2 to 9 first; an exchange that starts with 0 or 1 is not in use.
func validNorthAmerica(s string) detect.Verdict {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "00"), "1")
	if len(s) != 10 || repeated(s) || s[0] < '2' {
		return detect.Reject
	}
	if s[3] < '2' || s[1:3] == "11" {
		return detect.Plausible
	}
	return detect.Valid
}

func phoneParentheses() detect.Detector {
	return detect.Detector{
		Name: "phone_parentheses", Type: "PHONE_NUMBER", Category: detect.CategoryPII,
		Summary: "Phone number with its area code in parentheses", Validator: "groups",
		Base: 0.45, ValidBase: 0.70,
		Context: phoneContext,
		Anchor:  &detect.Anchor{Bytes: "(", Scan: scanParentheses},
		Samples: detect.Samples{
			Positive: []string{"call (464) 798-2274", "(978)645-9740x111", "tel. (03) 5327 5996", "not answering at (88) 684-334"},
			Negative: []string{"see (123) and 4567", "(2019) 12-14", "f(415) 555-2671 = 3", "(415) 55-26"},
			Source:   "own",
		},
	}
}

// scanParentheses reads (aaa) and six to eight digits in one to three groups. Ten digits in all is the North American shape.
func scanParentheses(text string, at int) (int, int, detect.Verdict) {
	closing := at + 1
	for closing < len(text) && closing-at < 6 && isDigit(text[closing]) {
		closing++
	}
	area := closing - at - 1
	if area < 2 || area > 4 || closing >= len(text) || text[closing] != ')' || (at > 0 && (isAlnum(text[at-1]) || text[at-1] == '_')) {
		return 0, 0, detect.Reject
	}
	i := closing + 1
	if i < len(text) && (text[i] == ' ' || text[i] == '-') {
		i++
	}
	end := i
	digits, groups := 0, 0
	for j := i; j < len(text) && j-i < 12; j++ {
		if isDigit(text[j]) {
			if j == i || !isDigit(text[j-1]) {
				groups++
			}
			digits++
			end = j + 1
		} else if j == i || !isDigit(text[j-1]) || strings.IndexByte(" -.", text[j]) < 0 {
			break
		}
	}
	if digits < 6 || digits > 8 || groups > 3 || (end < len(text) && isDigit(text[end])) {
		return 0, 0, detect.Reject
	}
	v := detect.Plausible
	if area == 3 && digits == 7 && text[at+1] >= '2' {
		v = detect.Valid
	}
	return at, extensionEnd(text, end), v
}
