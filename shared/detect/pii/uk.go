package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func britishIsles() []detect.Detector {
	return []detect.Detector{ukNHS(), ukNINO(), ukPostcode(), ukUTR(), ukDriverLicense(), ukSortCode(), ukVAT(), ukVATBare(), iePPS(), ieEircode()}
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

// validPPS counts a second letter since 2013 (A, B, H) in the check letter, and none of the older ones (T, W, X).
func validPPS(s string) detect.Verdict {
	sum := checksum.Weighted(s[:7], 8, 7, 6, 5, 4, 3, 2)
	if len(s) == 9 {
		switch {
		case hasByte("ABH", s[8]):
			sum += 9 * (checksum.Value(s[8]) - 9)
		case !hasByte("TWX", s[8]):
			return detect.Reject
		}
	}
	const letters = "WABCDEFGHIJKLMNOPQRSTUV"
	return verdict(sum > 0 && s[7] == letters[sum%23])
}

func ukVAT() detect.Detector {
	return detect.Detector{
		Name: "uk_vat", Type: "UK_VAT", Category: detect.CategoryPII,
		Summary: "UK value added tax number with its country", Validator: "mod 97 or 9755",
		Base:    baseStrict,
		Context: ukVATContext,
		Number: &detect.Number{
			Masks:    []string{"GB999999999", "GB 999 9999 99", "GB999 9999 99", "GB 999999999", "GB999999999999", "XI999999999", "XI 999 9999 99"},
			Validate: func(s string) detect.Verdict { return verdict((s[:2] == "GB" || s[:2] == "XI") && britishVAT(s[2:])) },
		},
		Samples: detect.Samples{
			Positive: []string{"VAT GB855596671", "VAT reg no GB 916 7892 78", "GB108 6890 49", "VAT number GB670478809091", "VAT XI980780684"},
			Negative: []string{"VAT GB840549133", "VAT GB 753 4399 51", "VAT GB6165321589", "VAT GB000000000", "XGB980780684"},
			Source:   "own",
		},
	}
}

var ukVATContext = []string{"vat", "vat number", "vat no", "vat reg", "vat registration", "vat registration number", "value added tax", "hmrc"}

func ukVATBare() detect.Detector {
	return detect.Detector{
		Name: "uk_vat_bare", Type: "UK_VAT", Category: detect.CategoryPII,
		Summary: "UK value added tax number without its country", Validator: "mod 97 or 9755",
		Base: baseShared, NeedContext: true,
		Context: ukVATContext,
		Number: &detect.Number{
			Masks:    []string{"999 9999 99", "999999999"},
			Validate: func(s string) detect.Verdict { return verdict(britishVAT(s)) },
		},
		Samples: detect.Samples{
			Positive: []string{"VAT no. 524 9276 72", "VAT registration number 021773396", "HMRC VAT 922 4877 09"},
			Negative: []string{"VAT no. 142 3967 64", "VAT no. 3361671068", "parcel 527106999", "533 3704 09"},
			Source:   "own",
		},
	}
}

// britishVAT judges nine digits, or twelve with a branch. Numbers from 100 0000 on may have a check that is 55 off.
func britishVAT(s string) bool {
	r := (checksum.Weighted(s[:7], 8, 7, 6, 5, 4, 3, 2) + number(s[7:9])) % 97
	return !repeated(s[:9]) && number(s[:7]) > 0 && (r == 0 || r == 42 && s[0] != '0')
}

func ieEircode() detect.Detector {
	return detect.Detector{
		Name: "ie_eircode", Type: "IE_EIRCODE", Category: detect.CategoryPII,
		Summary: "Irish postcode", Validator: "routing key and alphabet",
		Base: 0.28, NeedContext: true,
		Context: []string{
			"eircode", "postcode", "post code", "address", "ireland", "eire", "dublin", "cork", "galway", "limerick", "waterford", "kilkenny", "sligo", "wexford", "kerry", "mayo", "donegal", "meath", "kildare", "wicklow",
			"louth", "tipperary", "street", "road", "avenue", "seoladh", "baile atha cliath",
		},
		Number: &detect.Number{
			Masks:    []string{"A99 XXXX", "A99XXXX", "D6W XXXX", "D6WXXXX"},
			Validate: validEircode,
		},
		Samples: detect.Samples{
			Positive: []string{"Eircode D02 X285", "our shop in Galway H91 E2K3", "address: Cork T12 W8K7", "Dublin D6W XF61", "postcode V94T2X7"},
			Negative: []string{"Eircode B02 X285", "Eircode D02 X28B", "Eircode D99 X285", "batch D02 X285", "Dublin D02 race", "Eircode D02 X2855"},
			Source:   "published examples and own",
		},
	}
}

// ieRoutingKeys are the three signs that a postcode begins with.
const ieRoutingKeys = " A41 A42 A45 A63 A67 A75 A81 A82 A83 A84 A85 A86 A91 A92 A94 A96 A98 C15 D01 D02 D03 D04 D05 D06 D6W D07 D08 D09 D10 D11 D12 D13 D14 D15 D16 D17 D18 D20 D22 D24 " +
	"E21 E25 E32 E34 E41 E45 E53 E91 F12 F23 F26 F28 F31 F35 F42 F45 F52 F56 F91 F92 F93 F94 H12 H14 H16 H18 H23 H53 H54 H62 H65 H71 H91 K32 K34 K36 K45 K56 K67 K78 N37 N39 N41 N91 " +
	"P12 P14 P17 P24 P25 P31 P32 P36 P43 P47 P51 P56 P61 P67 P72 P75 P81 P85 R14 R21 R32 R35 R42 R45 R51 R56 R93 R95 T12 T23 T34 T45 T56 V14 V15 V23 V31 V35 V42 V92 V93 V94 V95 " +
	"W12 W23 W34 W91 X35 X42 X91 Y14 Y21 Y25 Y34 Y35 "

// validEircode wants a digit in the second part, or many an English word would be one.
func validEircode(s string) detect.Verdict {
	digits := 0
	for i := 3; i < 7; i++ {
		if isDigit(s[i]) {
			digits++
		} else if !hasByte("ACDEFHKNPRTVWXY", s[i]) {
			return detect.Reject
		}
	}
	return verdict(digits > 0 && strings.Contains(ieRoutingKeys, " "+s[:3]+" "))
}
