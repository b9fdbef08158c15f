package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func italy() []detect.Detector {
	return []detect.Detector{itFiscalCode(), itVATCode(), itIdentityCard(), itDriverLicense()}
}

func itFiscalCode() detect.Detector {
	return detect.Detector{
		Name: "it_fiscal_code", Type: "IT_FISCAL_CODE", Category: detect.CategoryPII,
		Summary: "Italian fiscal code of a person", Validator: "odd and even places mod 26, birth date",
		Base:    baseStrong,
		Context: []string{"codice fiscale", "cf", "cod. fisc.", "fiscale", "tessera sanitaria"},
		Number: &detect.Number{
			Masks:    []string{"AAAAAAXXAXXAXXXA", "AAA AAA XXAXX AXXXA"},
			Validate: validFiscalCode,
		},
		Samples: detect.Samples{
			Positive: []string{"codice fiscale RSSMRA85T10A562S", "CF: VRDGPP13R10B293P", "BNCLSN80A01H501Q"},
			Negative: []string{"CF RSSMRA85T10A562T", "CF RSSMRA85T10A562SX", "CF RSSMRA85T42A562S", "CF RSSMRA85Z10A562S"},
			Source:   "published examples and own",
		},
	}
}

// validFiscalCode accepts the letters L M N P Q R S T U V in place of digits, which tell namesakes apart.
func validFiscalCode(s string) detect.Verdict {
	const swapped, months = "LMNPQRSTUV", "ABCDEHLMPRST"
	var digits []byte
	for _, i := range [7]int{6, 7, 9, 10, 12, 13, 14} {
		c := s[i]
		if k := strings.IndexByte(swapped, c); k >= 0 {
			c = byte('0' + k)
		}
		if !isDigit(c) {
			return detect.Reject
		}
		digits = append(digits, c)
	}
	day := number(string(digits[2:4]))
	if day > 40 {
		day -= 40
	}
	month := strings.IndexByte(months, s[8]) + 1
	if month == 0 || !realDay(number(string(digits[:2])), month, day) {
		return detect.Reject
	}
	return verdict(fiscalLetter(s[:15]) == s[15])
}

// fiscalLetter sums a table value for the odd places and the plain value for the even ones.
func fiscalLetter(s string) byte {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range len(s) {
		v := checksum.Value(s[i])
		if v > 9 {
			v -= 10
		}
		if i%2 == 0 {
			v = odd[v]
		}
		sum += v
	}
	return byte('A' + sum%26)
}

func itVATCode() detect.Detector {
	return detect.Detector{
		Name: "it_vat_code", Type: "IT_VAT_CODE", Category: detect.CategoryPII,
		Summary: "Italian VAT number", Validator: "luhn and office",
		Base: baseWeak, NeedContext: true,
		Context: []string{"partita iva", "p.iva", "p. iva", "piva", "iva", "vat"},
		Number: &detect.Number{
			Masks: []string{"99999999999", "IT99999999999"},
			Validate: func(s string) detect.Verdict {
				s = strings.TrimPrefix(s, "IT")
				office := number(s[7:10])
				known := (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999
				return verdict(known && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Partita IVA 51560440417", "P.IVA: IT89385990216", "p. iva 74545510286"},
			Negative: []string{"Partita IVA 51560440418", "P.IVA 515604404171", "ordine 51560440417"},
			Source:   "own",
		},
	}
}

func itIdentityCard() detect.Detector {
	return detect.Detector{
		Name: "it_identity_card", Type: "IT_IDENTITY_CARD", Category: detect.CategoryPII,
		Summary: "Italian identity card number beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"carta d'identita", "carta di identita", "carta identita", "c.i.e.", "cie", "documento d'identita", "documento di identita", "italian identity card", "italian id card"},
		Number: &detect.Number{
			Masks:    []string{"AA99999AA", "AA9999999", "9999999AA"},
			Validate: func(s string) detect.Verdict { return notFiller(digitsOnly(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"carta d'identità CA12345AB", "CIE: CA04819EK", "carta di identità n. AX4820193", "documento d'identità 2048193AA", "Italian identity card CA72048FX"},
			Negative: []string{"carta d'identità CA1234AB", "carta d'identità CA123456AB", "articolo CA12345AB", "carta d'identità CA00000AB", "carta d'identità scaduta nel 2019"},
			Source:   "own",
		},
	}
}

func itDriverLicense() detect.Detector {
	return detect.Detector{
		Name: "it_driver_license", Type: "IT_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "Italian driver's license number beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"patente", "patente di guida", "numero patente", "patente n", "licenza di guida", "italian driving licence", "italian driver's license", "italian driver license"},
		Number: &detect.Number{
			Masks:    []string{"AA9999999A", "U1XXXXXXXA"},
			Validate: validItalianLicense,
		},
		Samples: detect.Samples{
			Positive: []string{"patente AA1234567B", "patente di guida: U1H34A127D", "numero patente MI7204815K", "Italian driving licence U1482019ZF", "patente n. RM2048193X"},
			Negative: []string{"patente AA123456B", "patente AA12345678B", "articolo AA1234567B", "patente U1QUATTROA", "patente AA0000000B", "patente scaduta nel 2019"},
			Source:   "own",
		},
	}
}

// validItalianLicense wants at least three more digits in the newer form, which is no word then.
func validItalianLicense(s string) detect.Verdict {
	if digits := digitsOnly(s); len(digits) >= 4 && !repeated(digits) {
		return detect.Plausible
	}
	return detect.Reject
}
