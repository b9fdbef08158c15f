package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func canada() []detect.Detector {
	return []detect.Detector{caSIN(), caOHIP(), caPostalCode()}
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
