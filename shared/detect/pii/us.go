package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

var ssnContext = []string{"ssn", "social security", "social security number", "ss number", "ssn#", "sozialversicherungsnummer", "seguro social", "securite sociale", "previdenza sociale", "sociale zekerheid", "seguranca social"}

func unitedStates() []detect.Detector {
	return []detect.Detector{usSSN(), usSSNSample(), usITIN(), usEIN(), abaRouting(), usPassport(), usDriverLicense(), usBankNumber(), usPTIN(), usDoDID()}
}

func usSSN() detect.Detector {
	return detect.Detector{
		Name: "us_ssn", Type: "US_SSN", Category: detect.CategoryPII,
		Summary:   "US social security number",
		Validator: "area, group and serial ranges",
		Base:      baseFiller, ValidBase: baseStrict, Context: ssnContext, NeedContext: true,
		Number: &detect.Number{Masks: []string{"999-99-9999", "999999999"}, Validate: validSSN},
		Samples: detect.Samples{
			Positive: []string{"My SSN is 536-22-8714.", "social security number 214 55 0937", "ssn: 536228714", "file 401-37-5528 for her", "SSN: 123-45-6789", "ssn 123456789", "ssn 111-11-1111"},
			Negative: []string{"SSN 000-12-3456", "SSN 666-12-3456", "ssn 123-00-4567", "SSN 536-22-0000", "SSN 978-45-6789", "lot 111-11-1111", "id 123456789", "serial 896-46-26335", "parcel 536228714"},
			Source:   "own",
		},
	}
}

// validSSN rejects numbers never issued, and the two that were printed in advertisements (usSSNSample has those). One
// digit over and over is somebody's number as well, but more often filler.
func validSSN(s string) detect.Verdict {
	area, group, serial := s[:3], s[3:5], s[5:]
	switch {
	case area == "000", area == "666", area[0] == '9', group == "00", serial == "0000", s == "078051120", s == "219099999":
		return detect.Reject
	case repeated(s):
		return detect.Plausible
	}
	return detect.Valid
}

func usSSNSample() detect.Detector {
	return detect.Detector{
		Name: "us_ssn_sample", Type: "US_SSN", Category: detect.CategoryPII,
		Summary: "US social security number known from advertisements, belonging to nobody",
		Base:    0.10,
		Pattern: &detect.Pattern{
			Regexp:   `\b(?:078-?05-?1120|219-?09-?9999)\b`,
			Keywords: []string{"078-05", "07805", "219-09", "21909"},
		},
		Samples: detect.Samples{
			Negative: []string{"SSN 078-05-1120", "ssn 219-09-9999", "social security 078051120"},
			Source:   "numbers printed in advertisements",
		},
	}
}

