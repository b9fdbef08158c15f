package secrets

import "guardrails/shared/detect"

// dataStores returns the rules for hosted databases and message brokers with keys of their own.
func dataStores() []detect.Detector {
	return []detect.Detector{
		neonKey(),
		cockroachKey(),
		astraToken(),
		mongodbAtlasKey(),
		influxdbToken(),
		elasticKey(),
		pusherSecret(),
		ablyKey(),
		infuraKey(),
	}
}

func neonKey() detect.Detector {
	return detect.Detector{
		Name:      "neon_key",
		Type:      "SECRET_NEON",
		Category:  detect.CategorySecret,
		Summary:   "Neon API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`napi_[a-z0-9]{64}`),
			Keywords:  []string{"napi_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NEON_KEY=napi_" + "3n02clixf05o8y6mszxsf1jumqwy9vn5bk6cag1f2go1wtjr5z291wwmcl0kihcd",
				"{\"credential\": \"napi_" + "ptquwwglwxjbpeb2t8jho320p3zdiaem4rv0q2tqu6kh5ynmsxhcug8ozjb9xg4a\"}",
				"Please keep napi_" + "d3cjysw8sm46wl8o07yvcung0xoo6ah5k9v4c96vhietedzidj7f0xazlpu2mtzm to yourself.",
			},
			Negative: []string{
				"NEON_KEY=napi_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NEON_KEY=napi_" + "2mtjw0g4io7k96qkjbve5",
				"Values that start with napi_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func cockroachKey() detect.Detector {
	return detect.Detector{
		Name:      "cockroach_key",
		Type:      "SECRET_COCKROACHDB",
		Category:  detect.CategorySecret,
		Summary:   "CockroachDB Cloud API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}`),
			Keywords:  []string{"ccdb1_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"COCKROACH_KEY=CCDB1_" + "4A9mV8KGWw0P2ef71vbwaO_" + "eKIHGLxiRDJ7TOow6zZRj0murAT6dfoYlcJiHnXG",
				"{\"credential\": \"CCDB1_" + "UPJfHhnYziWaLI8bCyqYMd_" + "z7fdOooFrRnaBg8sU0cm2aHwXLFj4eW2uRS5UjVy\"}",
				"Please keep CCDB1_" + "oOPAvYVkjuzSEb1MJm6idn_" + "vtzOH4f8743IdYiskjAgj2a1gN0LUZDw7B03Py9G to yourself.",
			},
			Negative: []string{
				"COCKROACH_KEY=CCDB1_xxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"COCKROACH_KEY=CCDB1_" + "1P4WoxY_" + "sYSNfTGPh2iEk",
				"Values that start with CCDB1_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func astraToken() detect.Detector {
	return detect.Detector{
		Name:      "astra_token",
		Type:      "SECRET_DATASTAX_ASTRA",
		Category:  detect.CategorySecret,
		Summary:   "DataStax Astra token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AstraCS:[A-Za-z0-9]{24}:[a-f0-9]{64}`),
			Keywords:  []string{"astracs:"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ASTRA_TOKEN=AstraCS:" + "ARQeYYrkoGgBtzuLP3mDlOE5:" + "eb8f04fc7f8cbe1ad088ebdd8399b02635cf6aba9d27a4a7d4ae313292002b5b",
				"{\"credential\": \"AstraCS:" + "Sy43KcFZxqQaydLVVRf6GpHw:" + "70eda50bf22bff498bc55621d40207493c40de9e66d87ba53d368028922cda9b\"}",
				"Please keep AstraCS:" + "AF9dV3yMm07k8KBG5QTNqDFC:" + "1161b15e7aa12a2406d966d1bbf9d3cc6eeb248b52e864ebc9005cfa5873d7af to yourself.",
			},
			Negative: []string{
				"ASTRA_TOKEN=AstraCS:xxxxxxxxxxxxxxxxxxxxxxxx:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ASTRA_TOKEN=AstraCS:" + "Fy9BZS7I:" + "3a9872e4bb9a61f3bd890",
				"Values that start with AstraCS: belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mongodbAtlasKey() detect.Detector {
	return detect.Detector{
		Name:      "mongodb_atlas_key",
		Type:      "SECRET_MONGODB_ATLAS",
		Category:  detect.CategorySecret,
		Summary:   "MongoDB Atlas service account secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`mdb_sa_sk_[\w-]{40}`),
			Keywords:  []string{"mdb_sa_sk_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MONGODB_ATLAS_KEY=mdb_sa_sk_" + "3Lqh9TBnE7ik7EIRy5S1oPrXgVQ8zhNFXCLd6JDd",
				"{\"credential\": \"mdb_sa_sk_" + "GlfSX5xuSjdIgUtARk6JgvADKMQaPwW81rLCYbVO\"}",
				"Please keep mdb_sa_sk_" + "o4Hq71fAtQhwW7zGV6sl24BA0Xjv8rxnT3G0bWee to yourself.",
			},
			Negative: []string{
				"MONGODB_ATLAS_KEY=mdb_sa_sk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"MONGODB_ATLAS_KEY=mdb_sa_sk_" + "gMVtO5ZwL6CR1",
				"Values that start with mdb_sa_sk_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func influxdbToken() detect.Detector {
	return detect.Detector{
		Name:     "influxdb_token",
		Type:     "SECRET_INFLUXDB",
		Category: detect.CategorySecret,
		Summary:  "InfluxDB API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`influx(?:db)?`, `[A-Za-z0-9_-]{86}==`),
			Keywords:  []string{"influx"},
			Window:    200,
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"INFLUX_TOKEN=" + "WZBJn57lppRHKJPiC8nAIozqcUrQIUorUiopbyey4wS8KJ6enLki3GsvAlGb5sfNrA9ScZuAVvDtlUTeaXjRMF==",
				"influxKey: \"" + "X8krynhr1LUqvS7YKiEdJesDYl9pHRV3DA7egMYgSEoYjIrw5XsSthaFQeHlpq5mJWdj9PeAOxn8M0bjfLBt2R==\"",
				"{\"influx_secret\": \"" + "IQ3XJmQH7I3gfzF5nX2iEpf48rG25wL560SM044hRKG8OIJxsCk5Zctc1as7uilwqrkc3xASxDx8iPMVWJv6zg==\"}",
			},
			Negative: []string{
				"build " + "BxFU5PtqWWCUYYKdJj3ASnMU4aV2nNsV4mNcTsyI9r4IdaLbmWBoXViHxXzGsdizDTZMmO6FvreRKrV5pa0FcJ== passed",
				"INFLUX_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx==",
				"influx: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func elasticKey() detect.Detector {
	return detect.Detector{
		Name:     "elastic_key",
		Type:     "SECRET_ELASTIC",
		Category: detect.CategorySecret,
		Summary:  "Elasticsearch or Elastic Cloud API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`elastic\w{0,12}`, `essu_[A-Za-z0-9+/=]{50,120}|[A-Za-z0-9+/]{58}==`),
			Keywords:  []string{"elastic"},
			Window:    200,
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ELASTIC_TOKEN=" + "y2NyCLAoe3PizQSrz1YRK1V9q5XFmvbGEjkjslwX8O8FF8mJO1UTZ6dZEL==",
				"elasticKey: \"" + "L7a1qyE4z4EErHUxOMKBHFkeBqRLI1ZjgHosOCJRnXmSbiahiTUPv6d60e==\"",
				"{\"elastic_secret\": \"" + "v7c739IoIsdzGyuTt8A52ayEGrAM3HglEX7xJnoBexR9aWfUQD59jCSZkk==\"}",
			},
			Negative: []string{
				"build " + "TspiMVNuQlEqrE21v8JFn3j0ICkZuNSZJAKD1OU1Jqef8BsYbzxXWrD7CV== passed",
				"ELASTIC_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx==",
				"elastic: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func pusherSecret() detect.Detector {
	return detect.Detector{
		Name:     "pusher_secret",
		Type:     "SECRET_PUSHER",
		Category: detect.CategorySecret,
		Summary:  "Pusher app key or secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`pusher`, `[a-f0-9]{20}`),
			Keywords:  []string{"pusher"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"PUSHER_TOKEN=" + "4aa1d2b6b3fb9f6ec850",
				"pusherKey: \"" + "c4d8b6fae702ca53258b\"",
				"{\"pusher_secret\": \"" + "b83602dcba01d10f4927\"}",
			},
			Negative: []string{
				"build " + "84cd359b7b1f740df20e passed",
				"PUSHER_TOKEN=xxxxxxxxxxxxxxxxxxxx",
				"pusher: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func ablyKey() detect.Detector {
	return detect.Detector{
		Name:     "ably_key",
		Type:     "SECRET_ABLY",
		Category: detect.CategorySecret,
		Summary:  "Ably API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`ably`, `[\w-]{6}\.[\w-]{6}:[\w-]{43}`),
			Keywords:  []string{"ably_", "ably-", "ablyk", "ably "},
			Entropy:   4,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ABLY_KEY=" + "qN9UKM." + "JRdEHz:" + "M86vZm8lsasP5qISbpxiDoTUOuNtg50EQ1vywmF7L9p",
				"ablyKey: \"" + "vcit4V." + "iPr1Ok:" + "fmeMJsHxD3vTCWe2yU5usIRBj03Zqi0XhMWz7lcuQHw\"",
			},
			Negative: []string{
				"ABLY_KEY=${ABLY}",
				"probably 12.5:30",
			},
			Source: "own",
		},
	}
}

func infuraKey() detect.Detector {
	return detect.Detector{
		Name:      "infura_key",
		Type:      "SECRET_ETHEREUM_NODE",
		Category:  detect.CategorySecret,
		Summary:   "Infura, Alchemy or Etherscan API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`infura|alchemy|etherscan`, `[a-f0-9]{32}|[A-Za-z0-9_-]{32}|[A-Z0-9]{34}`),
			Keywords:  []string{"infura", "alchemy", "etherscan"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"INFURA_TOKEN=" + "809a5d599336bbd4f9a47c701571cea8",
				"infuraKey: \"" + "581da4b7fc86f1ba83300c060729c35e\"",
				"{\"infura_secret\": \"" + "1167de743c8352af2946ebf5e08cccc7\"}",
			},
			Negative: []string{
				"build " + "bf214a3f84b16c6087ce508d645b87ed passed",
				"INFURA_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"infura: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
