package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

// dniLetters is the Spanish check letter by remainder of 23.
const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func iberia() []detect.Detector {
	return []detect.Detector{esNIF(), esNIE(), esCIF(), esCCC(), esNSS(), ptNIF(), ptCC()}
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
				return verdict(s[0] != '0' && (s[0] != '4' || s[1] == '5') && !repeated(s) && (11-sum%11)%11%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIF 121273547", "número de contribuinte 118 457 390", "contribuinte: 275248879"},
			Negative: []string{"NIF 121273548", "NIF 1212735471", "encomenda 121273547"},
			Source:   "own",
		},
	}
}

func esCCC() detect.Detector {
	return detect.Detector{
		Name: "es_ccc", Type: "ES_CCC", Category: detect.CategoryPII,
		Summary: "Spanish bank account number", Validator: "two mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"ccc", "cuenta", "cuenta bancaria", "codigo cuenta cliente", "numero de cuenta", "cuenta corriente", "domiciliacion", "banco", "entidad"},
		Number: &detect.Number{
			Masks:    []string{"99999999999999999999", "9999-9999-99-9999999999", "9999 9999 99 9999 9999 99"},
			Validate: validCCC,
		},
		Samples: detect.Samples{
			Positive: []string{"CCC 31963175125497270754", "cuenta bancaria 5622-6766-91-7885979324", "número de cuenta: 6981 2426 87 4308 1765 81", "6553-3884-33-4372538988", "código cuenta cliente 24855911608061399388"},
			Negative: []string{"CCC 43477631340636209863", "CCC 0199-3374-63-3706033101", "CCC 177006097365758136441", "pedido 63234714980905198746", "CCC 00000000000000000000"},
			Source:   "own",
		},
	}
}

// validCCC checks bank and branch with the first of the two digits between them and the account, the account with the
// second.
func validCCC(s string) detect.Verdict {
	digit := func(d string) byte {
		r := 11 - checksum.Weighted(d, 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11
		if r == 10 {
			return '1'
		}
		return byte('0' + r%11)
	}
	return verdict(!repeated(s[:8]) && digit("00"+s[:8]) == s[8] && digit(s[10:]) == s[9])
}

func esNSS() detect.Detector {
	return detect.Detector{
		Name: "es_nss", Type: "ES_NSS", Category: detect.CategoryPII,
		Summary: "Spanish social security number", Validator: "province and mod 97",
		Base: 0.45, NeedContext: true,
		Context: []string{"nuss", "nss", "naf", "seguridad social", "numero de la seguridad social", "numero de afiliacion", "afiliacion", "tesoreria general"},
		Number: &detect.Number{
			Masks:    []string{"999999999999", "99/99999999/99", "99-99999999-99", "99 99999999 99", "99/9999999999", "99 9999999999"},
			Validate: validSpanishNSS,
		},
		Samples: detect.Samples{
			Positive: []string{"NUSS 476903414141", "seguridad social 36/56321318/20", "NAF: 51-09405738-32", "número de afiliación 32 08062772 42", "NSS 42/9099680040"},
			Negative: []string{"NUSS 162618798558", "NUSS 08/95656088/80", "NUSS 6618462328380", "pedido 612910099216", "NUSS 991234567840"},
			Source:   "own",
		},
	}
}

// validSpanishNSS reads province (two digits), serial (eight) and the remainder of both by 97. Where the serial begins with
// 0, that digit is left out.
func validSpanishNSS(s string) detect.Verdict {
	province := number(s[:2])
	body := s[:10]
	if s[2] == '0' {
		body = s[:2] + s[3:10]
	}
	return verdict(province >= 1 && province <= 66 && number(s[2:10]) > 0 && checksum.Mod(body, 97) == number(s[10:]))
}

func ptCC() detect.Detector {
	return detect.Detector{
		Name: "pt_cc", Type: "PT_CC", Category: detect.CategoryPII,
		Summary: "Portuguese citizen card number", Validator: "luhn over letter values",
		Base: 0.45, NeedContext: true,
		Context: []string{"cartao de cidadao", "cartao do cidadao", "cartao cidadao", "numero de documento", "cc n", "portuguese citizen card", "portuguese id"},
		Number: &detect.Number{
			Masks:    []string{"99999999 9 AX9", "999999999AX9", "99999999 9AX9", "99999999-9-AX9"},
			Validate: validCartao,
		},
		Samples: detect.Samples{
			Positive: []string{"Cartão de Cidadão 00000000 0 ZZ4", "cartão do cidadão 65931078 8 NL2", "cartão de cidadão: 014906869J88", "Portuguese citizen card 35644090 6PM2", "68279303-1-FM1"},
			Negative: []string{"Cartão de Cidadão 00000000 0 ZZ5", "cartão de cidadão 690873966AF4", "cartão de cidadão 223504497YD60", "peça 125616909DO1", "cartão de cidadão 12345678 0 12"},
			Source:   "published specimen and own",
		},
	}
}

// validCartao doubles every second value from the left, and takes nine off those that are then greater than nine.
func validCartao(s string) detect.Verdict {
	sum := 0
	for i := range s {
		v := checksum.Value(s[i])
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return verdict(sum%10 == 0)
}
