package secrets

import "guardrails/shared/detect"

// sourceControl returns the rules for source control and build services.
func sourceControl() []detect.Detector {
	return []detect.Detector{
		githubToken(),
		githubFineGrained(),
		gitlabToken(),
		gitlabSession(),
		bitbucketKey(),
		travisToken(),
		droneToken(),
		codecovToken(),
		circleciToken(),
		buildkiteToken(),
		snykToken(),
		sonarToken(),
		sourcegraphToken(),
	}
}

func githubToken() detect.Detector {
	return detect.Detector{
		Name:      "github_token",
		Type:      "SECRET_GITHUB_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "GitHub personal, OAuth, app or refresh token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`gh[pousr]_[A-Za-z0-9]{36}`),
			Keywords:  []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GITHUB_TOKEN=ghp_" + "u0SjUyRPBtE5DIrrTDmMVbeIExfaqF22F6og",
				"{\"credential\": \"ghp_" + "9XChohdMOq3cZLmoiSbW17PHFEKDiJZ64rau\"}",
				"Please keep ghp_" + "qgMwLXoTUdYmxeiXDwE51q8o2aC23W9ONtkf to yourself.",
			},
			Negative: []string{
				"GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GITHUB_TOKEN=ghp_" + "tSrsMqbN9WBP",
				"Values that start with ghp_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func githubFineGrained() detect.Detector {
	return detect.Detector{
		Name:      "github_fine_grained",
		Type:      "SECRET_GITHUB_FINE_GRAINED",
		Category:  detect.CategorySecret,
		Summary:   "GitHub fine-grained personal access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`github_pat_\w{82}`),
			Keywords:  []string{"github_pat_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GITHUB_FINE_GRAINED=github_pat_" + "TG6nuXCAJSyx6Mkt330MIPcP7UzkvpgAWXU1wsdVqZMemDAXRKLAi10wDm6nEBGGEbNa5TnCIGhYBQtopp",
				"{\"credential\": \"github_pat_" + "1Frg4Ua4K8tE7q7zZnY2jyTQDFhem6a6iydZBBoDpB24y7lb7zaaWsqRMLBSQTY0O5IVsU9stJwvFH0tCe\"}",
				"Please keep github_pat_" + "BzuqVPt4Lif0OCUQ2hbKQsSiJnRKVXgoa8NG9YWzAJdqtwGiXHNDRCZnIMWeS624FOeue7gulEYoJV7Zt7 to yourself.",
			},
			Negative: []string{
				"GITHUB_FINE_GRAINED=github_pat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GITHUB_FINE_GRAINED=github_pat_" + "VkIsYu0CiqIa1wSnWGmhDO6fXQF",
				"Values that start with github_pat_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func gitlabToken() detect.Detector {
	return detect.Detector{
		Name:      "gitlab_token",
		Type:      "SECRET_GITLAB_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "GitLab access, job, deploy, feed, runner or agent token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`glpat-[\w-]{20}|glcbt-[0-9a-zA-Z]{1,5}_[\w-]{20}|gl(?:dt|ffct|ft|rt|soat)-[\w-]{20}|glimt-[\w-]{25}|glagent-[\w-]{50}|gloas-[\w-]{64}|glptt-[0-9a-f]{40}|GR1348941[\w-]{20}|gl(?:pat|rt)-(?:t\d_)?[\w-]{27,300}\.[0-9a-z]{2}\.?[a-z0-9]{7}`),
			Keywords:  []string{"glpat-", "glcbt-", "gldt-", "glffct-", "glft-", "glrt-", "glsoat-", "glimt-", "glagent-", "gloas-", "glptt-", "gr1348941"},
			Ahead:     400,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GITLAB_TOKEN=glpat-" + "rukVQWtq2pJ6bA8DfCI5",
				"{\"credential\": \"glpat-" + "QRgwrnSvtEBUAPWdGH4s\"}",
				"Please keep glpat-" + "73ZOaXd20uhVzDkTUvjf to yourself.",
			},
			Negative: []string{
				"GITLAB_TOKEN=glpat-xxxxxxxxxxxxxxxxxxxx",
				"GITLAB_TOKEN=glpat-" + "DwVC9z",
				"Values that start with glpat- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func gitlabSession() detect.Detector {
	return detect.Detector{
		Name:     "gitlab_session",
		Type:     "SECRET_GITLAB_TOKEN",
		Category: detect.CategorySecret,
		Summary:  "GitLab session cookie",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    `_gitlab_session=([0-9a-z]{32})`,
			Keywords:  []string{"_gitlab_session"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"Cookie: _gitlab_session=" + "0fb9c6bd15a0cf49773298dc0f104261; theme=dark",
				"_gitlab_session=" + "rpduu4mql2jffg3h67u759x0nzsimjb8",
			},
			Negative: []string{
				"_gitlab_session=deleted",
				"_gitlab_session=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			},
			Source: "own",
		},
	}
}

func bitbucketKey() detect.Detector {
	return detect.Detector{
		Name:      "bitbucket_key",
		Type:      "SECRET_BITBUCKET",
		Category:  detect.CategorySecret,
		Summary:   "Bitbucket client ID or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`bitbucket`, `[a-z0-9]{32}|[\w=-]{64}`),
			Keywords:  []string{"bitbucket"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"BITBUCKET_TOKEN=" + "d1cjg8yoiep54u072zb3al0dlkurmsiv",
				"bitbucketKey: \"" + "0l9ewpzczxomo1gavujhf1qj8u3t5nnc\"",
				"{\"bitbucket_secret\": \"" + "obmgy2j5zd0vuze2ipk81hrio9xqya2k\"}",
			},
			Negative: []string{
				"build " + "xicmgoj3bu6c5j7okuypzd6tvi8imlas passed",
				"BITBUCKET_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"bitbucket: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func travisToken() detect.Detector {
	return detect.Detector{
		Name:      "travis_token",
		Type:      "SECRET_TRAVIS_CI",
		Category:  detect.CategorySecret,
		Summary:   "Travis CI access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`travis`, `[a-z0-9]{22}`),
			Keywords:  []string{"travis"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TRAVIS_TOKEN=" + "f2qz5ci81y3j49xojw6gct",
				"travisKey: \"" + "2pfxihj4sc2wdnu138tmm0\"",
				"{\"travis_secret\": \"" + "w7oqc8j1dy8rthf3x3ifas\"}",
			},
			Negative: []string{
				"build " + "ujgafy8vlkm231edcybhr1 passed",
				"TRAVIS_TOKEN=xxxxxxxxxxxxxxxxxxxxxx",
				"travis: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func droneToken() detect.Detector {
	return detect.Detector{
		Name:      "drone_token",
		Type:      "SECRET_DRONE_CI",
		Category:  detect.CategorySecret,
		Summary:   "Drone CI access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`drone_?ci`, `[a-z0-9]{32}`),
			Keywords:  []string{"droneci", "drone_ci"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DRONECI_TOKEN=" + "jwin740vqw5ra38yl7f8isejcgsl06b2",
				"droneciKey: \"" + "64spvjljw8umfop01yy2pxgn74ckuli6\"",
				"{\"droneci_secret\": \"" + "dqhtrg65m6n0o14hidb3am8xz9jg3dsk\"}",
			},
			Negative: []string{
				"build " + "3ckur54m4adyklvc926cqozxi81os7oj passed",
				"DRONECI_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"droneci: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func codecovToken() detect.Detector {
	return detect.Detector{
		Name:      "codecov_token",
		Type:      "SECRET_CODECOV",
		Category:  detect.CategorySecret,
		Summary:   "Codecov access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`codecov`, `[a-z0-9]{32}`),
			Keywords:  []string{"codecov"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CODECOV_TOKEN=" + "lkqwfidvepya1rckoc03r92uqa8dnx0z",
				"codecovKey: \"" + "ceafr6d7xv1nlumjiraxq8t492bnsa18\"",
				"{\"codecov_secret\": \"" + "yhwl37t6ipzdj20yt68lvaxobsnyx4qe\"}",
			},
			Negative: []string{
				"build " + "6i2r117wtfnk9dwjzyyhaxcnoiszmwel passed",
				"CODECOV_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"codecov: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func circleciToken() detect.Detector {
	return detect.Detector{
		Name:      "circleci_token",
		Type:      "SECRET_CIRCLECI",
		Category:  detect.CategorySecret,
		Summary:   "CircleCI personal token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}`),
			Keywords:  []string{"ccipat_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CIRCLECI_TOKEN=CCIPAT_" + "d74b7EolhxAasm9wkGCvyn_" + "e7f21e1c365cb5ad6c5e4a18adef139cb8bd097a",
				"{\"credential\": \"CCIPAT_" + "eptTRdWzBSyvA8ba6QTgsu_" + "98d23e927dd0ba40c13af35617cee91db06945dd\"}",
				"Please keep CCIPAT_" + "MevdmIEyx0kJjrjGLKCgSi_" + "f5b3033f1cea6e98c827ff20ed641b531fdbc429 to yourself.",
			},
			Negative: []string{
				"CIRCLECI_TOKEN=CCIPAT_xxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CIRCLECI_TOKEN=CCIPAT_" + "TrL9vXA_" + "ae2108a4c35fb",
				"Values that start with CCIPAT_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func buildkiteToken() detect.Detector {
	return detect.Detector{
		Name:      "buildkite_token",
		Type:      "SECRET_BUILDKITE",
		Category:  detect.CategorySecret,
		Summary:   "Buildkite access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`bkua_[a-f0-9]{40}`),
			Keywords:  []string{"bkua_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"BUILDKITE_TOKEN=bkua_" + "f591d724dcb720f9fd72e74c8a56b1a8c30869c5",
				"{\"credential\": \"bkua_" + "08ae45a6b0c9f2e6861da7328f37ff92b0d3cc1c\"}",
				"Please keep bkua_" + "e2b454c3032dcaa01b839e7648531902e356f54c to yourself.",
			},
			Negative: []string{
				"BUILDKITE_TOKEN=bkua_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"BUILDKITE_TOKEN=bkua_" + "1b792f0e6c238",
				"Values that start with bkua_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func snykToken() detect.Detector {
	return detect.Detector{
		Name:     "snyk_token",
		Type:     "SECRET_SNYK",
		Category: detect.CategorySecret,
		Summary:  "Snyk API token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`snyk`, `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"snyk"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"SNYK_TOKEN=" + "b682341d-98e4-b8c1-e07f-1d6848511785",
				"snykKey: \"" + "e46848cc-cbf8-4f4a-de21-89187b221768\"",
				"{\"snyk_secret\": \"" + "9fdd5f89-f459-ba80-4daa-e89e0d50a1cf\"}",
			},
			Negative: []string{
				"build " + "9d0e5cda-08a2-02d8-819c-6356bcfec535 passed",
				"SNYK_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"snyk: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sonarToken() detect.Detector {
	return detect.Detector{
		Name:      "sonar_token",
		Type:      "SECRET_SONAR",
		Category:  detect.CategorySecret,
		Summary:   "SonarQube or SonarCloud token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`sonar`, `(?:sq[pau]_)?[A-Za-z0-9=_-]{40}`),
			Keywords:  []string{"sonar"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SONAR_TOKEN=sqp_" + "402601d8598199ae30b8d5fcdd61deb87b447a61",
				"sonarKey: \"sqp_" + "e3fe11d8075d986f86ab82a536c04244e1aed032\"",
				"{\"sonar_secret\": \"sqp_" + "cebb07387ed85751b394c6192f8413cd0f824aff\"}",
			},
			Negative: []string{
				"build sqp_" + "0bd6c24d7983a35e6542731a15f4 passed",
				"SONAR_TOKEN=sqp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"sonar: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sourcegraphToken() detect.Detector {
	return detect.Detector{
		Name:      "sourcegraph_token",
		Type:      "SECRET_SOURCEGRAPH",
		Category:  detect.CategorySecret,
		Summary:   "Sourcegraph access token",
		Validator: "not a published key",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}`),
			Keywords:  []string{"sgp_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  notPublished,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SOURCEGRAPH_TOKEN=sgp_" + "49f5d8693cad76081ecc4ed2ab6b9154e7b70207",
				"{\"credential\": \"sgp_" + "9e9e514f8671a08fb35bb5450e3d4b0f726c08ad\"}",
				"Please keep sgp_" + "6fd6a244ed0155b917f920b38b9ba4a0177c3f53 to yourself.",
			},
			Negative: []string{
				"SOURCEGRAPH_TOKEN=sgp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"SOURCEGRAPH_TOKEN=sgp_" + "e73d980f449ba",
				"Values that start with sgp_ belong in the vault.",
			},
			Source: "own",
		},
	}
}
