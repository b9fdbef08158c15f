package pii

import "guardrails/shared/detect"

func passports() []detect.Detector {
	return []detect.Detector{passport(), auPassport(), caPassport(), esPassport(), frPassport(), inPassport(), itPassport(), krPassport(), ukPassport()}
}

// passport is any country's: a word for it stands right before the number. The countries' own detectors, which ask for
// a word of the country or have a shape of their own, score higher.
func passport() detect.Detector {
	return detect.Detector{
		Name: "passport", Type: "PASSPORT", Category: detect.CategoryPII,
		Summary: "Passport number of any country behind its label",
		Base:    0.60,
		Pattern: &detect.Pattern{
			Behind: true,
			Regexp: cued(`(?:passport|passeport|pasaporte|passaporto|passaporte|reisepass(?:nummer)?|paspoort(?:nummer)?|paszportu?|passnummer|pass-nr\.?)(?: numero| nummer| numer)?`,
				`[A-Z]{1,3} ?[0-9]{6,9}[A-Z]{0,2}|[A-Z]{1,2}[A-Z0-9]{6}[0-9]|[0-9]{2} ?[A-Z]{2} ?[0-9]{5}|[0-9]{7,9}`),
			Keywords: []string{"passport", "passeport", "pasaporte", "passaport", "reisepass", "paspoort", "paszport", "passnummer", "pass-nr"},
			Window:   24,
			Ahead:    64,
			Validate: digitsAtLeast(5),
		},
		Samples: detect.Samples{
			Positive: []string{"passport no. K2048193", "Reisepass: P482019C", "pasaporte número G1204819", "paspoort NX5R20481", "passport number: 2048193"},
			Negative: []string{"passport 12345", "the passport of 2019", "passport office, room 204", "passport K20481937755", "form K2048193", "passport photos 35x45"},
			Source:   "own",
		},
	}
}

