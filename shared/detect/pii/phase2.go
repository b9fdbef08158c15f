package pii

import "guardrails/shared/detect"

// phase2 are the shapes that the older API reports whatever their check digits. They are silent unless a route
// names them.
func phase2() []detect.Detector {
	return []detect.Detector{phase2CreditCard(), phase2SSN(), phase2SIN(), phase2Phone()}
}

// phase2Base is the confidence that the older API gives to a shape without a check.
const phase2Base = 0.50

func phase2CreditCard() detect.Detector {
	return detect.Detector{
		Name: "phase2_credit_card", Type: "CREDIT_CARD", Category: detect.CategoryPII, OptIn: true,
		Summary: "13 to 16 digits in card grouping, without a check",
		Base:    phase2Base,
		Number: &detect.Number{
			Masks: []string{"9999-9999-9999-9999", "9999-999999-99999", "9999-999999-9999", "9999-9999-9999-9", "9999999999999999", "999999999999999", "99999999999999", "9999999999999"},
		},
		Samples: detect.Samples{
			Positive: []string{"card 4111 1111 1111 1112", "4111111111111112", "3782-822463-10006"},
			Negative: []string{"123456789012", "4111 1111 1111", "41111111111111121234", "4111 1111-1111 1112"},
			Source:   "own",
		},
	}
}

func phase2SSN() detect.Detector {
	return detect.Detector{
		Name: "phase2_ssn", Type: "US_SSN", Category: detect.CategoryPII, OptIn: true,
		Summary: "Three, two and four digits, without a check",
		Base:    phase2Base,
		Number:  &detect.Number{Masks: []string{"999-99-9999"}},
		Samples: detect.Samples{
			Positive: []string{"000-12-3456", "666 12 3456", "078-05-1120"},
			Negative: []string{"123456789", "896-46-26335", "123-45-678"},
			Source:   "own",
		},
	}
}

func phase2SIN() detect.Detector {
	return detect.Detector{
		Name: "phase2_sin", Type: "CA_SIN", Category: detect.CategoryPII, OptIn: true,
		Summary: "Three groups of three digits, without a check",
		Base:    phase2Base,
		Number:  &detect.Number{Masks: []string{"999-999-999"}},
		Samples: detect.Samples{
			Positive: []string{"390-139-625", "390 139 625", "SIN 123-456-789"},
			Negative: []string{"390139625", "390-139-6255", "390-139-62"},
			Source:   "own",
		},
	}
}

func phase2Phone() detect.Detector {
	return detect.Detector{
		Name: "phase2_phone", Type: "PHONE_NUMBER", Category: detect.CategoryPII, OptIn: true,
		Summary: "Ten digits as a North American phone number, without a check",
		Base:    phase2Base,
		Number: &detect.Number{
			Masks: []string{"999-999-9999", "(999) 999-9999", "(999)999-9999", "1-999-999-9999", "9999999999"},
		},
		Samples: detect.Samples{
			Positive: []string{"015-155-2671", "(115) 155-2671", "1155552671"},
			Negative: []string{"123456789012", "155-2671", "015-155-26711"},
			Source:   "own",
		},
	}
}
