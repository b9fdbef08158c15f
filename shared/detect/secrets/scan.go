package secrets

import (
	"strings"
	"unicode/utf8"
)

// The readers of this file do what the expressions beside them say, for the rules whose keywords stand in every file of settings.
// Each is written so that no byte is looked at again and again: a part of an expression that may be longer or shorter is as long
// as it can be, unless what follows may begin with the same bytes.

// class is a set of bytes.
type class [256]bool

func classOf(ranges ...string) *class {
	var c class
	for _, r := range ranges {
		if len(r) == 3 && r[1] == '-' {
			for b := int(r[0]); b <= int(r[2]); b++ {
				c[b] = true
			}
			continue
		}
		for i := range len(r) {
			c[r[i]] = true
		}
	}
	return &c
}

// not returns the bytes that are in none of the set; bytes outside ASCII are in no set here.
func (c *class) not() *class {
	var out class
	for i := range out {
		out[i] = !c[i]
	}
	return &out
}

// run returns where the bytes of the class that begin at i end, after at most so many.
func (c *class) run(text string, i, most int) int {
	limit := min(len(text), i+most)
	for i < limit && c[text[i]] {
		i++
	}
	return i
}

var (
	wordBytes   = classOf("a-z", "A-Z", "0-9", "_")
	blanks      = classOf(" \t")
	spaces      = classOf(" \t\n\f\r")
	linkBytes   = classOf("a-z", "A-Z", "0-9", "_. \t", "-")
	tieBytes    = classOf("\"'`])", " \t", ":?.+|=>")
	closers     = classOf("\"'`])")
	quotes      = classOf("\"'`")
	operators   = classOf(":?.+|")
	openers     = classOf(" \t\"'`(=")
	keyBytes    = classOf("a-z", "A-Z", "0-9", "_.+/", "-")
	keyFollows  = classOf("a-z", "A-Z", "0-9", "_+/=", "-").not()
	passClosers = classOf("\"'])")
	passSigns   = classOf(":?+")
	passBytes   = classOf(" \t\n\f\r", "\"'`,;<>(){}[]").not()
	passEnds    = classOf(" \t\n\f\r", "\"'`,;<>)}]")
	userBytes   = classOf(" \t\n\f\r", "\"':$<{[").not()
	valueBytes  = classOf(" \t\n\f\r", "\"'").not()
	urlUser     = classOf(" \t\n\f\r", ":@/\"'<>`").not()
	urlBytes    = classOf(" \t\n\f\r", "\"'<>`").not()
	hostBytes   = classOf("a-z", "A-Z", "0-9", "._[]:,", "-")
	schemeBytes = classOf("a-z", "A-Z", "0-9", "_+")
	webUser     = classOf(" \t\n\f\r", ":@/\"'<>`?#").not()
	webPassword = classOf(" \t\n\f\r", "@/\"'<>`?#").not()
	webHost     = classOf("a-z", "A-Z", "0-9", ".", "-")
	digits      = classOf("0-9")
)

// runes is run for a class of characters, of which at most so many are taken.
func (c *class) runes(text string, i, most int) (end, n int) {
	for i < len(text) && n < most && c[text[i]] {
		if _, size := utf8.DecodeRuneInString(text[i:]); size > 1 {
			i += size
		} else {
			i++
		}
		n++
	}
	return i, n
}

// hasFold reports whether text goes on at i with an ASCII word in lower case, without case.
func hasFold(text string, i int, word string) bool {
	return len(text)-i >= len(word) && strings.EqualFold(text[i:i+len(word)], word)
}

// Longest parts of the expression that assigned makes.
const (
	maxLink    = 30
	maxOpening = 12
	minKey     = 16
	maxKey     = 150
)

