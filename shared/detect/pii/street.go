package pii

import (
	"strings"

	"guardrails/shared/detect"
)

// maxAddress is how far an address goes on behind its anchor.
const maxAddress = 400

// scanStreet finds an address whose house number stands before a name: the anchor is the first capital behind the
// number. The kind of street, a unit, or what introduces an address must say that it is one.
func scanStreet(text string, at int) (int, int, detect.Verdict) {
	text = text[:min(len(text), at+maxAddress)]
	if at == 0 || text[at-1] != ' ' {
		return scanUnnumbered(text, at)
	}
	name := at
	if from := ordinalBefore(text, at); from >= 0 {
		name = from
	}
	number := numberBefore(text, name)
	if number < 0 {
		return scanUnnumbered(text, at)
	}
	if behindCorner(text, number) {
		return scanCorner(text, number, name)
	}
	first := token(text, at)
	if first == at {
		return 0, 0, detect.Reject
	}
	h := house{number: number, name: name, word: text[at:first], kinds: kindsOf(text[at:first])}
	if name == at && h.kinds&(isPlain|isTitle) != 0 && h.kinds&(anyGiven|anySurname|isPlaceStart) == 0 && !compass.has(h.word) && !nameArticles.has(h.word) || hasMonth(h.word) {
		return 0, 0, detect.Reject
	}
	h.start = outerNumber(text, number)
	h.cued = addressCue(text, h.start) || leadingParts(text, h.start) < h.start
	end, capitals, kindEnd := streetName(text, name)
	if kindEnd > 0 {
		end = h.ofKind(text, kindEnd)
	} else {
		end = h.unnamed(text, end, capitals)
	}
	if end < 0 {
		return 0, 0, detect.Reject
	}
	return leadingParts(text, h.start), end, detect.Valid
}

// nameArticles begin the names of streets outside English.
var nameArticles = words(`de la le les van het el los las`)

// house is a house number and the first word behind it.
type house struct {
	// start is where the address begins, number where the house number does, name what is behind it.
	start, number, name int
	word                string
	kinds               kinds
	// cued says that what stands before introduces an address.
	cued bool
}

// ofKind returns the end of an address whose street has its kind in its name, which ends at kindEnd; -1, if the words are
// rather those of a sentence.
func (h *house) ofKind(text string, kindEnd int) int {
	street := text[h.name:kindEnd]
	end := behindStreet(text, kindEnd)
	full := extendAddress(text, end)
	if h.cued || full > end {
		return full
	}
	ordinary := commonWords(street)
	kind := street[strings.LastIndexByte(street, ' ')+1:]
	switch {
	case proofKinds.has(kind), shouted(street) && (h.number+1 == h.name-1 || ordinary > 1), ordinary > 2,
		weakKinds.has(kind) && isOrdinary(h.kinds) && !compass.has(h.word):
		return -1
	}
	return full
}

// unnamed returns the end of an address without a kind of street, which a unit behind it or a cue before it must prove; -1,
// if nothing does.
func (h *house) unnamed(text string, end, capitals int) int {
	if !h.cued && isOrdinary(h.kinds) && h.kinds&(anyPlace|anyGiven|anySurname) == 0 && !compass.has(h.word) && !nameArticles.has(h.word) {
		return -1
	}
	if text[end-1] == '.' {
		end--
	}
	numbered := false
	if end < len(text) && text[end] == ' ' {
		if stop := numberAfter(text, end+1, 4); stop > end+1 {
			end, numbered = stop, true
		}
	}
	numbered = numbered || capitals == 6
	full := extendAddress(text, end)
	next := skipSeparators(text, end)
	if unit(text, next) > next && (numbered || next > end+1) || h.cued && (numbered || full > end) {
		return full
	}
	return -1
}

// shouted reports whether a run has no small letter.
func shouted(run string) bool {
	for i := range len(run) {
		if run[i] >= 'a' && run[i] <= 'z' {
			return false
		}
	}
	return true
}

