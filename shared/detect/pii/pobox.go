package pii

import "strings"

// scanBox reads a post office box around the keyword at text[start:end], with the city and postal code behind it. What names
// other things too needs the postal code.
func scanBox(text string, start, end int) (from, to, done int) {
	text = text[:min(len(text), start+maxAddress)]
	word := start
	for word < start+1 && text[word] == ' ' {
		word++
	}
	switch c := lowerByte(text[word]); {
	case c == 'p' && end-word == len("po ae "):
		return militaryPost(text, word, end)
	case word > 0 && isWord(text[word-1]) && word == start:
		return 0, 0, 0
	}
	needCode := false
	switch key := text[word:end]; {
	case strings.EqualFold(key, "box "):
		if word, needCode = boxHead(text, start); word < 0 {
			return 0, 0, 0
		}
	case strings.EqualFold(key, "general delivery"):
		if full, coded := extendToCode(text, end); coded {
			return word, full, full
		}
		return 0, 0, 0
	case strings.EqualFold(key, "apartado "):
		if strings.EqualFold(text[end:min(len(text), end+len("postal "))], "postal ") {
			end += len("postal ")
		}
		needCode = true
	case strings.EqualFold(key, "correos "):
		const head = "apartado de "
		if word < len(head) || !strings.EqualFold(text[word-len(head):word], head) {
			return 0, 0, 0
		}
		word -= len(head)
	default:
		needCode = strings.EqualFold(key, "bp ") || strings.EqualFold(key, "casilla ") || strings.EqualFold(key, "private bag ")
		if needCode && !isUpper(text[word]) {
			return 0, 0, 0
		}
	}
	stop := boxNumber(text, end)
	if stop == end {
		return 0, 0, 0
	}
	full, coded := extendToCode(text, stop)
	if tail := militaryTail(text, stop); tail > stop {
		full, coded = tail, true
	}
	if needCode && !coded {
		return 0, 0, 0
	}
	return word, full, full
}

// boxHead returns where the words before " box" begin that make a post office box of it, or -1, and whether a postal code
// must prove it.
func boxHead(text string, end int) (int, bool) {
	i := end
	if i > 0 && (text[i-1] == '.' || text[i-1] == ',') {
		i--
	}
	first := i
	for first > 0 && i-first < 6 && isAlnum(text[first-1]) {
		first--
	}
	switch word := text[first:i]; {
	case word == "":
		return -1, false
	case strings.EqualFold(word, "po"), strings.EqualFold(word, "gpo"):
		return atBorder(text, first), false
	case lowerByte(word[0]) == 'o' && len(word) == 1: // P.O., P. O., p o
		for n := 0; n < 2 && first > 0 && (text[first-1] == ' ' || text[first-1] == '.'); n++ {
			first--
		}
		if first > 0 && lowerByte(text[first-1]) == 'p' {
			return atBorder(text, first-1), false
		}
	case isDigit(word[0]) && first > 1 && text[first-1] == ' ':
		lead := lastToken(text, first-1)
		switch head := text[lead : first-1]; {
		case strings.EqualFold(head, "psc"), strings.EqualFold(head, "unit"), strings.EqualFold(head, "cmr"):
			return atBorder(text, lead), false
		case head == "RR", head == "HC", head == "R.R.":
			return atBorder(text, lead), true
		}
	}
	return -1, false
}

// atBorder is i, or -1 within a word.
func atBorder(text string, i int) int {
	if i > 0 && (isWord(text[i-1]) || text[i-1] == '_') {
		return -1
	}
	return i
}

// boxNumber returns the end of the number of a box at i: up to six digits with a letter, or pairs of digits as Germans
// write them; i, if there is none.
func boxNumber(text string, i int) int {
	j := i
	if j < len(text) && text[j] == '#' {
		j++
	}
	end := i
	for n := 0; n < 4; n++ {
		k := j
		for k < len(text) && k-j < 7 && isDigit(text[k]) {
			k++
		}
		if k == j || k-j > 6 || n > 0 && k-j > 3 {
			break
		}
		if k < len(text) && isLetter(text[k]) && (k+1 == len(text) || !isWord(text[k+1])) {
			k++
		}
		if k < len(text) && isWord(text[k]) {
			break
		}
		end = k
		if k-j > 3 || k+1 >= len(text) || text[k] != ' ' {
			break
		}
		j = k + 1
	}
	return end
}

// militaryTail returns the end of the military post office behind a box (PSC 8139, Box 3699, APO AE 99874); i, if there is
// none.
func militaryTail(text string, i int) int {
	j := i
	for j < len(text) && j-i < 3 && strings.IndexByte(" ,\n\r", text[j]) >= 0 {
		j++
	}
	const form = "APO AE 12345"
	if j == i || j+len(form) > len(text) {
		return i
	}
	office := text[j : j+len(form)]
	if strings.IndexByte("AFD", office[0]&^0x20) < 0 || !strings.EqualFold(office[1:5], "PO A") || strings.IndexByte("AEP", office[5]&^0x20) < 0 || office[6] != ' ' || number(office[7:]) < 0 || j+len(form) < len(text) && isWord(text[j+len(form)]) {
		return i
	}
	return j + len(form)
}

// ships begin the names of ships of the United States, which have post offices.
var ships = words(`uss usns uscgc usnv`)

// militaryPost reads a ship's address around the post office at text[at:end] (USS Monroe, FPO AE 94560).
func militaryPost(text string, at, end int) (from, to, done int) {
	if at < 4 {
		return 0, 0, 0
	}
	i := at - 1 // where APO begins
	line := i
	for line > 0 && strings.IndexByte(" ,\n\r", text[line-1]) >= 0 && i-line < 3 {
		line--
	}
	tail := militaryTail(text, line)
	if tail == line {
		return 0, 0, 0
	}
	name := lastToken(text, line)
	if name == line || name < 2 || text[name-1] != ' ' {
		return 0, 0, 0
	}
	ship := lastToken(text, name-1)
	if !ships.has(text[ship : name-1]) {
		return 0, 0, 0
	}
	return ship, tail, max(tail, end)
}
