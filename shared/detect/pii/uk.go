package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func britishIsles() []detect.Detector {
	return []detect.Detector{ukNHS(), ukNINO(), ukPostcode(), ukUTR(), ukDriverLicense(), ukSortCode(), iePPS()}
}

func ukNHS() detect.Detector {
	return detect.Detector{
		Name: "uk_nhs", Type: "UK_NHS", Category: detect.CategoryPII,
		Summary: "UK National Health Service number", Validator: "mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"nhs", "nhs number", "nhs no", "national health", "health service", "patient", "gp", "hospital"},
		Number: &detect.Number{
			Masks:    []string{"999-999-9999", "9999999999"},
			Validate: validNHS,
		},
		Samples: detect.Samples{
			Positive: []string{"NHS number 943 476 5919", "patient NHS no.: 9706589481", "NHS 731-982-9657"},
			Negative: []string{"NHS number 943 476 5918", "NHS 97065894811", "order id 9706589481", "NHS 9434765910"},
			Source:   "published example 943 476 5919 and own",
		},
	}
}

func validNHS(s string) detect.Verdict {
	sum := checksum.Weighted(s[:9], 10, 9, 8, 7, 6, 5, 4, 3, 2)
	check := (11 - sum%11) % 11
	return verdict(sum > 0 && !repeated(s) && check == int(s[9]-'0'))
}

func ukNINO() detect.Detector {
	return detect.Detector{
		Name: "uk_nino", Type: "UK_NINO", Category: detect.CategoryPII,
		Summary: "UK national insurance number", Validator: "prefix and suffix letters",
		Base:    baseStrict,
		Context: []string{"nino", "national insurance", "national insurance number", "ni number", "ni no", "hmrc", "paye"},
		Number: &detect.Number{
			Masks:    []string{"AA-99-99-99-A", "AA999999A", "AA 999999 A"},
			Validate: validNINO,
		},
		Samples: detect.Samples{
			Positive: []string{"NI number AB 12 34 56 C", "national insurance JG103759A", "NINO: CE-48-20-19-D"},
			Negative: []string{"NINO DA123456C", "NINO GB123456A", "NINO AB123456E", "NINO AB1234567C"},
			Source:   "own",
		},
	}
}

// validNINO applies the letters that are never issued, as the tax office lists them.
func validNINO(s string) detect.Verdict {
	bad := strings.IndexByte("DFIQUV", s[0]) >= 0 || strings.IndexByte("DFIOQUV", s[1]) >= 0 || s[8] > 'D'
	switch s[:2] {
	case "BG", "GB", "NK", "KN", "TN", "NT", "ZZ":
		bad = true
	}
	return verdict(!bad)
}

func ukPostcode() detect.Detector {
	return detect.Detector{
		Name: "uk_postcode", Type: "UK_POSTCODE", Category: detect.CategoryPII,
		Summary: "UK postcode", Validator: "area and letters in use by place",
		Base: 0.28, NeedContext: true,
		Context: []string{
			"postcode", "post code", "address", "london", "street", "road", "lane", "avenue", "close", "manchester", "birmingham", "leeds", "glasgow", "edinburgh", "cardiff",
			"bristol", "liverpool", "sheffield", "oxford", "cambridge", "belfast", "uk", "united kingdom", "england", "scotland", "wales",
		},
		Number: &detect.Number{
			Masks:    []string{"A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA", "A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"},
			Validate: validPostcode,
		},
		Samples: detect.Samples{
			Positive: []string{"postcode SW1A 1AA", "postcode CB1 2AD", "our address in Leeds, LS1 4DY"},
			Negative: []string{"postcode QW1A 1AA", "postcode SW1A 1CA", "postcode ZZ99 9ZZZ", "model M1 1AE"},
			Source:   "own",
		},
	}
}

// ukAreas are the letters that a postcode begins with.
const ukAreas = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE " +
	"KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB " +
	"W WA WC WD WF WN WR WS WV YO ZE "

func validPostcode(s string) detect.Verdict {
	area := s[:1]
	if isLetter(s[1]) {
		area = s[:2]
	}
	tail := s[len(s)-2:]
	ok := strings.Contains(ukAreas, " "+area+" ") && !strings.ContainsAny(tail, "CIKMOV")
	return verdict(ok)
}

