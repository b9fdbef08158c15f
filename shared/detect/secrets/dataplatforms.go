package secrets

import "guardrails/shared/detect"

// dataPlatforms returns the rules for databases and data platforms as a service.
func dataPlatforms() []detect.Detector {
	return []detect.Detector{
		databricksToken(),
		snowflakeToken(),
		planetscaleToken(),
		clickhouseKey(),
		confluentKey(),
		openshiftToken(),
		linodeToken(),
		yandexKey(),
	}
}

func databricksToken() detect.Detector {
	return detect.Detector{
		Name:      "databricks_token",
		Type:      "SECRET_DATABRICKS",
		Category:  detect.CategorySecret,
		Summary:   "Databricks personal access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`dapi[a-f0-9]{32}(?:-\d)?`),
			Keywords:  []string{"dapi"},
			Entropy:   3,
			Allow:     []string{`dapi123456`},
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DATABRICKS_TOKEN=dapi" + "56915a6130af2fccb608041dd12779eb",
				"{\"credential\": \"dapi" + "56f5bec6c9314b8078c7fba914a8add2\"}",
				"Please keep dapi" + "424c80a52f543f6580995eb671d6005d to yourself.",
			},
			Negative: []string{
				"DATABRICKS_TOKEN=dapixxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DATABRICKS_TOKEN=dapi" + "5afc640121",
				"Values that start with dapi belong in the vault.",
			},
			Source: "own",
		},
	}
}

func snowflakeToken() detect.Detector {
	return detect.Detector{
		Name:      "snowflake_token",
		Type:      "SECRET_SNOWFLAKE",
		Category:  detect.CategorySecret,
		Summary:   "Snowflake token or password",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`snowflake[\w.-]{0,16}(?:pass|pwd|token|secret)\w*`, `[A-Za-z0-9!@#$%^&*+/_.-]{10,200}`),
			Keywords:  []string{"snowflake"},
			Entropy:   3.2,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SNOWFLAKE_PASSWORD=" + "C0rlTtHw1DJ3GaNM",
				"snowflake_token: \"" + "VJ2Dvznk4IEPb7geH0EZO1KESj0Bp3786aghNcTm\"",
			},
			Negative: []string{
				"SNOWFLAKE_PASSWORD=${PASSWORD}",
				"SNOWFLAKE_PASSWORD=changeme-please",
				"snowflake schedule: none",
			},
			Source: "own",
		},
	}
}

