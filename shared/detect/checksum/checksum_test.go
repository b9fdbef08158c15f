package checksum_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect/checksum"
)

func base58(s string) bool { _, ok := checksum.Base58Check(s); return ok }
func segwit(s string) bool { _, ok := checksum.SegWit(s); return ok }
func checked(s string) bool {
	return checksum.EIP55(s) == checksum.Checked
}

// TestPublished runs examples that the schemes' own documents or reference works print.
func TestPublished(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		check func(string) bool
		good  []string
		bad   []string
	}{
		{"luhn", checksum.Luhn, []string{"79927398713", "4111111111111111", "18"}, []string{"79927398710", "", "0", "7992739871a"}},
		{"isin", checksum.ISIN, []string{"US0378331005", "AU0000XVGZA3", "GB0002634946"}, []string{"US0378331004", "U10378331005", "US037833100", "US03783310X5"}},
		{"mod 97-10", checksum.Mod97Radix10, []string{"5493001KJTIIGC8Y1R12", "3214282912345698765432161182"}, []string{"5493001KJTIIGC8Y1R13", "1", "a1"}},
		{"iban", checksum.IBAN, []string{"GB82WEST12345698765432", "DE89370400440532013000", "NO9386011117947"}, []string{"GB82WEST12345698765433", "GB82", ""}},
		{"mod 11-2", checksum.Mod11Radix2, []string{"0000000218250097", "0000000151093700", "000000012146438X"}, []string{"0000000218250098", "X", ""}},
		{"mod 11,10", checksum.Mod11Radix10, []string{"07945", "86095742719", "69435151530"}, []string{"07946", "5", "8609574271x"}},
		{"verhoeff", checksum.Verhoeff, []string{"2363", "123451", "758722"}, []string{"2364", "1", "23x3"}},
		{"ean-13", checksum.EAN13, []string{"4006381333931", "9780306406157", "7569217076985"}, []string{"4006381333932", "978030640615"}},
		{"aba", checksum.ABA, []string{"111000025", "011000015"}, []string{"111000026", "000000000", "11100002"}},
		{"mrz", checksum.MRZ, []string{"L898902C36", "7408122", "1204159", "ZE184226B<<<<<1"}, []string{"L898902C37", "7", "7408122x", "l898902C36"}},
		{"vin", checksum.VIN, []string{"1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"}, []string{"1M8GDM9A1KP042788", "1M8GDM9AXKPO42788", "1111111111111111"}},
		{"base58check", base58, []string{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}, []string{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Div0Na", "11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "1"}},
		{"segwit", segwit, []string{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "BC1SW50QGDZ25J"}, []string{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "BC1QW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1", "bc1qr508d6qejxtdg4y5r3zarvaryvqyzf3du", "bc1ibiibiibiibi"}},
		{"eip-55", checked, []string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"}, []string{"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, s := range tt.good {
				if !tt.check(s) {
					t.Errorf("%q: refused", s)
				}
			}
			for _, s := range tt.bad {
				if tt.check(s) {
					t.Errorf("%q: accepted", s)
				}
			}
		})
	}
}

func TestPrefixesAndCase(t *testing.T) {
	t.Parallel()
	if v, _ := checksum.Base58Check("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"); v != 5 {
		t.Errorf("version %d, want 5", v)
	}
	if p, _ := checksum.SegWit("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"); p != "bc" {
		t.Errorf("prefix %q, want bc", p)
	}
	if got := checksum.EIP55("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"); got != checksum.Unchecked {
		t.Errorf("one case gives %d, want Unchecked", got)
	}
	if !checksum.LuhnPrefixed("80840", "1234567893") || checksum.LuhnPrefixed("80840", "1234567894") {
		t.Error("prefixed Luhn disagrees with the published NPI example")
	}
	if checksum.Mod("12a", 7) != -1 || checksum.Mod("1000000007", 97) != 1000000007%97 {
		t.Error("Mod disagrees with integer arithmetic")
	}
	if checksum.Weighted("123", 1, 2) != -1 || checksum.Weighted("123", 1, 2, 3) != 14 {
		t.Error("Weighted disagrees with the sum by hand")
	}
}

// TestSingleDigit checks the promise of each scheme: exactly one check digit fits, and no single changed digit passes.
func TestSingleDigit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		length int
		check  func(string) bool
	}{
		{"luhn", 15, checksum.Luhn},
		{"mod 11,10", 10, checksum.Mod11Radix10},
		{"verhoeff", 11, checksum.Verhoeff},
		{"ean-13", 12, checksum.EAN13},
		{"aba", 8, checksum.ABA},
		{"mod 11-2", 17, checksum.Mod11Radix2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				body := rapid.StringMatching(`[1-9][0-9]{`+strconv.Itoa(tt.length-1)+`}`).Draw(t, "body")
				full := complete(t, body, tt.check)
				i := rapid.IntRange(0, len(body)-1).Draw(t, "place")
				d := rapid.IntRange(1, 9).Draw(t, "step")
				changed := full[:i] + string('0'+(full[i]-'0'+byte(d))%10) + full[i+1:]
				if tt.check(changed) {
					t.Fatalf("%s and %s both pass", full, changed)
				}
			})
		})
	}
}

func complete(t *rapid.T, body string, check func(string) bool) string {
	found := ""
	for _, c := range "0123456789X" {
		if check(body + string(c)) {
			if found != "" {
				t.Fatalf("%s has two check digits", body)
			}
			found = body + string(c)
		}
	}
	if found == "" {
		t.Fatalf("%s has no check digit", body)
	}
	return found
}

func FuzzNoPanic(f *testing.F) {
	for _, s := range []string{"", "1", "bc1q", "0x", "\xff\xfe", strings.Repeat("9", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		checksum.Luhn(s)
		checksum.ISIN(s)
		checksum.IBAN(s)
		checksum.Mod11Radix2(s)
		checksum.Mod11Radix10(s)
		checksum.Verhoeff(s)
		checksum.MRZ(s)
		checksum.VIN(s)
		checksum.Base58Check(s)
		checksum.SegWit(s)
		checksum.EIP55(s)
	})
}
