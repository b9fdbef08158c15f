package pii

import "strings"

// What stands in an address. Street kinds stand behind the name of the street in English (12 Mill Road), before it in
// Romance and Slavic languages (12 rue de la Paix), and at its end in Germanic ones (Hauptstrasse 12).
const (
	kindsBehind = `street st st. avenue ave ave. av road rd rd. boulevard blvd blvd. lane ln ln. drive dr dr. court ct ct. place pl pl.
square sq sq. terrace ter way parkway pkwy circle cir highway hwy crescent cres close gardens grove row mews trail quay
esplanade loop alley plaza walk rise green hill view parade turnpike pike crossing route expressway freeway bypass
strasse str str. allee weg platz gasse ring damm ufer chaussee straat laan plein gracht kade vej gade vei gate gata vag
vagen gatan katu tie utca ut utja korut sokak caddesi`
	kindsBefore = `rue avenue av av. ave. boulevard bd bd. blvd. place pl. chemin allee impasse quai route cours square passage sentier
faubourg lotissement calle avenida avda avda. plaza pza pza. paseo camino carretera ctra ctra. ronda travesia glorieta
carrer passeig avinguda placa costanilla colonia barrio via viale v.le piazza p.za piazzale corso c.so largo vicolo
strada contrada localita rua travessa praca alameda estrada rodovia ul. ul ulica aleja al. os. osiedle plac pl str.
bulevardul ulitsa`
	streetParticles = `de la le les du des del dell della delle dei degli di da do dos das el los las l d van von der den het und of the y e
en sur sous lez a al`
	unitWords = `apt apt. apartment suite ste ste. unit flat floor fl fl. room rm rm. level lvl bldg building block wohnung whg whg.
etage stock top app app. appartement appt appt. bat bat. bus bte bte. piso puerta planta esc esc. escalera interno int
int. scala piano apto apto. andar bloco sala m. lok. verdieping`
)

var (
	// weakKinds are behind names of other things too, so that a number before is not enough.
	weakKinds = words(`place way close row green hill view rise walk route loop plaza pike crossing court drive circle square ring ter tie ut
gate platz weg st dr pl ct`)
	compass = words(`n s e w ne nw se sw n. s. e. w. north south east west old new saint st st.`)
	// lookalikes end as streets do.
	lookalikes = words(`parkplatz arbeitsplatz sitzplatz stellplatz bahnsteig umweg rundweg heimweg schulweg lehrplatz lagerplatz bauplatz
spielplatz sportplatz tabellenplatz startplatz studienplatz ausbildungsplatz rang boxring tontrager ehering
schluesselring hering spring string bring during king`)
)

// streetEndings are the ends of Germanic street names, without a border before them.
var streetEndings = [...]string{
	"strasse", "str.", "str", "weg", "gasse", "platz", "allee", "ring", "damm", "ufer", "chaussee", "steig", "straat", "laan", "plein", "gracht", "kade", "dijk", "dreef", "singel", "steenweg",
	"vej", "gade", "vegen", "veien", "gata", "gatan", "vagen", "vag", "katu", "tie", "kuja", "stien", "stigen", "bakken", "backen", "grand", "torget", "plads", "plass", "straeti", "vegur", "gotu", "gata",
}

// hasStreetEnding reports whether a word is the name of a street with its kind at its end, behind three letters at least.
func hasStreetEnding(word string) bool {
	for _, ending := range streetEndings {
		if len(word) >= len(ending)+3 && lowerByte(word[len(word)-1]) == ending[len(ending)-1] && foldedSuffix(word, ending) {
			return !lookalikes.has(word)
		}
	}
	return false
}

// foldedSuffix is strings.HasSuffix without regard to ASCII case.
func foldedSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// token returns the end of the word at i with the marks that belong to it: apostrophe, hyphen and a period that ends an
// abbreviation of at most five letters.
func token(text string, i int) int {
	j := i
	for j < len(text) && j-i < maxWord && (isWord(text[j]) || (text[j] == '\'' || text[j] == '-') && j > i && j+1 < len(text) && isWord(text[j+1])) {
		j++
	}
	if j > i && j < len(text) && text[j] == '.' && j-i <= 5 && !isDigit(text[j-1]) {
		j++
	}
	return j
}

