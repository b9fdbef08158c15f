package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func dates() []detect.Detector {
	return []detect.Detector{dateTime(), dateInWords(), dateOfBirth()}
}

func dateTime() detect.Detector {
	return detect.Detector{
		Name: "date_time", Type: "DATE_TIME", Category: detect.CategoryPII,
		Summary: "Calendar day in digits, with the time if one follows", Validator: "calendar",
		Base:   0.55,
		Anchor: &detect.Anchor{Bytes: "/-.", Scan: scanDate},
		Samples: detect.Samples{
			Positive: []string{"since 11/15/1979", "When: 1993-01-04 14:56:41", "am 04.11.1993.", "2024-02-29T10:00:00Z"},
			Negative: []string{"13/32/1979", "version 1.2.2003.4", "3/4 of 2010", "2023-02-30", "31.04.1999", "10-11-12"},
			Source:   "own",
		},
	}
}

// scanDate starts at the first separator of d/m/yyyy, m/d/yyyy or yyyy-mm-dd and takes a time of day that follows.
func scanDate(text string, at int) (int, int, detect.Verdict) {
	sep := text[at]
	start := at
	for start > 0 && at-start < 5 && isDigit(text[start-1]) {
		start--
	}
	mid := at + 1
	for mid < len(text) && mid-at < 4 && isDigit(text[mid]) {
		mid++
	}
	if start == at || mid == at+1 || mid >= len(text) || text[mid] != sep || edge(text, start-1, sep) || edge(text, start-1, '/') {
		return 0, 0, detect.Reject
	}
	end := mid + 1
	for end < len(text) && end-mid < 6 && isDigit(text[end]) {
		end++
	}
	if !calendarDay(text[start:at], text[at+1:mid], text[mid+1:end], sep) {
		return 0, 0, detect.Reject
	}
	if t := clockEnd(text, end); t > end {
		return start, t, detect.Valid
	}
	joined := end < len(text) && (isAlnum(text[end]) || text[end] == '_' || (text[end] == sep && end+1 < len(text) && isDigit(text[end+1])))
	return start, end, verdict(!joined)
}

// calendarDay judges three groups of digits: year first, or a four-digit year last with day and month in either order.
func calendarDay(a, b, c string, sep byte) bool {
	if len(a) == 4 && len(b) <= 2 && len(c) <= 2 {
		return plausibleYear(a) && realDay(number(a), number(b), number(c))
	}
	if len(a) > 2 || len(b) > 2 || len(c) != 4 || !plausibleYear(c) {
		return false
	}
	y := number(c)
	return realDay(y, number(b), number(a)) || (sep != '.' && realDay(y, number(a), number(b)))
}

func plausibleYear(s string) bool {
	y := number(s)
	return y >= 1850 && y <= 2150
}

// clockEnd returns the end of a time of day (hh:mm, seconds, fraction, zone) that starts at i behind a space or T.
func clockEnd(text string, i int) int {
	if i+6 > len(text) || (text[i] != ' ' && text[i] != 'T') || !isDigit(text[i+1]) || !isDigit(text[i+2]) || text[i+3] != ':' {
		return i
	}
	end := i + 4
	for end < len(text) && end-i < 20 && (isDigit(text[end]) || strings.IndexByte(":.", text[end]) >= 0) {
		end++
	}
	for text[end-1] == '.' || text[end-1] == ':' {
		end--
	}
	if end < len(text) && text[end] == 'Z' {
		end++
	}
	if end < len(text) && isAlnum(text[end]) {
		return i
	}
	return end
}

// monthNames matches month names of seven languages, with the usual short forms of English.
const monthNames = `jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?` +
	`|januar|februar|marz|mai|juni|juli|oktober|dezember|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre` +
	`|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre` +
	`|janeiro|fevereiro|marco|maio|junho|julho|setembro|outubro|novembro|dezembro|januari|februari|maart|mei|augustus`

