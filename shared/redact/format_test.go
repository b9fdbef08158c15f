package redact_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

// redacted applies a method to a text that is one value, and returns the operator used.
func redacted(t testing.TB, keys redact.Keys, m redact.Method, typ, value string) (string, redact.Operator) {
	t.Helper()
	out, items, err := redact.NewSession(keys, "ten_1", &redact.Choice{Method: m}).
		Redact(t.Context(), "", value, []detect.Finding{finding(value, typ, 0, len(value))})
	if err != nil {
		t.Fatal(err)
	}
	if len(items) == 0 {
		return out, redact.Keep
	}
	return out, items[0].Operator
}

func TestDeterministicTokens(t *testing.T) {
	t.Parallel()
	keys, m := newKeys(t, "k1"), redact.Method{Operator: redact.EncryptDeterministic}
	one, op := redacted(t, keys, m, "US_SSN", "536-90-4399")
	if !regexp.MustCompile(`^\[US_SSN:gd1\.k1\.[A-Za-z0-9_-]+\]$`).MatchString(one) || op != redact.EncryptDeterministic {
		t.Fatalf("token %q by %s", one, op)
	}
	if again, _ := redacted(t, keys, m, "US_SSN", "536-90-4399"); again != one {
		t.Errorf("equal values have the tokens %q and %q", one, again)
	}
	payload := func(token string) string { return token[strings.LastIndexByte(token, '.'):] }
	for name, other := range map[string]string{
		"value": first(redacted(t, keys, m, "US_SSN", "536-90-4398")),
		"type":  first(redacted(t, keys, m, "US_ITIN", "536-90-4399")),
		"key":   first(redacted(t, newKeys(t, "k2"), m, "US_SSN", "536-90-4399")),
	} {
		if payload(other) == payload(one) {
			t.Errorf("another %s has the same token", name)
		}
	}
	text := "a " + one + " b " + one[:len(one)-4] + "] c " + strings.Replace(one, "gd1", "gr1", 1) + " d " + strings.Replace(one, "SSN", "EIN", 1)
	back, items, failed, err := redact.Restore(t.Context(), keys, "ten_1", "", text)
	if err != nil || len(items) != 1 || items[0].Operator != redact.EncryptDeterministic || len(failed) != 3 {
		t.Fatalf("Restore: %+v, %+v, %v", items, failed, err)
	}
	if want := "a 536-90-4399" + strings.TrimPrefix(text, "a "+one); back != want {
		t.Errorf("Restore = %q, want %q", back, want)
	}
	if _, _, failed, err := redact.Restore(t.Context(), keys, "ten_2", "", one); err != nil || len(failed) != 1 {
		t.Errorf("another tenant's token: %v, %v", failed, err)
	}
}

func first(s string, _ redact.Operator) string { return s }

func TestFormatIsKept(t *testing.T) {
	t.Parallel()
	keys, m := newKeys(t, "k1"), redact.Method{Operator: redact.FPE}
	for _, c := range []struct{ typ, value, shape string }{
		{"CREDIT_CARD", "4242 4242 4242 4242", `^\d{4} \d{4} \d{4} \d{4}$`},
		{"US_SSN", "536-90-4399", `^\d{3}-\d{2}-\d{4}$`},
		{"PIN", "123456", `^\d{6}$`},
		{"VIN", "1HGCM82633A004352", `^[A-Z0-9]{17}$`},
		{"USERNAME", "jdoe_84", `^[a-z0-9]{4}_[a-z0-9]{2}$`},
		{"PERSON", "Jane Roe", `^[A-Za-z0-9]{4} [A-Za-z0-9]{3}$`},
		{"URL", "https://corp.io/" + strings.Repeat("a", 200), `^[a-z0-9]{5}://[a-z0-9]{4}\.[a-z0-9]{2}/[a-z0-9]{200}$`},
	} {
		sealed, op := redacted(t, keys, m, c.typ, c.value)
		if op != redact.FPE || sealed == c.value || !regexp.MustCompile(c.shape).MatchString(sealed) {
			t.Errorf("%s: %q by %s, want the shape %s", c.typ, sealed, op, c.shape)
		}
		if again, _ := redacted(t, keys, m, c.typ, c.value); again != sealed {
			t.Errorf("%s: equal values become %q and %q", c.typ, sealed, again)
		}
		if foreign, _ := redacted(t, newKeys(t, "k2"), m, c.typ, c.value); foreign == sealed {
			t.Errorf("%s: keys share ciphertexts", c.typ)
		}
		back, err := redact.RestoreFormats(t.Context(), keys, []redact.Formatted{{Type: c.typ, Value: sealed}})
		if want := []redact.Formatted{{Type: c.typ, Value: c.value}}; err != nil || !cmp.Equal(want, back) {
			t.Errorf("%s: restored %+v, %v", c.typ, back, err)
		}
	}
}

