package secrets

import "guardrails/shared/detect"

// vaults returns the rules for secret stores and infrastructure as code.
func vaults() []detect.Detector {
	return []detect.Detector{
		vaultToken(),
		vaultLegacyToken(),
		terraformToken(),
		terraformPassword(),
		nugetPassword(),
		pulumiToken(),
		dopplerToken(),
		ageKey(),
		onepasswordKey(),
		onepasswordService(),
	}
}

func vaultToken() detect.Detector {
	return detect.Detector{
		Name:      "vault_token",
		Type:      "SECRET_VAULT_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "HashiCorp Vault service or batch token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`hvs\.[\w-]{90,120}|hvb\.[\w-]{138,300}|hvr\.[\w-]{90,120}`),
			Keywords:  []string{"hvs.", "hvb.", "hvr."},
			Ahead:     400,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"VAULT_TOKEN=hvs." + "cSpHJbg9JMKUcZRgO9r7Glqs5G02aojM8IVbcAEjjSrBwXTX831Eipvh9lxhuOi3tka85Pm2YjcyT45aWFGPXeaL3BlQFxp",
				"{\"credential\": \"hvs." + "7zPHl7cwKslUQzEgkJxaP8QpNAv8fe3MkVmhZtJzq8AjyBs3aoR0CP9ol5QvHPqmvIZgUq48DyiaT6s1EOkdKB5TVSGHUGn\"}",
				"Please keep hvs." + "FsqLVJQAl25RJTzvYbuOAmmmzkMXy3StbNz6emDZRr03oSa1heQi9iHcTgMLHK6djQMFFMwWBAbH3Ey8eBM47GoCNs9q1Ca to yourself.",
			},
			Negative: []string{
				"VAULT_TOKEN=hvs.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"VAULT_TOKEN=hvs." + "JVxF88ryEt0gd5hKZiRTpWXYlkIEgCn",
				"Values that start with hvs. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func vaultLegacyToken() detect.Detector {
	return detect.Detector{
		Name:      "vault_legacy_token",
		Type:      "SECRET_VAULT_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "HashiCorp Vault service token of the older format",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`s\.[A-Za-z0-9]{24}`),
			Keywords:  []string{" s.", "=s.", "\"s.", "'s.", "(s."},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  judgeVaultToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"VAULT_TOKEN = \"s." + "5QdNHxnDmrKZCtTOA2SJ2hPo\"",
				"token: s." + "aGXsFoLM32EycOtj6Cgheo7A",
				"Use s." + "65WNgXe1R8hV07qI7ip5DHE2 for the migration",
			},
			Negative: []string{
				"s.AcceptanceTimeoutSecondsMax",
				"s.THISSTRINGISALLUPPERCASEXX",
				"the s.2024 release",
			},
			Source: "own",
		},
	}
}

func terraformToken() detect.Detector {
	return detect.Detector{
		Name:      "terraform_token",
		Type:      "SECRET_TERRAFORM_CLOUD",
		Category:  detect.CategorySecret,
		Summary:   "Terraform Cloud or Enterprise token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}`),
			Keywords:  []string{"atlasv1"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TFE=" + "KO76Yw2iS0CVrW.atlasv1." + "xiSY2TssT5vpb64knqDDblkthUaRF82AGPuHO9BFc3mE1VI2CBNXsofGHUqvwnPB6Fa",
				"{\"credential\": \"" + "ld6Gm39AgOxUV4.atlasv1." + "0b3jrt47pkmApoQPB8rwqOXSWLgcHaJbwvKg3yAK8IS7eIhUMN7jujdSsZCMZDVimS2\"}",
				"Please keep " + "SHazQ67mZJ31yT.atlasv1." + "TVLjakw2DrujfP32R4WaxOl1qTPYdlBi6XGsJFfQSYbkro4zMz6FvBpsd5RH3eyxyDt to yourself.",
			},
			Negative: []string{
				"TFE=xxxxxxxxxxxxxx.atlasv1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ky3EuGxLe5C0id.atlasv1." + "WK6uhtYdNISTG3IlXiUv",
				"The atlasv1 marker names the format.",
			},
			Source: "own",
		},
	}
}

