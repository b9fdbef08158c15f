package secrets

import (
	"encoding/base64"
	"hash/crc32"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

// ownKey is a key of this product for an environment and 53 base-62 digits.
func ownKey(environment, random string) string {
	body := "gr_" + environment + "_" + random
	sum := crc32.ChecksumIEEE([]byte(body))
	check := make([]byte, 6)
	for i := 5; i >= 0; i-- {
		check[i] = base62[sum%62]
		sum /= 62
	}
	return body + string(check)
}

func TestOwnKeyChecksum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		env := rapid.SampledFrom([]string{"live", "test"}).Draw(t, "environment")
		key := ownKey(env, rapid.StringMatching(`[0-9A-Za-z]{53}`).Draw(t, "random"))
		if len(key) != 67 {
			t.Fatalf("length %d, want 67", len(key))
		}
		if got := judgeOwnKey(key); got != detect.Valid {
			t.Fatalf("verdict %d, want Valid", got)
		}
		at := rapid.IntRange(8, len(key)-1).Draw(t, "at")
		other := rapid.SampledFrom([]byte(base62)).Filter(func(c byte) bool { return c != key[at] }).Draw(t, "other")
		broken := key[:at] + string(other) + key[at+1:]
		if got := judgeOwnKey(broken); got != detect.Reject {
			t.Fatalf("verdict %d after one changed character, want Reject", got)
		}
	})
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	tests := []struct {
		name  string
		judge func(string) detect.Verdict
		value string
		want  detect.Verdict
	}{
		{"jwt", judgeJWT, header + ".e30.", detect.Valid},
		{"jwt with an empty header", judgeJWT, "e30.e30.", detect.Reject},
		{"jwt with a header that is no JSON", judgeJWT, "eyJh.e30.", detect.Reject},
		{"jwt of two parts", judgeJWT, header + ".e30", detect.Reject},
		{"jwt in base64", judgeEncodedJWT, base64.StdEncoding.EncodeToString([]byte(header + ".e30.x")), detect.Valid},
		{"other base64", judgeEncodedJWT, base64.StdEncoding.EncodeToString([]byte("hello")), detect.Reject},
		{"pem", judgePEM, "-----BEGIN X-----" + strings.Repeat("Ab3+", 12) + "-----END X-----", detect.Valid},
		{"empty pem", judgePEM, "-----BEGIN X----------END X-----", detect.Reject},
		{"credential url", credentialURL, "postgres://app:tr1ck@db/main", detect.Valid},
		{"slash in the password", credentialURL, "postgres://app:tr/ck@db", detect.Valid},
		{"no password", credentialURL, "postgres://app@db/main", detect.Reject},
		{"at sign in the path", credentialURL, "https://demo.org:8080/@user", detect.Reject},
		{"placeholder", credentialURL, "postgres://app:password@db/main", detect.Reject},
		{"escaped placeholder", credentialURL, "postgres://app:%24%7BPW%7D@db/main", detect.Reject},
		{"password", plausiblePassword, "tr1ckyOne", detect.Plausible},
		{"word", plausiblePassword, "required", detect.Reject},
		{"call", plausiblePassword, "getPassword1()", detect.Reject},
		{"variable", plausiblePassword, "${DB_PASSWORD1}", detect.Reject},
		{"user and password", userPassword, "jane:tr1cky", detect.Plausible},
		{"user and placeholder", userPassword, "jane:pass", detect.Reject},
		{"basic", basicAuthorization, base64.StdEncoding.EncodeToString([]byte("a:b1cd")), detect.Valid},
		{"basic without colon", basicAuthorization, base64.StdEncoding.EncodeToString([]byte("abcdef")), detect.Reject},
		{"mixed", mixedToken, "a1b2c3", detect.Plausible},
		{"letters only", mixedToken, "abcdef", detect.Reject},
		{"short number", mixedToken, "123456", detect.Reject},
		{"uuid", genericKey, "9b2f0c4e-1111-4222-8333-444455556666", detect.Reject},
		{"name of a method", genericKey, "crypto32.CreatePrivateHandle9", detect.Reject},
		{"short password", credentialURL, "http://foo:bar@demo.org", detect.Reject},
		{"sample of the standard", basicAuthorization, base64.StdEncoding.EncodeToString([]byte("Aladdin:open sesame")), detect.Reject},
		{"url for a password", plausiblePassword, "https://demo.org/9", detect.Reject},
		{"method behind a receiver", judgeVaultToken, "s.ReadUint16LengthPrefixed", detect.Reject},
		{"token behind s.", judgeVaultToken, "s." + "x9Kd72LmQp0aZ4Tb8RvW3yNc", detect.Valid},
		{"path", genericKey, "a1/b2/c3/d4/e5/f6", detect.Reject},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.judge(tt.value); got != tt.want {
				t.Errorf("verdict %d, want %d", got, tt.want)
			}
		})
	}
}

// FuzzVerdicts feeds every check of the package what its expression would never let through.
func FuzzVerdicts(f *testing.F) {
	for _, seed := range []string{"", "s.", "-----BEGIN", "a:b", "://@", "eyJ.", "%zz", "${X}", "\xff:\x00"} {
		f.Add(seed)
	}
	rules := Detectors()
	f.Fuzz(func(t *testing.T, value string) {
		for _, d := range rules {
			if d.Pattern == nil || d.Pattern.Validate == nil {
				continue
			}
			if v := d.Pattern.Validate(value); v > detect.Valid {
				t.Errorf("%s: verdict %d", d.Name, v)
			}
		}
	})
}
