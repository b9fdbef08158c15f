package detect

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of decoding: encodings within encodings, the length of a run that is tried, and the bytes that all
// decoded runs of a text may have, twice the text or maxDecoded.
const (
	maxDepth   = 2
	minRun     = 16
	minPairs   = 8
	maxDecoded = 256 << 10
)

// decoded calls scan with each text that is encoded in the view.
func (s *scan) decoded(scan func(view)) {
	if s.folded && strings.Contains(s.raw, tagPrefix) {
		s.tagRuns(scan)
	}
	s.encodedRuns(scan)
	s.pairedRuns(scan)
	s.escapes(scan)
	s.rotated(scan)
}

// wholeRun makes a view of a decoded run: what is found in it stands for the run from start to end of the view.
func (s *scan) wholeRun(name, text string, start, end int, scan func(view)) {
	if len(text) > s.decodeLeft {
		s.decodeCut = true
		return
	}
	s.decodeLeft -= len(text)
	rawStart, rawEnd := s.toRaw(start, end)
	scan(view{name: name, text: text, whole: true, place: func(*compiled, int, int) (int, int, bool) { return rawStart, rawEnd, true }})
}

// inRun reports whether c may stand in a run of base64 or of hexadecimal digits.
func inRun(c byte) bool { return isAlnum(c) || c == '+' || c == '/' || c == '-' || c == '_' }

// encodedRuns finds runs of base64 and hexadecimal digits that decode to text. Anything may look like such a run;
// that its bytes are printable tells the two apart. A run covers one of the bytes that are minRun apart, so that most
// of a text is not looked at.
func (s *scan) encodedRuns(scan func(view)) {
	text, last := s.text, s.from
	for i := last + minRun - 1; i < len(text); i += minRun {
		if !inRun(text[i]) {
			continue
		}
		start, end := i, i+1
		for start > last && inRun(text[start-1]) {
			start--
		}
		for end < len(text) && inRun(text[end]) {
			end++
		}
		if end-start >= minRun {
			end = s.encodedRun(start, end, scan)
			s.mark(start, end)
		}
		last, i = end, end-1
	}
}

// pairStep is how far apart rows of pairs are looked for: the shortest has 23 bytes.
const pairStep = 12

// pairedRuns finds rows of pairs of hexadecimal digits that decode to text.
func (s *scan) pairedRuns(scan func(view)) {
	text, last := s.text, s.from
	for i := last + pairStep - 1; i+3 < len(text); i += pairStep {
		if !inPairs(text[i]) || !inPairs(text[i+1]) || !inPairs(text[i+2]) || !inPairs(text[i+3]) {
			continue
		}
		start := i
		for start > last && inPairs(text[start-1]) {
			start--
		}
		for start < len(text) && inPairs(text[start]) {
			if isHexPair(text, start) && (start == 0 || !isAlnum(text[start-1])) {
				end := s.hexPairs(start, start+2, scan)
				s.mark(start, end)
				start = end
			} else {
				start++
			}
		}
		last, i = start, max(i, start-1)
	}
}

// inPairs reports whether c may stand in a row of pairs of hexadecimal digits.
func inPairs(c byte) bool { return isHexDigit(c) || c == ' ' || c == ':' || c == ',' || c == '\n' }

// encodedRun decodes the run and returns where it ends: behind its padding and the lines that go on with it.
func (s *scan) encodedRun(start, end int, scan func(view)) int {
	text := s.text
	if b, err := hex.DecodeString(text[start:end]); err == nil {
		if plain, ok := printable(b); ok {
			s.wholeRun("hex", plain, start, end, scan)
		}
		return end
	}
	run := text[start:end]
	if !mixedCase(run) || !startsPrintable(run) {
		return end
	}
	end = wrappedEnd(text, start, end)
	if b, ok := decodeBase64(text[start:end]); ok {
		if plain, ok := printable(b); ok {
			for end < len(text) && text[end] == '=' {
				end++
			}
			s.wholeRun("base64", plain, start, end, scan)
		}
	}
	return end
}

// mixedCase reports whether a run has capitals and small letters, as base64 of text always has.
func mixedCase(run string) bool {
	return strings.IndexFunc(run, unicode.IsUpper) >= 0 && strings.IndexFunc(run, unicode.IsLower) >= 0
}

// startsPrintable decodes the first bytes of a run, which spares most words and paths the rest.
func startsPrintable(run string) bool {
	b, ok := decodeBase64(run[:8])
	return ok && strings.IndexFunc(string(b[:3]), func(r rune) bool { return !isPlain(r) && r != utf8.RuneError }) < 0
}

