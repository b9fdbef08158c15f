package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func canada() []detect.Detector {
	return []detect.Detector{caSIN(), caOHIP(), caPostalCode(), caBCPHN(), caBN(), caDriverLicense(), caDriverLicenseLabeled()}
}

func caSIN() detect.Detector {
	return detect.Detector{
		Name: "ca_sin", Type: "CA_SIN", Category: detect.CategoryPII,
		Summary: "Canadian social insurance number", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"sin", "social insurance", "social insurance number", "sin number", "nas", "assurance sociale", "numero d'assurance sociale", "canada revenue", "cra"},
		Number: &detect.Number{
			Masks: []string{"999-999-999", "999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] != '8' && !repeated(s) && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"SIN 390 139 624", "social insurance number: 441-215-472", "numéro d'assurance sociale 503852808", "Her SIN is 287-500-474.", "SIN 046 454 286"},
			Negative: []string{"SIN 390 139 625", "SIN 890 139 620", "SIN 390 139 6244", "parcel 390 139 624", "SIN 000 000 000"},
			Source:   "own",
		},
	}
}

func caOHIP() detect.Detector {
	return detect.Detector{
		Name: "ca_ohip", Type: "CA_OHIP", Category: detect.CategoryPII,
		Summary: "Ontario health card number", Validator: "luhn",
		Base: baseWeak, NeedContext: true,
		Context: []string{"ohip", "health card", "health card number", "ontario health", "hcn", "carte sante", "version code"},
		Number: &detect.Number{
			Masks: []string{"9999-999-999", "9999-999-999-AA", "9999999999", "9999999999AA"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] != '0' && !repeated(s[:10]) && checksum.Luhn(s[:10]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"OHIP 5584-486-673", "health card number 1234567897", "Ontario health card: 9876-543-217"},
			Negative: []string{"OHIP 5584-486-674", "health card 12345678970", "order 1234567897"},
			Source:   "own",
		},
	}
}

func caPostalCode() detect.Detector {
	return detect.Detector{
		Name: "ca_postal_code", Type: "CA_POSTAL_CODE", Category: detect.CategoryPII,
		Summary: "Canadian postal code", Validator: "letters in use by place",
		Base: 0.28, NeedContext: true,
		Context: []string{
			"postal", "postal code", "code postal", "canada", "address", "ontario", "quebec", "toronto", "montreal", "vancouver", "calgary", "ottawa",
			"edmonton", "winnipeg", "british columbia", "alberta", "manitoba", "nova scotia", "street", "avenue",
		},
		Number: &detect.Number{
			Masks: []string{"A9A 9A9", "A9A9A9"},
			Validate: func(s string) detect.Verdict {
				const first, inner = "ABCEGHJKLMNPRSTVXY", "ABCEGHJKLMNPRSTVWXYZ"
				in := strings.IndexByte(first, s[0]) >= 0 && strings.IndexByte(inner, s[2]) >= 0 && strings.IndexByte(inner, s[4]) >= 0
				return verdict(in)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"postal code K1A 0B1", "postal code in Toronto, ON: M5V 3L9", "code postal H2X1Y4"},
			Negative: []string{"postal code D1A 0B1", "postal code K1A 0B12", "postal code W1A 0B1", "part K1A0B1"},
			Source:   "own",
		},
	}
}