// TestFormatGivesWay has values that format-preserving encryption cannot hide: they are encrypted, and the items say so.
func TestFormatGivesWay(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	for _, value := range []string{"12345", "a1b", "José Álvarez", "４２４２４２４２", "--", "тест123456", strings.Repeat("1", 300)} {
		out, op := redacted(t, keys, redact.Method{Operator: redact.FPE}, "X", value)
		if op != redact.Encrypt || !strings.HasPrefix(out, "[X:gr1.k1.") {
			t.Errorf("%q: %q by %s, want a token", value, out, op)
		}
		if back, _, failed, err := redact.Restore(t.Context(), keys, "ten_1", "", out); err != nil || back != value || len(failed) != 0 {
			t.Errorf("%q comes back as %q, %v, %v", value, back, failed, err)
		}
		kept, err := redact.RestoreFormats(t.Context(), keys, []redact.Formatted{{Type: "X", Value: value}})
		if err != nil || kept[0].Value != value {
			t.Errorf("%q: restored %+v, %v", value, kept, err)
		}
	}
}

func TestFormatRoundTrip(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zA-Z0-9]{6}[a-zA-Z0-9 ./@-]{0,30}|[0-9]{6,19}|[a-z]{4,9}|[A-Z]{4}[0-9]{0,5}`).Draw(t, "value")
		sealed, items, err := redact.NewSession(keys, "ten_1", method(redact.FPE)).
			Redact(context.Background(), "", value, []detect.Finding{finding(value, "X", 0, len(value))})
		if err != nil || items[0].Operator != redact.FPE || len(sealed) != len(value) {
			t.Fatalf("%q becomes %q, %+v, %v", value, sealed, items, err)
		}
		back, err := redact.RestoreFormats(context.Background(), keys, []redact.Formatted{{Type: "X", Value: sealed}})
		if err != nil || back[0].Value != value {
			t.Fatalf("%q comes back as %q, %v", value, back, err)
		}
	})
}

func TestSurrogates(t *testing.T) {
	t.Parallel()
	m := redact.Method{Operator: redact.Surrogate}
	for _, c := range []struct{ typ, value, shape string }{
		{"PERSON", "Jane Roe", `^[A-Z][a-z]+ [A-Z][a-z]+$`},
		{"PERSON", "ROE", `^[A-Z]+$`},
		{"EMAIL_ADDRESS", "jane.roe@corp.io", `^[a-z]+\.[a-z]+\d\d@example\.(com|net|org)$`},
		{"ADDRESS", "12 Main Street", `^\d{1,3} Example Street$`},
		{"URL", "https://corp.io/x?id=4711", `^https://example\.com/[0-9a-f]{8}$`},
		{"DOMAIN_NAME", "corp.io", `^h[0-9a-f]{8}\.example\.com$`},
		{"IP_ADDRESS", "8.8.4.4", `^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$`},
		{"IP_ADDRESS", "2606:4700::1111", `^2001:db8::[0-9a-f]{1,4}:[0-9a-f]{1,4}$`},
		{"MAC_ADDRESS", "3C-22-FB-0A-9B-1C", `^00-00-5E-00-53-[0-9A-F]{2}$`},
		{"PHONE_NUMBER", "(415) 867-5309", `^\([2-9]\d\d\) 555-01\d\d$`},
		{"PHONE_NUMBER", "+1 415 867 5309", `^\+1 [2-9]\d\d 555 01\d\d$`},
		{"PHONE_NUMBER", "+44 20 7183 8750", `^\+44 77 0090 0\d{3}$`},
		{"PHONE_NUMBER", "07911 123456", `^07700 900\d{3}$`},
		{"PHONE_NUMBER", "+33 1 42 68 53 00", `^\+33 1 99 00 \d\d \d\d$`},
		{"PHONE_NUMBER", "+49 30 901820", `^\+1 [2-9]\d\d-555-01\d\d$`},
		{"CREDIT_CARD", "4242-4242-4242-4242", `^9999-\d{4}-\d{4}-\d{4}$`},
		{"US_SSN", "536-90-4399", `^666-\d\d-\d{4}$`},
		{"US_ITIN", "912-70-1234", `^900-[1-4]\d-\d{4}$`},
		{"US_ZIP_CODE", "94105-1234", `^000\d\d-\d{4}$`},
		{"IBAN_CODE", "DE89 3704 0044 0532 0130 00", `^XX\d\d \d{4} \d{4} \d{4} \d{4} \d\d$`},
		{"UK_NHS", "943 476 5919", `^999 \d{3} \d{4}$`},
		{"UK_NINO", "AB 12 34 56 C", `^QQ \d\d \d\d \d\d [A-D]$`},
		{"IMEI", "490154203237518", `^00\d{13}$`},
	} {
		fake, op := redacted(t, newKeys(t, "k1"), m, c.typ, c.value)
		if op != redact.Surrogate || !regexp.MustCompile(c.shape).MatchString(fake) {
			t.Errorf("%s %q: %q by %s, want %s", c.typ, c.value, fake, op, c.shape)
		}
		if again, _ := redacted(t, newKeys(t, "k1"), m, c.typ, c.value); again != fake {
			t.Errorf("%s: equal values become %q and %q", c.typ, fake, again)
		}
		if twice, op := redacted(t, newKeys(t, "k1"), m, c.typ, fake); twice != fake || op != redact.Keep {
			t.Errorf("%s: the surrogate %q becomes %q", c.typ, fake, twice)
		}
	}
	for typ, value := range map[string]string{"US_SSN": "536 90", "IP_ADDRESS": "8.8", "PHONE_NUMBER": "1-800-FLOWERS", "MEDICAL_RECORD_NUMBER": "12345678", "ACME": "x"} {
		if out, op := redacted(t, newKeys(t, "k1"), m, typ, value); out != "["+typ+"]" || op != redact.Replace {
			t.Errorf("%s: %q by %s, want the type", typ, out, op)
		}
	}
}

