package pii

import (
	"strings"
	"sync"
)

// cue says how surely the words before a position introduce a person.
type cue uint8

// After a strongCue a name must come; a weakCue also stands before other things, so it takes two words or a known name.
// A labelCue heads a field, which may hold "required" as well: one word behind it must be a known name. The field of a
// nameCue holds a name or an ordinary word. After a calledCue, which things have too, some word must be.
const (
	noCue cue = iota
	weakCue
	calledCue
	labelCue
	nameCue
	strongCue
)

// titleWords stand before a name and are no part of it.
const titleWords = `mr mrs ms miss mx dr prof professor sir lady lord dame herr frau fraulein monsieur madame mademoiselle mme mlle senor senora senorita sr sra srta don dona
signor signora signorina sig dott senhor senhora dhr mevr mevrouw meneer pan pani rev reverend sgt lt col gen judge senator doctor nurse dott.ssa dott sig.ra sig.na prof.ssa dr.ssa sr.a
docteur maitre dokter dottore dottoressa professore professoressa profesor profesora doctora doutor doutora heer herrn fru pt captain officer detective sergeant`

// introductions end where a name begins. closings are followed by a comma or a line break and a name.
var (
	introductions = phrases(`my name is|my name's|name is|signed by|dear|hi|hello|i am called|calls me|call me|named him|named her` +
		`|maiden name is|'s name|name on the account is|mein name ist|ich heisse|sehr geehrter herr|sehr geehrte frau|liebe|lieber|hallo|je m'appelle|mon nom est|cher|chere|bonjour|me llamo|mi nombre es|estimado|estimada` +
		`|querido|querida|hola|mi chiamo|il mio nome e|gentile|ciao|meu nome e|chamo-me|prezado|prezada|mijn naam is|ik heet|beste|nazywam sie`)
	labels = phrases(`full name:|name:|customer name:|patient name:|patient:|cardholder:|account holder:|employee:|surname:|first name:|last name:|attn:|attention:|nachname:|vorname:|nom:|prenom:|nombre:|apellido:|apellidos:|nome:|cognome:|sobrenome:|naam:|achternaam:|imie:|nazwisko:` +
		`|patientin:|paciente:|paziente:|versicherter:|ansprechpartner:|contact:|kontakt:|kunde:|klient:|name on card:|name on the card:|karteninhaber:|titulaire:|intestatario:|passenger:|insured:|policyholder:|guest:|client:|cliente:|klant:|titular:|beneficiary:|empfanger:|sender:|absender:|from:|von:|de:|da:|van:|to:|an:|cc:|next of kin:|emergency contact:|signature:|signed:|witness:|doctor:|physician:|arzt:|medecin:|medico:`)
	// nameLabels head fields that hold one name and nothing else.
	nameLabels = phrases(`surname:|first name:|last name:|given name:|family name:|maiden name:|middle name:|nachname:|vorname:|familienname:|geburtsname:|prenom:|nom de famille:|apellido:|apellidos:|cognome:|sobrenome:|apelido:|achternaam:|voornaam:|nazwisko:|imie:`)
	closings   = phrases(`sincerely|regards|yours truly|yours faithfully|cheers|thanks|thank you|mit freundlichen grussen|viele grusse|cordialement|saludos|cordiali saluti|atenciosamente|met vriendelijke groet` +
		`|best wishes|all the best|best|respectfully|yours|warmly|love|mit freundlichem gruss|beste grusse|liebe grusse|herzliche grusse|freundliche grusse|mfg|lg|vg|bien a vous|amicalement|bien cordialement|bises|atentamente|un saludo|un abrazo|distinti saluti|saluti|cordialmente|un abbraccio|abraco|um abraco|abracos|cumprimentos|com os melhores cumprimentos|met vriendelijke groeten|groeten|groetjes|hartelijke groet`)
	// thanks close a message as well, but other things follow them too: a known name must.
	thanks   = phrases(`thx|ty|tks|many thanks|br|kr|rgds|danke|vielen dank|gruss|grusse|lieben gruss|viele gruesse|merci|a bientot|gracias|hasta luego|grazie|a presto|obrigado|obrigada|ate logo|bedankt|dank je wel|mvg|hilsen|halsningar`)
	mentions = phrases(`contact|patient|employee|customer|client|cardholder|tenant|applicant|ask for|speak to|speak with|spoke to|spoke with|talk to|met with|author:|sender:|user:|kunde|kundin|patientin|cliente|paciente|paziente|klant`)
	called   = phrases(`called|named` +
		// who says, and what is said of whom
		`|said|says|asked|told|met|this is|i am|i'm|it's|follow up with|starring|featuring|assistant to|reports to|meeting with|correct it to|founders:|ich bin|hier ist|hier spricht|sagte|sagt|je suis|soy|dijo|dice|sono|disse|sou|ik ben|dit is|zei` +
		// kin and callings
		`|wife|husband|son|daughter|mother|father|brother|sister|friend|boyfriend|girlfriend|fiance|fiancee|boss|neighbor|neighbour|colleague|partner|uncle|aunt|cousin|nephew|niece|producer|singer|actor|actress|director|author|novelist|president|minister|attorney|lawyer|engineer|manager|ceo|cfo|cto|founder|chairman|professor|teacher|driver|commenter|officer|detective|agent|coach|surgeon|physician|therapist|student|defendant|plaintiff|witness` +
		`|mann|sohn|tochter|mutter|vater|bruder|schwester|freund|freundin|kollege|kollegin|chef|chefin|nachbar|nachbarin|mari|femme|fils|fille|mere|pere|frere|soeur|ami|amie|collegue|voisin|voisine|marido|esposa|esposo|mujer|hijo|hija|madre|padre|hermano|hermana|amigo|amiga|jefe|jefa|companero|marito|moglie|figlio|figlia|fratello|sorella|amico|amica|collega|filho|filha|mae|pai|irmao|irma|mulher|man|vrouw|zoon|dochter|moeder|vader|broer|zus|vriend|vriendin`)
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

// endsIn reports whether s, in small letters, ends in one of the phrases, at a word border.
func (set phraseSet) endsIn(s []byte) bool {
	from := lastBreak(s) + 1
	if set.anyEnds(s, s[from:]) {
		return true
	}
	for i := len(s) - 1; i >= from; i-- {
		if s[i] == '\'' {
			return set.anyEnds(s, s[i:])
		}
	}
	return false
}

func (set phraseSet) anyEnds(s, last []byte) bool {
	for _, p := range set()[string(last)] {
		rest := len(s) - len(p)
		if rest >= 0 && string(s[rest:]) == p && (rest == 0 || p[0] == '\'' || !isWord(s[rest-1])) {
			return true
		}
	}
	return false
}

// lastBreak returns where the last white space, bracket or quotation mark of s is, -1 if there is none.
func lastBreak(s []byte) int {
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case ' ', '\n', '\t', '\r', '(', '"':
			return i
		}
	}
	return -1
}

