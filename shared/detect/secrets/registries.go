package secrets

import "guardrails/shared/detect"

// registries returns the rules for package registries and developer tools.
func registries() []detect.Detector {
	return []detect.Detector{
		jfrogToken(),
		jfrogKey(),
		npmToken(),
		pypiToken(),
		rubygemsToken(),
		nugetKey(),
		dockerhubToken(),
		clojarsToken(),
		cratesToken(),
		postmanKey(),
		readmeKey(),
		launchdarklyKey(),
		harnessKey(),
		octopusKey(),
		prefectKey(),
		infracostKey(),
		settlemintToken(),
	}
}

func jfrogToken() detect.Detector {
	return detect.Detector{
		Name:     "jfrog_token",
		Type:     "SECRET_JFROG",
		Category: detect.CategorySecret,
		Summary:  "JFrog Artifactory API key or reference token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59}`),
			Keywords:  []string{"akcp", "cmvmd"},
			Entropy:   4.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"JFROG_TOKEN=AKCp" + "UzqEpVROCCWLMgmsjBch7kVo4CkQ9fYiHFUGmxK16V4SLN8aT5bTdLw5Rwna5KZvhXxbq",
				"{\"credential\": \"AKCp" + "tqIb29IuuzOJmOkyj1IEqxN6cKmdkAPyhwZZOQfU5BwivMRYHjkclpSe7p4WovU98GcIS\"}",
				"Please keep AKCp" + "yYvbPgjPT1uxmJUmihbrAsJwf0oX4SjFSnpHES9Q2MbIBZJ3J4lV5jK9cLKbDak6Cp7TA to yourself.",
			},
			Negative: []string{
				"JFROG_TOKEN=AKCpxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"JFROG_TOKEN=AKCp" + "ACrvl7wk0q8h5VIHZubx3Su",
				"Values that start with AKCp belong in the vault.",
			},
			Source: "own",
		},
	}
}

