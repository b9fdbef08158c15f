package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func nordic() []detect.Detector {
	return []detect.Detector{sePersonnummer(), seOrgnr(), fiHETU(), fiYTunnus(), noFNR(), noOrgnr(), dkCPR(), dkCVR(), isKennitala()}
}

func sePersonnummer() detect.Detector {
	return detect.Detector{
		Name: "se_personnummer", Type: "SE_PERSONNUMMER", Category: detect.CategoryPII,
		Summary: "Swedish personal identity number", Validator: "birth date and luhn",
		Base: 0.50, NeedContext: true,
		Context: []string{"personnummer", "persnr", "pnr", "samordningsnummer", "swedish id", "personal identity number", "personal number"},
		Number: &detect.Number{
			Masks:    []string{"999999-9999", "999999+9999", "9999999999", "99999999-9999", "999999999999"},
			Validate: validPersonnummer,
		},
		Samples: detect.Samples{
			Positive: []string{"personnummer 500926-3541", "19800425-7005", "personnummer: 9503134059"},
			Negative: []string{"personnummer 500926-3542", "personnummer 501326-3541", "personnummer 500926-35411", "order 5009263541"},
			Source:   "own",
		},
	}
}

// validPersonnummer judges yymmdd or yyyymmdd and four digits; a day above 60 marks a coordination number.
func validPersonnummer(s string) detect.Verdict {
	full := digitsOnly(s)
	short := full[len(full)-10:]
	if len(full) == 12 && full[:2] != "19" && full[:2] != "20" && full[:2] != "18" {
		return detect.Reject
	}
	day := number(short[4:6])
	if day > 60 {
		day -= 60
	}
	return verdict(realDay(number(short[:2]), number(short[2:4]), day) && checksum.Luhn(short))
}

// digitsOnly drops everything but digits, such as the century signs '+' and '-'.
func digitsOnly(s string) string {
	buf := make([]byte, 0, len(s))
	for i := range len(s) {
		if isDigit(s[i]) {
			buf = append(buf, s[i])
		}
	}
	return string(buf)
}

