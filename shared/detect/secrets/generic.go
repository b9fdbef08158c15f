package secrets

import "guardrails/shared/detect"

// generic returns the rules that are bound to no vendor.
func generic() []detect.Detector {
	return []detect.Detector{
		privateKey(),
		jsonWebToken(),
		jsonWebTokenBase64(),
		connectionString(),
		basicAuthURL(),
		basicAuthHeader(),
		bearerHeader(),
		curlUser(),
		genericAPIKey(),
		urlQuerySecret(),
		passwordAssignment(),
	}
}

func privateKey() detect.Detector {
	return detect.Detector{
		Name:      "private_key",
		Type:      "SECRET_PRIVATE_KEY",
		Category:  detect.CategorySecret,
		Summary:   "PEM or PGP private key block",
		Validator: "base64 body",
		Base:      0.9,
		ValidBase: 0.99,
		Pattern: &detect.Pattern{
			// A body holds no five dashes in a row: it does not reach over the next BEGIN, and no block without an
			// end makes the expression look through the rest of the window.
			Regexp:    `(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----(?:[^-]+(?:-{1,4}[^-]+)*-----END[ A-Z0-9_-]{0,100}KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]{64,})`,
			Keywords:  []string{"-----begin"},
			Ahead:     16384,
			Stopwords: nil,
			Validate:  judgePEM,
		},
		Samples: detect.Samples{
			Positive: []string{
				"-----BEGIN " + "RSA PRIVATE KEY-----\nMII" + "xKZcESV9N8tHByRl8akYqxf1cMst0Sp3Ji/iP17rN6vI+auE+KzpdbZDsG1iw\n" + "e18LJyuEuv0DxpngwcYAaV3BphgvvmoIdH+9tzGc/7dkM+sfLNORA9x//q7FPYRu\n" + "MtHUkjg2puTcAqnKWIYG5dmp26DeZ/arA4QqvlYb==\n-----END " + "RSA PRIVATE KEY-----",
				"key = \"\"\"-----BEGIN " + "PRIVATE KEY-----\nMII" + "dUhWrQCERfYm88rzcU05VxwRo1uxLGqOTPqkk64mugjaOCxv2t9eCBfgtBibH\n" + "Bq602wfoWupnnMWdP3ktOvdtJQiusmMYP+LWrjwmUCA86iJbBeb5GlyFj/phrmXX\n" + "2uw+OXPcEHAcLLpBlG6QUVswHNZjivd5PWndIrfz==\n-----END " + "PRIVATE KEY-----\"\"\"",
				"-----BEGIN " + "OPENSSH PRIVATE KEY-----\nMII" + "6M0nVhL5iWP71qYdXN+dj8dzPMrF3xikR3tbv8l1ag97eacyCNCQSfroLAiKR\n" + "IlHpvibVLIAO3V1+bGw7r2RR+MJn0h/8gCmxYQS2B4tWXsHz//DKLSlR8WcJmomJ\n" + "q0KopFG3HS9/hpOsCW9k2N6TPLldnBu4BnOfAJsb==\n-----END " + "OPENSSH PRIVATE KEY-----",
				"-----BEGIN " + "EC PRIVATE KEY-----\nMII" + "EY8nr7nZtBRLfzo32GVFhHUnKNMZhTWkBs7bIDgvjy8ShQJMpNEGJ54+A2Kzd\n" + "i2d4pjDeMEcqIbt14sRt9A1b3bzq/fg77LTNLIWPGiZsxHoF0frBAj0KtX8W9t+m\n" + "IDL9nki2mABMSMgfJ/0ADYqHUXx4IjfsydUQl6BO==\n-----END " + "EC PRIVATE KEY-----",
			},
			Negative: []string{
				"-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----",
				"-----BEGIN PUBLIC KEY-----\nMII" + "0ODvYt4rZaWEwRcksBibvTKXV2ntDNzldy36q0C71LIn1nwWcSTJMQ7opgbfs\n" + "miqHSh8/dyyClSbwxhj7a+5wnnekRXhuxq4vtKYK8cOVpFz0rM1hQTNePbc5LgzG\n-----END PUBLIC KEY-----",
				"-----BEGIN CERTIFICATE-----\nMII" + "kU0flxhVeFXngy1cW9Z3fXL6w+rJDO10iAjVxIDlbKu0GSm9Paz1w+DU2C8lQ\n" + "+PImrkxzNOXJvRL0GSF4hPZ3ufzcFfXi9WUL2BmiUaZn15bGCoBD+Yg/SxMFOlqJ\n-----END CERTIFICATE-----",
				"Never paste a block that starts with -----BEGIN PRIVATE KEY----- here.",
			},
			Source: "own",
		},
	}
}

