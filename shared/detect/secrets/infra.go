package secrets

import "guardrails/shared/detect"

// infra returns the rules for identity providers, clusters and network tools.
func infra() []detect.Detector {
	return []detect.Detector{
		definedNetworkingKey(),
		oktaToken(),
		authressKey(),
		auth0Secret(),
		kubernetesSecret(),
		kubernetesSecretDataFirst(),
		merakiKey(),
		sidekiqSecret(),
	}
}

func definedNetworkingKey() detect.Detector {
	return detect.Detector{
		Name:      "defined_networking_key",
		Type:      "SECRET_DEFINED_NETWORKING",
		Category:  detect.CategorySecret,
		Summary:   "Defined Networking API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`dnkey-[a-zA-Z0-9=_-]{26}-[a-zA-Z0-9=_-]{52}`),
			Keywords:  []string{"dnkey-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DEFINED_NETWORKING_KEY=dnkey-" + "TDq2HPm3WrfDXehoQaZpJ7ZKYX-" + "q9BRotWynkjiOBfFlALEhnXx94k2fVqPKh0dJulMcNeb27DFRgaC",
				"{\"credential\": \"dnkey-" + "cZnqHdlghs5Z3pVGU0zFtiPleb-" + "AhjGs7Yz9HRWzgsw8XhrvZVf00F1zyX61hJiEKsq2c84Lgl3mxuL\"}",
				"Please keep dnkey-" + "bULBKSIrYigDqblTNZ3R6JpQoM-" + "1FQovVzHMdUIAt53oX5HCCEsSfDOrewkJPVJh8XBcBLnw8GpDqL1 to yourself.",
			},
			Negative: []string{
				"DEFINED_NETWORKING_KEY=dnkey-xxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DEFINED_NETWORKING_KEY=dnkey-" + "kDxbv4z6-" + "N4qkpdBi2DSlYcyHh",
				"Values that start with dnkey- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func oktaToken() detect.Detector {
	return detect.Detector{
		Name:      "okta_token",
		Type:      "SECRET_OKTA",
		Category:  detect.CategorySecret,
		Summary:   "Okta API token",
		Validator: "prefix and length",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    token(`00[\w=-]{40}`),
			Keywords:  []string{"okta", "ssws"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OKTA_TOKEN=00" + "gUNc4YBXFMAQqLpoxiynViMtE5BkM2T7IOvmrWVc",
				"Authorization: SSWS 00" + "MpuNFQdrlZh5xr037PsyoJzYO4Bn2x9MbXH3J8LJ",
			},
			Negative: []string{
				"OKTA_TOKEN=000000000000000000000000000000000000000000",
				"okta login passed",
				"00" + "f7BmtHVNktDgJSasMieKvFgcrnYq2HhjOWmx4uu3",
			},
			Source: "own",
		},
	}
}

func authressKey() detect.Detector {
	return detect.Detector{
		Name:      "authress_key",
		Type:      "SECRET_AUTHRESS",
		Category:  detect.CategorySecret,
		Summary:   "Authress service client access key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:sc|ext|scauth|authress)_[a-zA-Z0-9]{5,30}\.[a-zA-Z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[a-zA-Z0-9+/_=-]{30,120}`),
			Keywords:  []string{".acc_", ".acc-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AUTHRESS_KEY=sc_" + "ep1bomc3w0." + "ln73.acc_" + "jr86qilfzk." + "tMLVYeTGsrA0fX76xRyRgjoCuwzM8Va09cK5IHh2",
				"{\"credential\": \"sc_" + "9m61z47gyh." + "ev41.acc_" + "ixtfub29na." + "VRzrGArlQPtdgYdxMhynpVo8ktqSzTJe2HX3lB51\"}",
				"Please keep sc_" + "bedy3sp6uf." + "pq41.acc_" + "45qye6uhtl." + "JjIeckizreJXwPQlK0ldDsv1oiagGnSazhxKx7M6 to yourself.",
			},
			Negative: []string{
				"sc_xxxxxxxxxx.xxxx.acc_xxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"see foo.acc_ for more",
			},
			Source: "own",
		},
	}
}

