package detect

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Where an expression fits, its need is met.
func TestNeedIsNeeded(t *testing.T) {
	t.Parallel()
	pieces := []string{"csrf", "CSRF", "next", "page", "_", "-", " ", "token", "Public", "key", "hash", "=", ": ", "x", "ab", "12", "é", "none"}
	r := rand.New(rand.NewPCG(1, 1))
	fits := 0
	for _, expr := range []string{
		`(?i:csrf|xsrf|next[ _-]?page)[\w.-]{0,30}=$`, `(?:next|page)[ _-]?token`, `(?i)public[ _-]?key|key[ _-]?hash`, `^(?:ab)+x`, `(ab){2,}`, `(ab)?x`,
		`a|ab12`, `é12`, `(?:next|page)[ _-]?(?:key|token)s?`, `\b(?:ab|public) ?(?:12|hash)\b`, `(?:ab|x)(?:12|ab|key|hash|page)(?: |-|_|x)(?:12)?`, `[a-z]+`, `none`, `(?i)NONE`, ` h1:$`,
	} {
		c, err := compileCondition(expr)
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			var b strings.Builder
			for range 1 + r.IntN(6) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			text := b.String()
			if !c.re.MatchString(text) {
				continue
			}
			fits++
			if c.need != nil && !c.need.met(text) {
				t.Errorf("%s fits %q, whose need is not met", expr, text)
			}
		}
	}
	if fits < 1000 {
		t.Errorf("%d texts fit", fits)
	}
}

// A need keeps expressions from texts that have none of their words.
func TestNeedIsSaid(t *testing.T) {
	t.Parallel()
	for expr, tt := range map[string]struct{ meets, fails string }{
		`(?i)(?:next|page)[ _-]?token`:   {"the page token", "token of another kind"},
		`(?i)public[ _-]?key|cache.?key`: {"cache of a key", "api key, private key"},
		`secretsid|credentials?id`:       {"credentialid", "a credential"},
		`(?:palm|face)[ -]?prints?`:      {"a palm-print", "face the printer"},
		`(?:plan|policy) (?:id|no)\b`:    {"policy no", "plan said no"},
	} {
		c, err := compileCondition(expr)
		if err != nil || c.need == nil {
			t.Fatalf("%s: %v, no need", expr, err)
		}
		if !c.need.met(tt.meets) || c.need.met(tt.fails) {
			t.Errorf("%s: meets %q %v, %q %v", expr, tt.meets, c.need.met(tt.meets), tt.fails, c.need.met(tt.fails))
		}
	}
	if c, err := compileCondition(`[a-z]+|none`); err != nil || c.need != nil {
		t.Errorf("a need of an expression that has none: %v, %v", c.need, err)
	}
	if _, err := compileCondition(`(`); err == nil {
		t.Error("a broken expression compiles")
	}
}
