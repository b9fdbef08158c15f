package checksum

// EAN13 checks the 1-3-1-3 weighted mod 10 digit of a 13-digit article number, which ISBN-13 and the Swiss AHV number share.
func EAN13(s string) bool {
	sum := Weighted(s, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)
	return sum >= 0 && sum%10 == 0
}

// ABA checks a nine-digit bank routing number by its weights 3-7-1; the number of all zeros is not valid.
func ABA(s string) bool {
	sum := Weighted(s, 3, 7, 1, 3, 7, 1, 3, 7, 1)
	return sum > 0 && sum%10 == 0
}

// MRZ checks a field of a machine-readable travel document whose last byte is its 7-3-1 check digit.
// Letters count from A = 10 and the filler '<' as 0.
func MRZ(s string) bool {
	n := len(s) - 1
	if n < 1 || !IsDigits(s[n:]) {
		return false
	}
	weights := [3]int{7, 3, 1}
	sum := 0
	for i := range n {
		v := Value(s[i])
		if s[i] == '<' {
			v = 0
		}
		if v < 0 {
			return false
		}
		sum += v * weights[i%3]
	}
	return sum%10 == int(s[n]-'0')
}

// VIN checks the ninth character of a 17-character vehicle number, mod 11 with X for ten. I, O and Q never occur.
func VIN(s string) bool {
	if len(s) != 17 {
		return false
	}
	// The value of A..Z by position; '.' marks letters that may not occur.
	const letters = "12345678.12345.7.923456789"
	weights := [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, w := range weights {
		v := Value(s[i])
		if v > 9 {
			v = Value(letters[v-10])
		}
		if v < 0 {
			return false
		}
		sum += v * w
	}
	const check = "0123456789X"
	return s[8] == check[sum%11]
}
