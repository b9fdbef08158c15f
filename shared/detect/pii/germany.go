package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func germanSpeaking() []detect.Detector {
	return []detect.Detector{deTaxID(), deIDCard(), dePassport(), deSocialSecurity(), deVAT(), deHealthInsurance(), deTaxNumber(), deDriverLicense(), chAHV(), chUID(), atSVNR()}
}

func deTaxID() detect.Detector {
	return detect.Detector{
		Name: "de_tax_id", Type: "DE_TAX_ID", Category: detect.CategoryPII,
		Summary: "German tax identification number", Validator: "iso7064_mod11_10 and digit counts",
		Base: 0.50, NeedContext: true,
		Context: []string{
			"steuer-id", "steuer id", "steuerid", "steueridentifikationsnummer", "steuerliche identifikationsnummer", "identifikationsnummer", "steuernummer", "idnr", "id-nr",
			"tax id", "german tax", "tin", "finanzamt",
		},
		Number: &detect.Number{
			Masks:    []string{"99999999999", "99-999-999-999"},
			Validate: validDETaxID,
		},
		Samples: detect.Samples{
			Positive: []string{"Steuer-ID: 13570869260", "steuerliche Identifikationsnummer 97 041 569 232", "IdNr 47062965185"},
			Negative: []string{"Steuer-ID 13570869261", "Steuer-ID 135708692601", "Auftrag 13570869260", "IdNr 12345678903"},
			Source:   "own",
		},
	}
}

// validDETaxID wants exactly one digit of the first ten to occur twice or thrice, as the number is drawn.
func validDETaxID(s string) detect.Verdict {
	var count [10]int
	for i := range 10 {
		count[s[i]-'0']++
	}
	doubled := 0
	for _, n := range count {
		if n > 3 {
			return detect.Reject
		}
		if n > 1 {
			doubled++
		}
	}
	return verdict(s[0] != '0' && doubled == 1 && checksum.Mod11Radix10(s))
}

func deIDCard() detect.Detector {
	return detect.Detector{
		Name: "de_id_card", Type: "DE_ID_CARD", Category: detect.CategoryPII,
		Summary: "German identity card number", Validator: "7-3-1",
		Base: 0.45, NeedContext: true,
		Context: []string{"personalausweis", "ausweis", "ausweisnummer", "personalausweisnummer", "perso", "identity card", "id card", "carte d'identite", "documento de identidad"},
		Number: &detect.Number{
			Masks:    []string{"AXXXXXXXX9", "A999999999"},
			Validate: func(s string) detect.Verdict { return verdict(germanSerial(s, "LMNPRTVWXY")) },
		},
		Samples: detect.Samples{
			Positive: []string{"Personalausweis T220001293", "Ausweisnummer: L01X00T471", "identity card LZ6311T475"},
			Negative: []string{"Personalausweis T220001294", "Ausweis T2200012931", "Artikel T220001293"},
			Source:   "published specimens",
		},
	}
}

// germanSerial checks a nine-character serial from the limited alphabet with its 7-3-1 digit.
func germanSerial(s, first string) bool {
	const alphabet = "0123456789CFGHJKLMNPRTVWXYZ"
	for i := range 9 {
		if !hasByte(alphabet, s[i]) {
			return false
		}
	}
	return hasByte(first, s[0]) && checksum.MRZ(s)
}

