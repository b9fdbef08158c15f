package destination

import (
	"net/netip"
	"net/url"
	"strings"

	"guardrails/shared/errs"
)

// maxURL is the longest address in bytes.
const maxURL = 2048

// Check refuses an address that is not an absolute https URL of a public host on the port 443 or 8443: loopback,
// private and link-local addresses, single-label and local names, and addresses that carry a user. The address is
// judged as it is written; whoever sends judges the address that it really reaches, too. The error has the code
// errs.DestinationRefused and points at location, a JSON pointer or "query.<name>".
func Check(address, location string) error {
	if message := fault(address); message != "" {
		e := errs.New(errs.DestinationRefused, "The address is refused: it must be an absolute https URL of a public host.")
		e.Fields = []errs.Field{{Location: location, Message: message}}
		return e
	}
	return nil
}

func fault(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || u.Opaque != "" || u.Hostname() == "":
		return "expected an absolute URL"
	case u.Scheme != "https":
		return "expected the scheme https"
	case u.User != nil:
		return "expected no user in the URL"
	case u.Port() != "" && u.Port() != "443" && u.Port() != "8443":
		return "expected the port 443 or 8443"
	case !publicHost(strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")):
		return "expected a public host"
	}
	return ""
}

// publicHost reports whether a host's name may be public. Every spelling of an IPv4 address counts as one: a last
// label that begins with a digit is no top-level domain.
func publicHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return publicAddress(ip.Unmap())
	}
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 || strings.ContainsAny(host, "%:") {
		return false
	}
	last := host[dot+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		return false
	}
	for _, local := range []string{"localhost", "local", "internal", "lan", "home", "corp", "arpa"} {
		if last == local {
			return false
		}
	}
	return true
}

// reserved are networks that netip does not tell by itself: shared and benchmark space, protocol assignments,
// documentation, translation and tunnel prefixes, and the metadata service of another cloud.
func reserved() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func publicAddress(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
