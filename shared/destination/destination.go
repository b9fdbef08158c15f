package destination

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"guardrails/shared/errs"
)

// maxURL is the longest address in bytes.
const maxURL = 2048

// Rules are what an address must be. The zero value holds everywhere but on a developer's own machine.
type Rules struct {
	// Private also allows http, every port, and loopback and private hosts, for receivers on the developer's machine.
	// Metadata services stay refused.
	Private bool
}

// Check is Rules.Check of the zero value.
func Check(address, location string) (string, error) { return Rules{}.Check(address, location) }

// Check refuses an address that is not an absolute https URL of a public host on the port 443 or 8443: loopback,
// private and link-local addresses, single-label and local names, and addresses that carry a user. It returns the
// address as it was judged, which is the form to keep and to send to: a host has many spellings, and one that another
// reader maps to ASCII in its own way would not be the host that was judged. Whoever sends judges the address that the
// host really has, too. The error has the code errs.DestinationRefused and points at location, a JSON pointer or
// "query.<name>".
func (r Rules) Check(address, location string) (string, error) {
	judged, message := r.judge(address)
	if message != "" {
		e := errs.New(errs.DestinationRefused, "The address is refused: it must be an absolute https URL of a public host.")
		e.Fields = []errs.Field{{Location: location, Message: message}}
		return "", e
	}
	return judged, nil
}

func (r Rules) judge(address string) (judged, message string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || u.Opaque != "" || u.Hostname() == "":
		return "", "expected an absolute URL"
	case u.Scheme != "https" && (u.Scheme != "http" || !r.Private):
		return "", "expected the scheme https"
	case u.User != nil:
		return "", "expected no user in the URL"
	case !r.writtenPort(u.Port()):
		return "", "expected the port 443 or 8443"
	}
	host, ok := r.host(u.Hostname())
	if !ok {
		return "", "expected a public host"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	return u.String(), ""
}

// writtenPort judges a URL's port, which may be left out.
func (r Rules) writtenPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && port == strconv.FormatUint(n, 10) && r.Port(uint16(n))
}

// host returns a host's one spelling, and whether it may be public. Every spelling of an IPv4 address counts as one: a
// last label that begins with a digit is no top-level domain.
func (r Rules) host(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return bracketed(ip), r.Address(ip)
	}
	// What a client looks up is the ASCII form: "localhoſt" and "１２７.0.0.１" are local, too.
	ascii, err := names().ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || !utf8.ValidString(host) {
		return "", false
	}
	if ip, err := netip.ParseAddr(ascii); err == nil {
		return bracketed(ip), r.Address(ip)
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", false
	}
	if !r.Private && (last == ascii || slices.Contains(localDomains(), last)) {
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