// before is what stands before a position, in small letters, without the space and marks at its end.
type before struct {
	buf [32]byte
	n   int
	// broken says that a line ended in what was left out, joined that nothing was.
	broken, joined bool
}

func readBefore(text string, at int) (b before) {
	end := at
	for end > 0 && at-end < len(b.buf) {
		switch text[end-1] {
		case '\n', '\r':
			b.broken = true
		case ' ', '\t', '"', '\'', '*', '_', '>':
		default:
			goto trimmed
		}
		end--
	}
trimmed:
	b.joined = end == at
	from := max(0, end-len(b.buf))
	b.n = copy(b.buf[:], text[from:end])
	for i := range b.n {
		b.buf[i] = lowerByte(b.buf[i])
	}
	return b
}

// closeColon drops the space before a colon at the end, which French has.
func (b *before) closeColon() {
	if b.n > 1 && b.buf[b.n-1] == ':' && b.buf[b.n-2] == ' ' {
		b.n--
		b.buf[b.n-1] = ':'
	}
}

func (b *before) bytes() []byte { return b.buf[:b.n] }

// lastLetters is what stands behind the last apostrophe of a word that the lists have not (d'appel), else the word.
func lastLetters(word string) string {
	if i := strings.LastIndexByte(word, '\''); i >= 0 && kindsOf(word)&endsCue == 0 {
		return word[i:]
	}
	return word
}

// cueBefore looks at the words that end before at.
func cueBefore(text string, at int) cue {
	if kindsOf(lastLetters(wordBefore(text, at)))&(endsCue|isTitle) == 0 && (at < 2 || text[at-1] != ' ' || text[at-2] != '.') {
		return noCue
	}
	b := readBefore(text, at)
	if b.n == 0 || b.joined {
		return noCue
	}
	b.closeColon()
	low := b.bytes()
	comma := low[b.n-1] == ','
	if comma {
		low = low[:b.n-1]
	}
	switch {
	case comma || b.broken:
		switch {
		case closings.endsIn(low):
			return strongCue
		case thanks.endsIn(low):
			return calledCue
		}
	case isTitleBefore(low), introductions.endsIn(low):
		return strongCue
	case nameLabels.endsIn(low), isMonsieurBefore(text, at):
		return nameCue
	case labels.endsIn(low):
		return labelCue
	case mentions.endsIn(low):
		return weakCue
	case called.endsIn(low):
		return calledCue
	}
	return noCue
}

func isTitleBefore(low []byte) bool {
	if n := len(low); n > 0 && low[n-1] == '.' {
		low = low[:n-1]
	}
	from := len(low)
	for from > 0 && (isWord(low[from-1]) || low[from-1] == '.') {
		from--
	}
	return from < len(low) && titles.has(string(low[from:]))
}

// monsieur is the French abbreviation for mister.
const monsieur = "M. "

// isMonsieurBefore reports whether that stands before.
func isMonsieurBefore(text string, at int) bool {
	return at >= 3 && text[at-3:at] == monsieur && (at == 3 || !isWord(text[at-4]))
}

var titles = words(titleWords)

func lastWord(s string) string {
	return s[strings.LastIndexAny(s, " \n\t,;:(\"'")+1:]
}

// isWord admits bytes beyond ASCII: in the folded view they are letters of other scripts.
func isWord(c byte) bool { return isAlnum(c) || c >= 0x80 }
