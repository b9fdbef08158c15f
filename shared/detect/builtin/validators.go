package builtin

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

// Validators returns the named checks that a tenant's pattern may ask for. Each judges a value with separators removed
// and letters upper-cased.
func Validators() map[string]func(norm string) detect.Verdict {
	checks := map[string]func(string) bool{
		"luhn":             checksum.Luhn,
		"verhoeff":         checksum.Verhoeff,
		"ean13":            checksum.EAN13,
		"aba":              checksum.ABA,
		"iban":             checksum.IBAN,
		"isin":             checksum.ISIN,
		"vin":              checksum.VIN,
		"iso7064_mod97_10": checksum.Mod97Radix10,
		"iso7064_mod11_2":  checksum.Mod11Radix2,
		"iso7064_mod11_10": checksum.Mod11Radix10,
		"mrz_7_3_1":        checksum.MRZ,
	}
	out := make(map[string]func(string) detect.Verdict, len(checks))
	for name, ok := range checks {
		out[name] = func(norm string) detect.Verdict {
			if ok(norm) {
				return detect.Valid
			}
			return detect.Reject
		}
	}
	return out
}
