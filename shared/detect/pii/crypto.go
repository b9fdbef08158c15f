package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

var walletContext = []string{"wallet", "address", "send", "crypto", "coin", "deposit", "transfer", "donate"}

func cryptoWallets() []detect.Detector {
	return []detect.Detector{bitcoin(), bitcoinSegWit(), ethereum(), litecoin(), litecoinSegWit(), tron()}
}

func bitcoin() detect.Detector {
	return detect.Detector{
		Name: "crypto_btc", Type: "CRYPTO_BTC", Category: detect.CategoryPII,
		Summary: "Bitcoin address", Validator: "base58check",
		Base: baseStrong, Context: append([]string{"btc", "bitcoin"}, walletContext...),
		Anchor: &detect.Anchor{Bytes: "13", Scan: scanBase58(0, 5)},
		Samples: detect.Samples{
			Positive: []string{"send BTC to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "wallet: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa."},
			Negative: []string{"send BTC to 1BoatSLRHtKNngkdXEeobR76b53LETtpyU", "btc 1BoatSLRHtKNngkdXEeobR76b53LETtpyTx", "x1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "sha 3AUAr7xFAf0xBGNhFaT4iND9Hiemi1EprKf"},
			Source:   "addresses printed in public documentation",
		},
	}
}

// scanBase58 reads a base58check address with one of two version bytes.
func scanBase58(versions ...byte) func(string, int) (int, int, detect.Verdict) {
	return func(text string, at int) (int, int, detect.Verdict) {
		if at > 0 && isAlnum(text[at-1]) {
			return 0, 0, detect.Reject
		}
		end := at
		for end < len(text) && end-at <= 36 && isAlnum(text[end]) {
			end++
		}
		if end-at < 25 || end-at > 35 {
			return 0, 0, detect.Reject
		}
		v, ok := checksum.Base58Check(text[at:end])
		for _, want := range versions {
			if ok && v == want {
				return at, end, detect.Valid
			}
		}
		return 0, 0, detect.Reject
	}
}

func bitcoinSegWit() detect.Detector {
	return detect.Detector{
		Name: "crypto_btc_segwit", Type: "CRYPTO_BTC", Category: detect.CategoryPII,
		Summary: "Bitcoin witness address", Validator: "bech32 or bech32m",
		Base: baseStrong, Context: append([]string{"btc", "bitcoin"}, walletContext...),
		Pattern: segWitPattern("bc"),
		Samples: detect.Samples{
			Positive: []string{"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "to BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
			Negative: []string{"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdr", "abc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdqq"},
			Source:   "BIP 173 and BIP 350",
		},
	}
}

func segWitPattern(prefix string) *detect.Pattern {
	return &detect.Pattern{
		Regexp:   `(?i)\b` + prefix + `1[02-9ac-hj-np-z]{8,87}\b`,
		Keywords: []string{prefix + "1"},
		Validate: func(s string) detect.Verdict {
			got, ok := checksum.SegWit(s)
			return verdict(ok && got == prefix)
		},
	}
}

func ethereum() detect.Detector {
	return detect.Detector{
		Name: "crypto_eth", Type: "CRYPTO_ETH", Category: detect.CategoryPII,
		Summary: "Ethereum address", Validator: "eip-55 where the case is mixed",
		Base: baseStrict, ValidBase: baseStrong,
		Context: append([]string{"eth", "ethereum", "erc20", "metamask", "usdt", "usdc"}, walletContext...),
		Anchor:  &detect.Anchor{Bytes: "x", Scan: scanEthereum},
		Samples: detect.Samples{
			Positive: []string{"ETH 0xdd43f355327ef24686bd3f24b9f16d036bfa7f9f", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "wallet is 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359."},
			Negative: []string{"ETH 0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ETH 0xdd43f355327ef24686bd3f24b9f16d036bfa7f9", "hash 0xdd43f355327ef24686bd3f24b9f16d036bfa7f9fdd43f355327ef24686bd3f24", "0x0000000000000000000000000000000000000000"},
			Source:   "EIP-55 and own",
		},
	}
}

func scanEthereum(text string, at int) (int, int, detect.Verdict) {
	start := at - 1
	end := at + 41
	if start < 0 || text[start] != '0' || end > len(text) || (start > 0 && isAlnum(text[start-1])) || (end < len(text) && isAlnum(text[end])) {
		return 0, 0, detect.Reject
	}
	v := text[start:end]
	if strings.Count(v[2:], v[2:3]) == 40 {
		return 0, 0, detect.Reject
	}
	switch checksum.EIP55(v) {
	case checksum.Checked:
		return start, end, detect.Valid
	case checksum.Unchecked:
		return start, end, detect.Plausible
	case checksum.Malformed:
	}
	return 0, 0, detect.Reject
}

func litecoin() detect.Detector {
	return detect.Detector{
		Name: "crypto_ltc", Type: "CRYPTO_LTC", Category: detect.CategoryPII,
		Summary: "Litecoin address", Validator: "base58check",
		Base: baseStrong, Context: append([]string{"ltc", "litecoin"}, walletContext...),
		Anchor: &detect.Anchor{Bytes: "LM", Scan: scanBase58(0x30, 0x32)},
		Samples: detect.Samples{
			Positive: []string{"LTC to LdhAFf9tEbdZsZANz3HeFcNfdmFmvui4dD", "litecoin LQtXAwTn9Z43bRnMLY6TyUQPMduoSMTGEG", "MC8yGMQSxkjJiJu6UEasHoTZdPDyyV8ytK is the wallet"},
			Negative: []string{"LTC to LdhAFf9tEbdZsZANz3HeFcNfdmFmvui4dDx", "ltc LdhAFf9tEbdZsZANz3HeFcNfdmFmvui4db", "LxxxMxxxx"},
			Source:   "own",
		},
	}
}

func litecoinSegWit() detect.Detector {
	return detect.Detector{
		Name: "crypto_ltc_segwit", Type: "CRYPTO_LTC", Category: detect.CategoryPII,
		Summary: "Litecoin witness address", Validator: "bech32 or bech32m",
		Base: baseStrong, Context: append([]string{"ltc", "litecoin"}, walletContext...),
		Pattern: segWitPattern("ltc"),
		Samples: detect.Samples{
			Positive: []string{"LTC to ltc1qrzkruu6r7qtgjrz3p6fljdfxz95ancl4fp4u0l", "ltc1q8aumk76rtvzny9j3mthaxaxdc6qacph65e0rwn3cxdac3jsydh4qt2j96h", "litecoin: ltc1py5h3pjpkzr4u5xs9ns96aqj4aw30jkly68tme75f6ujg4qke7ygs6nyyq8"},
			Negative: []string{"LTC to ltc1qrzkruu6r7qtgjrz3p6fljdfxz95ancl4fp4u0lq", "altc1qxyz", "ltc1q"},
			Source:   "own",
		},
	}
}

func tron() detect.Detector {
	return detect.Detector{
		Name: "crypto_trx", Type: "CRYPTO_TRX", Category: detect.CategoryPII,
		Summary: "Tron address", Validator: "base58check",
		Base: baseStrong, Context: append([]string{"trx", "tron", "trc20", "usdt"}, walletContext...),
		Anchor: &detect.Anchor{Bytes: "T", Scan: scanBase58(0x41)},
		Samples: detect.Samples{
			Positive: []string{"TRX TUfNJCvCYaVsEKKjmxshX3EWwfcKJKPvD8", "usdt trc20 TRXadQZXbYe4gUq76duPQwPKPoVF5vkMxy", "wallet TWFctFG6CdQ1KeYEvw3EfnGVPqrTQHzBkc."},
			Negative: []string{"TRX TUfNJCvCYaVsEKKjmxshX3EWwfcKJKPvD8x", "TRX TUfNJCvCYaVsEKKjmxshX3EWwfcKJKPvDb", "This Tuesday The Tower"},
			Source:   "own",
		},
	}
}
