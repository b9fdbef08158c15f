package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func centralEurope() []detect.Detector {
	return []detect.Detector{plPESEL(), plNIP(), plREGON(), plIDCard(), czRC(), czICO(), czICOLabeled(), huTAJ(), lvPK(), eeLtPersonalCode("ee_ik", "EE_IK", []string{"isikukood", "estonian id", "ik"}), eeLtPersonalCode("lt_ak", "LT_AK", []string{"asmens kodas", "lithuanian id", "a.k."})}
}

func plPESEL() detect.Detector {
	return detect.Detector{
		Name: "pl_pesel", Type: "PL_PESEL", Category: detect.CategoryPII,
		Summary: "Polish national identification number", Validator: "birth date and mod 10",
		Base: 0.50, NeedContext: true,
		Context: []string{"pesel", "numer pesel", "nr pesel", "polish id", "numer ewidencyjny"},
		Number: &detect.Number{
			Masks: []string{"99999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
				// The month carries the century: plus 80 for 18xx, 20 for 20xx, 40 for 21xx, 60 for 22xx.
				return verdict(sum%10 == 0 && realDay(number(s[:2]), number(s[2:4])%20, number(s[4:6])))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"PESEL 78091524132", "numer PESEL: 44051401359", "PESEL is 77050370825"},
			Negative: []string{"PESEL 78091524133", "PESEL 78191624132", "PESEL 780915241321", "zamówienie 78091524132"},
			Source:   "published example 44051401359 and own",
		},
	}
}

