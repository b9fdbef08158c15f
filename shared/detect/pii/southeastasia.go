package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func southEastAsia() []detect.Detector {
	return []detect.Detector{sgUEN(), idNIK(), vnCCCD(), phTIN()}
}

func sgUEN() detect.Detector {
	return detect.Detector{
		Name: "sg_uen", Type: "SG_UEN", Category: detect.CategoryPII,
		Summary: "Singaporean entity number", Validator: "letter tables mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"uen", "unique entity number", "acra", "singapore", "gst reg", "pte ltd", "company registration"},
		Number: &detect.Number{
			Masks:    []string{"99999999A", "999999999A", "A99AA9999A"},
			Validate: validUEN,
		},
		Samples: detect.Samples{
			Positive: []string{"UEN 00192200M", "UEN: 197401143C", "ACRA S16FC0121D", "UEN 81321435A", "Acme Pte Ltd, UEN 186039173W"},
			Negative: []string{"UEN 00192200N", "UEN 197401143D", "UEN S16FC0121E", "part 00192200M", "UEN 2197401143C", "UEN X16FC0121D"},
			Source:   "published examples and own",
		},
	}
}

// uenEntities are the kinds of entities in numbers that neither a business nor a company has.
const uenEntities = " LP LL FC PF RF MQ MM NB CC CS MB FM GS DP CP NR CM CD MD HS VH CH MH CL XL CX RP TU TC FB FN PA PB SS MC SM GA GB "

func validUEN(s string) detect.Verdict {
	switch {
	case len(s) == 9:
		return verdict(s[8] == "XMKECAWLJDB"[checksum.Weighted(s[:8], 10, 4, 9, 3, 8, 2, 7, 1)%11])
	case isDigit(s[0]):
		return verdict(plausibleYear(s[:4]) && s[9] == "ZKCMDNERGWH"[checksum.Weighted(s[:9], 10, 8, 6, 4, 9, 7, 5, 3, 1)%11])
	}
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	weights := [9]int{4, 3, 5, 3, 10, 2, 2, 5, 7}
	sum := 0
	for i, w := range weights {
		sum += strings.IndexByte(alphabet, s[i]) * w
	}
	return verdict(hasByte("RST", s[0]) && strings.Contains(uenEntities, " "+s[3:5]+" ") && s[9] == alphabet[(sum+6)%11])
}

func idNIK() detect.Detector {
	return detect.Detector{
		Name: "id_nik", Type: "ID_NIK", Category: detect.CategoryPII,
		Summary: "Indonesian identity number", Validator: "province and birth date",
		Base: 0.45, NeedContext: true,
		Context: []string{"nik", "ktp", "e-ktp", "no ktp", "nomor ktp", "nomor induk kependudukan", "kartu tanda penduduk", "indonesian id"},
		Number: &detect.Number{
			Masks:    []string{"9999999999999999", "999999 999999 9999"},
			Validate: validNIK,
		},
		Samples: detect.Samples{
			Positive: []string{"NIK 3171011708450001", "KTP: 3204554102950003", "nomor induk kependudukan 5171042004890002", "e-KTP 1271066507920004", "No. KTP 7371130112750005"},
			Negative: []string{"NIK 3171013208450001", "NIK 3171011713450001", "NIK 9971011708450001", "NIK 31710117084500011", "order 3171011708450001", "NIK 3171011708450000"},
			Source:   "published example and own",
		},
	}
}

// idProvinces are the codes of provinces that the number begins with.
const idProvinces = " 11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96 "

// validNIK reads the place of issue and the birth date, whose day is 40 more for women.
func validNIK(s string) detect.Verdict {
	day := number(s[6:8])
	if day > 40 {
		day -= 40
	}
	born := realDay(number(s[10:12]), number(s[8:10]), day)
	return verdict(born && strings.Contains(idProvinces, " "+s[:2]+" ") && s[2:4] != "00" && s[12:] != "0000")
}

func vnCCCD() detect.Detector {
	return detect.Detector{
		Name: "vn_cccd", Type: "VN_CCCD", Category: detect.CategoryPII,
		Summary: "Vietnamese citizen identity number", Validator: "province, and century and sex digit",
		Base: baseShared, NeedContext: true,
		Context: []string{"cccd", "so cccd", "can cuoc cong dan", "can cuoc", "so dinh danh", "so dinh danh ca nhan", "vietnamese id", "cmnd"},
		Number: &detect.Number{
			Masks: []string{"999999999999"},
			Validate: func(s string) detect.Verdict {
				province := number(s[:3])
				return verdict(province >= 1 && province <= 96 && s[3] <= '3' && !repeated(s[6:]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CCCD 001085004819", "số CCCD: 079190012048", "căn cước số 048201007204", "Vietnamese ID 092302001928", "số định danh cá nhân 038178019377"},
			Negative: []string{"CCCD 101085004819", "CCCD 001985004819", "CCCD 0010850048199", "order 001085004819", "CCCD 000085004819", "CCCD 001085000000"},
			Source:   "own",
		},
	}
}

func phTIN() detect.Detector {
	return detect.Detector{
		Name: "ph_tin", Type: "PH_TIN", Category: detect.CategoryPII,
		Summary: "Philippine tax number beside its name",
		Base:    baseFormat, NeedContext: true,
		Context: []string{"tin", "tin no", "bir", "bir tin", "bureau of internal revenue", "tax identification number", "philippine tin", "philippines", "vat reg tin"},
		Number: &detect.Number{
			Masks:    []string{"999-999-999-999", "999-999-999-99999", "999-999-999-9999", "999_999_999"},
			Validate: notFiller,
		},
		Samples: detect.Samples{
			Positive: []string{"TIN 482-019-377-000", "BIR TIN: 204-819-377-00001", "VAT Reg TIN 720-481-593-000", "tax identification number 302-048-193", "TIN No. 192-837-564-000"},
			Negative: []string{"TIN 482-019-37", "TIN 482-019-377-0000000", "lot 482-019-377-000", "TIN 000-000-000-000", "a tin of 12 ounces", "482-019-377-000"},
			Source:   "own",
		},
	}
}
