package secrets

import "guardrails/shared/detect"

// mail returns the rules for mail, telephony and customer contact services.
func mail() []detect.Detector {
	return []detect.Detector{
		twilioKey(),
		twilioToken(),
		sendgridKey(),
		mailgunKey(),
		mailgunSigningKey(),
		mailchimpKey(),
		brevoKey(),
		messagebirdKey(),
		mattermostToken(),
		gitterToken(),
		intercomToken(),
		zendeskKey(),
		hubspotKey(),
		sendbirdToken(),
	}
}

func twilioKey() detect.Detector {
	return detect.Detector{
		Name:      "twilio_key",
		Type:      "SECRET_TWILIO",
		Category:  detect.CategorySecret,
		Summary:   "Twilio API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`SK[0-9a-fA-F]{32}`),
			Keywords:  []string{"sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9", "ska", "skb", "skc", "skd", "ske", "skf"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TWILIO_KEY=SK" + "e3f65255d28e3a86214c98d0eb967ca7",
				"{\"credential\": \"SK" + "475044b1afa161b238fedfcd0db89b62\"}",
				"Please keep SK" + "eb498dc871f638425bef22c03d589c66 to yourself.",
			},
			Negative: []string{
				"TWILIO_KEY=SKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TWILIO_KEY=SK" + "6830b5af72",
				"Values that start with SK belong in the vault.",
			},
			Source: "own",
		},
	}
}

