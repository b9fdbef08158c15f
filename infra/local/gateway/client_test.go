package gateway

import (
	"net/http"
	"net/netip"
	"testing"
)

// TestClientAddress holds the header to what a trusted proxy has added: nothing that a client writes changes who it is.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	cases := map[string]struct {
		remote    string
		proxies   []netip.Prefix
		forwarded []string
		want      string
	}{
		"no proxy, no header":                    {"203.0.113.9:4711", nil, nil, "203.0.113.9"},
		"no proxy is trusted by default":         {"10.0.0.1:4711", nil, []string{"198.51.100.7"}, "10.0.0.1"},
		"a stranger's header is a claim":         {"203.0.113.9:4711", proxies, []string{"198.51.100.7"}, "203.0.113.9"},
		"a proxy tells its client":               {"10.0.0.1:4711", proxies, []string{"198.51.100.7"}, "198.51.100.7"},
		"a proxy that tells nothing":             {"10.0.0.1:4711", proxies, nil, "10.0.0.1"},
		"an empty header":                        {"10.0.0.1:4711", proxies, []string{""}, "10.0.0.1"},
		"what the client wrote stands before":    {"10.0.0.1:4711", proxies, []string{"192.0.2.1, 198.51.100.7"}, "198.51.100.7"},
		"as a line of its own":                   {"10.0.0.1:4711", proxies, []string{"192.0.2.1", "198.51.100.7"}, "198.51.100.7"},
		"a client claims to be a proxy's client": {"10.0.0.1:4711", proxies, []string{"192.0.2.1, 10.0.0.9, 198.51.100.7"}, "198.51.100.7"},
		"two proxies":                            {"10.0.0.1:4711", proxies, []string{"192.0.2.1, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		"all are proxies: the first one":         {"10.0.0.1:4711", proxies, []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"nonsense beside the proxy":              {"10.0.0.1:4711", proxies, []string{"192.0.2.1, unknown"}, "10.0.0.1"},
		"nonsense behind a proxy":                {"10.0.0.1:4711", proxies, []string{"192.0.2.1, _hidden, 10.0.0.2"}, "10.0.0.2"},
		"an entry between commas":                {"10.0.0.1:4711", proxies, []string{"192.0.2.1, , 10.0.0.2"}, "10.0.0.2"},
		"with ports":                             {"10.0.0.1:4711", proxies, []string{"192.0.2.1, 198.51.100.7:5555"}, "198.51.100.7"},
		"IPv6":                                   {"[fd00::1]:4711", proxies, []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 in brackets with a port":           {"[fd00::1]:4711", proxies, []string{"[2001:DB8::7]:5555"}, "2001:db8::7"},
		"an IPv4 proxy in IPv6 clothes":          {"[::ffff:10.0.0.1]:4711", proxies, []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		"a stranger in IPv6 clothes":             {"[::ffff:203.0.113.9]:4711", proxies, []string{"198.51.100.7"}, "203.0.113.9"},
		"a zone is no disguise":                  {"[fd00::1%eth0]:4711", proxies, []string{"198.51.100.7"}, "198.51.100.7"},
		"no port":                                {"203.0.113.9", proxies, nil, "203.0.113.9"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
			for _, v := range c.forwarded {
				r.Header.Add("X-Forwarded-For", v)
			}
			if got := client(r, c.proxies); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
