package secrets

import "guardrails/shared/detect"

// hyperscale returns the rules for the large cloud platforms.
func hyperscale() []detect.Detector {
	return []detect.Detector{
		awsAccessKey(),
		awsSecretKey(),
		awsSessionToken(),
		awsBedrockKey(),
		googleAPIKey(),
		googleOAuthSecret(),
		googleAccessToken(),
		gcpServiceAccount(),
		azureClientSecret(),
		azureStorageKey(),
		azureSASSignature(),
		alibabaAccessKey(),
		alibabaSecretKey(),
		tencentSecretID(),
	}
}

func awsAccessKey() detect.Detector {
	return detect.Detector{
		Name:      "aws_access_key",
		Type:      "SECRET_AWS_ACCESS_KEY",
		Category:  detect.CategorySecret,
		Summary:   "AWS access key ID (AKIA, ASIA, ABIA, ACCA)",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    `(?:^|[^A-Za-z0-9-])((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?:[^A-Za-z0-9-]|$)`,
			Keywords:  []string{"akia", "asia", "abia", "acca", "a3t"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AWS_ACCESS_KEY=AKIA" + "JCBY4WMA52LIERVO",
				"{\"credential\": \"AKIA" + "LFD2XJ5IVWX7ZOC4\"}",
				"Please keep AKIA" + "IC4TZWVN3KUFZJP2 to yourself.",
				"key_AKIA" + "Q3EGWPNRUC7Z5YXH_old",
			},
			Negative: []string{
				"AWS_ACCESS_KEY=AKIAxxxxxxxxxxxxxxxx",
				"AWS_ACCESS_KEY=AKIA" + "2FZ5X",
				"Values that start with AKIA belong in the vault.",
			},
			Source: "own",
		},
	}
}

func awsSecretKey() detect.Detector {
	return detect.Detector{
		Name:     "aws_secret_key",
		Type:     "SECRET_AWS_SECRET_KEY",
		Category: detect.CategorySecret,
		Summary:  "AWS secret access key assigned to a name that says so",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`aws_?secret|secret_?access_?key|aws.{0,12}secret_?key`, `[A-Za-z0-9/+]{40}`),
			Keywords:  []string{"aws_secret", "awssecret", "secret_access_key", "secretaccesskey", "aws"},
			Entropy:   4,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"aws_secret_access_key = " + "8YtkOThe7KvxXp0YjxCl+CngDqyJHbdIE6q6dfiR",
				"\"SecretAccessKey\": \"" + "vFBYvbqr5NdbU8g/pby4GxRWaLHqiMkOcD231d+0\"",
				"export AWS_SECRET_ACCESS_KEY=" + "A1Ytx4pKRbwn+eitv2xSQMGhaxFyDgEnl1H2WXLJ",
			},
			Negative: []string{
				"aws_secret_access_key = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"commit " + "14a67e0db314381beae77fb89cd98660cc5d2c2c",
				"aws_secret_access_key = ${AWS_SECRET}",
			},
			Source: "own",
		},
	}
}

func awsSessionToken() detect.Detector {
	return detect.Detector{
		Name:     "aws_session_token",
		Type:     "SECRET_AWS_SESSION_TOKEN",
		Category: detect.CategorySecret,
		Summary:  "AWS session token assigned to a name that says so",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`aws_?session_?token|session_?token`, `[A-Za-z0-9/+]{100,600}={0,2}`),
			Keywords:  []string{"session_token", "sessiontoken"},
			Ahead:     700,
			Entropy:   4.5,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"aws_session_token = IQoJ" + "znYEsexOHdiL60hg83ReCHNJg88/X1RwUY3ORpFEEVtEnIJ0aL+CUNyiuYD96q+3Hus5PesAPwHiJwwYtpRKWgJdntrzUQjZng+YGAHNP+WF2MkQ1LK7zfmfaJW4ru2pGDhxuOvXGGPCwkKklEi26vRbVpSk/jOIxBU75xyz07s1Todb4OQvxdWzKM2cshhoP8S7OB3p",
				"\"SessionToken\": \"FwoG" + "ADg8iffxyQvbfpUGkJbmRywn28MiDH0X/3WDGLdZDNzU40GyFtKsqdKi4YAa+qWKrdz9OHN9PJ9S1eslu8ai6MRSpiIY44Qcj29BNMd/gSttl+6nZl54d9u6TgwMcAVpu23afYxoF1iiYqnA6tTbgrd0XQ0yHeOcOZIrfFnjTALtRrkvrP6h==\"",
				"AWS_SESSION_TOKEN=" + "MhhI9kg8n36mP+abJXT53U5ozXPi1oabHgorB9QRNR7+Jq3IScyIVYegN07zEysIGxaMkGGez9GjxcOt3fvWcLty1A4ZZM+mjhwUn9BmFT1Hv0B0h6FxDhSxB20LqfniQEkLd5dKWDppK9dd8jZJexG8nIWOz8rs",
			},
			Negative: []string{
				"aws_session_token = none",
				"session_token: " + "69fd7aa0c5c279861e0788b23f5d4d74",
				"AWS_SESSION_TOKEN=$TOKEN",
			},
			Source: "own",
		},
	}
}

