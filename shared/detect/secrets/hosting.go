package secrets

import "guardrails/shared/detect"

// hosting returns the rules for hosting and delivery platforms.
func hosting() []detect.Detector {
	return []detect.Detector{
		digitaloceanToken(),
		herokuToken(),
		herokuAPIKey(),
		cloudflareToken(),
		cloudflareGlobalKey(),
		cloudflareOriginKey(),
		fastlyToken(),
		netlifyToken(),
		vercelToken(),
		supabaseToken(),
		flyioToken(),
		renderKey(),
		scalingoToken(),
	}
}

func digitaloceanToken() detect.Detector {
	return detect.Detector{
		Name:      "digitalocean_token",
		Type:      "SECRET_DIGITALOCEAN",
		Category:  detect.CategorySecret,
		Summary:   "DigitalOcean personal, OAuth or refresh token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`do[opr]_v1_[a-f0-9]{64}`),
			Keywords:  []string{"dop_v1_", "doo_v1_", "dor_v1_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DIGITALOCEAN_TOKEN=dop_v1_" + "2075892a4fcd3bd4eae1dd908f8b31608d16507772b9cc53ecb2f7dd09af54ad",
				"{\"credential\": \"dop_v1_" + "c41524e2eb8f67d801a220b3e75fcebb0d69877974436d8f6c9053c35aa196ab\"}",
				"Please keep dop_v1_" + "2702d145b054974a0866046c269ef88f8689abdda4964771a323ef76dec015ac to yourself.",
			},
			Negative: []string{
				"DIGITALOCEAN_TOKEN=dop_v1_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DIGITALOCEAN_TOKEN=dop_v1_" + "d75059e7324897fa86104",
				"Values that start with dop_v1_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func herokuToken() detect.Detector {
	return detect.Detector{
		Name:      "heroku_token",
		Type:      "SECRET_HEROKU",
		Category:  detect.CategorySecret,
		Summary:   "Heroku API key of the current format",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`HRKU-AA[\w-]{58}`),
			Keywords:  []string{"hrku-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HEROKU_TOKEN=HRKU-AA" + "wrIrY5kyDphvHfBQT5ZjjTduiGF7sl042rJKevUFUOH3tEKMH3IZf9NbWO",
				"{\"credential\": \"HRKU-AA" + "aLIa4UhbyACupHL4HDM2tRokzFEZk5BRNlo87TyPIt1clmOwN2BhYvnaKH\"}",
				"Please keep HRKU-AA" + "kqbfo1jKYAmMjxVBh2tXGZ6l5ndGDD4aN8UwuJdeFsv9uF9xhsW3K6ZImB to yourself.",
			},
			Negative: []string{
				"HEROKU_TOKEN=HRKU-AAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"HEROKU_TOKEN=HRKU-AA" + "Km7N2MRA3OSZiBUEfeJ",
				"Values that start with HRKU-AA belong in the vault.",
			},
			Source: "own",
		},
	}
}

