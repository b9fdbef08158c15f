package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func contact() []detect.Detector {
	return []detect.Detector{emailAddress(), url(), domainName(), socialHandle()}
}

func emailAddress() detect.Detector {
	return detect.Detector{
		Name: "email_address", Type: "EMAIL_ADDRESS", Category: detect.CategoryPII,
		Summary: "E-mail address", Validator: "local part and domain labels",
		Base:    0.85,
		Context: []string{"email", "e-mail", "mail", "write to", "contact", "courriel", "correo", "posta", "adresse", "correio", "e-mailadres"},
		Anchor:  &detect.Anchor{Bytes: "@", Scan: scanEmail},
		Samples: detect.Samples{
			Positive: []string{
				"mail jane.doe+home@example.co.uk.", "<ops_team@sub.example.org>", "email is o'neil@example.com", "müller@example.de",
				"https://example.io/reset?token=abc&email=bob@example.com", "***john@example.com", "|john@example.com|", "`john@example.com`", `{"text":"Contact:\nbob@example.com"}`,
			},
			Negative: []string{"meet @ noon", "user@localhost", "see @handle.", "a@b", "x@-bad-.com", "version@1.2.3", "icon@2x.png background@3x.jpg x@2.js", "ftp://anonymous:guest@ftp.example.org/pub"},
			Source:   "own",
		},
	}
}

// scanEmail takes the longest local part and domain around '@'.
func scanEmail(text string, at int) (int, int, detect.Verdict) {
	start := at
	for start > 0 && at-start < 64 && isLocalByte(text[start-1]) {
		start--
	}
	start = localStart(text, start, at)
	end := hostEnd(text, at+1)
	if start == at || text[at-1] == '.' || (end < len(text) && text[end] == '@') || inUserInfo(text, start) {
		return 0, 0, detect.Reject
	}
	host := text[at+1 : end]
	return start, end, verdict(validHost(host) && !fileEndings.has(host[strings.LastIndexByte(host, '.')+1:]))
}

// isLocalByte admits bytes beyond ASCII, since local parts may hold any letter. Of the signs that they may hold by the
// standard, it leaves out those that nobody has in an address, but URLs, tables and markup have right before one.
func isLocalByte(c byte) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte("%'+-_~.", c) >= 0
}

// inUserInfo reports whether the value at start is the password in a URL (ftp://name:word@host), and so no local part.
func inUserInfo(text string, start int) bool {
	if start == 0 || text[start-1] != ':' {
		return false
	}
	before := text[max(0, start-64) : start-1]
	before = before[strings.LastIndexAny(before, " \n\t\"'<>=")+1:]
	return strings.Contains(before, "://")
}

// localStart moves the start of a local part behind signs and escapes that stand before it.
func localStart(text string, start, at int) int {
	if i := strings.LastIndexByte(text[start:at], '%'); i >= 0 && start+i+3 < at && isHex(text[start+i+1]) && isHex(text[start+i+2]) {
		start += i + 3
	}
	if start > 0 && text[start-1] == '\\' {
		switch rest := text[start:at]; {
		case len(rest) > 1 && strings.IndexByte("nrt", rest[0]) >= 0:
			start++
		case len(rest) > 5 && rest[0] == 'u':
			start += 5
		}
	}
	for start < at && strings.IndexByte(".'-+_~", text[start]) >= 0 {
		start++
	}
	return start
}

// fileEndings look like top-level domains behind names such as icon@2x.png.
var fileEndings = words(`png jpg jpeg gif webp svg ico bmp avif tiff js mjs css scss less html htm json xml pdf webm mp3 woff ttf`)

// hostEnd returns the end of the host name that starts at i; dots and hyphens at the end are punctuation.
func hostEnd(text string, i int) int {
	end := i
	for end < len(text) && end-i < 255 && (isAlnum(text[end]) || text[end] == '-' || text[end] == '.' || text[end] >= 0x80) {
		end++
	}
	for end > i && (text[end-1] == '.' || text[end-1] == '-' || text[end-1] >= 0x80) {
		end--
	}
	return end
}

// validHost wants at least two labels and letters only in the last one, or punycode.
func validHost(host string) bool {
	if len(host) > 253 || strings.IndexByte(host, '.') < 0 {
		return false
	}
	last := ""
	for l := range strings.SplitSeq(host, ".") {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		last = l
	}
	if strings.HasPrefix(last, "xn--") {
		return true
	}
	for i := range len(last) {
		if !isLetter(last[i]) && last[i] < 0x80 {
			return false
		}
	}
	return len(last) >= 2 && len(last) <= 24
}

func url() detect.Detector {
	return detect.Detector{
		Name: "url", Type: "URL", Category: detect.CategoryPII,
		Summary: "Web address with a scheme", Validator: "scheme and host",
		Base:    0.70,
		Context: []string{"url", "link", "website", "visit", "see", "site", "page", "webseite", "lien", "enlace", "sito"},
		Anchor:  &detect.Anchor{Bytes: ":", Scan: scanURL},
		Samples: detect.Samples{
			Positive: []string{"see https://www.example.com/x/348.", "http://example.org:8080/a?b=c#d", "(ftp://files.example.net/pub)", "https://10.0.0.1/admin"},
			Negative: []string{"ratio 3://4", "https://", "note: the end", "foo://bar.example.com"},
			Source:   "own",
		},
	}
}