func auth0Secret() detect.Detector {
	return detect.Detector{
		Name:      "auth0_secret",
		Type:      "SECRET_AUTH0",
		Category:  detect.CategorySecret,
		Summary:   "Auth0 client secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`auth0`, `[\w-]{64}`),
			Keywords:  []string{"auth0"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AUTH0_TOKEN=" + "UG03Xh8CXFEXYRsWDBOMn2L8cLYP3gg7lviqTlG5WSgJHyjFjrrKWIwomZNVH141",
				"auth0Key: \"" + "0SboWn25SeZiBz4FB4wva3wOX5VTHVxopAYyC5WhHjxZglDI1LUEJc8uU8xwYd0c\"",
				"{\"auth0_secret\": \"" + "yORL4bKcJ4MKIdLWDkpwrvtFTh2PFlxobh9hGCUBA6ujfQ8imHe6wjS4lS3jlePW\"}",
			},
			Negative: []string{
				"build " + "KXGfuKRZCnP5Vspox1Wa6OtaD87ko3OVV4BJTS8QH7EjvnVhMtf9qcd63NGDzgY8 passed",
				"AUTH0_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"auth0: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func kubernetesSecret() detect.Detector {
	return detect.Detector{
		Name:     "kubernetes_secret",
		Type:     "SECRET_KUBERNETES_SECRET",
		Category: detect.CategorySecret,
		Summary:  "Base64 value in the data of a Kubernetes Secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    `(?is)\bkind:["\x27 \t]{1,4}secret\b["\x27]?(?:[^-]|-[^-]|--[^-]){0,400}?\bdata:\s{1,20}["\x27]?[\w.-]{1,100}["\x27]?:[ \t]{0,4}(?:[|>]-?\s{1,20})?["\x27]?([a-z0-9+/]{10,}={0,2})(?:[^a-z0-9+/=]|$)`,
			Keywords:  []string{"kind: secret", "kind: \"secret", "kind: 'secret"},
			Window:    600,
			Ahead:     2500,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: " + "no7UtLXOcFJzeiZw16HV\n",
			},
			Negative: []string{
				"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  csrf: \"\"\n",
				"apiVersion: v1\nkind: ConfigMap\ndata:\n  value: " + "J0wxBhI5ivuQpH7Fqo4Z\n",
			},
			Source: "own",
		},
	}
}

func kubernetesSecretDataFirst() detect.Detector {
	return detect.Detector{
		Name:     "kubernetes_secret_data_first",
		Type:     "SECRET_KUBERNETES_SECRET",
		Category: detect.CategorySecret,
		Summary:  "Base64 value in a Kubernetes Secret that names its kind last",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    `(?is)\bdata:\s{1,20}["\x27]?[\w.-]{1,100}["\x27]?:[ \t]{0,4}(?:[|>]-?\s{1,20})?["\x27]?([a-z0-9+/]{10,}={0,2})(?:[^a-z0-9+/=]|$)(?:[^-]|-[^-]|--[^-]){0,400}?\bkind:["\x27 \t]{1,4}secret\b`,
			Keywords:  []string{"kind: secret", "kind: \"secret", "kind: 'secret"},
			Window:    2500,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"apiVersion: v1\ndata:\n  password: " + "kj2nHIAMx5prv2bYFtUw\nkind: Secret\nmetadata:\n  name: db\n",
			},
			Negative: []string{
				"data:\n  password: {{ .Values.password }}\nkind: Secret\n",
			},
			Source: "own",
		},
	}
}

func merakiKey() detect.Detector {
	return detect.Detector{
		Name:     "meraki_key",
		Type:     "SECRET_MERAKI",
		Category: detect.CategorySecret,
		Summary:  "Cisco Meraki API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`meraki`, `[0-9a-f]{40}`),
			Keywords:  []string{"meraki"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"MERAKI_TOKEN=" + "97e86f1f1ac2e94494d4d3b04a550e8d6b003782",
				"merakiKey: \"" + "ced0df2914492b9a8ba0fe7b628731b57fb3654e\"",
				"{\"meraki_secret\": \"" + "59c9acf087206e18dac531ce974e6da0bd78b232\"}",
			},
			Negative: []string{
				"build " + "62cac022e4963ddb77f2181ed75f702d41ab5035 passed",
				"MERAKI_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"meraki: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func sidekiqSecret() detect.Detector {
	return detect.Detector{
		Name:     "sidekiq_secret",
		Type:     "SECRET_SIDEKIQ",
		Category: detect.CategorySecret,
		Summary:  "Sidekiq Pro or Enterprise credentials",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`bundle_enterprise__contribsys__com|bundle_gems__contribsys__com`, `[a-f0-9]{8}:[a-f0-9]{8}`),
			Keywords:  []string{"contribsys__com"},
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"BUNDLE_ENTERPRISE__CONTRIBSYS__COM=" + "c94a382b:" + "92ec1dfa",
				"bundle_gems__contribsys__com: \"" + "13fd2c05:" + "e93170cf\"",
			},
			Negative: []string{
				"BUNDLE_ENTERPRISE__CONTRIBSYS__COM=${CREDENTIALS}",
				"e346ab92:" + "dc2ab587",
			},
			Source: "own",
		},
	}
}
