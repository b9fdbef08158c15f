package redact

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"guardrails/shared/detect/checksum"
)

// surrogateDomain separates the digests that surrogates are made of from every other use of the tenant's key, and type
// from type.
const surrogateDomain = "redact.surrogate/"

// surrogate returns an invented value in the form of the given one, the same for equal values of a type and tenant.
//
// It lies in a range that belongs to nobody, so that it harms no one, and so that [invented] knows it again: set aside
// for documentation and tests, never issued, or a name that nobody has. Types without such a range have no surrogate.
func (s *Session) surrogate(ctx context.Context, typ, value string) (string, bool, error) {
	kind, ok := surrogates()[typ]
	if !ok {
		return "", false, nil
	}
	sum, err := s.keys.MAC(ctx, surrogateDomain+typ, []byte(strings.ToLower(value)))
	if err != nil {
		return "", false, fmt.Errorf("digest: %w", err)
	}
	out, ok := kind.invent(&picks{sum: [sha256.Size]byte(sum)}, value)
	return out, ok, nil
}

// invented reports whether a value is a surrogate of its type.
func invented(typ, value string) bool {
	kind, ok := surrogates()[typ]
	return ok && kind.known(value)
}

// surrogateKind is how the surrogates of a type are made and known again.
type surrogateKind struct {
	invent func(p *picks, value string) (string, bool)
	known  func(value string) bool
}

// surrogates are the types that have a range of nobody's values.
func surrogates() map[string]surrogateKind {
	return map[string]surrogateKind{
		"PERSON":        {inventName, knownName},
		"EMAIL_ADDRESS": {inventMail, knownMail},
		"ADDRESS":       {inventStreet, knownStreet},
		"URL":           {inventURL, knownURL},
		"DOMAIN_NAME":   {inventHost, knownHost},
		"IP_ADDRESS":    {inventIP, knownIP},
		"PHONE_NUMBER":  {inventPhone, knownPhone},
		// 00-00-5E-00-53-00 to -FF are for documentation (RFC 9542).
		"MAC_ADDRESS": number(func(p *picks, n int) string {
			return "00005e0053" + p.from("0123456789abcdef", n-10)
		}, 12, 12, "00005e0053"),
		// Cards begin with their industry; behind a 9 stands a country by ISO 3166-1, and 999 is none (ISO/IEC 7812-1).
		"CREDIT_CARD": number(func(p *picks, n int) string { return luhn("9999" + p.digits(n-5)) }, 13, 19, "9999"),
		// No area 666 was ever issued (Social Security Administration, number randomization).
		"US_SSN": number(func(p *picks, _ int) string {
			return "666" + fmt.Sprintf("%02d%04d", 1+p.below(99), 1+p.below(9999))
		}, 9, 9, "666"),
		// Groups 01 to 49 of the 9xx area are no ITIN (IRS, Publication 1915) and no social security number.
		"US_ITIN": number(func(p *picks, _ int) string { return "900" + fmt.Sprintf("%02d", 10+p.below(40)) + p.digits(4) }, 9, 9, "9001", "9002", "9003", "9004"),
		// ZIP codes begin at 00501.
		"US_ZIP_CODE": number(func(p *picks, n int) string { return "000" + p.digits(n-3) }, 5, 9, "000"),
		// XX is a code that ISO 3166-1 leaves to its users, so no country's bank makes such a number.
		"IBAN_CODE": number(inventIBAN, 15, 34, "XX"),
		// NHS numbers that begin with 999 are for tests (NHS Digital, synthetic data).
		"UK_NHS": number(inventNHS, 10, 10, "999"),
		// QQ is the prefix of examples and is not given out (HMRC, National Insurance manual NIM39110).
		"UK_NINO": number(func(p *picks, _ int) string { return "QQ" + p.digits(6) + p.from("ABCD", 1) }, 9, 9, "QQ"),
		// A type allocation code that begins with 00 is of a test device (GSMA TS.06).
		"IMEI": number(func(p *picks, _ int) string { return luhn("00" + p.digits(12)) }, 15, 15, "00"),
	}
}

