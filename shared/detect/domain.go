package detect

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxDomain    = 253
	maxHostLabel = 63
)

// validDomain reports whether a folded name is a domain of at least two labels.
func validDomain(s string) bool {
	labels := strings.Split(s, ".")
	return len(s) <= maxDomain && len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || len(l) > maxHostLabel || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool {
			return r > 0x7f || !hostByte(byte(r)) || r == '.'
		})
	})
}

// hostByte reports whether a byte may stand in the name of a host.
func hostByte(b byte) bool { return isLabelByte(b) || b == '.' }

func isLabelByte(b byte) bool { return isAlnum(b) || b == '-' }

// hostSpan widens a domain that stands at [start, end) of text to the host that it ends, and to the mail address
// before it. Ok is false where the name goes on to either side: corp.io is neither in notcorp.io nor in corp.io.evil.com.
func hostSpan(text string, start, end int) (from int, ok bool) {
	if end < len(text) && (isLabelByte(text[end]) || text[end] == '.' && end+1 < len(text) && isLabelByte(text[end+1])) {
		return start, false
	}
	if start > 0 && isLabelByte(text[start-1]) {
		return start, false
	}
	for start > 0 && hostByte(text[start-1]) {
		start--
	}
	if start > 0 && text[start-1] == '@' {
		at := start
		for start--; start > 0 && localByte(text[start-1]); {
			start--
		}
		if start == at-1 {
			start = at // nobody before the sign
		}
	}
	return start, true
}

// localByte reports whether a byte may stand in a mail address before the sign.
func localByte(b byte) bool { return hostByte(b) || strings.IndexByte("_%+'", b) >= 0 }

// hostOf returns the host of a folded mail address, URL or host's name, or "". What a browser would take for the host
// counts: https://corp.io@evil.com is at evil.com.
func hostOf(value string) string {
	rest := value
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	} else {
		rest = strings.TrimPrefix(rest, "mailto:")
	}
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, _, _ := strings.Cut(rest, ":")
	host = strings.TrimSuffix(host, ".")
	if !validDomain(host) {
		return ""
	}
	return host
}

// hasHost reports whether findings of a type are addresses, which an allowed domain allows unless it says more.
func hasHost(typ string) bool { return typ == "EMAIL_ADDRESS" || typ == "URL" || typ == "DOMAIN_NAME" }

// allowsDomain reports whether the value is an address at an allowed domain or below it.
func (l *lists) allowsDomain(folded, typ string) bool {
	if len(l.domains) == 0 {
		return false
	}
	for host := hostOf(folded); host != ""; {
		types := l.domains[host]
		if slices.Contains(types, typ) || hasHost(typ) && slices.Contains(types, "") {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

// domain returns the folded domain of an entry, or notes what is wrong with it.
func (x *extension) domain(name, at string) (string, bool) {
	folded := strings.TrimSpace(foldString(name))
	if !validDomain(folded) {
		x.errors.add(at, "must be a domain such as example.com, of at most "+strconv.Itoa(maxDomain)+" characters")
		return "", false
	}
	return folded, true
}
