package secrets

import "guardrails/shared/detect"

// developerTools returns the rules for tools that developers use beside their code.
func developerTools() []detect.Detector {
	return []detect.Detector{
		postmanKey(),
		readmeKey(),
		launchdarklyKey(),
		harnessKey(),
		octopusKey(),
		prefectKey(),
		infracostKey(),
		settlemintToken(),
	}
}

func postmanKey() detect.Detector {
	return detect.Detector{
		Name:      "postman_key",
		Type:      "SECRET_POSTMAN",
		Category:  detect.CategorySecret,
		Summary:   "Postman API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}`),
			Keywords:  []string{"pmak-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"POSTMAN_KEY=PMAK-" + "73746584a33b51eb9c0d285f-" + "d0f576bb8e3b1f92170ce92d2f6da83451",
				"{\"credential\": \"PMAK-" + "2e5f4b38f1f94683ac07e19c-" + "e106a9de95856b2b2cb8b3f4d3490f60de\"}",
				"Please keep PMAK-" + "5954b7c8ede8aa103a7a2d6f-" + "2213640ad4a26d891b5e8abc730c4b6fa9 to yourself.",
			},
			Negative: []string{
				"POSTMAN_KEY=PMAK-xxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"POSTMAN_KEY=PMAK-" + "0f31db8a-" + "129eb076acd",
				"Values that start with PMAK- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func readmeKey() detect.Detector {
	return detect.Detector{
		Name:      "readme_key",
		Type:      "SECRET_README",
		Category:  detect.CategorySecret,
		Summary:   "ReadMe API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rdme_[a-z0-9]{70}`),
			Keywords:  []string{"rdme_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"README_KEY=rdme_" + "hsiqqmnwtbepl1mqil2k1r9dfv8g3a2go1ukv66ya6eeohtpjnm0iwk00pzu4l8dz7jbas",
				"{\"credential\": \"rdme_" + "af7x7tkuxj8c6blebfbpg2dj9ykyfpcvrrxzkp05ikadxv3o0ynvh3alq2tmgsmbwrb6pv\"}",
				"Please keep rdme_" + "vs1iyvgoyaaqlq07t36obxi3jkcu08ephi9g8t2x5reqpnbhnjf7b5ycqc6vygwrz2rjfr to yourself.",
			},
			Negative: []string{
				"README_KEY=rdme_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"README_KEY=rdme_" + "sm0ofdnarhq1u35mjb6tl1x",
				"Values that start with rdme_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func launchdarklyKey() detect.Detector {
	return detect.Detector{
		Name:      "launchdarkly_key",
		Type:      "SECRET_LAUNCHDARKLY",
		Category:  detect.CategorySecret,
		Summary:   "LaunchDarkly access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`launchdarkly`, `[\w=-]{40}`),
			Keywords:  []string{"launchdarkly"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LAUNCHDARKLY_TOKEN=" + "F0vVyZMstnXjI8WVohx3NQ8nLdT9PgwDCpjfODir",
				"launchdarklyKey: \"" + "HSFn4p2EELsZVGL7zy9AtYq4jX0a8lFBcYP1JDW0\"",
				"{\"launchdarkly_secret\": \"" + "SJxfB1x98gJgneKMGsrgkn7tuTD2acLr0em3AvsX\"}",
			},
			Negative: []string{
				"build " + "ytlQicSAoT9fk2BkLBZN3vIMbfNunhd5dW80RJuW passed",
				"LAUNCHDARKLY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"launchdarkly: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func harnessKey() detect.Detector {
	return detect.Detector{
		Name:      "harness_key",
		Type:      "SECRET_HARNESS",
		Category:  detect.CategorySecret,
		Summary:   "Harness personal or service account token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:pat|sat)\.[a-zA-Z0-9_-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}`),
			Keywords:  []string{"pat.", "sat."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HARNESS_KEY=pat." + "jatP0uxc8F7hsH1zTq52XY." + "b4fa89036e51450349d8c662." + "XE1PVoj09usNvLqJRp26",
				"{\"credential\": \"pat." + "nyvFYEKfQ1hdBi6mb5kUNJ." + "e04285148239bfa768aede70." + "rleqy2wXIZ9csEzPmGJF\"}",
				"Please keep pat." + "CLzuoRj8tklvm24VZ6JKP7." + "e0374a7f451d58c2db54d1cf." + "8vbEVwSLYWFq1HngPzke to yourself.",
			},
			Negative: []string{
				"HARNESS_KEY=pat.xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxx",
				"HARNESS_KEY=pat." + "9KxitSL." + "bad7ec46." + "d4NETY",
				"Values that start with pat. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func octopusKey() detect.Detector {
	return detect.Detector{
		Name:      "octopus_key",
		Type:      "SECRET_OCTOPUS",
		Category:  detect.CategorySecret,
		Summary:   "Octopus Deploy API key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`API-[A-Z0-9]{26}`),
			Keywords:  []string{"api-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OCTOPUS_KEY=API-" + "LHXIV3Z62UBHSTQN1WG5O4OLMF",
				"{\"credential\": \"API-" + "2WB9IGTD0E4T3CVX7UO8VKDEJK\"}",
				"Please keep API-" + "MDYHV94K2PS8FVNPGI7RKTC2ZQ to yourself.",
			},
			Negative: []string{
				"OCTOPUS_KEY=API-xxxxxxxxxxxxxxxxxxxxxxxxxx",
				"OCTOPUS_KEY=API-" + "JYO8L2QZ",
				"Values that start with API- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func prefectKey() detect.Detector {
	return detect.Detector{
		Name:      "prefect_key",
		Type:      "SECRET_PREFECT",
		Category:  detect.CategorySecret,
		Summary:   "Prefect API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pnu_[a-zA-Z0-9]{36}`),
			Keywords:  []string{"pnu_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PREFECT_KEY=pnu_" + "knbru18qx7ja5x17xnidaz6hguackzvs43so",
				"{\"credential\": \"pnu_" + "5rs4x2j265l7fya41zh6nejgcmqpwfvi8g0h\"}",
				"Please keep pnu_" + "8mza9e7fqjsfbbvrhdly0itnycudczfwvr1q to yourself.",
			},
			Negative: []string{
				"PREFECT_KEY=pnu_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PREFECT_KEY=pnu_" + "ak52nj0vbhg4",
				"Values that start with pnu_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func infracostKey() detect.Detector {
	return detect.Detector{
		Name:      "infracost_key",
		Type:      "SECRET_INFRACOST",
		Category:  detect.CategorySecret,
		Summary:   "Infracost API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:      token(`ico-[a-zA-Z0-9]{32}`),
			Keywords:    []string{"ico-"},
			Entropy:     3,
			AllowBefore: []string{`https?://\S*$`},
			Stopwords:   placeholders(),
			Validate:    valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"INFRACOST_KEY=ico-" + "KWsEwAdL9wO68YfZVvhib0eWIxBgIAjC",
				"{\"credential\": \"ico-" + "C2hRufuyD3WwcPp5UkJYXR91FiHg7r6x\"}",
				"Please keep ico-" + "s2GHUS1LybY7cpCuwXNKuPSqDhhQztfv to yourself.",
			},
			Negative: []string{
				"INFRACOST_KEY=ico-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"INFRACOST_KEY=ico-" + "hsVj2XoLlb",
				"Values that start with ico- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func settlemintToken() detect.Detector {
	return detect.Detector{
		Name:      "settlemint_token",
		Type:      "SECRET_SETTLEMINT",
		Category:  detect.CategorySecret,
		Summary:   "SettleMint access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sm_(?:aat|pat|sat)_[a-zA-Z0-9]{16}`),
			Keywords:  []string{"sm_aat_", "sm_pat_", "sm_sat_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SETTLEMINT_TOKEN=sm_aat_" + "jGJvN0RA2XBwaFkO",
				"{\"credential\": \"sm_aat_" + "xkCBhcoGd2JSpsyf\"}",
				"Please keep sm_aat_" + "ZWKG4eMrlIFtkUVJ to yourself.",
			},
			Negative: []string{
				"SETTLEMINT_TOKEN=sm_aat_xxxxxxxxxxxxxxxx",
				"SETTLEMINT_TOKEN=sm_aat_" + "p2Wb5",
				"Values that start with sm_aat_ belong in the vault.",
			},
			Source: "own",
		},
	}
}