// commonWords counts the words of a run that are English words.
func commonWords(run string) int {
	count := 0
	for word := range strings.FieldsSeq(run) {
		if kindsOf(word)&(isCommon|isPlain) != 0 {
			count++
		}
	}
	return count
}

// hasMonth reports whether a word is the name of a month, behind whose number a day stands, not a house.
func hasMonth(word string) bool { return months.has(strings.TrimSuffix(word, ".")) }

var months = words(`january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
januar februar marz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro marco maio junho julho setembro outubro dezembro januari februari maart mei augustus`)

// ordinalBefore returns where an ordinal begins that stands before at (350 5th Avenue), or -1.
func ordinalBefore(text string, at int) int {
	from := at - 1
	for from > 0 && at-from < 7 && isAlnum(text[from-1]) {
		from--
	}
	if isOrdinal(text[from:at-1]) && from > 0 && text[from-1] == ' ' {
		return from
	}
	return -1
}

// outerNumber takes a second number before a house number, that of a unit, where it begins a line or an address.
func outerNumber(text string, number int) int {
	from := number
	if from < 2 || text[from-1] != ' ' || !isDigit(text[from-2]) {
		return number
	}
	for from--; from > 0 && isDigit(text[from-1]); {
		from--
	}
	if number-from > 5 || from > 0 && text[from-1] != '\n' && text[from-1] != '>' && !addressCue(text, from) {
		return number
	}
	return from
}

// behindStreet takes the compass point behind a street (Pennsylvania Avenue NW) and the number where a street's name
// stands before it.
func behindStreet(text string, end int) int {
	if end+1 >= len(text) || text[end] != ' ' {
		return end
	}
	if stop := token(text, end+1); isUpper(text[end+1]) && (stop-end <= 3 && compass.has(text[end+1:stop]) || quarters.has(text[end+1:stop])) {
		return stop
	}
	if stop := numberAfter(text, end+1, 4); stop > end+1 {
		return stop
	}
	return end
}

var quarters = words(`north south east west`)

// addressCues end where an address begins.
var addressCues = phrases(`address|address:|address is|address is:|addresses|addresses:|they are:|address to|address with|addressed to|lives at|live at|living at|lived at|residing at|resides at|located at|office is at|office at|is at|arrived at|sent to|send to|to be sent to|ship to|shipped to|deliver to|delivered to|delivery to|mail to|return to|moved to|move to|taxi to|home is|house is|meet me at|meet at|billing address|shipping address|home address|street:|residence:|residence is|one to|to the same:|address on file is|my place at|came to|refers to|shows on` +
	`|adresse|adresse:|adresse ist|adresse lautet|anschrift|anschrift:|wohnt in|wohne in|wohnhaft|wohnhaft in|wohnt am|habite au|habite|domicilie au|adresse est|direccion|direccion:|direccion es|domicilio|domicilio:|vive en|vivo en|indirizzo|indirizzo:|indirizzo e|residente in|abita in|abito in|domiciliato in|morada|morada:|endereco|endereco:|endereco e|mora na|moro na|mora em|residente na|adres|adres:|adres is|woont op|woon op|woont aan|adres zamieszkania:`)

// addressCue reports whether what stands before i introduces an address.
func addressCue(text string, i int) bool {
	if kindsOf(wordBefore(text, i))&endsAddressCue == 0 {
		return false
	}
	b := readBefore(text, i)
	return b.n > 0 && addressCues.endsIn(b.bytes())
}

