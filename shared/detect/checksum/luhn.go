package checksum

// Luhn reports whether the last digit of s is the mod 10 "double, add, double" digit of the digits before it.
func Luhn(s string) bool {
	sum := luhnSum(s)
	return sum >= 0 && sum%10 == 0
}

// LuhnPrefixed is Luhn over a fixed prefix and s, as health identifiers use it (80840 before an NPI).
func LuhnPrefixed(prefix, s string) bool {
	return IsDigits(s) && Luhn(prefix+s)
}

func luhnSum(s string) int {
	if len(s) < 2 || !IsDigits(s) {
		return -1
	}
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

// ISIN checks a securities number of two letters, nine letters or digits, and a Luhn digit
// over the string in which each letter stands for its two-digit value.
func ISIN(s string) bool {
	if len(s) != 12 {
		return false
	}
	buf := make([]byte, 0, 24)
	for i := range len(s) {
		v := Value(s[i])
		if v < 0 || (i < 2 && v < 10) || (i == 11 && v > 9) {
			return false
		}
		if v > 9 {
			buf = append(buf, byte('0'+v/10))
		}
		buf = append(buf, byte('0'+v%10))
	}
	return Luhn(string(buf))
}
