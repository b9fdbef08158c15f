package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func benelux() []detect.Detector {
	return []detect.Detector{nlBSN(), nlVAT(), beNRN(), beVAT(), luTIN()}
}

func nlBSN() detect.Detector {
	return detect.Detector{
		Name: "nl_bsn", Type: "NL_BSN", Category: detect.CategoryPII,
		Summary: "Dutch citizen service number", Validator: "11-test",
		Base: baseShared, NeedContext: true,
		Context: []string{"bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi", "citizen service number"},
		Number: &detect.Number{
			Masks: []string{"999999999", "9999.99.999", "999-999-999", "999999-999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s, 9, 8, 7, 6, 5, 4, 3, 2, -1)
				return verdict(sum%11 == 0 && s[:2] != "00" && !repeated(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"BSN 367913707", "burgerservicenummer: 8119.07.855", "BSN is 951337270"},
			Negative: []string{"BSN 367913708", "BSN 3679137071", "pakket 367913707"},
			Source:   "own",
		},
	}
}

func nlVAT() detect.Detector {
	return detect.Detector{
		Name: "nl_vat", Type: "NL_VAT", Category: detect.CategoryPII,
		Summary: "Dutch VAT number", Validator: "11-test or iso7064_mod97_10",
		Base:    baseStrict,
		Context: []string{"btw", "btw-nummer", "btw nummer", "btw-id", "vat"},
		Number: &detect.Number{
			Masks: []string{"NL999999999B99", "NL9999.99.999.B99", "NL 999999999 B99"},
			Validate: func(s string) detect.Verdict {
				old := checksum.Weighted(s[2:11], 9, 8, 7, 6, 5, 4, 3, 2, -1)
				return verdict(s[12:] != "00" && (old > 0 && old%11 == 0 || checksum.Mod97Radix10(s)))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"btw-nummer NL343348573B01", "VAT NL596457339B01", "NL302372337B01"},
			Negative: []string{"VAT NL343348574B01", "VAT NL343348573B012", "VAT NL34334857B01"},
			Source:   "own",
		},
	}
}

func beNRN() detect.Detector {
	return detect.Detector{
		Name: "be_nrn", Type: "BE_NRN", Category: detect.CategoryPII,
		Summary: "Belgian national register number", Validator: "birth date and mod 97",
		Base: baseStrict, NeedContext: true,
		Context: []string{"rijksregisternummer", "rijksregister", "registre national", "numero national", "numero de registre national", "nrn", "insz", "niss", "nationalregisternummer", "belgian id"},
		Number: &detect.Number{
			Masks:    []string{"99.99.99-999.99", "99999999999", "99.99.99.999.99"},
			Validate: validNRN,
		},
		Samples: detect.Samples{
			Positive: []string{"rijksregisternummer 91070930428", "numéro national 60.11.07-819.17", "54.01.07-127.28"},
			Negative: []string{"rijksregisternummer 91070930429", "NRN 910709304281", "NRN 91.13.09-304.28", "bestelling 91070930428"},
			Source:   "own",
		},
	}
}

// validNRN prefixes a 2 for births since 2000. A month or day of zero marks an unknown date.
func validNRN(s string) detect.Verdict {
	check := number(s[9:])
	ok := 97-checksum.Mod(s[:9], 97) == check || 97-checksum.Mod("2"+s[:9], 97) == check
	month, day := number(s[2:4]), number(s[4:6])
	dated := dayYMD(s[:6]) || (month == 0 && day <= 31)
	return verdict(ok && dated && !repeated(s))
}

func beVAT() detect.Detector {
	return detect.Detector{
		Name: "be_vat", Type: "BE_VAT", Category: detect.CategoryPII,
		Summary: "Belgian enterprise and VAT number", Validator: "mod 97",
		Base: baseStrict, NeedContext: true,
		Context: []string{"btw", "tva", "vat", "ondernemingsnummer", "numero d'entreprise", "kbo", "bce", "rpr", "rpm"},
		Number: &detect.Number{
			Masks: []string{"9999.999.999", "BE9999999999", "BE9999.999.999", "BE 9999.999.999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				s = s[len(s)-10:]
				return verdict((s[0] == '0' || s[0] == '1') && !repeated(s) && 97-checksum.Mod(s[:8], 97) == number(s[8:]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"BTW BE0856799515", "TVA BE 0105.842.341", "ondernemingsnummer 0848.819.878"},
			Negative: []string{"BTW BE0856799516", "BTW BE08567995151", "TVA 2856.799.515"},
			Source:   "own",
		},
	}
}

func luTIN() detect.Detector {
	return detect.Detector{
		Name: "lu_tin", Type: "LU_TIN", Category: detect.CategoryPII,
		Summary: "Luxembourgish identification number", Validator: "birth date, luhn and verhoeff",
		Base: baseStrict, NeedContext: true,
		Context: []string{"matricule", "numero d'identification", "identifikatiounsnummer", "cns", "ccss", "luxembourg", "luxemburg", "numero de securite sociale", "sozialversicherungsnummer", "tin"},
		Number: &detect.Number{
			Masks: []string{"9999999999999", "9999 9999 99999", "99999999 99999"},
			Validate: func(s string) detect.Verdict {
				return verdict(dayYMD(s[:8]) && plausibleYear(s[:4]) && checksum.Luhn(s[:12]) && checksum.Verhoeff(s[:11]+s[12:]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"matricule 1893120105732", "numéro d'identification 2118082792055", "CNS 1956 1110 27639", "Luxembourg TIN 1936050509738", "matricule 21080527 13064"},
			Negative: []string{"matricule 1893120105733", "matricule 18931201057321", "matricule 1893130105732", "colis 1893120105732", "matricule 2105122113143"},
			Source:   "published example and own",
		},
	}
}
