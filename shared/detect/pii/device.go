package pii

import "guardrails/shared/detect"

func devices() []detect.Detector {
	return []detect.Detector{advertisingID(), cookieAnalytics(), cookieID(), imsi()}
}

func advertisingID() detect.Detector {
	return detect.Detector{
		Name: "advertising_id", Type: "ADVERTISING_ID", Category: detect.CategoryPII,
		Summary: "Advertising identifier of a phone or tablet", Validator: "uuid",
		Base: baseFormat, ValidBase: baseFormat, NeedContext: true,
		Context: []string{
			"idfa", "idfv", "gaid", "aaid", "adid", "advertising id", "advertising identifier", "ad id", "advertiser id", "identifier for advertisers", "werbe-id", "identifiant publicitaire", "id de publicidad",
			"identificador de publicidad", "id pubblicitario", "id de publicidade", "advertentie-id",
		},
		Number: &detect.Number{Masks: []string{"XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX"}, Validate: validUUID},
		Samples: detect.Samples{
			Positive: []string{
				"IDFA 6D92078A-8246-4BA4-AE5B-76104861E7DC", "gaid=cdda802e-fb9c-47ad-9866-0794d394c912", "her advertising ID is 38400000-8cf0-11bd-b23e-10b96e40000d",
				"Werbe-ID: 8f14e45f-ceea-467f-a9c1-2d4d1c1c6b0e", "id de publicidad a3f1c9e2-77d0-4b52-8c1e-90ab12cd34ef",
			},
			Negative: []string{
				"request 6D92078A-8246-4BA4-AE5B-76104861E7DC", "IDFA 00000000-0000-0000-0000-000000000000", "IDFA 6D92078A-8246-4BA4-AE5B-76104861E7DCA", "gaid 6G92078A-8246-4BA4-AE5B-76104861E7DC",
				"gaid 6D92078A-8246-4BA4-AE5B", "the advertising ID is reset at will",
			},
			Source: "published example and own",
		},
	}
}

// validUUID rejects the value of those who have limited tracking, which is all zeros.
func validUUID(s string) detect.Verdict {
	for i := range len(s) {
		if !isHex(s[i]) {
			return detect.Reject
		}
	}
	return verdict(!repeated(s))
}

func cookieAnalytics() detect.Detector {
	return detect.Detector{
		Name: "cookie_analytics", Type: "COOKIE_ID", Category: detect.CategoryPII,
		Summary: "Visitor number that a web analytics or advertising cookie holds", Validator: "version and time",
		Base: 0.75,
		Pattern: &detect.Pattern{
			Regexp:   `(?:^|[^A-Za-z0-9.])(GA1\.[1-9]\.[0-9]{6,10}\.1[0-9]{9}|fb\.[0-2]\.1[0-9]{12}\.[0-9]{6,19})(?:$|[^A-Za-z0-9.]|\.(?:$|[^A-Za-z0-9]))`,
			Keywords: []string{"ga1.", "fb.0.1", "fb.1.1", "fb.2.1"},
			Window:   48,
			Validate: func(string) detect.Verdict { return detect.Valid },
		},
		Samples: detect.Samples{
			Positive: []string{"_ga=GA1.2.1033501218.1368477899", "Cookie: _ga=GA1.1.482019377.1700421184; lang=en", "_fbp=fb.1.1558571054389.1098115397", "the cookie said fb.1.1596403881668.1116446470.", `{"_gid": "GA1.3.720145983.1711111111"}`},
			Negative: []string{"GA1.2.1033501218", "GA1.2.1033501218.1368477899.7", "GA1.2.1033501218.9368477899", "fb.1.1558571054389", "fb.7.1558571054389.1098115397", "G1.2.1033501218.1368477899"},
			Source:   "published examples and own",
		},
	}
}

func cookieID() detect.Detector {
	return detect.Detector{
		Name: "cookie_id", Type: "COOKIE_ID", Category: detect.CategoryPII,
		Summary: "Cookie or visitor number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   cued(`cookie[ _-]?ids?|cookie identifier|cookie-?kennung|identifiant (?:de )?cookie|id de cookie`, `[a-z0-9][a-z0-9._\-]{6,62}[a-z0-9]`),
			Keywords: []string{"cookie id", "cookie_id", "cookie-id", "cookieid", "cookie identifier", "cookie-kennung", "cookiekennung", "identifiant cookie", "identifiant de cookie", "id de cookie"},
			Ahead:    96,
			Validate: digitsAtLeast(4),
		},
		Samples: detect.Samples{
			Positive: []string{"cookie ID: 8f3a91c27be04d55", "cookie_id=1033501218.1368477899", "Her cookie ID is a81-20c4-77d2", "identifiant de cookie 4820193775", `"cookieId": "u48201937aa"`},
			Negative: []string{"the cookie id is missing", "cookie ID: pending", "cookie id: 1234", "cookie recipe 48201937", "cookie id: session"},
			Source:   "own",
		},
	}
}

func imsi() detect.Detector {
	return detect.Detector{
		Name: "imsi", Type: "IMSI", Category: detect.CategoryPII,
		Summary: "Mobile subscriber number of a SIM card", Validator: "region of the country code",
		Base: baseFormat, ValidBase: baseShared, NeedContext: true,
		Context: []string{"imsi", "subscriber identity", "mobile subscriber", "international mobile subscriber identity"},
		Number: &detect.Number{
			Masks: []string{"999999999999999", "999 99 9999999999", "999 999 999999999", "99999999999999"},
			Validate: func(s string) detect.Verdict {
				// Country codes begin with the region, 2 to 7; 001 is for tests, 901 for networks of no country.
				known := s[0] >= '2' && s[0] <= '7' || s[:3] == "001" || s[:3] == "901"
				return verdict(known && !repeated(s[3:]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"IMSI 310150123456789", "imsi: 262 01 4820193772", "IMSI=460001357924680", "international mobile subscriber identity 234159876543210", "subscriber identity 90128000001234"},
			Negative: []string{"IMSI 810150123456789", "IMSI 3101501234567891", "IMSI 31015012345", "batch 310150123456789", "IMSI 310000000000000", "IMSI 110150123456789"},
			Source:   "published example and own",
		},
	}
}
