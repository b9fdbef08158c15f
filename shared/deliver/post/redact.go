package post

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"guardrails/shared/deliver"
)

const (
	// shortest is the least length of a secret that is looked for in answers; shorter ones would be found in any text.
	shortest = 6
	// shortestPart is that of a secret's beginning at the end of an answer, and of a password without its user.
	shortestPart = 8

	redacted = "[redacted]"
)

// Redact returns a body with every hidden value replaced, at most deliver.MaxResponse bytes of it. It finds them as they
// are, escaped as in JSON, and percent-encoded, and where the body ends within one. Of credentials for Basic
// authentication it also finds what they encode.
func Redact(body []byte, hidden []string) []byte {
	hide, wanted := make([]bool, len(body)), secrets(hidden)
	for _, r := range readings(body) {
		for _, secret := range wanted {
			r.mark(hide, []byte(secret))
		}
	}
	var out []byte
	for i, c := range body {
		switch {
		case !hide[i]:
			out = append(out, c)
		case i == 0 || !hide[i-1]:
			out = append(out, redacted...)
		}
	}
	return out[:min(len(out), deliver.MaxResponse)]
}

// secrets are the hidden values that are long enough to be looked for, with what Basic credentials encode.
func secrets(hidden []string) []string {
	var out []string
	for _, h := range hidden {
		if len(h) >= shortest {
			out = append(out, h)
		}
		pair := basic(h)
		if len(pair) >= shortest {
			out = append(out, pair)
		}
		if _, password, _ := strings.Cut(pair, ":"); len(password) >= shortestPart {
			out = append(out, password)
		}
	}
	return out
}

// basic returns the user:password of a value like "Basic dTpw", or nothing.
func basic(value string) string {
	scheme, encoded, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "basic") {
		return ""
	}
	encoded = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(encoded), "="))
	pair, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	return string(pair)
}

// reading is a body with escapes of some kind undone. at has where each byte of the text begins in the body, and where the
// body ends.
type reading struct {
	text []byte
	at   []int
}

// readings reads a body as it is, as JSON, as a part of a URL, and as a form, where plus signs stand for spaces.
func readings(body []byte) []reading {
	return []reading{
		read(body, func([]byte) (string, int) { return "", 0 }),
		read(body, fromJSON),
		read(body, fromURL),
		read(body, func(rest []byte) (string, int) {
			if rest[0] == '+' {
				return " ", 1
			}
			return fromURL(rest)
		}),
	}
}

// read undoes escapes. escape returns what the beginning of the rest stands for and how long it is: 0 if it stands for
// itself. An escape that the body ends in may stand for nothing.
func read(body []byte, escape func(rest []byte) (string, int)) reading {
	var r reading
	for i := 0; i < len(body); {
		s, n := escape(body[i:])
		if n == 0 {
			s, n = string(body[i:i+1]), 1
		}
		for range len(s) {
			r.at = append(r.at, i)
		}
		r.text = append(r.text, s...)
		i += n
	}
	r.at = append(r.at, len(body))
	return r
}

// mark hides where the text has the secret, and where it ends in the beginning of it.
func (r reading) mark(hide []bool, secret []byte) {
	for from := 0; ; {
		i := bytes.Index(r.text[from:], secret)
		if i < 0 {
			break
		}
		from += i + 1
		r.hide(hide, from-1, from-1+len(secret))
	}
	for n := min(len(secret)-1, len(r.text)); n >= shortestPart; n-- {
		if bytes.HasSuffix(r.text, secret[:n]) {
			r.hide(hide, len(r.text)-n, len(r.text))
			return
		}
	}
}

// hide hides the part of the body that the text has from one place to another.
func (r reading) hide(hide []bool, from, to int) {
	for i := r.at[from]; i < r.at[to]; i++ {
		hide[i] = true
	}
}

// fromURL undoes %41.
func fromURL(rest []byte) (string, int) {
	if rest[0] != '%' {
		return "", 0
	}
	if len(rest) < 3 {
		return "", len(rest)
	}
	if n, err := strconv.ParseUint(string(rest[1:3]), 16, 8); err == nil {
		return string([]byte{byte(n)}), 3
	}
	return "", 0
}

// fromJSON undoes \n, \/ and \u0041, also where two of the latter stand for one character.
func fromJSON(rest []byte) (string, int) {
	if rest[0] != '\\' {
		return "", 0
	}
	if len(rest) < 2 {
		return "", len(rest)
	}
	const names, stand = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(names, rest[1]); i >= 0 {
		return stand[i : i+1], 2
	}
	first, ok := unit(rest)
	if !ok {
		if rest[1] == 'u' && len(rest) < 6 {
			return "", len(rest)
		}
		return "", 0
	}
	if second, ok := unit(rest[6:]); ok {
		if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
			return string(c), 12
		}
	}
	return string(first), 6
}

// unit returns the UTF-16 unit that an escape like \u0041 stands for.
func unit(rest []byte) (rune, bool) {
	if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(rest[2:6]), 16, 16)
	return rune(n), err == nil
}
