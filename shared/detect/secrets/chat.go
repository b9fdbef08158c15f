package secrets

import "guardrails/shared/detect"

// chat returns the rules for chat services.
func chat() []detect.Detector {
	return []detect.Detector{
		slackToken(),
		slackWebhook(),
		teamsWebhook(),
		discordWebhook(),
		discordBotToken(),
		discordSecret(),
		telegramBot(),
	}
}

func slackToken() detect.Detector {
	return detect.Detector{
		Name:      "slack_token",
		Type:      "SECRET_SLACK_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Slack bot, user, app, workspace or configuration token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`xoxb-\d{8,14}-(?:\d{10,14}-)?[A-Za-z0-9]{18,30}|xox[pe](?:-\d{9,13}){3}-[A-Za-z0-9-]{28,34}|xox[os]-\d{4,16}-\d{4,16}-\d{4,16}-[0-9a-fA-F]{8,64}|xox[ar]-(?:\d-)?[0-9A-Za-z]{8,20}(?:-[0-9A-Za-z]{8,20}){0,4}|xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{140,170}|(?i:xapp-\d-[A-Z0-9]{8,16}-\d{8,16}-[a-z0-9]{32,80})`),
			Keywords:  []string{"xoxb-", "xoxp-", "xoxe-", "xoxe.", "xoxo-", "xoxs-", "xoxa-", "xoxr-", "xapp-"},
			Ahead:     256,
			Entropy:   2,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"SLACK_TOKEN=xoxb-" + "078519383260-" + "2677185640343-" + "V8dDkXIxfJ2a3Pt2Klgcr9ZW",
				"{\"credential\": \"xoxb-" + "350634078201-" + "0249813195037-" + "3U6zjYEGIMLCx744A2OfpgTR\"}",
				"Please keep xoxb-" + "357897150604-" + "0438556927609-" + "oWbOBpGdqxUER9xk0vc7jHJG to yourself.",
			},
			Negative: []string{
				"SLACK_TOKEN=xoxb-xxxxxxxxxxxx-xxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx",
				"SLACK_TOKEN=xoxb-" + "4239-" + "8637-" + "x4GJA0Oj",
				"Values that start with xoxb- belong in the vault.",
			},
			Source: "own",
		},
	}
}

func slackWebhook() detect.Detector {
	return detect.Detector{
		Name:      "slack_webhook",
		Type:      "SECRET_SLACK_WEBHOOK",
		Category:  detect.CategorySecret,
		Summary:   "Slack incoming webhook or workflow URL",
		Validator: "prefix and length",
		Base:      0.95,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `https?://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,60}`,
			Keywords:  []string{"hooks.slack.com"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"https://hooks.slack.com/services/T" + "ER97UBXHZP/B" + "BKVXYZH17W/" + "czIj0J8b9mZpN5ifTwMd5vA4",
				"POST to https://hooks.slack.com/services/T" + "QCVGA8K5/B" + "RTXSC3FP/" + "kiM0qEGbOTpA17UxtCc2h6mo now",
			},
			Negative: []string{
				"https://hooks.slack.com/services/",
				"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
			},
			Source: "own",
		},
	}
}

func teamsWebhook() detect.Detector {
	return detect.Detector{
		Name:      "teams_webhook",
		Type:      "SECRET_TEAMS_WEBHOOK",
		Category:  detect.CategorySecret,
		Summary:   "Microsoft Teams incoming webhook URL",
		Validator: "prefix and length",
		Base:      0.95,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `https://[\w-]{1,64}\.webhook\.office\.com/webhookb2/[a-z0-9]{8}(?:-[a-z0-9]{4}){3}-[a-z0-9]{12}@[a-z0-9]{8}(?:-[a-z0-9]{4}){3}-[a-z0-9]{12}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9]{8}(?:-[a-z0-9]{4}){3}-[a-z0-9]{12}`,
			Keywords:  []string{"webhook.office.com"},
			Ahead:     300,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"https://demo.webhook.office.com/webhookb2/" + "521d3b08-7482-34db-8892-8fbd20768138@" + "5e85faad-cb23-785b-6cfd-df8d599a9bb4/IncomingWebhook/" + "93982666cc8a51418f1b5dee24ed074d/" + "db46cb40-8452-545c-d6d4-e6554f8984e9",
			},
			Negative: []string{
				"https://demo.webhook.office.com/webhookb2/",
				"https://demo.webhook.office.com/about",
			},
			Source: "own",
		},
	}
}