// scanKey reads genericAPIKey's expression at a keyword: the rest of the name, an assignment, and a value. Of a name with two
// keywords in it the rest begins behind the first, where the expression would begin behind the last.
func scanKey(text string, start, end int) (from, to, done int) {
	if hasFold(text, start, "credentials") {
		end++
	}
	if hasFold(text, start, "secret") {
		inside := start > 0 && (wordBytes[text[start-1]] || text[start-1] == '-')
		if inside { // the name begins before, and what is behind the keyword is all rest
			if from, to, done = readLink(text, end, maxLink); from < to {
				return from, to, done
			}
		}
		return readLink(text, end, secretKey(text, end)+maxLink)
	}
	return readLink(text, end, maxLink)
}

// secretKey returns how much longer than "secret" the name secret_key is.
func secretKey(text string, end int) int {
	i := end
	if i < len(text) && text[i] == '_' {
		i++
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	if hasFold(text, i, "key") {
		return i + len("key") - end
	}
	return 0
}

// readLink reads the rest of a name, as much as there may be, and what is tied to it.
func readLink(text string, end, most int) (from, to, done int) {
	for i := linkBytes.run(text, end, most); i >= end; i-- {
		if i < len(text) && tieBytes[text[i]] {
			if from, to, done = readTie(text, i); from < to {
				return from, to, done
			}
		}
	}
	return 0, 0, 0
}

// readTie reads an assignment at i, and the value behind it.
func readTie(text string, i int) (from, to, done int) {
	if text[i] == '>' {
		return readKey(text, spaces.run(text, i+1, maxOpening))
	}
	if from, to, done = readSign(text, i); from < to {
		return from, to, done
	}
	if quotes[text[i]] {
		if at := blanks.run(text, i+1, 1); at < len(text) && text[at] == ',' {
			return readOpened(text, at+1)
		}
	}
	if blanks[text[i]] {
		for _, verb := range [...]string{"is", "lautet", "ist", "est", "es"} {
			if strings.HasPrefix(text[i+1:], verb) {
				if from, to, done = readOpened(text, i+1+len(verb)); from < to {
					return from, to, done
				}
			}
		}
	}
	return 0, 0, 0
}

// readSign reads a colon, an equals sign or an arrow.
func readSign(text string, i int) (from, to, done int) {
	at := blanks.run(text, closers.run(text, i, 2), 3)
	if sign := operators.run(text, at, 3); sign < len(text) && text[sign] == '=' {
		sign++
		if sign < len(text) && text[sign] == '>' {
			sign++
		}
		if from, to, done = readOpened(text, sign); from < to {
			return from, to, done
		}
	}
	if at < len(text) && text[at] == ':' {
		return readOpened(text, at+1)
	}
	return 0, 0, 0
}

// readOpened reads the value behind what opens it.
func readOpened(text string, i int) (from, to, done int) {
	return readKey(text, openers.run(text, i, maxOpening))
}

// readKey reads a value of 16 to 150 bytes that ends where no more of one follows. In a longer run it ends before a dot.
func readKey(text string, from int) (_, to, done int) {
	end := keyBytes.run(text, from, maxKey+1)
	if end-from < minKey {
		return 0, 0, 0
	}
	if end-from <= maxKey {
		to = end
		for to < len(text) && to < end+2 && text[to] == '=' {
			to++
		}
		if to == len(text) || keyFollows[text[to]] {
			_, size := utf8.DecodeRuneInString(text[to:])
			return from, to, to + size
		}
	}
	for to = min(end-1, from+maxKey); to >= from+minKey; to-- {
		if text[to] == '.' {
			return from, to, to + 1
		}
	}
	return 0, 0, 0
}

// maxPassword bounds a password, maxSuffix the rest of the name that it is given to.
const (
	minPassword = 6
	maxPassword = 64
	maxSuffix   = 20
)

// scanPassword reads passwordAssignment's expression at a keyword.
func scanPassword(text string, start, end int) (from, to, done int) {
	switch {
	case hasFold(text, start, "pwd"):
		if start > 0 && text[start-1] != '_' && wordBytes[text[start-1]] {
			return 0, 0, 0
		}
	case hasFold(text, start, "clave"):
		if start > 0 && wordBytes[text[start-1]] {
			return 0, 0, 0
		}
	case hasFold(text, start, "contrase"):
		switch {
		case hasFold(text, end, "na"):
			end += len("na")
		case hasFold(text, end, "ña"):
			end += len("ña")
		default:
			return 0, 0, 0
		}
	}
	i := wordBytes.run(text, end, maxSuffix)
	i = passClosers.run(text, i, 2)
	if from, to, done = passwordSign(text, spaces.run(text, i, 3)); from < to {
		return from, to, done
	}
	if i < len(text) && spaces[text[i]] {
		return passwordVerb(text, i+1)
	}
	return 0, 0, 0
}

// passwordSign reads a colon, an equals sign or an arrow and the password behind it.
func passwordSign(text string, i int) (from, to, done int) {
	if sign := passSigns.run(text, i, 2); sign < len(text) && text[sign] == '=' {
		sign++
		if sign < len(text) && text[sign] == '>' {
			sign++
		}
		if from, to, done = readPassword(text, sign); from < to {
			return from, to, done
		}
	}
	if i < len(text) && text[i] == ':' {
		return readPassword(text, i+1)
	}
	return 0, 0, 0
}

// passwordVerb reads "is" in some languages and the password behind it.
func passwordVerb(text string, i int) (from, to, done int) {
	for _, verb := range [...]string{"is", "was", "lautet", "ist", "war", "est", "es", "jest"} {
		at := i + len(verb)
		if !hasFold(text, i, verb) || at < len(text) && wordBytes[text[at]] {
			continue
		}
		if at < len(text) && text[at] == ':' {
			if from, to, done = readPassword(text, at+1); from < to {
				return from, to, done
			}
		}
		return readPassword(text, at)
	}
	return 0, 0, 0
}

func readPassword(text string, i int) (from, to, done int) {
	from = quotes.run(text, blanks.run(text, i, 3), 1)
	to, n := passBytes.runes(text, from, maxPassword)
	if n < minPassword || to < len(text) && !passEnds[text[to]] {
		return 0, 0, 0
	}
	return from, to, min(len(text), to+1)
}

// scanCurlUser reads curlUser's expression at a keyword: an option within 200 characters, or on a line that goes on from there.
func scanCurlUser(text string, start, end int) (from, to, done int) {
	if text[start:end] != "curl" || start > 0 && wordBytes[text[start-1]] || end < len(text) && wordBytes[text[end]] {
		return 0, 0, 0
	}
	for i, n := end, 0; i < len(text) && n <= 200; i, n = next(text, i), n+1 {
		if text[i] == '\n' {
			if i+1 < len(text) && blanks[text[i+1]] {
				for j, m := i+2, 0; j < len(text) && m <= 100; j, m = next(text, j), m+1 {
					if from, to = curlOption(text, j); from < to {
						return from, to, to
					}
					if text[j] == '\n' {
						break
					}
				}
			}
		}
		if from, to = curlOption(text, i); from < to {
			return from, to, to
		}
		if text[i] == '\n' {
			break
		}
	}
	return 0, 0, 0
}

// next is where the character after the one at i begins.
func next(text string, i int) int {
	if text[i] < utf8.RuneSelf {
		return i + 1
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	return i + size
}

// curlOption reads white space, the option and its value.
func curlOption(text string, i int) (from, to int) {
	if !spaces[text[i]] {
		return 0, 0
	}
	rest := text[i+1:]
	switch {
	case strings.HasPrefix(rest, "-u"):
		i += 1 + len("-u")
	case strings.HasPrefix(rest, "--user"):
		i += 1 + len("--user")
	default:
		return 0, 0
	}
	if i < len(text) && text[i] == '=' {
		if from, to = readUser(text, i+1); from < to {
			return from, to
		}
	}
	return readUser(text, spaces.run(text, i, 5))
}

// readUser reads user:password, perhaps quoted.
func readUser(text string, i int) (from, to int) {
	if i < len(text) && (text[i] == '"' || text[i] == '\'') {
		i++
	}
	user, n := userBytes.runes(text, i, 100)
	if n == 0 || user == len(text) || text[user] != ':' {
		return 0, 0
	}
	password := user + 1
	if password < len(text) && (text[password] == '"' || text[password] == '\'') {
		password++
	}
	// A colon may begin a password, not a user.
	if password == len(text) || !userBytes[text[password]] && text[password] != ':' {
		return 0, 0
	}
	end, n := valueBytes.runes(text, next(text, password), 100)
	if n < 2 {
		return 0, 0
	}
	return i, end
}

// schemes are those of connectionString, with what may end them.
var schemes = map[string]bool{
	"postgres": true, "postgresql": true, "mysql": true, "mariadb": true, "mongodb": true, "mongodb+srv": true, "redis": true, "rediss": true,
	"amqp": true, "amqps": true, "mssql": true, "sqlserver": true, "oracle": true, "clickhouse": true, "cockroachdb": true, "cassandra": true,
	"kafka": true, "nats": true, "ldap": true, "ldaps": true, "ftp": true, "ftps": true, "sftp": true, "sftps": true, "smtp": true, "smtps": true,
	"imap": true, "imaps": true, "mqtt": true, "mqtts": true, "couchbase": true, "couchbases": true, "neo4j": true, "neo4j+s": true, "bolt": true,
	"cloudinary": true,
}

// scanConnection reads connectionString's expression at a keyword, which is a scheme or the beginning of one.
func scanConnection(text string, start, _ int) (from, to, done int) {
	if start > 0 && hasFold(text, start-1, "sftp") {
		start--
	}
	if start > 0 && wordBytes[text[start-1]] {
		return 0, 0, 0
	}
	at := schemeBytes.run(text, start, maxScheme)
	if !strings.HasPrefix(text[at:], "://") || !isScheme(strings.ToLower(text[start:at])) {
		return 0, 0, 0
	}
	user, _ := urlUser.runes(text, at+len("://"), 64)
	if user == len(text) || text[user] != ':' {
		return 0, 0, 0
	}
	password := user + 1
	end, _ := urlBytes.runes(text, password, 128+1)
	for i := end - 1; i >= password+3; i-- { // the last at sign that a host follows: a password may have one
		if text[i] != '@' || i+1 == len(text) || !hostBytes[text[i+1]] {
			continue
		}
		if n := utf8.RuneCountInString(text[password:i]); n < 3 || n > 128 {
			continue
		}
		done = hostBytes.run(text, i+1, 255)
		if done < len(text) && text[done] == '/' {
			done, _ = urlBytes.runes(text, done+1, 200)
		}
		return start, done, done
	}
	return 0, 0, 0
}

const maxScheme = 32

// isScheme takes a scheme as it is, or with a driver behind a plus sign.
func isScheme(s string) bool {
	if schemes[s] {
		return true
	}
	plus := strings.LastIndexByte(s, '+')
	return plus > 0 && schemes[s[:plus]] && len(s)-plus > 1 && len(s)-plus <= 1+12
}

// scanBasicAuth reads basicAuthURL's expression at a keyword, which is a scheme with what parts it from the rest.
func scanBasicAuth(text string, start, end int) (from, to, done int) {
	if start > 0 && wordBytes[text[start-1]] {
		return 0, 0, 0
	}
	user, n := webUser.runes(text, end, 64)
	if n == 0 || user == len(text) || text[user] != ':' {
		return 0, 0, 0
	}
	at, n := webPassword.runes(text, user+1, 128)
	if n < 3 || at == len(text) || text[at] != '@' {
		return 0, 0, 0
	}
	done = webHost.run(text, at+1, 255)
	if done == at+1 {
		return 0, 0, 0
	}
	if done < len(text) && text[done] == ':' {
		if port := digits.run(text, done+1, 5); port >= done+1+2 {
			done = port
		}
	}
	if done < len(text) && (text[done] == '/' || text[done] == '?' || text[done] == '#') {
		done, _ = urlBytes.runes(text, done+1, 300)
	}
	return start, done, done
}