func seOrgnr() detect.Detector {
	return detect.Detector{
		Name: "se_orgnr", Type: "SE_ORGNR", Category: detect.CategoryPII,
		Summary: "Swedish organization number", Validator: "luhn and third digit",
		Base: baseShared, NeedContext: true,
		Context: []string{"organisationsnummer", "org.nr", "orgnr", "org nr", "org-nr", "organisation number", "momsregistreringsnummer"},
		Number: &detect.Number{
			Masks: []string{"999999-9999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[2] >= '2' && s[0] >= '1' && !repeated(s) && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"organisationsnummer 556373-1222", "org nr 5569411605", "orgnr 556208-8111"},
			Negative: []string{"orgnr 556373-1223", "orgnr 551373-1222", "orgnr 556373-12221"},
			Source:   "own",
		},
	}
}

func fiHETU() detect.Detector {
	return detect.Detector{
		Name: "fi_hetu", Type: "FI_HETU", Category: detect.CategoryPII,
		Summary: "Finnish personal identity code", Validator: "birth date and mod 31",
		Base:    baseStrict,
		Context: []string{"hetu", "henkilotunnus", "personbeteckning", "finnish id", "personal identity code", "sotu"},
		Number: &detect.Number{
			Masks:    []string{"999999-999X", "999999+999X", "999999A999X"},
			Validate: validHETU,
		},
		Samples: detect.Samples{
			Positive: []string{"henkilötunnus 281073-5922", "240774-623A", "hetu 131052A308T"},
			Negative: []string{"hetu 281073-5923", "hetu 321073-5922", "hetu 281073-59221", "hetu 131052G308T"},
			Source:   "published example and own",
		},
	}
}

// validHETU takes the check sign from the nine digits; the century sign is '+', '-' or a letter of two sets.
func validHETU(s string) detect.Verdict {
	if len(s) == 11 && !isDigit(s[6]) {
		if !hasByte("+ABCDEFYXWVU", s[6]) {
			return detect.Reject
		}
		s = s[:6] + s[7:]
	}
	const signs = "0123456789ABCDEFHJKLMNPRSTUVWXY"
	if !dayDMY(s[:6]) || number(s[6:9]) < 2 {
		return detect.Reject
	}
	return verdict(s[9] == signs[number(s[:9])%31])
}

func noFNR() detect.Detector {
	return detect.Detector{
		Name: "no_fnr", Type: "NO_FNR", Category: detect.CategoryPII,
		Summary: "Norwegian national identity number", Validator: "birth date and two mod 11",
		Base: baseStrict, NeedContext: true,
		Context: []string{"fodselsnummer", "personnummer", "fnr", "d-nummer", "norwegian id", "national identity number"},
		Number: &detect.Number{
			Masks:    []string{"99999999999", "999999 99999"},
			Validate: validFNR,
		},
		Samples: detect.Samples{
			Positive: []string{"fødselsnummer 25077542879", "fnr: 080689 46949", "personnummer 28028970058"},
			Negative: []string{"fødselsnummer 25077542878", "fnr 250775428791", "fnr 25137542879", "ordre 25077542879"},
			Source:   "own",
		},
	}
}

// validFNR takes 40 off the day of a temporary number. The three digits behind the birth date say the century: those
// from 500 to 899 stand for 1854 to 1899 and 2000 to 2039.
func validFNR(s string) detect.Verdict {
	day, year, serial := number(s[:2]), number(s[4:6]), number(s[6:9])
	if serial >= 500 && serial < 900 && year >= 40 && (serial >= 750 || year < 54) {
		return detect.Reject
	}
	if day > 40 {
		day -= 40
	}
	k1 := checksum.Weighted(s[:10], 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
	k2 := checksum.Weighted(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
	return verdict(realDay(year, number(s[2:4]), day) && k1%11 == 0 && k2%11 == 0)
}

func noOrgnr() detect.Detector {
	return detect.Detector{
		Name: "no_orgnr", Type: "NO_ORGNR", Category: detect.CategoryPII,
		Summary: "Norwegian organization number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"organisasjonsnummer", "org.nr", "orgnr", "org nr", "foretaksregisteret", "mva"},
		Number: &detect.Number{
			Masks: []string{"999999999", "999-999-999"},
			Validate: func(s string) detect.Verdict {
				return verdict((s[0] == '8' || s[0] == '9') && !repeated(s) && checksum.Weighted(s, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"organisasjonsnummer 945807156", "orgnr 920 961 541", "org nr 956903912"},
			Negative: []string{"orgnr 945807157", "orgnr 9458071561", "pakke 945807156"},
			Source:   "own",
		},
	}
}

func dkCPR() detect.Detector {
	return detect.Detector{
		Name: "dk_cpr", Type: "DK_CPR", Category: detect.CategoryPII,
		Summary: "Danish civil registration number", Validator: "birth date; mod 11 only raises the score",
		Base: baseFormat, ValidBase: 0.45, NeedContext: true,
		Context: []string{"cpr", "cpr-nummer", "cpr nummer", "cpr-nr", "cpr nr", "personnummer", "danish id"},
		Number: &detect.Number{
			Masks: []string{"999999-9999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				switch {
				case !dayDMY(s[:6]):
					return detect.Reject
				case checksum.Weighted(s, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0:
					return detect.Valid
				}
				return detect.Plausible
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CPR 260758-5685", "CPR-nummer: 0909923262", "cpr nr 130758-8393"},
			Negative: []string{"CPR 321358-5685", "CPR 260758-56851", "ordre 260758-5686"},
			Source:   "own",
		},
	}
}

func dkCVR() detect.Detector {
	return detect.Detector{
		Name: "dk_cvr", Type: "DK_CVR", Category: detect.CategoryPII,
		Summary: "Danish company number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"cvr", "cvr-nr", "cvr nr", "cvr-nummer", "momsnummer", "virksomhed"},
		Number: &detect.Number{
			Masks: []string{"99999999", "99-99-99-99", "DK99999999"},
			Validate: func(s string) detect.Verdict {
				s = s[len(s)-8:]
				return verdict(s[0] != '0' && !repeated(s) && checksum.Weighted(s, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CVR 59262521", "CVR-nr: 79 11 11 55", "cvr DK75648340"},
			Negative: []string{"CVR 59262522", "CVR 592625211", "kasse 59262521"},
			Source:   "own",
		},
	}
}

func isKennitala() detect.Detector {
	return detect.Detector{
		Name: "is_kennitala", Type: "IS_KENNITALA", Category: detect.CategoryPII,
		Summary: "Icelandic identification number", Validator: "birth date, century and mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"kennitala", "kt", "kt.", "icelandic id"},
		Number: &detect.Number{
			Masks: []string{"999999-9999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				day := number(s[:2])
				if day > 40 { // companies
					day -= 40
				}
				sum := checksum.Weighted(s[:9], 3, 2, 7, 6, 5, 4, 3, 2, 1)
				return verdict(realDay(number(s[4:6]), number(s[2:4]), day) && hasByte("890", s[9]) && sum%11 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"kennitala 031181-2599", "kt. 100657-9539", "Kennitala: 1112920789"},
			Negative: []string{"kennitala 031181-2699", "kennitala 031181-25991", "kennitala 321381-2599"},
			Source:   "own",
		},
	}
}

func fiYTunnus() detect.Detector {
	return detect.Detector{
		Name: "fi_ytunnus", Type: "FI_YTUNNUS", Category: detect.CategoryPII,
		Summary: "Finnish business number, also as a VAT number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"y-tunnus", "y tunnus", "ytunnus", "yritystunnus", "fo-nummer", "business id", "alv", "alv-numero", "finnish vat"},
		Number: &detect.Number{
			Masks: []string{"9999999-9", "FI99999999"},
			Validate: func(s string) detect.Verdict {
				s = s[len(s)-8:]
				r := checksum.Weighted(s[:7], 7, 9, 10, 5, 8, 4, 2) % 11
				return verdict(r != 1 && !repeated(s) && elevenLess(r) == int(s[7]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Y-tunnus 2077474-0", "Y-tunnus: 8042774-0", "ALV-numero FI38646966", "FO-nummer 8051590-0", "business ID 2077474-0"},
			Negative: []string{"Y-tunnus 2077474-1", "Y-tunnus 5262022-88", "tilaus 6839502-9", "Y-tunnus FI42435716", "3314518-5", "Y-tunnus 1111111-1"},
			Source:   "published example and own",
		},
	}
}