func jsonWebToken() detect.Detector {
	return detect.Detector{
		Name:      "json_web_token",
		Type:      "SECRET_JWT",
		Category:  detect.CategorySecret,
		Summary:   "JSON web token with a header that decodes",
		Validator: "header decodes",
		Base:      0.9,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `(?:^|[^A-Za-z0-9_-])(ey[A-Za-z0-9_-]{15,}\.ey[A-Za-z0-9_/\\-]{15,}\.(?:[A-Za-z0-9_/\\-]{10,}={0,2})?)`,
			Keywords:  []string{"eyj"},
			Ahead:     8192,
			Stopwords: placeholders(),
			Validate:  judgeJWT,
		},
		Samples: detect.Samples{
			Positive: []string{
				"Authorization: Bearer eyJhbG" + "ciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiJkZW1vIiwibmFtZSI6IkRlbW8iLCJpYXQiOjE1MTYyMzkwMjJ9." + "o2aMy4C3Irqcx8RwvShnmcnbVLVfd7IA27jO6IeMDYT",
				"{\"id_token\": \"eyJhbG" + "ciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiJkZW1vIiwibmFtZSI6IkRlbW8iLCJpYXQiOjE1MTYyMzkwMjJ9." + "UCDvGcBdmEM7a1Q7lT6usxZUKFpAlnwy8xEcKknJebf\"}",
				"cookie: session=eyJhbG" + "ciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiJkZW1vIiwibmFtZSI6IkRlbW8iLCJpYXQiOjE1MTYyMzkwMjJ9." + "VsoiKfunQZJIJZ1rD9JLToYvRGfESm7bjahhVPl4Hzr; path=/",
			},
			Negative: []string{
				"eyJ",
				"eyAbcdefghijklmnopqrs.eyAbcdefghijklmnopqrs.abcdefghijklm",
				"they.say.so",
				"eyJhbGciOi.eyJzdWIi.abc",
			},
			Source: "own",
		},
	}
}

func jsonWebTokenBase64() detect.Detector {
	return detect.Detector{
		Name:      "json_web_token_base64",
		Type:      "SECRET_JWT",
		Category:  detect.CategorySecret,
		Summary:   "JSON web token encoded in base64 once more",
		Validator: "header decodes",
		Base:      0.85,
		ValidBase: 0.95,
		Pattern: &detect.Pattern{
			Regexp:    `(?:^|[^A-Za-z0-9_-])(ZXlK[A-Za-z0-9+/_-]{60,}={0,2})`,
			Keywords:  []string{"zxlk"},
			Ahead:     8192,
			Stopwords: placeholders(),
			Validate:  judgeEncodedJWT,
		},
		Samples: detect.Samples{
			Positive: []string{
				"token: ZXlK" + "aGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5LmV5SnpkV0lpT2lKa1pXMXZJaXdpYm1GdFpTSTZJa1JsYlc4aUxDSnBZWFFpT2pFMU1UWXlNemt3TWpKOS5leG15SWY3WXZlV25nMHc4eTVDdnpxYlFsbnNMNHBpTDJCZDlyM2tUSUNB",
				"{\"t\":\"ZXlK" + "aGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5LmV5SnpkV0lpT2lKa1pXMXZJaXdpYm1GdFpTSTZJa1JsYlc4aUxDSnBZWFFpT2pFMU1UWXlNemt3TWpKOS5leG15SWY3WXZlV25nMHc4eTVDdnpxYlFsbnNMNHBpTDJCZDlyM2tUSUNB\"}",
			},
			Negative: []string{
				"ZXlK",
				"ZXlK" + "HIPFIRzvB75X4Vw2tAsd7HZlI2yZxOoLQMCN9zO0GOAA2uMXlpnaKmtr1JQ3FJkS6RdBMDItVcXWKgSj",
			},
			Source: "own",
		},
	}
}