// scanUnnumbered finds an address without a house number: the corner of two streets, or a street that a postal code
// proves (Church Lane, Ambleside LA22 9DQ). To read the words at every capital would cost too much: the street must stand
// where a line, or a part of an address, begins, or behind a preposition.
func scanUnnumbered(text string, at int) (int, int, detect.Verdict) {
	if behindCorner(text, at) {
		return scanCorner(text, at, at)
	}
	if !addressMayBegin(text, at) {
		return 0, 0, detect.Reject
	}
	first := token(text, at)
	if first == at || kindsOf(text[at:first])&(isPlain|isTitle) != 0 && !compass.has(text[at:first]) && !spelledNumbers.has(text[at:first]) {
		return 0, 0, detect.Reject
	}
	home := homeCue(text, at)
	if !home && !digitAhead(text, first) {
		return 0, 0, detect.Reject
	}
	_, _, kindEnd := streetName(text, at)
	if kindEnd < 0 {
		return 0, 0, detect.Reject
	}
	// Mountain View and Menlo Park are towns.
	if kind := lastWord(text[at:kindEnd]); !spelledNumbers.has(text[at:first]) && (weakKinds.has(kind) || proofKinds.has(kind)) {
		return 0, 0, detect.Reject
	}
	full, coded := extendToCode(text, behindStreet(text, kindEnd))
	if !coded && !home {
		return 0, 0, detect.Reject
	}
	return leadingParts(text, at), full, detect.Valid
}

// addressMayBegin reports whether a line, or a part of an address, begins at i, or at, in or on stands before it.
func addressMayBegin(text string, i int) bool {
	if i == 0 || text[i-1] != ' ' {
		return i == 0 || strings.IndexByte("\n(\"", text[i-1]) >= 0
	}
	if i < 5 {
		return false
	}
	switch text[i-2] {
	case ',', ':':
		return true
	case 't':
		return text[i-3] == 'a' && text[i-4] == ' '
	case 'n':
		return (text[i-3] == 'i' || text[i-3] == 'o') && text[i-4] == ' '
	}
	return false
}

// digitAhead reports whether a digit stands where the postal code of a street at i would.
func digitAhead(text string, i int) bool {
	for end := min(len(text), i+120); i < end; i++ {
		if text[i]-'0' < 10 {
			return true
		}
	}
	return false
}

// homeCues say that somebody lives on the street that follows.
var homeCues = phrases(`live on|lives on|lived on|living on|live at|lives at|lived at|living at|resides on|resides at|house on|flat on|apartment on|home on|address is|address:|moved to`)

func homeCue(text string, i int) bool {
	if kindsOf(wordBefore(text, i))&endsAddressCue == 0 {
		return false
	}
	b := readBefore(text, i)
	return b.n > 0 && homeCues.endsIn(b.bytes())
}

// spelledNumbers are house numbers that are written as words (One Microsoft Way).
var spelledNumbers = words(`one two three four five six seven eight nine ten`)

// behindCorner reports whether the words that introduce the corner of two streets stand right before i.
func behindCorner(text string, i int) bool {
	return i >= 10 && text[i-2] == 'f' && strings.EqualFold(text[i-10:i], "corner of ")
}

// scanCorner finds the corner of two streets, the first of which has its name at name and may have a number before.
func scanCorner(text string, start, name int) (int, int, detect.Verdict) {
	end, _, kind := streetName(text, name)
	end = numberBehind(text, end)
	second, ok := strings.CutPrefix(text[end:], " and ")
	if !ok || !isCapital(second, 0) {
		return 0, 0, detect.Reject
	}
	stop, _, kind2 := streetName(second, 0)
	if kind < 0 && kind2 < 0 {
		return 0, 0, detect.Reject
	}
	return start, extendAddress(text, numberBehind(text, end+len(" and ")+stop)), detect.Valid
}

