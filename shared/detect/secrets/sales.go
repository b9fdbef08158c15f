package secrets

import "guardrails/shared/detect"

// sales returns the rules for campaign, customer and payment services.
func sales() []detect.Detector {
	return []detect.Detector{
		resendKey(),
		klaviyoKey(),
		mandrillKey(),
		mailjetKey(),
		postmarkToken(),
		sparkpostKey(),
		vonageSecret(),
		razorpayKey(),
		mollieKey(),
		salesforceToken(),
		zohoToken(),
		pipedriveToken(),
		freshdeskKey(),
		zapierWebhook(),
	}
}

func resendKey() detect.Detector {
	return detect.Detector{
		Name:      "resend_key",
		Type:      "SECRET_RESEND",
		Category:  detect.CategorySecret,
		Summary:   "Resend API key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}`),
			Keywords:  []string{"re_"},
			Entropy:   3.7,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"RESEND_KEY=re_" + "ZwURmsIa_" + "LtHNFPvyLAs0gzqQlSdiDTJ8",
				"{\"credential\": \"re_" + "cxBXeHYh_" + "F9CzhrMutzDPg2H7lS8soNUf\"}",
				"Please keep re_" + "omWaUIQl_" + "7tPCqM1NRVBTyFan93Uj8sZk to yourself.",
			},
			Negative: []string{
				"RESEND_KEY=re_xxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxx",
				"RESEND_KEY=re_" + "Ep_" + "OINTt42h",
				"Values that start with re_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func klaviyoKey() detect.Detector {
	return detect.Detector{
		Name:      "klaviyo_key",
		Type:      "SECRET_KLAVIYO",
		Category:  detect.CategorySecret,
		Summary:   "Klaviyo private key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pk_[a-f0-9]{34}`),
			Keywords:  []string{"pk_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"KLAVIYO_KEY=pk_" + "5bccaf9dd432f6f50c5622f818e76183ee",
				"{\"credential\": \"pk_" + "2c86d4070683017ee5bab4a8e58b951af9\"}",
				"Please keep pk_" + "1e2cd43ec3470199acb4579f57853c2e63 to yourself.",
			},
			Negative: []string{
				"KLAVIYO_KEY=pk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"KLAVIYO_KEY=pk_" + "d304923faeb",
				"Values that start with pk_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mandrillKey() detect.Detector {
	return detect.Detector{
		Name:      "mandrill_key",
		Type:      "SECRET_MANDRILL",
		Category:  detect.CategorySecret,
		Summary:   "Mandrill API key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`md-[A-Za-z0-9_-]{22}`),
			Keywords:  []string{"mandrill", "md-"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MANDRILL_KEY=md-" + "x7jGXtHAl3sJrD42bTaFRc",
				"{\"credential\": \"md-" + "SuGBMlrRhNAjipLZF4Om7I\"}",
				"Please keep md-" + "2JStpi6gUV9Ix3rLRnuCOJ to yourself.",
			},
			Negative: []string{
				"MANDRILL_KEY=md-xxxxxxxxxxxxxxxxxxxxxx",
				"MANDRILL_KEY=md-" + "sLwgkIT",
				"Values that start with md- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mailjetKey() detect.Detector {
	return detect.Detector{
		Name:     "mailjet_key",
		Type:     "SECRET_MAILJET",
		Category: detect.CategorySecret,
		Summary:  "Mailjet or Iterable API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`mailjet|iterable`, `[a-f0-9]{32}`),
			Keywords:  []string{"mailjet", "iterable"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAILJET_TOKEN=" + "984cc7c5930f406a28161ea94eef8bd9",
				"mailjetKey: \"" + "4bef8862a7a2c0055fd93fdf9411b1fd\"",
				"{\"mailjet_secret\": \"" + "550c94c639797a66ab421d7fb48e28f8\"}",
			},
			Negative: []string{
				"build " + "f42a069b5e249f8a11fad3d84b7c5f37 passed",
				"MAILJET_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"mailjet: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func postmarkToken() detect.Detector {
	return detect.Detector{
		Name:     "postmark_token",
		Type:     "SECRET_POSTMARK",
		Category: detect.CategorySecret,
		Summary:  "Postmark server token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`postmark`, `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"postmark"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"POSTMARK_TOKEN=" + "d25a22a7-aca0-3477-aee0-6f1bfd1f73b1",
				"postmarkKey: \"" + "e40d14ed-b234-cd4c-f0d3-e4792785f2ab\"",
				"{\"postmark_secret\": \"" + "44dbfe60-208a-2fa6-9bad-6b46dbd8dc03\"}",
			},
			Negative: []string{
				"build " + "9f82c8ca-49b0-c92b-ce07-5fd69902934a passed",
				"POSTMARK_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"postmark: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sparkpostKey() detect.Detector {
	return detect.Detector{
		Name:     "sparkpost_key",
		Type:     "SECRET_SPARKPOST",
		Category: detect.CategorySecret,
		Summary:  "SparkPost API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`sparkpost`, `[a-f0-9]{40}`),
			Keywords:  []string{"sparkpost"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"SPARKPOST_TOKEN=" + "d3ade26810e5043ad3b1530081b49c626df0e75f",
				"sparkpostKey: \"" + "f0352a76d4fcaf299dd0eeceb10546c6d81ead59\"",
				"{\"sparkpost_secret\": \"" + "cb9f45e8200b1769d3d7b652e673051f3f5d945a\"}",
			},
			Negative: []string{
				"build " + "1215c66843260b64fdeb512a319543bc42d7f705 passed",
				"SPARKPOST_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"sparkpost: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func vonageSecret() detect.Detector {
	return detect.Detector{
		Name:      "vonage_secret",
		Type:      "SECRET_VONAGE",
		Category:  detect.CategorySecret,
		Summary:   "Vonage or Nexmo API secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`(?:vonage|nexmo)\w{0,6}secret`, `[A-Za-z0-9]{16}`),
			Keywords:  []string{"vonage", "nexmo"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NEXMO_API_SECRET=" + "FW4gBkuUnhSQmlZG",
				"vonageSecret: \"" + "SaAbIRsiy5djfc9v\"",
			},
			Negative: []string{
				"NEXMO_API_SECRET=changeme",
				"vonage sent it",
			},
			Source: "own",
		},
	}
}

func razorpayKey() detect.Detector {
	return detect.Detector{
		Name:      "razorpay_key",
		Type:      "SECRET_RAZORPAY",
		Category:  detect.CategorySecret,
		Summary:   "Razorpay key ID",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rzp_(?:live|test)_[A-Za-z0-9]{14}`),
			Keywords:  []string{"rzp_live_", "rzp_test_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"RAZORPAY_KEY=rzp_live_" + "rtIawhlWJAiu3Q",
				"{\"credential\": \"rzp_live_" + "zJB6CaLk54fqPj\"}",
				"Please keep rzp_live_" + "B1Qpj02bYTrtxg to yourself.",
			},
			Negative: []string{
				"RAZORPAY_KEY=rzp_live_xxxxxxxxxxxxxx",
				"RAZORPAY_KEY=rzp_live_" + "1bDS",
				"Values that start with rzp_live_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mollieKey() detect.Detector {
	return detect.Detector{
		Name:     "mollie_key",
		Type:     "SECRET_MOLLIE",
		Category: detect.CategorySecret,
		Summary:  "Mollie API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`mollie`, `(?:live|test)_[A-Za-z0-9]{30}`),
			Keywords:  []string{"mollie"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"MOLLIE_TOKEN=live_" + "zEzFOvGIRMAnxY1bqtQKoZXDiCQAN4",
				"mollieKey: \"live_" + "yOJR1sUWPXBBVa8t3sKNFDrSkjGcU0\"",
				"{\"mollie_secret\": \"live_" + "ZhsXohOqQIec5imeVPKku3fcwxlM4J\"}",
			},
			Negative: []string{
				"build live_" + "JsWzu5LQfKxgHyNlgFjdXd4bp1EL9K passed",
				"MOLLIE_TOKEN=live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"mollie: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func salesforceToken() detect.Detector {
	return detect.Detector{
		Name:      "salesforce_token",
		Type:      "SECRET_SALESFORCE",
		Category:  detect.CategorySecret,
		Summary:   "Salesforce session or access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`00D[A-Za-z0-9]{12,15}![\w.]{90,130}`),
			Keywords:  []string{"00d"},
			Ahead:     256,
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SALESFORCE_TOKEN=00D" + "9cslCdftKp6N!" + "L8rrKBH6MMEHAcaRIHSnJFBAk9zKqlo0131edTmvNePWId5aRtYUhRZyGVBkuozfscfDG91oj4HYNNyV4N8wd7Lkzex3a80s",
				"{\"credential\": \"00D" + "qCp7uHaOQNSL!" + "DdFbHm8cPXPuFMlkRwfX63UC66D9ZENWWKTXOG2gGsRwcOqVzJRhARS8ib5lyJkNB8nepcg7oUHVUtEJoGaw1hnECug2I7KK\"}",
				"Please keep 00D" + "m8zVIfuAHShp!" + "kOs4MvA7aPTLcVQdKXV6fgRxOhnlekzy3TMarFBaBolLIuR4NnWu9p5O5ZiVVT6e8YQ5EUrIqT00RmHfTYXk8R8Ftr5uK31l to yourself.",
			},
			Negative: []string{
				"SALESFORCE_TOKEN=00Dxxxxxxxxxxxx!xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SALESFORCE_TOKEN=00D" + "ptDH!" + "snQXw0rr4D7x5SCOJbyACZ1NRv8kcPQK",
				"Values that start with 00D belong in the vault.",
			},
			Source: "own",
		},
	}
}

func zohoToken() detect.Detector {
	return detect.Detector{
		Name:      "zoho_token",
		Type:      "SECRET_ZOHO",
		Category:  detect.CategorySecret,
		Summary:   "Zoho OAuth token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`1000\.[a-f0-9]{32}\.[a-f0-9]{32}`),
			Keywords:  []string{"1000."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ZOHO_TOKEN=1000." + "5f2691b84f2a45b39e1796cd2639fd18." + "be6c611e58dc7a91e3b5a0f8df9442e4",
				"{\"credential\": \"1000." + "d686d6761507927b8edc8311b403ab24." + "1a6c834585925fc0bfaef3e9984c6d17\"}",
				"Please keep 1000." + "fe7a1508515d7da60bc944f638c0421b." + "5c42eb9def3d011fc2063a4170738b67 to yourself.",
			},
			Negative: []string{
				"ZOHO_TOKEN=1000.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ZOHO_TOKEN=1000." + "c1803bed75." + "246bc5e0ae",
				"Values that start with 1000. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func pipedriveToken() detect.Detector {
	return detect.Detector{
		Name:     "pipedrive_token",
		Type:     "SECRET_PIPEDRIVE",
		Category: detect.CategorySecret,
		Summary:  "Pipedrive API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`pipedrive`, `[a-f0-9]{40}`),
			Keywords:  []string{"pipedrive"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"PIPEDRIVE_TOKEN=" + "aa9f2c05485053960cbe72b39377216f98f8d4d6",
				"pipedriveKey: \"" + "1fa8970dd9e9d0f24a0b538276a79c6d4b8523ad\"",
				"{\"pipedrive_secret\": \"" + "d0aaee29c4d0108d3f77b4d2cc1cf674860a5851\"}",
			},
			Negative: []string{
				"build " + "29852230d70b45728efb4a46314bda26fc7791c4 passed",
				"PIPEDRIVE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"pipedrive: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func freshdeskKey() detect.Detector {
	return detect.Detector{
		Name:      "freshdesk_key",
		Type:      "SECRET_FRESHDESK",
		Category:  detect.CategorySecret,
		Summary:   "Freshdesk API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`freshdesk`, `[A-Za-z0-9]{20}`),
			Keywords:  []string{"freshdesk"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FRESHDESK_TOKEN=" + "GUuOVn3yMIDLKJlKFHoP",
				"freshdeskKey: \"" + "xI1pEnGFT9CYz3Xy0cfI\"",
				"{\"freshdesk_secret\": \"" + "s3phWZivoT4flHqwvFIg\"}",
			},
			Negative: []string{
				"build " + "V6aFstJwcDdSgkOI0oBq passed",
				"FRESHDESK_TOKEN=xxxxxxxxxxxxxxxxxxxx",
				"freshdesk: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func zapierWebhook() detect.Detector {
	return detect.Detector{
		Name:      "zapier_webhook",
		Type:      "SECRET_ZAPIER_WEBHOOK",
		Category:  detect.CategorySecret,
		Summary:   "Zapier catch hook URL",
		Validator: "prefix and length",
		Base:      0.85,
		ValidBase: 0.9,
		Pattern: &detect.Pattern{
			Regexp:    `https://hooks\.zapier\.com/hooks/catch/\d{4,10}/[A-Za-z0-9]{6,10}/?`,
			Keywords:  []string{"hooks.zapier.com"},
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"POST https://hooks.zapier.com/hooks/catch/" + "0425176/" + "gzn24i7/",
				"{\"hook\":\"https://hooks.zapier.com/hooks/catch/" + "256084/" + "s5wgua\"}",
			},
			Negative: []string{
				"https://hooks.zapier.com/",
				"https://zapier.com/apps",
			},
			Source: "own",
		},
	}
}
