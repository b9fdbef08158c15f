package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func india() []detect.Detector {
	return []detect.Detector{inAadhaar(), inPAN(), inGSTIN(), inVoter()}
}

func inAadhaar() detect.Detector {
	return detect.Detector{
		Name: "in_aadhaar", Type: "IN_AADHAAR", Category: detect.CategoryPII,
		Summary: "Indian Aadhaar number", Validator: "verhoeff",
		Base: baseWeak, NeedContext: true,
		Context:  []string{"aadhaar", "aadhar", "aadhaar number", "uidai", "uid", "adhaar", "enrolment"},
		Negative: []string{"sensor", "reading", "readings"},
		Number: &detect.Number{
			Masks: []string{"9999_9999_9999", "999999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] >= '2' && !palindrome(s) && checksum.Verhoeff(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Aadhaar 3449 0151 5244", "aadhaar number 469598154535", "UIDAI: 3103-8682-3818"},
			Negative: []string{"Aadhaar 3449 0151 5245", "Aadhaar 34490151524411", "Aadhaar 1449 0151 5244", "batch 469598154535", "2288.0020.0008"},
			Source:   "own",
		},
	}
}

// palindrome holds for numbers that read the same backwards, which are not issued.
func palindrome(s string) bool {
	for i := range len(s) / 2 {
		if s[i] != s[len(s)-1-i] {
			return false
		}
	}
	return true
}

func inPAN() detect.Detector {
	return detect.Detector{
		Name: "in_pan", Type: "IN_PAN", Category: detect.CategoryPII,
		Summary: "Indian permanent account number", Validator: "holder letter and serial",
		Base:    0.40,
		Context: []string{"pan", "pan card", "pan number", "permanent account", "income tax", "india"},
		Number: &detect.Number{
			Masks: []string{"AAAAA9999A"},
			Validate: func(s string) detect.Verdict {
				return verdict(hasByte("ABCFGHLJPT", s[3]) && s[5:9] != "0000")
			},
		},
		Samples: detect.Samples{
			Positive: []string{"PAN ABCPK1234L", "pan card: AFZPK7190K", "permanent account number AAACR5055K"},
			Negative: []string{"PAN ABCDK1234L", "PAN ABCPK12345", "PAN ABCPK1234LX", "PAN ABCPK0000L"},
			Source:   "own",
		},
	}
}

func inGSTIN() detect.Detector {
	return detect.Detector{
		Name: "in_gstin", Type: "IN_GSTIN", Category: detect.CategoryPII,
		Summary: "Indian goods and services tax number", Validator: "state, account number and mod 36",
		Base:    baseStrong,
		Context: []string{"gstin", "gst", "gst number", "goods and services tax"},
		Number: &detect.Number{
			Masks:    []string{"99AAAAA9999AXZX"},
			Validate: validGSTIN,
		},
		Samples: detect.Samples{
			Positive: []string{"GSTIN 27PDRFT0943I1Z6", "gst: 27JWDPN0779R1ZG", "27QYECE4835M1ZH"},
			Negative: []string{"GSTIN 27PDRFT0943I1Z7", "GSTIN 99PDRFT0943I1Z6", "GSTIN 27PDRFT0943I1Z66"},
			Source:   "own",
		},
	}
}

func validGSTIN(s string) detect.Verdict {
	state := number(s[:2])
	sum := 0
	for i := range 14 {
		v := checksum.Value(s[i]) * (1 + i%2)
		sum += v/36 + v%36
	}
	known := (state >= 1 && state <= 38) || state == 97
	return verdict(known && s[13] == 'Z' && checksum.Value(s[14]) == (36-sum%36)%36)
}

func inVoter() detect.Detector {
	return detect.Detector{
		Name: "in_voter", Type: "IN_VOTER", Category: detect.CategoryPII,
		Summary: "Indian voter identity number",
		Base:    0.25, NeedContext: true,
		Context: []string{"voter", "voter id", "epic", "epic number", "election card", "elector"},
		Number: &detect.Number{
			Masks:    []string{"AAA9999999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[3:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"voter id ABX4820193", "EPIC number: GDN0225185", "voter card WRF2941703"},
			Negative: []string{"voter id ABX482019", "voter id ABX48201933", "part ABX4820193", "voter id ABX0000000"},
			Source:   "own",
		},
	}
}

func notFiller(s string) detect.Verdict {
	if repeated(s) {
		return detect.Reject
	}
	return detect.Plausible
}
