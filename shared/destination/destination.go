package destination

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"guardrails/shared/errs"
)

// maxURL is the longest address in bytes.
const maxURL = 2048

// Check refuses an address that is not an absolute https URL of a public host on the port 443 or 8443: loopback,
// private and link-local addresses, single-label and local names, and addresses that carry a user. It returns the
// address as it was judged, which is the form to keep and to send to: a host has many spellings, and one that another
// reader maps to ASCII in its own way would not be the host that was judged. Whoever sends judges the address that the
// host really has, too. The error has the code errs.DestinationRefused and points at location, a JSON pointer or
// "query.<name>".
func Check(address, location string) (string, error) {
	judged, message := judge(address)
	if message != "" {
		e := errs.New(errs.DestinationRefused, "The address is refused: it must be an absolute https URL of a public host.")
		e.Fields = []errs.Field{{Location: location, Message: message}}
		return "", e
	}
	return judged, nil
}

func judge(address string) (judged, message string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || u.Opaque != "" || u.Hostname() == "":
		return "", "expected an absolute URL"
	case u.Scheme != "https":
		return "", "expected the scheme https"
	case u.User != nil:
		return "", "expected no user in the URL"
	case u.Port() != "" && u.Port() != "443" && u.Port() != "8443":
		return "", "expected the port 443 or 8443"
	}
	host, ok := publicHost(u.Hostname())
	if !ok {
		return "", "expected a public host"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	return u.String(), ""
}

// publicHost returns a host's one spelling, and whether it may be public. Every spelling of an IPv4 address counts as
// one: a last label that begins with a digit is no top-level domain.
func publicHost(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return bracketed(ip.Unmap()), publicAddress(ip.Unmap())
	}
	// What a client looks up is the ASCII form: "localhoſt" and "１２７.0.0.１" are local, too.
	ascii, err := names().ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || !utf8.ValidString(host) {
		return "", false
	}
	if ip, err := netip.ParseAddr(ascii); err == nil {
		return bracketed(ip.Unmap()), publicAddress(ip.Unmap())
	}
	dot := strings.LastIndexByte(ascii, '.')
	if dot < 0 {
		return "", false
	}
	last := ascii[dot+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' || slices.Contains(localDomains(), last) {
		return "", false
	}
	return ascii, true
}

// names maps and checks the names of hosts as browsers and resolvers do (UTS 46). Hyphens may stand where they like, as
// in names that are in use.
func names() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(true), idna.CheckHyphens(false), idna.VerifyDNSLength(true))
}

func bracketed(ip netip.Addr) string {
	if ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return ip.String()
}

// localDomains are top-level domains that lead to no public host: those that are kept for special use, and those that
// networks, clusters and service directories use for themselves.
func localDomains() []string {
	return []string{
		"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test", // kept by IANA, IETF and ICANN
		"cluster", "consul", "corp", "home", "intranet", "lan", "localdomain", "mail", "private", "svc", "workgroup",
	}
}

// reserved are networks that netip does not tell by itself: shared and benchmark space, protocol assignments,
// documentation and tunnel prefixes, and the metadata service of another cloud.
func reserved() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// unicast is the one block of IPv6 that public hosts are given addresses of. Outside of it are, among others, the many
// ways to write an IPv4 address inside an IPv6 one.
func unicast() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

func publicAddress(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" || ip.Is6() && !unicast().Contains(ip) {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
