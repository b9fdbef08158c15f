package destination

import (
	"errors"
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
	} {
		err := Check(address, "/webhook_url")
		if ok != (err == nil) {
			t.Errorf("Check(%q) = %v", address, err)
		}
		if err != nil && (!errors.Is(err, errs.DestinationRefused) || strings.Contains(err.Error(), address)) {
			t.Errorf("Check(%q): the error %v has another code or shows the address", address, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("https://hooks.example.com/in")
	f.Add("https://[::ffff:127.0.0.1]:8443/")
	f.Fuzz(func(t *testing.T, address string) {
		if Check(address, "/webhook_url") == nil && !strings.HasPrefix(strings.ToLower(address), "https://") {
			t.Errorf("%q passed", address)
		}
	})
}