// TestSurrogatesAreSpreadByTenant makes sure that one tenant's surrogate says nothing about another's value.
func TestSurrogatesAreSpreadByTenant(t *testing.T) {
	t.Parallel()
	m, seen := redact.Method{Operator: redact.Surrogate}, map[string]bool{}
	for k := range 20 {
		seen[first(redacted(t, newKeys(t, fmt.Sprint(k)), m, "CREDIT_CARD", "4242 4242 4242 4242"))] = true
	}
	if len(seen) != 20 {
		t.Errorf("20 tenants have %d surrogates of one card", len(seen))
	}
}

// TestSurrogateShieldsNobody has values near the surrogates' ranges: they are somebody's.
func TestSurrogateShieldsNobody(t *testing.T) {
	t.Parallel()
	for typ, values := range map[string][]string{
		"PERSON":        {"Anna Smith", "Smith", "Zoe Ashrowan Smith", "Anna Ashrowan Smith"},
		"EMAIL_ADDRESS": {"john.smith@example.com", "anna.ashrowan12@corp.io", "anna.ashrowan@example.com"},
		"URL":           {"https://example.com/?ssn=536904399", "https://example.com/abcdef012"},
		"DOMAIN_NAME":   {"secret.example.com"},
		"ADDRESS":       {"12 Example Street, Flat 3", "1234 Example Street"},
		"PHONE_NUMBER":  {"415 867 5309", "+44 7911 123456"},
		"US_SSN":        {"536-90-4399"},
		"IP_ADDRESS":    {"203.0.114.9", "2001:db9::1:2", "2001:db8::1:2:3"},
	} {
		for _, v := range values {
			if out, _ := redacted(t, newKeys(t, "k1"), redact.Method{Operator: redact.Surrogate}, typ, v); out == v {
				t.Errorf("%s %q stays", typ, v)
			}
		}
	}
}

