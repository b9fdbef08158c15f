package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func southEastEurope() []detect.Detector {
	return []detect.Detector{roCNP(), bgEGN(), hrOIB(), grAMKA(), grAFM(), huTaxNumber(), jmbg(), siEMSO(), ruINN(), ruSNILS(), uaRNOKPP()}
}

func roCNP() detect.Detector {
	return detect.Detector{
		Name: "ro_cnp", Type: "RO_CNP", Category: detect.CategoryPII,
		Summary: "Romanian personal numeric code", Validator: "birth date, county and mod 11",
		Base: 0.60, NeedContext: true,
		Context: []string{"cnp", "cod numeric personal", "codul numeric personal", "romanian id"},
		Number: &detect.Number{
			Masks: []string{"9999999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:12], 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
				return verdict(s[0] != '0' && dayYMD(s[1:7]) && romanianCounty(number(s[7:9])) && sum%10+sum/10 == int(s[12]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CNP 2800504400045", "cod numeric personal: 1920602205036", "CNP is 2750403317903"},
			Negative: []string{"CNP 2800504400046", "CNP 2801304400045", "CNP 28005044000451", "comanda 2800504400045"},
			Source:   "own",
		},
	}
}

// romanianCounty knows the counties, the sectors of Bucharest, and what is written for births without one.
func romanianCounty(n int) bool {
	return n >= 1 && n <= 48 || n == 51 || n == 52 || n == 70 || n >= 80 && n <= 83
}

func bgEGN() detect.Detector {
	return detect.Detector{
		Name: "bg_egn", Type: "BG_EGN", Category: detect.CategoryPII,
		Summary: "Bulgarian uniform civil number", Validator: "birth date and mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"egn", "егн", "единен граждански номер", "bulgarian id"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:9], 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10
				// The month carries the century: plus 20 for 18xx, plus 40 for 20xx.
				return verdict(sum == int(s[9]-'0') && number(s[2:4]) <= 52 && realDay(number(s[:2]), number(s[2:4])%20, number(s[4:6])))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"EGN 8211017223", "ЕГН 7410252347", "egn: 7808193593"},
			Negative: []string{"EGN 8211017224", "EGN 8213017223", "EGN 82110172231", "order 8211017223"},
			Source:   "own",
		},
	}
}

func hrOIB() detect.Detector {
	return detect.Detector{
		Name: "hr_oib", Type: "HR_OIB", Category: detect.CategoryPII,
		Summary: "Croatian personal identification number", Validator: "iso7064_mod11_10",
		Base: baseWeak, NeedContext: true,
		Context: []string{"oib", "osobni identifikacijski broj", "croatian id"},
		Number: &detect.Number{
			Masks:    []string{"99999999999", "HR99999999999"},
			Validate: func(s string) detect.Verdict { return verdict(checksum.Mod11Radix10(s[len(s)-11:])) },
		},
		Samples: detect.Samples{
			Positive: []string{"OIB 23319003383", "OIB: 67341697626", "osobni identifikacijski broj 54358581734"},
			Negative: []string{"OIB 23319003384", "OIB 233190033831", "nalog 23319003383"},
			Source:   "own",
		},
	}
}

func grAMKA() detect.Detector {
	return detect.Detector{
		Name: "gr_amka", Type: "GR_AMKA", Category: detect.CategoryPII,
		Summary: "Greek social security number", Validator: "birth date and luhn",
		Base: 0.50, NeedContext: true,
		Context: []string{"amka", "αμκα", "α.μ.κ.α.", "greek social security"},
		Number: &detect.Number{
			Masks:    []string{"99999999999"},
			Validate: func(s string) detect.Verdict { return verdict(dayDMY(s[:6]) && checksum.Luhn(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"AMKA 21056744945", "ΑΜΚΑ 16055482463", "amka: 10029141487"},
			Negative: []string{"AMKA 21056744946", "AMKA 21136744945", "AMKA 210567449451", "order 21056744945"},
			Source:   "own",
		},
	}
}

func grAFM() detect.Detector {
	return detect.Detector{
		Name: "gr_afm", Type: "GR_AFM", Category: detect.CategoryPII,
		Summary: "Greek tax number", Validator: "powers of two mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"afm", "αφμ", "α.φ.μ.", "greek tax"},
		Number: &detect.Number{
			Masks: []string{"999999999", "EL999999999"},
			Validate: func(s string) detect.Verdict {
				s = s[len(s)-9:]
				sum := checksum.Weighted(s[:8], 256, 128, 64, 32, 16, 8, 4, 2)
				return verdict(!repeated(s) && sum%11%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"AFM 271579387", "ΑΦΜ 155196084", "afm: EL334519135"},
			Negative: []string{"AFM 271579388", "AFM 2715793871", "pallet 271579387"},
			Source:   "own",
		},
	}
}

func huTaxNumber() detect.Detector {
	return detect.Detector{
		Name: "hu_tax_id", Type: "HU_TAX_ID", Category: detect.CategoryPII,
		Summary: "Hungarian personal tax number", Validator: "lead digit and weighted mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"adoazonosito", "adoazonosito jel", "adoszam", "hungarian tax"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:9], 1, 2, 3, 4, 5, 6, 7, 8, 9)
				return verdict(s[0] == '8' && !repeated(s) && sum%11 == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"adóazonosító jel 8071592153", "adóazonosító: 8071592161", "Hungarian tax 8201937740"},
			Negative: []string{"adóazonosító jel 8071592154", "adóazonosító 80715921531", "rendelés 8071592153"},
			Source:   "published example and own",
		},
	}
}

// jmbg covers the number that Serbia and its neighbors took over from Yugoslavia; Slovenia has a detector of its own.
func jmbg() detect.Detector {
	return detect.Detector{
		Name: "rs_jmbg", Type: "RS_JMBG", Category: detect.CategoryPII,
		Summary: "Unique master citizen number of Serbia and neighbors", Validator: "birth date and mod 11",
		Base: 0.55, NeedContext: true,
		Context: []string{"jmbg", "maticni broj", "jedinstveni maticni broj", "јмбг", "матични број"},
		Number: &detect.Number{
			Masks:    []string{"9999999999999"},
			Validate: func(s string) detect.Verdict { return verdict(!slovenian(s) && masterNumber(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"JMBG 0308052911669", "ЈМБГ: 2102996998082", "matični broj 0308806774957"},
			Negative: []string{"JMBG 0908769695748", "JMBG 0713993711009", "JMBG 11016868491687", "paket 0306818620057", "JMBG 0709993501009"},
			Source:   "own",
		},
	}
}

// slovenian reports whether the region of a master citizen number, at the eighth and ninth place, is one of Slovenia.
func slovenian(s string) bool { return s[7] == '5' }

func masterNumber(s string) bool {
	sum := checksum.Weighted(s[:12], 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
	year := number(s[4:7]) + 2000
	if s[4] >= '8' {
		year -= 1000
	}
	return hasByte("089", s[4]) && realDay(year, number(s[2:4]), number(s[:2])) && (11-sum%11)%11 == int(s[12]-'0')
}

func siEMSO() detect.Detector {
	return detect.Detector{
		Name: "si_emso", Type: "SI_EMSO", Category: detect.CategoryPII,
		Summary: "Slovenian personal number", Validator: "birth date, region and mod 11",
		Base: 0.55, NeedContext: true,
		Context: []string{"emso", "emso stevilka", "enotna maticna stevilka", "enotna maticna stevilka obcana", "maticna stevilka", "slovenian id", "jmbg"},
		Number: &detect.Number{
			Masks:    []string{"9999999999999"},
			Validate: func(s string) detect.Verdict { return verdict(slovenian(s) && masterNumber(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"EMŠO: 0101006500006", "EMŠO 0508963557861", "enotna matična številka občana 1508886597158", "emso 1505818526383", "Slovenian ID 1812908588787"},
			Negative: []string{"EMŠO 0101006500007", "EMŠO 0113006500006", "EMŠO 01010065000061", "paket 0101006500006", "EMŠO 0508963557862"},
			Source:   "published example and own",
		},
	}
}

func ruINN() detect.Detector {
	return detect.Detector{
		Name: "ru_inn", Type: "RU_INN", Category: detect.CategoryPII,
		Summary: "Russian personal tax number", Validator: "two mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"inn", "инн", "tax number"},
		Number: &detect.Number{
			Masks: []string{"999999999999"},
			Validate: func(s string) detect.Verdict {
				a := checksum.Weighted(s[:10], 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
				b := checksum.Weighted(s[:11], 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
				return verdict(!repeated(s) && a == int(s[10]-'0') && b == int(s[11]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ИНН 666559138041", "INN 207172053405", "ИНН: 581398439977"},
			Negative: []string{"ИНН 666559138042", "ИНН 6665591380411", "order 666559138041"},
			Source:   "own",
		},
	}
}

func uaRNOKPP() detect.Detector {
	return detect.Detector{
		Name: "ua_rnokpp", Type: "UA_RNOKPP", Category: detect.CategoryPII,
		Summary: "Ukrainian taxpayer number", Validator: "mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"rnokpp", "рнокпп", "іпн", "инн", "ipn", "ukrainian tax"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				w := checksum.Weighted(s[:9], -1, 5, 7, 9, 4, 6, 10, 5, 7)
				return verdict(!repeated(s) && (w%11+11)%11%10 == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"РНОКПП 2051455661", "rnokpp 6150431562", "ІПН: 1725357036"},
			Negative: []string{"РНОКПП 2051455662", "РНОКПП 20514556611", "order 2051455661"},
			Source:   "own",
		},
	}
}

func ruSNILS() detect.Detector {
	return detect.Detector{
		Name: "ru_snils", Type: "RU_SNILS", Category: detect.CategoryPII,
		Summary: "Russian pension insurance number", Validator: "mod 101",
		Base: 0.50, NeedContext: true,
		Context: []string{"снилс", "snils", "страховой номер", "пенсионного страхования", "пфр", "russian insurance"},
		Number: &detect.Number{
			Masks:    []string{"999-999-999 99", "99999999999", "999 999 999 99", "999-999-999-99"},
			Validate: validSNILS,
		},
		Samples: detect.Samples{
			Positive: []string{"СНИЛС 112-233-445 95", "СНИЛС: 947-139-742 48", "страховой номер 03791887505", "snils 147 331 777 68", "429-804-428 01"},
			Negative: []string{"СНИЛС 112-233-445 96", "СНИЛС 56520932796", "СНИЛС 210958239573", "заказ, order 36927652531", "СНИЛС 000-000-000 00"},
			Source:   "published example and own",
		},
	}
}

// validSNILS weights nine digits by 9 to 1; up to 001-001-998 there is no check.
func validSNILS(s string) detect.Verdict {
	sum := checksum.Weighted(s[:9], 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
	return verdict(number(s[:9]) > 1_001_998 && !repeated(s[:9]) && sum == number(s[9:]))
}