func ukUTR() detect.Detector {
	return detect.Detector{
		Name: "uk_utr", Type: "UK_UTR", Category: detect.CategoryPII,
		Summary: "UK unique taxpayer reference", Validator: "mod 11 lead digit",
		Base: baseWeak, NeedContext: true,
		Context: []string{"utr", "unique taxpayer", "taxpayer reference", "self assessment", "hmrc"},
		Number: &detect.Number{
			Masks: []string{"9999999999", "99999-99999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)
				const lead = "21987654321"
				return verdict(sum > 0 && s[0] == lead[sum%11])
			},
		},
		Samples: detect.Samples{
			Positive: []string{"UTR 9609357807", "self assessment UTR: 46999 28122", "unique taxpayer reference 5975398556"},
			Negative: []string{"UTR 8609357807", "UTR 96093578071", "order 9609357807"},
			Source:   "own",
		},
	}
}

func ukDriverLicense() detect.Detector {
	return detect.Detector{
		Name: "uk_driver_license", Type: "UK_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "UK driving license number", Validator: "date and filler places",
		Base:    baseStrict,
		Context: []string{"driving licence", "driving license", "driver number", "dvla", "licence number"},
		Number: &detect.Number{
			Masks:    []string{"AXXXX999999AXXAA", "AXXXX 999999 AXXAA", "AXXXX-999999-AXXAA"},
			Validate: validUKLicense,
		},
		Samples: detect.Samples{
			Positive: []string{"DVLA MORGA657054SM9IJ", "driving licence PARKE803126JH9AB", "SMITH751112DA9XY"},
			Negative: []string{"licence MORGA697054SM9IJ", "licence MORGA657064SM9I", "driving licence PARKE813326JH9AB"},
			Source:   "published specimen and own",
		},
	}
}

// validUKLicense reads the surname (letters, filled with 9), decade, month (plus 50 for women), day and year digit.
func validUKLicense(s string) detect.Verdict {
	filled := false
	for i := range 5 {
		if isDigit(s[i]) && s[i] != '9' || (filled && s[i] != '9') {
			return detect.Reject
		}
		filled = s[i] == '9'
	}
	month := number(s[6:8])
	if month > 50 {
		month -= 50
	}
	year := number(s[5:6])*10 + number(s[10:11])
	return verdict(realDay(year, month, number(s[8:10])) && (isLetter(s[12]) || s[12] == '9'))
}

func ukSortCode() detect.Detector {
	return detect.Detector{
		Name: "uk_sort_code", Type: "UK_SORT_CODE", Category: detect.CategoryPII,
		Summary: "UK bank sort code behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`sort ?code|s/c`, `[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}`),
			Keywords: []string{"sort code", "sortcode", "s/c"},
			Validate: digitsAtLeast(6),
		},
		Samples: detect.Samples{
			Positive: []string{"sort code 20-45-77", "Sort Code: 309912", "sortcode is 04 00 75"},
			Negative: []string{"sort code 20-45", "sort codes by 3 keys", "lot 20-45-77"},
			Source:   "own",
		},
	}
}

func iePPS() detect.Detector {
	return detect.Detector{
		Name: "ie_pps", Type: "IE_PPS", Category: detect.CategoryPII,
		Summary: "Irish personal public service number", Validator: "mod 23 letter",
		Base:    baseStrict,
		Context: []string{"pps", "ppsn", "pps number", "personal public service", "revenue", "ireland"},
		Number: &detect.Number{
			Masks:    []string{"9999999A", "9999999AA"},
			Validate: validPPS,
		},
		Samples: detect.Samples{
			Positive: []string{"PPS number 6404120N", "PPSN: 3780229O", "pps 2666449I", "PPSN 1234567FA"},
			Negative: []string{"PPS 6404120P", "PPS 64041201N", "PPSN 1234567GA"},
			Source:   "published example 1234567FA and own",
		},
	}
}

func validPPS(s string) detect.Verdict {
	sum := checksum.Weighted(s[:7], 8, 7, 6, 5, 4, 3, 2)
	if len(s) == 9 && s[8] != 'W' {
		sum += 9 * (checksum.Value(s[8]) - 9)
	}
	const letters = "WABCDEFGHIJKLMNOPQRSTUV"
	return verdict(sum > 0 && s[7] == letters[sum%23])
}
