package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// client returns the address that a request comes from. Whoever connects is the client, whatever X-Forwarded-For says,
// unless it is one of the proxies: then it is the last address of the header that is none of them, since each proxy
// adds at the end whom it got the request from, and all before that is what the client itself may have written. An
// entry that is no address ends the search: the proxy that passed it on stands for what is behind it.
func client(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	at, ok := address(host)
	if !ok {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !within(at, proxies) {
			break
		}
		before, ok := address(strings.TrimSpace(hop))
		if !ok {
			break
		}
		at = before
	}
	return at.String()
}

// address reads an address, with or without a port, in its one form: an IPv4 address is not one of IPv6.
func address(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		p, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = p.Addr()
	}
	return a.Unmap().WithZone(""), true
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
