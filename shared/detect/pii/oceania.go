package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func oceania() []detect.Detector {
	return []detect.Detector{auTFN(), auABN(), auACN(), auMedicare(), nzIRD(), nzNHI()}
}

func auTFN() detect.Detector {
	return detect.Detector{
		Name: "au_tfn", Type: "AU_TFN", Category: detect.CategoryPII,
		Summary: "Australian tax file number", Validator: "weighted mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"tfn", "tax file", "tax file number", "ato", "australian tax"},
		Number: &detect.Number{
			Masks: []string{"999-999-999", "999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s) && checksum.Weighted(s, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"TFN 148 314 461", "tax file number: 558305993", "TFN is 843-120-893"},
			Negative: []string{"TFN 148 314 462", "TFN 148 314 4611", "parcel 148 314 461"},
			Source:   "own",
		},
	}
}

func auABN() detect.Detector {
	return detect.Detector{
		Name: "au_abn", Type: "AU_ABN", Category: detect.CategoryPII,
		Summary: "Australian business number", Validator: "mod 89",
		Base: 0.50, NeedContext: true,
		Context: []string{"abn", "business number", "australian business number", "gst"},
		Number: &detect.Number{
			Masks: []string{"99 999 999 999", "99999999999", "99-999-999-999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
				// The two check digits in front run from 11 to 99.
				return verdict(s[:2] > "10" && (sum-10)%89 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ABN 51 824 753 556", "business number is 63898823396", "28 652 258 051"},
			Negative: []string{"ABN 51 824 753 557", "ABN 51 824 753 5561", "crate 63898823396"},
			Source:   "published example and own",
		},
	}
}

func auACN() detect.Detector {
	return detect.Detector{
		Name: "au_acn", Type: "AU_ACN", Category: detect.CategoryPII,
		Summary: "Australian company number", Validator: "weighted mod 10",
		Base: baseShared, NeedContext: true,
		Context: []string{"acn", "australian company", "company number", "asic"},
		Number: &detect.Number{
			Masks: []string{"999 999 999", "999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:8], 8, 7, 6, 5, 4, 3, 2, 1)
				return verdict(!repeated(s) && (10-sum%10)%10 == int(s[8]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ACN 004 085 616", "ACN: 585390665", "Australian company 992 898 094"},
			Negative: []string{"ACN 004 085 617", "ACN 004 085 6161", "pallet 585 390 665"},
			Source:   "published example and own",
		},
	}
}

func auMedicare() detect.Detector {
	return detect.Detector{
		Name: "au_medicare", Type: "AU_MEDICARE", Category: detect.CategoryPII,
		Summary: "Australian Medicare card number", Validator: "weighted mod 10",
		Base: baseWeak, NeedContext: true,
		Context: []string{"medicare", "medicare number", "medicare card", "irn"},
		Number: &detect.Number{
			Masks: []string{"9999 99999 9", "9999999999", "9999-99999-9", "99999999999", "9999 99999 9 9"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:8], 1, 3, 7, 9, 1, 3, 7, 9)
				return verdict(s[0] >= '2' && s[0] <= '6' && !repeated(s) && sum%10 == int(s[8]-'0') && s[9] != '0')
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Medicare 2123 45670 1", "medicare number: 2123456701", "Medicare card 3950 41729 1"},
			Negative: []string{"Medicare 2123 45671 1", "Medicare 7123 45670 1", "order 2123456701"},
			Source:   "published specimen and own",
		},
	}
}

func nzIRD() detect.Detector {
	return detect.Detector{
		Name: "nz_ird", Type: "NZ_IRD", Category: detect.CategoryPII,
		Summary: "New Zealand tax number", Validator: "two-stage mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"ird", "ird number", "inland revenue", "nz tax"},
		Number: &detect.Number{
			Masks:    []string{"99-999-999", "999-999-999", "99999999", "999999999"},
			Validate: validIRD,
		},
		Samples: detect.Samples{
			Positive: []string{"IRD 49-091-850", "IRD number: 136-410-132", "Inland Revenue 51489470"},
			Negative: []string{"IRD 49-091-851", "IRD 49-091-8501", "lot 51489470"},
			Source:   "published examples and own",
		},
	}
}

func validIRD(s string) detect.Verdict {
	n := number(s)
	if n < 10000000 || n > 150000000 || repeated(s) {
		return detect.Reject
	}
	if len(s) == 8 {
		s = "0" + s
	}
	r := checksum.Weighted(s[:8], 3, 2, 7, 6, 5, 4, 3, 2) % 11
	if r == 1 {
		r = checksum.Weighted(s[:8], 7, 4, 3, 2, 5, 2, 7, 6) % 11
	}
	return verdict(r != 1 && (11-r)%11 == int(s[8]-'0'))
}

func nzNHI() detect.Detector {
	return detect.Detector{
		Name: "nz_nhi", Type: "NZ_NHI", Category: detect.CategoryPII,
		Summary: "New Zealand national health index number", Validator: "mod 11 or mod 23",
		Base: 0.45, NeedContext: true,
		Context: []string{"nhi", "nhi number", "national health index", "patient"},
		Number: &detect.Number{
			Masks:    []string{"AAA9999", "AAA99AA"},
			Validate: validNHI,
		},
		Samples: detect.Samples{
			Positive: []string{"NHI ZZZ0016", "NHI number: ZAC5361", "national health index ZZZ0024"},
			Negative: []string{"NHI ZZZ0017", "NHI ZAC53611", "flight ZAC5361"},
			Source:   "published specimens",
		},
	}
}

// validNHI knows the digits-only tail (mod 11) and the newer tail with a check letter (mod 23).
func validNHI(s string) detect.Verdict {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	sum := 0
	for i := range 6 {
		v := int(s[i] - '0')
		if isLetter(s[i]) {
			v = indexByte(alphabet, s[i]) + 1
		}
		sum += v * (7 - i)
	}
	if isDigit(s[6]) {
		return verdict(sum%11 != 0 && (11-sum%11)%10 == int(s[6]-'0'))
	}
	return verdict(s[6] == alphabet[23-sum%23])
}
