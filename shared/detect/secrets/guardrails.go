package secrets

import "guardrails/shared/detect"

// guardrails returns the rule for this product's own API keys.
func guardrails() []detect.Detector {
	return []detect.Detector{
		guardrailsKey(),
	}
}

func guardrailsKey() detect.Detector {
	return detect.Detector{
		Name:      "guardrails_key",
		Type:      "SECRET_GUARDRAILS_KEY",
		Category:  detect.CategorySecret,
		Summary:   "API key of this product, with a valid CRC-32",
		Validator: "crc32",
		Base:      0.9,
		ValidBase: 0.99,
		Pattern: &detect.Pattern{
			Regexp:    token(`gr_(?:live|test)_[0-9A-Za-z]{59}`),
			Keywords:  []string{"gr_live_", "gr_test_"},
			Stopwords: placeholders(),
			Validate:  judgeOwnKey,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GUARDRAILS_KEY=gr_live_" + "8aspm4G7VmSUfOoD6V1vrO" + "Rcmn0iSHkpEby6vK111fY0yuOhDRk1X4Unrx5",
				"{\"apiKey\": \"gr_test_" + "ztys355NrAlpgsJGcDc2bh" + "ARePpktWyNYxSWHv2t1NTxKwORvuXAZ4U5hIS\"}",
				"curl -H \"X-Api-Key: gr_live_" + "FbY8NwcUeb4c0wrUGZECjU" + "YrZUPet9Ee9txXOl0gn4Amzb2Jn1qtH1kimM0\" https://api.example.com",
				"my key is gr_test_" + "FJ6kPU9541PZwIpm3EXYNH" + "nBq6GDyx1rfpGpHCAJIetkzssuN5scL0KtFo0.",
				"gr_live_" + "dGlMoiyrlfxX1rTnyFf3vA" + "7NUtFOY6aF0kDQHBwtnOAmp48ddS8803pxHgQ",
			},
			Negative: []string{
				"GUARDRAILS_KEY=gr_live_" + "8aspm4G7VmSUfOoD6V1vrO" + "Rcmn0iSHkpEby6vK111fY0yuOhDRk1X4UnrxA",
				"gr_live_" + "Ky9Pf34qY6Nb3wWD25RQ4F" + "5ZR3qa7yEeeby3abP3E2Zs8IQ9Y7aJZ0PON6fa",
				"gr_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"gr_prod_" + "ENzO8Cj258FpWDPf1TVTOV" + "aCvrP5VEm1iHXQUvwOk7gG6q4OdrO6g22A0dw",
				"Keys start with gr_live_ or gr_test_.",
			},
			Source: "own",
		},
	}
}