func twilioToken() detect.Detector {
	return detect.Detector{
		Name:     "twilio_token",
		Type:     "SECRET_TWILIO",
		Category: detect.CategorySecret,
		Summary:  "Twilio auth token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`twilio`, `[0-9a-f]{32}`),
			Keywords:  []string{"twilio"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"TWILIO_TOKEN=" + "7381b566504e2e8d40787624ea6c9f9c",
				"twilioKey: \"" + "06d80c9f5a9e1329177a34a5287014fb\"",
				"{\"twilio_secret\": \"" + "f8d7ef8d931484528c2e088a3fbc5a66\"}",
			},
			Negative: []string{
				"build " + "52693cf31d3609896a477c55928feabf passed",
				"TWILIO_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"twilio: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sendgridKey() detect.Detector {
	return detect.Detector{
		Name:      "sendgrid_key",
		Type:      "SECRET_SENDGRID_KEY",
		Category:  detect.CategorySecret,
		Summary:   "SendGrid API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`SG\.[\w=.-]{66}`),
			Keywords:  []string{"sg."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SENDGRID_KEY=SG." + "BSdpWxhaKTZUgDqO4O7Hci." + "v1DS2GajtLl16HtAKZVOc6p9rqdERNevsbWbJiP5oLV",
				"{\"credential\": \"SG." + "e4UTEsnBfD71uOYV2xtzbR." + "yBQUD4znxx5f3eIM7wqNcEXh3GtLymSAPO6zGuqKZTu\"}",
				"Please keep SG." + "gQGQ5ioWxm0ShlMXTADs62." + "GNuB6tCbh4gREiQZvMyoJ9z9DSP7FWyVDGLYlKeDSQX to yourself.",
			},
			Negative: []string{
				"SENDGRID_KEY=SG.xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SENDGRID_KEY=SG." + "kefcEDq." + "h3S0TsbLAYfCvz",
				"Values that start with SG. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mailgunKey() detect.Detector {
	return detect.Detector{
		Name:      "mailgun_key",
		Type:      "SECRET_MAILGUN_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Mailgun private or public key",
		Validator: "prefix and length",
		Base:      0.8,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:pub)?key-[a-f0-9]{32}`),
			Keywords:  []string{"key-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAILGUN_KEY=key-" + "ad3b3ffd207d068641234c9e71a5ce15",
				"{\"credential\": \"key-" + "064586b5a6bc17bdaa97eaf912f2c2e3\"}",
				"Please keep key-" + "c2e991d160beeff7c8b476aa4841f5c3 to yourself.",
			},
			Negative: []string{
				"MAILGUN_KEY=key-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"MAILGUN_KEY=key-" + "8a5cb01426",
				"Values that start with key- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mailgunSigningKey() detect.Detector {
	return detect.Detector{
		Name:     "mailgun_signing_key",
		Type:     "SECRET_MAILGUN_KEY",
		Category: detect.CategorySecret,
		Summary:  "Mailgun webhook signing key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`mailgun`, `[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}`),
			Keywords:  []string{"mailgun"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAILGUN_TOKEN=" + "c6066c35db12f4e44bf805dd28299ee7-" + "306dfc15-" + "ca724956",
				"mailgunKey: \"" + "b402d5af6b983f1e08f725e385b9c916-" + "48d90ab6-" + "cb9230f7\"",
				"{\"mailgun_secret\": \"" + "6c0a95fb831b5ad5d17d81250f607eb4-" + "247f8b6d-" + "b75c1f48\"}",
			},
			Negative: []string{
				"build " + "c1ef1182ae6780d82f097b75c42b4394-" + "4538e67b-" + "28095fc1 passed",
				"MAILGUN_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxx-xxxxxxxx",
				"mailgun: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func mailchimpKey() detect.Detector {
	return detect.Detector{
		Name:      "mailchimp_key",
		Type:      "SECRET_MAILCHIMP",
		Category:  detect.CategorySecret,
		Summary:   "Mailchimp API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:      token(`[a-f0-9]{32}-us\d{1,2}`),
			Keywords:    []string{"-us1", "-us2", "-us3", "-us4", "-us5", "-us6", "-us7", "-us8", "-us9"},
			Entropy:     3,
			AllowBefore: []string{`(?i)sdk\.initialize[("'\x60\s]{0,8}$`},
			Stopwords:   placeholders(),
			Validate:    valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAILCHIMP_KEY=" + "9b5c36e09a4724287f79cda5401a4666-us14",
				"{\"credential\": \"" + "5d18d609a834c03342b69e752f61b438-us14\"}",
				"Please keep " + "c8756de8253b3942f5ac7ba5d4342f10-us14 to yourself.",
			},
			Negative: []string{
				"19af4c0139db576dec" + "fe8e3c10d420b4-use",
				"x-us14",
				"KEY=00000000000000000000000000000000-us14",
			},
			Source: "own",
		},
	}
}

func brevoKey() detect.Detector {
	return detect.Detector{
		Name:      "brevo_key",
		Type:      "SECRET_SENDINBLUE",
		Category:  detect.CategorySecret,
		Summary:   "Brevo (Sendinblue) API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`x(?:keysib|smtpsib)-[a-f0-9]{64}-[a-zA-Z0-9]{16}`),
			Keywords:  []string{"xkeysib-", "xsmtpsib-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"BREVO_KEY=xkeysib-" + "e2aff8c1cd35de8492418eb1b28fcca339cfd6d57704e59202696a26c6a35804-" + "M7PKYvqE4xTyN3O9",
				"{\"credential\": \"xkeysib-" + "f75b3e9c3d8c7151fa626a7f5940a5fd8b98011925fe9384d08cea49226d67b4-" + "E7w5NmuiLrCftnTZ\"}",
				"Please keep xkeysib-" + "bb32cb012a18e74fdea438fd5fc177a9982d903ef456b91760cb30890a55f0ae-" + "cvHSO4WJyzome6Gu to yourself.",
			},
			Negative: []string{
				"BREVO_KEY=xkeysib-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx",
				"BREVO_KEY=xkeysib-" + "158170092c5e46bcbfa7a-" + "AtG38",
				"Values that start with xkeysib- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func messagebirdKey() detect.Detector {
	return detect.Detector{
		Name:      "messagebird_key",
		Type:      "SECRET_MESSAGEBIRD",
		Category:  detect.CategorySecret,
		Summary:   "MessageBird API token or client ID",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`message[_-]?bird`, `[a-z0-9]{25}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"messagebird", "message_bird", "message-bird"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MESSAGEBIRD_TOKEN=" + "ef2sr1edui30ss4walqytznbk",
				"messagebirdKey: \"" + "63n7tfoqcszyzx6pkbg0uh0r7\"",
				"{\"messagebird_secret\": \"" + "k3rpgdxvy89654m6t1w2v0irh\"}",
			},
			Negative: []string{
				"build " + "iw9063tyfgqx3n6fpm4kyac0l passed",
				"MESSAGEBIRD_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxx",
				"messagebird: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func mattermostToken() detect.Detector {
	return detect.Detector{
		Name:      "mattermost_token",
		Type:      "SECRET_MATTERMOST",
		Category:  detect.CategorySecret,
		Summary:   "Mattermost access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`mattermost`, `[a-z0-9]{26}`),
			Keywords:  []string{"mattermost"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MATTERMOST_TOKEN=" + "at1v6w3eid1ytulz1rxsp8k9og",
				"mattermostKey: \"" + "a5cbjaxzxtv0u7713d2nw6mevh\"",
				"{\"mattermost_secret\": \"" + "c728r1vgnzhc0y52suxjowj9mh\"}",
			},
			Negative: []string{
				"build " + "0jhyktkavlf9mcon3b9dyr8us1 passed",
				"MATTERMOST_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxx",
				"mattermost: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func gitterToken() detect.Detector {
	return detect.Detector{
		Name:      "gitter_token",
		Type:      "SECRET_GITTER",
		Category:  detect.CategorySecret,
		Summary:   "Gitter access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`gitter`, `[\w-]{40}`),
			Keywords:  []string{"gitter"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GITTER_TOKEN=" + "Gr4h69znWwRDsVhiNAUrvOfI50jFbCoTXI3B5tRs",
				"gitterKey: \"" + "iTXuZ86FLb9lhqcmegSqENWXzyo74XD813tyJQGU\"",
				"{\"gitter_secret\": \"" + "6klIey6VFIT4OKbxuEyw8aqsUmrZHRjR157l9dpY\"}",
			},
			Negative: []string{
				"build " + "0zvPTySBmGHZsOQRu9qJ2ohZbJNYlAF7y028Lw0U passed",
				"GITTER_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"gitter: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func intercomToken() detect.Detector {
	return detect.Detector{
		Name:      "intercom_token",
		Type:      "SECRET_INTERCOM",
		Category:  detect.CategorySecret,
		Summary:   "Intercom API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`intercom`, `[\w=-]{60}`),
			Keywords:  []string{"intercom"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"INTERCOM_TOKEN=" + "a6YJIVdKoUy5KBkkCHhH91wp2rbM8ijS8W27Tzz3Cn9ziduODtECh6WRdB3m",
				"intercomKey: \"" + "0JToihK3aEnDdRpaYh5y0GXuNDVwIq5qdYjWSZezbsbyxbNXM8mU79CjveUF\"",
				"{\"intercom_secret\": \"" + "YnJFU2KKx1NZp51rXodIiRFQPOFauXl96WGqsMkiYcfTRMCgvLp8aR4SPKyI\"}",
			},
			Negative: []string{
				"build " + "MWNwXUCFJ7xUu7GWbV14dKKzvtsruqP2tdnz6IC9uepqf5cwXyX5XhxYOTzE passed",
				"INTERCOM_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"intercom: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func zendeskKey() detect.Detector {
	return detect.Detector{
		Name:      "zendesk_key",
		Type:      "SECRET_ZENDESK",
		Category:  detect.CategorySecret,
		Summary:   "Zendesk API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`zendesk`, `[a-z0-9A-Z]{40}`),
			Keywords:  []string{"zendesk"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ZENDESK_TOKEN=" + "2j8zvsivmyn0q57lbdbm1zkoh85afstwduwv29qi",
				"zendeskKey: \"" + "zg587fxqvwo0qer0fvazd8p84owtaekl2dhy9smv\"",
				"{\"zendesk_secret\": \"" + "58wf2ip71ery3qxuh79rco4zv53vcvboqgojtdp0\"}",
			},
			Negative: []string{
				"build " + "zusqi6kw20e5hr3t6u828vj7bimplxcdoiwougb1 passed",
				"ZENDESK_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"zendesk: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func hubspotKey() detect.Detector {
	return detect.Detector{
		Name:     "hubspot_key",
		Type:     "SECRET_HUBSPOT",
		Category: detect.CategorySecret,
		Summary:  "HubSpot API key or private app token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`hubspot`, `(?:pat-[a-z]{2}\d-)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"hubspot"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"HUBSPOT_TOKEN=" + "08d0cb90-c021-f26f-8210-9a204684adde",
				"hubspotKey: \"" + "034a8696-cc27-8b49-4d46-bbe11f13b47e\"",
				"{\"hubspot_secret\": \"" + "3f3d7cb7-1c74-aa90-3fd7-78d2b2e1c9cf\"}",
			},
			Negative: []string{
				"build " + "a52803d1-e31e-75d8-fa44-b1172f526895 passed",
				"HUBSPOT_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"hubspot: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sendbirdToken() detect.Detector {
	return detect.Detector{
		Name:     "sendbird_token",
		Type:     "SECRET_SENDBIRD",
		Category: detect.CategorySecret,
		Summary:  "Sendbird access ID or token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`sendbird`, `[a-f0-9]{40}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"sendbird"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"SENDBIRD_TOKEN=" + "8d111a08f42145562f367523eabbd9c18e9ec41c",
				"sendbirdKey: \"" + "6d6fe2b7a5f9a664f177cd0305fc0a2c19981034\"",
				"{\"sendbird_secret\": \"" + "3781db6a151e8e6d92a4ba38455b7996c7c012f3\"}",
			},
			Negative: []string{
				"build " + "caf494985436b9159deac152e570b8d273800b07 passed",
				"SENDBIRD_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"sendbird: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