// isCapital reports whether a capital is at i.
func isCapital(text string, i int) bool {
	return i < len(text) && (text[i] >= 'A' && text[i] <= 'Z' || text[i] >= 0x80)
}

// numberAfter returns the end of a house number at i: at most four digits (five in front of a street), a letter, a range.
// It returns i if there is none.
func numberAfter(text string, i, digits int) int {
	j := i
	for j < len(text) && isDigit(text[j]) {
		j++
	}
	if j == i || j-i > digits {
		return i
	}
	if j+1 < len(text) && (text[j] == '-' || text[j] == '/') && isAlnum(text[j+1]) {
		k := j + 1
		for k < len(text) && k-j < 5 && isAlnum(text[k]) {
			k++
		}
		j = k
	} else if j < len(text) && isLetter(text[j]) && (j+1 == len(text) || !isWord(text[j+1])) {
		j++
	}
	if j < len(text) && (isWord(text[j]) || strings.IndexByte("%$:°", text[j]) >= 0 || (text[j] == '.' || text[j] == ',') && j+1 < len(text) && isDigit(text[j+1])) {
		return i
	}
	return j
}

// numberBefore returns where a house number begins that ends right before the space at i, or -1.
func numberBefore(text string, i int) int {
	end := i
	for end > 0 && (text[end-1] == ' ' || text[end-1] == ',') && i-end < 2 {
		end--
	}
	if end == i {
		return -1
	}
	start := end
	for start > 0 && end-start < 12 && (isAlnum(text[start-1]) || (text[start-1] == '-' || text[start-1] == '/') && start < end) {
		start--
	}
	if start == end || !isDigit(text[start]) || start > 0 && strings.IndexByte("$.,:#+%/@_'", text[start-1]) >= 0 && !(text[start-1] == ',' || text[start-1] == '.') || start > 1 && (text[start-1] == '.' || text[start-1] == ',') && isDigit(text[start-2]) {
		return -1
	}
	if stop := numberAfter(text, start, 5); stop != end {
		return -1
	}
	return start
}

// streetName reads the words of a street's name from i: at most six words with a capital or ordinals, with particles
// between. It returns the end of the words, how many have a capital, and where a kind of street behind them ends, or -1.
func streetName(text string, i int) (end, capitals, kindEnd int) {
	end, kindEnd = i, -1
	for n := 0; n < 8 && capitals < 6 && i < len(text); n++ {
		stop := token(text, i)
		if stop == i {
			break
		}
		word := text[i:stop]
		if n > 0 && unit(text, i) > i {
			break
		}
		switch {
		case (capitals > 0 || n > 0) && kindsOf(word)&isStreetBehind != 0:
			if text[i] >= 'a' && !strings.HasSuffix(word, ".") && word != "utca" && word != "katu" && word != "vei" && word != "vej" {
				return end, capitals, kindEnd
			}
			capitals++
			end, kindEnd = stop, stop
		case isCapital(text, i):
			capitals++
			end = stop
		case isOrdinal(word), n > 0 && len(word) < 4 && isDigit(word[0]) && compass.has(lastWord(text[max(0, i-8):i-1])) && numberAfter(text, i, 3) == stop:
			capitals++
			end = stop
		case isStreetJoint(word) || strings.HasSuffix(word, "'"):
		default:
			return end, capitals, kindEnd
		}
		if word[len(word)-1] == '.' && stop-i > 5 || stop >= len(text) || text[stop] != ' ' && text[stop] != '\'' {
			break
		}
		i = stop + 1
	}
	return end, capitals, kindEnd
}

func isStreetJoint(word string) bool { return kindsOf(word)&isStreetParticle != 0 }

// isOrdinal reports whether a word is 1st, 22nd, 3rd or 45th.
func isOrdinal(word string) bool {
	n := len(word) - 2
	if n < 1 || n > 3 || !isDigit(word[0]) || !isDigit(word[n-1]) {
		return false
	}
	switch word[n:] {
	case "st", "nd", "rd", "th":
		return true
	}
	return false
}

// maxParts bounds the parts of an address behind its street.
const maxParts = 7