func plNIP() detect.Detector {
	return detect.Detector{
		Name: "pl_nip", Type: "PL_NIP", Category: detect.CategoryPII,
		Summary: "Polish tax number", Validator: "mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"nip", "numer nip", "nr nip", "identyfikacji podatkowej", "vat"},
		Number: &detect.Number{
			Masks: []string{"9999999999", "999-999-99-99", "999-99-99-999", "PL9999999999"},
			Validate: func(s string) detect.Verdict {
				s = s[len(s)-10:]
				return verdict(s[0] != '0' && !repeated(s) && checksum.Weighted(s[:9], 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIP 943-219-89-99", "NIP: 3983748814", "vat PL5744453235"},
			Negative: []string{"NIP 943-219-89-98", "NIP 94321989991", "paczka 3983748814"},
			Source:   "own",
		},
	}
}

func plREGON() detect.Detector {
	return detect.Detector{
		Name: "pl_regon", Type: "PL_REGON", Category: detect.CategoryPII,
		Summary: "Polish business register number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"regon", "numer regon", "nr regon"},
		Number: &detect.Number{
			Masks: []string{"999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s) && checksum.Weighted(s[:8], 8, 9, 2, 3, 4, 5, 6, 7)%11%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"REGON 880217123", "numer REGON: 509214170", "regon 209678507"},
			Negative: []string{"REGON 880217124", "REGON 8802171231", "paczka 880217123"},
			Source:   "own",
		},
	}
}

func plIDCard() detect.Detector {
	return detect.Detector{
		Name: "pl_id_card", Type: "PL_ID_CARD", Category: detect.CategoryPII,
		Summary: "Polish identity card number", Validator: "7-3-1 with letter values",
		Base: 0.45, NeedContext: true,
		Context: []string{"dowod", "dowod osobisty", "dowodu osobistego", "numer dowodu", "seria i numer", "polish id card", "identity card"},
		Number: &detect.Number{
			Masks: []string{"AAA999999", "AAA 999999"},
			Validate: func(s string) detect.Verdict {
				weights := [9]int{7, 3, 1, 9, 7, 3, 1, 7, 3}
				sum := 0
				for i, w := range weights {
					sum += checksum.Value(s[i]) * w
				}
				return verdict(sum%10 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"dowód osobisty ABA300000", "seria i numer AYB 048201", "numer dowodu: ABS123456"},
			Negative: []string{"dowód ABA300001", "dowód ABA3000001", "model ABA300000"},
			Source:   "published specimens",
		},
	}
}

func czRC() detect.Detector {
	return detect.Detector{
		Name: "cz_rc", Type: "CZ_RC", Category: detect.CategoryPII,
		Summary: "Czech and Slovak birth number", Validator: "birth date and mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"rodne cislo", "rc", "r.c.", "rodneho cisla", "birth number", "czech id", "slovak id"},
		Number: &detect.Number{
			Masks: []string{"999999/9999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				// The month carries the sex (plus 50) and, when numbers ran out, plus 20.
				month := number(s[2:4]) % 50 % 20
				ok := checksum.Mod(s, 11) == 0 || (checksum.Mod(s[:9], 11) == 10 && s[9] == '0')
				return verdict(ok && realDay(number(s[:2]), month, number(s[4:6])))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"rodné číslo 600613/6554", "840425/6982", "RC 9005211160"},
			Negative: []string{"rodné číslo 600613/6555", "rodné číslo 601413/6554", "rodné číslo 600613/65541", "objednávka 9005211160"},
			Source:   "own",
		},
	}
}

// eeLtPersonalCode builds the Estonian and the Lithuanian detector, whose numbers are built alike: the context decides.
func eeLtPersonalCode(name, typ string, context []string) detect.Detector {
	return detect.Detector{
		Name: name, Type: typ, Category: detect.CategoryPII,
		Summary: "Baltic personal code (" + typ[:2] + ")", Validator: "birth date and two-stage mod 11",
		Base: baseWeak, NeedContext: true, Context: context,
		Number: &detect.Number{Masks: []string{"99999999999"}, Validate: validBalticCode},
		Samples: detect.Samples{
			Positive: []string{context[0] + " 38208099100", context[0] + ": 46602246229", context[1] + " 47812055007"},
			Negative: []string{context[0] + " 38208099101", context[0] + " 382080991001", context[0] + " 38214099100", "order 38208099100"},
			Source:   "own",
		},
	}
}

func validBalticCode(s string) detect.Verdict {
	sum := checksum.Weighted(s[:10], 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if sum == 10 {
		sum = checksum.Weighted(s[:10], 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return verdict(s[0] >= '1' && s[0] <= '8' && dayYMD(s[1:7]) && sum == int(s[10]-'0'))
}

func czICO() detect.Detector {
	return detect.Detector{
		Name: "cz_ico", Type: "CZ_ICO", Category: detect.CategoryPII,
		Summary: "Czech and Slovak company number, also as a Czech VAT number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"identifikacni cislo", "identifikacne cislo", "dic", "obchodni rejstrik", "obchodny register", "s.r.o.", "czech company", "slovak company"},
		Number: &detect.Number{
			Masks:    []string{"99999999", "999-99-999", "CZ99999999"},
			Validate: func(s string) detect.Verdict { return validICO(s[len(s)-8:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"identifikační číslo 251-23-891", "DIČ CZ25123891", "Alfa s.r.o., 25123891"},
			Negative: []string{"DIČ CZ25123892", "identifikační číslo 251238911", "faktura 25123891", "favicon.ico?v=25123891", "251-23-891"},
			Source:   "published example and own",
		},
	}
}

// validICO takes eight digits, of which the first is not 9.
func validICO(s string) detect.Verdict {
	check := 11 - checksum.Weighted(s[:7], 8, 7, 6, 5, 4, 3, 2)%11
	return verdict(s[0] != '9' && !repeated(s) && check%10 == int(s[7]-'0'))
}

// czICOLabeled takes the short label only right before the number: files of icons and sales of tokens have that name too.
func czICOLabeled() detect.Detector {
	return detect.Detector{
		Name: "cz_ico_labeled", Type: "CZ_ICO", Category: detect.CategoryPII,
		Summary: "Czech and Slovak company number behind its label", Validator: "mod 11",
		Base: baseStrict,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)(?:^|[^A-Za-z0-9._\-])ico:? ?([0-9]{8}|[0-9]{3} [0-9]{2} [0-9]{3})(?:$|[^0-9A-Za-z])`,
			Keywords: []string{"ico: ", "ico:0", "ico:1", "ico:2", "ico:3", "ico:4", "ico:5", "ico:6", "ico:7", "ico:8", "ico 0", "ico 1", "ico 2", "ico 3", "ico 4", "ico 5", "ico 6", "ico 7", "ico 8"},
			Window:   24,
			Validate: func(s string) detect.Verdict { return validICO(digitsOnly(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"IČO 25123891", "IČO: 251 23 891", "sídlo Praha, IČO:25123891"},
			Negative: []string{"IČO 25123892", "IČO 251238911", "the ICO raised 25123891 dollars", "favicon.ico 25123891", "IČO 11111111"},
			Source:   "published example and own",
		},
	}
}

func huTAJ() detect.Detector {
	return detect.Detector{
		Name: "hu_taj", Type: "HU_TAJ", Category: detect.CategoryPII,
		Summary: "Hungarian social security number", Validator: "weights 3-7 mod 10",
		Base: baseShared, NeedContext: true,
		Context: []string{"taj", "taj szam", "taj-szam", "tajszam", "tarsadalombiztositasi azonosito", "tarsadalombiztositas", "hungarian social security"},
		Number: &detect.Number{
			Masks: []string{"999-999-999", "999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s) && checksum.Weighted(s[:8], 3, 7, 3, 7, 3, 7, 3, 7)%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"TAJ szám 713-268-201", "TAJ: 844012104", "TAJ-szám 781023643", "társadalombiztosítási azonosító 264-829-775", "tajszám 167065793"},
			Negative: []string{"TAJ 066-199-211", "TAJ 125265419", "TAJ 0556176268", "rendelés 002898830", "TAJ 111111111", "928-830-701"},
			Source:   "own",
		},
	}
}

func lvPK() detect.Detector {
	return detect.Detector{
		Name: "lv_pk", Type: "LV_PK", Category: detect.CategoryPII,
		Summary: "Latvian personal code", Validator: "birth date and mod 11, or prefix 32",
		Base: baseShared, NeedContext: true,
		Context: []string{"personas kods", "personas kodu", "personas koda", "p.k.", "latvian id", "latvian personal code"},
		Number: &detect.Number{
			Masks:    []string{"999999-99999", "99999999999"},
			Validate: validPersonasKods,
		},
		Samples: detect.Samples{
			Positive: []string{"personas kods 161175-19997", "personas kods: 020524-29976", "p.k. 08023025136", "Latvian personal code 280554-12340", "personas kodu 05033406393"},
			Negative: []string{"personas kods 161175-19998", "personas kods 161375-19997", "personas kods 323803178156", "pasūtījums 32407600531", "161175-19997", "personas kods 08070811819"},
			Source:   "published example and own",
		},
	}
}

// validPersonasKods judges codes with a birth date and the century at the seventh place, and those since 2017, which begin
// with 32 and say nothing.
func validPersonasKods(s string) detect.Verdict {
	check := (1 + checksum.Weighted(s[:10], 10, 5, 8, 4, 2, 1, 6, 3, 7, 9)) % 11 % 10
	known := s[:2] == "32" || dayDMY(s[:6]) && s[6] <= '2'
	return verdict(known && check == int(s[10]-'0'))
}
