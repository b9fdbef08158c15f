package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func france() []detect.Detector {
	return []detect.Detector{frNIR(), frSIREN(), frSIRET()}
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
