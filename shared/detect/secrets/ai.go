package secrets

import "guardrails/shared/detect"

// ai returns the rules for model providers.
func ai() []detect.Detector {
	return []detect.Detector{
		openaiKey(),
		openaiProjectKey(),
		anthropicKey(),
		huggingfaceToken(),
		huggingfaceDigits(),
		cohereKey(),
		perplexityKey(),
		replicateToken(),
		groqKey(),
		xaiKey(),
		openrouterKey(),
		langsmithKey(),
		pineconeKey(),
		mistralKey(), deepSeekKey(), togetherKey(), stabilityKey(),
	}
}

func openaiKey() detect.Detector {
	return detect.Detector{
		Name:      "openai_key",
		Type:      "SECRET_OPENAI_KEY",
		Category:  detect.CategorySecret,
		Summary:   "OpenAI API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sk-(?:(?:proj|svcacct|admin)-[\w-]{20,120}T3BlbkFJ[\w-]{20,120}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})`),
			Keywords:  []string{"t3blbkfj"},
			Window:    256,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OPENAI_KEY=sk-" + "z1IYvhW5H2RGisjpDZobT3BlbkFJ" + "ElVFodmSzy741qtIGbsA",
				"{\"credential\": \"sk-" + "OBfdcaGN1Yx8R4jzbQ0xT3BlbkFJ" + "Cd5FsBl7kXAJainUqET1\"}",
				"Please keep sk-" + "qQWFa3L9Zi5OBJ2CvhsgT3BlbkFJ" + "uMSCNEybPhBzKP7WHfs2 to yourself.",
			},
			Negative: []string{
				"OPENAI_KEY=sk-xxxxxxxxxxxxxxxxxxxxT3BlbkFJxxxxxxxxxxxxxxxxxxxx",
				"OPENAI_KEY=sk-" + "jkQbiZT3BlbkFJ" + "O4Lsx2",
				"Values that start with sk- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func openaiProjectKey() detect.Detector {
	return detect.Detector{
		Name:      "openai_project_key",
		Type:      "SECRET_OPENAI_KEY",
		Category:  detect.CategorySecret,
		Summary:   "OpenAI project key without the usual marker",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sk-(?:proj|svcacct|admin)-[\w-]{40,200}`),
			Keywords:  []string{"sk-proj-", "sk-svcacct-", "sk-admin-"},
			Ahead:     256,
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OPENAI_PROJECT_KEY=sk-proj-" + "1bsy8CFLTAQhIQRtv2e6OYyijAn87NcpVZwPZ9wWnCP2XZgMSG3sxjqhEKzN",
				"{\"credential\": \"sk-proj-" + "0v8MjzpvdWIl82UsPZ5gVAhDBn7YPzI7fGuHEQrCcLq0fEiDjIWVkyaFv2tm\"}",
				"Please keep sk-proj-" + "w04UKLkGC3XRPJBVDFTAqZmtfVo6Ia2iwVDlB6OtBSZhbYzBnPEKMlXv3dAe to yourself.",
			},
			Negative: []string{
				"OPENAI_PROJECT_KEY=sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"OPENAI_PROJECT_KEY=sk-proj-" + "lHawELD2COfmFR6qoSJQ",
				"Values that start with sk-proj- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func anthropicKey() detect.Detector {
	return detect.Detector{
		Name:      "anthropic_key",
		Type:      "SECRET_ANTHROPIC_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Anthropic API or admin key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sk-ant-(?:api|admin|oat|ort)\d\d-[\w-]{80,120}`),
			Keywords:  []string{"sk-ant-"},
			Ahead:     200,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ANTHROPIC_KEY=sk-ant-api03-" + "atvGlxxmEgg6mE3jlukZXLJ8r2i5wNBsV5rWF172dqvQV5IhQijre9TziARcYIeyEb1Zq8bB3136wnquf9guQdDbbSwgPAA",
				"{\"credential\": \"sk-ant-api03-" + "VovloTyniyQ7LAt3AXKOFQ57G9PFZcNd0eIvHOJMkGzWVhyCZa40HfKBhp5gXwgxy21C3fkekStL8Jh4RlQNeDjrhYTzQAA\"}",
				"Please keep sk-ant-api03-" + "B9nUBZqvl0sEWhweIzp1b2zXCA9LW2BxRSreK0ucMFR1uabo4F1DxobwWbjG6RmJUYVOIDdQidcu5NRs7duHvSftsixjoAA to yourself.",
			},
			Negative: []string{
				"KEY=sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"KEY=sk-ant-api03-" + "4eUif8tsOWgLyBbaJ0pJIqrQHZDKwZ",
				"Keys start with sk-ant-api03.",
			},
			Source: "own",
		},
	}
}