func auPassport() detect.Detector {
	return detect.Detector{
		Name: "au_passport", Type: "AU_PASSPORT", Category: detect.CategoryPII,
		Summary: "Australian passport number beside its name", Validator: "letters of the series",
		Base: baseShared, NeedContext: true,
		Context: []string{"australian passport", "australia passport", "passport australia", "aus passport", "au passport"},
		Number: &detect.Number{
			Masks: []string{"A9999999", "AA9999999"},
			Validate: func(s string) detect.Verdict {
				if len(s) == 9 && !hasByte("PR", s[0]) || !hasByte("CDEFGHJKLMNPRSTUVX", s[0]) {
					return detect.Reject
				}
				return notFiller(s[len(s)-7:])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Australian passport N4820193", "Australian passport number: PA7204815", "AU passport E2048193", "passport (Australia passport) RA1928374", "Passport Australia: M1928375"},
			Negative: []string{"Australian passport N482019", "Australian passport N48201933", "Australian passport Q4820193", "part N4820193", "Australian passport QA7204815", "Australian passport N0000000"},
			Source:   "own",
		},
	}
}

func caPassport() detect.Detector {
	return detect.Detector{
		Name: "ca_passport", Type: "CA_PASSPORT", Category: detect.CategoryPII,
		Summary: "Canadian passport number beside its name",
		Base:    baseShared, NeedContext: true,
		Context: []string{"canadian passport", "canada passport", "passport canada", "passeport canadien", "passeport du canada", "passeport canada"},
		Number: &detect.Number{
			Masks:    []string{"AA999999", "A999999AA"},
			Validate: func(s string) detect.Verdict { return notFiller(digitsOnly(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"Canadian passport GA302922", "passeport canadien: HK204819", "Canada passport number A204819BC", "Passport Canada AB120483", "her Canadian passport is QX718204"},
			Negative: []string{"Canadian passport GA30292", "Canadian passport GA3029221", "Canadian passport 302922GA", "part GA302922", "Canadian passport GA000000"},
			Source:   "specimen and own",
		},
	}
}

func esPassport() detect.Detector {
	return detect.Detector{
		Name: "es_passport", Type: "ES_PASSPORT", Category: detect.CategoryPII,
		Summary: "Spanish passport number",
		Base:    baseShared, NeedContext: true,
		Context: []string{"pasaporte", "pasaporte espanol", "numero de pasaporte", "spanish passport", "passaport", "pasaporte n", "passport spain"},
		Number: &detect.Number{
			Masks:    []string{"AAA999999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[3:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"pasaporte AAB482019", "número de pasaporte: XDD204817", "Spanish passport PAC718204", "pasaporte español BAF120483", "Pasaporte nº ZAB204819"},
			Negative: []string{"pasaporte AAB48201", "pasaporte AAB4820199", "pieza AAB482019", "pasaporte AAB000000", "pasaporte en la maleta"},
			Source:   "own",
		},
	}
}

func frPassport() detect.Detector {
	return detect.Detector{
		Name: "fr_passport", Type: "FR_PASSPORT", Category: detect.CategoryPII,
		Summary: "French passport number",
		Base:    baseShared, NeedContext: true,
		Context: []string{"passeport", "passeport francais", "numero de passeport", "french passport", "passeport n", "passport france", "passport"},
		Number: &detect.Number{
			Masks:    []string{"99AA99999", "99 AA 99999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[4:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"passeport 12AB34567", "numéro de passeport : 14CV28143", "French passport 09PE72048", "passeport français 18 FA 20481", "Passeport n° 20EH48201"},
			Negative: []string{"passeport 12AB3456", "passeport 12AB345678", "article 12AB34567", "passeport 12AB00000", "passeport de 12 pages"},
			Source:   "own",
		},
	}
}

func inPassport() detect.Detector {
	return detect.Detector{
		Name: "in_passport", Type: "IN_PASSPORT", Category: detect.CategoryPII,
		Summary: "Indian passport number beside its name", Validator: "letters and digits in use by place",
		Base: baseShared, NeedContext: true,
		Context: []string{"indian passport", "india passport", "passport india", "passport of india", "republic of india passport", "passport seva", "पासपोर्ट"},
		Number: &detect.Number{
			Masks: []string{"A9999999", "A99 99999"},
			Validate: func(s string) detect.Verdict {
				if hasByte("QXZ", s[0]) || s[1] == '0' || s[7] == '0' {
					return detect.Reject
				}
				return notFiller(s[1:])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Indian passport K2048193", "passport of India: J8369854", "Indian passport number M12 04819", "पासपोर्ट R7204815", "Passport Seva file for Z's wife: T4820193"},
			Negative: []string{"Indian passport K0048193", "Indian passport K2048190", "Indian passport Q2048193", "part K2048193", "Indian passport K20481933", "Indian passport K204819"},
			Source:   "own",
		},
	}
}

func itPassport() detect.Detector {
	return detect.Detector{
		Name: "it_passport", Type: "IT_PASSPORT", Category: detect.CategoryPII,
		Summary: "Italian passport number",
		Base:    baseShared, NeedContext: true,
		Context: []string{"passaporto", "passaporto italiano", "numero di passaporto", "numero passaporto", "italian passport", "passport italy"},
		Number: &detect.Number{
			Masks:    []string{"AA9999999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[2:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"passaporto YA4820193", "numero di passaporto: YB7204815", "Italian passport AA1928374", "passaporto italiano n. YC2048193", "Passaporto n° YA1204837"},
			Negative: []string{"passaporto YA482019", "passaporto YA48201933", "articolo YA4820193", "passaporto YA0000000", "passaporto scaduto nel 2019"},
			Source:   "own",
		},
	}
}

func krPassport() detect.Detector {
	return detect.Detector{
		Name: "kr_passport", Type: "KR_PASSPORT", Category: detect.CategoryPII,
		Summary: "Korean passport number beside its name", Validator: "letters of the kinds",
		Base: 0.35, NeedContext: true,
		Context: []string{"여권", "여권번호", "대한민국 여권", "korean passport", "south korean passport", "republic of korea passport", "passport korea", "korea passport"},
		Number: &detect.Number{
			Masks: []string{"A99999999", "A999A9999"},
			Validate: func(s string) detect.Verdict {
				if !hasByte("MSRGD", s[0]) {
					return detect.Reject
				}
				return notFiller(s[5:])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"여권번호 M48201937", "Korean passport: M123A4567", "여권: S20481935", "South Korean passport R72048153", "대한민국 여권 M718B2048"},
			Negative: []string{"여권번호 A48201937", "여권번호 M4820193", "여권번호 M482019377", "part M48201937", "여권번호 M12AA4567"},
			Source:   "own",
		},
	}
}

func ukPassport() detect.Detector {
	return detect.Detector{
		Name: "uk_passport", Type: "UK_PASSPORT", Category: detect.CategoryPII,
		Summary: "UK passport number beside its name",
		Base:    0.35, NeedContext: true,
		Context: []string{"uk passport", "british passport", "united kingdom passport", "passport uk", "gb passport", "hm passport office", "gbr passport"},
		Number: &detect.Number{
			Masks: []string{"999999999"},
			Validate: func(s string) detect.Verdict {
				if s[0] == '0' && s[1] == '0' {
					return detect.Reject
				}
				return notFiller(s)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"UK passport 925665416", "British passport number: 548203917", "passport (UK passport) no 720481593", "HM Passport Office issued 340912685", "his GB passport is 517204839"},
			Negative: []string{"UK passport 92566541", "UK passport 9256654166", "parcel 925665416", "UK passport 005665416", "UK passport 555555555"},
			Source:   "specimen and own",
		},
	}
}