func dateInWords() detect.Detector {
	return detect.Detector{
		Name: "date_in_words", Type: "DATE_TIME", Category: detect.CategoryPII,
		Summary: "Calendar day with the month as a word and a year",
		Base:    0.55,
		Pattern: &detect.Pattern{
			Regexp: `(?i)\b((?:[0-3]?[0-9](?:st|nd|rd|th|\.|o|er)?(?: of| de)? (?:` + monthNames + `)\.?,?(?: de)? (?:1[89]|20)[0-9]{2})` +
				`|(?:(?:` + monthNames + `)\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:1[89]|20)[0-9]{2}))\b`,
			// Short names carry their spaces: as bare letters they stand inside many words.
			Keywords: []string{
				" jan ", " feb ", " mar ", " apr ", " jun ", " jul ", " aug ", " sep ", " sept ", " oct ", " nov ", " dec ",
				"january", "february", "march", "april", "may ", "june", "july", "august", "septem", "octob", "novem", "decem",
				"januar", "februar", "marz", " mai ", " juni", " juli", "oktober", "dezember", "janvier", "fevrier", " mars ", "avril", "juin", "juillet", "aout", "septembre", "octobre", "decembre",
				"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
				"gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre",
				"janeiro", "fevereiro", "marco", "maio", "junho", "julho", "setembro", "outubro", "dezembro", "januari", "februari", "maart", " mei ", "augustus",
			},
			Window: 32,
		},
		Samples: detect.Samples{
			Positive: []string{"on January 5, 2020 we met", "am 3. Oktober 1990", "le 14 juillet 1989", "12 de octubre de 2001"},
			Negative: []string{"in January we met", "May 2020", "march 5 times", "4 augustus"},
			Source:   "own",
		},
	}
}

func dateOfBirth() detect.Detector {
	return detect.Detector{
		Name: "date_of_birth", Type: "DATE_OF_BIRTH", Category: detect.CategoryPII,
		Summary: "Date of birth behind its label", Validator: "calendar",
		Base: baseCued,
		Pattern: &detect.Pattern{
			Regexp: `(?i)\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born(?: on)?|geboren(?: am| op)?|geburtsdatum|geb\.|ne(?:e)? le|date de naissance|fecha de nacimiento|nacid[oa] el|data di nascita|nat[oa] il|data de nascimento|nascid[oa] em|geboortedatum|data urodzenia|urodzon[ya])` +
				`["']?[\s:=\-]{0,3}(?:(?:is|was|ist|est|es|e|on|it's)[\s:]{1,2}){0,2}["']?([0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:1[89]|20)?[0-9]{2}|(?:1[89]|20)[0-9]{2}[./\-][0-9]{1,2}[./\-][0-9]{1,2}` +
				`|[0-3]?[0-9](?:st|nd|rd|th|\.)?(?: of| de)? (?:` + monthNames + `)\.?,?(?: de)? (?:1[89]|20)[0-9]{2}|(?:` + monthNames + `)\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:1[89]|20)[0-9]{2})\b`,
			Keywords: []string{
				"dob", "d.o.b", "birth", "born", "geboren", "geburtsdatum", "geb.", "ne le", "nee le", "naissance", "nacimiento", "nacido", "nacida", "nascita", "nato il", "nata il",
				"nascimento", "nascido", "nascida", "geboortedatum", "urodzen", "urodzon",
			},
			Window:   24, // no label reaches farther back from its keyword
			Ahead:    128,
			Validate: validBirth,
		},
		Samples: detect.Samples{
			Positive: []string{"DOB: 03/23/1940", "born on 1988-02-19", "geboren am 04.11.1993", "date of birth is March 4, 1971"},
			Negative: []string{"DOB: 33/23/1940", "born in 1988", "since 03/23/1940", "birthday party at 10-12"},
			Source:   "own",
		},
	}
}

// validBirth checks the calendar of dates in digits; dates with the month as a word are taken as they are.
func validBirth(s string) detect.Verdict {
	i := strings.IndexAny(s, "./-")
	if i < 0 || strings.ContainsAny(s, " ") {
		return detect.Valid
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == rune(s[i]) })
	if len(parts) != 3 {
		return detect.Reject
	}
	a, b, c := number(parts[0]), number(parts[1]), number(parts[2])
	if len(parts[0]) == 4 {
		return verdict(realDay(a, b, c))
	}
	return verdict(realDay(c, b, a) || realDay(c, a, b))
}