// wrappedLine is the least length of a line of base64 that goes on in the next.
const wrappedLine = 60

// wrappedEnd returns the end of a run of base64 that is wrapped into lines of one length.
func wrappedEnd(text string, start, end int) int {
	for width := end - start; width >= wrappedLine; {
		next := end
		if next < len(text) && text[next] == '\r' {
			next++
		}
		if next == len(text) || text[next] != '\n' {
			return end
		}
		next++
		for next < len(text) && next-end < wrappedLine && text[next] == ' ' {
			next++
		}
		line := next
		for line < len(text) && line-next < width && inRun(text[line]) {
			line++
		}
		if line == next {
			return end
		}
		if end = line; line-next < width {
			return end
		}
	}
	return end
}

func decodeBase64(run string) ([]byte, bool) {
	run = strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		case '\r', '\n', ' ':
			return -1
		}
		return r
	}, run)
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	b, err := base64.RawStdEncoding.DecodeString(run)
	return b, err == nil
}

// printable returns decoded bytes as text, if they are text all through.
func printable(b []byte) (string, bool) {
	if !utf8.Valid(b) {
		return "", false
	}
	text := string(b)
	return text, strings.IndexFunc(text, func(r rune) bool { return !isPlain(r) }) < 0
}

func isPlain(r rune) bool {
	return r >= ' ' && r != 0x7F && unicode.IsPrint(r) || r == '\n' || r == '\t' || r == '\r'
}

// isHexPair reports whether two hexadecimal digits stand at i as a word of their own.
func isHexPair(text string, i int) bool {
	return i+2 <= len(text) && isHexDigit(text[i]) && isHexDigit(text[i+1]) && (i+2 == len(text) || !isAlnum(text[i+2]))
}

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// hexPairs decodes a row of pairs of hexadecimal digits with one sign between, and returns where it ends.
func (s *scan) hexPairs(start, end int, scan func(view)) int {
	text := s.text
	if end == len(text) || strings.IndexByte(" :,\n", text[end]) < 0 {
		return end
	}
	sign := text[end]
	b := unhex(nil, text[start:end])
	for end < len(text) && text[end] == sign && isHexPair(text, end+1) {
		b = unhex(b, text[end+1:end+3])
		end += 3
	}
	if len(b) >= minPairs {
		if plain, ok := printable(b); ok {
			s.wholeRun("hex", plain, start, end, scan)
		}
	}
	return end
}

func unhex(dst []byte, pair string) []byte {
	n, _ := strconv.ParseUint(pair, 16, 8) // two hexadecimal digits
	return append(dst, byte(n))
}

// The tag characters of Unicode say ASCII without showing it.
const (
	tagPrefix         = "\xf3\xa0" // the first bytes of all of them
	tagFirst, tagLast = 0xE0020, 0xE007E
)

// maxTagGap is how much other text, in bytes, may stand between two tag characters that belong to one text.
const maxTagGap = 256

// tagRuns scans what is written in tag characters: they may stand between others.
func (s *scan) tagRuns(scan func(view)) {
	var plain []byte
	first, last := s.rawFrom, s.rawFrom
	for i, r := range s.raw[s.rawFrom:] {
		if r < tagFirst || r > tagLast {
			continue
		}
		i += s.rawFrom
		if i > last+maxTagGap || len(plain) == 0 {
			s.tagRun(plain, first, last, scan)
			plain, first = nil, i
		}
		last = i + utf8.RuneLen(r)
		plain = append(plain, byte(r-tagFirst+' '))
	}
	s.tagRun(plain, first, last, scan)
}

// tagRun scans what a run of tag characters says, which stand in the raw text from first to last.
func (s *scan) tagRun(plain []byte, first, last int, scan func(view)) {
	s.markRaw(first, last+maxTagGap)
	if len(plain) < minPairs || len(plain) > s.decodeLeft {
		return
	}
	s.decodeLeft -= len(plain)
	scan(view{name: "tags", text: string(plain), whole: true, place: func(*compiled, int, int) (int, int, bool) { return first, last, true }})
}

// escapes scans the text with the escapes of URLs, JSON and HTML resolved, and with groups of digits one sign apart. Each of its bytes has a place of its own
// in the text, and only what an escape is part of, or stands right beside, is new.
func (s *scan) escapes(scan func(view)) {
	if !mayHoldEscapes(s.text) {
		return
	}
	plain, m := unescape(s.text)
	if m == nil {
		return
	}
	n := len(plain)
	outer := func(start, end int) (int, int) {
		start, end = m.span(start, end)
		return s.toRaw(start, end)
	}
	scan(view{
		name: "escapes", text: plain,
		place: func(_ *compiled, start, end int) (int, int, bool) {
			from, to := m.span(max(0, start-1), min(n, end+1))
			if to-from == min(n, end+1)-max(0, start-1) {
				return 0, 0, false
			}
			from, to = outer(start, end)
			return from, to, true
		},
		inner: func(at int) int { return m.place(s.toView(at), n) },
		outer: outer,
	})
	s.markMap(m)
}

