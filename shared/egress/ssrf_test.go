package egress_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"pgregory.net/rapid"

	"guardrails/shared/clock"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
)

var update = flag.Bool("update", false, "rewrite docs/ssrf.md")

type row struct{ kind, class, example string }

func corpus(t testing.TB) []row {
	t.Helper()
	b, err := os.ReadFile("testdata/ssrf.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []row
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			t.Fatalf("a line has %d fields: %q", len(f), line)
		}
		out = append(out, row{f[0], f[1], f[2]})
	}
	return out
}

func client(t testing.TB, o egress.Options) *egress.Client {
	t.Helper()
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	c := egress.New(o)
	t.Cleanup(c.Close)
	return c
}

// withPort returns an address of the corpus, which may have a port, with one.
func withPort(example string) netip.AddrPort {
	if at, err := netip.ParseAddrPort(example); err == nil {
		return at
	}
	return netip.AddrPortFrom(netip.MustParseAddr(example), 443)
}

// TestCorpus holds the judge to every row: when an address is saved, and when it is dialed.
func TestCorpus(t *testing.T) {
	t.Parallel()
	c := client(t, egress.Options{})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range corpus(t) {
		switch r.kind {
		case "url":
			if judged, err := destination.Check(r.example, "/url"); err == nil {
				t.Errorf("%s: %s is saved as %s", r.class, r.example, judged)
			}
			if _, err := c.Post(t.Context(), egress.Request{URL: r.example}); !errors.Is(err, egress.AddressRefused) {
				t.Errorf("%s: %s is sent to: %v", r.class, r.example, err)
			}
		case "address":
			at := withPort(r.example)
			if _, err := destination.Check("https://"+at.String()+"/", "/url"); err == nil {
				t.Errorf("%s: %s is saved", r.class, r.example)
			}
			if conn, err := c.Dial(t.Context(), "tcp", at.String()); err == nil || !refused(err) {
				t.Errorf("%s: %s is dialed: %v, %v", r.class, r.example, conn, err)
			}
		case "public":
			at := withPort(r.example)
			if _, err := destination.Check("https://"+at.String()+"/", "/url"); err != nil {
				t.Errorf("%s is not saved: %v", r.example, err)
			}
			// The context has ended: the judge is asked, and nothing leaves this machine.
			if _, err := c.Dial(gone, "tcp", at.String()); refused(err) || !destination.PublicAddress(at.Addr()) {
				t.Errorf("%s is refused: %v", r.example, err)
			}
		}
	}
}

// refused reports whether the judge, or a system without such a protocol, refused an address before a packet left.
func refused(err error) bool { return errors.Is(err, egress.AddressRefused) }

// TestDocument writes what is refused where.
func TestDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Addresses that nothing is sent to\n\n" +
		"Written by `go test ./shared/egress -update` from shared/egress/testdata/ssrf.tsv, every row of which is a test.\n" +
		"\"Save\" is when a destination is created or changed, \"dial\" when its address is known and the connection is to be made.\n\n" +
		"| what | example | refused at |\n|---|---|---|\n")
	where := map[string]string{"address": "save, dial", "url": "save, send", "scenario": "dial", "public": "passes"}
	for _, r := range corpus(t) {
		at := where[r.kind]
		if r.class == "redirect" {
			at = "not followed"
		}
		if r.class == "proxy" {
			at = "not asked"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r.class, r.example, at)
	}
	const file = "../../docs/ssrf.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != b.String() {
		t.Errorf("docs/ssrf.md is out of date (%v): run go test ./shared/egress -update", err)
	}
}

// TestOracle compares the judge with another implementation of the same registries: what is public to us is public to it.
func TestOracle(t *testing.T) {
	t.Parallel()
	oracle := ssrf.New()
	rapid.Check(t, func(t *rapid.T) {
		var ip netip.Addr
		if rapid.Bool().Draw(t, "six") {
			b := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "ip"))
			b[0] = rapid.SampledFrom([]byte{b[0], 0x20, 0x26, 0x2a, 0x3f, 0xfc, 0xfe, 0x00}).Draw(t, "first")
			ip = netip.AddrFrom16(b)
		} else {
			b := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "ip"))
			b[0] = rapid.SampledFrom([]byte{b[0], 10, 100, 127, 169, 172, 192, 198, 203}).Draw(t, "first")
			ip = netip.AddrFrom4(b)
		}
		network := "tcp4"
		if ip.Is6() {
			network = "tcp6"
		}
		theirs := oracle.Safe(network, netip.AddrPortFrom(ip, 443).String(), nil) == nil
		if destination.PublicAddress(ip) && !theirs {
			t.Fatalf("%s is public to us alone", ip)
		}
	})
}

// TestRebinding lets a name be public when it is saved and loopback when it is dialed.
func TestRebinding(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t, receivertest.TLS())
	for n := range 10 {
		names := newNames(t, []string{"93.184.215.14"}, []string{"127.0.0.1"})
		c := client(t, egress.Options{Roots: r.Roots(), Resolver: names.resolver()})
		address, err := destination.Check("https://rebind.example.com:8443/", "/url")
		if err != nil {
			t.Fatal(err)
		}
		first, err := names.resolver().LookupNetIP(t.Context(), "ip4", "rebind.example.com")
		if err != nil || len(first) != 1 || !destination.PublicAddress(first[0].Unmap()) {
			t.Fatalf("the name is %v, %v", first, err)
		}
		if _, err := c.Post(t.Context(), egress.Request{URL: address}); !errors.Is(err, egress.AddressRefused) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if got := r.Requests(); len(got) != 0 {
		t.Errorf("%d requests came in", len(got))
	}
}