func connectionString() detect.Detector {
	return detect.Detector{
		Name:      "connection_string",
		Type:      "SECRET_CONNECTION_STRING",
		Category:  detect.CategorySecret,
		Summary:   "Database, queue or mail URL with user and password",
		Validator: "password is no placeholder",
		Base:      0.9,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|cassandra|kafka|nats|ldaps?|s?ftps?|smtps?|imaps?|mqtts?|couchbases?|neo4j(?:\+s)?|bolt|cloudinary)(?:\+\w{1,12})?://[^\s:@/"\x27<>\x60]{0,64}:[^\s"\x27<>\x60]{3,128}@[A-Za-z0-9._\[\]:,-]{1,255}(?:/[^\s"\x27<>\x60]{0,200})?)`,
			Scan:      scanConnection,
			Keywords:  []string{"postgres", "mysql", "mariadb", "mongodb", "redis://", "rediss://", "amqp", "mssql", "sqlserver", "oracle", "clickhouse", "cockroachdb", "cassandra", "kafka", "nats://", "ldap", "ftp://", "ftps://", "smtp", "imap", "mqtt", "couchbase", "neo4j", "bolt://", "cloudinary://"},
			Ahead:     600,
			Stopwords: nil,
			Validate:  credentialURL,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DATABASE_URL=postgres://app:" + "76o0l8kgeFhL@db.internal:5432/main",
				"mongodb+srv://root:" + "8Y3A0KsRHUmTqn@cluster0.demo.net/?retryWrites=true",
				"redis://:" + "9OityJdIEavzXlRj@cache.local:6379/0",
				"amqp://svc:" + "wamAIl81BX@mq.local//",
				"mysql+pymysql://web:" + "qTfhRxk7cHsE@10.0.0.5/shop",
			},
			Negative: []string{
				"postgres://localhost:5432/main",
				"postgres://user:password@localhost/main",
				"mysql://root:${DB_PASSWORD}@db/main",
				"redis://cache.local:6379",
				"mongodb://<user>:<password>@host/db",
				"postgres://postgres:postgres@localhost/app",
				"mysql://root:root@127.0.0.1/test",
				"ftp://anonymous:guest@ftp.demo.org/pub",
				"postgres://app:devdb@localhost/app",
			},
			Source: "own",
		},
	}
}

func basicAuthURL() detect.Detector {
	return detect.Detector{
		Name:      "basic_auth_url",
		Type:      "SECRET_BASIC_AUTH_URL",
		Category:  detect.CategorySecret,
		Summary:   "Web address with user and password",
		Validator: "password is no placeholder",
		Base:      0.9,
		ValidBase: 0.97,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)\b((?:https?|wss?|git|svn|ssh)://[^\s:@/"\x27<>\x60?#]{1,64}:[^\s@/"\x27<>\x60?#]{3,128}@[A-Za-z0-9.-]{1,255}(?::\d{2,5})?(?:[/?#][^\s"\x27<>\x60]{0,300})?)`,
			Scan:      scanBasicAuth,
			Keywords:  []string{"http://", "https://", "ws://", "wss://", "git://", "ssh://"},
			Ahead:     800,
			Stopwords: nil,
			Validate:  credentialURL,
		},
		Samples: detect.Samples{
			Positive: []string{
				"git clone https://deploy:" + "CeEi4YHSQPKwBZ02@git.demo.org/app.git",
				"curl http://admin:" + "4iTz0o8JhQ@10.0.0.1:8080/metrics",
				"wss://bot:" + "JzElWm4tGkpc@chat.demo.org/socket",
			},
			Negative: []string{
				"https://git.demo.org/app.git",
				"https://user:password@demo.org/",
				"http://localhost:8080/@user",
				"https://${USER}:${TOKEN}@demo.org/app.git",
				"https://demo.org/a:b@c",
				"http://demo.org:8080@foo",
			},
			Source: "own",
		},
	}
}

