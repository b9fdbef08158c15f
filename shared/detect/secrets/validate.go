package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"net/url"
	"strings"
	"unicode"

	"guardrails/shared/detect"
)

// valid marks a value whose expression is a strict structure already.
func valid(string) detect.Verdict { return detect.Valid }

// mixedToken rejects words and numbers: a machine-made token has letters and digits.
func mixedToken(value string) detect.Verdict {
	letters, digits := 0, 0
	for i := range len(value) {
		switch c := value[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		}
	}
	if digits == 0 || letters == 0 && digits < 16 {
		return detect.Reject
	}
	return detect.Plausible
}

// strictToken is mixedToken for values with a prefix or layout of their own.
func strictToken(value string) detect.Verdict {
	if mixedToken(value) == detect.Reject {
		return detect.Reject
	}
	return detect.Valid
}

// judgeVaultToken rejects the names of methods, which stand behind a one-letter receiver as the token stands behind
// its "s.".
func judgeVaultToken(value string) detect.Verdict {
	if isIdentifier(strings.TrimPrefix(value, "s.")) {
		return detect.Reject
	}
	return strictToken(value)
}

// notPublished rejects keys that vendors print in their own documentation. They are kept as the first
// eight bytes of their SHA-256, so that the list itself sets off no scanner.
func notPublished(value string) detect.Verdict {
	sum := sha256.Sum256([]byte(value))
	switch hex.EncodeToString(sum[:8]) {
	case "b7d61096898ce748", "e4a5542bb7fd7b67", "0b476bdf9acf2123", "eb540d2b6ee2a0a4", "8731261cb72d8626",
		"49f777db995e8260", "27a9a42931dff7eb", "3a8b61d0f636b007", "a6c814bc555ae62c", // Google
		"ae1d951e81d061c3", "3fc9a84885ad0d53", "5864554afb524418": // Cloudflare
		return detect.Reject
	}
	return detect.Valid
}

// judgeJWT accepts three base64url parts whose header is a JSON object with members.
func judgeJWT(value string) detect.Verdict {
	head, rest, ok := strings.Cut(value, ".")
	if !ok || !strings.Contains(rest, ".") {
		return detect.Reject
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(head, "="))
	if err != nil {
		return detect.Reject
	}
	var header map[string]json.RawMessage
	if json.Unmarshal(raw, &header) != nil || len(header) == 0 {
		return detect.Reject
	}
	return detect.Valid
}

// judgeEncodedJWT accepts a JSON web token that was itself encoded in base64.
func judgeEncodedJWT(value string) detect.Verdict {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return detect.Reject
	}
	head, _, _ := strings.Cut(string(raw), ".")
	return judgeJWT(head + "..")
}

// judgePEM accepts a PEM or PGP block: at least 40 bytes of base64 after the first line.
func judgePEM(value string) detect.Verdict {
	_, body, ok := strings.Cut(strings.TrimLeft(value, "-"), "-----")
	if !ok {
		return detect.Reject
	}
	body, _, _ = strings.Cut(body, "-----END")
	n := 0
	for i := range len(body) {
		if isBase64(body[i]) {
			n++
		}
	}
	if n < 40 {
		return detect.Reject
	}
	return detect.Valid
}

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '+' || c == '/'
}

// credentialURL accepts scheme://user:password@host with a password that is no placeholder.
func credentialURL(value string) detect.Verdict {
	_, rest, ok := strings.Cut(value, "://")
	if !ok {
		return detect.Reject
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		switch {
		case strings.Contains(rest[:end], "@"):
			rest = rest[:end]
		case endsInPort(rest[:end]):
			return detect.Reject
		}
	}
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return detect.Reject
	}
	user, password, ok := strings.Cut(rest[:at], ":")
	if !ok || isPlaceholder(password) || opensNothing(user, password, rest[at+1:]) {
		return detect.Reject
	}
	return detect.Valid
}

// opensNothing reports whether a pair is what everybody knows: the user as the password, an anonymous one, a word on
// the machine itself; or a host and port before an at sign.
func opensNothing(user, password, host string) bool {
	local := strings.HasPrefix(host, "localhost") || strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "[::1]")
	word := strings.IndexFunc(password, func(r rune) bool { return !unicode.IsLower(r) }) < 0
	port := strings.Contains(user, ".") && len(password) <= 5 && strings.Trim(password, "0123456789") == ""
	return strings.EqualFold(user, password) || strings.EqualFold(user, "anonymous") || local && word || port
}

// endsInPort says whether the authority of a URL is host:port, so that an at sign further on is no part of it.
func endsInPort(authority string) bool {
	_, port, ok := strings.Cut(authority, ":")
	return ok && strings.Trim(port, "0123456789") == ""
}

