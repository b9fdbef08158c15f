package checksum

// IsDigits reports whether s holds at least one byte and ASCII digits only.
func IsDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Mod is the remainder of the decimal number s divided by m (1..2^24), or -1 if s is not all digits.
func Mod(s string, m int) int {
	if !IsDigits(s) {
		return -1
	}
	r := 0
	for i := range len(s) {
		r = (r*10 + int(s[i]-'0')) % m
	}
	return r
}

// Weighted is the sum of each digit of s times the weight at its place.
// It is -1 if s is not all digits or its length differs from the number of weights.
func Weighted(s string, weights ...int) int {
	if !IsDigits(s) || len(s) != len(weights) {
		return -1
	}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// Value is the value of an upper-case letter or digit in base 36 (0..9, A = 10 .. Z = 35), or -1 for any other byte.
func Value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}