// TestSurnamesAreNobodys compares the surnames of surrogates with the frequent ones of the detectors.
func TestSurnamesAreNobodys(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, file := range []string{"surnames.txt", "surnames_ambiguous.txt", "places.txt", "plain_words.txt"} {
		raw, err := os.ReadFile("../detect/pii/lists/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range strings.Fields(string(raw)) {
			names[w] = true
		}
	}
	keys := newKeys(t, "k1")
	for i := range 2000 {
		out, _ := redacted(t, keys, redact.Method{Operator: redact.Surrogate}, "PERSON", fmt.Sprint("Person", i))
		if names[strings.ToLower(out)] {
			t.Errorf("%s is the name of somebody", out)
		}
	}
}

func TestGeneralize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, value, want string }{
		{"DATE_OF_BIRTH", "05/12/1980", "1980"},
		{"DATE_TIME", "2024-02-29T10:00:00Z", "2024"},
		{"DATE_TIME", "3. Oktober 1990", "1990"},
		{"DATE_OF_BIRTH", "05/12/80", "[DATE_OF_BIRTH]"},
		{"DATE_TIME", "next Monday", "[DATE_TIME]"},
		{"AGE", "7", "0-9"},
		{"AGE", "34", "30-39"},
		{"AGE", "89", "80-89"},
		{"AGE", "90", "90+"},
		{"AGE", "104", "90+"},
		{"US_ZIP_CODE", "94105", "941"},
		{"US_ZIP_CODE", "94105-1234", "941"},
		{"US_ZIP_CODE", "03601", "000"},
		{"US_ZIP_CODE", "9410", "[US_ZIP_CODE]"},
		{"UK_POSTCODE", "SW1A 1AA", "SW1A"},
		{"UK_POSTCODE", "m1 1ae", "M1"},
		{"CA_POSTAL_CODE", "K1A 0B1", "K1A"},
		{"IP_ADDRESS", "203.0.113.77", "203.0.113.0/24"},
		{"IP_ADDRESS", "2001:db8:1:2::7", "2001:db8:1::/48"},
		{"IP_ADDRESS", "::ffff:8.8.4.4", "8.8.4.0/24"},
		{"IP_ADDRESS", "fe80::1%eth0", "fe80::/48"},
		{"US_SSN", "536-90-4399", "[US_SSN]"},
	} {
		want := redact.Generalize
		if strings.HasPrefix(c.want, "[") {
			want = redact.Replace
		}
		if got, op := redacted(t, nil, redact.Method{Operator: redact.Generalize}, c.typ, c.value); got != c.want || op != want {
			t.Errorf("%s %q = %q by %s, want %q by %s", c.typ, c.value, got, op, c.want, want)
		}
	}
}

