package destination

import "net/netip"

// PublicAddress reports whether ip is the address of a public host. It is the one judge of addresses: of those written
// in a URL when it is saved, and of those really dialed. Not public are loopback, private, link-local and multicast
// addresses, those of shared, benchmark, documentation and reserved networks, of translators and tunnels, which lead
// on to an IPv4 address, any with a zone, and IPv4 addresses inside IPv6 ones.
func PublicAddress(ip netip.Addr) bool {
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

// Address reports whether ip may be sent to.
func (r Rules) Address(ip netip.Addr) bool {
	if PublicAddress(ip) {
		return true
	}
	return r.Private && (ip.IsLoopback() || ip.IsPrivate()) && !ip.Is4In6() && !metadata().Contains(ip)
}

// Port reports whether a port may be sent to.
func (r Rules) Port(port uint16) bool {
	return port == 443 || port == 8443 || r.Private && port > 0
}

// reserved are networks that netip does not tell by itself: shared and benchmark space, protocol assignments,
// documentation and tunnel prefixes (2001::/23 has Teredo, 2002::/16 is 6to4), and the metadata service of another cloud.
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

// unicast is the one block of IPv6 that public hosts are given addresses of. Outside of it are, among others, the
// translators' prefixes 64:ff9b::/96 and 64:ff9b:1::/48, 100::/64, 5f00::/16, fec0::/10, and the many ways to write an
// IPv4 address inside an IPv6 one.
func unicast() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

// metadata has the one metadata service among the private addresses; the others are link-local.
func metadata() netip.Prefix { return netip.MustParsePrefix("fd00:ec2::/32") }
