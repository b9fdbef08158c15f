package pii

import (
	"strings"

	"guardrails/shared/detect"
)

// signatureBlock reports the end of a mail as one value, for those who want it gone as a whole. The names, numbers and
// addresses in it are reported as ever.
func signatureBlock() detect.Detector {
	return detect.Detector{
		Name: "signature_block", Type: "SIGNATURE_BLOCK", Category: detect.CategoryPII,
		Summary: "Closing of a mail: the greeting on its line, the name, and the lines with role, firm and contacts behind it",
		Base:    0.70,
		OptIn:   true, Encloses: true,
		Pattern: &detect.Pattern{
			Scan:   scanSignature,
			Regexp: `(?im)^(?:[ \t>]*[a-z& ]{0,32}(?:` + closingKeywords + `)[a-z ]{0,16}[,.!]?|--)[ \t]*\r?\n(?:[ \t>]*\r?\n)?(?:[^\n]{1,80}\n?){1,8}`,
			Keywords: append(strings.Split(closingKeywords, "|"),
				"\n--"),
		},
		Samples: detect.Samples{
			Positive: []string{
				"See you Monday.\n\nKind regards,\nTom Ashcroft\nSenior Account Manager\n+44 20 7946 0018\ntom@brightwell.example", "Best regards,\n\nPriya Raman", "Mit freundlichen Grüßen\nJürgen Vogt\nMusterfirma GmbH\nTel. 030 901820",
				"Cordialement,\nÉlodie Marchand\nResponsable qualité", "Un saludo,\nJavier Ibáñez", "Cordiali saluti,\nChiara Fontana", "Atenciosamente,\nTiago Carvalho", "Met vriendelijke groet,\nFemke de Vries", "see below\n-- \nJohn Smith\njohn@smith.example",
			},
			Negative: []string{
				"Kind regards from all of us here", "Best regards,\nthe whole team", "With regards to the invoice\nMaria Lopez", "Thanks, Bob", "sincerely\nyours truly and more", "Yours,\n\n\n\nTom Ashcroft", "-- \nno name here", "a -- b\nTom Ashcroft",
			},
			Source: "own",
		},
	}
}

// closingKeywords are the words of which one stands in each closing.
const closingKeywords = `regards|sincerely|yours|cheers|thanks|thank you|best wishes|all the best|respectfully|warmly|gruss|mfg|cordialement|amicalement|salutations|saludo|atentamente|abrazo|saluti|cordialmente|atenciosamente|cumprimentos|abraco|groet|mvg|pozdrawiam|hilsen|halsningar`

// moreClosings are lines that end a mail and are no introductions of a name elsewhere.
var moreClosings = phrases(`salutations|salutations distinguees|sinceres salutations|pozdrawiam|kind regards|warm regards|best regards|thanks again|yours sincerely|muchas gracias|saludos cordiales|cordiales saludos|thanks and regards|thanks & regards|with kind regards|with best regards`)

// maxSignature bounds the block in bytes, maxSignatureLines in lines.
const (
	maxSignature      = 400
	maxSignatureLines = 9
)

// scanSignature reads the block whose closing has a keyword at text[start:end].
func scanSignature(text string, start, end int) (from, to, done int) {
	from = start
	if text[start] == '\n' {
		from++
	}
	for from > 0 && start-from < 48 && text[from-1] != '\n' {
		from--
	}
	if from > 0 && text[from-1] != '\n' {
		return 0, 0, 0
	}
	line := nextLine(text, from)
	closing := strings.TrimSpace(strings.TrimLeft(text[from:line], " \t>"))
	dashes := closing == "--"
	if !dashes && !isClosingLine(closing) {
		return 0, 0, 0
	}
	for from < line && strings.IndexByte(" \t>", text[from]) >= 0 {
		from++
	}
	if !dashes && blank(text[line:nextLine(text, line)]) {
		line = nextLine(text, line)
	}
	to, contacts := signatureLines(text[:min(len(text), from+maxSignature)], line)
	if to == line || dashes && contacts == 0 {
		return 0, 0, 0
	}
	return from, to, to
}