func herokuAPIKey() detect.Detector {
	return detect.Detector{
		Name:     "heroku_api_key",
		Type:     "SECRET_HEROKU",
		Category: detect.CategorySecret,
		Summary:  "Heroku API key of the older UUID format",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`heroku`, `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"heroku"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"HEROKU_TOKEN=" + "349ae7ae-4b17-061d-e02b-6d5bdffbaf49",
				"herokuKey: \"" + "d211d18f-daf7-7788-6e85-7272a3dc6bc3\"",
				"{\"heroku_secret\": \"" + "7a42d8a2-0c8c-3664-691b-e61896611b43\"}",
			},
			Negative: []string{
				"build " + "85fc1bf6-8c1e-4b14-4b09-a47df10cf19c passed",
				"HEROKU_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"heroku: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func cloudflareToken() detect.Detector {
	return detect.Detector{
		Name:     "cloudflare_token",
		Type:     "SECRET_CLOUDFLARE",
		Category: detect.CategorySecret,
		Summary:  "Cloudflare API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`cloudflare|cf_api`, `[\w-]{40}`),
			Keywords:  []string{"cloudflare", "cf_api"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"CLOUDFLARE_TOKEN=" + "Fs6pXsxTe5HoEMuUnPzpA5NmcrJ0daDA1wL5iKZH",
				"cloudflareKey: \"" + "x7NxJhIdWCIfS3ViY9R8t4ma5dUgOqsVZiJ6EkUD\"",
				"{\"cloudflare_secret\": \"" + "3W8cjIUdFXN7VcaLp6AS3NttqhuQ9zkNlZOfvoWM\"}",
			},
			Negative: []string{
				"build " + "XFAKLnDcMwI8NDbRjEfmY7yfP8r4deBTCugZFo0Q passed",
				"CLOUDFLARE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"cloudflare: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func cloudflareGlobalKey() detect.Detector {
	return detect.Detector{
		Name:      "cloudflare_global_key",
		Type:      "SECRET_CLOUDFLARE",
		Category:  detect.CategorySecret,
		Summary:   "Cloudflare global API key",
		Validator: "not a published key",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`cloudflare|cf_api`, `[0-9a-f]{37}`),
			Keywords:  []string{"cloudflare", "cf_api"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  notPublished,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CLOUDFLARE_TOKEN=" + "14a7339d6cab4501b55231487dc9f3bee9c6d",
				"cloudflareKey: \"" + "55798bae135ff2d43c984f0a936af7d43e280\"",
				"{\"cloudflare_secret\": \"" + "d0e8311457aa152cea65b971ef2bdf7335eb6\"}",
			},
			Negative: []string{
				"build " + "4f25c4176a8efcdc267a97e80898bc6df5013 passed",
				"CLOUDFLARE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"cloudflare: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func cloudflareOriginKey() detect.Detector {
	return detect.Detector{
		Name:      "cloudflare_origin_key",
		Type:      "SECRET_CLOUDFLARE",
		Category:  detect.CategorySecret,
		Summary:   "Cloudflare origin CA key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`v1\.0-[a-f0-9]{24}-[a-f0-9]{146}`),
			Keywords:  []string{"v1.0-"},
			Ahead:     220,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CF_ORIGIN_CA=v1.0-" + "c61ba32005fc7d80e460eb65-" + "732bf215b3283a97f920c79eaad24e158653eb64c4df58e30cef482a799ce7ef5cc4f6be13a116284af8d50201af2e316d62b587cde7d3a45f1dab70b784949eb1bf2b5ef3d90cc608",
				"{\"credential\": \"v1.0-" + "598f8a06f6704cde2ab63298-" + "b4a46f7cb1624f4843d6628abb6ac1475aaee63348547c38ef8ecb5a7722310edc2c0598702f85ab767d671f8300b62c0a237f328ec364bdcbc929e107ff32479d938a1a9d51d7c55d\"}",
				"Please keep v1.0-" + "269deb8e3a7211e0e6f88543-" + "34416859cacd52a38c2b949431ebc359ab5463d0e27aa2209f6fbd65076da9182ff07d08c61b72a30734445ae7b0471ddb9114a02bc2677c0e9b3908e99adc87a55601c13bcaeef74e to yourself.",
			},
			Negative: []string{
				"CF_ORIGIN_CA=v1.0-xxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CF_ORIGIN_CA=v1.0-" + "f13450a8-" + "5f7be8432ef9edfe0d3852f0f639b4a9cb95085514a2fc16",
				"Values that start with v1.0- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func fastlyToken() detect.Detector {
	return detect.Detector{
		Name:      "fastly_token",
		Type:      "SECRET_FASTLY",
		Category:  detect.CategorySecret,
		Summary:   "Fastly API token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`fastly`, `[\w=-]{32}`),
			Keywords:  []string{"fastly"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FASTLY_TOKEN=" + "nXYb21MpSaX7iPowC5Lm2W1yazFKLIJx",
				"fastlyKey: \"" + "y4VSr2H5903YdFiQcvoMZJPo6fT5Bc1r\"",
				"{\"fastly_secret\": \"" + "fsYF0L05omIOQp2aDV8W5yH69XhjeZyt\"}",
			},
			Negative: []string{
				"build " + "Ndi86m7CuM2PabrELwfqQoRG9Xjq0EfA passed",
				"FASTLY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"fastly: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func netlifyToken() detect.Detector {
	return detect.Detector{
		Name:      "netlify_token",
		Type:      "SECRET_NETLIFY",
		Category:  detect.CategorySecret,
		Summary:   "Netlify access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`netlify`, `nfp_[A-Za-z0-9]{36}|[\w=-]{40,46}`),
			Keywords:  []string{"netlify"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NETLIFY_TOKEN=" + "OQq07RR5QcnvskoyYYLaZW3uUdTPUDK1VlFJfMvswuj",
				"netlifyKey: \"" + "j3VsCeFikErBwYmKrdzZxLaSkDdOxMHlK4G9pYa8hbm\"",
				"{\"netlify_secret\": \"" + "PtTRzCeAnRSDl8gm1dZSkpWszLEg5O3b0f2tU0bMP9e\"}",
			},
			Negative: []string{
				"build " + "aRBPHoqGcM1navdN86E0Rr3Ix5FiTSpywbDcUh4K4gf passed",
				"NETLIFY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"netlify: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func vercelToken() detect.Detector {
	return detect.Detector{
		Name:      "vercel_token",
		Type:      "SECRET_VERCEL",
		Category:  detect.CategorySecret,
		Summary:   "Vercel access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`vercel|now_token`, `[A-Za-z0-9]{24}`),
			Keywords:  []string{"vercel", "now_token"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"VERCEL_TOKEN=" + "fSntFlKNMHBzyEsZUm2RLI3w",
				"vercelKey: \"" + "nYO13JWBDQ7eR2kNPMqokptr\"",
				"{\"vercel_secret\": \"" + "RKHon2EdPDjlZW1UNT3pih8u\"}",
			},
			Negative: []string{
				"build " + "DU1JPObzpsQ2V60tIrGxnY59 passed",
				"VERCEL_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx",
				"vercel: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func supabaseToken() detect.Detector {
	return detect.Detector{
		Name:      "supabase_token",
		Type:      "SECRET_SUPABASE",
		Category:  detect.CategorySecret,
		Summary:   "Supabase access token or secret key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sbp_[a-f0-9]{40}|sb_secret_[\w-]{31}`),
			Keywords:  []string{"sbp_", "sb_secret_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SUPABASE_TOKEN=sbp_" + "5356976a29bc0a39f151cb44776ce189afd93852",
				"{\"credential\": \"sbp_" + "593fa441b0ef77092748d29834cc6055a4e031e5\"}",
				"Please keep sbp_" + "bd4a784595ef114f7c6f2c0134229cde3d602abe to yourself.",
			},
			Negative: []string{
				"SUPABASE_TOKEN=sbp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SUPABASE_TOKEN=sbp_" + "6fab4ae25e893",
				"Values that start with sbp_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func flyioToken() detect.Detector {
	return detect.Detector{
		Name:      "flyio_token",
		Type:      "SECRET_FLYIO",
		Category:  detect.CategorySecret,
		Summary:   "Fly.io access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`fo1_[\w-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}`),
			Keywords:  []string{"fo1_", "fm1", "fm2_"},
			Ahead:     1500,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FLYIO_TOKEN=fo1_" + "wNQYmWwOagx6tHVIjxqmLMfSXpdF2lXRcnEJRrzucoq",
				"{\"credential\": \"fo1_" + "uOm67xCZOPeSIVCbEfh8LDK95fkgNsftjXQMJlYs1Gs\"}",
				"Please keep fo1_" + "ATJDros1XZ3aqCvUy6cxN9QgnoZs0ordBbE2wzr5m8t to yourself.",
			},
			Negative: []string{
				"FLYIO_TOKEN=fo1_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"FLYIO_TOKEN=fo1_" + "K5AFVW0Joia2cE",
				"Values that start with fo1_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func renderKey() detect.Detector {
	return detect.Detector{
		Name:      "render_key",
		Type:      "SECRET_RENDER",
		Category:  detect.CategorySecret,
		Summary:   "Render API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rnd_[A-Za-z0-9]{32}`),
			Keywords:  []string{"rnd_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"RENDER_KEY=rnd_" + "ZUWemdM8PwlEbkVxHVnACJF1vTuBSM6m",
				"{\"credential\": \"rnd_" + "jFagsjSfrdvipOZxB5Ib7oP1lBTc462N\"}",
				"Please keep rnd_" + "MoCzD3iFEYQzg8U7vH7isuPpNXkOkTAJ to yourself.",
			},
			Negative: []string{
				"RENDER_KEY=rnd_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"RENDER_KEY=rnd_" + "Jxdlt5njOG",
				"Values that start with rnd_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func scalingoToken() detect.Detector {
	return detect.Detector{
		Name:      "scalingo_token",
		Type:      "SECRET_SCALINGO",
		Category:  detect.CategorySecret,
		Summary:   "Scalingo API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`tk-us-[\w-]{48}`),
			Keywords:  []string{"tk-us-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SCALINGO_TOKEN=tk-us-" + "QvJsoyHC5GW4d1Yje2XLPsRTEQDyet8X84ZPFi0oOvl8chBr",
				"{\"credential\": \"tk-us-" + "LGCOsrseHCpzD1uSygjxUP6dTxdhcKrwR83bdPuFsijA7QMf\"}",
				"Please keep tk-us-" + "5oI0ZgQlWoS4hlmrGzgjVstIR6pX193PjCHUcviMbaUAgmnO to yourself.",
			},
			Negative: []string{
				"SCALINGO_TOKEN=tk-us-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SCALINGO_TOKEN=tk-us-" + "BIadh5g6QKiOL9JR",
				"Values that start with tk-us- belong in the vault.",
			},
			Source: "own",
		},
	}
}
