package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func france() []detect.Detector {
	return []detect.Detector{frNIR(), frSIREN(), frSIRET(), frVAT(), frTaxID()}
}

func frNIR() detect.Detector {
	return detect.Detector{
		Name: "fr_nir", Type: "FR_NIR", Category: detect.CategoryPII,
		Summary: "French social security number", Validator: "mod 97, sex, month and department",
		Base: baseStrict,
		Context: []string{
			"nir", "insee", "securite sociale", "numero de securite sociale", "numero de secu", "secu", "carte vitale", "assurance maladie", "french social security",
		},
		Number: &detect.Number{
			Masks: []string{
				"999999999999999", "9 99 99 99 999 999 99", "9 99 99 9A 999 999 99", "999999A99999999", "9999999999999 99", "9-99-99-99-999-999-99",
			},
			Validate: validNIR,
		},
		Samples: detect.Samples{
			Positive: []string{"NIR 195107886658060", "numéro de sécurité sociale 2 96 04 59 779 906 43", "183047963671317", "NIR: 1 85 05 2A 048 036 84"},
			Negative: []string{"NIR 195107886658061", "NIR 1951078866580601", "NIR 395107886658060", "NIR 195557886658060"},
			Source:   "own",
		},
	}
}

// validNIR replaces the two Corsican departments by 19 and 18, as the key is computed. Months above 12 mark unknown ones.
func validNIR(s string) detect.Verdict {
	body := strings.Replace(strings.Replace(s[:13], "A", "0", 1), "B", "0", 1)
	corsica := 0
	switch s[5:7] {
	case "2A":
		corsica = 1000000
	case "2B":
		corsica = 2000000
	}
	if !checksum.IsDigits(body) || (corsica == 0 && body != s[:13]) {
		return detect.Reject
	}
	month := number(s[3:5])
	okMonth := (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50
	rest := ((checksum.Mod(body, 97)-corsica)%97 + 97) % 97
	return verdict((s[0] == '1' || s[0] == '2') && okMonth && 97-rest == number(s[13:]))
}

func frSIREN() detect.Detector {
	return detect.Detector{
		Name: "fr_siren", Type: "FR_SIREN", Category: detect.CategoryPII,
		Summary: "French company number", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"siren", "rcs", "numero siren", "registre du commerce", "immatriculation"},
		Number: &detect.Number{
			Masks:    []string{"999999999", "999-999-999"},
			Validate: func(s string) detect.Verdict { return verdict(!repeated(s) && checksum.Luhn(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"SIREN 365909704", "RCS Paris 567 951 579", "numéro SIREN: 847667920"},
			Negative: []string{"SIREN 365909705", "SIREN 3659097041", "colis 365 909 704"},
			Source:   "own",
		},
	}
}

func frSIRET() detect.Detector {
	return detect.Detector{
		Name: "fr_siret", Type: "FR_SIRET", Category: detect.CategoryPII,
		Summary: "French establishment number", Validator: "luhn over company and establishment",
		Base: 0.45, NeedContext: true,
		Context: []string{"siret", "numero siret", "etablissement", "siren", "rcs", "entreprise"},
		Number: &detect.Number{
			Masks: []string{"99999999999999", "999 999 999 99999"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s) && checksum.Luhn(s) && checksum.Luhn(s[:9]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"SIRET 73282932000074", "numéro SIRET: 732 829 320 00074", "établissement 48201937900023"},
			Negative: []string{"SIRET 73282932000075", "SIRET 732829320000741", "réf 73282932000074"},
			Source:   "published example and own",
		},
	}
}

func frVAT() detect.Detector {
	return detect.Detector{
		Name: "fr_vat", Type: "FR_VAT", Category: detect.CategoryPII,
		Summary: "French value added tax number", Validator: "mod 97 and luhn",
		Base:    baseStrong,
		Context: []string{"tva", "numero de tva", "tva intracommunautaire", "n tva", "vat", "vat number", "vat id"},
		Number: &detect.Number{
			Masks: []string{"FR99999999999", "FR99 999999999", "FR 99 999999999", "FR 99 999 999 999", "FR99 999 999 999"},
			Validate: func(s string) detect.Verdict {
				// The key of a company in Monaco goes with a number that begins with 000 and has no check digit.
				siren := s[4:]
				key := (12 + 3*(number(siren)%97)) % 97
				return verdict(number(siren) > 0 && key == number(s[2:4]) && (siren[:3] == "000" || checksum.Luhn(siren)))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"TVA FR83404833048", "numéro de TVA FR00 170368856", "TVA intracommunautaire : FR 39 947123626", "FR 83 766 846 554", "VAT FR20 939 781 431"},
			Negative: []string{"TVA FR84404833048", "TVA FR83404833049", "TVA FR834048330481", "TVA FR 32 860461335", "XFR83404833048"},
			Source:   "published example and own",
		},
	}
}

func frTaxID() detect.Detector {
	return detect.Detector{
		Name: "fr_tax_id", Type: "FR_TAX_ID", Category: detect.CategoryPII,
		Summary: "French tax number of a person (SPI)", Validator: "mod 511",
		Base: 0.50, NeedContext: true,
		Context: []string{"numero fiscal", "numero fiscal de reference", "spi", "reference fiscale", "identifiant fiscal", "impots", "dgfip", "avis d'imposition", "french tax"},
		Number: &detect.Number{
			Masks: []string{"9999999999999", "99 99 999 999 999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] <= '3' && !repeated(s) && checksum.Mod(s[:10], 511) == number(s[10:]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"numéro fiscal 1792027827394", "numéro fiscal de référence : 37 07 420 255 280", "SPI 3892509635350", "identifiant fiscal 07 75 980 340 268", "impôts, réf. 1984326506064"},
			Negative: []string{"numéro fiscal 2729904953385", "numéro fiscal 14 46 509 327 166", "numéro fiscal 24105962442455", "colis 2086455269367", "numéro fiscal 4023217600053", "impôts 2019"},
			Source:   "own",
		},
	}
}
