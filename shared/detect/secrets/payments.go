package secrets

import "guardrails/shared/detect"

// payments returns the rules for payment, commerce and trading services.
func payments() []detect.Detector {
	return []detect.Detector{
		stripeKey(),
		stripeWebhook(),
		squareToken(),
		paypalBraintree(),
		paypalSecret(),
		plaidKey(),
		plaidToken(),
		shopifyToken(),
		flutterwaveKey(),
		gocardlessToken(),
		easypostKey(),
		shippoToken(),
		lobKey(),
		duffelToken(),
		etsyToken(),
	}
}

func stripeKey() detect.Detector {
	return detect.Detector{
		Name:      "stripe_key",
		Type:      "SECRET_STRIPE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Stripe secret or restricted key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`[rs]k_(?:test|live|prod)_[a-zA-Z0-9]{10,99}`),
			Keywords:  []string{"k_test_", "k_live_", "k_prod_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"STRIPE_KEY=sk_live_" + "09WXxkOPfg2di41ohTpUkABl",
				"{\"credential\": \"sk_live_" + "q4L7wIDjokEfSrkHeXZiRb1V\"}",
				"Please keep sk_live_" + "7Zah65QqeWo0nCcEUjbiS9XG to yourself.",
			},
			Negative: []string{
				"STRIPE_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
				"STRIPE_KEY=sk_live_" + "HJEUolD2",
				"Values that start with sk_live_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func stripeWebhook() detect.Detector {
	return detect.Detector{
		Name:      "stripe_webhook",
		Type:      "SECRET_STRIPE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Stripe webhook signing secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`whsec_[A-Za-z0-9+/=]{32,64}`),
			Keywords:  []string{"whsec_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"STRIPE_WEBHOOK=whsec_" + "GdNQXVvhjSQHaox0TqUCPhg2fyFPeZ1X",
				"{\"credential\": \"whsec_" + "yLFdgn9uJW5jSrPRYwmzlcT2JGBxYqh2\"}",
				"Please keep whsec_" + "GraSHIE4z4u3h3bFWDPTOyzRQD5sn0pJ to yourself.",
			},
			Negative: []string{
				"STRIPE_WEBHOOK=whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"STRIPE_WEBHOOK=whsec_" + "YvGtRBJ0PO",
				"Values that start with whsec_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func squareToken() detect.Detector {
	return detect.Detector{
		Name:      "square_token",
		Type:      "SECRET_SQUARE",
		Category:  detect.CategorySecret,
		Summary:   "Square access token or OAuth secret",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:EAAA|sq0atp-|sq0csp-)[\w-]{22,60}`),
			Keywords:  []string{"eaaa", "sq0atp-", "sq0csp-"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SQUARE_TOKEN=sq0atp-" + "LCURDj7YJ8i2IQoH6AZa1G",
				"{\"credential\": \"sq0atp-" + "23vBU7Fgho0xKansfjtpmZ\"}",
				"Please keep sq0atp-" + "yOXBhNms8LAjFKzOPREVlp to yourself.",
			},
			Negative: []string{
				"SQUARE_TOKEN=sq0atp-xxxxxxxxxxxxxxxxxxxxxx",
				"SQUARE_TOKEN=sq0atp-" + "xkDWj9C",
				"Values that start with sq0atp- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func paypalBraintree() detect.Detector {
	return detect.Detector{
		Name:      "paypal_braintree",
		Type:      "SECRET_PAYPAL_BRAINTREE",
		Category:  detect.CategorySecret,
		Summary:   "PayPal or Braintree access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}`),
			Keywords:  []string{"access_token$"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PAYPAL_BRAINTREE=access_token$production$" + "ldpl6zdwferkq9gc$" + "b72a18c0d6182f38ae5e63cc269950d7",
				"{\"credential\": \"access_token$production$" + "idqc9fh687gvwlze$" + "f313156cf884da6ef94280f9d2d479b6\"}",
				"Please keep access_token$production$" + "6zosn2fmutkraj0w$" + "ff0630e1a9e87a94cdc52abde772298e to yourself.",
			},
			Negative: []string{
				"PAYPAL_BRAINTREE=access_token$production$xxxxxxxxxxxxxxxx$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PAYPAL_BRAINTREE=access_token$production$" + "shmny$" + "49c836f5b1",
				"Values that start with access_token$production$ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func paypalSecret() detect.Detector {
	return detect.Detector{
		Name:      "paypal_secret",
		Type:      "SECRET_PAYPAL",
		Category:  detect.CategorySecret,
		Summary:   "PayPal client ID or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`paypal|braintree`, `[A-Za-z0-9_-]{80}|E[A-Za-z0-9_-]{70,90}|[a-f0-9]{32}`),
			Keywords:  []string{"paypal", "braintree"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PAYPAL_TOKEN=E" + "o7Pwk3FrlhEShHcxvKSQeq6d79GIXdXmMup3FsTms2VbmjJIWstj0iAf9gYeWz7CbJytKtndj9cXWR5",
				"paypalKey: \"E" + "kGBOjIkhNlMpA9GybPGQ4LxHnB94wFFZsdsaVqZ5bCNJdgmeLjXw2cTWw9H7QvSgIYkfnsIaPg55iqt\"",
				"{\"paypal_secret\": \"E" + "zaLQKO2vpbFzVYCWnlWRFuFgybicPtFGXjAYoHbj1C9aXvMhiHS30eMq6kr7sRBs3uGZdF7hh6m0TSF\"}",
			},
			Negative: []string{
				"build E" + "h6EhNHjAS4TiMEs0p4WwA0FrigBDp7aoIOy98Vzm1wUMMBahAIzTJCr1b4ftY2qtgjWL8ZYekBhdKRl passed",
				"PAYPAL_TOKEN=Exxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"paypal: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func plaidKey() detect.Detector {
	return detect.Detector{
		Name:      "plaid_key",
		Type:      "SECRET_PLAID",
		Category:  detect.CategorySecret,
		Summary:   "Plaid client ID or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`plaid`, `[a-zA-Z0-9]{30}|[a-zA-Z0-9]{24}`),
			Keywords:  []string{"plaid"},
			Entropy:   3.2,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PLAID_TOKEN=" + "28f60e7847df01bad8126de2c39344",
				"plaidKey: \"" + "164ffcc9215bf86090d5e7cc32d0a4\"",
				"{\"plaid_secret\": \"" + "4d722881abe515ca89863742fe70c3\"}",
			},
			Negative: []string{
				"build " + "455bd08524b6aeecf324091a2ac179 passed",
				"PLAID_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"plaid: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func plaidToken() detect.Detector {
	return detect.Detector{
		Name:      "plaid_token",
		Type:      "SECRET_PLAID",
		Category:  detect.CategorySecret,
		Summary:   "Plaid access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`access-(?:sandbox|development|production)-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"access-sandbox-", "access-development-", "access-production-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PLAID_TOKEN=access-sandbox-" + "fbf1a0fd-1149-6ed7-3be1-81ecbd626de8",
				"{\"credential\": \"access-sandbox-" + "e022f45e-d985-3548-c259-738e15257e32\"}",
				"Please keep access-sandbox-" + "271bf9cd-62aa-2475-add1-02c459432b8c to yourself.",
			},
			Negative: []string{
				"PLAID_TOKEN=access-sandbox-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PLAID_TOKEN=access-sandbox-" + "1cba9e438a0d",
				"Values that start with access-sandbox- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func shopifyToken() detect.Detector {
	return detect.Detector{
		Name:      "shopify_token",
		Type:      "SECRET_SHOPIFY",
		Category:  detect.CategorySecret,
		Summary:   "Shopify access token or shared secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}`),
			Keywords:  []string{"shpat_", "shpca_", "shppa_", "shpss_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SHOPIFY_TOKEN=shpat_" + "9d249084fd538e7b671c5cf1198d69a0",
				"{\"credential\": \"shpat_" + "c8dd362b716a886e31992740bda52fd4\"}",
				"Please keep shpat_" + "352b16e8049123557d9aa0ddbb8ff58e to yourself.",
			},
			Negative: []string{
				"SHOPIFY_TOKEN=shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SHOPIFY_TOKEN=shpat_" + "f6ae8cb407",
				"Values that start with shpat_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func flutterwaveKey() detect.Detector {
	return detect.Detector{
		Name:      "flutterwave_key",
		Type:      "SECRET_FLUTTERWAVE",
		Category:  detect.CategorySecret,
		Summary:   "Flutterwave public, secret or encryption key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`FLW(?:PUBK|SECK)_TEST-(?:[a-h0-9]{32}-X|[a-h0-9]{12})|FLW(?:PUBK|SECK)-[a-h0-9]{32}-X`),
			Keywords:  []string{"flwpubk", "flwseck"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FLUTTERWAVE_KEY=FLWSECK_TEST-" + "a2b71fd03f745966cefa3b208528ded9-X",
				"{\"credential\": \"FLWSECK_TEST-" + "951febb690512d2bd52835fc3dc9a47e-X\"}",
				"Please keep FLWSECK_TEST-" + "3b354197445029f123c2dcea0db6fd8c-X to yourself.",
			},
			Negative: []string{
				"FLUTTERWAVE_KEY=FLWSECK_TEST-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-X",
				"FLUTTERWAVE_KEY=FLWSECK_TEST-" + "52701cb6a8-X",
				"Values that start with FLWSECK_TEST- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func gocardlessToken() detect.Detector {
	return detect.Detector{
		Name:     "gocardless_token",
		Type:     "SECRET_GOCARDLESS",
		Category: detect.CategorySecret,
		Summary:  "GoCardless API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`gocardless`, `live_[\w=-]{40}`),
			Keywords:  []string{"gocardless"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"GOCARDLESS_TOKEN=live_" + "YdqTDA00Ple7RDoaf6qSWe9vzCsLJWwV8UtN3bAg",
				"gocardlessKey: \"live_" + "tODY3sKgOGadNAMYWsxuiRfFO0Key7Vzrl8Epns2\"",
				"{\"gocardless_secret\": \"live_" + "J46az0xDB4FcCjou0v3qT7dsRGL9n9krlnmEKziL\"}",
			},
			Negative: []string{
				"build live_" + "OpI7yLN8tRLju4Us3PLfaJbs2oE7K5wuyqSve9GD passed",
				"GOCARDLESS_TOKEN=live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"gocardless: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func easypostKey() detect.Detector {
	return detect.Detector{
		Name:      "easypost_key",
		Type:      "SECRET_EASYPOST",
		Category:  detect.CategorySecret,
		Summary:   "EasyPost API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`EZ[AT]K[a-zA-Z0-9]{54}`),
			Keywords:  []string{"ezak", "eztk"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"EASYPOST_KEY=EZAK" + "m53MexiAkEdvZYZPV2hj3LHT0ooDBpkGOriBuMhaAJ96J6ef4qIb7r",
				"{\"credential\": \"EZAK" + "fxJJuUVOUcTGA53tWmZ5ulcdUEMFpOAeN1w27Jfj2sziCkKyev0IHK\"}",
				"Please keep EZAK" + "4y76rBbn0I1HXmdPc90IsxaW3RHwBExlzvf88zFSqdSkCPYuVoZItx to yourself.",
			},
			Negative: []string{
				"EASYPOST_KEY=EZAKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"EASYPOST_KEY=EZAK" + "BZLb5IoMFHlRrCqntf",
				"Values that start with EZAK belong in the vault.",
			},
			Source: "own",
		},
	}
}

func shippoToken() detect.Detector {
	return detect.Detector{
		Name:      "shippo_token",
		Type:      "SECRET_SHIPPO",
		Category:  detect.CategorySecret,
		Summary:   "Shippo API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`shippo_(?:live|test)_[a-fA-F0-9]{40}`),
			Keywords:  []string{"shippo_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SHIPPO_TOKEN=shippo_live_" + "6d890731286fcaeb24e21c5e5bbd03680376f567",
				"{\"credential\": \"shippo_live_" + "699ae11d5e46c297c0c9e47409868a103df7b3bf\"}",
				"Please keep shippo_live_" + "99e161020e234a7d8ccff326a5554468f741dfb4 to yourself.",
			},
			Negative: []string{
				"SHIPPO_TOKEN=shippo_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SHIPPO_TOKEN=shippo_live_" + "ba0fc84f41653",
				"Values that start with shippo_live_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func lobKey() detect.Detector {
	return detect.Detector{
		Name:     "lob_key",
		Type:     "SECRET_LOB",
		Category: detect.CategorySecret,
		Summary:  "Lob API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`lob`, `(?:live|test)_(?:pub_[a-f0-9]{31}|[a-f0-9]{35})`),
			Keywords:  []string{"lob_", "lobt", "lobk", "lob-", "lob "},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"LOB_TOKEN=live_" + "04c6c39968468e1b65f1ae5a2ab29fdd37b",
				"lobKey: \"live_" + "25156ed407c065abf129c87f33858e70d9a\"",
				"{\"lob_secret\": \"live_" + "2f408a97cd2f5aeaeb9c726613f5134179d\"}",
			},
			Negative: []string{
				"build live_" + "352c0814d1ed87761a3bfafc60b9edd1c01 passed",
				"LOB_TOKEN=live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"lob: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func duffelToken() detect.Detector {
	return detect.Detector{
		Name:      "duffel_token",
		Type:      "SECRET_DUFFEL",
		Category:  detect.CategorySecret,
		Summary:   "Duffel API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`duffel_(?:test|live)_[\w=-]{43}`),
			Keywords:  []string{"duffel_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DUFFEL_TOKEN=duffel_live_" + "dvrqwW60MC8gU53Lbf2t4RsKo7WzvCJdVDMHXNTGN7Y",
				"{\"credential\": \"duffel_live_" + "agb18YDwAmYMDTHMPHsfqzlv256hgotjuixczErL47M\"}",
				"Please keep duffel_live_" + "glhzuHP9nt3LWF9SFI8B4fpKNcer71qFBPJcbI2swGT to yourself.",
			},
			Negative: []string{
				"DUFFEL_TOKEN=duffel_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DUFFEL_TOKEN=duffel_live_" + "61MPpnJ7BcQIYe",
				"Values that start with duffel_live_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func etsyToken() detect.Detector {
	return detect.Detector{
		Name:      "etsy_token",
		Type:      "SECRET_ETSY",
		Category:  detect.CategorySecret,
		Summary:   "Etsy access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`\betsy`, `[a-z0-9]{24}`),
			Keywords:  []string{"etsy"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ETSY_TOKEN=" + "4aeps7pcwfjxngzzr4kxib18",
				"etsyKey: \"" + "vbm3dt7tn6zge828wq1cljm9\"",
				"{\"etsy_secret\": \"" + "n3ixwndf42scgm3pouq891kx\"}",
			},
			Negative: []string{
				"build " + "kuf12irt8ng14hj10p65vyd7 passed",
				"ETSY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx",
				"etsy: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
