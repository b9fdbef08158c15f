package document

import "strings"

// PlainName reports whether s could be the name of a field: letters, '_' and '-', at most 32, of which the last two may
// be digits. Names that are not plain may be data ("jane.roe@corp.com", "536-90-4399") and are shown and kept nowhere.
func PlainName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-'
		digit := c >= '0' && c <= '9' && i > 0 && i >= len(s)-2
		if !letter && !digit {
			return false
		}
	}
	return true
}

// PlainSegment reports whether s, a segment of a JSON pointer, is a plain name or an array's index of at most six digits.
func PlainSegment(s string) bool {
	return PlainName(s) || s != "" && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}
