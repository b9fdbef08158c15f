package pii

import (
	"strings"

	"guardrails/shared/detect"
)

// titleName reports the title alone: the name behind it is a PERSON, with and without a title.
func titleName() detect.Detector {
	return detect.Detector{
		Name: "title_name", Type: "TITLE_NAME", Category: detect.CategoryPII,
		Summary: "Title or form of address before a person's name, without the name",
		Base:    0.60,
		Pattern: &detect.Pattern{
			Scan:     scanTitle,
			Regexp:   `(?i)\b(?:` + strings.ReplaceAll(strings.ReplaceAll(titleKeywords, ".", `\.`), "|", " |") + ` )`,
			Keywords: titleKeys(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"Dr. Müller hat angerufen", "seen by Prof. Anna Rossi", "Herr Schmidt ist da", "Mme Dubois est absente", "el Sr. García llamó", "Sehr geehrter Herr Prof. Dr. Weber,", "Mr Smith called",
				"la dott.ssa Elisabetta Marchetti", "mevrouw Jansen", "Mrs. Diana Weöres", "o senhor Carvalho", "Pani Kowalska dzwoniła",
			},
			Negative: []string{
				"the doctor is in", "Dr. strange things", "Sehr geehrte Frau Präsidentin,", "Miss you", "Sir, yes", "Dear Sir or Madam", "a senior judge", "don't", "Mr and Mrs", "Lady Gaga Tickets dr", "Hardy. Thanks", "Mulholland Dr. is closed",
			},
			Source: "own",
		},
	}
}

// titleKeywords are the titles that are looked for, apart from those that name callings as well (nurse, judge).
const titleKeywords = `mr|mr.|mrs|mrs.|ms|ms.|miss|mx|dr|dr.|prof|prof.|professor|sir|lady|lord|dame|herr|herrn|frau|monsieur|madame|mademoiselle|mme|mlle|maitre|docteur|senor|senora|senorita|sr.|sra.|srta.|sr|sra|don|dona` +
	`|signor|signora|signorina|sig.|sig.ra|dott.|dott.ssa|dottore|dottoressa|dottor|prof.ssa|senhor|senhora|doutor|doutora|dhr.|mevr.|mevrouw|meneer|dokter|pan|pani|rev.|reverend`

func titleKeys() []string {
	keys := strings.Split(titleKeywords, "|")
	for i := range keys {
		keys[i] += " "
	}
	return keys
}

// scanTitle reads the titles that begin with the keyword at text[start:end], one or several, and takes them if a person's
// name stands behind.
func scanTitle(text string, start, end int) (from, to, done int) {
	if start > 0 && (isWord(text[start-1]) || strings.IndexByte("_@/\\.-'", text[start-1]) >= 0) {
		return 0, 0, 0
	}
	stop := end - 1
	for n := 0; n < 4 && stop+1 < len(text); n++ {
		next := titleEnd(text, stop+1)
		if next == stop+1 {
			break
		}
		stop = next
	}
	at := stop + 1
	if at >= len(text) || text[stop] != ' ' || !isUpper(text[at]) {
		return 0, 0, 0
	}
	if low := text[start] >= 'a'; low && (stop-start < 3 || text[start:stop] == "miss" || text[start:stop] == "lady" || text[start:stop] == "lord" || text[start:stop] == "dame") {
		return 0, 0, 0
	}
	_, _, v := scanPerson(text, at)
	if v == detect.Reject {
		// The name is found from an initial or a particle on, which scanPerson does not begin with.
		return 0, 0, 0
	}
	return start, stop, stop
}

// titleEnd returns the end of the title at i, which a space follows; i, if there is none.
func titleEnd(text string, i int) int {
	j := i
	for j < len(text) && j-i < 12 && (isLetter(text[j]) || text[j] == '.') {
		j++
	}
	if j == i || j >= len(text) || text[j] != ' ' || kindsOf(strings.TrimSuffix(text[i:j], "."))&isTitle == 0 {
		return i
	}
	return j
}