func basicAuthHeader() detect.Detector {
	return detect.Detector{
		Name:      "basic_auth_header",
		Type:      "SECRET_BASIC_AUTH_HEADER",
		Category:  detect.CategorySecret,
		Summary:   "HTTP Basic authorization header",
		Validator: "base64 of user:password",
		Base:      0.85,
		ValidBase: 0.95,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)authorization["\x27]?\s{0,2}[:=,]\s{0,3}["\x27]?basic\s{1,4}([a-z0-9+/]{8,400}={0,2})`,
			Keywords:  []string{"authorization"},
			Ahead:     500,
			Stopwords: placeholders(),
			Validate:  basicAuthorization,
		},
		Samples: detect.Samples{
			Positive: []string{
				"Authorization: Basic " + "c3ZjOlRyMWNreVBhc3M=",
				"curl -H \"Authorization: Basic " + "Y2k6eDlLcS0yMi1sbQ==\"",
			},
			Negative: []string{
				"Authorization: Basic ...",
				"Authorization: Basic " + "MgKjcxuid",
				"basic authorization is off",
			},
			Source: "own",
		},
	}
}

func bearerHeader() detect.Detector {
	return detect.Detector{
		Name:      "bearer_header",
		Type:      "SECRET_BEARER_TOKEN",
		Category:  detect.CategorySecret,
		Summary:   "Token in an Authorization, X-Api-Key or similar header",
		Validator: "letters and digits",
		Base:      0.75,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)(?:authorization["\x27]?\s{0,2}[:=,]\s{0,3}["\x27]?(?:bearer|token|apikey)\s{1,4}|x-(?:api-key|auth-token|vault-token|access-token)["\x27]?\s{0,2}[:=,]\s{0,3}["\x27]?)([\w=~@.+/-]{16,500})(?:[^\w=~@.+/-]|$)`,
			Keywords:  []string{"authorization", "x-api-key", "x-auth-token", "x-vault-token", "x-access-token"},
			Ahead:     600,
			Entropy:   3.3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"Authorization: Bearer " + "qdMs1llfY6KIUwWL7kWaDbSPrIYOFmj0HvcQGd35",
				"curl -H \"X-Api-Key: " + "f90c4883175ef81d9e025435b146a21f\" https://api.demo.org",
				"\"Authorization\": \"Token " + "e13c282243be628bfae9d07c0d71301ad3346d5f\"",
			},
			Negative: []string{
				"Authorization: Bearer XXXXXXXXXXXXXXXXXXXX",
				"Authorization: Bearer $TOKEN",
				"Authorization: Bearer <access token>",
			},
			Source: "own",
		},
	}
}