func awsBedrockKey() detect.Detector {
	return detect.Detector{
		Name:      "aws_bedrock_key",
		Type:      "SECRET_AWS_BEDROCK_KEY",
		Category:  detect.CategorySecret,
		Summary:   "AWS Bedrock API key, long-lived or short-lived",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]*`),
			Keywords:  []string{"absk", "bedrock-api-key-"},
			Ahead:     400,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"BEDROCK_KEY=ABSK" + "BmvcG8t1e6VWO0DiOcQId6WhIH32HEkmYr4WnqfanRUvx+vfwzlbBXQLPPjekaCFpS4zQiVLjD54vQRNLMkbVlt0UbEFq0bmwqMHy8Co/Cf/eDZTtTAcyx3/",
				"{\"credential\": \"ABSK" + "M9aSSvhCa1wNsRl1eVYKtru6T29ZJ5GSweIW/iCF9vGRJYZq4PeXgPrbMdbaqOpOMs+UT5EnxTkTV057HBdrMHOdgQU3is+HUE/hJ5ktmZBfErLLnW8iHBKR\"}",
				"Please keep ABSK" + "A7e0OqxtNSzkBDBAKj3b3AucCptx6wk+7Ipu15YKrMXvisTVLk0VnyWFzAq0c+TM21mPZm78KJ84ODyxMydiZv6+R+YoT2c+YdaZHxmX96cU/qgNmx25UlCX to yourself.",
			},
			Negative: []string{
				"BEDROCK_KEY=ABSKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"BEDROCK_KEY=ABSK" + "q0KnM6fdAYgTpNCaqpKt/ePQI38X5h2HF0bYCoDN",
				"Values that start with ABSK belong in the vault.",
			},
			Source: "own",
		},
	}
}

func googleAPIKey() detect.Detector {
	return detect.Detector{
		Name:      "google_api_key",
		Type:      "SECRET_GOOGLE_API_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Google API key",
		Validator: "not a published key",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AIza[\w-]{35}`),
			Keywords:  []string{"aiza"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  notPublished,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GOOGLE_API_KEY=AIza" + "2oAfjQ6ntIlhe8RU6WqBhkZW4gRidsw5SK3",
				"{\"credential\": \"AIza" + "vz9ldRx1IwqJBNQZ53KGQuNhOmj06ibBVpt\"}",
				"Please keep AIza" + "vQZYmzEVp23gnFPA11fuksiUAzOH7c9Olox to yourself.",
			},
			Negative: []string{
				"GOOGLE_API_KEY=AIzaxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GOOGLE_API_KEY=AIza" + "8T3A2MmuBW1",
				"Values that start with AIza belong in the vault.",
			},
			Source: "own",
		},
	}
}

