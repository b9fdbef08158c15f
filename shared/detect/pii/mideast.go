package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func middleEastAfrica() []detect.Detector {
	return []detect.Detector{ilID(), trTCKN(), zaID(), aeEmiratesID(), saNationalID()}
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
