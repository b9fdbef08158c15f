package secrets

import "guardrails/shared/detect"

// monitoring returns the rules for monitoring, logging and analytics services.
func monitoring() []detect.Detector {
	return []detect.Detector{
		datadogKey(),
		newrelicKey(),
		newrelicID(),
		sentryToken(),
		sentryKey(),
		grafanaToken(),
		grafanaKey(),
		dynatraceToken(),
		sumologicKey(),
		adafruitKey(),
		adafruitLegacy(),
		segmentKey(),
		honeycombKey(),
		rollbarToken(),
		pagerdutyKey(),
		amplitudeKey(),
	}
}

func datadogKey() detect.Detector {
	return detect.Detector{
		Name:      "datadog_key",
		Type:      "SECRET_DATADOG",
		Category:  detect.CategorySecret,
		Summary:   "Datadog API or application key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`datadog|dd_(?:api|app)`, `[a-z0-9]{40}|[a-f0-9]{32}`),
			Keywords:  []string{"datadog", "dd_api", "dd_app"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DATADOG_TOKEN=" + "e00b80f9766dabc2100f521953317e34c7849ad0",
				"datadogKey: \"" + "f66a64af929502417c887eb52c0e5d7df17335f2\"",
				"{\"datadog_secret\": \"" + "d72a973005c8ecad16a18b7c2df834b49be0665d\"}",
			},
			Negative: []string{
				"build " + "7e8936b6817301ca91605d6fe3f8dd2be2b2af2c passed",
				"DATADOG_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"datadog: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func newrelicKey() detect.Detector {
	return detect.Detector{
		Name:      "newrelic_key",
		Type:      "SECRET_NEWRELIC",
		Category:  detect.CategorySecret,
		Summary:   "New Relic user, browser or insert key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`NRAK-[a-zA-Z0-9]{27}|NRJS-[a-f0-9]{19}|NRII-[\w-]{32}|NRAL-[a-f0-9]{36,40}`),
			Keywords:  []string{"nrak-", "nrjs-", "nrii-", "nral-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NEWRELIC_KEY=NRAK-" + "ZC869QYLO89A3BGK45CPTHWU47E",
				"{\"credential\": \"NRAK-" + "SPU6SZVL84VM2TOU2K9DDEACNH7\"}",
				"Please keep NRAK-" + "34PHBSX1WZ4QU6MPI5C230UO1YE to yourself.",
			},
			Negative: []string{
				"NEWRELIC_KEY=NRAK-xxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NEWRELIC_KEY=NRAK-" + "TD3G2IP1Y",
				"Values that start with NRAK- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func newrelicID() detect.Detector {
	return detect.Detector{
		Name:      "newrelic_id",
		Type:      "SECRET_NEWRELIC",
		Category:  detect.CategorySecret,
		Summary:   "New Relic user API ID",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`new[_-]?relic`, `[a-z0-9]{64}|[a-f0-9]{36}NRAL`),
			Keywords:  []string{"new-relic", "newrelic", "new_relic"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NEW_RELIC_TOKEN=" + "n9jnl1890pjoq4w2gxvsq7wuzgv6nzapb1dsesmawkzr623v60hurw0t6fl66ciu",
				"new-relicKey: \"" + "1esp43dhqf448fr3jdcaxfq6h3lh0r52h4lts46ko27nmypikynza0wulmv9odwx\"",
				"{\"new-relic_secret\": \"" + "valbem863z4n7btuyhw2tg79me7pnk3s74k1ju0e09a5ki37txg7ridqwmioon44\"}",
			},
			Negative: []string{
				"build " + "bvnt9ho8q6xmspm3y4zastjf0e5cj2qlw8aoig3rza2ec2bbulp74u848qtuv1ud passed",
				"NEW_RELIC_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"new-relic: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sentryToken() detect.Detector {
	return detect.Detector{
		Name:      "sentry_token",
		Type:      "SECRET_SENTRY",
		Category:  detect.CategorySecret,
		Summary:   "Sentry organization or user token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sntrys_eyJ[A-Za-z0-9+/=]{80,300}_[A-Za-z0-9+/]{43}|sntryu_[a-f0-9]{64}`),
			Keywords:  []string{"sntrys_", "sntryu_"},
			Ahead:     500,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SENTRY_AUTH=sntryu_" + "c83d15010eab1fe6d93b39d061f9475a269528ed4d0beaf79272eb518ec43050",
				"{\"credential\": \"sntryu_" + "5829c0582d40f63c50b36df7b51f292ea8db6f41a0e746da7b05e86e2725192d\"}",
				"Please keep sntryu_" + "5ba56883abe1229ce7a4bc0f2577c63fb886c26e571490851d3dc30e1f72a189 to yourself.",
			},
			Negative: []string{
				"SENTRY_AUTH=sntryu_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SENTRY_AUTH=sntryu_" + "ad293af10b66384c1ad72",
				"Values that start with sntryu_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func sentryKey() detect.Detector {
	return detect.Detector{
		Name:     "sentry_key",
		Type:     "SECRET_SENTRY",
		Category: detect.CategorySecret,
		Summary:  "Sentry access token of the older format",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`sentry`, `[a-f0-9]{64}`),
			Keywords:  []string{"sentry"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"SENTRY_TOKEN=" + "b5081d4c601209a538e276cdc2587baffeb09379a8a8e772c5758de0610c321b",
				"sentryKey: \"" + "590e3cfb36f42bce279520cf4be10fd3a0fa7ca837d75419d2f08b09d7680dea\"",
				"{\"sentry_secret\": \"" + "afde177124e3c124cf4b6eab4b6ca16889b5f727ca5f40fdcc9ddd8150c073be\"}",
			},
			Negative: []string{
				"build " + "ba030c2fb1d8a3728969d906ee264316fedcb98715d9c69e53bdf97d5b9e2f42 passed",
				"SENTRY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"sentry: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func grafanaToken() detect.Detector {
	return detect.Detector{
		Name:      "grafana_token",
		Type:      "SECRET_GRAFANA",
		Category:  detect.CategorySecret,
		Summary:   "Grafana service account or cloud token",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,3}`),
			Keywords:  []string{"glsa_", "glc_"},
			Ahead:     512,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GRAFANA_TOKEN=glsa_" + "96MvxWQJskb6tZFhILjAJTRioV4VpzGm_" + "b93a60f1",
				"{\"credential\": \"glsa_" + "1mkGZYXJqH4VP5d9SWwjyAa5WOKc33uU_" + "370a6159\"}",
				"Please keep glsa_" + "aPUcuAX2GQMzdo1aOf9CJBOVlYtsRqN9_" + "3dcf5e2a to yourself.",
			},
			Negative: []string{
				"GRAFANA_TOKEN=glsa_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_xxxxxxxx",
				"GRAFANA_TOKEN=glsa_" + "Kfp2IGatru_" + "fb",
				"Values that start with glsa_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func grafanaKey() detect.Detector {
	return detect.Detector{
		Name:      "grafana_key",
		Type:      "SECRET_GRAFANA",
		Category:  detect.CategorySecret,
		Summary:   "Grafana API key of the older format",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`eyJrIjoi[A-Za-z0-9]{70,400}={0,3}`),
			Keywords:  []string{"eyjrijoi"},
			Ahead:     512,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GRAFANA_KEY=eyJrIjoi" + "tV92UJ41H3MADWQRl621N2BPUlQbb0MrTwsQdnvEsoHWvBGzO4lLZzYFBi5kR8Lxp9MsZTVheSnAImUf",
				"{\"credential\": \"eyJrIjoi" + "l7IcoKSIV5zUzzwqTyZp7abEdfpSUTlW8dWsSZDqhfAuu1nmeiJ16tpxGhOX4tMdfUCT0g2okB1re2y4\"}",
				"Please keep eyJrIjoi" + "4FqYaRoLSRUNa6QASih030MXktM7EzT6rON2vBn9QhEQNxDr4FxPJn35feoFmgbZIuX2z1WcJ1ZOoAdx to yourself.",
			},
			Negative: []string{
				"GRAFANA_KEY=eyJrIjoixxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GRAFANA_KEY=eyJrIjoi" + "cteRPkWWoCDLAnKwa98INbEFxy",
				"Values that start with eyJrIjoi belong in the vault.",
			},
			Source: "own",
		},
	}
}

func dynatraceToken() detect.Detector {
	return detect.Detector{
		Name:      "dynatrace_token",
		Type:      "SECRET_DYNATRACE",
		Category:  detect.CategorySecret,
		Summary:   "Dynatrace API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`dt0c01\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{64}`),
			Keywords:  []string{"dt0c01."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DYNATRACE_TOKEN=dt0c01." + "QB7DO9VT4VZU0P23L85OHWXK." + "DPA6J25QM1WTPF3T7BQ7D1KONKOVDVOS8U9KC0H3XPEFRLJTTZOS5AUPQD8XZHHI",
				"{\"credential\": \"dt0c01." + "2I5EK4L81ETVPWBAH7XCUB3F." + "IGJO7P1DCNKZ5AZVS69LLPYVSX22V4QM8I2AX0KT05WFV3BSF00L8DEZT6IHAJHU\"}",
				"Please keep dt0c01." + "TDWAYR36DXGU1QPQINE5KI93." + "8TIA9HSVEMZMC8F0877MWJVCWIDXUPOQYHWOYT3C552KZ213G6GLWMJ4SG1R0KT2 to yourself.",
			},
			Negative: []string{
				"DYNATRACE_TOKEN=dt0c01.xxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DYNATRACE_TOKEN=dt0c01." + "HJAWPDNS." + "JPKIVQ9RYNI6GO1FDB5H0",
				"Values that start with dt0c01. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func sumologicKey() detect.Detector {
	return detect.Detector{
		Name:      "sumologic_key",
		Type:      "SECRET_SUMOLOGIC",
		Category:  detect.CategorySecret,
		Summary:   "Sumo Logic access ID or key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:      assigned(`sumo(?:logic)?(?:_access)?`, `su[a-zA-Z0-9]{12}|[a-zA-Z0-9]{64}`),
			Keywords:    []string{"sumo"},
			Entropy:     3,
			AllowBefore: []string{named(`sumOf|sumObj`)},
			Stopwords:   placeholders(),
			Validate:    mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SUMO_TOKEN=" + "fF4RLo9jYPM6Ilhn4LDEYuy73qSFvmNOkR26320GCsLIQZXgoVjUpHwGT1gvurDh",
				"sumoKey: \"" + "nZ3zhSWwRWgFXJxygFGGrIB95xwunJKhMTNiWodEagOfEmGsQv6TYmyl7mqP4aid\"",
				"{\"sumo_secret\": \"" + "Se21538YWm4UnEGAI7c8soiRHRofgbjaevwMrfBaO4DWmW8lPNaUKFLVbMwDjTlu\"}",
			},
			Negative: []string{
				"build " + "v06EgMB4giq2T5NWlwusxjUqt0KiytPYvloLaef1ioYDNBSfnxqVFtCGtdOhJzQE passed",
				"SUMO_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"sumo: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func adafruitKey() detect.Detector {
	return detect.Detector{
		Name:      "adafruit_key",
		Type:      "SECRET_ADAFRUIT",
		Category:  detect.CategorySecret,
		Summary:   "Adafruit IO key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`aio_[A-Za-z0-9]{28}`),
			Keywords:  []string{"aio_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ADAFRUIT_KEY=aio_" + "dx1jln96FHrKk144gE32URVbpqT5",
				"{\"credential\": \"aio_" + "t21zxeiISSZ0KfrMxuLycwGAh4HV\"}",
				"Please keep aio_" + "zbDRr279lMtaQVz1pmKXZYc5dNZJ to yourself.",
			},
			Negative: []string{
				"ADAFRUIT_KEY=aio_xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ADAFRUIT_KEY=aio_" + "gZ2ib7yaG",
				"Values that start with aio_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func adafruitLegacy() detect.Detector {
	return detect.Detector{
		Name:      "adafruit_legacy",
		Type:      "SECRET_ADAFRUIT",
		Category:  detect.CategorySecret,
		Summary:   "Adafruit IO key of the older format",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`adafruit`, `[\w-]{32}`),
			Keywords:  []string{"adafruit"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ADAFRUIT_TOKEN=" + "f61d0752749ecd4f3ea2b1aaef5f6b8c",
				"adafruitKey: \"" + "0379d8bdf32a64e5208439eae7bc0f75\"",
				"{\"adafruit_secret\": \"" + "63826cfb194a31695fa212e77cb40d18\"}",
			},
			Negative: []string{
				"build " + "328f97248fe5dd71b510804a6c3599c9 passed",
				"ADAFRUIT_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"adafruit: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func segmentKey() detect.Detector {
	return detect.Detector{
		Name:      "segment_key",
		Type:      "SECRET_SEGMENT",
		Category:  detect.CategorySecret,
		Summary:   "Segment public API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sgp_[A-Za-z0-9]{64}`),
			Keywords:  []string{"sgp_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SEGMENT_KEY=sgp_" + "cRrnbLenlYgbctZZWVBKM2dC0uzy3Tid1R1uOxqEQmSYQ9ubQd6Wgw4ApP5gpFDz",
				"{\"credential\": \"sgp_" + "Mk0fga9QdTXXG7qNumz4BaRWIK8Jpgwa1WsWycpEJRHDRotFuCrPpDYfjRi2lzMb\"}",
				"Please keep sgp_" + "unSVLmFKQEzU1HhS7NeBWwmBwgxfzYei924MAj2GXLvARv5rxI7Unyt8yOnEJJJt to yourself.",
			},
			Negative: []string{
				"SEGMENT_KEY=sgp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SEGMENT_KEY=sgp_" + "9RKtfH84alnNSWeBoxLYC",
				"Values that start with sgp_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func honeycombKey() detect.Detector {
	return detect.Detector{
		Name:      "honeycomb_key",
		Type:      "SECRET_HONEYCOMB",
		Category:  detect.CategorySecret,
		Summary:   "Honeycomb ingest key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`hc[abc]i[ck]_[A-Za-z0-9]{58}`),
			Keywords:  []string{"hcaik_", "hcaic_", "hcbik_", "hccik_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HONEYCOMB_KEY=hcaik_" + "dfyW1V0KPuddRJ8HhTtYrcL1ZXvB4ICONTFVYhjmOr3VeoF0VpqgQ6EH2I",
				"{\"credential\": \"hcaik_" + "t4p3eTWO49L9wqEQJ358I4iXpTOP0yYcSbfAY16g6lSV0o1NUsZHulGdoQ\"}",
				"Please keep hcaik_" + "dpYLvC5jAbwnkm2tc2IpKoHPUQtqYx4QHiaysTRbbhxuDKwqS16IEdXEF2 to yourself.",
			},
			Negative: []string{
				"HONEYCOMB_KEY=hcaik_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"HONEYCOMB_KEY=hcaik_" + "n5gRx1cEaNjm6tXOCVH",
				"Values that start with hcaik_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func rollbarToken() detect.Detector {
	return detect.Detector{
		Name:     "rollbar_token",
		Type:     "SECRET_ROLLBAR",
		Category: detect.CategorySecret,
		Summary:  "Rollbar access token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`rollbar`, `[a-f0-9]{32}`),
			Keywords:  []string{"rollbar"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ROLLBAR_TOKEN=" + "8a20996a25cfb808e375ebe7ed414433",
				"rollbarKey: \"" + "7a318e462e6c61ed01b7459a398482d5\"",
				"{\"rollbar_secret\": \"" + "3edaa4f00f8bf45df16d205921c479f7\"}",
			},
			Negative: []string{
				"build " + "5a3939edfc21ef8c0b95f95e46a746b4 passed",
				"ROLLBAR_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"rollbar: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func pagerdutyKey() detect.Detector {
	return detect.Detector{
		Name:      "pagerduty_key",
		Type:      "SECRET_PAGERDUTY",
		Category:  detect.CategorySecret,
		Summary:   "PagerDuty API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`pager_?duty|pd_api`, `[\w+-]{20}|[a-f0-9]{32}`),
			Keywords:  []string{"pagerduty", "pager_duty", "pd_api"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PAGERDUTY_TOKEN=" + "1xuY3dobriJ7VknXzPcT",
				"pagerdutyKey: \"" + "5uYI4Wm8QcvMgpBTPZx0\"",
				"{\"pagerduty_secret\": \"" + "vcmnKlOQzEuei45whR2L\"}",
			},
			Negative: []string{
				"build " + "jqBN5EmVOwLs9nQPuz6Y passed",
				"PAGERDUTY_TOKEN=xxxxxxxxxxxxxxxxxxxx",
				"pagerduty: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func amplitudeKey() detect.Detector {
	return detect.Detector{
		Name:      "amplitude_key",
		Type:      "SECRET_AMPLITUDE",
		Category:  detect.CategorySecret,
		Summary:   "Amplitude, Mixpanel or Segment write key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`amplitude|mixpanel|segment_?write`, `[a-f0-9]{32}|[A-Za-z0-9]{32}`),
			Keywords:  []string{"amplitude", "mixpanel", "segment_write", "segmentwrite"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AMPLITUDE_TOKEN=" + "60ab4723691e2754a1053c8e3d28e510",
				"amplitudeKey: \"" + "4ab64c09023f935e9ad8780b1df7f251\"",
				"{\"amplitude_secret\": \"" + "0c2bc347d0c85e6c80e49a27481ff3f3\"}",
			},
			Negative: []string{
				"build " + "f026c98e12eb33655ea7c0985fd2fd14 passed",
				"AMPLITUDE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"amplitude: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
