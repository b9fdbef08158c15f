package slack

import (
	"net/url"
	"strings"
)

// maxButton is the longest text of a button, in characters.
const maxButton = 75

// honest has a link or button say where it leads if its text reads as another address, which a value of an event can
// make it do. A date that is a link loses the address: its text is a pattern. The message is sent all the same, since
// nobody should keep an alert from arriving by what is in an event.
func honest(v map[string]any) {
	address, ok := v["url"].(string)
	if !ok {
		return
	}
	if kind(v) == "date" {
		delete(v, "url")
	}
	switch text := v["text"].(type) {
	case string:
		if misleads(text, address) {
			v["text"] = address
		}
	case map[string]any:
		if s, ok := text["text"].(string); ok && misleads(s, address) {
			text["text"] = cut(address, maxButton)
		}
	}
}

// misleads reports whether a word of the text is another URL than the address, or the name of another host.
func misleads(text, address string) bool {
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, `"'()<>[]{}.,;:!?…`)
		if strings.Contains(word, "://") {
			if word != address {
				return true
			}
			continue
		}
		name := strings.ToLower(word)
		if end := strings.IndexAny(name, "/?#:@"); end >= 0 {
			name = name[:end]
		}
		if name != host && hostLike(name) {
			return true
		}
	}
	return false
}

// hostLike reports whether a word has dots, and after the last one at least two characters, none of them a digit.
func hostLike(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	return dot > 0 && len(s)-dot > 2 && !strings.ContainsAny(s[dot:], "0123456789_-")
}