func usITIN() detect.Detector {
	return detect.Detector{
		Name: "us_itin", Type: "US_ITIN", Category: detect.CategoryPII,
		Summary:   "US individual taxpayer identification number",
		Validator: "area and group ranges",
		Base:      0.50, NeedContext: true,
		Context: []string{"itin", "taxpayer", "taxpayer id", "tax id", "individual taxpayer", "w-7", "irs"},
		Number: &detect.Number{
			Masks: []string{"999-99-9999", "999999999"},
			Validate: func(s string) detect.Verdict {
				g := number(s[3:5])
				in := (g >= 50 && g <= 65) || (g >= 70 && g <= 88) || (g >= 90 && g <= 92) || (g >= 94 && g <= 99)
				return verdict(s[0] == '9' && in && s[5:] != "0000")
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ITIN 929-88-9130", "her taxpayer id is 962887532", "ITIN: 934-70-9052"},
			Negative: []string{"ITIN 929-89-9130", "ITIN 829-88-9130", "ITIN 929-88-91302", "batch 962887532"},
			Source:   "own",
		},
	}
}

func usEIN() detect.Detector {
	return detect.Detector{
		Name: "us_ein", Type: "US_EIN", Category: detect.CategoryPII,
		Summary:   "US employer identification number",
		Validator: "campus prefix",
		Base:      0.25, NeedContext: true,
		Context: []string{"ein", "fein", "employer identification", "employer id", "federal tax id", "tax id", "irs", "w-9"},
		Number: &detect.Number{
			Masks: []string{"99-9999999"},
			Validate: func(s string) detect.Verdict {
				switch s[:2] {
				case "00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97":
					return detect.Reject
				}
				return detect.Plausible
			},
		},
		Samples: detect.Samples{
			Positive: []string{"EIN 12-3456709", "employer identification number: 94-2404110", "our federal tax id is 36-4478120"},
			Negative: []string{"EIN 07-1234567", "part 12-3456709", "EIN 12-34567091", "EIN 00-1234567"},
			Source:   "own",
		},
	}
}

func abaRouting() detect.Detector {
	return detect.Detector{
		Name: "aba_routing_number", Type: "ABA_ROUTING_NUMBER", Category: detect.CategoryPII,
		Summary:   "US bank routing number",
		Validator: "weights 3-7-1 and prefix",
		Base:      baseWeak, NeedContext: true,
		Context: []string{"routing", "routing number", "aba", "rtn", "routing transit", "transit number", "wire", "ach", "bankleitzahl", "numero de ruta"},
		Number: &detect.Number{
			Masks: []string{"999999999", "9999-9999-9"},
			Validate: func(s string) detect.Verdict {
				p := number(s[:2])
				in := p <= 12 || (p >= 21 && p <= 32) || (p >= 61 && p <= 72) || p == 80
				return verdict(in && checksum.ABA(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"routing number 026171463", "ABA: 025880690", "wire to RTN 111000025 today"},
			Negative: []string{"routing number 026171464", "ABA 5025880690", "ticket 026171463", "routing 990000021"},
			Source:   "own",
		},
	}
}

func usPassport() detect.Detector {
	return detect.Detector{
		Name: "us_passport", Type: "US_PASSPORT", Category: detect.CategoryPII,
		Summary: "US passport number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`(?:u\.?s\.?|usa|american|united states) passport(?: card| book)?|passport`, `[A-Z]?[0-9]{8,9}`),
			Keywords: []string{"passport"},
			Validate: digitsAtLeast(8),
		},
		Samples: detect.Samples{
			Positive: []string{"US passport number 548203917", "passport no: A20481937", "Passport # 340912685"},
			Negative: []string{"passport office opens at 8", "US passport number 12345", "passport 54820391755", "form 548203917"},
			Source:   "own",
		},
	}
}

func usDriverLicense() detect.Detector {
	return detect.Detector{
		Name: "us_driver_license", Type: "US_DRIVER_LICENSE", Category: detect.CategoryPII,
		Summary: "US driver's license number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind: true,
			Regexp: cued(`driv(?:er|ers|er's|ing)?[ -]?licen[sc]e|driver(?:'s)? lic|dl number|dl no|dl #`,
				`[A-Z]{1,2}[0-9]{5,14}[A-Z]?|[A-Z][0-9]{3}[ -][0-9]{3,4}[ -][0-9]{2,4}(?:[ -][0-9]{3}(?:[ -][0-9])?)?|[0-9]{7,12}`),
			Keywords: []string{"driver", "driving", "dl number", "dl no", "dl #"},
			Validate: digitsAtLeast(5),
		},
		Samples: detect.Samples{
			Positive: []string{"My driver's license number is 425700624", "driver license: A5631933", "Drivers License # S530-460-84-720"},
			Negative: []string{"the duplicate license section A2", "driver's license renewal in 30 days", "driver's license number is 42", "permit 425700624"},
			Source:   "own",
		},
	}
}

func usBankNumber() detect.Detector {
	return detect.Detector{
		Name: "us_bank_number", Type: "US_BANK_NUMBER", Category: detect.CategoryPII,
		Summary: "US bank account number behind its label",
		Base:    baseCued + 0.05,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`(?:checking|savings|chequing|direct deposit)(?: account)?|us bank account`, `[0-9]{8,17}`),
			Keywords: []string{"checking", "savings", "chequing", "direct deposit", "us bank account"},
			Validate: digitsAtLeast(8),
		},
		Samples: detect.Samples{
			Positive: []string{"checking account number 48201937265", "savings account: 9920148837", "direct deposit to checking # 70214598332"},
			Negative: []string{"savings account opened 2019", "checking account number 1234", "checking 482019372650000111222", "pallet 48201937265"},
			Source:   "own",
		},
	}
}

func usPTIN() detect.Detector {
	return detect.Detector{
		Name: "us_ptin", Type: "US_PTIN", Category: detect.CategoryPII,
		Summary: "US tax preparer number",
		Base:    0.25, NeedContext: true,
		Context: []string{"ptin", "preparer tax", "preparer tax identification", "tax preparer", "paid preparer", "preparer"},
		Number: &detect.Number{
			Masks:    []string{"P99999999", "P-99999999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[1:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"PTIN P01234567", "paid preparer: P00482019", "PTIN is P-02048193", "tax preparer P01720481", "preparer tax identification number P00719283"},
			Negative: []string{"PTIN P0123456", "PTIN P012345678", "part P01234567", "PTIN X01234567", "PTIN P00000000"},
			Source:   "own",
		},
	}
}

func usDoDID() detect.Detector {
	return detect.Detector{
		Name: "us_dod_id", Type: "US_DOD_ID", Category: detect.CategoryPII,
		Summary: "US Department of Defense identity number beside its name",
		Base:    0.25, NeedContext: true,
		Context: []string{"dod id", "dod id number", "edipi", "dodid", "department of defense id", "common access card", "military id", "dod number", "electronic data interchange personal identifier"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				if s[0] == '0' {
					return detect.Reject
				}
				return notFiller(s)
			},
		},
		Samples: detect.Samples{
			Positive: []string{"DoD ID 1204819377", "EDIPI: 1029384756", "DoD ID number is 1572048193", "military ID 1482019375", "common access card 1307204815"},
			Negative: []string{"DoD ID 120481937", "DoD ID 12048193777", "order 1204819377", "EDIPI 0204819377", "EDIPI 1111111111"},
			Source:   "own",
		},
	}
}
