package checksum

// Mod97Radix10 checks ISO 7064 mod 97-10: letters stand for two digits, the remainder of the whole must be 1.
// The two check digits stand last, so the caller moves an IBAN's first four characters to the end.
func Mod97Radix10(s string) bool {
	r := 0
	for i := range len(s) {
		v := Value(s[i])
		switch {
		case v < 0:
			return false
		case v > 9:
			r = (r*100 + v) % 97
		default:
			r = (r*10 + v) % 97
		}
	}
	return len(s) > 2 && r == 1
}

// IBAN checks the mod 97-10 digits of an account number in its usual order (country, check digits, account).
func IBAN(s string) bool {
	return len(s) > 4 && Mod97Radix10(s[4:]+s[:4])
}

// Mod11Radix2 checks ISO 7064 mod 11-2: digits with a last digit or X for ten.
func Mod11Radix2(s string) bool {
	n := len(s) - 1
	if n < 1 || !IsDigits(s[:n]) {
		return false
	}
	p := 0
	for i := range n {
		p = (p + int(s[i]-'0')) * 2 % 11
	}
	want := (12 - p) % 11
	if want == 10 {
		return s[n] == 'X'
	}
	return s[n] == byte('0'+want)
}

// Mod11Radix10 checks the hybrid system ISO 7064 mod 11,10 over digits, the last being the check digit.
func Mod11Radix10(s string) bool {
	n := len(s) - 1
	if n < 1 || !IsDigits(s) {
		return false
	}
	p := 10
	for i := range n {
		sum := (p + int(s[i]-'0')) % 10
		if sum == 0 {
			sum = 10
		}
		p = sum * 2 % 11
	}
	return (p+int(s[n]-'0'))%10 == 1
}
