package pii

import "strings"

// What stands in an address. Street kinds stand behind the name of the street in English (12 Mill Road), before it in
// Romance and Slavic languages (12 rue de la Paix), and at its end in Germanic ones (Hauptstrasse 12).
const (
	kindsBehind = `street st st. avenue ave ave. av road rd rd. boulevard blvd blvd. lane ln ln. drive dr dr. court ct ct. place pl pl.
square sq sq. terrace ter way parkway pkwy circle cir highway hwy crescent cres close gardens grove row mews trail quay
esplanade loop alley plaza walk rise green hill view parade turnpike pike crossing route expressway freeway bypass
rte tce cct pde strip wynd wharf mount heights brae glen knoll dell path pass run park bend ridge cove point landing trace field fields common heath
strasse str str. allee weg platz gasse ring damm ufer chaussee straat laan plein gracht kade vej gade vei gate gata vag
vagen gatan katu tie utca ut utja korut sokak caddesi namesti ulica tere rue`
	kindsBefore = `rue avenue av av. ave. boulevard bd bd. blvd. place pl. chemin allee impasse quai route cours square passage sentier
faubourg lotissement calle avenida avda avda. plaza pza pza. paseo camino carretera ctra ctra. ronda travesia glorieta
carrer passeig avinguda placa costanilla colonia barrio carrera cra. cra kra diagonal transversal jiron jr. praceta largo calcada azinhaga via viale v.le piazza p.za piazzale corso c.so largo vicolo
strada contrada localita rua travessa praca alameda estrada rodovia ul. ul ulica aleja al. os. osiedle plac pl str.
bulevardul ulitsa chaussee steenweg strasse`
	streetParticles = `de la le les du des del dell della delle dei degli di da do dos das el los las l d van von der den het und of the y e
en sur sous lez a al`
	unitWords = `lot shop studio penthouse stn bajo ap. apdo. tur porta fraccao conjunto cj. cj apt apt. apartment suite ste ste. unit flat floor fl fl. room rm rm. level lvl bldg building block wohnung whg whg.
etage stock top app app. appartement appt appt. bat bat. bus bte bte. piso puerta planta esc esc. escalera interno int
int. scala piano apto apto. andar bloco sala m. lok. verdieping`
)

