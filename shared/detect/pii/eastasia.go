package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func eastAsia() []detect.Detector {
	return []detect.Detector{cnRIC(), cnUSCC(), hkID(), twID(), jpMyNumber(), jpCorporate(), krRRN(), krBRN(), sgNRIC(), thTNIN(), myNRIC(), krFRN()}
}

func cnRIC() detect.Detector {
	return detect.Detector{
		Name: "cn_ric", Type: "CN_RIC", Category: detect.CategoryPII,
		Summary: "Chinese resident identity number", Validator: "region, birth date and iso7064_mod11_2",
		Base:    baseStrong,
		Context: []string{"身份证", "身份证号", "身份证号码", "resident id", "chinese id", "identity card", "id number"},
		Number: &detect.Number{
			Masks: []string{"99999999999999999X"},
			Validate: func(s string) detect.Verdict {
				century := s[6:8] == "19" || s[6:8] == "20" || s[6:8] == "18"
				return verdict(strings.Contains(cnProvinces, " "+s[:2]+" ") && century && dayYMD(s[6:14]) && checksum.Mod11Radix2(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"身份证号 11010519491231002X", "resident id 110101198108157995", "110101195501288920"},
			Negative: []string{"id 110105194912310021", "id 110101198113157995", "id 1101011981081579951", "id 910101198108157995"},
			Source:   "published example and own",
		},
	}
}

// cnProvinces are the codes of provinces that the number begins with.
const cnProvinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func cnUSCC() detect.Detector {
	return detect.Detector{
		Name: "cn_uscc", Type: "CN_USCC", Category: detect.CategoryPII,
		Summary: "Chinese unified social credit code", Validator: "mod 31",
		Base: 0.60, NeedContext: true,
		Context:  []string{"uscc", "统一社会信用代码", "信用代码", "social credit code", "unified social credit", "营业执照"},
		Negative: []string{"tracking", "sha", "hash"},
		Number: &detect.Number{
			Masks:    []string{"9X999999XXXXXXXXXX"},
			Validate: validUSCC,
		},
		Samples: detect.Samples{
			Positive: []string{"统一社会信用代码 91110108MA0430078U", "USCC 91110108MA07343530", "social credit code: 91110108MA8067510A"},
			Negative: []string{"USCC 91110108MA0430078W", "USCC 91110108MA0430078UU", "label 91110108MA07343530"},
			Source:   "own",
		},
	}
}

func validUSCC(s string) detect.Verdict {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, w := 0, 1
	for i := range 17 {
		v := indexByte(alphabet, s[i])
		if v < 0 {
			return detect.Reject
		}
		sum += v * w
		w = w * 3 % 31
	}
	return verdict(s[17] == alphabet[(31-sum%31)%31])
}

func indexByte(set string, c byte) int {
	for i := range len(set) {
		if set[i] == c {
			return i
		}
	}
	return -1
}

func hkID() detect.Detector {
	return detect.Detector{
		Name: "hk_hkid", Type: "HK_HKID", Category: detect.CategoryPII,
		Summary: "Hong Kong identity card number", Validator: "mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"hkid", "hong kong id", "hong kong identity", "身份證", "身份證號碼", "identity card"},
		Number: &detect.Number{
			Masks:    []string{"A999999(X)", "AA999999(X)", "A999999X", "AA999999X"},
			Validate: validHKID,
		},
		Samples: detect.Samples{
			Positive: []string{"HKID A123456(3)", "HKID: G123456(A)", "identity card C1234569"},
			Negative: []string{"HKID A123456(4)", "HKID A12345633", "model A1234563"},
			Source:   "published specimens",
		},
	}
}

// validHKID weighs a missing first letter as a blank of 36.
func validHKID(s string) detect.Verdict {
	s = alnumOnly(s)
	if len(s) == 8 {
		s = " " + s
	}
	sum := 0
	for i := range 8 {
		v := checksum.Value(s[i])
		if s[i] == ' ' {
			v = 36
		}
		sum += v * (9 - i)
	}
	const checks = "0123456789A"
	return verdict(s[8] == checks[(11-sum%11)%11])
}

func alnumOnly(s string) string {
	buf := make([]byte, 0, len(s))
	for i := range len(s) {
		if isAlnum(s[i]) {
			buf = append(buf, s[i])
		}
	}
	return string(buf)
}

func twID() detect.Detector {
	return detect.Detector{
		Name: "tw_national_id", Type: "TW_NATIONAL_ID", Category: detect.CategoryPII,
		Summary: "Taiwanese national identity number", Validator: "letter value and mod 10",
		Base: 0.45, NeedContext: true,
		Context: []string{"taiwan", "taiwanese id", "身分證", "身分證字號", "統一編號", "national id"},
		Number: &detect.Number{
			Masks: []string{"A999999999"},
			Validate: func(s string) detect.Verdict {
				const order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
				v := indexByte(order, s[0]) + 10
				sum := v/10 + v%10*9 + checksum.Weighted(s[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1)
				return verdict(hasByte("1289", s[1]) && sum%10 == 0)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"身分證字號 A123456789", "Taiwanese ID B142610160", "national id: F131104093"},
			Negative: []string{"national id A123456788", "national id A523456789", "national id A1234567891", "part A123456789"},
			Source:   "published specimens and own",
		},
	}
}

func jpMyNumber() detect.Detector {
	return detect.Detector{
		Name: "jp_my_number", Type: "JP_MY_NUMBER", Category: detect.CategoryPII,
		Summary: "Japanese individual number", Validator: "mod 11",
		Base: 0.30, NeedContext: true,
		Context: []string{"my number", "mynumber", "マイナンバー", "個人番号", "kojin bango", "individual number"},
		Number: &detect.Number{
			Masks: []string{"999999999999", "9999_9999_9999"},
			Validate: func(s string) detect.Verdict {
				r := checksum.Weighted(s[:11], 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
				check := 11 - r
				if r <= 1 {
					check = 0
				}
				return verdict(!repeated(s) && check == int(s[11]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"マイナンバー 1234 5678 9018", "my number is 482019377568", "個人番号: 7203-1448-6652"},
			Negative: []string{"my number 123456789019", "my number 1234567890188", "batch 123456789018", "2006.0020.0002"},
			Source:   "published specimen and own",
		},
	}
}

func jpCorporate() detect.Detector {
	return detect.Detector{
		Name: "jp_corporate_number", Type: "JP_CORPORATE_NUMBER", Category: detect.CategoryPII,
		Summary: "Japanese corporate number", Validator: "mod 9",
		Base: baseWeak, NeedContext: true,
		Context: []string{"corporate number", "法人番号", "hojin bango", "houjin"},
		Number: &detect.Number{
			Masks: []string{"9999999999999", "9-9999-9999-9999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[1:], 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
				return verdict(!repeated(s) && 9-sum%9 == int(s[0]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"法人番号 6790532249549", "corporate number 9955823556591", "corporate number: 6-7214-4095-3717"},
			Negative: []string{"corporate number 5790532249549", "corporate number 67905322495491", "lot 6790532249549"},
			Source:   "own",
		},
	}
}

func krRRN() detect.Detector {
	return detect.Detector{
		Name: "kr_rrn", Type: "KR_RRN", Category: detect.CategoryPII,
		Summary: "Korean resident registration number", Validator: "birth date and sex digit; the old check digit raises the score",
		Base: 0.55, ValidBase: 0.75, NeedContext: true,
		Context: []string{"rrn", "주민등록번호", "주민번호", "resident registration", "korean id"},
		Number: &detect.Number{
			Masks:    []string{"999999-9999999", "9999999999999"},
			Validate: validRRN,
		},
		Samples: detect.Samples{
			Positive: []string{"주민등록번호 700302-1730769", "RRN 9411161864770", "resident registration 210704-3482015"},
			Negative: []string{"RRN 701302-1730769", "RRN 700302-17307691", "RRN 700302-9730769", "timestamp 1754781443893"},
			Source:   "own",
		},
	}
}

// validRRN accepts any check digit, since numbers handed out from October 2020 on have none.
func validRRN(s string) detect.Verdict {
	if !dayYMD(s[:6]) || s[6] < '1' || s[6] > '4' {
		return detect.Reject
	}
	sum := checksum.Weighted(s[:12], 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	if (11-sum%11)%10 == int(s[12]-'0') {
		return detect.Valid
	}
	return detect.Plausible
}

func krBRN() detect.Detector {
	return detect.Detector{
		Name: "kr_brn", Type: "KR_BRN", Category: detect.CategoryPII,
		Summary: "Korean business registration number", Validator: "weights 1-3-7 mod 10",
		Base: baseShared, NeedContext: true,
		Context: []string{"brn", "사업자등록번호", "사업자번호", "business registration"},
		Number: &detect.Number{
			Masks: []string{"999-99-99999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:9], 1, 3, 7, 1, 3, 7, 1, 3, 5) + int(s[8]-'0')*5/10
				return verdict(number(s[:3]) > 100 && s[3:5] != "00" && s[5:9] != "0000" && !repeated(s) && (10-sum%10)%10 == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"사업자등록번호 124-81-00998", "business registration 537-59-69168", "BRN: 5770476672"},
			Negative: []string{"BRN 124-81-00999", "BRN 124-81-009981", "serial 124-81-00998"},
			Source:   "own",
		},
	}
}

func sgNRIC() detect.Detector {
	return detect.Detector{
		Name: "sg_nric_fin", Type: "SG_NRIC_FIN", Category: detect.CategoryPII,
		Summary: "Singaporean identity number of residents and foreigners", Validator: "letter table mod 11",
		Base:    baseStrict,
		Context: []string{"nric", "fin", "singapore", "ic number", "identity card"},
		Number: &detect.Number{
			Masks:    []string{"A9999999A"},
			Validate: validNRIC,
		},
		Samples: detect.Samples{
			Positive: []string{"NRIC S1234567D", "FIN G1234567X", "singapore T4820193D"},
			Negative: []string{"NRIC S1234567E", "NRIC A1234567D", "NRIC S12345678D"},
			Source:   "published specimens and own",
		},
	}
}

func validNRIC(s string) detect.Verdict {
	sum := checksum.Weighted(s[1:8], 2, 7, 6, 5, 4, 3, 2)
	var table string
	switch s[0] {
	case 'S':
		table = "JZIHGFEDCBA"
	case 'T':
		table, sum = "JZIHGFEDCBA", sum+4
	case 'F':
		table = "XWUTRQPNMLK"
	case 'G':
		table, sum = "XWUTRQPNMLK", sum+4
	case 'M':
		table, sum = "XWUTRQPNJLK", sum+3
	default:
		return detect.Reject
	}
	return verdict(s[8] == table[sum%11])
}

func thTNIN() detect.Detector {
	return detect.Detector{
		Name: "th_tnin", Type: "TH_TNIN", Category: detect.CategoryPII,
		Summary: "Thai national identification number", Validator: "mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"thai id", "thai national id", "เลขประจำตัวประชาชน", "บัตรประชาชน", "national id", "thailand"},
		Number: &detect.Number{
			Masks: []string{"9-9999-99999-99-9", "9999999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:12], 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
				return verdict(s[0] != '0' && s[0] != '9' && !repeated(s) && (11-sum%11)%10 == int(s[12]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Thai ID 3-8392-32684-39-7", "บัตรประชาชน 2863610220391", "thai national id: 1796133856396"},
			Negative: []string{"Thai ID 3-8392-32684-39-8", "Thai ID 38392326843971", "lot 2863610220391"},
			Source:   "own",
		},
	}
}

func myNRIC() detect.Detector {
	return detect.Detector{
		Name: "my_nric", Type: "MY_NRIC", Category: detect.CategoryPII,
		Summary: "Malaysian identity card number", Validator: "birth date and place of birth",
		Base: 0.40, NeedContext: true,
		Context: []string{"nric", "mykad", "ic number", "kad pengenalan", "no kp", "malaysia"},
		Number: &detect.Number{
			Masks: []string{"999999-99-9999", "999999999999"},
			Validate: func(s string) detect.Verdict {
				place := number(s[6:8])
				bad := place == 0 || (place >= 17 && place <= 20) || place == 69 || place == 70 || place == 73 || place == 80 || place == 81 || (place >= 94 && place <= 97)
				return verdict(!bad && dayYMD(s[:6]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"MyKad 511225-14-7715", "NRIC: 721212-14-0300", "kad pengenalan 980310147611"},
			Negative: []string{"MyKad 511325-14-7715", "MyKad 511225-18-7715", "MyKad 511225-14-77151", "batch 980310147611"},
			Source:   "own",
		},
	}
}

// krFRN is built as the number of residents, with another century and sex digit.
func krFRN() detect.Detector {
	return detect.Detector{
		Name: "kr_frn", Type: "KR_FRN", Category: detect.CategoryPII,
		Summary: "Korean registration number of foreigners", Validator: "birth date and sex digit; the old check digit raises the score",
		Base: 0.55, ValidBase: 0.75, NeedContext: true,
		Context: []string{"외국인등록번호", "외국인번호", "frn", "foreigner registration", "foreign registration", "alien registration", "arc number", "arc no", "residence card", "외국인등록증"},
		Number: &detect.Number{
			Masks:    []string{"999999-9999999", "9999999999999"},
			Validate: validFRN,
		},
		Samples: detect.Samples{
			Positive: []string{"외국인등록번호 880312-5204819", "FRN 9104236720481", "alien registration 750101-6482019", "foreigner registration no. 030228-7204815", "외국인등록증 010630-8193775"},
			Negative: []string{"외국인등록번호 881312-5204819", "FRN 880312-1204819", "FRN 880312-52048199", "timestamp 8803125204819", "FRN 880312-9204819"},
			Source:   "own",
		},
	}
}

func validFRN(s string) detect.Verdict {
	if !dayYMD(s[:6]) || s[6] < '5' || s[6] > '8' {
		return detect.Reject
	}
	sum := checksum.Weighted(s[:12], 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	if (13-sum%11)%10 == int(s[12]-'0') {
		return detect.Valid
	}
	return detect.Plausible
}