func terraformPassword() detect.Detector {
	return detect.Detector{
		Name:      "terraform_password",
		Type:      "SECRET_PASSWORD_ASSIGNMENT",
		Category:  detect.CategorySecret,
		Summary:   "administrator_login_password or password of a Terraform resource",
		Validator: "no placeholder",
		Base:      0.8,
		Pattern: &detect.Pattern{
			Regexp:    `(?:administrator_login_password|admin_password|master_password)\s{0,10}=\s{0,10}"([\w=.!@#$%^&*+-]{8,64})"`,
			Keywords:  []string{"_login_password", "admin_password", "master_password"},
			Entropy:   2.5,
			Stopwords: placeholders(),
			Validate:  plausiblePassword,
		},
		Samples: detect.Samples{
			Positive: []string{
				"administrator_login_password = \"" + "pskVfLTc9!\"",
				"master_password = \"" + "UiYpNoX1T2RBkz\"",
			},
			Negative: []string{
				"administrator_login_password = \"${var.password}\"",
				"admin_password = \"password\"",
			},
			Source: "own",
		},
	}
}

func nugetPassword() detect.Detector {
	return detect.Detector{
		Name:      "nuget_password",
		Type:      "SECRET_PASSWORD_ASSIGNMENT",
		Category:  detect.CategorySecret,
		Summary:   "Clear-text password in a NuGet configuration",
		Validator: "no placeholder",
		Base:      0.75,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)<add\s{1,10}key="(?:cleartext)?password"\s{1,10}value="([^"]{8,64})"`,
			Keywords:  []string{"password\""},
			Entropy:   2,
			Stopwords: placeholders(),
			Validate:  plausiblePassword,
		},
		Samples: detect.Samples{
			Positive: []string{
				"<add key=\"ClearTextPassword\" value=\"" + "Jk6fTqnKNGyU!\" />",
				"<add key=\"Password\" value=\"" + "p0ME59YXTtrfAC\" />",
			},
			Negative: []string{
				"<add key=\"ClearTextPassword\" value=\"%PASSWORD%\" />",
				"<add key=\"Password\" value=\"XXXXXXXXXXX\" />",
			},
			Source: "own",
		},
	}
}

func pulumiToken() detect.Detector {
	return detect.Detector{
		Name:      "pulumi_token",
		Type:      "SECRET_PULUMI",
		Category:  detect.CategorySecret,
		Summary:   "Pulumi access token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`pul-[a-f0-9]{40}`),
			Keywords:  []string{"pul-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"PULUMI_TOKEN=pul-" + "c932034b99aabc1f839f8e3786ea92406df56b77",
				"{\"credential\": \"pul-" + "580402ba0e5c45ff9ce103f683b7fc8dedab9366\"}",
				"Please keep pul-" + "49e09fff767a5da800b321e8d6c5a33cdd260cb5 to yourself.",
			},
			Negative: []string{
				"PULUMI_TOKEN=pul-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"PULUMI_TOKEN=pul-" + "453fd168ec972",
				"Values that start with pul- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func dopplerToken() detect.Detector {
	return detect.Detector{
		Name:      "doppler_token",
		Type:      "SECRET_DOPPLER",
		Category:  detect.CategorySecret,
		Summary:   "Doppler token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`dp\.(?:pt|st|ct|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}`),
			Keywords:  []string{"dp.pt.", "dp.st.", "dp.ct.", "dp.scim.", "dp.audit."},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DOPPLER_TOKEN=dp.pt." + "hs78ePDBycrutBVtrRPb1ghHo1K1Al4EzOqyL6YWiFa",
				"{\"credential\": \"dp.pt." + "O28FpqbjM7Hl6sQko6zl0Q5ghDU3KtTItgUcwGqsm1e\"}",
				"Please keep dp.pt." + "uYTCRM8f5yyOmYDqCRuIEQiba0pVAjkn9arWZJxoPgs to yourself.",
			},
			Negative: []string{
				"DOPPLER_TOKEN=dp.pt.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"DOPPLER_TOKEN=dp.pt." + "KMyBblz7F4qV3W",
				"Values that start with dp.pt. belong in the vault.",
			},
			Source: "own",
		},
	}
}

func ageKey() detect.Detector {
	return detect.Detector{
		Name:      "age_key",
		Type:      "SECRET_AGE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "age encryption secret key",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}`),
			Keywords:  []string{"age-secret-key-1"},
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"AGE_KEY=AGE-SECRET-KEY-1" + "23A4NNZ3J9K5ZSXFEVPEMS6N2W7CMKD8NVAWLRHXT6Y24Q0UWF2ZGHWLUJ",
				"{\"credential\": \"AGE-SECRET-KEY-1" + "DWCZ35KEPY256LWX73QU2GR4M85EKEP9QJANASNZ3MQ0N0RZP6UDJDZ7VU\"}",
				"Please keep AGE-SECRET-KEY-1" + "XJ29NR5Y2SVV3Z6FF7DJT3H5Y9QXVTKJHNACC0CG088CYNNKMTQDEWWEZL to yourself.",
			},
			Negative: []string{
				"AGE_KEY=AGE-SECRET-KEY-1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"AGE_KEY=AGE-SECRET-KEY-1" + "M9NWTR6G0ZKJPSXF756",
				"Values that start with AGE-SECRET-KEY-1 belong in the vault.",
			},
			Source: "own",
		},
	}
}

