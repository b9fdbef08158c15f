package redact_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/redact"
)

// find makes a finding of the n-th occurrence (from 0) of value in text.
func find(t testing.TB, text, value, typ string) detect.Finding {
	t.Helper()
	at := strings.Index(text, value)
	if at < 0 {
		t.Fatalf("%q is not in the text", value)
	}
	return finding(text, typ, at, at+len(value))
}

func finding(text, typ string, start, end int) detect.Finding {
	return detect.Finding{
		Type: typ, Category: detect.CategoryPII, ByteStart: start, ByteEnd: end, Score: 0.9,
		Start: utf8.RuneCountInString(text[:start]), End: utf8.RuneCountInString(text[:end]),
	}
}

func method(op redact.Operator) *redact.Choice {
	return &redact.Choice{Method: redact.Method{Operator: op}}
}

// TestKeptEndsShowNoOtherValue makes sure that what one method keeps is not what another hides.
func TestKeptEndsShowNoOtherValue(t *testing.T) {
	t.Parallel()
	const text = "id 536-90-4399-1234 end"
	found := []detect.Finding{find(t, text, "536-90-4399-1234", "OTHER_ID"), find(t, text, "536-90-4399", "US_SSN"), find(t, text, "4399-1234", "PIN")}
	for _, m := range []redact.Method{
		{Operator: redact.Mask, KeepFirst: 12, KeepLast: 3}, {Operator: redact.Mask, KeepSeparators: true}, {Operator: redact.Partial},
	} {
		choice := &redact.Choice{ByType: map[string]redact.Method{"OTHER_ID": m}}
		got, _, err := redact.NewSession(nil, "ten_1", choice).Redact(t.Context(), "", text, found)
		if want := "id **************** end"; err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", m.Operator, got, err, want)
		}
	}
}