// extendAddress returns the end of what belongs to an address behind end: units, city, state, postal code, country, over
// commas and line breaks. Words with a capital belong to it only where a postal code or a place of the lists follows
// or is among them.
func extendAddress(text string, end int) int {
	accepted, coded := end, false
	for parts, loose := 0, 0; parts < maxParts && loose < 3; parts++ {
		start := skipSeparators(text, end)
		if start == end {
			return accepted
		}
		stop, kind := addressPart(text, start)
		switch {
		case stop == start, kind == codePart && coded:
			return accepted
		case kind == loosePart:
			loose++
		default:
			accepted, loose, coded = stop, 0, coded || kind == codePart
		}
		end = stop
	}
	return accepted
}

// partKind says what a part of an address is: loose words, a postal code, or something else that proves what stands
// before it.
type partKind uint8

const (
	loosePart partKind = iota
	surePart
	codePart
)

// skipSeparators passes over commas, spaces, the marks of quotation and at most two line breaks.
func skipSeparators(text string, i int) int {
	breaks := 0
	for i < len(text) {
		switch text[i] {
		case '\n':
			if breaks++; breaks > 2 {
				return i
			}
		case ' ', ',', '\r', '\t', '>', '-':
		default:
			return i
		}
		i++
	}
	return i
}

// addressPart reads the part of an address at i: its end, i if there is none, and its kind.
func addressPart(text string, i int) (int, partKind) {
	if stop := unit(text, i); stop > i {
		return stop, surePart
	}
	if stop := stateAndCode(text, i); stop > i {
		return stop, codePart
	}
	if stop := postalCode(text, i); stop > i {
		return afterPostalCode(text, stop), codePart
	}
	if !isCapital(text, i) {
		return i, loosePart
	}
	if stop, k := longestPlace(text, i); k&anyPlace != 0 && (k&isPlace != 0 || !isOrdinary(k&^anyPlace)) {
		return stop, surePart
	}
	return looseWords(text, i), loosePart
}

// looseWords returns the end of up to four words at i that could be a city or a state.
func looseWords(text string, i int) int {
	end := i
	for n := 0; n < 4; n++ {
		stop := token(text, i)
		if stop == i {
			break
		}
		word := text[i:stop]
		capital := isCapital(text, i)
		if !capital && (n == 0 || !isStreetJoint(word)) {
			break
		}
		if k := kindsOf(word); n == 0 && k&(isPlain|isCommon|isTitle) != 0 && k&(anyPlace|isPlaceStart) == 0 && capitalWord(text, i) != stop {
			break
		}
		if capital {
			end = stop
		}
		if stop >= len(text) || text[stop] != ' ' || postalCode(text, stop+1) > stop+1 {
			break
		}
		i = stop + 1
	}
	return end
}

// stateAndCode returns the end of a state in capitals and the postal code behind it (CA 94043, NSW 2015); i, if there is
// none.
func stateAndCode(text string, i int) int {
	j := i
	for j < len(text) && j-i < 4 && isUpper(text[j]) {
		j++
	}
	if j-i < 2 || j-i > 3 || j >= len(text) || text[j] != ' ' {
		return i
	}
	for j < len(text) && text[j] == ' ' && j-i < 6 {
		j++
	}
	stop := postalCode(text, j)
	if stop == j || !isDigit(text[j]) {
		return i
	}
	return stop
}

// unit returns the end of the flat, floor or room at i, with its number.
func unit(text string, i int) int {
	if stop := storeyBehind(text, i); stop > i {
		return stop
	}
	j := i
	if i < len(text) && text[i] == '#' {
		j++
	} else {
		stop := token(text, i)
		if stop > i && isOrdinal(text[i:stop]) && len(text) >= stop+6 && strings.EqualFold(text[stop:stop+6], " floor") {
			return stop + 6
		}
		if stop == i || kindsOf(text[i:stop])&isUnit == 0 || stop >= len(text) || text[stop] != ' ' {
			return i
		}
		j = stop + 1
		if j < len(text) && text[j] == '#' {
			j++
		}
	}
	k := j
	for k < len(text) && k-j < 6 && (isAlnum(text[k]) || text[k] == '-' && k > j) {
		k++
	}
	if k == j || k < len(text) && isWord(text[k]) || !isDigit(text[j]) && k-j > 2 {
		return i
	}
	return k
}

