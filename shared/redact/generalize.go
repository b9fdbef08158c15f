package redact

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// generalize returns a coarser form of the value: the year of a date, the ten years around an age, the area of a
// postcode, the network of an address. Other types have none.
func generalize(typ, value string) (string, bool) {
	switch typ {
	case "DATE_TIME", "DATE_OF_BIRTH":
		d, ok := parseDate(value)
		if !ok || d.short {
			return "", false
		}
		return strconv.Itoa(d.day.Year()), true
	case "AGE":
		return ageBand(value)
	case "US_ZIP_CODE":
		return zipArea(value)
	case "UK_POSTCODE", "CA_POSTAL_CODE":
		return outward(value)
	case "IP_ADDRESS":
		return network(value)
	}
	return "", false
}

// oldest is where ages are no longer told apart (45 CFR 164.514(b)(2)(i)(C)).
const oldest = 90

func ageBand(value string) (string, bool) {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil || n < 0:
		return "", false
	case n >= oldest:
		return strconv.Itoa(oldest) + "+", true
	}
	low := n / 10 * 10
	return strconv.Itoa(low) + "-" + strconv.Itoa(low+9), true
}

// sparse are the ZIP areas of 20,000 people or fewer, by the census of 2000 (HHS guidance on de-identification).
func sparse() []string {
	return []string{
		"036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893",
	}
}

// zipArea returns the first three digits, or 000 where few people live in the area.
func zipArea(value string) (string, bool) {
	code, ok := compact(value)
	if !ok || len(code) < 5 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	if slices.Contains(sparse(), code[:3]) {
		return "000", true
	}
	return code[:3], true
}

// outward returns all but the last three characters of a British or Canadian postcode.
func outward(value string) (string, bool) {
	code, ok := compact(value)
	if !ok || len(code) < 5 {
		return "", false
	}
	return code[:len(code)-3], true
}

// compact returns a postcode in upper case without spaces and hyphens, if nothing else is in it than letters and digits.
func compact(value string) (string, bool) {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(value))
	for i := range len(code) {
		if !alphanumeric(code[i]) {
			return "", false
		}
	}
	return code, true
}

const (
	bitsV4 = 24
	bitsV6 = 48
)

func network(value string) (string, bool) {
	a, err := netip.ParseAddr(value)
	if err != nil {
		return "", false
	}
	bits := bitsV6
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = bitsV4
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "", false
	}
	return p.String(), true
}

// general reports whether the value at [start, end) of the text is what generalize has made: a network, or the upper end
// of a band of ages.
func general(typ, text string, start, end int) bool {
	switch value := text[start:end]; typ {
	case "IP_ADDRESS":
		p, ok := network(value)
		if !ok {
			return false
		}
		address, bits, _ := strings.Cut(p, "/")
		return address == value && strings.HasPrefix(text[end:], "/"+bits)
	case "AGE":
		n, err := strconv.Atoi(value)
		if err != nil || n < 9 {
			return false
		}
		band := strconv.Itoa(n-9) + "-"
		before := strings.TrimSuffix(text[:start], band)
		return n%10 == 9 && n < oldest && len(before) < start && (before == "" || !alphanumeric(before[len(before)-1]))
	}
	return false
}