// mayHoldEscapes is a quick test that most texts fail.
func mayHoldEscapes(text string) bool {
	for _, sign := range [...]string{"%", "\\", "&", "  ", " - "} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// unescape resolves escapes; the map is nil if there are none.
func unescape(text string) (string, spanMap) {
	var out []byte
	var m spanMap
	copied := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c != '%' && c != '\\' && c != '&' && c != ' ' {
			i++
			continue
		}
		plain, size := "", 0
		if c != ' ' {
			plain, size = escape(text[i:])
		} else if digitAt(text, i-1) {
			plain, size = spread(text[i:])
		}
		if size == 0 {
			i++
			continue
		}
		if i > copied {
			m = m.add(len(out), copied, 1, 1)
			out = append(out, text[copied:i]...)
		}
		m = m.add(len(out), i, len(plain), size)
		out = append(out, plain...)
		i += size
		copied = i
	}
	if m == nil {
		return text, nil
	}
	if copied < len(text) {
		m = m.add(len(out), copied, 1, 1)
		out = append(out, text[copied:]...)
	}
	return string(out), m
}

// spread reads what sets two groups of digits apart, where it is more than one sign: two spaces, or a dash between
// spaces.
func spread(text string) (plain string, size int) {
	switch {
	case strings.HasPrefix(text, "  ") && digitAt(text, 2) && digitAt(text, 3):
		return " ", 2
	case strings.HasPrefix(text, " - ") && digitAt(text, 3) && digitAt(text, 4):
		return "-", 3
	}
	return "", 0
}

// escape reads the escape at the start of a text: what it stands for, and its length, 0 if there is none.
func escape(text string) (plain string, size int) {
	switch text[0] {
	case '%':
		return percent(text)
	case '\\':
		return backslash(text)
	}
	return entity(text)
}

// percent reads the percent-encoded bytes of one character.
func percent(text string) (string, int) {
	var b []byte
	for len(b) < utf8.UTFMax && len(text) >= 3*len(b)+3 && text[3*len(b)] == '%' && isHexDigit(text[3*len(b)+1]) && isHexDigit(text[3*len(b)+2]) {
		b = unhex(b, text[3*len(b)+1:3*len(b)+3])
		if utf8.FullRune(b) {
			break
		}
	}
	return plainRune(b, 3*len(b))
}

// plainRune returns a character that may stand in a text.
func plainRune(b []byte, size int) (string, int) {
	r, n := utf8.DecodeRune(b)
	if n == 0 || n != len(b) || r == utf8.RuneError || !isPlain(r) {
		return "", 0
	}
	return string(b), size
}

func backslash(text string) (string, int) {
	if len(text) < 2 {
		return "", 0
	}
	switch text[1] {
	case 'n', 'r', 't':
		return " ", 2
	case '/', '"', '\'':
		return text[1:2], 2
	case 'u':
		return coded(text, 2, 4)
	case 'x':
		return coded(text, 2, 2)
	}
	return "", 0
}

// coded reads a character's number in so many hexadecimal digits.
func coded(text string, at, digits int) (string, int) {
	if len(text) < at+digits {
		return "", 0
	}
	n, err := strconv.ParseUint(text[at:at+digits], 16, 32)
	if err != nil {
		return "", 0
	}
	return plainRune(utf8.AppendRune(nil, rune(n)), at+digits)
}

// entities are the names that stand for signs in HTML.
var entities = [...]struct{ name, plain string }{
	{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", `"`}, {"apos", "'"}, {"nbsp", " "}, {"commat", "@"}, {"period", "."},
}

// maxEntity is the longest entity that is read.
const maxEntity = 10

func entity(text string) (string, int) {
	end := strings.IndexByte(text[:min(len(text), maxEntity)], ';')
	if end < 2 {
		return "", 0
	}
	name := text[1:end]
	for _, e := range entities {
		if e.name == name {
			return e.plain, end + 1
		}
	}
	if name[0] != '#' {
		return "", 0
	}
	base := 10
	if name = name[1:]; name != "" && name[0]|0x20 == 'x' {
		base, name = 16, name[1:]
	}
	n, err := strconv.ParseUint(name, base, 21)
	if err != nil {
		return "", 0
	}
	return plainRune(utf8.AppendRune(nil, rune(n)), end+1)
}