// TestGeneralizeTwice redacts what is found in generalized text again: nothing changes.
func TestGeneralizeTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, value, typ, want string }{
		{"from 8.8.4.0/24 on", "8.8.4.0", "IP_ADDRESS", "from 8.8.4.0/24 on"},
		{"from 8.8.4.1/24 on", "8.8.4.1", "IP_ADDRESS", "from 8.8.4.0/24/24 on"},
		{"from 8.8.4.0 on", "8.8.4.0", "IP_ADDRESS", "from 8.8.4.0/24 on"},
		{"a 30-39 year old", "39", "AGE", "a 30-39 year old"},
		{"a 20-39 year old", "39", "AGE", "a 20-30-39 year old"},
		{"a 130-39 year old", "39", "AGE", "a 130-30-39 year old"},
		{"39 years old", "39", "AGE", "30-39 years old"},
	} {
		got, _, err := redact.NewSession(nil, "", method(redact.Generalize)).
			Redact(t.Context(), "", c.text, []detect.Finding{find(t, c.text, c.value, c.typ)})
		if err != nil || got != c.want {
			t.Errorf("%q = %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func TestDateShift(t *testing.T) {
	t.Parallel()
	shift := func(subject string, m redact.Method, value string) (string, redact.Operator) {
		s := redact.NewSession(newKeys(t, "k1"), "ten_1", &redact.Choice{Method: m})
		s.About(subject)
		out, items, err := s.Redact(t.Context(), "", value, []detect.Finding{finding(value, "DATE_TIME", 0, len(value))})
		if err != nil {
			t.Fatal(err)
		}
		return out, items[0].Operator
	}
	m := redact.Method{Operator: redact.DateShift}
	moved, _ := shift("p-1", m, "2024-02-28")
	day, err := time.Parse(time.DateOnly, moved)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ value, layout, after string }{
		{"2024-02-28", "2006-01-02", ""},
		{"2024/2/28", "2006/1/2", ""},
		{"28.02.2024", "02.01.2006", ""},
		{"02/28/2024", "01/02/2006", ""},
		{"2/28/2024", "1/2/2006", ""},
		{"28/02/2024", "02/01/2006", ""},
		{"02/28/24", "01/02/06", ""},
		{"2024-02-28T10:00:00Z", "2006-01-02", "T10:00:00Z"},
		{"2024-02-28 14:56:41", "2006-01-02", " 14:56:41"},
		{"28 February 2024", "2 January 2006", ""},
		{"28th of February 2024", "2 of January 2006", ""},
		{"Feb 28, 2024", "Jan 2, 2006", ""},
		{"FEBRUARY 28, 2024", "January 2, 2006", ""},
		{"feb. 28 2024", "Jan. 2 2006", ""},
	} {
		got, op := shift("p-1", m, c.value)
		want := day.Format(c.layout) + c.after
		if strings.ToUpper(c.value) == c.value {
			want = strings.ToUpper(want)
		}
		if strings.ToLower(c.value) == c.value {
			want = strings.ToLower(want)
		}
		if op != redact.DateShift || got != want {
			t.Errorf("%q = %q by %s, want %q", c.value, got, op, want)
		}
	}
	if other, _ := shift("p-2", m, "2024-02-28"); other == moved {
		t.Error("two subjects have one shift")
	}
	near, _ := shift("p-1", redact.Method{Operator: redact.DateShift, MaxDays: 1}, "2024-02-28")
	if near != "2024-02-27" && near != "2024-02-29" {
		t.Errorf("by one day at most: %s", near)
	}
	for _, value := range []string{"Monday", "2024-02-30", "31.04.1999", "2024-02-28 for ever", "12/2027", "30 Brumaire 1799", "1.2.3", "2024-02/28"} {
		if out, op := shift("p-1", m, value); out != "[DATE_TIME]" || op != redact.Replace {
			t.Errorf("%q = %q by %s, want the type", value, out, op)
		}
	}
}

// TestMonthsKeepTheirLanguage moves dates by at most a year and expects a month of the same language.
func TestMonthsKeepTheirLanguage(t *testing.T) {
	t.Parallel()
	for value, months := range map[string]string{
		"3. Oktober 1990":       "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
		"14 juillet 1989":       "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
		"12 de octubre de 2001": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
		"2 giugno 1946":         "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
		"7 de setembro de 1922": "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
		"5 mei 1945":            "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
		"3 maja 1991":           "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia",
		"1 Août 1990":           "Janvier|Février|Mars|Avril|Mai|Juin|Juillet|Août|Septembre|Octobre|Novembre|Décembre",
	} {
		for k := range 8 {
			got, op := redacted(t, newKeys(t, fmt.Sprint(k)), redact.Method{Operator: redact.DateShift}, "DATE_TIME", value)
			if op != redact.DateShift || !regexp.MustCompile(`^\d{1,2}\.? (de )?(`+months+`) (de )?\d{4}$`).MatchString(got) {
				t.Errorf("%q = %q by %s", value, got, op)
			}
		}
	}
}

// TestIntervalsStay holds a subject's dates at their distance, whatever way they are written.
func TestIntervalsStay(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		layout := rapid.SampledFrom([]string{"2006-01-02", "02.01.2006", "2 January 2006", "January 2, 2006", "2006/1/2"}).Draw(t, "layout")
		s := redact.NewSession(keys, "ten_1", &redact.Choice{Method: redact.Method{Operator: redact.DateShift, MaxDays: rapid.IntRange(0, 3650).Draw(t, "most")}})
		var moved [2]time.Time
		var days [2]int
		for i := range moved {
			days[i] = rapid.IntRange(0, 60_000).Draw(t, "day")
			value := time.Date(1860, 1, 1+days[i], 0, 0, 0, 0, time.UTC).Format(layout)
			out, items, err := s.Redact(context.Background(), "", value, []detect.Finding{finding(value, "DATE_TIME", 0, len(value))})
			if err != nil || items[0].Operator != redact.DateShift || out == value {
				t.Fatalf("%q = %q, %+v, %v", value, out, items, err)
			}
			if moved[i], err = time.Parse(layout, out); err != nil {
				t.Fatal(err)
			}
		}
		if got := int(moved[1].Sub(moved[0]).Hours() / 24); got != days[1]-days[0] {
			t.Fatalf("%d days apart, want %d", got, days[1]-days[0])
		}
	})
}

