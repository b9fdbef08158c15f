package pii

import (
	"slices"
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/numbertest"
)

// Why a changed digit may pass a check.
const (
	foldedCheck  = "remainders share a check digit"
	evenWeights  = "weights with a divisor of ten"
	twoChecks    = "either of two checks may hold"
	outsideCheck = "the check leaves these places out"
	reread       = "the changed value is read in another way"
)

// spared are the schemes that let changes of single digits pass: why, and at which places of a value without separators;
// nil for all.
var spared = map[string]struct {
	why    string
	places []int
}{
	"au_acn":              {evenWeights, nil},
	"au_medicare":         {outsideCheck, []int{9, 10}},
	"be_nrn":              {reread, []int{1}},
	"bg_egn":              {foldedCheck, nil},
	"br_cnh":              {foldedCheck, nil},
	"br_cnpj":             {foldedCheck, nil},
	"br_cpf":              {foldedCheck, nil},
	"br_pis":              {foldedCheck, nil},
	"br_voter":            {foldedCheck, nil},
	"ca_bn":               {outsideCheck, []int{11, 12, 13, 14}},
	"co_nit":              {foldedCheck, nil},
	"cz_ico":              {foldedCheck, nil},
	"cz_rc":               {foldedCheck, nil},
	"ee_ik":               {foldedCheck, nil},
	"es_ccc":              {foldedCheck, nil},
	"es_nss":              {reread, []int{2}},
	"gr_afm":              {foldedCheck, nil},
	"is_kennitala":        {outsideCheck, []int{9}},
	"jp_corporate_number": {foldedCheck, nil},
	"jp_my_number":        {foldedCheck, nil},
	"kr_frn":              {foldedCheck, nil},
	"kr_rrn":              {foldedCheck, nil},
	"lt_ak":               {foldedCheck, nil},
	"lv_pk":               {foldedCheck, nil},
	"mx_curp":             {evenWeights, nil},
	"nl_vat":              {twoChecks, nil},
	"nz_ird":              {foldedCheck, nil},
	"pe_ruc":              {foldedCheck, nil},
	"pl_regon":            {foldedCheck, nil},
	"pt_nif":              {foldedCheck, nil},
	"ro_cnp":              {foldedCheck, nil},
	"ru_snils":            {foldedCheck, nil},
	"se_personnummer":     {outsideCheck, []int{0, 1}},
	"th_tnin":             {foldedCheck, nil},
	"tw_national_id":      {evenWeights, nil},
	"ua_rnokpp":           {foldedCheck, nil},
	"uk_utr":              {foldedCheck, nil},
	"uk_vat":              {twoChecks, nil},
	"uk_vat_bare":         {twoChecks, nil},
	"us_dea":              {evenWeights, nil},
	"uy_ci":               {evenWeights, nil},
	"ve_rif":              {foldedCheck, nil},
}

// TestSingleDigit changes each digit of valid numbers to each other digit: where a detector names a check digit, none of
// these passes, but for the schemes that are known not to promise it.
func TestSingleDigit(t *testing.T) {
	t.Parallel()
	for _, d := range Detectors() {
		if d.Number == nil || !checked(d) {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			known, weak := spared[d.Name]
			m := numbertest.New(d)
			valid, passed := 0, 0
			for _, v := range m.Values(500) {
				if !m.Valid(v) {
					continue
				}
				valid++
				for i, changed := range singleChanges(v) {
					if !m.Valid(changed) {
						continue
					}
					passed++
					if !weak || known.places != nil && !slices.Contains(known.places, i) {
						t.Fatalf("%s passes beside %s", changed, v)
					}
				}
			}
			if valid < 20 {
				t.Errorf("%d valid numbers: too few to tell", valid)
			}
			if weak && passed == 0 {
				t.Errorf("no changed digit passes, although %s", known.why)
			}
		})
	}
}

// checked reports whether a detector says that its numbers have a check digit.
func checked(d detect.Detector) bool {
	for _, scheme := range []string{"luhn", "mod ", "iso7064", "verhoeff", "ean-13", "7-3-1", "3-7", "11-test", "check digit", "check sign", "sum of"} {
		if strings.Contains(d.Validator, scheme) {
			return true
		}
	}
	return false
}

// singleChanges yields the values that differ from v in one digit, and where.
func singleChanges(v string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for i := range len(v) {
			for c := byte('0'); isDigit(v[i]) && c <= '9'; c++ {
				if c != v[i] && !yield(i, v[:i]+string(c)+v[i+1:]) {
					return
				}
			}
		}
	}
}
