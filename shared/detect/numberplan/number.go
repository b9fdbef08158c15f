package numberplan

import "strings"

// Verdict is what the plans say of digits.
type Verdict int

// Unknown digits are no number; Possible ones have the length of one; Valid ones are of a kind that the plan has.
const (
	Unknown Verdict = iota
	Possible
	Valid
)

// The shortest and the longest that a number is without its country code.
const leastDigits, mostDigits = 2, 17

// International judges the digits of a number that begins with its country code.
func International(digits string) Verdict {
	all := load()
	code, national := all.split(digits)
	if code == "" || len(digits) <= leastDigits {
		return Unknown
	}
	main := all.main(code)
	number, ok := main.significant(national)
	switch {
	case !ok:
		return Unknown
	case all.valid(code, number):
		return Valid
	case main.possible(number):
		return Possible
	}
	return Unknown
}

// National reports whether digits, dialed in a region (two letters, as in ISO 3166), are a number of it.
func National(digits, region string) bool {
	all := load()
	home, ok := all.byKey[region]
	if !ok {
		return false
	}
	code, national, ok := all.dialed(home, digits)
	if !ok {
		return false
	}
	p := home
	if code == "" {
		code = home.code
	} else if all.regions[code][0] != region {
		p = all.main(code)
	}
	number, ok := p.significant(national)
	return ok && code == home.code && home.valid(number)
}

// split takes the country code off.
func (all *plans) split(digits string) (code, national string) {
	if strings.HasPrefix(digits, "0") {
		return "", ""
	}
	for i := 1; i <= min(3, len(digits)); i++ {
		if _, ok := all.regions[digits[:i]]; ok {
			return digits[:i], digits[i:]
		}
	}
	return "", ""
}

// main is the plan of a country code's main region, by which its numbers are read.
func (all *plans) main(code string) *plan { return all.byKey[key(code, all.regions[code][0])] }

// valid reports whether a number belongs to one of a country code's regions, and to one of the kinds there.
func (all *plans) valid(code, number string) bool {
	regions := all.regions[code]
	if len(regions) == 1 {
		return all.main(code).valid(number)
	}
	for _, r := range regions {
		p := all.byKey[key(code, r)]
		if p.leading.source == "" {
			if p.valid(number) {
				return true
			}
		} else if p.leading.get().MatchString(number) {
			return p.valid(number)
		}
	}
	return false
}

// dialed reads what is dialed at home: a number of another country behind the prefix for that, one of the own with its
// country code, or (with code empty) one without.
func (all *plans) dialed(home *plan, digits string) (code, national string, ok bool) {
	if at := home.idd.get().FindStringIndex(digits); at != nil && !strings.HasPrefix(digits[at[1]:], "0") {
		rest := digits[at[1]:]
		code, national = all.split(rest)
		return code, national, code != "" && len(rest) > leastDigits
	}
	if rest, found := strings.CutPrefix(digits, home.code); found {
		rest = home.strip(rest)
		general := home.general.pattern.get()
		better := !general.MatchString(digits) && general.MatchString(rest)
		if better || home.length(digits) == tooLong {
			return home.code, rest, true
		}
	}
	return "", digits, true
}

// significant takes the trunk prefix off where what is left can be a number.
func (p *plan) significant(national string) (string, bool) {
	if len(national) < leastDigits {
		return "", false
	}
	if short := p.strip(national); p.length(short) == fits || p.length(short) == tooLong {
		national = short
	}
	return national, len(national) >= leastDigits && len(national) <= mostDigits
}

// strip takes the trunk prefix off, or puts what it stands for in its place, unless a number would be none after that.
func (p *plan) strip(number string) string {
	if p.trunk.source == "" || number == "" {
		return number
	}
	trunk, general := p.trunk.get(), p.general.pattern.get()
	at := trunk.FindStringSubmatchIndex(number)
	if at == nil {
		return number
	}
	short := number[at[1]:]
	if last := at[len(at)-2]; p.transform != "" && last >= 0 {
		short = trunk.ReplaceAllString(number, p.transform)
	}
	if general.MatchString(number) && !general.MatchString(short) {
		return number
	}
	return short
}

// possible reports whether a number has a length that numbers of the plan have.
func (p *plan) possible(number string) bool {
	l := p.length(number)
	return l == fits || l == fitsLocally
}