func curlUser() detect.Detector {
	return detect.Detector{
		Name:      "curl_user",
		Type:      "SECRET_CURL_USER",
		Category:  detect.CategorySecret,
		Summary:   "User and password on a curl command line",
		Validator: "no placeholder",
		Base:      0.8,
		Pattern: &detect.Pattern{
			Regexp:    `\bcurl\b[^\n]{0,200}?(?:\n[ \t][^\n]{0,100}?)?\s(?:-u|--user)(?:=|\s{0,5})["\x27]?([^\s"\x27:$<{\[]{1,100}:["\x27]?[^\s"\x27$<{\[][^\s"\x27]{2,100})`,
			Scan:      scanCurlUser,
			Keywords:  []string{"curl"},
			Ahead:     400,
			Entropy:   2,
			Stopwords: placeholders(),
			Validate:  userPassword,
		},
		Samples: detect.Samples{
			Positive: []string{
				"curl -u jane:" + "3LYme01bTAhr https://api.demo.org",
				"curl -s --user \"ops:" + "t3jgHcofGn\" https://api.demo.org",
			},
			Negative: []string{
				"curl -u user:pass https://api.demo.org",
				"curl --user \"$USER:$PASS\" https://api.demo.org",
				"curl -u \"test:test\" https://api.demo.org",
				"curl --user {{ .user }}:{{ .pass }} https://api.demo.org",
			},
			Source: "own",
		},
	}
}

func genericAPIKey() detect.Detector {
	return detect.Detector{
		Name:      "generic_api_key",
		Type:      "SECRET_GENERIC_API_KEY",
		Category:  detect.CategorySecret,
		Summary:   "High-entropy value given to a name such as api_key, secret or token",
		Validator: "letters and digits, no identifier",
		Base:      0.6,
		Pattern: &detect.Pattern{
			Regexp:      assigned(`api_?-?key|secret_?-?key|access_?-?key|private-?_?key|auth_?-?key|client_?-?secret|[\w-]{0,20}(?:secret|token|credentials?|creds|user_auth|passphrase|bearer)`, `[\w.+/-]{16,150}={0,2}`),
			Scan:        scanKey,
			Keywords:    []string{"apikey", "api_key", "api-key", "secret", "token", "access_key", "accesskey", "access-key", "private_key", "private-key", "privatekey", "auth_key", "authkey", "credential", "creds", "user_auth", "passphrase", "bearer"},
			Window:      256,
			Entropy:     3.6,
			Allow:       []string{`^[a-zA-Z_.-]+$`, `^[A-Z0-9_]+$`, `^[./]`, `\.(?:com|org|net|io|go|py|js|ts|java|json|ya?ml|txt|pem|xml)\b`},
			AllowBefore: []string{named(`(?i)(?:csrf|xsrf|cursor|next[ _-]?page)(?: token)?|(?:next|page)[ _-]?token|public[ _-]?key|key[ _-]?hash|cache[ _-]?key|foreign[ _-]?key|primary[ _-]?key|key[ _-]?alias|checksum|integrity|nonce|tokeni[sz]er|secretsid|credentials?id`), ` h1:$`},
			Stopwords:   placeholders(),
			Validate:    genericKey,
		},
		Samples: detect.Samples{
			Positive: []string{
				"API_KEY=" + "N9LeTL1ejRDMMpPgsyo7lX8CGKA5BmvI",
				"client_secret: \"" + "eoIvGsPAg7CaHz2pLc8xy2W3WVwDmkjnw3EKwXG6\"",
				"\"access_token\": \"" + "wtf2WTOhkUdGyyxscbTil09v6h9LRqJexRFMu81oHE20SK1m\"",
				"creds = " + "pOrXbwC7AfdRHk65cUTZEMXsvyuURa",
				"my secret key is " + "HvNui4vBY7J5976oJMHQAWyKfjrsTGtmbFwU",
			},
			Negative: []string{
				"api_key = os.environ.get(\"API_KEY\")",
				"token: my-token-name-without-digits",
				"csrf-token=" + "d67b0TkIJxI8EFP9uwYLNcKgyFiqW2fs",
				"credentialsId: \"" + "2e5a870f-fc01-93a6-1b52-5e7b8a3a53c4\"",
				"The secret ingredient is cinnamon, and the token costs 15 euros.",
				"cloud.google.com/go/secretmanager v1.11.5 h1:" + "82fpF5vBBvu9XW4qj0FU2C6qVMtj1RM/XHwKXUEAfYY=",
			},
			Source: "own",
		},
	}
}