func onepasswordKey() detect.Detector {
	return detect.Detector{
		Name:      "onepassword_key",
		Type:      "SECRET_ONEPASSWORD",
		Category:  detect.CategorySecret,
		Summary:   "1Password secret key",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}`),
			Keywords:  []string{"a3-"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"OP=A3-" + "I4N6YZ-" + "6T5AMUXZ17N-" + "MPKR5-" + "FJ9XC-" + "718EJ",
				"{\"credential\": \"A3-" + "3JGQMK-" + "0YUJ1DFKTC5-" + "EJZS4-" + "L8Z0G-" + "LA3F9\"}",
				"Please keep A3-" + "DWZROU-" + "3F1JXYASO4Z-" + "BJZVE-" + "V0PQF-" + "OHM49 to yourself.",
			},
			Negative: []string{
				"OP=A3-xxxxxx-xxxxxxxxxxx-xxxxx-xxxxx-xxxxx",
				"OP=A3-" + "4J-" + "0PU-" + "AZ-" + "R6-" + "QS",
				"Values that start with A3- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func onepasswordService() detect.Detector {
	return detect.Detector{
		Name:      "onepassword_service",
		Type:      "SECRET_ONEPASSWORD",
		Category:  detect.CategorySecret,
		Summary:   "1Password service account token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`ops_eyJ[a-zA-Z0-9+/]{100,}={0,3}`),
			Keywords:  []string{"ops_eyj"},
			Ahead:     1500,
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"ONEPASSWORD_SERVICE=ops_eyJ" + "bMcE85LC0sRxlODpLcZvjuDIFYGbVWIG7EMpdo2LWxIzeVYzHOl45h9Qv6CRVmD0UMa1ifBCGb9JucGscTm1ByrvQJ2WixVsAUxrn9OZ70hHQnJXPnoovDHDtOijtSXD12Hh54VwgKJJEPQwew3paFvASPSFVf6RqMhaCQ5Yk1yTNwMFQu4E4KFawk3L8jBQdzSnFG1lgD9I8Gwmx9u9sCaavPTXqU2nqYLXTuLUKitFA74ILVoHUrHCVk",
				"{\"credential\": \"ops_eyJ" + "pfs9KLJceY9S5FDsNsejh9cggEJdfyNcY8imzj5U0UX0dVFnvtPzypFCUOQFSJrZlQnTKdvM3pGYPw7nSK7eeI6kRWlTpnlYzTP8e09F9rB7nmZtsW7Bl3jA3DvKsVDE0Clx7uI3rAgz4OQMrbFHmD2HpEMXhpN1lJtLbC4lKuOdQhoVhPdV2ha4zzmLFfJTfkjiEa74yqzW4kBOV7jwpAjqmcm6bTX6q0WQtfxcd4aBUFainqIMrGQMTx\"}",
				"Please keep ops_eyJ" + "mqnV5JXL2kf99ElgHEdLUvCLOT1Wfm8zjkeA7GQVcv8PavLpbQ3uETGKwGskoGkCtmvqaar9qFg1H0tHo0S6WjAyTyoTKkgAw4zKgF3jUkHtKKlYdNPhyG77dT6dRyjf2EsBv7KziZdv5znoiZxy5S0fjZ6KGhNU8zxw76Qhd4LDTuTIbyWhiz5DyDgYzUYAvM2AYp9lXSFLKUENOuB1K4WItOZaNM6V8dWnZIF3vWRCXT39C9JuYsKEXT to yourself.",
			},
			Negative: []string{
				"ONEPASSWORD_SERVICE=ops_eyJxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"ONEPASSWORD_SERVICE=ops_eyJ" + "bsnp8FXlMfVKh1EvrA99LTgsj5M6zbDHqHLzpZwZwmN4SDMvewdXtrxhtqoiwyez2PA9ukyNaGuhaYVd33i",
				"Values that start with ops_eyJ belong in the vault.",
			},
			Source: "own",
		},
	}
}
