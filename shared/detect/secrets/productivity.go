package secrets

import "guardrails/shared/detect"

// productivity returns the rules for planning and documentation services.
func productivity() []detect.Detector {
	return []detect.Detector{
		linearKey(),
		linearSecret(),
		notionToken(),
		atlassianToken(),
		atlassianKey(),
		airtableToken(),
		airtableKey(),
		asanaKey(),
	}
}

func linearKey() detect.Detector {
	return detect.Detector{
		Name:      "linear_key",
		Type:      "SECRET_LINEAR",
		Category:  detect.CategorySecret,
		Summary:   "Linear API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`lin_api_[a-zA-Z0-9]{40}`),
			Keywords:  []string{"lin_api_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LINEAR_KEY=lin_api_" + "WrQ93Ol7Zsb60akKonefGcN4KdTPMCPzLXdai3yS",
				"{\"credential\": \"lin_api_" + "rAVK3H0i2MDog1q7ZO7NudoPLtPWzcobfyNBFE9K\"}",
				"Please keep lin_api_" + "YvyWbfI5iUr87nT9Zjv46gYkFj0HwkpIExlPqDcc to yourself.",
			},
			Negative: []string{
				"LINEAR_KEY=lin_api_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"LINEAR_KEY=lin_api_" + "xySbFIT1LgmkO",
				"Values that start with lin_api_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func linearSecret() detect.Detector {
	return detect.Detector{
		Name:     "linear_secret",
		Type:     "SECRET_LINEAR",
		Category: detect.CategorySecret,
		Summary:  "Linear client secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`\blinear`, `[a-f0-9]{32}`),
			Keywords:  []string{"linear"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"LINEAR_TOKEN=" + "1c4874639d2e5e5fc2daf832b0999b3a",
				"linearKey: \"" + "eb13fbacc8a0976ff4de05d376026dfc\"",
				"{\"linear_secret\": \"" + "326d9670b78d79cd51b611aaea5f9348\"}",
			},
			Negative: []string{
				"build " + "efb91e5d8c3c9f6204fa4a69ed2ab37f passed",
				"LINEAR_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"linear: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func notionToken() detect.Detector {
	return detect.Detector{
		Name:      "notion_token",
		Type:      "SECRET_NOTION",
		Category:  detect.CategorySecret,
		Summary:   "Notion integration token",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ntn_\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}`),
			Keywords:  []string{"ntn_", "secret_"},
			Entropy:   3.8,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NOTION_TOKEN=ntn_" + "27496725381" + "feAHFoDjPydGxQk14JVtIaCqj33CnmAYRSb",
				"{\"credential\": \"ntn_" + "58143269280" + "ACuCtvGkR3OjZwENXQTbVIhnB4sya5acimz\"}",
				"Please keep ntn_" + "18516790542" + "jS3MBUlJf0sQKqMxhtEeFqamWrcuOS2gIYK to yourself.",
			},
			Negative: []string{
				"NOTION_TOKEN=ntn_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NOTION_TOKEN=ntn_" + "108" + "khI1lTV6CwS",
				"Values that start with ntn_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func atlassianToken() detect.Detector {
	return detect.Detector{
		Name:      "atlassian_token",
		Type:      "SECRET_ATLASSIAN",
		Category:  detect.CategorySecret,
		Summary:   "Atlassian API token",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AT(?:ATT3|CTT3|BB)[\w=-]{20,190}`),
			Keywords:  []string{"atatt3", "atctt3", "atbb"},
			Ahead:     300,
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ATLASSIAN_TOKEN=ATATT3" + "KZnDmmbu22zU82rpf95A4WeIWTvNky0y69WV5cFVeUF5H1iIc56eoTYijphBgCvjbwlOYSpMEJmWTN8lR3hCEqM9C6UC3Sb0j0KY43rbxaqUzdcE45z5aadbHGLNxXTeILuD2H7UNO1odaPHptpQiQkxDQuJrPgxjf5sp0IEQVlp6WZAcgn6",
				"{\"credential\": \"ATATT3" + "5MyZ33mUAD6FfERCxnzhjh0LTtk1SybjmWVMCIbw6qqtXrI7aagNCt9ckUemRPCH4KQ2U4bbDvADWynqFf3gW9hf9rF89Qg4vOkvOMTis1ib7W7HJ7ODFE3mTZwj5B4PasafVuF4volpcRUH4HxLGoYv9d6NhJYrddOcPNM9cpATQlgZD6TE\"}",
				"Please keep ATATT3" + "U59OvNEOZQGn3BdW6hfrDuNS7h4zQpRI45zFbuKWT8dpH79sp5PxgXeBJBsmyGgLRCtoFwuMQiT0MbSjWUWSKxpxnrmb6OuT7gQLwawpxViU1NBIGgcE1iyOSwcP8Rk3Dys32KZs6xInj6OYmnmcUFUzuxlJy2FkbpVFj3aGmvRotUbd9MMt to yourself.",
			},
			Negative: []string{
				"ATLASSIAN=ATATT3xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ATATT3" + "stbx2c",
				"Tokens start with ATATT3.",
			},
			Source: "own",
		},
	}
}

func atlassianKey() detect.Detector {
	return detect.Detector{
		Name:      "atlassian_key",
		Type:      "SECRET_ATLASSIAN",
		Category:  detect.CategorySecret,
		Summary:   "Atlassian, Jira or Confluence key assigned to a name that says so",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`atlassian|confluence|jira`, `[a-z0-9]{24}`),
			Keywords:  []string{"atlassian", "confluence", "jira"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ATLASSIAN_TOKEN=" + "oh5m2c2tiu0yrkjzc4e8wpdy",
				"atlassianKey: \"" + "img02kgf33655zq84u0bt7ho\"",
				"{\"atlassian_secret\": \"" + "ayhbolfik5897v05twqpbz4i\"}",
			},
			Negative: []string{
				"build " + "dj1z37pgu24gvjrx6layhc7k passed",
				"ATLASSIAN_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx",
				"atlassian: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func airtableToken() detect.Detector {
	return detect.Detector{
		Name:      "airtable_token",
		Type:      "SECRET_AIRTABLE",
		Category:  detect.CategorySecret,
		Summary:   "Airtable personal access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pat[a-zA-Z0-9]{14}\.[a-f0-9]{64}`),
			Keywords:  []string{"airtable", "bearer pat"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AIRTABLE=pat" + "yHOXtuQY9h8c1k." + "69c9fe1570f87d05b64d3242083bef3e7455b8fba63b01ed3130cb18c9dad47d",
				"airtable: {\"token\": \"pat" + "sEQw9onpV2iMTI." + "741cb869ca5df902cfacc93794be4d3a9e046bf8d5d9db3e5bef189ec1656b21\"}",
			},
			Negative: []string{
				"AIRTABLE=patxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"AIRTABLE=pat" + "9cug." + "82f057b1ca3a8ae6c8491",
				"Values that start with pat belong in the vault.",
			},
			Source: "own",
		},
	}
}

func airtableKey() detect.Detector {
	return detect.Detector{
		Name:      "airtable_key",
		Type:      "SECRET_AIRTABLE",
		Category:  detect.CategorySecret,
		Summary:   "Airtable API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`airtable`, `(?:key)?[a-zA-Z0-9]{17}|key[a-zA-Z0-9]{14}`),
			Keywords:  []string{"airtable"},
			Entropy:   2.8,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AIRTABLE_TOKEN=key" + "zqC9M1uSeZVW2d",
				"airtableKey: \"key" + "HC9hmsgP5a0jzA\"",
				"{\"airtable_secret\": \"key" + "LGlDsrCWXBuO8P\"}",
			},
			Negative: []string{
				"build key" + "dsMNVmfWXlro3C passed",
				"AIRTABLE_TOKEN=keyxxxxxxxxxxxxxx",
				"airtable: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func asanaKey() detect.Detector {
	return detect.Detector{
		Name:     "asana_key",
		Type:     "SECRET_ASANA",
		Category: detect.CategorySecret,
		Summary:  "Asana client ID or secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`asana`, `[a-z0-9]{32}|[0-9]{16}|[12]/[0-9]{13,16}(?:/[0-9]{13,16})?:[a-f0-9]{32}`),
			Keywords:  []string{"asana"},
			Entropy:   2.4,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ASANA_TOKEN=" + "m1j6dcyki57fiuz2h04bdp5h1g9scxqz",
				"asanaKey: \"" + "0yap4bv10xumzvb2ht7qj8ej3tlkof2t\"",
				"{\"asana_secret\": \"" + "zfimv0chjkra8swamk287d5e56uohsb6\"}",
			},
			Negative: []string{
				"build " + "fr2271xbp8zkqrmtsd909nil5hf632yo passed",
				"ASANA_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"asana: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