func hasByte(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

func dePassport() detect.Detector {
	return detect.Detector{
		Name: "de_passport", Type: "DE_PASSPORT", Category: detect.CategoryPII,
		Summary: "German passport number", Validator: "7-3-1",
		Base: 0.45, NeedContext: true,
		Context: []string{"reisepass", "reisepassnummer", "pass", "passnummer", "passport", "german passport", "passeport", "pasaporte"},
		Number: &detect.Number{
			Masks:    []string{"AXXXXXXXX9"},
			Validate: func(s string) detect.Verdict { return verdict(germanSerial(s, "CFGHJK")) },
		},
		Samples: detect.Samples{
			Positive: []string{"Reisepass C01X0006H1", "passport C01XYCCG91", "Passnummer: K4RT81LH05"},
			Negative: []string{"Reisepass C01X0006H2", "Reisepass C01X0006H12", "Reisepass C01O0006H1", "Artikel C01X0006H1"},
			Source:   "published specimen and own",
		},
	}
}

func deSocialSecurity() detect.Detector {
	return detect.Detector{
		Name: "de_social_security", Type: "DE_SOCIAL_SECURITY", Category: detect.CategoryPII,
		Summary: "German pension insurance number", Validator: "birth date and weighted mod 10",
		Base:    baseStrict,
		Context: []string{"rentenversicherung", "rentenversicherungsnummer", "sozialversicherungsnummer", "sv-nummer", "rvnr", "versicherungsnummer", "svnr", "pension insurance"},
		Number: &detect.Number{
			Masks:    []string{"99999999A999", "99 999999 A 999"},
			Validate: validDESocial,
		},
		Samples: detect.Samples{
			Positive: []string{"Sozialversicherungsnummer 65070649C104", "RVNR 15 070649 C 103", "SV-Nummer 13120981M077"},
			Negative: []string{"RVNR 65070649C105", "RVNR 65451349C105", "RVNR 650706490C103"},
			Source:   "published examples and own",
		},
	}
}

// validDESocial reads area, birth day, first letter of the birth name, serial and check digit.
func validDESocial(s string) detect.Verdict {
	v := checksum.Value(s[8]) - 9
	if !dayDMY(s[2:8]) || v < 1 {
		return detect.Reject
	}
	digits := s[:8] + string([]byte{byte('0' + v/10), byte('0' + v%10)}) + s[9:11]
	weights := [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1}
	sum := 0
	for i, w := range weights {
		p := int(digits[i]-'0') * w
		sum += p/10 + p%10
	}
	return verdict(sum%10 == int(s[11]-'0'))
}

func deVAT() detect.Detector {
	return detect.Detector{
		Name: "de_vat", Type: "DE_VAT", Category: detect.CategoryPII,
		Summary: "German value added tax number", Validator: "iso7064_mod11_10",
		Base:    baseStrict,
		Context: []string{"ust-id", "ust-idnr", "umsatzsteuer", "umsatzsteuer-identifikationsnummer", "vat", "vat number", "vat id"},
		Number: &detect.Number{
			Masks:    []string{"DE999999999", "DE 999999999", "DE 999 999 999"},
			Validate: func(s string) detect.Verdict { return verdict(s[2] != '0' && checksum.Mod11Radix10(s[2:])) },
		},
		Samples: detect.Samples{
			Positive: []string{"USt-IdNr. DE252424991", "VAT DE258083988", "DE 787887250"},
			Negative: []string{"VAT DE252424992", "VAT DE2524249911", "VAT DE052424991"},
			Source:   "own",
		},
	}
}

func chAHV() detect.Detector {
	return detect.Detector{
		Name: "ch_ahv", Type: "CH_AHV", Category: detect.CategoryPII,
		Summary: "Swiss social security number", Validator: "ean-13",
		Base:    baseStrict,
		Context: []string{"ahv", "ahv-nummer", "ahv-nr", "avs", "numero avs", "sozialversicherungsnummer", "oasi", "versichertennummer"},
		Number: &detect.Number{
			Masks:    []string{"756.9999.9999.99", "7569999999999", "756 9999 9999 99"},
			Validate: func(s string) detect.Verdict { return verdict(checksum.EAN13(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"AHV 756.9217.0769.85", "numéro AVS 7563302334592", "756.8735.9126.69"},
			Negative: []string{"AHV 756.9217.0769.84", "AHV 755.9217.0769.85", "AHV 75692170769851"},
			Source:   "published example and own",
		},
	}
}

func atSVNR() detect.Detector {
	return detect.Detector{
		Name: "at_svnr", Type: "AT_SVNR", Category: detect.CategoryPII,
		Summary: "Austrian social security number", Validator: "birth date and mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"svnr", "sv-nr", "sv-nummer", "sozialversicherungsnummer", "sozialversicherung", "versicherungsnummer", "e-card", "austrian social"},
		Number: &detect.Number{
			Masks:    []string{"9999999999", "9999-999999"},
			Validate: validSVNR,
		},
		Samples: detect.Samples{
			Positive: []string{"SVNR 6111 100167", "Sozialversicherungsnummer 5805110795", "SV-Nr: 1237 010180"},
			Negative: []string{"SVNR 6112 100167", "SVNR 6111 101367", "SVNR 61111001671", "Bestellung 5805110795"},
			Source:   "published example 1237 010180 and own",
		},
	}
}

func validSVNR(s string) detect.Verdict {
	sum := checksum.Weighted(s[:3]+s[4:], 3, 7, 9, 5, 8, 4, 2, 1, 6)
	// Months 13 to 15 are handed out when the numbers of a day run out.
	day := s[4:6] + s[6:8] + s[8:]
	extra := number(s[6:8]) > 12 && number(s[6:8]) <= 15
	return verdict(s[0] != '0' && sum%11 == int(s[3]-'0') && (extra || dayDMY(day)))
}

func deHealthInsurance() detect.Detector {
	return detect.Detector{
		Name: "de_health_insurance", Type: "DE_HEALTH_INSURANCE", Category: detect.CategoryPII,
		Summary: "German health insurance number", Validator: "weighted mod 10 with the letter's value",
		Base: 0.45, NeedContext: true,
		Context: []string{
			"krankenversichertennummer", "krankenversicherungsnummer", "versichertennummer", "versicherten-nr", "versichertennr", "kvnr", "kv-nummer", "krankenkasse", "krankenversicherung", "gesundheitskarte", "egk", "aok", "barmer",
		},
		Number: &detect.Number{
			Masks:    []string{"A999999999", "A99-999-999-9"},
			Validate: validKVNR,
		},
		Samples: detect.Samples{
			Positive: []string{"Krankenversichertennummer X128432541", "Versichertennummer: U896562770", "KVNR P580215180", "Gesundheitskarte K211258030", "Krankenkasse AOK, I726151120"},
			Negative: []string{"KVNR W091446624", "KVNR G4692376862", "Artikel T615908557", "KVNR A000000000", "KVNR X397408967 alt"},
			Source:   "own",
		},
	}
}

// validKVNR weights the two digits of the letter's place in the alphabet and eight digits by 1 and 2 in turn.
func validKVNR(s string) detect.Verdict {
	v := checksum.Value(s[0]) - 9
	digits := string([]byte{byte('0' + v/10), byte('0' + v%10)}) + s[1:9]
	sum := 0
	for i := range digits {
		p := int(digits[i]-'0') * (1 + i%2)
		sum += p/10 + p%10
	}
	return verdict(!repeated(s[1:]) && sum%10 == int(s[9]-'0'))
}

func deTaxNumber() detect.Detector {
	return detect.Detector{
		Name: "de_tax_number", Type: "DE_TAX_NUMBER", Category: detect.CategoryPII,
		Summary: "German tax number of a tax office beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"steuernummer", "steuer-nr", "steuernr", "st.-nr", "st-nr", "stnr", "st.nr", "steuer nr", "steuer nummer", "german tax number"},
		Number: &detect.Number{
			Masks:    []string{"99/999/99999", "999/999/99999", "999/9999/9999", "99999/99999", "99 999 99999", "999 999 99999", "999 9999 9999", "9999999999999"},
			Validate: validTaxNumber,
		},
		Samples: detect.Samples{
			Positive: []string{"Steuernummer 93/815/08152", "St.-Nr. 181/815/08155", "Steuer-Nr: 133/8150/8159", "Steuernummer beim Finanzamt: 24/815/08151", "Steuernummer 2893081508152", "StNr 201 123 12340"},
			Negative: []string{"Steuernummer 93/815/0815", "Steuernummer 2893181508152", "Artikel 93/815/08152", "Steuernummer 00/000/00000", "Steuernummer 93/815/081522", "Finanzamt, Zimmer 93/815", "Finanzamt, Tel. 221 973 41234"},
			Source:   "published examples and own",
		},
	}
}

// deTaxStates are the numbers of states that the unified form begins with, beside 5 and 9.
const deTaxStates = " 10 11 21 22 23 24 26 27 28 30 31 32 40 41 "

// validTaxNumber knows of the unified form that it begins with the number of a state and has 0 at the fifth place.
func validTaxNumber(s string) detect.Verdict {
	if len(s) == 13 {
		state := s[0] == '5' || s[0] == '9' || strings.Contains(deTaxStates, " "+s[:2]+" ")
		if s[4] != '0' || !state {
			return detect.Reject
		}
	}
	return notFiller(s)
}

func deDriverLicense() detect.Detector {
	return detect.Detector{
		Name: "de_driver_license", Type: "DE_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "German driver's license number beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"fuhrerschein", "fuhrerscheinnummer", "fuhrerschein-nr", "fuehrerschein", "fahrerlaubnis", "fahrerlaubnisnummer", "german driver's license", "german driving licence", "german driver license"},
		Number: &detect.Number{
			Masks:    []string{"X99XXXXXX9X"},
			Validate: germanLicense,
		},
		Samples: detect.Samples{
			Positive: []string{"Führerschein B072RRE2I55", "Führerscheinnummer: J010000SD51", "Fahrerlaubnis N0704578Z62", "German driving licence F0100LQUA01", "Führerschein-Nr. K120482F731"},
			Negative: []string{"Führerschein B072RRE2I5", "Führerschein B072RRE2I555", "Teil B072RRE2I55", "Führerschein 12345678901", "Führerschein BX72RRE2I55", "Führerschein seit 2019"},
			Source:   "published specimen and own",
		},
	}
}

// germanLicense wants a letter: eleven digits are something else.
func germanLicense(s string) detect.Verdict {
	if checksum.IsDigits(s) {
		return detect.Reject
	}
	return detect.Plausible
}

func chUID() detect.Detector {
	return detect.Detector{
		Name: "ch_uid", Type: "CH_UID", Category: detect.CategoryPII,
		Summary: "Swiss business number", Validator: "mod 11",
		Base:    baseStrict,
		Context: []string{"uid", "uid-nummer", "unternehmens-identifikationsnummer", "mwst", "mwst-nr", "numero ide", "ide", "tva", "idi", "iva", "handelsregister"},
		Number: &detect.Number{
			Masks: []string{"CHE-999.999.999", "CHE999999999", "CHE 999 999 999", "CHE-999-999-999"},
			Validate: func(s string) detect.Verdict {
				return verdict((11-checksum.Weighted(s[3:11], 5, 4, 3, 2, 7, 6, 5, 4)%11)%11 == int(s[11]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"UID CHE-100.155.212", "MWST-Nr. CHE-299.053.710 MWST", "numéro IDE CHE620646444", "CHE 410 326 497", "IDI CHE-597-068-783"},
			Negative: []string{"UID CHE-100.155.213", "UID CHE-100.155.2122", "UID CHF-100.155.212", "UID CHE065550577", "CHE-100.155"},
			Source:   "published example and own",
		},
	}
}
