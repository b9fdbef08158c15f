package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

// Base scores by how much the shape and the check alone prove.
const (
	// baseStrong is a check over letters, or two or more check digits in a shape of its own.
	baseStrong = 0.90
	// baseStrict is a structure that few random strings have: dates, ranges, prefix tables.
	baseStrict = 0.70
	// baseWeak is one check digit over 9 to 11 digits, which one in ten random runs passes.
	baseWeak = 0.35
	// baseShared is baseWeak in a grouping that several countries and phone numbers share:
	// the grouping alone does not lift it over the usual threshold.
	baseShared = 0.29
	// baseFiller is a value that is valid and looks like filler: nothing without a word that names it.
	baseFiller = 0.25
	// baseFormat is a shape without a check: nothing without a word that names it.
	baseFormat = 0.20
	// baseCued is a shape that stands right behind its own label, as the expression demands.
	baseCued = 0.65
)

func verdict(ok bool) detect.Verdict {
	if ok {
		return detect.Valid
	}
	return detect.Reject
}

// repeated reports whether s is one byte over and over, which passes many checks but is a filler.
func repeated(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			return false
		}
	}
	return true
}

// number is the value of a short all-digit string, or -1.
func number(s string) int {
	if len(s) > 9 || !checksum.IsDigits(s) {
		return -1
	}
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// realDay reports whether the day exists. A year of 0..99 is of an unknown century: 29 February passes each fourth year.
func realDay(year, month, day int) bool {
	if year < 0 || month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	n := days[month-1]
	if month == 2 && year%4 == 0 && (year < 100 || year%100 != 0 || year%400 == 0) {
		n = 29
	}
	return day <= n
}

// dayYMD reads a day of six digits (yymmdd) or eight (yyyymmdd).
func dayYMD(s string) bool {
	n := len(s) - 4
	if n != 2 && n != 4 {
		return false
	}
	return realDay(number(s[:n]), number(s[n:n+2]), number(s[n+2:]))
}

// dayDMY reads a day of six digits (ddmmyy) or eight (ddmmyyyy).
func dayDMY(s string) bool {
	if len(s) != 6 && len(s) != 8 {
		return false
	}
	return realDay(number(s[4:]), number(s[2:4]), number(s[:2]))
}

// cued is an expression for a value that follows its own label, with at most a few linking words between them.
// Group 1 is the value. It ignores case.
func cued(label, value string) string {
	const link = `["']?[\s:#=.\-]{0,4}(?:(?:is|was|number|numbers|num|no|nr|nbr|code|id|ist|est|es|e|lautet|on file)\b[\s:#=.\-"']{1,4}){0,3}["']?`
	return `(?i)\b(?:` + label + `)\b` + link + `(` + value + `)\b`
}

// digitsAtLeast is a check for labeled values: at least n digits, and not one byte over and over.
func digitsAtLeast(n int) func(string) detect.Verdict {
	return func(s string) detect.Verdict {
		count := 0
		for i := range len(s) {
			if s[i] >= '0' && s[i] <= '9' {
				count++
			}
		}
		if count < n || repeated(s) {
			return detect.Reject
		}
		return detect.Plausible
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

func isHex(c byte) bool { return isDigit(c) || (c|0x20 >= 'a' && c|0x20 <= 'f') }