func caBCPHN() detect.Detector {
	return detect.Detector{
		Name: "ca_bc_phn", Type: "CA_BC_PHN", Category: detect.CategoryPII,
		Summary: "Personal health number of British Columbia", Validator: "lead digit and mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"phn", "personal health number", "bc services card", "carecard", "care card", "msp", "medical services plan", "bc health"},
		Number: &detect.Number{
			Masks: []string{"9999-999-999", "9999999999"},
			Validate: func(s string) detect.Verdict {
				check := 11 - checksum.Weighted(s[1:9], 2, 4, 8, 5, 10, 9, 7, 3)%11
				return verdict(s[0] == '9' && !repeated(s[1:]) && check%11 == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"PHN 9007-751-043", "personal health number: 9575362979", "BC Services Card 9713-200-107", "MSP 9511180486", "CareCard number 9520-658-608"},
			Negative: []string{"PHN 9052-562-764", "PHN 9628372739", "PHN 93485527995", "parcel 9212935135", "PHN 8698 658 215", "9623-177-510"},
			Source:   "own",
		},
	}
}

func caBN() detect.Detector {
	return detect.Detector{
		Name: "ca_bn", Type: "CA_BN", Category: detect.CategoryPII,
		Summary: "Canadian business number, with or without its program account", Validator: "luhn",
		Base: baseShared, NeedContext: true,
		Context: []string{"business number", "bn", "program account", "gst/hst", "hst number", "gst number", "payroll account", "numero d'entreprise", "numero d'entreprise federal", "tps", "tvh"},
		Number: &detect.Number{
			Masks:    []string{"999999999", "999999999AA9999", "999999999 AA 9999", "999999999 AA9999", "99999_9999"},
			Validate: validBN,
		},
		Samples: detect.Samples{
			Positive: []string{"business number 765019401", "BN: 123026635RC0001", "GST/HST 123026635 RT 0001", "numéro d'entreprise 27748 6429", "payroll account 123026635 RP0001"},
			Negative: []string{"business number 740592663", "BN 123026635XX0001", "BN 123026636RC0001", "parcel 329788285", "BN 4240433393", "business number 111111111"},
			Source:   "published example and own",
		},
	}
}

func validBN(s string) detect.Verdict {
	if len(s) > 9 {
		switch s[9:11] {
		case "RC", "RM", "RP", "RT", "RR", "RZ":
		default:
			return detect.Reject
		}
	}
	return verdict(!repeated(s[:9]) && checksum.Luhn(s[:9]))
}

func caDriverLicense() detect.Detector {
	return detect.Detector{
		Name: "ca_driver_license", Type: "CA_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "Driver's license number of Ontario or Quebec", Validator: "birth date",
		Base: baseShared, NeedContext: true,
		Context: []string{"driver's licence", "drivers licence", "driver licence", "driver's license", "drivers license", "driver license", "driving licence", "permis de conduire", "numero de permis", "ontario", "quebec", "serviceontario", "saaq"},
		Number: &detect.Number{
			Masks:    []string{"A9999-99999-99999", "A99999999999999", "A9999-999999-99", "A999999999999"},
			Validate: validCanadianLicense,
		},
		Samples: detect.Samples{
			Positive: []string{"driver's licence P6006-38239-86023", "Ontario licence: D75930730470108", "permis de conduire W4679-060139-51", "SAAQ: P473224038181", "ServiceOntario B1719-16551-20324"},
			Negative: []string{"driver's licence A1234-56789-09935", "permis de conduire A1234-329935-12", "Ontario A1234-56789-901011", "part F25649409935603", "permis de conduire A1234-301399-12", "T0139-14822-25127"},
			Source:   "own",
		},
	}
}

// validCanadianLicense reads the birth date: in Ontario the last six digits, with 50 more in the month of women; in Quebec
// day, month and year behind the first four.
func validCanadianLicense(s string) detect.Verdict {
	if len(s) == 13 {
		return verdict(dayDMY(s[5:11]))
	}
	month := number(s[11:13])
	if month > 50 {
		month -= 50
	}
	return verdict(realDay(number(s[9:11]), month, number(s[13:])))
}

func caDriverLicenseLabeled() detect.Detector {
	return detect.Detector{
		Name: "ca_driver_license_labeled", Type: "CA_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "Driver's license number of any Canadian province behind its label",
		Base:    0.70,
		Pattern: &detect.Pattern{
			Behind: true,
			Regexp: cued(`(?:canadian|ontario|quebec|alberta|b\.?c\.?|british columbia|manitoba|saskatchewan|nova scotia|new brunswick|newfoundland|p\.?e\.?i\.?|yukon) driver'?s?'? licen[cs]e|permis de conduire(?: (?:du quebec|canadien|de l'ontario|quebecois))`,
				`[A-Z]{5}[0-9]{9}|[A-Z][0-9]{4}-?[0-9]{5,6}-?[0-9]{2,5}|[0-9]{6}-?[0-9]{3}|[0-9]{7,8}`),
			Keywords: []string{"driver's licen", "drivers licen", "driver licen", "drivers' licen", "permis de conduire"},
			Window:   40,
			Ahead:    64,
			Validate: digitsAtLeast(6),
		},
		Samples: detect.Samples{
			Positive: []string{"BC driver's licence 4820193", "Alberta drivers license: 204819-377", "permis de conduire du Québec S1234-010190-02", "Saskatchewan driver's licence number 72048159", "Nova Scotia driver's licence DOEJO120481937"},
			Negative: []string{"Alberta driver's licence renewal 2019", "BC driver's licence 48201", "Alberta driver's licence 48201937755", "permis de conduire du Québec en 2019", "Manitoba lot 4820193"},
			Source:   "own",
		},
	}
}
