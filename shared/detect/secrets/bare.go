package secrets

import (
	"strings"

	"guardrails/shared/detect"
)

// bare returns the rules for tokens that their own prefix gives away, for vendors whose keys are otherwise known by
// the name that they are assigned to.
func bare() []detect.Detector {
	return []detect.Detector{
		bareToken("sonar_bare_token", "SECRET_SONAR", "SonarQube token", `sq[pua]_[a-f0-9]{40}`, []string{"sqp_", "squ_", "sqa_"}, []string{
			"squ" + "_0f3a9c2e7b1d4056af92c8e03d7b6a150f3a9c2e", "token sqp" + "_8e41d7c09a5b4f26b3d1e86f7a20c9545b2c8f16", "-Dlogin=sqa" + "_c7e19a40d6b84f13a5e8b09f3c71d26490b7c1e4",
		}),
		bareToken("hubspot_private_app", "SECRET_HUBSPOT", "HubSpot private app token", `pat-(?:na|eu|ap)[0-9]-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`,
			[]string{"pat-na", "pat-eu", "pat-ap"}, []string{
				"pat-na1-" + "0f3a9c2e-7b1d-4056-af92-c8e03d7b6a15", "Bearer pat-eu1-" + "8e41d7c0-9a5b-4f26-b3d1-e86f7a20c954", "use pat-na2-" + "5b2c8f16-e04a-4d97-a3c1-e85f7b90d246",
			}),
		bareToken("elevenlabs_bare_key", "SECRET_ELEVENLABS_KEY", "ElevenLabs key", `sk_[a-f0-9]{48}`, []string{"sk_"}, []string{
			"sk" + "_0f3a9c2e7b1d4056af92c8e03d7b6a150f3a9c2e7b1d4056", "key: sk" + "_8e41d7c09a5b4f26b3d1e86f7a20c9545b2c8f16e04a4d97", "(sk" + "_c7e19a40d6b84f13a5e8b09f3c71d26490b7c1e4a2f84d36)",
		}),
		bareToken("netlify_bare_token", "SECRET_NETLIFY", "Netlify token", `nfp_[A-Za-z0-9]{36}`, []string{"nfp_"}, []string{
			"nfp" + "_K8sLm2QpXr7TzWvB4nHc6YdJ9fGa3EuRt5Mi", "auth nfp" + "_Yt7Qm2Lx9Vb4Kd8Rw3Nc6Hf1Jp5Zs0Ga2Eu7", "'nfp" + "_Rw3Nc6Hf1Jp5Zs0Ga2Eu7Ti4Oq9Xy3WvYt7Q'",
		}),
		bareToken("heroku_bare_key", "SECRET_HEROKU", "Heroku authorization", `HRKU-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`, []string{"hrku-"}, []string{
			"HRKU-" + "0f3a9c2e-7b1d-4056-af92-c8e03d7b6a15", "key HRKU-" + "8e41d7c0-9a5b-4f26-b3d1-e86f7a20c954", "'HRKU-" + "5b2c8f16-e04a-4d97-a3c1-e85f7b90d246'",
		}),
		bareToken("telegram_bare_token", "SECRET_TELEGRAM_BOT", "Telegram bot token", `[0-9]{8,10}:AA[\w-]{33}`, []string{":aa"}, []string{
			"5938271640" + ":AAK8sLm2QpXr7TzWvB4nHc6YdJ9fGa3EuRt", "bot 84920173" + ":AAYt7Qm2Lx9Vb4Kd8Rw3Nc6Hf1Jp5Zs0Ga2", "'7261940385" + ":AARw3Nc6Hf1Jp5Zs0Ga2Eu7Ti4Oq9Xy3WvY'",
		}),
		bareToken("sentry_dsn", "SECRET_SENTRY", "Sentry address with its key", `https://[a-f0-9]{32}(?::[a-f0-9]{32})?@(?:[a-z0-9-]{1,40}\.){0,4}sentry\.io/[0-9]{1,20}`, []string{"sentry.io"}, []string{
			"https://" + "0f3a9c2e7b1d4056af92c8e03d7b6a15@o123456.ingest.sentry.io/4501234", "dsn: https://" + "8e41d7c09a5b4f26b3d1e86f7a20c954@sentry.io/123",
			"SENTRY_DSN=https://" + "5b2c8f16e04a4d97a3c1e85f7b90d246@o9.ingest.us.sentry.io/77",
		}),
		airtableBare(), mysqlPassword(),
	}
}

