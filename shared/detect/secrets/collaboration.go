package secrets

import "guardrails/shared/detect"

// collaboration returns the rules for boards, links, weather and maps.
func collaboration() []detect.Detector {
	return []detect.Detector{
		trelloToken(),
		clickupToken(),
		contentfulPersonal(),
		todoistToken(),
		weatherKey(),
		zoomSecret(),
		cloudinarySecret(),
	}
}

func trelloToken() detect.Detector {
	return detect.Detector{
		Name:      "trello_token",
		Type:      "SECRET_TRELLO",
		Category:  detect.CategorySecret,
		Summary:   "Trello token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ATTA[a-f0-9]{64}[A-F0-9]{8}`),
			Keywords:  []string{"atta"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TRELLO_TOKEN=ATTA" + "6cb30fa94163b713b9818e033a29cbeec9e4a2ff90d8706385c5294421f57a0c" + "7168094A",
				"{\"credential\": \"ATTA" + "4c27d635f4ab14a063398eef8cbcd7f1380c5105840a76eb997b0c29fedc7bac" + "97E28BF4\"}",
				"Please keep ATTA" + "75c821b026fe19ce9e1c895546cd33ef2200637c45da13b0bac820b74ef8a927" + "785B436D to yourself.",
			},
			Negative: []string{
				"TRELLO_TOKEN=ATTAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TRELLO_TOKEN=ATTA" + "3461ea20954fa2cb878b9" + "D8",
				"Values that start with ATTA belong in the vault.",
			},
			Source: "own",
		},
	}
}

func clickupToken() detect.Detector {
	return detect.Detector{
		Name:      "clickup_token",
		Type:      "SECRET_CLICKUP",
		Category:  detect.CategorySecret,
		Summary:   "ClickUp API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pk_\d{5,12}_[A-Z0-9]{32}`),
			Keywords:  []string{"pk_"},
			Entropy:   3.3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CLICKUP_TOKEN=pk_" + "05079614_" + "5P1R2LXREOZQH7TOY0AB8ZKMQ6X2EGWI",
				"{\"credential\": \"pk_" + "68013245_" + "AD8L2XDK4WUFKRH7TNQI771PI9GFUOV5\"}",
				"Please keep pk_" + "31567240_" + "DY6H9M6QFNIBR5X7K136IGESY2NJCWWI to yourself.",
			},
			Negative: []string{
				"CLICKUP_TOKEN=pk_xxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CLICKUP_TOKEN=pk_" + "29_" + "3N6KFHR5AJ",
				"Values that start with pk_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func contentfulPersonal() detect.Detector {
	return detect.Detector{
		Name:      "contentful_personal",
		Type:      "SECRET_CONTENTFUL",
		Category:  detect.CategorySecret,
		Summary:   "Contentful personal access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`CFPAT-[\w-]{43}`),
			Keywords:  []string{"cfpat-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CONTENTFUL_PERSONAL=CFPAT-" + "S0eWV9TZYVHN1tigXimSRB5gEqtbdjkhrpnuTn7vDE8",
				"{\"credential\": \"CFPAT-" + "LTiscAw8UFROVzjSmAEU5Ed4qepYCb4lJHcPT2ZL9JM\"}",
				"Please keep CFPAT-" + "gqtCkQCus49ZMomxql3klhM1H1FoYpaeAIvrFd568B7 to yourself.",
			},
			Negative: []string{
				"CONTENTFUL_PERSONAL=CFPAT-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CONTENTFUL_PERSONAL=CFPAT-" + "d5au1Ng7EKAVjt",
				"Values that start with CFPAT- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func todoistToken() detect.Detector {
	return detect.Detector{
		Name:     "todoist_token",
		Type:     "SECRET_TODOIST",
		Category: detect.CategorySecret,
		Summary:  "Todoist or Bitly token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`todoist|bitly`, `[a-f0-9]{40}`),
			Keywords:  []string{"todoist", "bitly"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"TODOIST_TOKEN=" + "9d5d347cc7141b79be2f74ae6fb501507d051ea8",
				"todoistKey: \"" + "27ad894e4c49bcef1a6c3b2eb9728516d6097423\"",
				"{\"todoist_secret\": \"" + "e7f12673c0e4dfa6dc01ac3153208a154b5b7e9d\"}",
			},
			Negative: []string{
				"build " + "6f0929dfe08d5c3a31a8274e9917db38fc072637 passed",
				"TODOIST_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"todoist: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func weatherKey() detect.Detector {
	return detect.Detector{
		Name:      "weather_key",
		Type:      "SECRET_MAPS_WEATHER",
		Category:  detect.CategorySecret,
		Summary:   "OpenWeather, HERE, TomTom or IPinfo key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`openweather\w{0,4}|owm_api|here_?maps|tomtom|ipinfo|ipstack`, `[a-f0-9]{32}|[\w-]{43}|[A-Za-z0-9]{32}|[a-f0-9]{14}`),
			Keywords:  []string{"openweather", "owm_api", "heremaps", "here_maps", "tomtom", "ipinfo", "ipstack"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OPENWEATHER_TOKEN=" + "0f29d8ce768e355cac0375d2346196fb",
				"openweatherKey: \"" + "1e273d66412fa35caf7a93128650b6cd\"",
				"{\"openweather_secret\": \"" + "d7c9836a12a7b0e83281926e1ff18453\"}",
			},
			Negative: []string{
				"build " + "badb98865fb82933eef23c4e40460a17 passed",
				"OPENWEATHER_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"openweather: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func zoomSecret() detect.Detector {
	return detect.Detector{
		Name:      "zoom_secret",
		Type:      "SECRET_ZOOM",
		Category:  detect.CategorySecret,
		Summary:   "Zoom client secret or JWT secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`zoom\w{0,10}secret`, `[A-Za-z0-9]{32,36}`),
			Keywords:  []string{"zoom"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ZOOM_CLIENT_SECRET=" + "BTdh59uclTULAqgpFg3JfD5oNMKGBHI4",
				"zoomSecret: \"" + "cgNsBwuLJgtUKBemvy2X5MxOAckfR1Bq0nhs\"",
			},
			Negative: []string{
				"ZOOM_CLIENT_SECRET=$SECRET",
				"zoom: 100%",
			},
			Source: "own",
		},
	}
}

func cloudinarySecret() detect.Detector {
	return detect.Detector{
		Name:      "cloudinary_secret",
		Type:      "SECRET_CLOUDINARY",
		Category:  detect.CategorySecret,
		Summary:   "Cloudinary API secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`cloudinary\w{0,8}secret`, `[\w-]{27}`),
			Keywords:  []string{"cloudinary"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CLOUDINARY_API_SECRET=" + "z2L36tcPxw7fHnvKqfeSDibhJQC",
				"cloudinarySecret: \"" + "Ax2hSWUMeqRqcZ8iGTaoGVuDX3k\"",
			},
			Negative: []string{
				"CLOUDINARY_API_SECRET=your-secret",
				"cloudinary: on",
			},
			Source: "own",
		},
	}
}