// TestOutputIsBounded makes sure that short values cannot be blown up by long replacements, in one string or in many.
func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x ", 10_000)
	var found []detect.Finding
	for i := range 10_000 {
		found = append(found, finding(text, "EMAIL_ADDRESS", 2*i, 2*i+1))
	}
	s := redact.NewSession(nil, "ten_1", &redact.Choice{Method: redact.Method{NewValue: new(strings.Repeat("v", 256))}})
	if _, _, err := s.Redact(t.Context(), "/0", text, found); err != nil {
		t.Fatalf("2.5 MiB of output = %v", err)
	}
	out, _, err := s.Redact(t.Context(), "/1", text, found)
	if out != "" || !errors.Is(err, errs.PayloadTooLarge) {
		t.Errorf("5 MiB of output = %d bytes, %v; want payload too large", len(out), err)
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	const ssn = "536-90-4399"
	cases := []struct {
		name   string
		method redact.Method
		value  string
		want   string
	}{
		{"zero value", redact.Method{}, ssn, "[US_SSN]"},
		{"replace", redact.Method{Operator: redact.Replace}, ssn, "[US_SSN]"},
		{"token", redact.Method{Operator: redact.Token}, ssn, "[US_SSN]"},
		{"new value", redact.Method{Operator: redact.Replace, NewValue: new("gone")}, ssn, "gone"},
		{"empty new value", redact.Method{Operator: redact.Replace, NewValue: new("")}, ssn, ""},
		{"remove", redact.Method{Operator: redact.Remove}, ssn, ""},
		{"keep", redact.Method{Operator: redact.Keep}, ssn, ssn},
		{"mask", redact.Method{Operator: redact.Mask}, ssn, "***********"},
		{"mask with ends", redact.Method{Operator: redact.Mask, KeepFirst: 1, KeepLast: 4}, ssn, "5******4399"},
		{"mask with separators", redact.Method{Operator: redact.Mask, KeepLast: 4, KeepSeparators: true, Char: "#"}, ssn, "###-##-4399"},
		{"mask that would keep all", redact.Method{Operator: redact.Mask, KeepFirst: 6, KeepLast: 5}, ssn, "***********"},
		{"mask marks and emoji", redact.Method{Operator: redact.Mask, KeepLast: 1}, "e\u0301👩‍👩‍👧🇩🇪🇫🇷👍🏽", "****👍🏽"},
		{"partial", redact.Method{Operator: redact.Partial}, ssn, "5*********9"},
		{"partial of 4", redact.Method{Operator: redact.Partial}, "abcd", "****"},
		{"partial of 5", redact.Method{Operator: redact.Partial}, "abcde", "a***e"},
		{"partial keeps a whole character", redact.Method{Operator: redact.Partial}, "e\u0301bcde\u0301", "e\u0301***e\u0301"},
		{"pseudonym", redact.Method{Operator: redact.Pseudonym}, ssn, "[US_SSN_1]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := "Ä " + c.value + " é"
			s := redact.NewSession(nil, "ten_1", &redact.Choice{Method: c.method})
			got, items, err := s.Redact(t.Context(), "/a", text, []detect.Finding{find(t, text, c.value, "US_SSN")})
			if err != nil {
				t.Fatal(err)
			}
			if want := "Ä " + c.want + " é"; got != want {
				t.Errorf("Redact = %q, want %q", got, want)
			}
			if len(items) != 1 || items[0].Start != 2 || items[0].End != 2+utf8.RuneCountInString(c.value) || items[0].Path != "/a" {
				t.Errorf("items = %+v", items)
			}
		})
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	hash := func(kid, typ string, length int) string {
		c := &redact.Choice{Method: redact.Method{Operator: redact.Hash, Length: length}}
		out, _, err := redact.NewSession(newKeys(t, kid), "ten_1", c).
			Redact(t.Context(), "", "secret", []detect.Finding{finding("secret", typ, 0, 6)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for length, shape := range map[int]string{0: `^\[A:[0-9a-f]{8}\]$`, 16: `^\[A:[0-9a-f]{16}\]$`, 64: `^\[A:[0-9a-f]{64}\]$`} {
		if got := hash("k1", "A", length); !regexp.MustCompile(shape).MatchString(got) {
			t.Errorf("hash of length %d = %q", length, got)
		}
	}
	one := hash("k1", "A", 64)
	if one != hash("k1", "A", 64) {
		t.Error("equal values of a tenant have different digests")
	}
	if strings.TrimPrefix(one, "[A") == strings.TrimPrefix(hash("k1", "B", 64), "[B") || one == hash("k2", "A", 64) {
		t.Error("types or tenants share digests")
	}
}

func TestByTypeAndOverlaps(t *testing.T) {
	t.Parallel()
	text := "mail jane.roe@corp.example or 555-0100, key sk-1, Acme"
	choice := &redact.Choice{ByType: map[string]redact.Method{
		"EMAIL":  {Operator: redact.Keep},
		"PERSON": {Operator: redact.Pseudonym},
		"pii":    {Operator: redact.Mask},
		"secret": {Operator: redact.Remove},
	}}
	secret := find(t, text, "sk-1", "SECRET_X")
	secret.Category = detect.CategorySecret
	custom := find(t, text, "Acme", "ACME")
	custom.Category = detect.CategoryCustom
	findings := []detect.Finding{
		custom, secret,
		find(t, text, "555-0100", "PHONE_NUMBER"), find(t, text, "0100", "CUSTOM"),
		find(t, text, "jane.roe@corp.example", "EMAIL_ADDRESS"), find(t, text, "jane.roe", "PERSON"),
	}
	got, items, err := redact.NewSession(nil, "", choice).Redact(t.Context(), "", text, findings)
	if err != nil {
		t.Fatal(err)
	}
	if want := "mail [PERSON_1]@corp.example or ********, key , [ACME]"; got != want {
		t.Errorf("Redact = %q, want %q", got, want)
	}
	want := []redact.Item{
		{Type: "EMAIL_ADDRESS", Operator: redact.Keep, Start: 5, End: 26},
		{Type: "PERSON", Operator: redact.Pseudonym, Start: 5, End: 13},
		{Type: "PHONE_NUMBER", Operator: redact.Mask, Start: 30, End: 38},
		{Type: "CUSTOM", Operator: redact.Mask, Start: 34, End: 38},
		{Type: "SECRET_X", Operator: redact.Remove, Start: 44, End: 48},
		{Type: "ACME", Operator: redact.Replace, Start: 50, End: 54},
	}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
}

func TestPseudonymsLastForTheSession(t *testing.T) {
	t.Parallel()
	s := redact.NewSession(nil, "", method(redact.Pseudonym))
	var got []string
	for _, name := range []string{"Ann", "Bob", "ANN", "Bob"} {
		out, _, err := s.Redact(t.Context(), "", name, []detect.Finding{finding(name, "PERSON", 0, len(name))})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out)
	}
	if d := cmp.Diff([]string{"[PERSON_1]", "[PERSON_2]", "[PERSON_1]", "[PERSON_2]"}, got); d != "" {
		t.Error(d)
	}
}

func TestKeysDown(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	keys.down = true
	for _, op := range []redact.Operator{redact.Hash, redact.Encrypt} {
		out, items, err := redact.NewSession(keys, "ten_1", method(op)).
			Redact(t.Context(), "", "canary", []detect.Finding{finding("canary", "X", 0, 6)})
		if !errors.Is(err, errs.Overloaded) || out != "" || items != nil {
			t.Errorf("%s without keys = %q, %v, %v", op, out, items, err)
		}
	}
	if _, _, _, err := redact.Restore(t.Context(), keys, "ten_1", "", "[X:gr1.k1.AAAA]"); !errors.Is(err, errs.Overloaded) {
		t.Errorf("Restore without keys = %v", err)
	}
}

func encrypted(t testing.TB, keys redact.Keys, tenant, typ, value string) string {
	t.Helper()
	out, _, err := redact.NewSession(keys, tenant, method(redact.Encrypt)).
		Redact(context.Background(), "", value, []detect.Finding{finding(value, typ, 0, len(value))})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRestore(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	good := encrypted(t, keys, "ten_1", "US_SSN", "536-90-4399")
	text := "é " + good + " and " + good + "."
	out, items, failed, err := redact.Restore(t.Context(), keys, "ten_1", "/t", text)
	if err != nil || len(failed) != 0 {
		t.Fatal(failed, err)
	}
	if want := "é 536-90-4399 and 536-90-4399."; out != want {
		t.Errorf("Restore = %q, want %q", out, want)
	}
	n := len(good)
	want := []redact.Item{
		{Type: "US_SSN", Operator: redact.Encrypt, Path: "/t", Start: 2, End: 2 + n},
		{Type: "US_SSN", Operator: redact.Encrypt, Path: "/t", Start: 7 + n, End: 7 + 2*n},
	}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
}

// TestEncryptingTwice leaves tokens of the tenant alone and encrypts forged ones.
func TestEncryptingTwice(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	good := encrypted(t, keys, "ten_1", "US_SSN", "536-90-4399")
	forged := "[US_SSN:gr1.k1.NTM2LTkwLTQzOTk]"
	text := good + " " + forged + " " + good
	within := len(good) - 20
	findings := []detect.Finding{
		finding(text, "X", within, within+10),
		finding(text, "X", len(good)+16, len(good)+1+len(forged)-1),
		finding(text, "X", len(text)-10, len(text)),
	}
	out, items, err := redact.NewSession(keys, "ten_1", method(redact.Replace)).Redact(t.Context(), "", text, findings)
	if err != nil {
		t.Fatal(err)
	}
	if want := good + " [US_SSN:gr1.k1.[X]] " + good; out != want || len(items) != 1 {
		t.Errorf("Redact = %q, %+v; want %q", out, items, want)
	}
}

func TestRestoreLeavesWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	good := encrypted(t, keys, "ten_1", "US_SSN", "536-90-4399")
	middle := len(good) - 12
	flipped := good[:middle] + map[bool]string{true: "A", false: "B"}[good[middle] != 'A'] + good[middle+1:]
	cases := []struct {
		name, token string
		failed      int
	}{
		{"damaged", flipped, 1},
		{"cut", good[:len(good)-5], 1},
		{"cut and closed", good[:len(good)-5] + "]", 1},
		{"other tenant", encrypted(t, keys, "ten_2", "US_SSN", "536-90-4399"), 1},
		{"other key", encrypted(t, newKeys(t, "k2"), "ten_1", "US_SSN", "536-90-4399"), 1},
		{"other type", strings.Replace(good, "US_SSN", "PERSON", 1), 1},
		{"other version", strings.Replace(good, ":gr1.", ":gr2.", 1), 0},
		{"empty", "[US_SSN:gr1.]", 1},
		{"no value", "[US_SSN:gr1.k1.]", 1},
		{"padding", "[US_SSN:gr1.k1.AA==]", 1},
		{"bracket within", "[US_SSN:gr1.k1.AA[US_SSN]", 1},
		{"no type", "[:gr1.k1.AAAA]", 0},
		{"lower-case type", "[ssn:gr1.k1.AAAA]", 0},
		{"no bracket", "US_SSN:gr1.k1.AAAA]", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := "ü" + c.token + " then " + good
			out, items, failed, err := redact.Restore(t.Context(), keys, "ten_1", "", text)
			if err != nil {
				t.Fatal(err)
			}
			if want := "ü" + c.token + " then 536-90-4399"; out != want {
				t.Errorf("Restore = %q, want %q", out, want)
			}
			if len(failed) != c.failed || len(items) != 1 {
				t.Fatalf("failed %+v, items %+v", failed, items)
			}
			if c.failed == 1 && (failed[0].Start != 1 || failed[0].Type != items[0].Type && c.name != "other type") {
				t.Errorf("failed = %+v", failed[0])
			}
		})
	}
}

// drawFindings draws spans anywhere in the text, overlapping and inside runes too.
func drawFindings(t *rapid.T, text string) []detect.Finding {
	var out []detect.Finding
	for range rapid.IntRange(0, 5).Draw(t, "findings") {
		start := rapid.IntRange(0, len(text)).Draw(t, "start")
		end := rapid.IntRange(start, len(text)).Draw(t, "end")
		out = append(out, finding(text, rapid.SampledFrom([]string{"A", "US_SSN", "PERSON"}).Draw(t, "type"), start, end))
	}
	return out
}

func TestRestoreUndoesEncrypt(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab1 [é€😀:gr._"))).
			Filter(func(s string) bool { return !strings.Contains(s, ":gr1.") }).Draw(t, "text")
		op := rapid.SampledFrom([]redact.Operator{redact.Encrypt, redact.EncryptDeterministic}).Draw(t, "operator")
		sealed, _, err := redact.NewSession(keys, "ten_1", method(op)).Redact(context.Background(), "", text, drawFindings(t, text))
		if err != nil || !utf8.ValidString(sealed) {
			t.Fatalf("Redact = %q, %v", sealed, err)
		}
		back, _, failed, err := redact.Restore(context.Background(), keys, "ten_1", "", sealed)
		if err != nil || len(failed) != 0 || back != text {
			t.Fatalf("Restore = %q, %v, %v; want %q", back, failed, err, text)
		}
	})
}