// isClosingLine reports whether a line is a closing and nothing else.
func isClosingLine(line string) bool {
	line = strings.TrimRight(line, ",.! ")
	if line == "" || len(line) > 46 {
		return false
	}
	low := []byte(line)
	for i := range low {
		low[i] = lowerByte(low[i])
	}
	words := strings.Count(line, " ") + 1
	return (closings.endsIn(low) || thanks.endsIn(low) || moreClosings.endsIn(low)) && words <= 6
}

// signatureLines reads the lines of a block from i on, the first of which must be a name. It returns the end of the last,
// without the space there, and how many of them hold contacts; i, if there is no name.
func signatureLines(text string, i int) (end, contacts int) {
	end = i
	for n := 0; n < maxSignatureLines && i < len(text); n++ {
		next := nextLine(text, i)
		line := strings.Trim(text[i:next], " \t\r\n>*|_")
		switch {
		case n == 0:
			if !nameLine(text, i, next) {
				return end, 0
			}
		case line == "":
			// A block goes on behind a blank line where contacts do.
			if after := nextLine(text, next); !hasContact(text[next:after]) {
				return end, contacts
			}
			i = next
			continue
		case len(line) > 80, !hasContact(line) && isSentence(line):
			return end, contacts
		}
		if hasContact(line) {
			contacts++
		}
		end = i + len(strings.TrimRight(text[i:next], " \t\r\n>*|_"))
		i = next
	}
	return end, contacts
}

// nameLine reports whether a line begins with a person's name, and is not much longer.
func nameLine(text string, start, end int) bool {
	i := start
	for i < end && strings.IndexByte(" \t>*|_", text[i]) >= 0 {
		i++
	}
	for range 3 {
		stop := titleEnd(text[:end], i)
		if stop == i {
			break
		}
		i = stop + 1
	}
	if i >= end || !isUpper(text[i]) {
		return false
	}
	_, stop, v := scanPerson(text[:end], i)
	rest := strings.TrimSpace(text[max(i, min(stop, end)):end])
	if v == detect.Reject {
		// Behind a closing two or three words with capitals are a name, whatever the lists say.
		return capitalWords(text[i:end])
	}
	return len(rest) < 48
}

// capitalWords reports whether a line is two to four words with capitals and nothing else.
func capitalWords(line string) bool {
	n := 0
	for word := range strings.FieldsSeq(line) {
		if !isCapital(word, 0) && !particles.has(word) || kindsOf(word)&(isPlain|isOrgWord|isHead) != 0 || strings.ContainsAny(word, "0123456789@:/") {
			return false
		}
		n++
	}
	return n >= 2 && n <= 4
}

// hasContact reports whether a line has a mail address, a site, or seven digits.
func hasContact(line string) bool {
	digits := 0
	for i := range len(line) {
		switch c := line[i]; {
		case c == '@':
			return true
		case isDigit(c):
			digits++
		}
	}
	return digits >= 7 || strings.Contains(line, "www.") || strings.Contains(line, "://")
}

// isSentence reports whether a line is rather one of the text than of a signature.
func isSentence(line string) bool {
	last := line[len(line)-1]
	words := strings.Count(line, " ") + 1
	return words > 10 || (last == '.' || last == '?' || last == '!') && words > 4 || line[0] >= 'a' && line[0] <= 'z' && words > 4
}

func blank(line string) bool { return strings.Trim(line, " \t\r\n>") == "" }

// nextLine returns where the line behind that at i begins.
func nextLine(text string, i int) int {
	if n := strings.IndexByte(text[i:min(len(text), i+maxSignature)], '\n'); n >= 0 {
		return i + n + 1
	}
	return min(len(text), i+maxSignature)
}
