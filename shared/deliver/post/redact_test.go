package post_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/post"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	const token = `Tok"en/of+the\desk`
	basic := func(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }
	for name, test := range map[string]struct {
		hidden     []string
		body, want string
	}{
		"none":                         {nil, "as it is", "as it is"},
		"nothing":                      {[]string{token}, "", ""},
		"literal":                      {[]string{token}, "a " + token + " b " + token, "a [redacted] b [redacted]"},
		"too short":                    {[]string{"short"}, "short", "short"},
		"one within another":           {[]string{"abcdef", "abcdefghijkl"}, "abcdefghijkl.", "[redacted]."},
		"overlapping itself":           {[]string{"abababab"}, "xabababababx", "x[redacted]x"},
		"JSON":                         {[]string{token}, `{"a":"Tok\"en/of+the\\desk"}`, `{"a":"[redacted]"}`},
		"JSON with slashes":            {[]string{token}, `{"a":"Tok\"en\/of+the\\desk"}`, `{"a":"[redacted]"}`},
		"JSON with numbers":            {[]string{token}, `{"a":"Tok\u0022en\u002Fof\u002bthe\u005Cdesk"}`, `{"a":"[redacted]"}`},
		"JSON beyond ASCII":            {[]string{"sécret😀"}, `"s\u00e9cret\ud83d\ude00"`, `"[redacted]"`},
		"JSON, half a character":       {[]string{token}, `\ud83d ` + token + ` \ud83d\u0041 \q \u00zz`, `\ud83d [redacted] \ud83d\u0041 \q \u00zz`},
		"percent":                      {[]string{token}, "a=Tok%22en%2Fof%2Bthe%5Cdesk&b", "a=[redacted]&b"},
		"percent, lower case":          {[]string{token}, "a=Tok%22en%2fof%2bthe%5cdesk&b", "a=[redacted]&b"},
		"percent, all of it":           {[]string{"secret-a"}, "%73%65%63%72%65%74%2D%61", "[redacted]"},
		"percent and none":             {[]string{token}, "100% of " + token + " %zz %", "100% of [redacted] %zz %"},
		"a secret with a percent sign": {[]string{"se%41cret"}, "se%41cret se%2541cret", "[redacted] [redacted]"},
		"form":                         {[]string{"two words+"}, "a=two+words%2B&b", "a=[redacted]&b"},
		"basic":                        {[]string{basic("jo:correct horse")}, "jo:correct horse, correct horse, correct", "[redacted], [redacted], correct"},
		"basic, as it was sent":        {[]string{basic("jo:correct horse")}, basic("jo:correct horse"), "[redacted]"},
		"basic in JSON":                {[]string{basic(`jo:"correct"`)}, `{"password":"\"correct\""}`, `{"password":"[redacted]"}`},
		"basic, a short password":      {[]string{basic("jo:horse")}, "jo:horse horse", "[redacted] horse"},
		"basic, spelled otherwise":     {[]string{"BASIC " + base64.RawURLEncoding.EncodeToString([]byte("jo:???>>>~~~"))}, "it was ???>>>~~~", "it was [redacted]"},
		"basic that is none":           {[]string{"Basic !!!!!!"}, "a Basic !!!!!! b", "a [redacted] b"},
		"bearer is not decoded":        {[]string{"Bearer " + base64.StdEncoding.EncodeToString([]byte("jo:correct horse"))}, "correct horse", "correct horse"},
		"cut off":                      {[]string{token}, "it was " + token[:8], "it was [redacted]"},
		"cut off early":                {[]string{token}, "it was " + token[:7], "it was " + token[:7]},
		"cut off before the last":      {[]string{token}, "it was " + token[:len(token)-1], "it was [redacted]"},
		"cut off in the middle":        {[]string{token}, token[:10] + " and on", token[:10] + " and on"},
		"cut off in JSON":              {[]string{token}, `{"a":"Tok\"en\/of`, `{"a":"[redacted]`},
		"cut off in an escape":         {[]string{token}, `{"a":"Tok\"en\/of\u00`, `{"a":"[redacted]`},
		"cut off in a percent":         {[]string{token}, `a=Tok%22en%2Fof%2`, `a=[redacted]`},
		"cut off, a password":          {[]string{basic("jo:correct horse")}, "it was correct h", "it was [redacted]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(post.Redact([]byte(test.body), test.hidden)); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestRedactAtTheEnd cuts a long answer anywhere within a secret, as reading at most so much of it does.
func TestRedactAtTheEnd(t *testing.T) {
	t.Parallel()
	const secret = "planted-secret-of-theirs"
	for n := range len(secret) {
		body := append([]byte(strings.Repeat("a", deliver.MaxResponse-n)), secret[:n]...)
		got := string(post.Redact(body, []string{secret}))
		if len(got) > deliver.MaxResponse || n >= 8 && !strings.HasSuffix(got, "a[redacted]") && !strings.HasPrefix("[redacted]", got[len(got)-n:]) || n < 8 && got != string(body) {
			t.Errorf("%d bytes of it: …%s", n, got[len(got)-40:])
		}
	}
	many := []byte(strings.Repeat("secret1", deliver.MaxResponse/7))
	if got := post.Redact(many, []string{"secret"}); len(got) > deliver.MaxResponse || strings.Contains(string(got), "secret") {
		t.Errorf("%d bytes, …%s", len(got), got[len(got)-40:])
	}
}

// TestRedactFindsEveryForm hides any secret that encoders write into any text.
func TestRedactFindsEveryForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := "S" + rapid.StringN(8, 40, 80).Draw(t, "secret") + "E"
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		form := rapid.SampledFrom([]string{secret, string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret)}).Draw(t, "form")
		before, after := rapid.SampledFrom([]string{"", "a ", "é: ", `{"a":"`}).Draw(t, "before"), rapid.SampledFrom([]string{"", ".", " b", `"}`}).Draw(t, "after")
		if got := string(post.Redact([]byte(before+form+after), []string{secret})); got != before+"[redacted]"+after {
			t.Errorf("%q of %q in %q", got, secret, form)
		}
	})
}