func TestNothingOfAValueSurvives(t *testing.T) {
	t.Parallel()
	ops := []redact.Operator{redact.Replace, redact.Remove, redact.Mask, redact.Pseudonym}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aé€😀\u0301 "))).Draw(t, "text")
		choice := method(rapid.SampledFrom(ops).Draw(t, "operator"))
		findings := drawFindings(t, text)
		out, items, err := redact.NewSession(nil, "", choice).Redact(context.Background(), "", text, findings)
		if err != nil || !utf8.ValidString(out) || len(items) > len(findings) {
			t.Fatalf("Redact = %q, %v", out, err)
		}
		left := make([]bool, len(text))
		for _, f := range findings {
			for i := f.ByteStart; i < f.ByteEnd; i++ {
				left[i] = true
			}
		}
		outside := 0
		for i, r := range text {
			covered := false
			for j := i; j < i+utf8.RuneLen(r); j++ {
				covered = covered || left[j]
			}
			if !covered {
				outside++
			}
		}
		kept := strings.Count(out, "a") + strings.Count(out, "é") + strings.Count(out, "€") + strings.Count(out, "😀") +
			strings.Count(out, "\u0301") + strings.Count(out, " ")
		if kept != outside {
			t.Fatalf("%d characters of the text are left, want %d: %q -> %q", kept, outside, text, out)
		}
	})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	bad := &redact.Choice{
		Method: redact.Method{Operator: "canary", NewValue: new(strings.Repeat("canary", 50)), Char: "xy", KeepFirst: -1, KeepLast: 65, Length: 7, MaxDays: 3651},
		ByType: map[string]redact.Method{"US_SSN": {Operator: "canary"}, "bad name": {}, "EMAIL": {Operator: redact.Mask, Char: " "}},
	}
	var got []string
	for _, f := range bad.Validate("/redaction") {
		got = append(got, f.Location)
		if strings.Contains(f.Location+f.Message, "canary") {
			t.Errorf("fault echoes the value: %+v", f)
		}
	}
	want := []string{
		"/redaction/operator", "/redaction/new_value", "/redaction/char", "/redaction/keep_first", "/redaction/keep_last",
		"/redaction/length", "/redaction/max_days", "/redaction/by_type/EMAIL/char", "/redaction/by_type/US_SSN/operator", "/redaction/by_type",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, c := range []*redact.Choice{nil, {}, method(redact.Encrypt), {Method: redact.Method{Operator: redact.Mask, Char: "█"}}} {
		if faults := c.Validate(""); len(faults) != 0 {
			t.Errorf("Validate(%+v) = %+v", c, faults)
		}
	}
}