// scanNamedStreet finds an address whose kind of street stands before the name or at its end; the house number before
// or behind. The anchor is the first capital of the name, or that of the kind.
func scanNamedStreet(text string, at int) (int, int, detect.Verdict) {
	text = text[:min(len(text), at+maxAddress)]
	if at > 0 && (isWord(text[at-1]) || strings.IndexByte("_@/\\.#&+=", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	first := token(text, at)
	if first == at {
		return 0, 0, detect.Reject
	}
	if first < len(text) && text[first] == '.' && foldedSuffix(text[at:first], "str") {
		first++
	}
	word := text[at:first]
	numbered := first+1 < len(text) && text[first] == ' ' && isDigit(text[first+1])
	k := kindsOf(word)
	switch {
	case k&isStreetBefore != 0, shortKind(text, at) > at:
		return scanKindFirst(text, at, at)
	case numbered && hasStreetEnding(word):
		return numberedStreet(text, at, first)
	case at > 4 && text[at-1] == ' ' && text[at-2] == 'r' && text[at-4:at] == "der " && hasStreetEnding(word) && addressCue(text, at-4): // wohne in der Goethestrasse
		return at, extendAddress(text, first), detect.Valid
	}
	if start := kindBefore(text, at); start >= 0 {
		return scanKindFirst(text, start, at)
	}
	if numbered && k&(isPlain|isCommon|isTitle|isUnit|isOrgWord) == 0 && !hasMonth(word) {
		return provenStreet(text, at, first)
	}
	if first < len(text) && text[first] == ' ' && (isCapital(text, first+1) || jointAt(text, first+1) || strings.HasPrefix(text[first:], " u. ")) {
		return scanTwoWords(text, at, first)
	}
	if k&(isPlain|isCommon) == 0 {
		return 0, 0, detect.Reject
	}
	return scanPrepositional(text, at, first)
}

// jointAt reports whether a short word at i joins the words of a street's name.
func jointAt(text string, i int) bool {
	stop := i
	for stop < len(text) && stop-i < 4 && isLetter(text[stop]) {
		stop++
	}
	return stop < len(text) && text[stop] == ' ' && stop+1 < len(text) && isUpper(text[stop+1]) && isStreetJoint(text[i:stop])
}

// shortKind returns the end of a kind of street that is written with a mark in it; i, if there is none.
func shortKind(text string, i int) int {
	if i+2 < len(text) && (text[i+1] == '/' || text[i+1] == '.') {
		for _, kind := range [...]string{"C/", "C.so ", "V.le ", "P.za ", "P.zza ", "L.go ", "P.le "} {
			if strings.HasPrefix(text[i:], kind) {
				return i + len(kind)
			}
		}
	}
	return i
}

// numberedThings have numbers and are no streets.
var numberedThings = words(`article section chapter page volume figure table version part line room model item step level phase act scene question exercise channel platform
artikel seite kapitel zimmer abschnitt paragraph band raum zeile articulo pagina capitulo tabla articolo capitolo tabella artigo tabela hoofdstuk chapitre annexe anexo allegato anlage`)

// provenStreet takes a name with a house number that nothing but the postal code and the city behind it prove to be a
// street's (Meir 78, 2000 Antwerpen).
func provenStreet(text string, start, end int) (int, int, detect.Verdict) {
	stop := numberBehind(text, end)
	next := skipSeparators(text, stop)
	if numberedThings.has(text[start:token(text, start)]) {
		return 0, 0, detect.Reject
	}
	if stop == end || next < stop+2 || next >= len(text) {
		return 0, 0, detect.Reject
	}
	code := postalCode(text, next)
	if code-next < 4 || !isDigit(text[code-1]) && !isUpper(text[code-1]) || code+1 >= len(text) || text[code] != ' ' || !isCapital(text, code+1) {
		return 0, 0, detect.Reject
	}
	city, k := longestPlace(text, code+1)
	if city == code+1 {
		city = token(text, city)
	}
	year := code-next == 4 && plausibleYear(text[next:code])
	switch name := text[start:end]; {
	case k&isCountry != 0, kindsOf(name)&isPlace != 0, year && isUnitOrPlain(name):
		return 0, 0, detect.Reject
	case k&anyPlace == 0 && (year || code-next < 5 || kindsOf(text[code+1:city])&(isCommon|isPlain) != 0):
		return 0, 0, detect.Reject
	case city+1 < len(text) && text[city] == ' ' && text[city+1] >= 'a' && text[city+1] <= 'z' && kindsOf(text[city+1:token(text, city+1)])&(isPlain|isStreetParticle) == 0:
		return 0, 0, detect.Reject // 20354 Hamburg units
	}
	return leadingParts(text, start), extendAddress(text, stop), detect.Valid
}

// isUnitOrPlain reports whether one of the words is a word of the language or of addresses.
func isUnitOrPlain(run string) bool {
	for word := range strings.FieldsSeq(run) {
		if kindsOf(word)&(isPlain|isCommon|isUnit) != 0 {
			return true
		}
	}
	return false
}

// numberedStreet takes a street with the house number behind.
func numberedStreet(text string, start, end int) (int, int, detect.Verdict) {
	if end >= len(text) || text[end] != ' ' {
		return 0, 0, detect.Reject
	}
	stop := numberAfter(text, end+1, 4)
	if stop == end+1 {
		return 0, 0, detect.Reject
	}
	if stop+1 < len(text) && text[stop] == ' ' && isLetter(text[stop+1]) && (stop+2 == len(text) || !isWord(text[stop+2])) && text[stop+1] >= 'a' {
		stop += 2
	}
	if from := numberBefore(text, start); from >= 0 && (lineStart(text, from) || addressCue(text, from)) {
		start = from
	}
	if next := finnishDoor(text, stop); next > stop {
		stop = next
	}
	return leadingParts(text, start), extendAddress(text, stop), detect.Valid
}

// finnishDoor takes the staircase and flat behind a house number (Mannerheimintie 12 A 4).
func finnishDoor(text string, i int) int {
	if i+3 < len(text) && text[i] == ' ' && isUpper(text[i+1]) && text[i+2] == ' ' {
		if stop := numberAfter(text, i+3, 3); stop > i+3 {
			return stop
		}
	}
	return i
}

// lineStart reports whether a line begins at i.
func lineStart(text string, i int) bool {
	for i > 0 && strings.IndexByte(" \t>?", text[i-1]) >= 0 {
		i--
	}
	return i == 0 || text[i-1] == '\n'
}

// scanTwoWords finds Berliner Allee 12 and Kossuth Lajos utca 5.
func scanTwoWords(text string, at, first int) (int, int, detect.Verdict) {
	i := first
	for n := 0; n < 3 && i < len(text) && text[i] == ' '; n++ {
		stop := token(text, i+1)
		if stop == i+1 {
			break
		}
		word := text[i+1 : stop]
		numbered := stop+1 < len(text) && text[stop] == ' ' && isDigit(text[stop+1])
		if numbered && (kindsOf(word)&isStreetBehind != 0 && (isCapital(text, i+1) || smallKinds.has(word) && kindsOf(text[at:first])&(isPlain|isCommon) == 0) || isCapital(text, i+1) && hasStreetEnding(word)) {
			if k := kindsOf(text[at:first]); weakKinds.has(word) && k&isPlain != 0 || shouted(text[at:stop]) && (k&(isCommon|isPlain) != 0 || first-at < 3) {
				break
			}
			return numberedStreet(text, at, stop)
		}
		if numbered && (word == "gate" || word == "u.") { // which airports have too, or joins two words in German
			return provenStreet(text, at, stop)
		}
		if isCapital(text, i+1) && (numbered || stop < len(text) && (text[stop] == ' ' && stop+1 < len(text) && text[stop+1] == 'n')) && kindsOf(text[at:first])&(isPlain|isTitle) == 0 {
			if start, end, v := provenStreet(text, at, stop); v != detect.Reject {
				return start, end, v
			}
		}
		if !isCapital(text, i+1) && !isStreetJoint(word) {
			break
		}
		i = stop
	}
	return scanPrepositional(text, at, first)
}

// smallKinds stand in small letters behind the name of a street.
var smallKinds = words(`utca katu vei vej namesti ulica tere`)

// streetPrepositions begin names of German and Dutch streets (Am Markt 3), which a postal code must prove.
var streetPrepositions = words(`am an im in zum zur unter hinter auf aan op de het`)

func scanPrepositional(text string, at, first int) (int, int, detect.Verdict) {
	if first-at > 6 || !streetPrepositions.has(text[at:first]) {
		return 0, 0, detect.Reject
	}
	end, capitals, _ := streetName(text, at)
	if capitals < 2 || capitals > 3 || end >= len(text) || text[end] != ' ' {
		return 0, 0, detect.Reject
	}
	stop := numberAfter(text, end+1, 4)
	if stop == end+1 {
		return 0, 0, detect.Reject
	}
	next := skipSeparators(text, stop)
	if next == stop || postalCode(text, next) == next {
		return 0, 0, detect.Reject
	}
	return at, extendAddress(text, stop), detect.Valid
}

// kindBefore returns where the kind of street begins that stands in small letters before the name at at, over particles
// (rue de la Paix); -1 if there is none.
func kindBefore(text string, at int) int {
	i := at
	for range 4 {
		if i < 2 || text[i-1] != ' ' && text[i-1] != '\'' {
			return -1
		}
		from := i - 1
		for from > 0 && i-from < 12 && (isWord(text[from-1]) || text[from-1] == '.') {
			from--
		}
		word := text[from : i-1]
		if word == "" || word[0] < 'a' {
			return -1
		}
		switch k := kindsOf(word); {
		case k&isStreetBefore != 0:
			return from
		case k&isStreetParticle == 0 && !isDigit(word[0]):
			return -1
		}
		i = from
	}
	return -1
}

// dayOfName passes over the day of a street that is named for a date (Via 25 Aprile, Strasse des 17. Juni, Rua 1o de Maio) and
// returns where the month begins; i, if there is none.
func dayOfName(text string, i int) int {
	j := i
	for j < len(text) && j-i < 2 && isDigit(text[j]) {
		j++
	}
	if j == i {
		return i
	}
	if j < len(text) && (text[j] == '.' || text[j] == 'o') {
		j++
	}
	if j >= len(text) || text[j] != ' ' {
		return i
	}
	if strings.HasPrefix(text[j+1:], "de ") {
		j += len("de ")
	}
	if stop := token(text, j+1); stop > j+1 && hasMonth(text[j+1:stop]) {
		return j + 1
	}
	return i
}

// gridKinds are streets that bear numbers in Colombia and its neighbours.
var gridKinds = words(`calle cl cl. carrera cra cra. kra diagonal dg transversal tv avenida av av. ac ak`)

// gridNumber returns the end of an address in a grid of numbered streets (Carrera 7 No. 71-21, Calle 93 # 11-27); i, if there
// is none.
func gridNumber(text string, start, i int) int {
	if i >= len(text) || !isDigit(text[i]) || !gridKinds.has(text[start:token(text, start)]) {
		return i
	}
	stop := numberAfter(text, i, 3)
	if stop == i || stop+4 > len(text) {
		return i
	}
	if text[stop] == ' ' {
		if word := token(text, stop+1); compass.has(text[stop+1:word]) || strings.EqualFold(text[stop+1:word], "sur") || strings.EqualFold(text[stop+1:word], "norte") || strings.EqualFold(text[stop+1:word], "bis") {
			stop = word
		}
	}
	rest := strings.TrimLeft(text[stop:min(len(text), stop+2)], " ,")
	from := stop + min(2, len(text)-stop) - len(rest)
	for _, mark := range [...]string{"#", "No. ", "No ", "No.", "Nro. ", "N. ", "N "} {
		if after, ok := strings.CutPrefix(text[from:], mark); ok {
			at := len(text) - len(strings.TrimPrefix(after, " "))
			if end := numberAfter(text, at, 3); end > at && strings.IndexByte(text[at:end], '-') > 0 {
				return end
			}
		}
	}
	return i
}

// scanKindFirst takes an address from its kind of street on; name is where the kind or the first capital behind it is.
func scanKindFirst(text string, start, name int) (int, int, detect.Verdict) {
	first := name
	if first == start {
		if stop := shortKind(text, start); stop > start {
			first = stop
		} else {
			first = token(text, start)
		}
		for first < len(text) && text[first] == ' ' {
			first++
		}
		for range 4 {
			stop := token(text, first)
			if stop == first || stop >= len(text) || isCapital(text, first) || !isStreetJoint(strings.TrimSuffix(text[first:stop], "'")) {
				break
			}
			first = stop + 1
		}
	}
	if stop := gridNumber(text, start, first); stop > first {
		return leadingParts(text, start), extendAddress(text, stop), detect.Valid
	}
	day := dayOfName(text, first)
	if !isCapital(text, day) {
		return 0, 0, detect.Reject
	}
	word := text[day:token(text, day)]
	k := kindsOf(word)
	if k&isPlain != 0 && k&(anySurname|anyPlace|isPlaceStart|isStreetParticle) == 0 && day == first {
		// A word of the language names a street where the number and what follows it say so.
		end, _, _ := streetName(text, first)
		if stop := numberBehind(text, end); stop == end || extendAddress(text, stop) == stop {
			return 0, 0, detect.Reject
		}
	}
	end, _, _ := streetName(text, day)
	if day > first && numberBehind(text, end) == end {
		return 0, 0, detect.Reject
	}
	if stop := end + len(" 1945 "); day > first && stop < len(text) && text[end] == ' ' && plausibleYear(text[end+1:stop-1]) && isDigit(text[stop]) {
		end = stop - 1 // Rue du 8 Mai 1945 12
	}
	if text[end-1] == '.' {
		end--
	}
	front := numberBefore(text, start)
	if front < 0 {
		front = frontBis(text, start)
	}
	stop := numberBehind(text, end)
	if front < 0 && stop == end {
		return 0, 0, detect.Reject
	}
	full := extendAddress(text, stop)
	if strings.HasPrefix(text[start:], "via ") && full == stop && (stop == end || k&(anyGiven|anySurname|anyPlace) == 0) {
		return 0, 0, detect.Reject
	}
	if front >= 0 {
		start = front
	}
	return leadingParts(text, start), full, detect.Valid
}

// frontBis takes a house number with bis or ter before a street (12 bis rue).
func frontBis(text string, start int) int {
	for _, w := range [...]string{" bis ", " ter ", " bis, ", " ter, "} {
		if strings.HasSuffix(text[:start], w) {
			return numberBefore(text, start-len(w)+1)
		}
	}
	return -1
}

// numberBehind takes the house number behind a street's name, with what introduces it: a comma, no., n., num.
func numberBehind(text string, end int) int {
	i := end
	if i < len(text) && text[i] == ',' {
		i++
	}
	if i >= len(text) || text[i] != ' ' {
		return end
	}
	i++
	for _, w := range [...]string{"n.o ", "n. ", "n.", "no. ", "no ", "nr. ", "num. ", "numero ", "n ", "nº ", "n° ", "km "} {
		if i+len(w) < len(text) && strings.EqualFold(text[i:i+len(w)], w) {
			i += len(w)
			break
		}
	}
	stop := numberAfter(text, i, 5)
	switch {
	case strings.HasPrefix(text[i:], "s/n") && (i+3 == len(text) || !isWord(text[i+3])): // sin número, sem número
		return i + 3
	case stop == i, stop-i == 5 && isDigit(text[i+4]) && end+1 < i: // a postal code behind a comma
		return end
	}
	if rest := text[stop:]; strings.HasPrefix(rest, " n. ") || strings.HasPrefix(rest, " km ") { // Strada Statale 16 n. 45
		if n := numberAfter(text, stop+4, 4); n > stop+4 {
			return n
		}
	}
	return stop
}
