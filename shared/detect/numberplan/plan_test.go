package numberplan_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"guardrails/shared/detect/numberplan"
)

var update = flag.Bool("update", false, "write plans.txt")

// TestPlansAreThoseOfTheLibrary makes plans.txt of the library's tables.
func TestPlansAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[int]bool{}
	var lines []string
	for _, m := range all.GetMetadata() {
		codes[int(m.GetCountryCode())] = true
		lines = append(lines, line(t, m))
	}
	slices.Sort(lines)
	for _, c := range slices.Sorted(maps.Keys(codes)) {
		fmt.Fprintf(&want, "code\t%d\t%s\n", c, strings.Join(phonenumbers.GetRegionCodesForCountryCode(c), "\t"))
	}
	for _, l := range lines {
		want.WriteString(l + "\n")
	}
	if *update {
		if err := os.WriteFile("plans.txt", want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("plans.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("plans.txt is not that of the library: run go test ./shared/detect/numberplan -update")
	}
}

func line(t *testing.T, m *phonenumbers.PhoneMetadata) string {
	t.Helper()
	general := m.GetGeneralDesc()
	if len(general.GetPossibleLength()) == 0 || general.GetNationalNumberPattern() == "" {
		t.Fatalf("%s has no lengths or no pattern", m.GetId())
	}
	fields := []string{
		m.GetId(), fmt.Sprint(m.GetCountryCode()), m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(),
		m.GetLeadingDigits(), list(general.GetPossibleLength()), list(general.GetPossibleLengthLocalOnly()), general.GetNationalNumberPattern(),
	}
	kinds := []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetPremiumRate(), m.GetTollFree(), m.GetSharedCost(), m.GetVoip(), m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	}
	if !m.GetSameMobileAndFixedLinePattern() {
		kinds = append(kinds, m.GetMobile())
	}
	for _, k := range kinds {
		if p := k.GetNationalNumberPattern(); p != "" && p != "NA" {
			fields = append(fields, list(k.GetPossibleLength()), p)
		}
	}
	return strings.Join(fields, "\t")
}

func list(lengths []int32) string {
	var out []string
	for _, n := range lengths {
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, ",")
}

// international is what the library says of a number with its country code.
func international(number string) numberplan.Verdict {
	n, err := phonenumbers.Parse(number, "ZZ")
	switch {
	case err != nil:
		return numberplan.Unknown
	case phonenumbers.IsValidNumber(n):
		return numberplan.Valid
	case phonenumbers.IsPossibleNumber(n):
		return numberplan.Possible
	}
	return numberplan.Unknown
}

// national is what the library says of a number that is dialed in a region.
func national(digits, region string) bool {
	n, err := phonenumbers.Parse(digits, region)
	return err == nil && phonenumbers.IsValidNumberForRegion(n, region)
}

// numbers makes numbers of every region that are right, nearly right and wrong, with and without prefixes.
func numbers(t *testing.T, r *rand.Rand, check func(region, code, digits string)) {
	t.Helper()
	regions := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	if len(regions) < 200 {
		t.Fatalf("the library knows %d regions", len(regions))
	}
	const rounds = 3 // make fuzz goes on from here
	for _, region := range regions {
		code := fmt.Sprint(phonenumbers.GetCountryCodeForRegion(region))
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil {
				continue
			}
			digits := phonenumbers.GetNationalSignificantNumber(example)
			check(region, code, digits)
			for range rounds {
				check(region, code, mutate(r, digits))
			}
		}
	}
}

// mutate changes digits at random: another digit, one more, one less, a prefix.
func mutate(r *rand.Rand, digits string) string {
	b := []byte(digits)
	for range 1 + r.IntN(3) {
		switch at := r.IntN(len(b)); r.IntN(6) {
		case 0:
			b = slices.Insert(b, at, byte('0'+r.IntN(10)))
		case 1:
			if len(b) > 3 {
				b = slices.Delete(b, at, at+1)
			}
		case 2:
			b = append([]byte([]string{"0", "1", "8", "00", "011", "06", "044", "15", "9"}[r.IntN(9)]), b...)
		default:
			b[at] = byte('0' + r.IntN(10))
		}
	}
	return string(b)
}

