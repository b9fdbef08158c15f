package post

import (
	"net/url"
	"strings"
)

// mask stands for all of a URL that comes after the host.
const mask = "/***"

// Masked shows where a judged URL leads and not the way in: path and query are the credential at many receivers. A URL
// that has neither is shown as it is, and what is shown masked once more is the same.
func Masked(judged string) string {
	host, way := split(judged)
	if way == "" || way == "/" {
		return judged
	}
	return host + mask
}

// IsMasked reports whether a URL is one that Masked may have shown, of which nobody can tell the rest.
func IsMasked(address string) bool {
	_, way := split(address)
	return way == mask
}

// split parts a URL behind its host.
func split(address string) (host, way string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", address
	}
	host = u.Scheme + "://" + u.Host
	return host, strings.TrimPrefix(address, host)
}

// Parts are the parts of a URL that nobody may see, however a receiver repeats them.
func Parts(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return []string{address}
	}
	out := []string{u.RequestURI(), u.Path}
	if Masked(address) != address {
		out = append(out, address)
	}
	for s := range strings.SplitSeq(u.Path, "/") {
		// The first parts are the same for everybody: "services", "webhooks".
		if len(s) > len("webhooks") {
			out = append(out, s)
		}
	}
	for _, values := range u.Query() {
		out = append(out, values...)
	}
	return out
}
