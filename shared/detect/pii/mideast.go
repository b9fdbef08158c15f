package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func middleEastAfrica() []detect.Detector {
	return []detect.Detector{ilID(), trTCKN(), zaID(), aeEmiratesID(), saNationalID(), egNationalID(), ngNIN(), keKRAPIN()}
}

func ilID() detect.Detector {
	return detect.Detector{
		Name: "il_id", Type: "IL_ID", Category: detect.CategoryPII,
		Summary: "Israeli identity number", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"teudat zehut", "תעודת זהות", "ת.ז.", "מספר זהות", "israeli id", "israel id"},
		Number: &detect.Number{
			Masks:    []string{"999999999", "99999999-9"},
			Validate: func(s string) detect.Verdict { return verdict(!repeated(s) && checksum.Luhn(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"teudat zehut 531393247", "Israeli ID: 612188383", "תעודת זהות 322482043"},
			Negative: []string{"teudat zehut 531393248", "Israeli ID 5313932471", "parcel 531393247"},
			Source:   "own",
		},
	}
}

func trTCKN() detect.Detector {
	return detect.Detector{
		Name: "tr_tckn", Type: "TR_TCKN", Category: detect.CategoryPII,
		Summary: "Turkish identification number", Validator: "two mod 10",
		Base: 0.60, NeedContext: true,
		Context: []string{"tckn", "tc kimlik", "tc kimlik no", "t.c. kimlik no", "kimlik numarasi", "kimlik no", "turkish id", "vatandaslik"},
		Number: &detect.Number{
			Masks: []string{"99999999999"},
			Validate: func(s string) detect.Verdict {
				odd := checksum.Weighted(s[:9], 7, -1, 7, -1, 7, -1, 7, -1, 7)
				all := checksum.Weighted(s[:10], 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
				return verdict(s[0] != '0' && (odd%10+10)%10 == int(s[9]-'0') && all%10 == int(s[10]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"TCKN 10000000146", "TC kimlik no: 68932254144", "kimlik no 65270074472"},
			Negative: []string{"TCKN 10000000147", "TCKN 100000001461", "sipariş 68932254144"},
			Source:   "published specimen and own",
		},
	}
}

func zaID() detect.Detector {
	return detect.Detector{
		Name: "za_id", Type: "ZA_ID", Category: detect.CategoryPII,
		Summary: "South African identity number", Validator: "birth date, citizenship and luhn",
		Base: 0.60, NeedContext: true,
		Context: []string{"south african id", "sa id", "rsa id", "id number", "identity number", "id no", "id", "identiteitsnommer"},
		Number: &detect.Number{
			Masks: []string{"9999999999999", "999999 9999 999", "999999 9999 99 9"},
			Validate: func(s string) detect.Verdict {
				return verdict(dayYMD(s[:6]) && s[10] <= '2' && (s[11] == '8' || s[11] == '9') && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"South African ID 7502124317080", "ID number: 990709 8679 084", "SA ID 5108169907082"},
			Negative: []string{"SA ID 7502124317081", "SA ID 7513124317080", "SA ID 75021243170801", "lot 7502124317080"},
			Source:   "own",
		},
	}
}

func aeEmiratesID() detect.Detector {
	return detect.Detector{
		Name: "ae_emirates_id", Type: "AE_EMIRATES_ID", Category: detect.CategoryPII,
		Summary: "Emirates identity card number", Validator: "birth year and luhn",
		Base: 0.50, NeedContext: true,
		Context: []string{"emirates id", "emirates", "eid", "uae id", "الهوية", "رقم الهوية"},
		Number: &detect.Number{
			Masks: []string{"784-9999-9999999-9", "784999999999999"},
			Validate: func(s string) detect.Verdict {
				year := number(s[3:7])
				return verdict(year >= 1900 && year < 2100 && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Emirates ID 784-1980-1234567-8", "UAE ID: 784199248201933", "784-2001-7203144-3"},
			Negative: []string{"Emirates ID 784-1780-1234567-1", "Emirates ID 785-1980-1234567-1", "Emirates ID 784-1980-12345671-1"},
			Source:   "own",
		},
	}
}

func saNationalID() detect.Detector {
	return detect.Detector{
		Name: "sa_national_id", Type: "SA_NATIONAL_ID", Category: detect.CategoryPII,
		Summary: "Saudi national identity and residence number", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"saudi id", "iqama", "saudi national", "رقم الهوية", "الهوية الوطنية", "الاقامة"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict((s[0] == '1' || s[0] == '2') && !repeated(s) && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Saudi ID 1082019371", "iqama: 2482019375", "Saudi national 1203144868"},
			Negative: []string{"Saudi ID 3082019371", "iqama 24820193751", "order 1082019371"},
			Source:   "own",
		},
	}
}

func egNationalID() detect.Detector {
	return detect.Detector{
		Name: "eg_national_id", Type: "EG_NATIONAL_ID", Category: detect.CategoryPII,
		Summary: "Egyptian national identity number", Validator: "birth date and governorate",
		Base: 0.40, NeedContext: true,
		Context: []string{"الرقم القومي", "رقم قومي", "بطاقة الرقم القومي", "egyptian id", "egyptian national id", "egypt", "national id", "raqam qawmi"},
		Number: &detect.Number{
			Masks:    []string{"99999999999999"},
			Validate: validEgyptian,
		},
		Samples: detect.Samples{
			Positive: []string{"الرقم القومي 26510040417210", "Egyptian ID 29001011234567", "national ID: 25905230100269", "الرقم القومي ٢٩٠٠١٠١١٢٣٤٥٦٧", "Egypt, national ID 27905232253298"},
			Negative: []string{"Egyptian ID 19001011234567", "Egyptian ID 29013011234567", "Egyptian ID 29001019934567", "Egyptian ID 290010112345677", "order 29001011234567"},
			Source:   "own",
		},
	}
}

// validEgyptian reads century (2 for 19xx, 3 for 20xx), birth date and governorate.
func validEgyptian(s string) detect.Verdict {
	place := number(s[7:9])
	known := place >= 1 && place <= 4 || place >= 11 && place <= 19 || place >= 21 && place <= 29 || place >= 31 && place <= 35 || place == 88
	return verdict(known && (s[0] == '2' || s[0] == '3') && realDay(number(s[1:3]), number(s[3:5]), number(s[5:7])))
}

func ngNIN() detect.Detector {
	return detect.Detector{
		Name: "ng_nin", Type: "NG_NIN", Category: detect.CategoryPII,
		Summary: "Nigerian identity number beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"nin", "nimc", "nigerian national identification", "nigerian id", "nigeria national identity", "nin slip"},
		Number: &detect.Number{
			Masks:    []string{"99999999999", "9999 999 9999"},
			Validate: notFiller,
		},
		Samples: detect.Samples{
			Positive: []string{"NIN 48201937755", "NIMC: 20481937752", "NIN slip 7204 815 9371", "Nigerian ID 30204819377", "my NIN is 12048193775"},
			Negative: []string{"NIN 4820193775", "NIN 482019377555", "order 48201937755", "NIN 11111111111", "Nine 48201937755"},
			Source:   "own",
		},
	}
}

func keKRAPIN() detect.Detector {
	return detect.Detector{
		Name: "ke_kra_pin", Type: "KE_KRA_PIN", Category: detect.CategoryPII,
		Summary: "Kenyan tax number beside its name", Validator: "lead letter",
		Base: 0.25, NeedContext: true,
		Context: []string{"kra", "kra pin", "itax", "pin", "pin number", "kenya revenue", "kenya"},
		Number: &detect.Number{
			Masks: []string{"A999999999A"},
			Validate: func(s string) detect.Verdict {
				if s[0] != 'A' && s[0] != 'P' {
					return detect.Reject
				}
				return notFiller(s[1:10])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"KRA PIN A004820193K", "iTax: P051234567Q", "PIN number A012048193Z", "Kenya Revenue Authority PIN P000591157R", "her KRA PIN is A007204815M"},
			Negative: []string{"KRA PIN B004820193K", "KRA PIN A00482019K", "KRA PIN A0048201933K", "part A004820193K", "KRA PIN A000000000K"},
			Source:   "own",
		},
	}
}
