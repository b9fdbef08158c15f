package redact

import (
	"context"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"guardrails/shared/detect"
)

// shiftDomain separates the digest that the shift is made of from every other use of the tenant's key.
const shiftDomain = "redact.date_shift"

// shiftDate moves a date by the subject's number of days and keeps the way in which it is written.
func (s *Session) shiftDate(ctx context.Context, m Method, value string) (string, bool, error) {
	d, ok := parseDate(value)
	if !ok {
		return "", false, nil
	}
	sum, err := s.keys.MAC(ctx, shiftDomain, []byte(s.subject))
	if err != nil {
		return "", false, fmt.Errorf("digest: %w", err)
	}
	most := m.MaxDays
	if most == 0 {
		most = defaultShift
	}
	days := 1 + int(binary.BigEndian.Uint64(sum)%uint64(most))
	if sum[8]&1 == 1 {
		days = -days
	}
	d.day = d.day.AddDate(0, 0, days)
	return d.String(), true, nil
}

// date is a calendar day and how it was written: its parts in their order, with what stands between and behind them.
type date struct {
	day time.Time
	// order is the parts as letters: y, m (in digits), M (a word) and d.
	order string
	// between stands behind the part of the same index.
	between [3]string
	// padded says that day and month have two digits, short that the year has.
	padded, short bool
	// month names the months as they are spelled, and like is the word that stood there, abbreviated or not.
	month *[12]string
	like  string
	brief bool
}

// String writes the date as it was written.
func (d date) String() string {
	var b strings.Builder
	for i, part := range d.order {
		switch part {
		case 'y':
			b.WriteString(d.year())
		case 'm':
			b.WriteString(d.digits(int(d.day.Month())))
		case 'M':
			b.WriteString(d.spelled(d.month[d.day.Month()-1]))
		case 'd':
			b.WriteString(d.digits(d.day.Day()))
		}
		b.WriteString(d.between[i])
	}
	return b.String()
}

func (d date) digits(n int) string {
	if d.padded {
		return fmt.Sprintf("%02d", n)
	}
	return strconv.Itoa(n)
}

func (d date) year() string {
	if d.short {
		return fmt.Sprintf("%02d", d.day.Year()%100)
	}
	return fmt.Sprintf("%04d", d.day.Year())
}

// spelled writes a month as the word that stood there: short or in full, in its case.
func (d date) spelled(name string) string {
	if d.brief {
		name = string([]rune(name)[:min(3, utf8.RuneCountInString(name))])
	}
	initial, _ := utf8.DecodeRuneInString(d.like)
	switch {
	case strings.ToUpper(d.like) == d.like:
		return strings.ToUpper(name)
	case unicode.IsUpper(initial):
		first, size := utf8.DecodeRuneInString(name)
		return string(unicode.ToUpper(first)) + name[size:]
	}
	return strings.ToLower(name)
}

// dateShapes are the ways to write a date that are understood.
type dateShapes struct{ digits, dayFirst, monthFirst *regexp.Regexp }

var shapes = sync.OnceValue(func() dateShapes {
	return dateShapes{
		digits:     regexp.MustCompile(`^(\d{1,4})([./-])(\d{1,2})([./-])(\d{1,4})((?:[ T]\d\d:\d\d[0-9:.]{0,16}Z?)?)$`),
		dayFirst:   regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|o|º|er)?(\.?(?: of| de)? )(\pL{3,12})(\.?,?(?: de)? )(\d{4})$`),
		monthFirst: regexp.MustCompile(`^(\pL{3,12})(\.? )(\d{1,2})(?:st|nd|rd|th)?(,? )(\d{4})$`),
	}
})

// parseDate reads a value that is a date and nothing else, but for a time of day.
func parseDate(value string) (date, bool) {
	if len(value) > 64 {
		return date{}, false
	}
	if m := shapes().digits.FindStringSubmatch(value); m != nil && m[2] == m[4] {
		return digitDate(m)
	}
	if m := shapes().dayFirst.FindStringSubmatch(value); m != nil {
		return wordDate("dMy", m[1], m[3], m[5], [3]string{m[2], m[4], ""})
	}
	if m := shapes().monthFirst.FindStringSubmatch(value); m != nil {
		return wordDate("Mdy", m[3], m[1], m[5], [3]string{m[2], m[4], ""})
	}
	return date{}, false
}

// digitDate reads y-m-d, d-m-y and m-d-y. Where day and month could be either way round, the month is first only
// between slashes and hyphens, as in the United States; a wrong guess moves the date by other days, and hides it as well.
func digitDate(m []string) (date, bool) {
	a, b, c := m[1], m[3], m[5]
	d := date{between: [3]string{m[2], m[4], m[6]}}
	switch {
	case len(a) == 4 && len(c) <= 2:
		d.order, d.padded = "ymd", len(b) == 2 && len(c) == 2
		return d.on(a, b, c)
	case len(a) > 2 || len(c) != 2 && len(c) != 4:
		return d, false
	}
	d.padded, d.short = len(a) == 2 && len(b) == 2, len(c) == 2
	if d.short {
		c = century(c)
	}
	if m[2] != "." {
		d.order = "mdy"
		if out, ok := d.on(c, a, b); ok {
			return out, true
		}
	}
	d.order = "dmy"
	return d.on(c, b, a)
}

// century gives a year of two digits the one it most likely stands in.
func century(year string) string {
	if year <= "30" {
		return "20" + year
	}
	return "19" + year
}

// on sets the day, if there is such a one.
func (d date) on(year, month, day string) (date, bool) {
	y, err1 := strconv.Atoi(year)
	m, err2 := strconv.Atoi(month)
	n, err3 := strconv.Atoi(day)
	if err1 != nil || err2 != nil || err3 != nil || y < 1000 {
		return d, false
	}
	d.day = time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC)
	return d, d.day.Year() == y && int(d.day.Month()) == m && d.day.Day() == n
}

func wordDate(order, day, word, year string, between [3]string) (date, bool) {
	d := date{order: order, between: between, padded: day[0] == '0', like: word}
	folded := detect.FoldValue(word)
	for _, names := range months() {
		for i, name := range names {
			full := detect.FoldValue(name)
			if folded != full && (len(folded) < 3 || len(folded) > 4 || len(full) < 3 || folded != full[:min(len(folded), len(full))]) {
				continue
			}
			d.month, d.brief = names, folded != full
			return d.on(year, strconv.Itoa(i+1), day)
		}
	}
	return d, false
}

// months are the names of the months by language: EN, DE, FR, ES, IT, PT, NL, PL. The first language that has a word wins.
func months() []*[12]string {
	return []*[12]string{
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
		{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"},
	}
}