// FuzzOperators applies every operator to any value of any type: the text around stays, the output is UTF-8, and what
// can be undone comes back.
func FuzzOperators(f *testing.F) {
	for i, v := range []string{"", "536-90-4399", "Jane Roe", "12 May 2024", "8.8.4.4", "99", "4242 4242 4242 4242", "é\xff", "[X:gd1.k1.AA]", "30-39", "DE89370400440532013000"} {
		f.Add(v, uint8(i), uint8(i*3))
	}
	keys, ops := newKeys(f, "k1"), redact.Operators()
	types := []string{"X", "PERSON", "US_SSN", "AGE", "DATE_TIME", "IP_ADDRESS", "US_ZIP_CODE", "IBAN_CODE", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "MAC_ADDRESS", "UK_POSTCODE", "UK_NHS", "IMEI"}
	f.Fuzz(func(t *testing.T, value string, op, typ uint8) {
		if !utf8.ValidString(value) || strings.Contains(value, ":g") {
			return
		}
		text := "<" + value + ">"
		found := []detect.Finding{finding(text, types[int(typ)%len(types)], 1, len(text)-1)}
		out, items, err := redact.NewSession(keys, "ten_1", method(ops[int(op)%len(ops)])).Redact(context.Background(), "", text, found)
		if err != nil || !utf8.ValidString(out) || !strings.HasPrefix(out, "<") || !strings.HasSuffix(out, ">") {
			t.Fatalf("%q by %s: %q, %v", text, ops[int(op)%len(ops)], out, err)
		}
		if len(items) == 0 {
			return
		}
		switch items[0].Operator {
		case redact.Encrypt, redact.EncryptDeterministic:
			if back, _, failed, err := redact.Restore(context.Background(), keys, "ten_1", "", out); err != nil || len(failed) != 0 || back != text {
				t.Fatalf("%q comes back as %q, %v, %v", text, back, failed, err)
			}
		case redact.FPE:
			back, err := redact.RestoreFormats(context.Background(), keys, []redact.Formatted{{Type: items[0].Type, Value: out[1 : len(out)-1]}})
			if err != nil || back[0].Value != value {
				t.Fatalf("%q comes back as %q, %v", value, back, err)
			}
		default:
		}
	})
}