// number makes a kind of numbers and codes: invent returns as many characters as the value has letters and digits, which
// take their places; starts are what the surrogates begin with.
func number(invent func(p *picks, n int) string, least, most int, starts ...string) surrogateKind {
	bare := func(value string) string {
		chars, ok := numerals(value)
		if !ok || len(chars) < least || len(chars) > most {
			return ""
		}
		return string(chars)
	}
	return surrogateKind{
		invent: func(p *picks, value string) (string, bool) {
			chars := bare(value)
			if chars == "" {
				return "", false
			}
			fake := invent(p, len(chars))
			if len(fake) != len(chars) {
				return "", false
			}
			if strings.ToUpper(chars) == chars {
				fake = strings.ToUpper(fake)
			}
			return refill(value, []byte(fake)), true
		},
		known: func(value string) bool {
			chars := bare(value)
			return slices.ContainsFunc(starts, func(s string) bool { return chars != "" && len(chars) > len(s) && strings.EqualFold(chars[:len(s)], s) })
		},
	}
}

func luhn(digits string) string {
	for check := range 10 {
		if out := digits + strconv.Itoa(check); checksum.Luhn(out) {
			return out
		}
	}
	return ""
}

func inventNHS(p *picks, _ int) string {
	body := "999" + p.digits(5)
	for first, n := p.below(100), 0; n < 100; n++ {
		out := fmt.Sprintf("%s%02d", body, (first+n)%100)
		if checksum.Weighted(out, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 {
			return out
		}
	}
	return ""
}

// inventIBAN gives XX the check digits of ISO 13616.
func inventIBAN(p *picks, n int) string {
	account := p.digits(n - 4)
	for check := 2; check < 99; check++ {
		if out := fmt.Sprintf("XX%02d%s", check, account); checksum.IBAN(out) {
			return out
		}
	}
	return ""
}

func inventName(p *picks, value string) (string, bool) {
	surname := p.surname()
	name := surname
	if strings.ContainsAny(strings.TrimSpace(value), " \t\n,\u00a0") {
		name = p.given() + " " + surname
	}
	if strings.ToUpper(value) == value {
		name = strings.ToUpper(name)
	}
	return name, true
}

func knownName(value string) bool {
	given, surname, two := strings.Cut(strings.ToLower(value), " ")
	if !two {
		return isSurname(given)
	}
	return isGiven(given) && isSurname(surname)
}

// inventMail uses the domains of RFC 2606.
func inventMail(p *picks, _ string) (string, bool) {
	return strings.ToLower(p.given()+"."+p.surname()) + p.digits(2) + "@example." + []string{"com", "net", "org"}[p.below(3)], true
}

func knownMail(value string) bool {
	local, domain, ok := strings.Cut(strings.ToLower(value), "@")
	if !ok || domain != "example.com" && domain != "example.net" && domain != "example.org" || len(local) < 2 {
		return false
	}
	given, surname, ok := strings.Cut(local[:len(local)-2], ".")
	return ok && strings.Trim(local[len(local)-2:], digits) == "" && isGiven(given) && isSurname(surname)
}

const (
	digits      = "0123456789"
	hexDigits   = "0123456789abcdef"
	exampleHost = ".example.com"
	exampleURL  = "https://example.com/"
	exampleRoad = " Example Street"
	codeLength  = 8
)

func inventStreet(p *picks, _ string) (string, bool) {
	return strconv.Itoa(1+p.below(999)) + exampleRoad, true
}

func knownStreet(value string) bool {
	house, ok := strings.CutSuffix(value, exampleRoad)
	return ok && len(house) <= 3 && house != "" && strings.Trim(house, digits) == ""
}

func inventURL(p *picks, _ string) (string, bool) {
	return exampleURL + p.from(hexDigits, codeLength), true
}

func knownURL(value string) bool {
	code, ok := strings.CutPrefix(value, exampleURL)
	return ok && isCode(code)
}

func inventHost(p *picks, _ string) (string, bool) {
	return "h" + p.from(hexDigits, codeLength) + exampleHost, true
}

func knownHost(value string) bool {
	label, ok := strings.CutSuffix(value, exampleHost)
	return ok && strings.HasPrefix(label, "h") && isCode(label[1:])
}

func isCode(s string) bool { return len(s) == codeLength && strings.Trim(s, hexDigits) == "" }

// documentation are the networks of RFC 5737.
func documentation() []string { return []string{"192.0.2.", "198.51.100.", "203.0.113."} }

// exampleV6 begins addresses of RFC 3849.
const exampleV6 = "2001:db8::"

func inventIP(p *picks, value string) (string, bool) {
	a, err := netip.ParseAddr(value)
	if err != nil {
		return "", false
	}
	if a.Is4() {
		return documentation()[p.below(3)] + strconv.Itoa(1+p.below(254)), true
	}
	return fmt.Sprintf("%s%x:%x", exampleV6, 1+p.below(0xffff), 1+p.below(0xffff)), true
}

func knownIP(value string) bool {
	if rest, ok := strings.CutPrefix(value, exampleV6); ok {
		return strings.Count(rest, ":") == 1
	}
	return slices.ContainsFunc(documentation(), func(net string) bool { return strings.HasPrefix(value, net) })
}

// inventPhone returns a number that the regulator keeps for fiction: in Britain 07700 900000 to 900999 (Ofcom), in France
// 01 99 00 and four digits (ARCEP), else 555-0100 to 555-0199 of North America (NANPA).
func inventPhone(p *picks, value string) (string, bool) {
	chars, ok := numerals(value)
	if !ok || strings.Trim(string(chars), digits) != "" {
		return "", false
	}
	switch number := string(chars); {
	case len(number) == 12 && strings.HasPrefix(number, "44"):
		return refill(value, []byte("447700900"+p.digits(3))), true
	case len(number) == 11 && strings.HasPrefix(number, "0"):
		return refill(value, []byte("07700900"+p.digits(3))), true
	case len(number) == 11 && strings.HasPrefix(number, "33"):
		return refill(value, []byte("3319900"+p.digits(4))), true
	case len(number) == 11 && strings.HasPrefix(number, "1"):
		return refill(value, []byte("1"+northAmerican(p))), true
	case len(number) == 10 && !strings.HasPrefix(strings.TrimSpace(value), "+"):
		return refill(value, []byte(northAmerican(p))), true
	}
	n := northAmerican(p)
	return "+1 " + n[:3] + "-" + n[3:6] + "-" + n[6:], true
}

func northAmerican(p *picks) string {
	return p.from("23456789", 1) + p.from("2345678", 1) + p.digits(1) + "55501" + p.digits(2)
}

func knownPhone(value string) bool {
	chars, ok := numerals(value)
	if !ok {
		return false
	}
	n := string(chars)
	switch len(n) {
	case 12:
		return strings.HasPrefix(n, "447700900")
	case 11:
		return strings.HasPrefix(n, "07700900") || strings.HasPrefix(n, "3319900") || n[0] == '1' && n[4:9] == "55501"
	case 10:
		return n[3:8] == "55501"
	}
	return false
}

// picks draws numbers from a digest, and from digests of it when that is used up.
type picks struct {
	sum [sha256.Size]byte
	at  int
}

// below returns a number from 0 to n-1, for n up to 65,536.
func (p *picks) below(n int) int {
	if p.at+4 > len(p.sum) {
		p.sum, p.at = sha256.Sum256(p.sum[:]), 0
	}
	x := 0
	for _, b := range p.sum[p.at : p.at+4] {
		x = x<<8 | int(b)
	}
	p.at += 4
	return x % n
}

// from draws n characters of an alphabet.
func (p *picks) from(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[p.below(len(alphabet))]
	}
	return string(out)
}

func (p *picks) digits(n int) string { return p.from(digits, n) }
