package detect

import "unicode/utf8"

// cursor walks a text and counts code points and UTF-16 units. It goes back only where findings overlap.
type cursor struct {
	text               string
	byteAt, rune, unit int
}

// countOffsets fills the code point and UTF-16 offsets of findings that are in order of position.
// A byte that is not UTF-8 counts as one unit of each.
func countOffsets(text string, findings []Finding) {
	start := cursor{text: text}
	for i := range findings {
		f := &findings[i]
		start.to(f.ByteStart)
		f.Start, f.UTF16Start = start.rune, start.unit
		end := start
		end.to(f.ByteEnd)
		f.End, f.UTF16End = end.rune, end.unit
		if i+1 < len(findings) && findings[i+1].ByteStart >= f.ByteEnd {
			start = end
		}
	}
}

// to moves the cursor forward to a byte offset.
func (c *cursor) to(at int) {
	for c.byteAt < at {
		if c.text[c.byteAt] < utf8.RuneSelf {
			c.byteAt++
			c.rune++
			c.unit++
			continue
		}
		r, size := utf8.DecodeRuneInString(c.text[c.byteAt:])
		c.byteAt += size
		c.rune++
		c.unit++
		if r > 0xFFFF {
			c.unit++
		}
	}
}