func urlQuerySecret() detect.Detector {
	return detect.Detector{
		Name:      "url_query_secret",
		Type:      "SECRET_GENERIC_API_KEY",
		Category:  detect.CategorySecret,
		Summary:   "High-entropy value of a query parameter such as api_key or access_token",
		Validator: "letters and digits",
		Base:      0.6,
		ValidBase: 0.75,
		Pattern: &detect.Pattern{
			Regexp:    `(?i)[?&;](?:api_?-?key|app_?key|access_?-?token|auth_?token|id_?token|refresh_?token|token|secret|client_?secret|signature|x-amz-signature|key|password)=([\w.~+/%-]{16,400}={0,2})(?:[^\w.~+/%=-]|$)`,
			Keywords:  []string{"key=", "token=", "secret=", "signature=", "password="},
			Window:    64,
			Ahead:     450,
			Entropy:   3.6,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"https://api.demo.org/v1/items?api_key=" + "WRja2WhnoCrH5wbmtc93ecSd8NQZJgfC&page=2",
				"GET /v2/me?access_token=" + "iGAn5P1pZ5ejNZQPzcqrxIfJ3duTjBvoktmrDLEC HTTP/1.1",
			},
			Negative: []string{
				"https://demo.org/?token=abc",
				"https://demo.org/search?key=how-to-write-a-good-letter",
				"https://demo.org/?next_token=" + "eHfJvD6tN3GyBrqVychbpVdxUY0UM5P8",
			},
			Source: "own",
		},
	}
}

func passwordAssignment() detect.Detector {
	return detect.Detector{
		Name:      "password_assignment",
		Type:      "SECRET_PASSWORD_ASSIGNMENT",
		Category:  detect.CategorySecret,
		Summary:   "Password given in a setting or a sentence, in nine languages",
		Validator: "no placeholder",
		Base:      0.65,
		Pattern: &detect.Pattern{
			Regexp:      `(?i)(?:pass_?word|passwd|passphrase|\bpwd|_pwd|pass_?wort|kennwort|mot de passe|motdepasse|parola d'ordine|contrase(?:ñ|n)a|\bclave|senha|palavra-passe|wachtwoord|has(?:ł|l)o)[\w]{0,20}["\x27\])]{0,2}(?:\s{0,3}(?:[:?+]{0,2}=>?|:)|\s(?:is|was|lautet|ist|war|est|es|é|è|jest)\b:?)[ \t]{0,3}["\x27\x60]?([^\s"\x27\x60,;<>(){}\[\]]{6,64})(?:[\s"\x27\x60,;<>)}\]]|$)`,
			Scan:        scanPassword,
			Keywords:    []string{"password", "pass_word", "passwd", "passphrase", "pwd", "passwort", "kennwort", "mot de passe", "motdepasse", "parola d'ordine", "contrase", "clave", "senha", "palavra-passe", "wachtwoord", "hasło", "haslo"},
			Entropy:     2.3,
			AllowBefore: []string{named(`(?i)password[_ ]?(?:hash|policy|length|reset|field|variable|min|max)`)},
			Stopwords:   placeholders(),
			Validate:    plausiblePassword,
		},
		Samples: detect.Samples{
			Positive: []string{
				"password = \"" + "Xzq0IWYlkV!\"",
				"My password is " + "iKBMjVo2X#2",
				"Das Passwort lautet " + "LYjm0gfql!7",
				"DB_PASSWORD=" + "wjHvcFohGKW7X9",
				"Mi contraseña es " + "ntmpR4h0N2?1",
				"Password=" + "kQwErTyUiOpA;",
				"parola d'ordine: " + "kQw7ErTy2",
			},
			Negative: []string{
				"password = \"password\"",
				"password: ${DB_PASSWORD}",
				"The password is required.",
				"password = getUserPasswordFromEnv",
				"password: RememberMe",
				"passwordVariable: \"PASSWORD\"",
				"Ihr Passwort ist abgelaufen.",
			},
			Source: "own",
		},
	}
}
