package document

import "strings"

// PlainName reports whether s could be the name of a field: letters, '_' and '-', of which the last does not begin it,
// then at most two digits, at most 32 bytes in all. Names that are not plain may be data ("jane.roe@corp.com",
// "536-90-4399") and are shown and kept nowhere.
func PlainName(s string) bool {
	name := strings.TrimRight(s, "0123456789")
	if name == "" || len(s) > 32 || len(s)-len(name) > 2 || name[0] == '-' {
		return false
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// PlainSegment reports whether s, a segment of a JSON pointer, is a plain name or an array's index of at most six digits.
func PlainSegment(s string) bool {
	return PlainName(s) || s != "" && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}
