package checksum

// Verhoeff checks the dihedral-group check digit that stands last in s.
// It catches every single wrong digit and every swap of neighbours.
func Verhoeff(s string) bool {
	if len(s) < 2 || !IsDigits(s) {
		return false
	}
	c := 0
	for i := range len(s) {
		c = dihedral(c, permute(i%8, int(s[len(s)-1-i]-'0')))
	}
	return c == 0
}

// dihedral multiplies in the symmetry group of the pentagon: 0..4 are turns, 5..9 turns of the mirror image.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	default:
		return (a - b + 5) % 5
	}
}

// permute applies Verhoeff's permutation (1 5 7 6 2 8 3 0 9 4) to d, times times.
func permute(times, d int) int {
	const p = "1576283094"
	for range times {
		d = int(p[d] - '0')
	}
	return d
}