// TestMixedAnswer gives a name two addresses inside: neither is taken.
func TestMixedAnswer(t *testing.T) {
	t.Parallel()
	c := client(t, egress.Options{Resolver: newNames(t, []string{"127.0.0.1", "10.0.0.1"}).resolver()})
	if _, err := c.Post(t.Context(), egress.Request{URL: "https://hooks.example.com/"}); !errors.Is(err, egress.AddressRefused) {
		t.Error(err)
	}
}

// TestReusedConnectionWasJudged moves a name to loopback between two requests. The second one goes over the connection
// that was judged; once that has ended, the judge is asked again.
func TestReusedConnectionWasJudged(t *testing.T) {
	t.Parallel()
	inside := receivertest.New(t)
	if inside.Addr().Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Skip("loopback has another address here")
	}
	// Nobody listens at 127.0.0.2: a connection that is made anew is not made.
	names := newNames(t, []string{"127.0.0.1"}, []string{"127.0.0.2"})
	c := client(t, egress.Options{
		Rules:    destination.Rules{Private: true},
		Resolver: names.resolver(),
	})
	address := fmt.Sprintf("http://hooks.example.com:%d/", inside.Addr().Port())
	for range 2 {
		if _, err := c.Post(t.Context(), egress.Request{URL: address}); err != nil {
			t.Fatal(err)
		}
	}
	got := inside.Requests()
	if len(got) != 2 || got[0].Remote != got[1].Remote {
		t.Fatalf("%d requests, not over one connection", len(got))
	}
	c.Close()
	if _, err := c.Post(t.Context(), egress.Request{URL: address}); !errors.Is(err, egress.ConnectRefused) {
		t.Errorf("after the connection had ended: %v", err)
	}
}

// TestRedirectIsNotFollowed answers with the metadata service and with the receiver itself.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}})
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{"http://169.254.169.254/latest/meta-data/", r.URL() + "/again"} {
			before := len(r.Requests())
			r.Next(receivertest.Redirect(status, location))
			got, err := c.Post(t.Context(), egress.Request{URL: r.URL()})
			if err != nil || got.Status != status || got.Location != location || len(r.Requests()) != before+1 {
				t.Errorf("%d to %s: %+v, %v, %d requests", status, location, got, err, len(r.Requests())-before)
			}
		}
	}
}

// TestProxyIsNotAsked sets every proxy variable to a receiver. It cannot run beside others: the environment is one.
func TestProxyIsNotAsked(t *testing.T) {
	proxy, r := receivertest.New(t), receivertest.New(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL())
	}
	c := client(t, egress.Options{
		Rules:    destination.Rules{Private: true},
		Resolver: newNames(t, []string{"127.0.0.1"}).resolver(),
	})
	// Go asks no proxy for literal loopback addresses, so the receiver has a name.
	if _, err := c.Post(t.Context(), egress.Request{URL: fmt.Sprintf("http://hooks.example.com:%d/", r.Addr().Port())}); err != nil {
		t.Error(err)
	}
	if len(proxy.Requests()) != 0 || len(r.Requests()) != 1 {
		t.Errorf("%d requests at the proxy, %d at the receiver", len(proxy.Requests()), len(r.Requests()))
	}
}

// TestAllowedIsOneAddress allows one receiver and asks for another beside it.
func TestAllowedIsOneAddress(t *testing.T) {
	t.Parallel()
	r, other := receivertest.New(t), receivertest.New(t)
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}})
	if got, err := c.Post(t.Context(), egress.Request{URL: r.URL()}); err != nil || got.Status != 200 {
		t.Error(got, err)
	}
	if _, err := c.Post(t.Context(), egress.Request{URL: other.URL()}); !errors.Is(err, egress.AddressRefused) {
		t.Error(err)
	}
	if len(other.Requests()) != 0 {
		t.Error("the other one was asked")
	}
}

// TestPrivateRules say what a developer's machine may be sent to, and what not even that.
func TestPrivateRules(t *testing.T) {
	t.Parallel()
	private := destination.Rules{Private: true}
	for address, want := range map[string]bool{
		"http://127.0.0.1:8080/": true, "http://localhost:3000/hook": true, "https://10.0.0.1/": true, "http://[::1]:80/": true,
		"http://receiver:8080/": true, "http://169.254.169.254/": false, "http://[fd00:ec2::254]/": false, "http://0.0.0.0/": false,
		"http://224.0.0.1/": false, "ftp://127.0.0.1/": false, "http://user@127.0.0.1/": false, "http://127.1/": false,
	} {
		if _, err := private.Check(address, "/url"); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	c := client(t, egress.Options{Rules: private})
	for _, at := range []string{"169.254.169.254:80", "[fd00:ec2::254]:80", "0.0.0.0:80"} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if conn, err := c.Dial(ctx, "tcp", at); !refused(err) {
			t.Errorf("%s: %v, %v", at, conn, err)
		}
		cancel()
	}
}