func googleOAuthSecret() detect.Detector {
	return detect.Detector{
		Name:      "google_oauth_secret",
		Type:      "SECRET_GOOGLE_OAUTH_SECRET",
		Category:  detect.CategorySecret,
		Summary:   "Google OAuth client secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`GOCSPX-[\w-]{28}`),
			Keywords:  []string{"gocspx-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GOOGLE_OAUTH_SECRET=GOCSPX-" + "ASr6UKIC1nKO23RoThlFW9kVC97u",
				"{\"credential\": \"GOCSPX-" + "aJS1NxGwACjWkcVmfd2kiuvRrUKs\"}",
				"Please keep GOCSPX-" + "hr6LmaYylw9EBFpM2xC7zYeApWbu to yourself.",
			},
			Negative: []string{
				"GOOGLE_OAUTH_SECRET=GOCSPX-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GOOGLE_OAUTH_SECRET=GOCSPX-" + "ZYKbBGang",
				"Values that start with GOCSPX- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func googleAccessToken() detect.Detector {
	return detect.Detector{
		Name:      "google_access_token",
		Type:      "SECRET_GOOGLE_ACCESS_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Google OAuth access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ya29\.[\w-]{30,300}`),
			Keywords:  []string{"ya29."},
			Ahead:     400,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"GOOGLE_ACCESS_TOKEN=ya29." + "gFQV2Sv5M1oLwD4TJkvkyGfF4KC1K7k6FpuCSFabo8lYDtocwGihdbIYEsE9JIOXzNnypWuD1k3tUZex",
				"{\"credential\": \"ya29." + "VQKfL3vh1x8G1vmTKj4JrydCpHdF93l5z7FY981OwGIc8t0kDL0OI2UeB9nrCuM5XdtmSS6H4aUlWI9J\"}",
				"Please keep ya29." + "D3A5CNwpGY639ZXg7VZW8I1HS9tcWRzwxDnbEo06yoTzXOmXFxuzJGTqKFvsPYeNs3Snid3xp4YXVKQx to yourself.",
			},
			Negative: []string{
				"GOOGLE_ACCESS_TOKEN=ya29.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"GOOGLE_ACCESS_TOKEN=ya29." + "0VIisnVkJJwcOUCBd1p3ZAe8hm",
				"Values that start with ya29. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func gcpServiceAccount() detect.Detector {
	return detect.Detector{
		Name:     "gcp_service_account",
		Type:     "SECRET_GCP_SERVICE_ACCOUNT",
		Category: detect.CategorySecret,
		Summary:  "Key ID of a Google Cloud service account key file",
		Base:     0.9,
		Pattern: &detect.Pattern{
			Regexp:    `"type"\s*:\s*"service_account"[\s\S]{0,400}?"private_key_id"\s*:\s*"([0-9a-f]{40})"`,
			Keywords:  []string{"service_account"},
			Ahead:     600,
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"{\"type\": \"service_account\", \"project_id\": \"demo\", \"private_key_id\": \"" + "b264b7231095a959d2a32e3c85ff6bec1d76e1c0\"}",
				"{\n  \"type\": \"service_account\",\n  \"private_key_id\": \"" + "7a542604a36e2516c48e7de03fabfa9ab5b1c42d\"",
			},
			Negative: []string{
				"{\"type\": \"service_account\", \"project_id\": \"demo\"}",
				"{\"type\": \"service_account\", \"private_key_id\": \"0000000000000000000000000000000000000000\"}",
				"the service_account of the build",
			},
			Source: "own",
		},
	}
}

func azureClientSecret() detect.Detector {
	return detect.Detector{
		Name:      "azure_client_secret",
		Type:      "SECRET_AZURE_CLIENT_SECRET",
		Category:  detect.CategorySecret,
		Summary:   "Azure AD (Entra) client secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`[\w~.-]{3}\dQ~[\w~.-]{31,34}`),
			Keywords:  []string{"0q~", "1q~", "2q~", "3q~", "4q~", "5q~", "6q~", "7q~", "8q~", "9q~"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AZURE_SECRET=a1B8Q~" + "ot9C0ViCE52GKXAlMFr6wBb3zo9ZsqPITs",
				"{\"credential\": \"a1B8Q~" + "m6uw5nF3wDKQk0igddRcoLWSY1vhIvuxeP\"}",
				"Please keep a1B8Q~" + "9AOW09sM8tTuIUImCSfgb5yNKcCzi3429h to yourself.",
			},
			Negative: []string{
				"AZURE_SECRET=a1B8Q~xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"AZURE_SECRET=a1B8Q~" + "AhKPWDVqYOJ",
				"Values that start with a1B8Q~ belong in the vault.",
			},
			Source: "own",
		},
	}
}

func azureStorageKey() detect.Detector {
	return detect.Detector{
		Name:     "azure_storage_key",
		Type:     "SECRET_AZURE_STORAGE_KEY",
		Category: detect.CategorySecret,
		Summary:  "Azure storage or Cosmos DB account key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    `(?i:accountkey|azure_storage_key|storage_?account_?key|primary_?key)["\x27]?\s{0,3}[:=]\s{0,3}["\x27]?([A-Za-z0-9+/]{86}==)`,
			Keywords:  []string{"accountkey", "storage_key", "account_key", "primarykey", "primary_key"},
			Entropy:   4.5,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"DefaultEndpointsProtocol=https;AccountName=demo;AccountKey=" + "wP1L9r+PVITBfDmzzgwCbN4UjjdwiKC3P5bh4bs6sp8SxRr38EJrwm0HLaAnQMkD/aDPoVyOGU8CNfRZ39qYY2==;EndpointSuffix=core.windows.net",
				"AZURE_STORAGE_KEY=" + "t+Ne2foxGvDpwRyNJ8/8JDnwuXULhzl6SXWqMsgYqKKrpWE0sUbT5BtvGQYZi+2GQHDA3atO5fdnjLEhT1c/dw==",
			},
			Negative: []string{
				"AccountKey=...;EndpointSuffix=core.windows.net",
				"AccountKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
				"the AccountKey is in the vault",
			},
			Source: "own",
		},
	}
}

