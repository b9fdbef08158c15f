package secrets

import "guardrails/shared/detect"

// registries returns the rules for package registries.
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
	}
}

func jfrogToken() detect.Detector {
	return detect.Detector{
		Name:      "jfrog_token",
		Type:      "SECRET_JFROG",
		Category:  detect.CategorySecret,
		Summary:   "JFrog Artifactory API key or reference token",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "npm_token",
		Type:      "SECRET_NPM_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "npm access token",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "pypi_token",
		Type:      "SECRET_PYPI_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "PyPI upload token",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "rubygems_token",
		Type:      "SECRET_RUBYGEMS",
		Category:  detect.CategorySecret,
		Summary:   "RubyGems API key",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "nuget_key",
		Type:      "SECRET_NUGET",
		Category:  detect.CategorySecret,
		Summary:   "NuGet API key",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "dockerhub_token",
		Type:      "SECRET_DOCKERHUB",
		Category:  detect.CategorySecret,
		Summary:   "Docker Hub access token",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "clojars_token",
		Type:      "SECRET_CLOJARS",
		Category:  detect.CategorySecret,
		Summary:   "Clojars deploy token",
		Validator: "prefix and length",
		Base:      0.95,
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
		Name:      "crates_token",
		Type:      "SECRET_CRATES_IO",
		Category:  detect.CategorySecret,
		Summary:   "crates.io API token",
		Validator: "letters and digits",
		Base:      0.95,
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