// isPlaceholder says whether a password is a stand-in: a variable, a template, stars, or the word itself.
func isPlaceholder(password string) bool {
	if decoded, err := url.PathUnescape(password); err == nil {
		password = decoded
	}
	if len(password) < 4 || strings.ContainsAny(password[:1], "$<{[%*(") {
		return true
	}
	switch low := strings.ToLower(password); low {
	case "password", "passwd", "pass", "pwd", "secret", "pw", "token", "key", "user", "username", "xxx", "yyy", "test",
		"passwort", "motdepasse", "contraseña", "senha", "none", "null", "nil", "true", "false", "undefined", "string":
		return true
	default:
		return strings.Trim(low, low[:1]) == "" || strings.Contains(low, "your") || strings.Contains(low, "xxxx")
	}
}

// plausiblePassword rejects placeholders, identifiers, calls and plain words; what is left mixes letters
// with digits or punctuation.
func plausiblePassword(value string) detect.Verdict {
	if isPlaceholder(value) || strings.HasPrefix(value, ":") || strings.Contains(value, "()") || strings.Contains(value, "${") ||
		strings.Contains(value, "://") {
		return detect.Reject
	}
	letters, others, turns := 0, 0, 0
	capital := false
	for i, r := range value {
		if up := unicode.IsUpper(r); i == 0 || up != capital {
			capital = up
			turns++
		}
		switch {
		case unicode.IsLetter(r):
			letters++
		case r != '_' && r != '-' && r != '.' && r != '/':
			others++
		}
	}
	if letters >= 8 && 2*turns > len(value) {
		return detect.Plausible // no word changes between small and capital letters like that
	}
	if letters < 2 || others == 0 {
		return detect.Reject
	}
	return detect.Plausible
}

// genericKey rejects what only looks random: UUIDs, dates, paths, versions and words joined by punctuation.
func genericKey(value string) detect.Verdict {
	if isUUID(value) || isIdentifier(value) || strings.Count(value, ".") > 3 || strings.Count(value, "/") > 4 || strings.Count(value, "-") > 6 {
		return detect.Reject
	}
	return mixedToken(value)
}

// isIdentifier says whether most of a value is words, as in the names of programs: lower-case runs of at least
// four letters with a vowel, perhaps after a capital. Random letters seldom line up like that.
func isIdentifier(value string) bool {
	inWords := 0
	for i := 0; i < len(value); {
		start := i
		if isUpper(value[i]) {
			i++
		}
		for i < len(value) && isLower(value[i]) {
			i++
		}
		if run := value[start:i]; len(run) >= 4 && strings.ContainsAny(run, "aeiouyAEIOUY") {
			inWords += len(run)
		}
		i = max(i, start+1)
	}
	return inWords*10 > len(value)*6
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// isUUID says whether a value has the five hyphenated groups of a UUID, which names things and opens none.
func isUUID(value string) bool {
	return len(value) == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-' && value[23] == '-'
}

// userPassword accepts user:password with a password that is no placeholder.
func userPassword(value string) detect.Verdict {
	user, password, ok := strings.Cut(value, ":")
	if !ok || user == "" || isPlaceholder(user) && isPlaceholder(password) || isPlaceholder(password) {
		return detect.Reject
	}
	return detect.Plausible
}

// basicAuthorization accepts the base64 of user:password with a password that is no placeholder.
func basicAuthorization(value string) detect.Verdict {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	_, password, ok := strings.Cut(string(raw), ":")
	if err != nil || !ok || strings.ContainsFunc(string(raw), unicode.IsControl) {
		return detect.Reject
	}
	// The sample of RFC 7617 and a placeholder open nothing.
	if strings.ReplaceAll(strings.ToLower(password), " ", "") == "opensesame" || isPlaceholder(password) {
		return detect.Reject
	}
	return detect.Valid
}

// Digits of base 62, in the order of the alphabet of this product's keys.
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// judgeOwnKey accepts an API key of this product whose last six characters are the CRC-32 (IEEE) of
// everything before them, as base-62 digits padded with zeros.
func judgeOwnKey(value string) detect.Verdict {
	const digits = 6
	if len(value) <= digits {
		return detect.Reject
	}
	body, check := value[:len(value)-digits], value[len(value)-digits:]
	sum := crc32.ChecksumIEEE([]byte(body))
	var want [digits]byte
	for i := digits - 1; i >= 0; i-- {
		want[i] = base62[sum%62]
		sum /= 62
	}
	if check != string(want[:]) {
		return detect.Reject
	}
	return detect.Valid
}