func huggingfaceToken() detect.Detector {
	return detect.Detector{
		Name:      "huggingface_token",
		Type:      "SECRET_HUGGINGFACE_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Hugging Face user or organization token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`(?:hf|api_org)_[a-zA-Z]{34}`),
			Keywords:  []string{"hf_", "api_org_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HUGGINGFACE_TOKEN=hf_" + "wIayhVvNepyKXkrmGBzkeRgiHyEQswtPXA",
				"{\"credential\": \"hf_" + "hVlBaICSVKQTkgpPjMnFWpdiHJvsqAcyTx\"}",
				"Please keep hf_" + "uxbgFToZxKsVnzvCUZDODmleyLNsPIfhGF to yourself.",
			},
			Negative: []string{
				"HUGGINGFACE_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"HUGGINGFACE_TOKEN=hf_" + "OzHCksxbVZt",
				"Values that start with hf_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func huggingfaceDigits() detect.Detector {
	return detect.Detector{
		Name:      "huggingface_digits",
		Type:      "SECRET_HUGGINGFACE_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Hugging Face user token with digits",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`hf_[a-zA-Z0-9]{34}`),
			Keywords:  []string{"hf_"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"HUGGINGFACE_DIGITS=hf_" + "1R7gw13pFdNozE5AvJe6SxLKlUcszBqYa0",
				"{\"credential\": \"hf_" + "oKsaMGCngkESVjxtzAljN5i5X4a28X9r0Q\"}",
				"Please keep hf_" + "mGedoVku0Pw5EMWQoEcQlIenNSk82yHRFZ to yourself.",
			},
			Negative: []string{
				"HUGGINGFACE_DIGITS=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"HUGGINGFACE_DIGITS=hf_" + "IlMNipWryQH",
				"Values that start with hf_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func cohereKey() detect.Detector {
	return detect.Detector{
		Name:      "cohere_key",
		Type:      "SECRET_COHERE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Cohere API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`cohere|co_api_key`, `[a-zA-Z0-9]{40}`),
			Keywords:  []string{"cohere", "co_api_key"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CO_API_KEY=" + "JWTKLYlFTzo5OWEew6NxQF1a4uqcg39PSms6OG8Y",
				"COHERE_TOKEN=" + "CNHWac9PJvRcV3DbhTXWFHzE5MGApT8fDbj1M4le",
				"cohereKey: \"" + "S0qqtclwOjRB3rLp6HmGx6zSyuenfpN9s7BeiMT6\"",
			},
			Negative: []string{
				"build " + "wS9Nl7aJxFznrBOiLeO00EHB6QWKmTAzlp8Ihkg0 passed",
				"COHERE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"cohere: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func perplexityKey() detect.Detector {
	return detect.Detector{
		Name:      "perplexity_key",
		Type:      "SECRET_PERPLEXITY_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Perplexity API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pplx-[a-zA-Z0-9]{48}`),
			Keywords:  []string{"pplx-"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PERPLEXITY_KEY=pplx-" + "8Nt6XaEDK4Thqs0RBWzpoA91Uh4PIZInr9nkHQM1XeJPfVZw",
				"{\"credential\": \"pplx-" + "Ce4P0dMDQXz1qfrNIhkxdjvLmROrEzQz27uPbIiYV5ZnU6lS\"}",
				"Please keep pplx-" + "gpQODdoKbCDFF4wuRlMIyL8TpVPjwIPV5yGchxGceA13Yav3 to yourself.",
			},
			Negative: []string{
				"PERPLEXITY_KEY=pplx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PERPLEXITY_KEY=pplx-" + "uM9NpF5tXrjPH7yJ",
				"Values that start with pplx- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func replicateToken() detect.Detector {
	return detect.Detector{
		Name:      "replicate_token",
		Type:      "SECRET_REPLICATE_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Replicate API token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`r8_[A-Za-z0-9]{37}`),
			Keywords:  []string{"r8_"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"REPLICATE_TOKEN=r8_" + "GzZeGXrN5dTqTYpVNiHBic36DwPby8fW1vSSo",
				"{\"credential\": \"r8_" + "6HyICGVMeoRAZWz4sBXmvJcEF2OjpaVk8jKMV\"}",
				"Please keep r8_" + "Sje2fC0sr5Wq4aUy9tAgGq1YIAUzwB3CLFW0Z to yourself.",
			},
			Negative: []string{
				"REPLICATE_TOKEN=r8_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"REPLICATE_TOKEN=r8_" + "MSraWu7HAkYC",
				"Values that start with r8_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func groqKey() detect.Detector {
	return detect.Detector{
		Name:      "groq_key",
		Type:      "SECRET_GROQ_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Groq API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`gsk_[A-Za-z0-9]{52}`),
			Keywords:  []string{"gsk_"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GROQ_KEY=gsk_" + "EvBF4RlhkgWpb8v4GPRzjcuFeHGgwqsJNGKbKo0y6aISAU7KmL9D",
				"{\"credential\": \"gsk_" + "DX7ThRvJnABqE1UTgaPIks8Oi3QHf458I0Ad0DQxtSJavKJcZbng\"}",
				"Please keep gsk_" + "Sp6zlUozLfYhdfFzg8ai2xHKjWqmqItNh4RaEMrVmzxnNs9y78WO to yourself.",
			},
			Negative: []string{
				"GROQ_KEY=gsk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GROQ_KEY=gsk_" + "pqkbiGhUPScO40KAB",
				"Values that start with gsk_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func xaiKey() detect.Detector {
	return detect.Detector{
		Name:      "xai_key",
		Type:      "SECRET_XAI_KEY",
		Category:  detect.CategorySecret,
		Summary:   "xAI API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`xai-[A-Za-z0-9]{80}`),
			Keywords:  []string{"xai-"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"XAI_KEY=xai-" + "P6rsrWM5DOhXHrUkcCzAWO8Xot29HFZ5ywhtvZEUvli7SJG9ByofLQBRfujq8PGCH4lLTtVRnI9Ogo8K",
				"{\"credential\": \"xai-" + "VskDm9vzn1mf2PNux81dBSz3LpVg34l5oGQqAPA8t8iFaUzYb7CKoRkv7crILC1DzvrwidrBKu04ZChe\"}",
				"Please keep xai-" + "w7T1cmajykrtqkPq4DC80bosOdMbv2X5OLRq74C2BMJK1AB0lvjcqUn0Kz9S6SFJmPfG3yhkbExIZRSr to yourself.",
			},
			Negative: []string{
				"XAI_KEY=xai-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"XAI_KEY=xai-" + "Fp7vMLz0s7dzaYtZoC6Jxm1Iul",
				"Values that start with xai- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func openrouterKey() detect.Detector {
	return detect.Detector{
		Name:      "openrouter_key",
		Type:      "SECRET_OPENROUTER_KEY",
		Category:  detect.CategorySecret,
		Summary:   "OpenRouter API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sk-or-v1-[a-f0-9]{64}`),
			Keywords:  []string{"sk-or-v1-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OPENROUTER_KEY=sk-or-v1-" + "35a6a9079a59c855fc863ecf3ba3e261090f41e9862436b709bc47c4dd0819a6",
				"{\"credential\": \"sk-or-v1-" + "8b4b1c2067d455f9d59cfaeacd37bd82a5062c0fef41b8b433c2b8ca8ddf0ee6\"}",
				"Please keep sk-or-v1-" + "4555f9aee0f03645028c1d671be77894ed3e0d42168daacb90debb4264b3c0df to yourself.",
			},
			Negative: []string{
				"OPENROUTER_KEY=sk-or-v1-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"OPENROUTER_KEY=sk-or-v1-" + "4f9252b13d082eeb57c7a",
				"Values that start with sk-or-v1- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func langsmithKey() detect.Detector {
	return detect.Detector{
		Name:      "langsmith_key",
		Type:      "SECRET_LANGSMITH_KEY",
		Category:  detect.CategorySecret,
		Summary:   "LangSmith API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}`),
			Keywords:  []string{"lsv2_"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LANGSMITH_KEY=lsv2_pt_" + "a845fd605c10b7247b78cabee27131f9_" + "29f78356d5",
				"{\"credential\": \"lsv2_pt_" + "ba1a5669545379d28b45f4699d7c0d2e_" + "0ec6d8a9f4\"}",
				"Please keep lsv2_pt_" + "52a43d5dec24e6d65faf8e3171bae904_" + "9f27bce00a to yourself.",
			},
			Negative: []string{
				"LANGSMITH_KEY=lsv2_pt_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxx",
				"LANGSMITH_KEY=lsv2_pt_" + "068ceb2d23_" + "289",
				"Values that start with lsv2_pt_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func pineconeKey() detect.Detector {
	return detect.Detector{
		Name:      "pinecone_key",
		Type:      "SECRET_PINECONE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Pinecone API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,70}`),
			Keywords:  []string{"pcsk_"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PINECONE_KEY=pcsk_" + "lydvxq_" + "PSpqLD8e35yMRxhCkQUQADGuDb0bOqGnO90d1fgMyV9aKExQlroJ47vCBx1wHJp",
				"{\"credential\": \"pcsk_" + "MeB6d8_" + "jHgReG8KaACtqpw6FIMogcFA5sV4E91B8P3VT1kuImyNMa4IS4pvsXMb4iUGUGA\"}",
				"Please keep pcsk_" + "JRcyht_" + "RAV29LXfZRO7w1hvGj63NSPElYXfLMEFH4tFBnbRWHpZukhWw5TgteYDl3T9unc to yourself.",
			},
			Negative: []string{
				"PINECONE_KEY=pcsk_xxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PINECONE_KEY=pcsk_" + "sb_" + "nRbDGALHKNXT9WfpcEYWi",
				"Values that start with pcsk_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func mistralKey() detect.Detector {
	return detect.Detector{
		Name:      "mistral_key",
		Type:      "SECRET_MISTRAL_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Mistral key assigned to a name that says so",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`mistral`, `[A-Za-z0-9]{32}`),
			Keywords:  []string{"mistral"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MISTRAL_TOKEN=" + "5Rk14iDGOamNIv2lzCdFPqMVDASCbj8h",
				"mistralKey: \"" + "7MVunXsArldBpcPz96LjvKmQSF3XZT2b\"",
				"{\"mistral_secret\": \"" + "svgltoALOG1dX59AvukMFwjfzZe8nCYa\"}",
			},
			Negative: []string{
				"build " + "gjDiwmYv0B5PcyhUfGQJXOTNlAAMrNYF passed",
				"MISTRAL_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"mistral: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func deepSeekKey() detect.Detector {
	return detect.Detector{
		Name:      "deepseek_key",
		Type:      "SECRET_DEEPSEEK_KEY",
		Category:  detect.CategorySecret,
		Summary:   "DeepSeek key assigned to a name that says so",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`deepseek`, `sk-[A-Za-z0-9]{32,48}`),
			Keywords:  []string{"deepseek"},
			Entropy:   3.3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DEEPSEEK_API_KEY=sk-" + "3f8a9c2e7b1d4056af92c8e03d7b6a15",
				"deepseekKey: \"sk-" + "90b7c1e4a2f84d36b5e09f7ac2d81e63\"",
				"{\"deepseek_token\": \"sk-" + "7d2e9a40c6b84f13a5e8b09f3c71d264\"}",
			},
			Negative: []string{
				"deepseek is a model from 2024",
				"DEEPSEEK_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"deepseek: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func togetherKey() detect.Detector {
	return detect.Detector{
		Name:      "together_key",
		Type:      "SECRET_TOGETHER_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Together AI key assigned to a name that says so",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`together(?:_?ai)?`, `[a-f0-9]{64}|tgp_v1_[A-Za-z0-9_-]{40,60}`),
			Keywords:  []string{"together"},
			Entropy:   3.3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TOGETHER_API_KEY=" + "0f3a9c2e7b1d4056af92c8e03d7b6a15" + "8e41d7c09a5b4f26b3d1e86f7a20c954",
				"together_ai_key: \"" + "8e41d7c09a5b4f26b3d1e86f7a20c954" + "0f3a9c2e7b1d4056af92c8e03d7b6a15\"",
				"togetherai = " + "5b2c8f16e04a4d97a3c1e85f7b90d246" + "c7e19a40d6b84f13a5e8b09f3c71d264",
			},
			Negative: []string{
				"all of us together: the sum of it",
				"TOGETHER_API_KEY=" + "${TOGETHER}",
				"together with " + "0f3a9c2e7b1d4056af92c8e03d7b6a15",
			},
			Source: "own",
		},
	}
}

func stabilityKey() detect.Detector {
	return detect.Detector{
		Name:      "stability_key",
		Type:      "SECRET_STABILITY_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Stability AI key assigned to a name that says so",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`stability(?:_?ai)?`, `sk-[A-Za-z0-9]{40,60}`),
			Keywords:  []string{"stability"},
			Entropy:   3.3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"STABILITY_API_KEY=sk-" + "Yt7Qm2Lx9Vb4Kd8Rw3Nc6Hf1Jp5Zs0Ga2Eu7Ti4Oq9Xy3Wv",
				"stabilityai_key: \"sk-" + "Rw3Nc6Hf1Jp5Zs0Ga2Eu7Ti4Oq9Xy3WvYt7Qm2Lx9Vb4Kd8\"",
				"{\"stability_key\": \"sk-" + "Jp5Zs0Ga2Eu7Ti4Oq9Xy3WvYt7Qm2Lx9Vb4Kd8Rw3Nc6Hf1\"}",
			},
			Negative: []string{
				"the stability of the bridge: good",
				"STABILITY_API_KEY=sk-your-key-here",
				"stability: sk-1",
			},
			Source: "own",
		},
	}
}