var (
	// weakKinds are behind names of other things too, so that a number before is not enough.
	weakKinds = words(`place way close row green hill view rise walk route loop plaza pike crossing court drive circle square ring ter tie ut
gate platz weg st dr pl ct strip mount`)
	// proofKinds end the names of parks, programs and teams as well: what follows must prove that one is a street's.
	proofKinds = words(`heights path pass run park bend ridge cove point landing trace field fields common heath glen dell knoll wharf pde`)
	compass    = words(`n s e w ne nw se sw n. s. e. w. north south east west old new saint st st.`)
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

// numberAfter is plainNumber, with bis or ter behind the number.
func numberAfter(text string, i, digits int) int {
	j := plainNumber(text, i, digits)
	if j > i && j+4 < len(text) && text[j] == ' ' && !isWord(text[j+4]) && (text[j+1:j+4] == "bis" || text[j+1:j+4] == "ter") {
		return j + 4
	}
	return j
}

// plainNumber returns the end of a house number at i: at most four digits (five in front of a street), a letter, a range.
// It returns i if there is none.
func plainNumber(text string, i, digits int) int {
	j := i
	for j < len(text) && isDigit(text[j]) {
		j++
	}
	if j == i || j-i > digits {
		return i
	}
	if j < len(text) && isLetter(text[j]) && (j+1 == len(text) || !isWord(text[j+1])) {
		j++
	}
	for n := 0; n < 3 && j+1 < len(text) && (text[j] == '-' || text[j] == '/'); n++ {
		stop := doorAfter(text, j+1)
		if stop == j+1 {
			break
		}
		j = stop
	}
	if j < len(text) && (isWord(text[j]) || strings.IndexByte("%$:°", text[j]) >= 0 || (text[j] == '.' || text[j] == ',') && j+1 < len(text) && isDigit(text[j+1])) {
		return i
	}
	return j
}

// doorAfter returns the end of what stands behind a house number and a dash or slash: up to four digits with a letter, or a
// letter; i, if there is neither.
func doorAfter(text string, i int) int {
	j := i
	for j < len(text) && j-i < 4 && isDigit(text[j]) {
		j++
	}
	if j < len(text) && isLetter(text[j]) {
		j++
	}
	if j < len(text) && isWord(text[j]) {
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
	if stop := plainNumber(text, start, 5); stop != end {
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
			if text[i] >= 'a' && !strings.HasSuffix(word, ".") && !smallKinds.has(word) {
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
// or is among them, or where one or two words that no list has end the sentence behind a comma.
func extendAddress(text string, end int) int {
	accepted, _ := extendToCode(text, end)
	return accepted
}

// extendToCode is extendAddress, and says whether there is a postal code in what it takes.
func extendToCode(text string, end int) (accepted int, coded bool) {
	first, city := end, end
	accepted = end
	defer func() {
		if accepted == first {
			accepted = city
		}
	}()
	for parts, loose := 0, 0; parts < maxParts && loose < 3; parts++ {
		start := skipSeparators(text, end)
		if start == end {
			return accepted, coded
		}
		stop, kind := addressPart(text, start)
		switch {
		case stop == start, kind == codePart && coded:
			return accepted, coded
		case kind == loosePart:
			if end == first && unknownCity(text, end, start, stop) {
				city = stop
			}
			loose++
		default:
			accepted, loose, coded = stop, 0, coded || kind == codePart
		}
		end = stop
	}
	return accepted, coded
}

// unknownCity reports whether loose words stand behind a comma, end the sentence, and are in no list: a small place.
func unknownCity(text string, end, start, stop int) bool {
	if start != end+2 || text[end] != ',' || text[end+1] != ' ' || stop-start < 4 || shouted(text[start:stop]) ||
		stop < len(text) && strings.IndexByte(".,;)\n", text[stop]) < 0 || strings.Count(text[start:stop], " ") > 1 {
		return false
	}
	for word := range strings.FieldsSeq(text[start:stop]) {
		if kindsOf(word)&^(isPlaceStart|isStreetParticle) != 0 {
			return false
		}
	}
	return true
}

// partKind says what a part of an address is: loose words, a postal code, or something else that proves what stands
// before it.
type partKind uint8

const (
	loosePart partKind = iota
	surePart
	codePart
)

// skipSeparators passes over commas, spaces, a period before a comma or behind a number (Hungarian house numbers), at most two line breaks,
// and the marks of quotations, lists and tables where a line begins.
func skipSeparators(text string, i int) int {
	if i+1 < len(text) && i > 0 && text[i] == '.' && (text[i+1] == ',' || text[i+1] == '\n' && isDigit(text[i-1])) {
		i++
	}
	breaks, marks := 0, ">-"
	for i < len(text) {
		switch c := text[i]; {
		case c == '\n':
			if breaks++; breaks > 2 {
				return i
			}
			marks = ">-|*?"
		case c == ' ' || c == ',' || c == '\r' || c == '\t' || strings.IndexByte(marks, c) >= 0:
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
	if stop := stateAlone(text, i); stop > i {
		return stop, surePart
	}
	if stop, k := longestPlace(text, i); k&anyPlace != 0 && (k&isPlace != 0 || !isOrdinary(k&^anyPlace)) {
		return citySuffix(text, i, stop), surePart
	}
	return looseWords(text, i), loosePart
}

// stateAlone returns the end of the code of a state or province that ends its line, sentence or part; i, if there is none.
func stateAlone(text string, i int) int {
	j := i
	for j < len(text) && j-i < 4 && isUpper(text[j]) {
		j++
	}
	if j-i < 2 || j < len(text) && strings.IndexByte(".,;)\n", text[j]) < 0 || !stateCodes.has(text[i:j]) && !moreStates.has(text[i:j]) || i < 2 || !isWord(text[i-2]) && text[i-2] != ',' {
		return i
	}
	return j
}

// moreStates are the codes of states of Australia, Brazil and Mexico City.
var moreStates = words(`nsw vic qld tas act sa nt ac al am ap ba ce es go mg mt pa pb pe pi rj rn ro rr rs se sp to cdmx`)

// citySuffix takes what stands behind the name of a city on its line: a province (Roma RM, Bologna (BO)), cedex, or the
// district of a large city (Dublin 2, Praha 1).
func citySuffix(text string, start, end int) int {
	if start >= end || end+1 >= len(text) {
		return end
	}
	if stop := end + 3; text[end] == '/' && stop <= len(text) && moreStates.has(text[end+1:stop]) && shouted(text[end+1:stop]) && (stop == len(text) || !isWord(text[stop])) {
		return stop // Sao Paulo/SP
	}
	if text[end] != ' ' {
		return end
	}
	i, closing := end+1, 0
	if text[i] == '(' {
		i, closing = i+1, 1
	}
	stop := i
	for stop < len(text) && stop-i < 6 && isAlnum(text[stop]) {
		stop++
	}
	word := text[i:stop]
	switch {
	case stop == i, stop < len(text) && isWord(text[stop]):
		return end
	case closing == 1:
		if stop-i <= 3 && shouted(word) && stop < len(text) && text[stop] == ')' {
			return stop + 1
		}
	case len(word) == 2 && shouted(word) && italianProvinces.has(word):
		return stop
	case strings.EqualFold(word, "cedex"):
		if stop < len(text) && text[stop] == ' ' {
			if n := numberAfter(text, stop+1, 2); n > stop+1 {
				return n
			}
		}
		return stop
	case len(word) <= 2 && (isDigit(word[0]) || shouted(word)) && districtCities.has(text[start:end]) && (stop == len(text) || strings.IndexByte(",.\n", text[stop]) >= 0):
		return stop
	}
	return end
}

// districtCities are written with a number or letter of a district.
var districtCities = words(`dublin praha prague budapest wien vienna paris lyon marseille bratislava kobenhavn copenhagen frederiksberg aarhus odense`)

var italianProvinces = words(`ag al an ao ap aq ar at av ba bg bi bl bn bo br bs bt bz ca cb ce ch cl cn co cr cs ct cz en fc fe fg fi fm fr ge go gr im is kr lc le li lo lt lu mb mc me mi mn mo ms mt na no nu or pa pc pd pe pg pi pn po pr pt pu pv pz ra rc re rg ri rm rn ro sa si so sp sr ss su sv ta te tn to tp tr ts tv ud va vb vc ve vi vr vt vv`)

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
		if k := kindsOf(word); n == 0 && k&(isPlain|isTitle) != 0 && k&(anyPlace|isPlaceStart) == 0 && capitalWord(text, i) != stop {
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
	if j > i && j+4 < len(text) && text[j] == '.' && text[j+1] == ' ' && !isWord(text[j+4]) {
		switch text[j+2 : j+4] {
		case "tv", "th", "mf":
			return j + 4
		}
	}
	if j > i && j+1 < len(text) && text[j] == '.' { // 3.o
		j++
	}
	if j == i || j >= len(text) || text[j] != 'o' && text[j] != 'a' || j+1 < len(text) && isWord(text[j+1]) {
		return i
	}
	j++
	if j < len(text) && text[j] == '.' {
		j++
	}
	if j+1 < len(text) && text[j] == ' ' && isLetter(text[j+1]) {
		stop := token(text, j+1)
		if word := text[j+1 : stop]; len(word) == 1 || doors.has(word) {
			return stop
		}
	}
	return j
}

var doors = words(`ext int izdo. izq izq. dcha dcha. izquierda derecha der esq dto dto. esq. drt fte centro`)

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
			return letteredCode(text, i)
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
	case n == 4 && len(rest) >= 2 && isUpper(rest[0]) && isUpper(rest[1]) && (len(rest) == 2 || !isWord(rest[2])):
		return j + 2
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

// letteredCode returns the end of a British, Canadian, Irish or Argentine postal code at i; i, if there is none.
func letteredCode(text string, i int) int {
	if stop := i + 8; stop <= len(text) && isDigit(text[i+1]) {
		switch {
		case (isDigit(text[i+2]) || text[i+2] == 'W') && text[i+3] == ' ' && isUpper(text[i+4]) && codeBlock(text[i+5:stop]) && (stop == len(text) || !isWord(text[stop])):
			return stop // D02 FN12
		case isDigit(text[i+2]) && isDigit(text[i+3]) && isDigit(text[i+4]) && isUpper(text[i+5]) && isUpper(text[i+6]) && isUpper(text[i+7]) && (stop == len(text) || !isWord(text[stop])):
			return stop // C1043AAZ
		}
	}
	return britishCode(text, i)
}

// codeBlock reports whether a run has capitals and digits alone, and a digit among them.
func codeBlock(s string) bool {
	digits := 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case !isUpper(s[i]):
			return false
		}
	}
	return digits > 0
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
		return citySuffix(text, end+1, stop)
	}
	from, stop := end+1, end
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
	return citySuffix(text, from, end)
}

// leadingParts returns where an address begins whose street or house number is at start: with the flats, floors and
// buildings that stand before it (Flat 3, Rosewood House, 7 Harbour Road).
func leadingParts(text string, start int) int {
	for range 4 {
		from := leadingPart(text, start)
		if from == start {
			break
		}
		start = from
	}
	return start
}

// leadUnits are units as they stand before a house number.
var leadUnits = words(`haus house apt apt. apartment suite ste ste. unit flat floor level lvl lot shop studio penthouse bldg building block wohnung appartement appt appt. bat bat. batiment no. plot`)

// buildings are what the names of buildings begin or end with.
var buildings = words(`house court building tower towers mansions lodge villa residence residency apartments park estate centre center cottage hall farm rectory vicarage barn mill plaza complex cottages flats chambers wharf
haus hof residence batiment immeuble urbanizacion edificio edifici palazzo condominio res. ed. urb. lieu-dit hameau`)

func leadingPart(text string, start int) int {
	i := start
	for i > 0 && start-i < 2 && strings.IndexByte(" ,\n", text[i-1]) >= 0 {
		i--
	}
	if i == start || i == 0 {
		return start
	}
	first := lastToken(text, i)
	word := text[first:i]
	apart := i < start-1 || text[i] == '\n'
	switch {
	case word == "":
		return start
	case !apart && leadUnits.has(word) && !isCommonVerb(text, first):
		return first
	case isDigit(word[0]) && len(word) <= 5 || len(word) == 1, len(word) == 2 && word[0] == '#':
		from := first
		if from > 1 && text[from-1] == '#' {
			from--
		}
		if from > 1 && text[from-1] == ' ' {
			if lead := lastToken(text, from-1); lead < from-1 && leadUnits.has(text[lead:from-1]) {
				return lead
			}
		}
		return start
	case !apart:
		return start
	case strings.EqualFold(word, "floor") && first > 1:
		if from := lastToken(text, first-1); isOrdinal(text[from : first-1]) {
			return from
		}
	}
	return leadingBuilding(text, i, start)
}

// isCommonVerb reports whether an article or a preposition before makes a thing of a unit: the building 5, a lot 12.
func isCommonVerb(text string, at int) bool {
	switch strings.ToLower(wordBefore(text, at)) {
	case "the", "a", "an", "this", "that", "of", "my", "our":
		return true
	}
	return false
}

// leadingBuilding takes the words with capitals that end at end as a building's name, if one of its ends says so.
func leadingBuilding(text string, end, start int) int {
	from, last := end, end
	for n := 0; n < 4; n++ {
		first := lastToken(text, from)
		word := text[first:from]
		if word == "" || !isCapital(word, 0) && (n == 0 || !isStreetJoint(word)) {
			break
		}
		if buildings.has(word) && (n > 0 || from == end) {
			if n == 0 {
				last = first
			} else {
				last = -1
			}
		}
		if first < 1 || text[first-1] != ' ' {
			from = first
			break
		}
		from = first - 1
	}
	for from < end && text[from] == ' ' {
		from++
	}
	head := text[from:end]
	first, _, _ := strings.Cut(head, " ")
	if from < end && isCapital(text, from) && strings.IndexByte(head, ' ') > 0 && (buildings.has(first) || last >= from && last < end && buildings.has(text[last:end])) &&
		(from == 0 || strings.IndexByte("\n,:(> ", text[from-1]) >= 0) {
		return from
	}
	return start
}

// lastToken returns where the word that ends at end begins.
func lastToken(text string, end int) int {
	i := end
	if i > 0 && text[i-1] == '.' {
		i--
	}
	for i > 0 && end-i < maxWord && (isWord(text[i-1]) || (text[i-1] == '-' || text[i-1] == '\'') && i < end) {
		i--
	}
	return i
}