// scanURL starts at the colon of a known scheme and ends before white space, brackets or closing punctuation.
func scanURL(text string, at int) (int, int, detect.Verdict) {
	if !strings.HasPrefix(text[at:], "://") {
		return 0, 0, detect.Reject
	}
	start := at
	for start > 0 && at-start < 6 && isLetter(text[start-1]) {
		start--
	}
	switch strings.ToLower(text[start:at]) {
	case "http", "https", "ftp", "ftps", "sftp", "ws", "wss":
	default:
		return 0, 0, detect.Reject
	}
	end := at + 3
	for end < len(text) && end-at < 508 && isURLByte(text[end]) {
		end++
	}
	end = trimURL(text, at+3, end)
	host := text[at+3 : end]
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	if !validHost(host) && host != "localhost" && !validIPv4(host) {
		return 0, 0, detect.Reject
	}
	// Plausible, so that a validated value inside (a card or e-mail address in the query) is not hidden by the URL.
	return start, end, detect.Plausible
}

func isURLByte(c byte) bool {
	return c > ' ' && c != 0x7f && strings.IndexByte("<>\"`{}|\\^", c) < 0
}

// trimURL gives back punctuation that belongs to the sentence, and closing brackets that were not opened inside.
func trimURL(text string, start, end int) int {
	for end > start {
		switch c := text[end-1]; {
		case strings.IndexByte(".,;:!?'*_", c) >= 0:
		case c == ')' && strings.Count(text[start:end], "(") < strings.Count(text[start:end], ")"):
		case c == ']' && strings.Count(text[start:end], "[") < strings.Count(text[start:end], "]"):
		default:
			return end
		}
		end--
	}
	return end
}

func domainName() detect.Detector {
	return detect.Detector{
		Name: "domain_name", Type: "DOMAIN_NAME", Category: detect.CategoryPII,
		Summary: "Host name without a scheme", Validator: "top-level domain",
		Base: 0.35, ValidBase: 0.60,
		Context: []string{"domain", "website", "site", "host", "hostname", "visit", "www", "webseite", "sitio", "site web", "sito", "dominio"},
		Anchor:  &detect.Anchor{Bytes: ".", Scan: scanDomain},
		Samples: detect.Samples{
			Positive: []string{"visit example.com today", "host mail.example.org", "www.muster-firma.de", "our domain is shop.example.fr"},
			Negative: []string{"see main.go and README.md", "end of line.Next one", "e.g. this", "user@example.com", "node.js", "version 2.0.it"},
			Source:   "own",
		},
	}
}

// scanDomain starts at the first dot of a host name. Generic top-level domains and names that begin with www are Valid,
// country domains only Plausible, since many are also words or file endings.
func scanDomain(text string, at int) (int, int, detect.Verdict) {
	if at == 0 || at+2 >= len(text) || !isAlnum(text[at-1]) || !isAlnum(text[at+1]) {
		return 0, 0, detect.Reject
	}
	start := at
	for start > 0 && at-start < 63 && (isAlnum(text[start-1]) || text[start-1] == '-') {
		start--
	}
	if start > 0 && (strings.IndexByte("@./\\_:=$%", text[start-1]) >= 0 || text[start-1] >= 0x80) {
		return 0, 0, detect.Reject
	}
	end := hostEnd(text, at+1)
	host := text[start:end]
	if !validHost(host) || len(host) < 4 || (end < len(text) && strings.IndexByte("@_(=", text[end]) >= 0) {
		return 0, 0, detect.Reject
	}
	return start, end, judgeDomain(host)
}

func judgeDomain(host string) detect.Verdict {
	dot := strings.LastIndexByte(host, '.')
	tld, label := host[dot+1:], host[:dot]
	label = label[strings.LastIndexByte(label, '.')+1:]
	www := len(host) > 4 && strings.EqualFold(host[:4], "www.")
	low := strings.ToLower(tld)
	mixed := tld != low && host != strings.ToUpper(host)
	switch {
	case mixed || label == "" || len(label) < 2 && !www:
		return detect.Reject
	case strings.Contains(genericDomains, " "+low+" "), www:
		return detect.Valid
	case strings.Contains(countryDomains, " "+low+" ") && !isDigit(label[0]):
		return detect.Plausible
	}
	return detect.Reject
}

const (
	genericDomains = " com org net edu gov mil int biz eu info aero coop museum "
	countryDomains = " de fr es it nl be at ch pt pl uk ie se no dk fi is us ca mx br ar cl co pe au nz jp cn kr in sg hk tw za ru ua tr gr cz sk hu ro bg hr si il ae sa io ai app dev cloud online shop site tech xyz me tv "
)
