package destination

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"guardrails/shared/errs"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://hooks.example.com/in?a=1":     true,
		"https://hooks.example.com:8443/in":    true,
		"https://93.184.215.14/in":             true,
		"https://[2606:4700::1111]/":           true,
		"http://hooks.example.com/in":          false,
		"https://hooks.example.com:22/in":      false,
		"https://user:pw@hooks.example.com/":   false,
		"https:hooks.example.com":              false,
		"//hooks.example.com/":                 false,
		"hooks.example.com":                    false,
		"https://":                             false,
		"https://localhost/":                   false,
		"https://LOCALHOST./":                  false,
		"https://printer.local/":               false,
		"https://metadata.google.internal/":    false,
		"https://intranet/":                    false,
		"https://127.0.0.1/":                   false,
		"https://127.1/":                       false,
		"https://0177.0.0.1/":                  false,
		"https://2130706433/":                  false,
		"https://0x7f.1/":                      false,
		"https://10.1.2.3/":                    false,
		"https://169.254.169.254/latest":       false,
		"https://168.63.129.16/":               false,
		"https://100.64.0.1/":                  false,
		"https://[::1]/":                       false,
		"https://[::ffff:10.0.0.1]/":           false,
		"https://[::127.0.0.1]/":               false,
		"https://[fd00::1]/":                   false,
		"https://[fe80::1%25eth0]/":            false,
		"https://[64:ff9b::a00:1]/":            false,
		"https://" + strings.Repeat("a", 3000): false,
		"https://127.0.0.１/":                   false, // an HTTP client reaches 127.0.0.1 with these
		"https://１２７.0.0.１/":                   false,
		"https://127.0.0.%EF%BC%91/":           false,
		"https://⑩.1.2.3/":                     false,
		"https://metadata.google.internal。/":   false,
		"https://metadata。google。internal/":    false,
		"https://foo.localhost。/":              false,
		"https://foo.ⓛocalhost/":               false,
		"https://foo.localhoſt/":               false,
		"https://foo.xn--localhost-/":          false,
		"https://[::ffff:0:127.0.0.1]/":        false,
		"https://[64:ff9b:1::7f00:1]/":         false,
		"https://[fec0::1]/":                   false,
		"https://localhost.localdomain/":       false,
		"https://kubernetes.default.svc/":      false,
		"https://x.svc.cluster.local/":         false,
		"https://router.intranet/":             false,
		"https://db.private/":                  false,
		"https://a.test/":                      false,
		"https://a.invalid/":                   false,
		"https://a.onion/":                     false,
		"https://a.LAN/":                       false,
		"https://a..example.com/":              false,
		"https://a\u200b.example.com/":         true, // it is mapped to nothing
		"https://r3---sn.example.com/":         true,
	} {
		_, err := Check(address, "/webhook_url")
		if ok != (err == nil) {
			t.Errorf("Check(%q) = %v", address, err)
		}
		if err != nil && (!errors.Is(err, errs.DestinationRefused) || strings.Contains(err.Error(), address)) {
			t.Errorf("Check(%q): the error %v has another code or shows the address", address, err)
		}
	}
}

// What is kept is what was judged, so that whoever sends maps nothing any more.
func TestCheckReturnsTheFormToKeep(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"HTTPS://Hooks.Example.COM./In?a=%2F": "https://hooks.example.com/In?a=%2F",
		"https://bücher.example.com/ä":        "https://xn--bcher-kva.example.com/%C3%A4",
		"https://hooks。example．com:8443/":     "https://hooks.example.com:8443/",
		"https://９３.184.215.14/in":            "https://93.184.215.14/in",
		"https://[2606:4700:0::1111]/":        "https://[2606:4700::1111]/",
	} {
		if got, err := Check(address, "/webhook_url"); got != want || err != nil {
			t.Errorf("Check(%q) = %q, %v, want %q", address, got, err, want)
		}
	}
}

// hostBytes is what a host that was judged is made of.
const hostBytes = "abcdefghijklmnopqrstuvwxyz0123456789-.:[]"

func FuzzCheck(f *testing.F) {
	f.Add("https://hooks.example.com/in")
	f.Add("https://１２７.0.0.１/")
	f.Add("https://bücher。example.com./?x#y")
	f.Add("https://[::ffff:127.0.0.1]:8443/")
	f.Fuzz(func(t *testing.T, address string) {
		judged, err := Check(address, "/webhook_url")
		if err != nil {
			return
		}
		u, err := url.Parse(judged)
		if err != nil || u.Scheme != "https" || strings.Trim(u.Host, hostBytes) != "" {
			t.Errorf("%q is kept as %q", address, judged)
		}
		if again, err := Check(judged, "/webhook_url"); again != judged || err != nil {
			t.Errorf("%q is kept as %q, which is judged %q, %v", address, judged, again, err)
		}
	})
}