func azureSASSignature() detect.Detector {
	return detect.Detector{
		Name:      "azure_sas_signature",
		Type:      "SECRET_AZURE_SAS",
		Category:  detect.CategorySecret,
		Summary:   "Signature of an Azure shared access URL",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    `[?&;]sig=([A-Za-z0-9%+/]{43,90}(?:%3D|=))`,
			Keywords:  []string{"sig="},
			Window:    200,
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"https://demo.blob.core.windows.net/c?sv=2022-11-02&se=2030-01-01&sr=c&sp=r&sig=" + "k89fgO4moE2ez19SIiVcvcepbLUWziYQ7rlj52KNAmP%3D",
			},
			Negative: []string{
				"https://demo.invalid/?sig=abc",
				"https://demo.invalid/?sig=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx%3D",
			},
			Source: "own",
		},
	}
}

func alibabaAccessKey() detect.Detector {
	return detect.Detector{
		Name:      "alibaba_access_key",
		Type:      "SECRET_ALIBABA_ACCESS_KEY",
		Category:  detect.CategorySecret,
		Summary:   "Alibaba Cloud access key ID",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`LTAI[A-Za-z0-9]{16,20}`),
			Keywords:  []string{"ltai"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ALIBABA_ACCESS_KEY=LTAI" + "1OjRATKPSJdGgeDmsy2n",
				"{\"credential\": \"LTAI" + "cZr17YjSyaHMuCbpwsvk\"}",
				"Please keep LTAI" + "Ibi6BRtNH2EXzcUJwpF4 to yourself.",
			},
			Negative: []string{
				"ALIBABA_ACCESS_KEY=LTAIxxxxxxxxxxxxxxxxxxxx",
				"ALIBABA_ACCESS_KEY=LTAI" + "2Ed4Pz",
				"Values that start with LTAI belong in the vault.",
			},
			Source: "own",
		},
	}
}

func alibabaSecretKey() detect.Detector {
	return detect.Detector{
		Name:     "alibaba_secret_key",
		Type:     "SECRET_ALIBABA_SECRET_KEY",
		Category: detect.CategorySecret,
		Summary:  "Alibaba Cloud secret key",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`alibaba|aliyun`, `[a-z0-9A-Z]{30}`),
			Keywords:  []string{"alibaba", "aliyun"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"ALIBABA_TOKEN=" + "vdrqo3wfyu4cmyq5b7ajh6do81704c",
				"alibabaKey: \"" + "ucygpfal4zixbw9qnf2ns5p1c64h80\"",
				"{\"alibaba_secret\": \"" + "vkr7rljkwbmuy2ajg98hdt1o4t60wj\"}",
			},
			Negative: []string{
				"build " + "65064yzfwqhnhdsdbitf8a3up2yolc passed",
				"ALIBABA_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"alibaba: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func tencentSecretID() detect.Detector {
	return detect.Detector{
		Name:      "tencent_secret_id",
		Type:      "SECRET_TENCENT_SECRET_ID",
		Category:  detect.CategorySecret,
		Summary:   "Tencent Cloud secret ID",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AKID[A-Za-z0-9]{32}`),
			Keywords:  []string{"akid"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TENCENT_SECRET_ID=AKID" + "LqwiJpWxtTnHOe64jfs3lAHg3xBBvNXy",
				"{\"credential\": \"AKID" + "5Zc82RdAFDTGEbPwlVg6vJUzqFsdz0vS\"}",
				"Please keep AKID" + "XEP7lsA6yQCpIvwadKqsNo2cxEBT4qtN to yourself.",
			},
			Negative: []string{
				"TENCENT_SECRET_ID=AKIDxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"TENCENT_SECRET_ID=AKID" + "N6KQIfHA19",
				"Values that start with AKID belong in the vault.",
			},
			Source: "own",
		},
	}
}