// storeyBehind returns the end of a storey and door as Spanish and Portuguese write them (3o B, 2a izq); i, if there is none.
func storeyBehind(text string, i int) int {
	j := i
	for j < len(text) && j-i < 2 && isDigit(text[j]) {
		j++
	}
	if j == i || j >= len(text) || text[j] != 'o' && text[j] != 'a' || j+1 < len(text) && isWord(text[j+1]) {
		return i
	}
	j++
	if j+1 < len(text) && text[j] == ' ' && isLetter(text[j+1]) {
		stop := token(text, j+1)
		if word := text[j+1 : stop]; len(word) == 1 || doors.has(word) {
			return stop
		}
	}
	return j
}

var doors = words(`izq izq. dcha dcha. izquierda derecha der esq dto dto. esq. drt fte centro`)

// postalCode returns the end of a postal code at i: four to six digits, in some countries with a dash, or with letters
// (SW1A 1AA, K1A 0B6, 1012 AB, D-10115).
func postalCode(text string, i int) int {
	j := i
	for n := 0; n < 2 && j < len(text) && text[j] >= 'A' && text[j] <= 'Z'; n++ {
		j++
	}
	prefix := j - i
	if prefix > 0 {
		if j >= len(text) || text[j] != '-' {
			return britishCode(text, i)
		}
		j++
	}
	digits := j
	for j < len(text) && isDigit(text[j]) {
		j++
	}
	n := j - digits
	rest := text[j:]
	if stop := j + 3; n == 3 && digitGroup(rest, ' ', 2) && stop+1 < len(text) && text[stop] == ' ' && isDigit(text[stop+1]) || n == 4 && len(rest) > 1 && rest[0] == ' ' && isDigit(rest[1]) {
		return i // a phone number
	}
	switch {
	case n == 5 && digitGroup(rest, '-', 3), n == 4 && digitGroup(rest, '-', 3):
		return j + 4
	case n == 5 && digitGroup(rest, '-', 4):
		return j + 5
	case n == 2 && digitGroup(rest, '-', 3):
		return j + 4
	case n == 3 && digitGroup(rest, ' ', 2):
		return j + 3
	case n == 4 && len(rest) >= 3 && rest[0] == ' ' && isUpper(rest[1]) && isUpper(rest[2]) && (len(rest) == 3 || !isWord(rest[3])):
		return j + 3
	case n < 4 || n > 6 || j < len(text) && (isWord(text[j]) || text[j] == '-'):
		return i
	}
	return j
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// digitGroup reports whether s is a separator and n digits, at a border.
func digitGroup(s string, sep byte, n int) bool {
	if len(s) < n+1 || s[0] != sep || len(s) > n+1 && (isWord(s[n+1]) || s[n+1] == '-') {
		return false
	}
	for i := 1; i <= n; i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// britishCode returns the end of a British or Canadian postal code at i.
func britishCode(text string, i int) int {
	j := i
	for j < len(text) && j-i < 4 && (isUpper(text[j]) || isDigit(text[j])) {
		j++
	}
	if j-i < 2 || !isDigit(text[j-1]) && (j-i < 3 || !isDigit(text[j-2])) && !isDigit(text[i+1]) || j+4 > len(text) || text[j] != ' ' || !isDigit(text[j+1]) {
		return i
	}
	british := isUpper(text[j+2]) && isUpper(text[j+3])
	canadian := isUpper(text[j+2]) && isDigit(text[j+3])
	if !british && !canadian || j+4 < len(text) && isWord(text[j+4]) {
		return i
	}
	return j + 4
}

// afterPostalCode takes the city behind a postal code on the same line: at most four words with a capital, which no
// ordinary word begins.
func afterPostalCode(text string, end int) int {
	if end+1 >= len(text) || text[end] != ' ' || !isCapital(text, end+1) {
		return end
	}
	if stop, k := longestPlace(text, end+1); k&anyPlace != 0 {
		return stop
	}
	stop := end
	for n := 0; n < 4 && stop < len(text) && text[stop] == ' '; n++ {
		next := token(text, stop+1)
		word := text[stop+1 : next]
		if next == stop+1 || !isCapital(text, stop+1) && (n == 0 || !isStreetJoint(word)) || isCapital(text, stop+1) && kindsOf(word)&(isPlain|isTitle) != 0 && kindsOf(word)&isPlaceStart == 0 {
			break
		}
		stop = next
		if isCapital(text, next-len(word)) {
			end = next
		}
	}
	if text[end-1] == '.' {
		end--
	}
	return end
}
