package secrets

import "guardrails/shared/detect"

// aiTools returns the rules for tools around models: search, speech, tracing, GPU rental.
func aiTools() []detect.Detector {
	return []detect.Detector{
		tavilyKey(),
		firecrawlKey(),
		nvidiaKey(),
		runpodKey(),
		fireworksKey(),
		cerebrasKey(),
		voyageKey(),
		langfuseKey(),
		modalToken(),
		wandbKey(),
		elevenlabsKey(),
		deepgramKey(),
	}
}

func tavilyKey() detect.Detector {
	return detect.Detector{
		Name:      "tavily_key",
		Type:      "SECRET_TAVILY_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Tavily API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}`),
			Keywords:  []string{"tvly-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TAVILY_KEY=tvly-" + "P8vWOVQbLxdfuDBAyFajaAqn7YJtSzuw",
				"{\"credential\": \"tvly-" + "5YiMtlz5nH30zASe16pOPdC8IcmghIdf\"}",
				"Please keep tvly-" + "ANa5VjJqs87nbBexSoGgRDEfXiDv9TgI to yourself.",
			},
			Negative: []string{
				"TAVILY_KEY=tvly-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TAVILY_KEY=tvly-" + "gpDv3Eq6j0",
				"Values that start with tvly- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func firecrawlKey() detect.Detector {
	return detect.Detector{
		Name:      "firecrawl_key",
		Type:      "SECRET_FIRECRAWL_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Firecrawl API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`fc-[a-f0-9]{32}`),
			Keywords:  []string{"fc-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FIRECRAWL_KEY=fc-" + "51b54805ed4d4ca93ff08f01a976e230",
				"{\"credential\": \"fc-" + "c487920f76b2413ad508582fcb6eeadb\"}",
				"Please keep fc-" + "11d3c407da6be398fd74492f571e695a to yourself.",
			},
			Negative: []string{
				"FIRECRAWL_KEY=fc-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"FIRECRAWL_KEY=fc-" + "f6b218eacd",
				"Values that start with fc- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func nvidiaKey() detect.Detector {
	return detect.Detector{
		Name:      "nvidia_key",
		Type:      "SECRET_NVIDIA_KEY",
		Category:  detect.CategorySecret,
		Summary:   "NVIDIA NIM or NGC API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`nvapi-[\w-]{64}`),
			Keywords:  []string{"nvapi-"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NVIDIA_KEY=nvapi-" + "NOUK6WeTMJAZarXd3Q2YdqETQTQgv2aB9tpbOHBhSl7ANksOkjlMi0VVxFBskx1P",
				"{\"credential\": \"nvapi-" + "RJKy7MZ5hF7BiS64A901JlUw483Xr9xNLUcmBoGbwxtqHlzhmQbuR5CVrSIQT8eS\"}",
				"Please keep nvapi-" + "xXL4aDfD6vaczJMk7kjY0EMbrd94K2eJLhIiZFycRAd3voe8Ig95qNbnOvSuLzEM to yourself.",
			},
			Negative: []string{
				"NVIDIA_KEY=nvapi-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"NVIDIA_KEY=nvapi-" + "CSpwcallRvXmHOfYu2hId",
				"Values that start with nvapi- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func runpodKey() detect.Detector {
	return detect.Detector{
		Name:      "runpod_key",
		Type:      "SECRET_RUNPOD_KEY",
		Category:  detect.CategorySecret,
		Summary:   "RunPod API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`rpa_[A-Z0-9]{40}[A-Za-z0-9]{0,8}`),
			Keywords:  []string{"rpa_"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"RUNPOD_KEY=rpa_" + "0G0UL61O7XFT31ATV2KNBIW5WQ1NN4GHWMPVEPJ2",
				"{\"credential\": \"rpa_" + "UD1BOOS3VRG5SMQP9Z1Y9SYR83TAQ0HJ7JURW6G7\"}",
				"Please keep rpa_" + "OIBWN7U1O3S73LRP6EF8VPWD0Z74MQT65SQVN0AH to yourself.",
			},
			Negative: []string{
				"RUNPOD_KEY=rpa_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"RUNPOD_KEY=rpa_" + "QJ6D0HWS5E93P",
				"Values that start with rpa_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func fireworksKey() detect.Detector {
	return detect.Detector{
		Name:      "fireworks_key",
		Type:      "SECRET_FIREWORKS_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Fireworks AI API key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`fw_[A-Za-z0-9]{24}`),
			Keywords:  []string{"fw_"},
			Entropy:   3.7,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FIREWORKS_KEY=fw_" + "8Bq2IdDSbik7EdhJPeFs3rnG",
				"{\"credential\": \"fw_" + "dkNFx391ISe7M02BlD5uG6hK\"}",
				"Please keep fw_" + "N1Wj3rZzAAut5yKIReB7bCpx to yourself.",
			},
			Negative: []string{
				"FIREWORKS_KEY=fw_xxxxxxxxxxxxxxxxxxxxxxxx",
				"FIREWORKS_KEY=fw_" + "g2y7VoIf",
				"Values that start with fw_ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func cerebrasKey() detect.Detector {
	return detect.Detector{
		Name:      "cerebras_key",
		Type:      "SECRET_CEREBRAS_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Cerebras API key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`csk-[a-z0-9]{48}`),
			Keywords:  []string{"csk-"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"CEREBRAS_KEY=csk-" + "8kc3ohjscw73tm8dpe9n1adl5ifpybxg94c532grevk3tzj3",
				"{\"credential\": \"csk-" + "kizx8qqyox6l27mius0xst470d93ubqecp145661bsrpefj2\"}",
				"Please keep csk-" + "5qi6f858pukqw0niyevr4m3rvvodafxhc7wzwj2ixhtgxv41 to yourself.",
			},
			Negative: []string{
				"CEREBRAS_KEY=csk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"CEREBRAS_KEY=csk-" + "gwou5vtimxcar0nb",
				"Values that start with csk- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func voyageKey() detect.Detector {
	return detect.Detector{
		Name:      "voyage_key",
		Type:      "SECRET_VOYAGE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Voyage AI API key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pa-[A-Za-z0-9_-]{43}`),
			Keywords:  []string{"voyage", "pa-"},
			Entropy:   4.2,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"VOYAGE_KEY=pa-" + "XPINvK416DOny7J5Y850IcI2gEtFT4RpbqxkZxX29eV",
				"{\"credential\": \"pa-" + "dlB9PEuftLLWC7xt1yJZSTDlx0QcONsvfntVIwz6y9U\"}",
				"Please keep pa-" + "PqllMvtUcrW0kAF9ThEJo2zbQNFaKwTGH2CzJaRxvuX to yourself.",
			},
			Negative: []string{
				"VOYAGE_KEY=pa-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"VOYAGE_KEY=pa-" + "XGFsxg721p45TO",
				"Values that start with pa- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func langfuseKey() detect.Detector {
	return detect.Detector{
		Name:      "langfuse_key",
		Type:      "SECRET_LANGFUSE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Langfuse secret key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`),
			Keywords:  []string{"sk-lf-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LANGFUSE_KEY=sk-lf-" + "fc13fba4-4d7d-e2de-31a1-d3cd2043f8ad",
				"{\"credential\": \"sk-lf-" + "660214c9-bb02-3c4e-bdad-7665f45d8ffd\"}",
				"Please keep sk-lf-" + "bb2b57e2-f51c-5016-d190-62d82ff07e93 to yourself.",
			},
			Negative: []string{
				"LANGFUSE_KEY=sk-lf-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"LANGFUSE_KEY=sk-lf-" + "c53582d46eab",
				"Values that start with sk-lf- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func modalToken() detect.Detector {
	return detect.Detector{
		Name:      "modal_token",
		Type:      "SECRET_MODAL_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Modal token secret",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`as-[A-Za-z0-9]{22}`),
			Keywords:  []string{"modal"},
			Entropy:   3.7,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"MODAL_TOKEN_SECRET=as-" + "7UKqY1uFOWpLJKDBMjg09t",
				"modal token set --token-secret as-" + "hTsIjPv4Wkuye1zdggoDCl",
			},
			Negative: []string{
				"MODAL_TOKEN_SECRET=as-xxxxxxxxxxxxxxxxxxxxxx",
				"the modal window is as-is",
			},
			Source: "own",
		},
	}
}

func wandbKey() detect.Detector {
	return detect.Detector{
		Name:     "wandb_key",
		Type:     "SECRET_WANDB_KEY",
		Category: detect.CategorySecret,
		Summary:  "Weights & Biases API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`wandb|weights_?and_?biases`, `[a-f0-9]{40}`),
			Keywords:  []string{"wandb", "weights_and_biases"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"WANDB_TOKEN=" + "ca587aa82da1cf6e4547068304abd5ecf9e3212e",
				"wandbKey: \"" + "85b749af41a3d63e57bda7068475b5c352f9ec92\"",
				"{\"wandb_secret\": \"" + "ac0782e1bcfed5f4f420a01c49d57a133a6661f0\"}",
			},
			Negative: []string{
				"build " + "5ff259fd182420dee72a4ba2597a8cd33ed4f601 passed",
				"WANDB_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"wandb: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func elevenlabsKey() detect.Detector {
	return detect.Detector{
		Name:     "elevenlabs_key",
		Type:     "SECRET_ELEVENLABS_KEY",
		Category: detect.CategorySecret,
		Summary:  "ElevenLabs API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`eleven_?labs|xi-api`, `sk_[a-f0-9]{48}|[a-f0-9]{32}`),
			Keywords:  []string{"elevenlabs", "eleven_labs", "xi-api"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ELEVENLABS_TOKEN=sk_" + "96d97f1c504e4a580b718ffe422f1e236a7be0d54c597609",
				"elevenlabsKey: \"sk_" + "08136124d98aeaa48b2706f27974b18d55cc0dce4e4a6b33\"",
				"{\"elevenlabs_secret\": \"sk_" + "dc8260a85882b18c34f5691f639d635ae90f9154dc7ba240\"}",
			},
			Negative: []string{
				"build sk_" + "65e11180d9771f06bad9264af5ea3459eb6f8d03 passed",
				"ELEVENLABS_TOKEN=sk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"elevenlabs: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func deepgramKey() detect.Detector {
	return detect.Detector{
		Name:     "deepgram_key",
		Type:     "SECRET_SPEECH_KEY",
		Category: detect.CategorySecret,
		Summary:  "Deepgram or AssemblyAI API key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`deepgram|assembly_?ai`, `[a-f0-9]{40}|[a-f0-9]{32}`),
			Keywords:  []string{"deepgram", "assemblyai", "assembly_ai"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"DEEPGRAM_TOKEN=" + "2bca60792952dde2d4ac7181e378854f169ef336",
				"deepgramKey: \"" + "e5f67c140e12adcd3795fbce370de2c71b9f4968\"",
				"{\"deepgram_secret\": \"" + "e78a6cec01c6ca26ad99e18b4b7faf2da5b0e343\"}",
			},
			Negative: []string{
				"build " + "c364e00cb71a93ad5187ba9fb5187e70ca24235e passed",
				"DEEPGRAM_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"deepgram: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}
