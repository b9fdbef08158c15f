package detect

import (
	"unicode"
	"unicode/utf8"
)

func isDigit(c byte) bool  { return c-'0' < 10 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }
func isUpper(c byte) bool  { return c-'A' < 26 }
func isLower(c byte) bool  { return c-'a' < 26 }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }

func lower(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if isLower(c) {
		return c - 'a' + 'A'
	}
	return c
}

// isWordByte reports whether c can stand inside a word; bytes of runes outside ASCII can.
func isWordByte(c byte) bool { return isAlnum(c) || c >= utf8.RuneSelf }

// joinsWords reports whether r is a letter of a script that writes spaces between words, so that a word
// next to it is only a part of a longer one. Chinese, Japanese, Korean and Thai words may touch.
func joinsWords(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlnum(byte(r))
	}
	return unicode.IsLetter(r) && !spaceless(r)
}

// spaceless reports whether r belongs to a script whose words stand side by side,
// or whose particles follow a noun without a space.
func spaceless(r rune) bool {
	return r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF ||
		r >= 0x3040 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7AF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x3FFFF
}

// runeBefore and runeAfter return the rune that ends or starts at i, and 0 at the ends of the text.
func runeBefore(text string, i int) rune {
	if i <= 0 {
		return 0
	}
	if c := text[i-1]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return r
}

func runeAfter(text string, i int) rune {
	if i >= len(text) {
		return 0
	}
	if c := text[i]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return r
}
