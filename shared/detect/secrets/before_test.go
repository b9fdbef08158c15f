package secrets

import (
	"context"
	"testing"

	"guardrails/shared/detect"
)

// harmless are words that name values which are no credentials.
func harmless() []string {
	return []string{
		"nonce", "csrf", "integrity", "cursor", "checksum", "cache_key", "public key", "page token", "tokenizer",
		"password reset", "password length", "password policy", "password hash", "sumObj", "sdk.initialize",
		"https://demo.org/",
	}
}

// A harmless word hides no credential that is given to another name, wherever on the line it stands.
func TestHarmlessWordsHideNothing(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	for _, d := range Detectors() {
		if d.Pattern == nil || len(d.Pattern.AllowBefore) == 0 && d.Name != "url_query_secret" {
			continue
		}
		for _, sample := range d.Samples.Positive {
			for _, word := range harmless() {
				for _, text := range []string{
					word + ": fine. " + sample, word + " " + sample, word + " is done, " + sample, "(" + word + ") " + sample,
					sample + " " + word, sample + "\" " + word + "=1",
				} {
					found := engine.Scan(context.Background(), text, detect.Options{}).Findings
					if ofType(found, d.Type) == 0 {
						t.Errorf("%s: no finding in %q", d.Name, text)
					}
				}
			}
		}
	}
}

// A value that is given to a harmless name is none.
func TestHarmlessNames(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	const value = "N9LeTL1ejRDMMpPgsyo7lX8CGKA5BmvI"
	for _, text := range []string{
		"csrf_token=" + value, "csrfToken: '" + value + "'", "CSRF token: " + value, "\"X-XSRF-TOKEN\": \"" + value + "\"",
		"next_page_token = " + value, "the next page token is " + value, "https://demo.org/?next_token=" + value,
		"secret_key_hash=" + value, "token-checksum: " + value, "password_hash = \"" + value + "\"", "passwordPolicy: " + value,
	} {
		for _, f := range engine.Scan(context.Background(), text, detect.Options{}).Findings {
			t.Errorf("%s in %q", f.Detector, text)
		}
	}
}