func jfrogKey() detect.Detector {
	return detect.Detector{
		Name:     "jfrog_key",
		Type:     "SECRET_JFROG",
		Category: detect.CategorySecret,
		Summary:  "JFrog, Artifactory, Bintray or Xray key assigned to a name that says so",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`jfrog|artifactory|bintray|xray`, `[a-z0-9]{64}|[a-z0-9]{73}`),
			Keywords:  []string{"jfrog", "artifactory", "bintray", "xray"},
			Window:    200,
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"JFROG_TOKEN=" + "bq1mgtfn1otre5bj97k4ezcmrypshxpyu2tv291t1luiz7ssa04633klaaxl9b81",
				"jfrogKey: \"" + "bsoh6jufu4im8e12cur8eypto7ypg1nx964mf51vfq9fbyq57gnazfcd2ipkjxwt\"",
				"{\"jfrog_secret\": \"" + "h5tqhoafh6lp7cyslkgne7u0xryoshvpzxwmi5du9oce18emv9asaw0jbm9zdq6h\"}",
			},
			Negative: []string{
				"build " + "vo6veu30ih9xwcb6qpayusyu364v72azk2u2rlqny134tge250h1t0o4qjdopi1m passed",
				"JFROG_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"jfrog: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func npmToken() detect.Detector {
	return detect.Detector{
		Name:     "npm_token",
		Type:     "SECRET_NPM_TOKEN",
		Category: detect.CategorySecret,
		Summary:  "npm access token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`npm_[A-Za-z0-9]{36}`),
			Keywords:  []string{"npm_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NPM_TOKEN=npm_" + "ln39mcf2B3QJOmv1CLIZ44uXemh0aTj5PYot",
				"{\"credential\": \"npm_" + "aB7cyalqKW2V4gHRU85s8h9DgNS7E3RfsJtn\"}",
				"Please keep npm_" + "legHhIxGqNsXtxSKfWuMw4ayRJZfO8T3YOeC to yourself.",
			},
			Negative: []string{
				"NPM_TOKEN=npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NPM_TOKEN=npm_" + "PqYUnVhQs4uc",
				"Values that start with npm_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func pypiToken() detect.Detector {
	return detect.Detector{
		Name:     "pypi_token",
		Type:     "SECRET_PYPI_TOKEN",
		Category: detect.CategorySecret,
		Summary:  "PyPI upload token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}`),
			Keywords:  []string{"pypi-ageichlwas5vcmc"},
			Ahead:     1100,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TWINE_PASS=pypi-AgEIcHlwaS5vcmc" + "gMJdAdcDEZ4D48nPcAntNljqcppmAXrvSzI1iKRw9Rs8T2Le2CfQSHvvZPu9GGUQM3nXeW",
				"{\"credential\": \"pypi-AgEIcHlwaS5vcmc" + "dLBTKsRzLk53wDRyP2GWl6D9hxIqujuZ6QULzTnS3R1O6F8j40e6pOGBIQoYGMDCbZrmV5\"}",
				"Please keep pypi-AgEIcHlwaS5vcmc" + "kDY1Spku0UNQT1KXeRofsijoBwMt8RF9CpShli4ryHmqU6FfhwWSIfAnoab5azsVAOmzZm to yourself.",
			},
			Negative: []string{
				"TWINE_PASS=pypi-AgEIcHlwaS5vcmcxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TWINE_PASS=pypi-AgEIcHlwaS5vcmc" + "pMdfqVFNbAlm5EvvOkUS9o6",
				"Values that start with pypi-AgEIcHlwaS5vcmc belong in the vault.",
			},
			Source: "own",
		},
	}
}

func rubygemsToken() detect.Detector {
	return detect.Detector{
		Name:     "rubygems_token",
		Type:     "SECRET_RUBYGEMS",
		Category: detect.CategorySecret,
		Summary:  "RubyGems API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rubygems_[a-f0-9]{48}`),
			Keywords:  []string{"rubygems_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GEM_HOST=rubygems_" + "d0e56c2036514d402ec938b6df51a3d4f1398b4f1962da78",
				"{\"credential\": \"rubygems_" + "a22581b19375e3897ac6c005608fd5692fff17e34c51de2e\"}",
				"Please keep rubygems_" + "a2e363507a4d4e464537b32d069f8dc7219cfbed60aff84a to yourself.",
			},
			Negative: []string{
				"GEM_HOST=rubygems_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GEM_HOST=rubygems_" + "772e0640fe5a8bcc",
				"Values that start with rubygems_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func nugetKey() detect.Detector {
	return detect.Detector{
		Name:     "nuget_key",
		Type:     "SECRET_NUGET",
		Category: detect.CategorySecret,
		Summary:  "NuGet API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`oy2[a-z0-9]{43}`),
			Keywords:  []string{"oy2"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NUGET_KEY=oy2" + "u5e1pmjzs6gdbqc406x5ia12k7iy23glootvvz6nrr3",
				"{\"credential\": \"oy2" + "ucy1kt9imzmo7gf3jatl8iwnweqrl2en50hd41pg9pf\"}",
				"Please keep oy2" + "f9wv4fhnnw2zqrdhmsjf5xu6eurb0cl0ov78l4bg9z1 to yourself.",
			},
			Negative: []string{
				"NUGET_KEY=oy2xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NUGET_KEY=oy2" + "pylbsdhqurzm3x",
				"Values that start with oy2 belong in the vault.",
			},
			Source: "own",
		},
	}
}

func dockerhubToken() detect.Detector {
	return detect.Detector{
		Name:     "dockerhub_token",
		Type:     "SECRET_DOCKERHUB",
		Category: detect.CategorySecret,
		Summary:  "Docker Hub access token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`dckr_(?:pat|oat)_[\w-]{27,36}`),
			Keywords:  []string{"dckr_pat_", "dckr_oat_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DOCKERHUB_TOKEN=dckr_pat_" + "5GlcZX4dhekKfH6F3omQwI7TQ1x",
				"{\"credential\": \"dckr_pat_" + "rtTcCGXkj8d1feFoD42zq0YbXZf\"}",
				"Please keep dckr_pat_" + "vBmdHzRcxpl6XLByGYMFjiKVs75 to yourself.",
			},
			Negative: []string{
				"DOCKERHUB_TOKEN=dckr_pat_xxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DOCKERHUB_TOKEN=dckr_pat_" + "B52KzgOIp",
				"Values that start with dckr_pat_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func clojarsToken() detect.Detector {
	return detect.Detector{
		Name:     "clojars_token",
		Type:     "SECRET_CLOJARS",
		Category: detect.CategorySecret,
		Summary:  "Clojars deploy token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:CLOJARS|clojars)_[a-zA-Z0-9]{60}`),
			Keywords:  []string{"clojars_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DEPLOY=CLOJARS_" + "65g902a5nvwdbw1hgpfprancr6a240ekqzsqhx43332kfixap7om3xu8tlcn",
				"{\"credential\": \"CLOJARS_" + "ci2mmgzleg31c8heply3elah1w5qrjd95iq42hgo1nw0ufon2d307k6xdnxu\"}",
				"Please keep CLOJARS_" + "e4f2lxzskq856trw90vu3fvtpzixrp2tdqakpc4yb1qo5lhwu8odpulgzetr to yourself.",
			},
			Negative: []string{
				"DEPLOY=CLOJARS_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DEPLOY=CLOJARS_" + "h4hoay9jnv1mzt70kqu3",
				"Values that start with CLOJARS_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func cratesToken() detect.Detector {
	return detect.Detector{
		Name:     "crates_token",
		Type:     "SECRET_CRATES_IO",
		Category: detect.CategorySecret,
		Summary:  "crates.io API token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`cio[A-Za-z0-9]{32}`),
			Keywords:  []string{"cargo", "crates"},
			Entropy:   3.7,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CARGO_REGISTRY_TOKEN=cio" + "0yN6Q7MQEA9cfHXql82e3F5GK7fkWV5b",
				"crates.io token: cio" + "SZHq6Ok4rKfEepmMLROooXvr7FdUnIQn",
			},
			Negative: []string{
				"CARGO=cioxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CARGO=cio" + "Li2KtDEjYg",
				"Values that start with cio belong in the vault.",
			},
			Source: "own",
		},
	}
}

func postmanKey() detect.Detector {
	return detect.Detector{
		Name:     "postman_key",
		Type:     "SECRET_POSTMAN",
		Category: detect.CategorySecret,
		Summary:  "Postman API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}`),
			Keywords:  []string{"pmak-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"POSTMAN_KEY=PMAK-" + "72fb1e6df54d52392106da88-" + "d54feb89a821eb6231c054e32871f6cf0a",
				"{\"credential\": \"PMAK-" + "c6f0b2a3d84d15dee97bff68-" + "97f10c20ba2935cd34cda37fa5d16e4d06\"}",
				"Please keep PMAK-" + "4c872fb25d168ea08fe5f13c-" + "7dee2e36b2daa900e91755f25fc86da4c4 to yourself.",
			},
			Negative: []string{
				"POSTMAN_KEY=PMAK-xxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"POSTMAN_KEY=PMAK-" + "51384c69-" + "1170ad5c24e",
				"Values that start with PMAK- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func readmeKey() detect.Detector {
	return detect.Detector{
		Name:     "readme_key",
		Type:     "SECRET_README",
		Category: detect.CategorySecret,
		Summary:  "ReadMe API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rdme_[a-z0-9]{70}`),
			Keywords:  []string{"rdme_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"README_KEY=rdme_" + "4hbzc58no8tnfd428cvu3qeigsp1gj6at7qryonpwh2r4dwm74bhl1rm3yqmz328kb0km9",
				"{\"credential\": \"rdme_" + "qp8fn1sku7xvo0qvywvksmb6wevu5u8q95rhz6tioxqgnej5yix59g2545j0di6kfr17ab\"}",
				"Please keep rdme_" + "x07jcsbv83ydfrpy2z2rhkj8tszgh5syq9ap9tcbn3st8vfu1lw2lo7mval40htisde3iu to yourself.",
			},
			Negative: []string{
				"README_KEY=rdme_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"README_KEY=rdme_" + "ojxajvzoqt43bslw5eip30u",
				"Values that start with rdme_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func launchdarklyKey() detect.Detector {
	return detect.Detector{
		Name:     "launchdarkly_key",
		Type:     "SECRET_LAUNCHDARKLY",
		Category: detect.CategorySecret,
		Summary:  "LaunchDarkly access token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`launchdarkly`, `[\w=-]{40}`),
			Keywords:  []string{"launchdarkly"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LAUNCHDARKLY_TOKEN=" + "W13JGn9xd4Xf84D7UHtrl9Fs8SQLNvnkqy4Ytcto",
				"launchdarklyKey: \"" + "Q7nK0mKcKzXNibxYtZlFk1PR8F1UUijM5aTS2vhp\"",
				"{\"launchdarkly_secret\": \"" + "sNSwMVIEcyrw0V40tkjunvZHIgiQV18qaD7P94me\"}",
			},
			Negative: []string{
				"build " + "cmAVy0eGOXtSd2vPnTp9WIW2ao7YuUhgk4fHf04e passed",
				"LAUNCHDARKLY_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"launchdarkly: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func harnessKey() detect.Detector {
	return detect.Detector{
		Name:     "harness_key",
		Type:     "SECRET_HARNESS",
		Category: detect.CategorySecret,
		Summary:  "Harness personal or service account token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:pat|sat)\.[a-zA-Z0-9_-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}`),
			Keywords:  []string{"pat.", "sat."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HARNESS_KEY=pat." + "NV9DZm5FxvM76po2z3czLt." + "50307c79f5dea42189fbc135." + "zpDM8UmVHXncriINsoYl",
				"{\"credential\": \"pat." + "PJz2bHso1YxBcWoluhw4gG." + "187498a73306221d0a7c40f5." + "KTBgzqfAW8mdctoeujkC\"}",
				"Please keep pat." + "hTUw2t5Jz9ZHgQxcbYWKBo." + "508d471a1e7ea93c6002fbbe." + "XWL9zMIiKfnwSFk4GUNB to yourself.",
			},
			Negative: []string{
				"HARNESS_KEY=pat.xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxx",
				"HARNESS_KEY=pat." + "KO6cb2E." + "342c9687." + "25CTde",
				"Values that start with pat. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func octopusKey() detect.Detector {
	return detect.Detector{
		Name:     "octopus_key",
		Type:     "SECRET_OCTOPUS",
		Category: detect.CategorySecret,
		Summary:  "Octopus Deploy API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`API-[A-Z0-9]{26}`),
			Keywords:  []string{"api-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OCTOPUS_KEY=API-" + "QD08OLDPH76VB9IXWAPTGQMX3Y",
				"{\"credential\": \"API-" + "FGME6B6AUTRJ3PW8OTLYN4CE57\"}",
				"Please keep API-" + "QY9YA3CPR92HITO6DGB0SDZPU8 to yourself.",
			},
			Negative: []string{
				"OCTOPUS_KEY=API-xxxxxxxxxxxxxxxxxxxxxxxxxx",
				"OCTOPUS_KEY=API-" + "XWV1SKZ5",
				"Values that start with API- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func prefectKey() detect.Detector {
	return detect.Detector{
		Name:     "prefect_key",
		Type:     "SECRET_PREFECT",
		Category: detect.CategorySecret,
		Summary:  "Prefect API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pnu_[a-zA-Z0-9]{36}`),
			Keywords:  []string{"pnu_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PREFECT_KEY=pnu_" + "2pb8gzo3mwklsr60g1b4g15x9aokh71qpn67",
				"{\"credential\": \"pnu_" + "4zec8as32ashjchk9pjrw7u04o5w458mgv6n\"}",
				"Please keep pnu_" + "hc200r44896zoaw8i301pzd7wskuqjtlav12 to yourself.",
			},
			Negative: []string{
				"PREFECT_KEY=pnu_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PREFECT_KEY=pnu_" + "4z37bkx20vmy",
				"Values that start with pnu_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func infracostKey() detect.Detector {
	return detect.Detector{
		Name:     "infracost_key",
		Type:     "SECRET_INFRACOST",
		Category: detect.CategorySecret,
		Summary:  "Infracost API key",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ico-[a-zA-Z0-9]{32}`),
			Keywords:  []string{"ico-"},
			Entropy:   3,
			AllowLine: []string{`https?://\S{0,200}ico-`},
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"INFRACOST_KEY=ico-" + "O6afPE9ktJQLGc7S53Y5cXmKAYsRghhe",
				"{\"credential\": \"ico-" + "Cu7nL4PzXaeH4ft1SNRJzfl2EgqZvBF0\"}",
				"Please keep ico-" + "wCeKaKmUjRZrT0WgfBidEz42GC3cFxHk to yourself.",
			},
			Negative: []string{
				"INFRACOST_KEY=ico-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"INFRACOST_KEY=ico-" + "LdCbw0l1Xa",
				"Values that start with ico- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func settlemintToken() detect.Detector {
	return detect.Detector{
		Name:     "settlemint_token",
		Type:     "SECRET_SETTLEMINT",
		Category: detect.CategorySecret,
		Summary:  "SettleMint access token",
		Base:     0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sm_(?:aat|pat|sat)_[a-zA-Z0-9]{16}`),
			Keywords:  []string{"sm_aat_", "sm_pat_", "sm_sat_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SETTLEMINT_TOKEN=sm_aat_" + "hKUFw61PpQ0VmMbg",
				"{\"credential\": \"sm_aat_" + "mWtC8sl1PDvyZE9x\"}",
				"Please keep sm_aat_" + "dEAZsQNxw50C7Iy9 to yourself.",
			},
			Negative: []string{
				"SETTLEMINT_TOKEN=sm_aat_xxxxxxxxxxxxxxxx",
				"SETTLEMINT_TOKEN=sm_aat_" + "5zGr3",
				"Values that start with sm_aat_ belong in the vault.",
			},
			Source: "own",
		},
	}
}
