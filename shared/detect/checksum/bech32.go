package checksum

import "strings"

// The constants that the checksum polynomial must leave: one for witness version 0, another for later versions.
const (
	bech32Const  = 1
	bech32mConst = 0x2bc830a3
)

// SegWit checks a bech32 (witness version 0) or bech32m (versions 1..16) address in one case
// and returns its human-readable prefix in lower case.
func SegWit(s string) (prefix string, ok bool) {
	lower := strings.ToLower(s)
	if len(s) > 90 || (s != lower && s != strings.ToUpper(s)) {
		return "", false
	}
	sep := strings.LastIndexByte(lower, '1')
	if sep < 1 || len(lower)-sep-1 < 8 {
		return "", false
	}
	data, ok := bech32Values(lower[sep+1:])
	if !ok || data[0] > 16 || !programLength(data) {
		return "", false
	}
	want := uint32(bech32Const)
	if data[0] > 0 {
		want = bech32mConst
	}
	return lower[:sep], polymod(lower[:sep], data) == want
}

func bech32Values(s string) ([]byte, bool) {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	out := make([]byte, len(s))
	for i := range len(s) {
		v := strings.IndexByte(charset, s[i])
		if v < 0 {
			return nil, false
		}
		out[i] = byte(v)
	}
	return out, true
}

// programLength reports whether the witness program between version and checksum has a lawful size in bytes
// and no more than four bits of padding.
func programLength(data []byte) bool {
	bits := (len(data) - 7) * 5
	size := bits / 8
	if bits%8 > 4 || size < 2 || size > 40 {
		return false
	}
	return data[0] != 0 || size == 20 || size == 32
}

func polymod(prefix string, data []byte) uint32 {
	chk := uint32(1)
	for i := range len(prefix) {
		chk = polymodStep(chk) ^ uint32(prefix[i]>>5)
	}
	chk = polymodStep(chk)
	for i := range len(prefix) {
		chk = polymodStep(chk) ^ uint32(prefix[i]&31)
	}
	for _, v := range data {
		chk = polymodStep(chk) ^ uint32(v)
	}
	return chk
}

func polymodStep(chk uint32) uint32 {
	gen := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	top := chk >> 25
	chk = (chk & 0x1ffffff) << 5
	for i, g := range gen {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}
