package document

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

const (
	// maxDataHeader is the longest media type of inline data in bytes, headerBytes what it is made of.
	maxDataHeader = 120
	headerBytes   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.+-;="
)

// inlineData is a string "data:<media type>;base64,<data>" and nothing else: words behind it would be read.
type inlineData struct {
	header string
	data   []byte
}

// inline takes inline data apart. Base64 may lack its padding, have the alphabet for URLs and stand on several lines:
// so do readers of it.
func inline(value string) (inlineData, bool) {
	header, encoded, ok := strings.Cut(value, ";base64,")
	if !ok || len(header) > maxDataHeader || !strings.HasPrefix(header, "data:") || strings.Trim(header, headerBytes) != "" {
		return inlineData{}, false
	}
	plain := strings.TrimRight(strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/").Replace(encoded), "=")
	data, err := base64.RawStdEncoding.DecodeString(plain)
	return inlineData{header, data}, err == nil
}

// prefix is what stands before the data.
func (d inlineData) prefix() string { return d.header + ";base64," }

// text returns the data as the text that a reader would take it for: what says that it is text, and what is text
// whatever it says. Pictures, sounds and other binary data are none.
func (d inlineData) text() (string, bool) {
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(d.header, "data:")), ";")
	says := kind == "" || strings.HasPrefix(kind, "text/")
	for _, format := range []string{"json", "xml", "yaml", "javascript", "csv"} {
		says = says || strings.HasSuffix(kind, "/"+format) || strings.HasSuffix(kind, "+"+format)
	}
	if !says && !printable(d.data) {
		return "", false
	}
	return strings.ToValidUTF8(string(d.data), "\uFFFD"), true
}

// printable reports whether data is UTF-8 without control characters but white space.
func printable(data []byte) bool {
	for _, c := range data {
		if c < ' ' && (c < '\t' || c > '\r') {
			return false
		}
	}
	return utf8.Valid(data)
}