// TestAnswersAreThoseOfTheLibrary asks both for numbers of every region and kind.
func TestAnswersAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	count := map[numberplan.Verdict]int{}
	right := map[bool]int{}
	numbers(t, r, func(region, code, digits string) {
		got, want := numberplan.International(code+digits), international("+"+code+digits)
		if got != want {
			t.Errorf("+%s%s is %d, the library says %d", code, digits, got, want)
		}
		count[want]++
		for _, dialed := range []string{digits, "0" + digits, code + digits, "00" + code + digits, "011" + code + digits} {
			got, want := numberplan.National(dialed, region), national(dialed, region)
			if got != want {
				t.Errorf("%s dialed in %s is %v, the library says %v", dialed, region, got, want)
			}
			right[want]++
		}
	})
	t.Logf("international: %d valid, %d possible, %d neither; national: %d valid, %d not", count[numberplan.Valid], count[numberplan.Possible], count[numberplan.Unknown], right[true], right[false])
	if count[numberplan.Valid] == 0 || count[numberplan.Possible] == 0 || count[numberplan.Unknown] == 0 || right[true] == 0 {
		t.Error("the numbers are of one sort")
	}
}

// FuzzAnswers asks both for whatever digits there are.
func FuzzAnswers(f *testing.F) {
	f.Add("442079460958", "GB")
	f.Add("0114930901820", "US")
	f.Add("80012345678", "IT")
	f.Fuzz(func(t *testing.T, digits, region string) {
		if strings.Trim(digits, "0123456789") != "" || len(digits) < 4 || len(digits) > 15 {
			t.Skip("the detectors ask for four to fifteen digits")
		}
		if got, want := numberplan.International(digits), international("+"+digits); got != want {
			t.Errorf("+%s is %d, the library says %d", digits, got, want)
		}
		if got, want := numberplan.National(digits, region), national(digits, region); got != want {
			t.Errorf("%s dialed in %q is %v, the library says %v", digits, region, got, want)
		}
	})
}

// TestEveryCountryCode asks for random digits behind every possible code, those of no country too.
func TestEveryCountryCode(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for code := range 1000 {
		for length := 5; length <= 13; length += 2 {
			digits := fmt.Sprint(code)
			for range length {
				digits += fmt.Sprint(r.IntN(10))
			}
			if got, want := numberplan.International(digits), international("+"+digits); got != want {
				t.Errorf("+%s is %d, the library says %d", digits, got, want)
			}
		}
	}
}

// TestSeparatorsSayNothing shows that the library reads the same from digits in groups, which we take out before.
func TestSeparatorsSayNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	samples := []string{"+49 (0)30 901820", "+44-20-7670-6450", "+1 (203) 305-2492", "+33.1.42.68.53.00", "+7 495/123-45-67", "+390612345678", "+39 06 1234 5678", "+49 030/901820"}
	for _, code := range []string{"1", "7", "33", "39", "44", "49", "54", "55", "81", "800", "870", "979"} {
		for range 50 {
			samples = append(samples, "+"+code+grouped(r))
		}
	}
	for _, s := range samples {
		digits := strings.Map(func(c rune) rune {
			if c < '0' || c > '9' {
				return -1
			}
			return c
		}, s)
		if got, want := numberplan.International(digits), international(s); got != want {
			t.Errorf("%s is %d, the library says %d", s, got, want)
		}
	}
}

// grouped are 7 to 12 random digits with separators between some of them, one in brackets.
func grouped(r *rand.Rand) string {
	var b strings.Builder
	n := 7 + r.IntN(6)
	for i := range n {
		if i == 1 && r.IntN(3) == 0 {
			b.WriteString(" (0)")
		}
		if i > 0 && r.IntN(3) == 0 {
			b.WriteString([]string{" ", "-", ".", "/", " / ", " - "}[r.IntN(6)])
		}
		b.WriteByte(byte('0' + r.IntN(10)))
	}
	return b.String()
}

// TestStrangeInput must not end the process.
func TestStrangeInput(t *testing.T) {
	t.Parallel()
	for _, digits := range []string{"", "0", "1", "00", "44", "442", "999999999999999999999", "x", "+44"} {
		if v := numberplan.International(digits); v == numberplan.Valid {
			t.Errorf("%q is valid", digits)
		}
		if numberplan.National(digits, "GB") || numberplan.National(digits, "ZZ") || numberplan.National(digits, "") {
			t.Errorf("%q is valid", digits)
		}
	}
}
