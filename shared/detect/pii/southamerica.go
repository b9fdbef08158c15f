package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func southAmerica() []detect.Detector {
	return []detect.Detector{arDNI(), coCedula(), uyCI(), veRIF(), mxNSS()}
}

func arDNI() detect.Detector {
	return detect.Detector{
		Name: "ar_dni", Type: "AR_DNI", Category: detect.CategoryPII,
		Summary: "Argentine or Peruvian identity card number", Validator: "range",
		Base: baseFormat, NeedContext: true,
		Context: []string{"dni", "d.n.i.", "documento nacional de identidad", "documento unico", "nro de documento", "numero de documento"},
		Number: &detect.Number{
			Masks: []string{"99.999.999", "99999999", "9.999.999"},
			Validate: func(s string) detect.Verdict {
				if number(s) < 1_000_000 {
					return detect.Reject
				}
				return notFiller(s)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"DNI 20.123.456", "DNI: 48201937", "documento nacional de identidad 5.204.819", "D.N.I. 30204819", "su número de documento es 27.204.815"},
			Negative: []string{"DNI 20.123.45", "DNI 201234567", "DNI 00.123.456", "pedido 20.123.456", "DNI 11.111.111", "la suma de 20.123.456"},
			Source:   "own",
		},
	}
}

func coCedula() detect.Detector {
	return detect.Detector{
		Name: "co_cedula", Type: "CO_CEDULA", Category: detect.CategoryPII,
		Summary: "Colombian identity card number", Validator: "ranges issued",
		Base: baseFormat, NeedContext: true,
		Context: []string{"cedula de ciudadania", "cedula ciudadania", "cedula colombiana", "cedula", "c.c.", "nuip", "registraduria"},
		Number: &detect.Number{
			Masks: []string{"9.999.999.999", "99.999.999", "9999999999", "99999999"},
			Validate: func(s string) detect.Verdict {
				// Eight digits up to 99 million; ten from 1,000 million on.
				if s[0] == '0' || len(s) == 10 && s[:2] > "12" {
					return detect.Reject
				}
				return notFiller(s)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"cédula de ciudadanía 1.020.481.937", "C.C. 79.204.819", "cédula de ciudadanía No. 1032456781", "cédula ciudadanía: 52048193", "NUIP 1.114.820.193"},
			Negative: []string{"cédula de ciudadanía 3.020.481.937", "cédula de ciudadanía 10324567811", "pedido 1032456781", "cédula de ciudadanía 02.048.193", "cédula de ciudadanía 1.111.111.111"},
			Source:   "own",
		},
	}
}

func uyCI() detect.Detector {
	return detect.Detector{
		Name: "uy_ci", Type: "UY_CI", Category: detect.CategoryPII,
		Summary: "Uruguayan identity card number", Validator: "mod 10",
		Base: baseShared, NeedContext: true,
		Context: []string{"cedula de identidad", "cedula", "c.i.", "uruguay", "cedula uruguaya", "documento de identidad"},
		Number: &detect.Number{
			Masks: []string{"9.999.999-9", "9999999-9", "99999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:7], 2, 9, 8, 7, 6, 3, 4)
				return verdict(number(s[:7]) >= 100_000 && !repeated(s) && (10-sum%10)%10 == int(s[7]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"cédula de identidad 5.750.812-8", "C.I. 7264860-6", "cédula uruguaya: 76698489", "CI uruguaya, C.I. 2.074.320-8", "documento de identidad 7030691-5"},
			Negative: []string{"CI run 20481932", "cédula de identidad 8.162.228-4", "C.I. 9701059-2", "C.I. 839147694", "pedido 40691077", "C.I. 1.111.111-1", "3.469.928-5"},
			Source:   "own",
		},
	}
}

func veRIF() detect.Detector {
	return detect.Detector{
		Name: "ve_rif", Type: "VE_RIF", Category: detect.CategoryPII,
		Summary: "Venezuelan tax number of people and companies", Validator: "kind and mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"rif", "r.i.f.", "seniat", "registro unico de informacion fiscal", "registro de informacion fiscal", "venezuela"},
		Number: &detect.Number{
			Masks:    []string{"A-99999999-9", "A999999999", "A-999999999"},
			Validate: validRIF,
		},
		Samples: detect.Samples{
			Positive: []string{"RIF V-77601111-4", "R.I.F.: E010636127", "SENIAT V-965146667", "rif E-19761720-1", "registro único de información fiscal G968106300"},
			Negative: []string{"RIF G-79777445-9", "RIF J616908731", "RIF X-20481937-5", "pieza P054244326", "RIF V-30755356-93", "RIF J-00000000-0"},
			Source:   "own",
		},
	}
}

func validRIF(s string) detect.Verdict {
	kind := strings.IndexByte("VEJPG", s[0]) + 1
	if kind == 0 || repeated(s[1:]) {
		return detect.Reject
	}
	const checks = "00987654321"
	sum := 4*kind + checksum.Weighted(s[1:9], 3, 2, 7, 6, 5, 4, 3, 2)
	return verdict(checks[sum%11] == s[9])
}

func mxNSS() detect.Detector {
	return detect.Detector{
		Name: "mx_nss", Type: "MX_NSS", Category: detect.CategoryPII,
		Summary: "Mexican social security number", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"nss", "imss", "numero de seguridad social", "numero de seguro social", "seguro social", "afiliacion"},
		Number: &detect.Number{
			Masks:    []string{"99999999999", "99-99-99-9999-9", "9999-99-9999-9"},
			Validate: func(s string) detect.Verdict { return verdict(s[:2] != "00" && !repeated(s) && checksum.Luhn(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"NSS 03071994283", "IMSS: 19-86-92-6791-4", "número de seguridad social 87521261914", "NSS 5082-14-9090-6", "seguro social 91-09-33-9576-1"},
			Negative: []string{"NSS 52762302919", "NSS 75-50-29-2000-5", "NSS 315550386089", "pedido 79471467997", "NSS 11111111111", "88-68-62-1247-8"},
			Source:   "own",
		},
	}
}
