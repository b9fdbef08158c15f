package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

// dniLetters is the Spanish check letter by remainder of 23.
const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func iberia() []detect.Detector {
	return []detect.Detector{esNIF(), esNIE(), esCIF(), ptNIF()}
}

func esNIF() detect.Detector {
	return detect.Detector{
		Name: "es_nif", Type: "ES_NIF", Category: detect.CategoryPII,
		Summary: "Spanish national identity number", Validator: "mod 23 letter",
		Base:    baseStrict,
		Context: []string{"dni", "nif", "documento nacional", "documento nacional de identidad", "identidad", "numero de identificacion", "spanish id"},
		Number: &detect.Number{
			Masks: []string{"99999999A", "99999999-A", "99.999.999-A", "99.999.999 A", "99 999 999 A"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s[:8]) && s[8] == dniLetters[checksum.Mod(s[:8], 23)])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"DNI 52564654V", "NIF: 84.200.799-F", "23212004J"},
			Negative: []string{"DNI 52564654W", "DNI 525646541V", "DNI 00000000T", "x52564654V"},
			Source:   "own",
		},
	}
}

func esNIE() detect.Detector {
	return detect.Detector{
		Name: "es_nie", Type: "ES_NIE", Category: detect.CategoryPII,
		Summary: "Spanish foreigner identity number", Validator: "mod 23 letter",
		Base:    baseStrict,
		Context: []string{"nie", "extranjero", "numero de identidad de extranjero", "residencia", "tarjeta de residencia"},
		Number: &detect.Number{
			Masks: []string{"A9999999A", "A-9999999-A"},
			Validate: func(s string) detect.Verdict {
				lead := s[0] - 'X'
				return verdict(lead < 3 && s[8] == dniLetters[checksum.Mod(string('0'+lead)+s[1:8], 23)])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIE Z5444567N", "Y-0334589-E", "X9857541V"},
			Negative: []string{"NIE Z5444567P", "NIE W5444567N", "NIE Z54445671N"},
			Source:   "own",
		},
	}
}

func esCIF() detect.Detector {
	return detect.Detector{
		Name: "es_cif", Type: "ES_CIF", Category: detect.CategoryPII,
		Summary: "Spanish company tax number", Validator: "mod 10 digit or letter",
		Base: baseShared, NeedContext: true,
		Context: []string{"cif", "nif", "sociedad", "empresa", "razon social", "s.l.", "s.a."},
		Number: &detect.Number{
			Masks:    []string{"A99999999", "A9999999A", "A-99999999", "A-9999999-A"},
			Validate: validCIF,
		},
		Samples: detect.Samples{
			Positive: []string{"CIF J07859168", "empresa con CIF: H01816701", "CIF E-32901241"},
			Negative: []string{"CIF J07859169", "part no. C92159375", "CIF J078591681", "p 00000000", "CIF P00000000", "b 12345674"},
			Source:   "own",
		},
	}
}

func validCIF(s string) detect.Verdict {
	if !hasByte("ABCDEFGHJNPQRSUVW", s[0]) || s[1:8] == "0000000" {
		return detect.Reject
	}
	sum := 0
	for i := range 7 {
		d := int(s[1+i] - '0')
		if i%2 == 0 {
			d *= 2
			d = d/10 + d%10
		}
		sum += d
	}
	check := (10 - sum%10) % 10
	const letters = "JABCDEFGHI"
	return verdict(s[8] == byte('0'+check) || s[8] == letters[check])
}

func ptNIF() detect.Detector {
	return detect.Detector{
		Name: "pt_nif", Type: "PT_NIF", Category: detect.CategoryPII,
		Summary: "Portuguese tax number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"nif", "contribuinte", "numero de contribuinte", "numero de identificacao fiscal", "financas", "nipc"},
		Number: &detect.Number{
			Masks: []string{"999999999", "999-999-999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:8], 9, 8, 7, 6, 5, 4, 3, 2)
				return verdict(s[0] != '0' && s[0] != '4' && !repeated(s) && (11-sum%11)%11%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIF 121273547", "número de contribuinte 118 457 390", "contribuinte: 275248879"},
			Negative: []string{"NIF 121273548", "NIF 1212735471", "encomenda 121273547"},
			Source:   "own",
		},
	}
}
