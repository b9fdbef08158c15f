package model

// unit is the most that is judged at once, in bytes: about three sentences. A few words hidden in a long text would not
// stand out in a judgment of all of it.
const unit = 512

// UnitEnd returns where the first unit of a text ends: behind the last sentence that fits, else the last word. It looks at
// no more than unit+1 bytes, so that a text that comes in pieces is cut as the whole would be.
func UnitEnd(text string) int {
	if len(text) <= unit {
		return len(text)
	}
	word := 0
	for i := unit; i > unit/3; i-- {
		space := text[i] == ' ' || text[i] == '\n'
		if space && (text[i-1] == '.' || text[i-1] == '!' || text[i-1] == '?' || text[i-1] == '\n') {
			return i
		}
		if space && word == 0 {
			word = i
		}
	}
	if word > 0 {
		return word
	}
	end := unit
	for end > unit-4 && text[end]&0xC0 == 0x80 {
		end--
	}
	return end
}

// Units cuts a text.
func Units(text string) []string {
	var out []string
	for {
		end := UnitEnd(text)
		out = append(out, text[:end])
		if text = text[end:]; text == "" {
			return out
		}
	}
}
