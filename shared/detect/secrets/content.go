package secrets

import "guardrails/shared/detect"

// content returns the rules for design, content and data services.
func content() []detect.Detector {
	return []detect.Detector{
		figmaToken(),
		typeformToken(),
		contentfulToken(),
		mapboxToken(),
		algoliaKey(),
		beamerToken(),
		rapidapiKey(),
		lookerKey(),
		frameioToken(),
		maxmindKey(),
		adobeID(),
		adobeSecret(),
	}
}

func figmaToken() detect.Detector {
	return detect.Detector{
		Name:      "figma_token",
		Type:      "SECRET_FIGMA",
		Category:  detect.CategorySecret,
		Summary:   "Figma personal access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`fig[dou]_[\w-]{40}`),
			Keywords:  []string{"figd_", "figo_", "figu_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FIGMA_TOKEN=figd_" + "155S0E0piTLBfpArcKPmGeymwvsKXfhba2dDzVGI",
				"{\"credential\": \"figd_" + "mGqnxfJpUhSx7B8gwWNjcSjtFbXssBloI2azTvYX\"}",
				"Please keep figd_" + "D5qV8U3dhmnKZm4MjXB6WyH2YQ7oJjgePzs8oTtN to yourself.",
			},
			Negative: []string{
				"FIGMA_TOKEN=figd_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"FIGMA_TOKEN=figd_" + "4rA0yYXUnvg2u",
				"Values that start with figd_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func typeformToken() detect.Detector {
	return detect.Detector{
		Name:      "typeform_token",
		Type:      "SECRET_TYPEFORM",
		Category:  detect.CategorySecret,
		Summary:   "Typeform API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`tfp_[\w=.-]{59}`),
			Keywords:  []string{"tfp_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TYPEFORM_TOKEN=tfp_" + "MeGeMAq1yIX6C2VvHwHdN8AoCjhfKBexYmFqh7SwgOznkyC3FDOZHzLJPaJ",
				"{\"credential\": \"tfp_" + "D7vpfcPKo0ZV2nRhpPXh34alKYMCcv8G97bYkoFzkJeMCiW0x5Dw6bEOSr6\"}",
				"Please keep tfp_" + "1aXMVoqMLxpIEn69kR7bCXJgcfj2tg6SggTtvtuCHCGKrabO6N9De7scUz3 to yourself.",
			},
			Negative: []string{
				"TYPEFORM_TOKEN=tfp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TYPEFORM_TOKEN=tfp_" + "yBkvyxq2hUsIQwJAGDC",
				"Values that start with tfp_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func contentfulToken() detect.Detector {
	return detect.Detector{
		Name:      "contentful_token",
		Type:      "SECRET_CONTENTFUL",
		Category:  detect.CategorySecret,
		Summary:   "Contentful delivery token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`contentful`, `[\w=-]{43}`),
			Keywords:  []string{"contentful"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CONTENTFUL_TOKEN=" + "V69q4rRuKMApSsLiErpziJqoLjG01MQ9VCghFXTvDZn",
				"contentfulKey: \"" + "jlqioRAzx7Jnm8FjKETP1UYI9hRcn3JSg2fGuHCbgHW\"",
				"{\"contentful_secret\": \"" + "ZJHPGv38AkliDkY8P1JnK649hTpt7drdbSR6ZggLfVm\"}",
			},
			Negative: []string{
				"build " + "lcfQIMEL1xpBOo0gSulnrsUAaMJzZ8wvtKpo6YJJn7e passed",
				"CONTENTFUL_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"contentful: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func mapboxToken() detect.Detector {
	return detect.Detector{
		Name:      "mapbox_token",
		Type:      "SECRET_MAPBOX",
		Category:  detect.CategorySecret,
		Summary:   "Mapbox access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`[ps]k\.[a-zA-Z0-9]{60,90}\.[\w-]{22}`),
			Keywords:  []string{"pk.", "sk."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAPBOX_TOKEN=pk." + "4Yixgixl9oUFplEG1A9djPm8hzMTtlqLW3bBzTyqMKeDOvW6V5ikG3pcoyfV." + "rNXcoO8A34LQHdsVKwnbeI",
				"{\"credential\": \"pk." + "ItSvDJ2RoqPaWMC1iqfUkT3njyDA9GYBHDhVWq2n46ONn6eszUy0fWT0lXQN." + "ZwDjWsn5G9dA6e0Y8Ho3Tc\"}",
				"Please keep pk." + "EVGv3gmMzwbwT1sXWGUatViiJj45rEIPeFKQAPAJ8KLcdhc179vZA6fojHON." + "gaZj0xtHOUrivp8sBNq2JT to yourself.",
			},
			Negative: []string{
				"MAPBOX_TOKEN=pk.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxx",
				"MAPBOX_TOKEN=pk." + "0fjFasV5xylQSW3IJWeA." + "vxLaARt",
				"Values that start with pk. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func algoliaKey() detect.Detector {
	return detect.Detector{
		Name:      "algolia_key",
		Type:      "SECRET_ALGOLIA",
		Category:  detect.CategorySecret,
		Summary:   "Algolia API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`algolia`, `[a-z0-9]{32}`),
			Keywords:  []string{"algolia"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ALGOLIA_TOKEN=" + "946cd0595d38ac7e8e5fa61aba0245f1",
				"algoliaKey: \"" + "81e63d16027eaf539816aeeb775045c4\"",
				"{\"algolia_secret\": \"" + "ac40a87f3d064f2d152cbeaa31835a9d\"}",
			},
			Negative: []string{
				"build " + "09cb91ec47f33a5be2c958d4650a2779 passed",
				"ALGOLIA_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"algolia: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func beamerToken() detect.Detector {
	return detect.Detector{
		Name:     "beamer_token",
		Type:     "SECRET_BEAMER",
		Category: detect.CategorySecret,
		Summary:  "Beamer API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`beamer`, `b_[a-z0-9=_-]{44}`),
			Keywords:  []string{"beamer"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"BEAMER_TOKEN=b_" + "4c0x9qbzufr3o762v8k3lyxwtupt9i0onmpab6ohuv35",
				"beamerKey: \"b_" + "16fvcq0y5lr6dhi6fab8ow3fzpu0j75m2i27zjlvogek\"",
				"{\"beamer_secret\": \"b_" + "i7kr55enc7z1ewpkz0h6o5pwqs63a6qya29v8234b3ml\"}",
			},
			Negative: []string{
				"build b_" + "4iubq686zeq1wyq15phsoci3ni7utks28kvf0wujfdn1 passed",
				"BEAMER_TOKEN=b_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"beamer: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func rapidapiKey() detect.Detector {
	return detect.Detector{
		Name:      "rapidapi_key",
		Type:      "SECRET_RAPIDAPI",
		Category:  detect.CategorySecret,
		Summary:   "RapidAPI access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`rapidapi`, `[\w-]{50}`),
			Keywords:  []string{"rapidapi"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"RAPIDAPI_TOKEN=" + "HahEx3q3LCd9fZ72SckLOC0r5QuVbtRMzap5NqYFCIBFDmIGWI",
				"rapidapiKey: \"" + "8eHc8zSGTIr2EZzJFnPqQb8c9iyDZqc4oxCpdaiYvTnbtmMWN0\"",
				"{\"rapidapi_secret\": \"" + "HxoQdhxPp90r4WL32g5byE3fbanaBedXOqsAjRmTktpV7Z5TA7\"}",
			},
			Negative: []string{
				"build " + "Z4Irw67jp5AYH46vE6OiuW6FbVqtKLC0mdy5G5YsBzM2WMA8fq passed",
				"RAPIDAPI_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"rapidapi: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func lookerKey() detect.Detector {
	return detect.Detector{
		Name:      "looker_key",
		Type:      "SECRET_LOOKER",
		Category:  detect.CategorySecret,
		Summary:   "Looker client ID or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`looker`, `[a-z0-9]{24}|[a-z0-9]{20}`),
			Keywords:  []string{"looker"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LOOKER_TOKEN=" + "x83cuny4p7tmsoju5ib0q1c6",
				"lookerKey: \"" + "egbew4pux0tolw9j15em8zd3\"",
				"{\"looker_secret\": \"" + "5vgley130tiksmeos3ca8d72\"}",
			},
			Negative: []string{
				"build " + "l658uphaqyr2i0t6o3rmcx74 passed",
				"LOOKER_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx",
				"looker: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func frameioToken() detect.Detector {
	return detect.Detector{
		Name:      "frameio_token",
		Type:      "SECRET_FRAMEIO",
		Category:  detect.CategorySecret,
		Summary:   "Frame.io API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`fio-u-[\w=-]{64}`),
			Keywords:  []string{"fio-u-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FRAMEIO_TOKEN=fio-u-" + "qwUdupzBY0vIKVSDX8ScPk2TyrVjRHHhfqGZblYENELebkPJQIoZMAt4o1newUyr",
				"{\"credential\": \"fio-u-" + "rlD8y9zAiLLqVoxa2snjeHB77UbbF0AdQmuQg3PaAOIwRjqHrMCHTqcc47fVKHGk\"}",
				"Please keep fio-u-" + "utPT9nNUIb0RCFVE76zweZl6NaN4J4ERv8mF9jASrHcaY95VZMhaxXp7eoc1cKw1 to yourself.",
			},
			Negative: []string{
				"FRAMEIO_TOKEN=fio-u-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"FRAMEIO_TOKEN=fio-u-" + "QbLN2aU09SBsFH7RpJcuo",
				"Values that start with fio-u- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func maxmindKey() detect.Detector {
	return detect.Detector{
		Name:     "maxmind_key",
		Type:     "SECRET_MAXMIND",
		Category: detect.CategorySecret,
		Summary:  "MaxMind license key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`maxmind|license_?key`, `[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk`),
			Keywords:  []string{"_mmk", "maxmind"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"MAXMIND_TOKEN=" + "m4Bzpr_" + "cEelGajsOMDPQy6LaQXJSVnDBfihd_mmk",
				"maxmindKey: \"" + "DNFcbq_" + "m7Nl1wcrKfWHGdsaRhYbKy3evz3AS_mmk\"",
				"{\"maxmind_secret\": \"" + "KbG1Rc_" + "hPXCjaKG4deTWRHULY6M3Lqlw6obx_mmk\"}",
			},
			Negative: []string{
				"build " + "mRKMu1_" + "isJrym6kQ51RpAjYvxCDnEOZLzWTc_mmk passed",
				"MAXMIND_TOKEN=xxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxx_mmk",
				"maxmind: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func adobeID() detect.Detector {
	return detect.Detector{
		Name:     "adobe_id",
		Type:     "SECRET_ADOBE",
		Category: detect.CategorySecret,
		Summary:  "Adobe client ID",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`adobe`, `[a-f0-9]{32}`),
			Keywords:  []string{"adobe"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ADOBE_TOKEN=" + "e68843fbe6cbfac27d2ec518450db936",
				"adobeKey: \"" + "26952a1b855f6ae4c57dd370fbfcbee2\"",
				"{\"adobe_secret\": \"" + "1e9468ad307d23b9d740ff8aa2950c2b\"}",
			},
			Negative: []string{
				"build " + "09fec8aa6d6507b41bd96d54fae87af2 passed",
				"ADOBE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"adobe: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func adobeSecret() detect.Detector {
	return detect.Detector{
		Name:      "adobe_secret",
		Type:      "SECRET_ADOBE",
		Category:  detect.CategorySecret,
		Summary:   "Adobe client secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`p8e-[a-zA-Z0-9]{32}`),
			Keywords:  []string{"p8e-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ADOBE_SECRET=p8e-" + "2qd27YdyTMic1PWH4NQeDKpgnTDojZxL",
				"{\"credential\": \"p8e-" + "f7InKzDAwp6Rm34iaMzBZm2V4ogGj9S0\"}",
				"Please keep p8e-" + "U8dLyw9VGh0qBbcpR2SMWdX4O3FSXg6a to yourself.",
			},
			Negative: []string{
				"ADOBE_SECRET=p8e-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ADOBE_SECRET=p8e-" + "TeIJ1xaz20",
				"Values that start with p8e- belong in the vault.",
			},
			Source: "own",
		},
	}
}
