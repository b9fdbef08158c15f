package pii

import (
	"strings"
	"sync"
)

// cue says how surely the words before a position introduce a person.
type cue uint8

// After a strongCue a name must come; a weakCue also stands before other things, so it takes two words or a known name.
// A labelCue heads a field, which may hold "required" as well: one word behind it must be a known name. After a
// calledCue, which things have too, some word must be.
const (
	noCue cue = iota
	weakCue
	calledCue
	labelCue
	strongCue
)

// titles stand before a name and are no part of it.
var titles = words(`mr mrs ms miss mx dr prof professor sir lady lord dame herr frau fraulein monsieur madame mademoiselle mme mlle senor senora senorita sr sra srta don dona
signor signora signorina sig dott senhor senhora dhr mevr mevrouw meneer pan pani rev reverend sgt lt col gen judge senator doctor nurse`)

// introductions end where a name begins. closings are followed by a comma or a line break and a name.
var (
	introductions = phrases(`my name is|my name's|name is|signed by|dear|hi|hello|i am called|calls me` +
		`|maiden name is|'s name|name on the account is|mein name ist|ich heisse|sehr geehrter herr|sehr geehrte frau|liebe|lieber|hallo|je m'appelle|mon nom est|cher|chere|bonjour|me llamo|mi nombre es|estimado|estimada` +
		`|querido|querida|hola|mi chiamo|il mio nome e|gentile|ciao|meu nome e|chamo-me|prezado|prezada|mijn naam is|ik heet|beste|nazywam sie`)
	labels   = phrases(`full name:|name:|customer name:|patient name:|patient:|cardholder:|account holder:|employee:|surname:|first name:|last name:|attn:|attention:|nachname:|vorname:|nom:|prenom:|nombre:|apellido:|apellidos:|nome:|cognome:|sobrenome:|naam:|achternaam:|imie:|nazwisko:`)
	closings = phrases(`sincerely|regards|yours truly|yours faithfully|cheers|thanks|thank you|mit freundlichen grussen|viele grusse|cordialement|saludos|cordiali saluti|atenciosamente|met vriendelijke groet`)
	mentions = phrases(`contact|patient|employee|customer|client|cardholder|tenant|applicant|ask for|speak to|speak with|spoke to|spoke with|talk to|met with|author:|sender:|user:|kunde|kundin|patientin|cliente|paciente|paziente|klant`)
	called   = phrases(`called|named`)
)

// phraseSet holds phrases by their last word, so that a text is compared with few of them.
type phraseSet func() map[string][]string

// phrases splits a list at its bars on first use.
func phrases(list string) phraseSet {
	return sync.OnceValue(func() map[string][]string {
		set := map[string][]string{}
		for p := range strings.SplitSeq(list, "|") {
			last := p[strings.LastIndexByte(p, ' ')+1:]
			set[last] = append(set[last], p)
		}
		return set
	})
}

// endsIn reports whether s ends in one of the phrases, at a word border.
func (set phraseSet) endsIn(s string) bool {
	last := s[strings.LastIndexAny(s, " \n\t\r(\"")+1:]
	if set.anyEnds(s, last) {
		return true
	}
	i := strings.LastIndexByte(last, '\'')
	return i >= 0 && set.anyEnds(s, last[i:])
}

func (set phraseSet) anyEnds(s, last string) bool {
	for _, p := range set()[last] {
		rest, ok := strings.CutSuffix(s, p)
		if ok && (rest == "" || p[0] == '\'' || !isWord(rest[len(rest)-1])) {
			return true
		}
	}
	return false
}

// cueBefore looks at the words that end before at.
func cueBefore(text string, at int) cue {
	raw := text[max(0, at-32):at]
	trimmed := strings.TrimRight(raw, " \n\r\t\"'*_>")
	if raw == "" || trimmed == raw {
		return noCue
	}
	broken := strings.ContainsAny(raw[len(trimmed):], "\n\r")
	low := strings.ToLower(trimmed)
	switch {
	case strings.HasSuffix(low, ",") || broken:
		if closings.endsIn(strings.TrimSuffix(low, ",")) {
			return strongCue
		}
	case titles.has(lastWord(strings.TrimSuffix(low, "."))), introductions.endsIn(low):
		return strongCue
	case labels.endsIn(low):
		return labelCue
	case mentions.endsIn(low):
		return weakCue
	case called.endsIn(low):
		return calledCue
	}
	return noCue
}

func lastWord(s string) string {
	return s[strings.LastIndexAny(s, " \n\t,;:(\"'")+1:]
}

// isWord admits bytes beyond ASCII: in the folded view they are letters of other scripts.
func isWord(c byte) bool { return isAlnum(c) || c >= 0x80 }
