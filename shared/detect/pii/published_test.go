package pii

import (
	"strings"
	"testing"

	"guardrails/shared/detect/numbertest"
)

// TestPublished runs numbers that others have printed, of kinds that python-stdnum does not know: pages of the issuers, and
// the documentation and tests of other libraries.
func TestPublished(t *testing.T) {
	t.Parallel()
	published := map[string]string{
		"br_pis":              "12561241310 26827649960 46952280637 17024354753 82178537467 55550207756",
		"br_cnh":              "02650306461",
		"br_voter":            "102385010671 836571371619 743650641660 153036161686 486027280175 413288280159 828054781490 626674242070 335265330523",
		"de_health_insurance": "A123456780",
		"es_nss":              "281234567840",
		"hu_taj":              "111111110",
		"lu_tin":              "1893120105732",
		"ru_snils":            "11223344595",
		"uy_ci":               "12345672",
		"hk_hkid":             "A1234563",
		"sg_nric_fin":         "S1234567D",
	}
	found := 0
	for _, d := range Detectors() {
		values, ok := published[d.Name]
		if !ok {
			continue
		}
		found++
		m := numbertest.New(d)
		for v := range strings.FieldsSeq(values) {
			if !m.Valid(v) {
				t.Errorf("%s: %s is not valid", d.Name, v)
			}
		}
	}
	if found != len(published) {
		t.Errorf("%d detectors, want %d", found, len(published))
	}
}