func discordWebhook() detect.Detector {
	return detect.Detector{
		Name:      "discord_webhook",
		Type:      "SECRET_DISCORD",
		Category:  detect.CategorySecret,
		Summary:   "Discord webhook URL",
		Validator: "prefix and length",
		Base:      0.95,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}`,
			Keywords:  []string{"/api/webhooks/"},
			Ahead:     160,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"https://discord.com/api/webhooks/" + "780022473051397562/" + "wsypj7Ey8FXhzU8baIhLnZP8ttV0tf4VJ9Csf9dyeJp5TckYrnAd2XDxRPHlgFuYSEQL",
			},
			Negative: []string{
				"https://discord.com/api/webhooks/",
				"https://discord.com/api/webhooks/123/abc",
			},
			Source: "own",
		},
	}
}

func discordBotToken() detect.Detector {
	return detect.Detector{
		Name:      "discord_bot_token",
		Type:      "SECRET_DISCORD",
		Category:  detect.CategorySecret,
		Summary:   "Discord bot token",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,38}`),
			Keywords:  []string{"discord", "bot.login", "bot_token", "bottoken", "bot token"},
			Entropy:   4,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DISCORD_TOKEN=M" + "HTEzD3MkoU2SmersLx98fvY." + "i6g5th." + "IAeFvq9GdowbGeLXODkFhg1C2KUEtc6ciYNRjT",
				"bot.login(\"N" + "ZxnT9UeGF5s6VA1Uyj7qcmu." + "af50t8." + "C0NTiWscKTI3VfA4wmQYhOk0dut\")",
			},
			Negative: []string{
				"DISCORD_TOKEN=Mxxxxxxxxxxxxxxxxxxxxxxx.xxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"discord token M" + "W3oOKenx",
			},
			Source: "own",
		},
	}
}

func discordSecret() detect.Detector {
	return detect.Detector{
		Name:      "discord_secret",
		Type:      "SECRET_DISCORD",
		Category:  detect.CategorySecret,
		Summary:   "Discord API key, client secret or application ID",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`discord`, `[a-f0-9]{64}|[\w=-]{32}|[0-9]{18}`),
			Keywords:  []string{"discord"},
			Entropy:   2.7,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DISCORD_TOKEN=" + "0d576a0b74c3e1bd51e9d572f8901b9b7f522d4309fa491adb2fd400863c2b3a",
				"discordKey: \"" + "e5c5196c3ff8dd3cc19da07423c47260f995bea801e68f8f8cd512fb23a96b33\"",
				"{\"discord_secret\": \"" + "c1cca63b94fa788019b04492e2dc786c5ad0ebb0f711c30b6271f6e22a34dace\"}",
			},
			Negative: []string{
				"build " + "15d49dc7a8e7d18b6aa83173c9a52fba239991ed6d0b445f83e2fc8eefeb96e7 passed",
				"DISCORD_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"discord: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func telegramBot() detect.Detector {
	return detect.Detector{
		Name:      "telegram_bot",
		Type:      "SECRET_TELEGRAM_BOT",
		Category:  detect.CategorySecret,
		Summary:   "Telegram bot token",
		Validator: "letters and digits",
		Base:      0.9,
		Pattern: &detect.Pattern{
			Regexp:    `(?:^|[^A-Za-z0-9_.-]|/bot)([0-9]{5,16}:(?i:A)[\w-]{34})(?:[^\w-]|$)`,
			Keywords:  []string{"telegr", "/bot", "bot_token", "bottoken", "bot token"},
			Entropy:   3.5,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TELEGRAM_TOKEN=" + "641925817:AA" + "OCQIw4F8mlPuub2evtEK5HLAdYdyTigYF",
				"https://api.telegram.org/bot" + "8142732689:AA" + "wozCTf75I0EG3cVmvUnJOJmF8fhWuIb0l/getMe",
			},
			Negative: []string{
				"telegram: 12345:short",
				"telegram 111111111:Axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			},
			Source: "own",
		},
	}
}