func TestOver(t *testing.T) {
	t.Parallel()
	base := &redact.Choice{
		Method: redact.Method{Operator: redact.Mask, KeepLast: 2},
		ByType: map[string]redact.Method{"US_SSN": {Operator: redact.Hash}, "PERSON": {Operator: redact.Keep}},
	}
	over := &redact.Choice{ByType: map[string]redact.Method{"SSN": {Operator: redact.Remove}}}
	got := over.Over(base)
	want := &redact.Choice{Method: base.Method, ByType: map[string]redact.Method{
		"US_SSN": {Operator: redact.Remove}, "PERSON": {Operator: redact.Keep},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var none *redact.Choice
	if none.Over(base) != base || base.Over(nil) != base || none.Over(nil) != nil {
		t.Error("Over with nil does not give the other choice")
	}
	if !base.Keyed() || none.Keyed() || over.Keyed() {
		t.Error("Keyed is wrong")
	}
	for op, want := range map[redact.Operator]bool{
		redact.Surrogate: true, redact.EncryptDeterministic: true, redact.FPE: true, redact.DateShift: true, redact.Generalize: false,
	} {
		if method(op).Keyed() != want {
			t.Errorf("Keyed of %s is not %v", op, want)
		}
	}
}

func TestByStrategy(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"token": "[X]", "mask": "****", "partial": "s****t", "REPLACE": "[X]"} {
		choice, ok := redact.ByStrategy(name)
		if !ok {
			t.Fatalf("ByStrategy(%q) is unknown", name)
		}
		got, _, err := redact.NewSession(nil, "", choice).Redact(t.Context(), "", "secret", []detect.Finding{finding("secret", "X", 0, 6)})
		if err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
	if _, ok := redact.ByStrategy("rot13"); ok {
		t.Error("ByStrategy knows rot13")
	}
}
