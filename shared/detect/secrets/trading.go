package secrets

import "guardrails/shared/detect"

// trading returns the rules for trading, banking data and accounting services.
func trading() []detect.Detector {
	return []detect.Detector{
		coinbaseToken(),
		krakenToken(),
		kucoinKey(),
		bittrexKey(),
		binanceKey(),
		finicityKey(),
		finnhubToken(),
		freshbooksToken(),
		freemiusKey(),
	}
}

func coinbaseToken() detect.Detector {
	return detect.Detector{
		Name:      "coinbase_token",
		Type:      "SECRET_COINBASE",
		Category:  detect.CategorySecret,
		Summary:   "Coinbase access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`coinbase`, `[\w-]{64}`),
			Keywords:  []string{"coinbase"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"COINBASE_TOKEN=" + "b4AkSJPiCBD029Jk4vjHzsCEteGvpM4TBaPX2ycIo35nFtfR2AyTs9tQK6o6mT7q",
				"coinbaseKey: \"" + "axLrK8EhDcHij2hbb9XPQzJCwOSAImiXnodF1sudKWNObT0QaJoIy4ydQ6uY34ce\"",
				"{\"coinbase_secret\": \"" + "RcThdnj3b4ARIbOtT6exLf9p4IvZ2HiEoCFWmD2unu9aA0P27g1suCzcXHBIAOEU\"}",
			},
			Negative: []string{
				"build " + "YAwrvRjKh4kd4dUxP7R1qADQni95xz2UcPEWLj7VVJCOD88aTp2yIrs0WYLG2MHO passed",
				"COINBASE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"coinbase: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func krakenToken() detect.Detector {
	return detect.Detector{
		Name:      "kraken_token",
		Type:      "SECRET_KRAKEN",
		Category:  detect.CategorySecret,
		Summary:   "Kraken access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`kraken`, `[\w/=+-]{80,90}`),
			Keywords:  []string{"kraken"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"KRAKEN_TOKEN=" + "Fw1zfuxGv4Pvl4PLrl5mUVBnsYYhqyNDKneMDSHNIZ3X7a6eZ8LRr242Gdkq0vLNvI7SPStpLMxDcmWRXEn2it",
				"krakenKey: \"" + "Hl775ZpMDgePboS4HeiPEtvPVj057yCJ9iFqIqYB2XUa5JfaHx6QG7AAMhRgAjsMbVEVKQRrA6uOkNust3WBzS\"",
				"{\"kraken_secret\": \"" + "184HtI6Xnk5nyVwbJO8dveAWPQNakmC5yLpxqFBysvHebKDWhEG0BUonCa9322jZXIoM1SVLEvshOmpOZWSqhc\"}",
			},
			Negative: []string{
				"build " + "4mRqAuFWUtlxBPclf9ulGR4qTQeUOfak26xpy6wFCXV75bxmJL1UQQ8TbiMzPLoD4hjvneKWszKCtYDDydLJXq passed",
				"KRAKEN_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"kraken: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func kucoinKey() detect.Detector {
	return detect.Detector{
		Name:     "kucoin_key",
		Type:     "SECRET_KUCOIN",
		Category: detect.CategorySecret,
		Summary:  "KuCoin key or secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`kucoin`, `[a-f0-9]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"kucoin"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"KUCOIN_TOKEN=" + "962f31a8251f4ebaa73d5100",
				"kucoinKey: \"" + "69e3b0624b4cdcaf5fd8d578\"",
				"{\"kucoin_secret\": \"" + "117daf633740205e5ed7c989\"}",
			},
			Negative: []string{
				"build " + "7eaebdd42542e17639b827f0 passed",
				"KUCOIN_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx",
				"kucoin: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func bittrexKey() detect.Detector {
	return detect.Detector{
		Name:      "bittrex_key",
		Type:      "SECRET_BITTREX",
		Category:  detect.CategorySecret,
		Summary:   "Bittrex key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`bittrex`, `[a-z0-9]{32}`),
			Keywords:  []string{"bittrex"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"BITTREX_TOKEN=" + "8ck2g5zcb02af9umn3ay0io949pxyjw1",
				"bittrexKey: \"" + "mv6jt80ltxhboq13zfqpn8ze0ks4uqg8\"",
				"{\"bittrex_secret\": \"" + "apqe12mx4hodj9zj27t78uq9pnzkw6u5\"}",
			},
			Negative: []string{
				"build " + "veat9dyd1z8mnjkc4or6247usgsf131g passed",
				"BITTREX_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"bittrex: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func binanceKey() detect.Detector {
	return detect.Detector{
		Name:     "binance_key",
		Type:     "SECRET_BINANCE",
		Category: detect.CategorySecret,
		Summary:  "Binance API key or secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`binance`, `[A-Za-z0-9]{64}`),
			Keywords:  []string{"binance"},
			Entropy:   4,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"BINANCE_TOKEN=" + "lUhkJM9Rv0R3ZtQQZ4FTqZUwf26eDYL1BLCXYdEm1LQukzjnwWCIq4wP5ycG1rty",
				"binanceKey: \"" + "kM1xMUn4d19r6FTt3ES2nezhuhCQNX5VBJw8kWE92MIfqPaiZ09hnmUOaw4VaryF\"",
				"{\"binance_secret\": \"" + "pxwXGDLZoNmCAczmBPcaP0CUyjWMTJk6VHv32MLfV1i7AnYKj4szK12EgJvr8LeR\"}",
			},
			Negative: []string{
				"build " + "ygcq4GAMjEKDKFwWOT5F3Sn7vCEMssPzcAJIVbtHvQkdf0WYBauf8GHATF9xJF8g passed",
				"BINANCE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"binance: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func finicityKey() detect.Detector {
	return detect.Detector{
		Name:      "finicity_key",
		Type:      "SECRET_FINICITY",
		Category:  detect.CategorySecret,
		Summary:   "Finicity token or client secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`finicity`, `[a-f0-9]{32}|[a-z0-9]{20}`),
			Keywords:  []string{"finicity"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FINICITY_TOKEN=" + "e36d152afc40def405617e2338cc8d95",
				"finicityKey: \"" + "7261aedd25f37d893c4b245291c0a639\"",
				"{\"finicity_secret\": \"" + "3886ec0dab9c5cf21475b346561141a2\"}",
			},
			Negative: []string{
				"build " + "62a120840f37545bab588e4a0cde099c passed",
				"FINICITY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"finicity: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func finnhubToken() detect.Detector {
	return detect.Detector{
		Name:      "finnhub_token",
		Type:      "SECRET_FINNHUB",
		Category:  detect.CategorySecret,
		Summary:   "Finnhub access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`finnhub`, `[a-z0-9]{20}`),
			Keywords:  []string{"finnhub"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FINNHUB_TOKEN=" + "9kuexhzyf7ogtqi9bdso",
				"finnhubKey: \"" + "xg9i82du3yqyjrhfc6nb\"",
				"{\"finnhub_secret\": \"" + "m1ij3ht5wqyob6j2g7uz\"}",
			},
			Negative: []string{
				"build " + "tel8a3qwu52x1bgoz9v8 passed",
				"FINNHUB_TOKEN=xxxxxxxxxxxxxxxxxxxx",
				"finnhub: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func freshbooksToken() detect.Detector {
	return detect.Detector{
		Name:      "freshbooks_token",
		Type:      "SECRET_FRESHBOOKS",
		Category:  detect.CategorySecret,
		Summary:   "FreshBooks access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`freshbooks`, `[a-z0-9]{64}`),
			Keywords:  []string{"freshbooks"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FRESHBOOKS_TOKEN=" + "1atd4dvnmtkhbtcos59nnyw3eok8kqigfd68ye2uis0gm3pw4cdj4vr6lf77m2fl",
				"freshbooksKey: \"" + "5142h0grtsw291m8xuh0rp45issovl7siwpznydxjv7qsrug52eb2ob03f6pvcrj\"",
				"{\"freshbooks_secret\": \"" + "4pilvqi2qt1tzlfp5jdlxs3zw67ry813dw4xny5mocsqqzjhbhi27d40dmpveiax\"}",
			},
			Negative: []string{
				"build " + "jdg53d7ygfp85fzkc3h9todswcqlxrvye4paigl52x1v7ogl11x3kshui1bbp683 passed",
				"FRESHBOOKS_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"freshbooks: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func freemiusKey() detect.Detector {
	return detect.Detector{
		Name:     "freemius_key",
		Type:     "SECRET_FREEMIUS",
		Category: detect.CategorySecret,
		Summary:  "Freemius secret key in PHP",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    `["\x27]secret_key["\x27]\s{0,3}=>\s{0,3}["\x27](sk_[^\s"\x27]{29})["\x27]`,
			Keywords:  []string{"secret_key"},
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"\"secret_key\" => \"sk_" + "lvfFEHtOXW2ypmX7c6Ni#P7r5&@*x\",",
			},
			Negative: []string{
				"\"secret_key\" => \"\",",
				"\"other_key\" => \"sk_" + "1B3QO3PGXPnuVAds8JzeLq82vKNa0\",",
			},
			Source: "own",
		},
	}
}
