package detect

import (
	"strings"
	"testing"
)

// testDetectors returns one small detector of each kind, and the pairs that the resolver must tell apart.
func testDetectors() []Detector {
	return []Detector{ssnDetector(), cardDetector(), emailDetector(), domainDetector(), keyDetector(), injectionDetector(), taxDetector()}
}

func ssnDetector() Detector {
	return Detector{
		Name: "us_ssn", Type: "US_SSN", Category: CategoryPII, Validator: "ranges", Base: .2, ValidBase: .7,
		Context: []string{"ssn", "social security", "social security number", "sozialversicherung"},
		Number:  &Number{Masks: []string{"999-99-9999"}, Validate: validSSN},
	}
}

func validSSN(norm string) Verdict {
	if norm[:3] == "000" || norm[:3] == "666" || norm[0] == '9' || norm[3:5] == "00" || norm[5:] == "0000" {
		return Reject
	}
	return Valid
}

func cardDetector() Detector {
	return Detector{
		Name: "credit_card", Type: "CREDIT_CARD", Category: CategoryPII, Validator: "luhn", ValidBase: .9,
		Context: []string{"card", "visa", "kreditkarte"},
		Number:  &Number{Masks: []string{"9999-9999-9999-9999", "9999999999999999"}, Validate: validLuhn},
	}
}

func validLuhn(norm string) Verdict {
	sum := 0
	for i := range len(norm) {
		n := int(norm[len(norm)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	if sum%10 != 0 {
		return Reject
	}
	return Valid
}

// taxDetector is a bare nine-digit number that needs context.
func taxDetector() Detector {
	return Detector{
		Name: "tax_id", Type: "TAX_ID", Category: CategoryPII, Base: .35, NeedContext: true,
		Context: []string{"tax id", "steuernummer", "税号"},
		Number:  &Number{Masks: []string{"999999999", "999-999-999"}},
	}
}

func emailDetector() Detector {
	return Detector{
		Name: "email_address", Type: "EMAIL_ADDRESS", Category: CategoryPII, Base: .9,
		Anchor: &Anchor{Bytes: "@", Scan: scanEmail},
	}
}

func isLocal(c byte) bool { return isAlnum(c) || strings.IndexByte("._%+-", c) >= 0 }

func scanEmail(text string, at int) (start, end int, v Verdict) {
	start, end = at, at+1
	for start > 0 && at-start < 64 && isLocal(text[start-1]) {
		start--
	}
	for end < len(text) && end-at < 255 && (isAlnum(text[end]) || text[end] == '-' || text[end] == '.') {
		end++
	}
	for end > at && text[end-1] == '.' {
		end--
	}
	if start == at || strings.IndexByte(text[at+1:end], '.') < 1 {
		return 0, 0, Reject
	}
	return start, end, Valid
}

func domainDetector() Detector {
	return Detector{
		Name: "domain_name", Type: "DOMAIN_NAME", Category: CategoryPII, Base: .6,
		Anchor: &Anchor{Bytes: ".", Scan: scanDomain},
	}
}

func scanDomain(text string, at int) (start, end int, v Verdict) {
	start, end = at, at+1
	for start > 0 && at-start < 63 && isAlnum(text[start-1]) {
		start--
	}
	for end < len(text) && end-at < 63 && isLetter(text[end]) {
		end++
	}
	if tld := text[at+1 : end]; start == at || tld != "com" && tld != "org" && tld != "net" {
		return 0, 0, Reject
	}
	return start, end, Plausible
}

func keyDetector() Detector {
	return Detector{
		Name: "aws_key", Type: "SECRET_AWS_KEY", Category: CategorySecret, Base: .8,
		Pattern: &Pattern{
			Regexp: `\b(AK` + `IA[A-Z2-7]{16})\b`, Keywords: []string{"akia"}, Entropy: 2.5,
			Allow: []string{`EXAMPLE$`}, AllowBefore: []string{`sample key $`}, Stopwords: []string{"aaaa"},
		},
	}
}

func injectionDetector() Detector {
	return Detector{
		Name: "injection_direct", Type: "INJECTION_DIRECT", Category: CategoryInjection,
		Lexicon: &Lexicon{
			Words: map[string][]string{
				"drop":   {"ignore", "disregard", "forget"},
				"object": {"previous instructions", "instructions", "rules"},
				"negate": {"never", "don't"},
				"reveal": {"reveal*", "print"},
				"prompt": {"system prompt", "hidden prompt"},
			},
			Rules: []LexiconRule{
				{Name: "drop_rules", All: []string{"drop", "object"}, None: []string{"negate"}, Within: 8, Ordered: true, Weight: .7},
				{Name: "reveal_prompt", All: []string{"reveal", "prompt"}, Within: 8, Weight: .6},
			},
		},
	}
}

// awsKey is a key of the right shape that belongs to nobody.
func awsKey() string { return "AK" + "IA" + "QYLPMN5HHHFPZAM2" }

func newTestEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(testDetectors())
	if err != nil {
		t.Fatal(err)
	}
	return e
}