// bareToken is a rule for a token that stands alone.
func bareToken(name, typ, summary, expr string, keywords, positive []string) detect.Detector {
	var negative []string
	for _, p := range positive[:2] {
		negative = append(negative, p[:len(p)-9], "x"+p[strings.IndexAny(p, " =")+1:])
	}
	return detect.Detector{
		Name: name, Type: typ, Category: detect.CategorySecret,
		Summary: summary + ", known by its own form", Validator: "prefix and length",
		Base: 0.9, ValidBase: 0.95,
		Pattern: &detect.Pattern{
			Regexp: token(expr), Keywords: keywords, Entropy: 3, Stopwords: placeholders(), Validate: strictToken,
		},
		Samples: detect.Samples{Positive: positive, Negative: negative, Source: "own"},
	}
}

func airtableBare() detect.Detector {
	return detect.Detector{
		Name: "airtable_bare_token", Type: "SECRET_AIRTABLE", Category: detect.CategorySecret,
		Summary: "Airtable personal access token, known by its own form", Validator: "prefix and length",
		Base:   0.95,
		Anchor: &detect.Anchor{Bytes: ".", Scan: scanAirtable},
		Samples: detect.Samples{
			Positive: []string{
				"patK8sLm2QpXr7TzW." + "0f3a9c2e7b1d4056af92c8e03d7b6a150f3a9c2e7b1d4056af92c8e03d7b6a15",
				"'patYt7Qm2Lx9Vb4Kd." + "8e41d7c09a5b4f26b3d1e86f7a20c9545b2c8f16e04a4d97a3c1e85f7b90d246'",
				"Bearer patRw3Nc6Hf1Jp5Zs." + "c7e19a40d6b84f13a5e8b09f3c71d26490b7c1e4a2f84d36b5e09f7ac2d81e63",
			},
			Negative: []string{
				"patK8sLm2QpXr7TzW." + "0f3a9c2e7b1d4056af92c8e03d7b6a15", "pathK8sLm2QpXr7TzW.0f3a", "the pattern. Then",
			},
			Source: "own",
		},
	}
}

// scanAirtable reads the identifier before the dot and the secret behind it. The prefix alone stands in many words.
func scanAirtable(text string, at int) (int, int, detect.Verdict) {
	const id, secret = len("pat") + 14, 64
	start, end := at-id, at+1+secret
	if start < 0 || end > len(text) || text[start:start+3] != "pat" || start > 0 && isTokenByte(text[start-1]) || end < len(text) && isTokenByte(text[end]) {
		return 0, 0, detect.Reject
	}
	for i := start; i < end; i++ {
		if i != at && !isTokenByte(text[i]) || i > at && strings.IndexByte("0123456789abcdef", text[i]) < 0 {
			return 0, 0, detect.Reject
		}
	}
	return start, end, detect.Plausible
}

func isTokenByte(c byte) bool { return c != '+' && c != '/' && isBase64(c) }

func mysqlPassword() detect.Detector {
	return detect.Detector{
		Name: "mysql_password_option", Type: "SECRET_PASSWORD_ASSIGNMENT", Category: detect.CategorySecret,
		Summary: "Password on the command line of MySQL's tools", Validator: "no placeholder",
		Base: 0.8,
		Pattern: &detect.Pattern{
			Regexp:    `\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]{0,120}?\s-p["\x27]?([^\s"\x27$<{-][^\s"\x27]{5,63})`,
			Keywords:  []string{"mysql", "mariadb"},
			Ahead:     200,
			Stopwords: placeholders(),
			Validate:  plausiblePassword,
		},
		Samples: detect.Samples{
			Positive: []string{"mysql -h db -u root -p" + "kQw7ErTy2 app", "mysqldump -u app -p'" + "Zr4!mVx8Lq' shop > dump.sql", "mysqladmin -p" + "t3jgHcofGn status"},
			Negative: []string{"mysql -u root -p app", "mysql -u root -p$PASSWORD app", "mysql --port 3306 -pport"},
			Source:   "own",
		},
	}
}