func planetscaleToken() detect.Detector {
	return detect.Detector{
		Name:      "planetscale_token",
		Type:      "SECRET_PLANETSCALE",
		Category:  detect.CategorySecret,
		Summary:   "PlanetScale password or token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pscale_(?:pw|tkn|oauth)_[\w=.-]{32,64}`),
			Keywords:  []string{"pscale_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PLANETSCALE_TOKEN=pscale_pw_" + "DJlB0FtZabRGwRn6vwuPbggzihs0Ym7IQLX5BWdD2cq",
				"{\"credential\": \"pscale_pw_" + "aRXrbm8ccpD4LjZKAUlpR79xMsXX21BIntN1ZPT5WJI\"}",
				"Please keep pscale_pw_" + "ULrxgeqcCaPRn51mDNjhWca3JSA7Gvp2Q69FmfXTuJA to yourself.",
			},
			Negative: []string{
				"PLANETSCALE_TOKEN=pscale_pw_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PLANETSCALE_TOKEN=pscale_pw_" + "PSKIw0ABk78Mnx",
				"Values that start with pscale_pw_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func clickhouseKey() detect.Detector {
	return detect.Detector{
		Name:      "clickhouse_key",
		Type:      "SECRET_CLICKHOUSE",
		Category:  detect.CategorySecret,
		Summary:   "ClickHouse Cloud API secret key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`4b1d[A-Za-z0-9]{38}`),
			Keywords:  []string{"4b1d"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CLICKHOUSE_KEY=4b1d" + "GeEGub2UTv9Fl6rDI7Szh4HORyqnV7Yi3he41t",
				"{\"credential\": \"4b1d" + "xVe0sLeBDjDS5WRCOUfT0yc8vZJjgikl9V7bh6\"}",
				"Please keep 4b1d" + "3SEJfqiXhKX0UDSC4bnYuQpBg6Z9oEblaetTF7 to yourself.",
			},
			Negative: []string{
				"CLICKHOUSE_KEY=4b1dxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CLICKHOUSE_KEY=4b1d" + "qf0mL4Hi9tbK",
				"Values that start with 4b1d belong in the vault.",
			},
			Source: "own",
		},
	}
}

func confluentKey() detect.Detector {
	return detect.Detector{
		Name:      "confluent_key",
		Type:      "SECRET_CONFLUENT",
		Category:  detect.CategorySecret,
		Summary:   "Confluent access token or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`confluent`, `[A-Za-z0-9/+]{64}|[A-Za-z0-9]{16}`),
			Keywords:  []string{"confluent"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CONFLUENT_TOKEN=" + "tpNQ7rzCgARexIEZ89jY7tjjYsvHJW3LlO6ovUiShonW2U2AxXHyE1H8PIZuqCAb",
				"confluentKey: \"" + "2ptxD803iki5CcVpwl4InHVca8zIAWGsvL6dKQznRYIdEzZ45WhuDSLoUqOKTCkm\"",
				"{\"confluent_secret\": \"" + "zghC7e5Ten6dVxbLVqVMkzBB8OHAmcbzE0YtiSuncvrwws6LUjGDlTQ4kYTM6Plp\"}",
			},
			Negative: []string{
				"build " + "FUvzZE1PZXp2aLBdIZY7jkfRUeRtEQmS3WDjdi6fy0rbd5ToXJm0AGA3fmcHkIhn passed",
				"CONFLUENT_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"confluent: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func openshiftToken() detect.Detector {
	return detect.Detector{
		Name:      "openshift_token",
		Type:      "SECRET_OPENSHIFT",
		Category:  detect.CategorySecret,
		Summary:   "OpenShift user token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sha256~[\w-]{43}`),
			Keywords:  []string{"sha256~"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OPENSHIFT_TOKEN=sha256~" + "N30o0Jx7yTD4YaLBmWlzx9Sc9VwmpfXBEHIFtWU2QbW",
				"{\"credential\": \"sha256~" + "DujtwKgsUFxmV1Pkw0pXNG7e8HaQoJ54LvCShfNpJRC\"}",
				"Please keep sha256~" + "IkJnhRpolC54KSxfzy28ySni51CtO70VYWmM3aR23NP to yourself.",
			},
			Negative: []string{
				"OPENSHIFT_TOKEN=sha256~xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"OPENSHIFT_TOKEN=sha256~" + "xGAMkV81sh9HN3",
				"Values that start with sha256~ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func linodeToken() detect.Detector {
	return detect.Detector{
		Name:     "linode_token",
		Type:     "SECRET_LINODE",
		Category: detect.CategorySecret,
		Summary:  "Linode access token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`linode`, `[a-f0-9]{64}`),
			Keywords:  []string{"linode"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"LINODE_TOKEN=" + "4a32171e7d1bfe64381010a3d7ba395cf5529a451886758d763cc5b9f830ae48",
				"linodeKey: \"" + "2c83bd747fad0fab428eba41605460423b23956d339552248fa517c04cc1e970\"",
				"{\"linode_secret\": \"" + "df2d38453efbc7cb38f9ec1edba89706d1524a3b51e896721442054f4d4ee7cc\"}",
			},
			Negative: []string{
				"build " + "791b440e23e7867b801d111d4455b95d7fb28c3e569d802346665f9dfd86b9ca passed",
				"LINODE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"linode: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func yandexKey() detect.Detector {
	return detect.Detector{
		Name:      "yandex_key",
		Type:      "SECRET_YANDEX",
		Category:  detect.CategorySecret,
		Summary:   "Yandex Cloud API key, IAM token or static key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AQVN[\w-]{35,38}|YC[\w-]{38}|t1\.[A-Z0-9a-z_-]+={0,2}\.[A-Z0-9a-z_-]{86}={0,2}`),
			Keywords:  []string{"aqvn", "t1.", "yandex"},
			Ahead:     256,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"YANDEX_KEY=AQVN" + "Dn0bgCoyvk2rTJ6zqqX94SaguMGjiwmHp8ot",
				"{\"credential\": \"AQVN" + "ikyrtu4l1ptixFS8XGvIFm2V06Cg7eY3I4xB\"}",
				"Please keep AQVN" + "Z2dqXo0ogoPHSf9vDLp8bVivGBKcF13Ue4js to yourself.",
			},
			Negative: []string{
				"YANDEX_KEY=AQVNxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"YANDEX_KEY=AQVN" + "W60LYpNexlh1",
				"Values that start with AQVN belong in the vault.",
			},
			Source: "own",
		},
	}
}
