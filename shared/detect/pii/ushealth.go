package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func unitedStatesHealth() []detect.Detector {
	return []detect.Detector{usNPI(), usDEA(), usMBI(), medicalRecord(), healthPlan()}
}

func usNPI() detect.Detector {
	return detect.Detector{
		Name: "us_npi", Type: "US_NPI", Category: detect.CategoryPII,
		Summary:   "US national provider identifier",
		Validator: "luhn with prefix 80840",
		Base:      baseWeak, NeedContext: true,
		Context: []string{"npi", "national provider", "provider number", "provider id", "physician", "prescriber"},
		Number: &detect.Number{
			Masks: []string{"9999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict((s[0] == '1' || s[0] == '2') && checksum.LuhnPrefixed("80840", s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NPI 1234567893", "national provider identifier: 1245319599", "prescriber NPI is 1003000126"},
			Negative: []string{"NPI 1234567890", "NPI 12345678930", "order 1234567893", "NPI 3234567893"},
			Source:   "published example 1234567893 and own",
		},
	}
}

func usDEA() detect.Detector {
	return detect.Detector{
		Name: "us_dea", Type: "US_DEA", Category: detect.CategoryPII,
		Summary:   "US drug enforcement registration of a prescriber",
		Validator: "sum of odd places and twice the even places",
		Base:      0.50, NeedContext: true,
		Context: []string{"dea", "dea number", "dea registration", "prescriber", "controlled substance", "physician", "pharmacy"},
		Number: &detect.Number{
			Masks:    []string{"AA9999999", "A99999999"},
			Validate: validDEA,
		},
		Samples: detect.Samples{
			Positive: []string{"DEA number AB1234563", "prescriber DEA: FM3456781", "DEA registration BS7654317"},
			Negative: []string{"DEA number AB1234564", "DEA AB12345631", "model AB1234563", "DEA QZ1234563"},
			Source:   "own",
		},
	}
}

func validDEA(s string) detect.Verdict {
	const kinds = "ABCDEFGHJKLMPRSTUX"
	sum := checksum.Weighted(s[2:8], 1, 2, 1, 2, 1, 2)
	return verdict(strings.IndexByte(kinds, s[0]) >= 0 && sum >= 0 && sum%10 == int(s[8]-'0') && sum > 0)
}

func usMBI() detect.Detector {
	return detect.Detector{
		Name: "us_mbi", Type: "US_MBI", Category: detect.CategoryPII,
		Summary:   "US Medicare beneficiary identifier",
		Validator: "place by place alphabet",
		Base:      baseStrict,
		Context:   []string{"mbi", "medicare", "beneficiary", "medicare number", "cms"},
		Number: &detect.Number{
			Masks:    []string{"9AX9-AX9-AA99", "9AX9AX9AA99"},
			Validate: validMBI,
		},
		Samples: detect.Samples{
			Positive: []string{"Medicare MBI 1EG4-TE5-MK73", "beneficiary 1EG4TE5MK72", "MBI: 3KW9-RT2-HA41"},
			Negative: []string{"MBI 0EG4-TE5-MK73", "MBI 1SG4-TE5-MK73", "MBI 1EG4-TE5-MK731", "MBI 1EG4-TE5-MB73"},
			Source:   "published example 1EG4-TE5-MK73 and own",
		},
	}
}

// validMBI checks that each place holds its kind and that letters which look like digits (S L O I B Z) do not occur.
func validMBI(s string) detect.Verdict {
	const kinds = "1AX9AX9AA99"
	for i := range len(kinds) {
		c := s[i]
		if strings.IndexByte("SLOIBZ", c) >= 0 || (i == 0 && c == '0') {
			return detect.Reject
		}
		if (kinds[i] == 'A') != (c >= 'A') && kinds[i] != 'X' {
			return detect.Reject
		}
	}
	return detect.Valid
}

func medicalRecord() detect.Detector {
	return detect.Detector{
		Name: "medical_record_number", Type: "MEDICAL_RECORD_NUMBER", Category: detect.CategoryPII,
		Summary: "medical record or patient number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind: true,
			Regexp: cued(`mrn|m\.r\.n\.|medical record|medical records?|health record|patient (?:id|number|no|record|identifier)|chart (?:number|no|id)|patientennummer|patienten-?id|numero de patient|historia clinica|numero de paciente|cartella clinica|patientnummer`,
				`[A-Z]{0,4}-?[0-9][0-9A-Z\-]{3,13}[0-9]`),
			Keywords: []string{"mrn", "m.r.n.", "medical record", "health record", "patient", "chart n", "chart i", "historia", "paciente", "cartella", "pati\u00ebntnummer"},
			Validate: digitsAtLeast(5),
		},
		Samples: detect.Samples{
			Positive: []string{"MRN: 00482917", "medical record number is H-4820193", "Patient ID 7391046"},
			Negative: []string{"medical records are kept for 10 years", "MRN pending", "patient number 7", "shelf 00482917"},
			Source:   "own",
		},
	}
}

func healthPlan() detect.Detector {
	return detect.Detector{
		Name: "health_plan_id", Type: "HEALTH_PLAN_ID", Category: detect.CategoryPII,
		Summary: "health insurance member or policy number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind: true,
			Regexp: cued(`(?:health )?(?:plan|insurance) (?:member|beneficiary|subscriber|policy|id)(?: (?:id|number|no))?|member id|subscriber id|beneficiary (?:id|number)|medicaid(?: id| number)?|health plan|group policy|versichertennummer|krankenversicherungsnummer|numero d'assure|numero de afiliado|tessera sanitaria|polisnummer`,
				`[A-Z]{0,4}-?[0-9][0-9A-Z\-]{4,16}`),
			Keywords: []string{"plan", "insurance", "member id", "subscriber", "beneficiary", "medicaid", "group policy", "versicherte", "versicherungsnummer", "assur", "afiliado", "tessera", "polisnummer"},
			Validate: digitsAtLeast(6),
		},
		Samples: detect.Samples{
			Positive: []string{"member ID XEH-482019377", "Health plan beneficiary number: 90211846A", "subscriber id W204918375"},
			Negative: []string{"insurance policy renewal 2024", "member ID card lost", "subscriber id 12", "crate 482019377"},
			Source:   "own",
		},
	}
}
