package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func organizations() []detect.Detector {
	return []detect.Detector{organization()}
}

func organization() detect.Detector {
	return detect.Detector{
		Name: "organization", Type: "ORGANIZATION", Category: detect.CategoryPII,
		Summary: "Company, authority, school, bank or hospital that its legal form, its kind or its staff names",
		Base:    0.52, ValidBase: 0.70,
		Context: []string{"employer", "company", "organization", "organisation", "arbeitgeber", "unternehmen", "employeur", "entreprise", "empresa", "azienda", "datore", "bedrijf", "werkgever"},
		Anchor: &detect.Anchor{
			Bytes: capitals, Word: true, Scan: scanOrganization,
			Labels: []string{"employer", "company", "organization", "organisation", "arbeitgeber", "firma", "employeur", "empresa", "azienda", "bedrijf", "werkgever"},
		},
		Samples: detect.Samples{
			Positive: []string{
				"invoice from Brightwell Inc.", "Müller & Söhne GmbH liefert", "Zorg Nederland B.V. belt", "Ferrari S.p.A. di Modena", "a loan by Kestrel Bank", "studied at the University of Leeds",
				"she works at Zerbolt", "er arbeitet bei Siemens", "il travaille chez Renault", "trabaja en Telefónica", "lavora presso Olivetti", "Employer: Acme", "the CEO of Palantir", "Universidad de Salamanca",
				"Smith, Brown & Partners LLP", "Ministry of Finance", "Construções Almeida Lda", "Dupont SARL",
			},
			Negative: []string{
				"the Public Bank Holiday", "Customer Support Group", "Limited offer", "an inc. of ten", "works at home", "works for Maria", "University life", "Data Systems", "the Company", "Group Chat", "Bank transfer",
				"the CEO of the firm", "Employer: none", "Co. Kerry", "SA is short", "Help Center", "Privacy Policy",
			},
			Source: "own",
		},
	}
}

// Forms of two capitals must be written so; words are case-blind in the lists.
const (
	legalForms = `inc inc. llc l.l.c. ltd ltd. limited incorporated corp corp. corporation plc pllc llp lp gmbh mbh ggmbh ag kgaa kg ohg ug se e.v. e.k. s.a. sa s.a.s. sas sarl s.a.r.l. eurl s.r.l. srl s.p.a. spa s.n.c. b.v. bv n.v. nv v.o.f. oy oyj ab asa as aps a/s pty pte kft zrt
s.l. sl s.l.u. slu lda lda. ltda ltda. eireli d.o.o. k.k. co. sp. pvt pvt. pte. sdn sdn. bhd bhd. ou uab sia s.r.o. a.s. d.d. eood ood oao zao pao jsc ojsc pjsc fze fzco wll w.l.l. eg bvba sprl cvba vof nyrt nyrt. s.c.s. s.r.l.s. srls`
	headWords = `bank university college hospital clinic institute foundation holdings technologies associates partners airlines pharmaceuticals insurance consulting industries ventures laboratories bancorp brothers group solutions systems networks agency association airways motors logistics school hospitals
universitat sparkasse volksbank klinikum krankenhaus stiftung versicherung stadtwerke hochschule gymnasium ziekenhuis`
	leadingHeads = `university bank ministry department institute college hospital bureau universitat klinikum krankenhaus sparkasse stadtwerke amtsgericht landgericht finanzamt ministerium bundesamt universite hopital clinique lycee college banque ministere prefecture mairie
universidad hospital clinica banco ministerio ayuntamiento instituto fundacion colegio universita ospedale banca ministero comune universidade ministerio prefeitura fundacao universiteit ziekenhuis gemeente ministerie universitatsklinikum politecnico ecole politechnika uniwersytet szpital`
)

// hospitalKinds stand behind a hospital in Spanish, Portuguese and Italian, before its name.
var hospitalKinds = words(`universitario clinico provincial regional municipal militar infantil civil universitaria`)

// innerHeads are kinds of organizations whose name goes on behind a preposition (London School of Economics).
var innerHeads = words(`university institute school bank college hospital academy department ministry bureau association agency society universitat hochschule`)

// ownHeads are owned by saints, kings and children: St Mary's Hospital.
var ownHeads = words(`college hospital hospitals school university church clinic`)

// needJoint are the leading kinds of English, which stand before other words as well (Bank Holiday).
var needJoint = words(`university bank ministry department institute college hospital bureau`)

// clearForms are forms that no word in capitals is mistaken for.
var clearForms = words(`inc inc. llc ltd ltd. gmbh corp corp. incorporated corporation plc pllc llp sarl srl s.r.l. s.p.a. s.a. s.a.s. s.l. b.v. n.v. bv pty ltda ltda. lda kgaa`)

// orgJoints stand in small letters between the words of an organization's name.
var orgJoints = words(`of de des du de la del della di do da dos das the for and und et y e en fur van der den voor per the`)

// isAnd reports whether a word joins two names. Other joints go on only with a leading kind: the terms of a bank are none.
func isAnd(word string) bool {
	switch word {
	case "and", "und", "et", "y", "e", "en":
		return true
	}
	return false
}

// scanOrganization reads the run of capitalized words that begins at at. It starts where no capitalized word stands right
// before, so that a run is read once.
func scanOrganization(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.IndexByte("_@/\\-.#$'", text[at-1]) >= 0) && !elided(text, at) {
		return 0, 0, detect.Reject
	}
	if alone(text, at) {
		return 0, 0, detect.Reject
	}
	r := readRun(text, at)
	switch {
	case r.legal > r.start && r.words == 1 && r.firstKinds&isHead != 0:
		return 0, 0, detect.Reject
	case r.legal > r.start:
		return r.start, r.legal, detect.Valid
	case r.words == 0:
		return 0, 0, detect.Reject
	}
	if staffBefore(text, r.start) && r.employer() {
		return r.start, r.end, detect.Valid
	}
	if r.head > r.start && r.proper > r.acronyms && !shouted(text[r.start:r.head]) {
		return r.start, r.head, detect.Plausible
	}
	return 0, 0, detect.Reject
}

// elided reports whether an article or preposition without its vowel stands right before i (l'Universite).
func elided(text string, i int) bool {
	return i > 1 && text[i-1] == '\'' && strings.IndexByte("lLdD", text[i-2]) >= 0 && (i == 2 || !isWord(text[i-3]))
}

// alone reports whether the word at at is one of the language and no other word with a capital stands behind it.
func alone(text string, at int) bool {
	end := at
	for end < len(text) && isWord(text[end]) {
		end++
	}
	if end+1 < len(text) && (text[end] == ' ' && (isCapital(text, end+1) || text[end+1] == '&') || text[end] != ' ' && strings.IndexByte(",-'./", text[end]) >= 0) {
		return false
	}
	k := kindsOf(text[at:end])
	return k&(isPlain|isCommon) != 0 && k&isLeadingHead == 0
}

// run is a run of capitalized words that could name an organization.
type run struct {
	start, end int
	// legal and head are where a legal form and a kind of organization end, 0 if there is none.
	legal, head int
	// words counts the capitalized words, proper those that are none of the language.
	words, proper int
	// acronyms counts the words of the proper ones that are a few capitals, as departments are too.
	acronyms   int
	firstKinds kinds
}

// employer reports whether a run that stands behind a word for employment can be an employer: no given name, no word of
// the language alone.
func (r *run) employer() bool {
	return r.proper > 0 && r.firstKinds&(isTitle|isPlain) == 0 && !(r.firstKinds&anyGiven == isGiven && r.firstKinds&isSurname == 0 && r.head == 0) && (r.firstKinds&anyPlace == 0 || r.words > 1)
}

// maxRun is how many words of an organization are read.
const maxRun = 8

func readRun(text string, at int) run {
	r := run{start: at}
	if inRun(text, at) {
		return r
	}
	leading, joined, bare, behindJoint, inner := false, false, false, false, false
	for i, n := at, 0; n < maxRun; n++ {
		stop := orgToken(text, i)
		if stop == i {
			break
		}
		word := text[i:stop]
		k := kindsOf(word)
		switch {
		case k&isLegal != 0 && r.words == 0:
			return r
		case k&isLegal != 0 && writtenAsForm(word) && (!shouted(text[r.start:stop]) || clearForms.has(word)):
			stop = legalTail(text, stop)
			r.legal, r.end = stop, stop
		case word == "&":
		case isCapital(text, i):
			if r.words == 0 && opensSentence(text, i, k) {
				if stop >= len(text) || text[stop] != ' ' || !isCapital(text, stop+1) {
					return r
				}
				i = stop + 1
				r.start = i
				continue
			}
			if stop < len(text) && genitive(text, stop) && ownsHead(text, stop+2) {
				stop += 2
			}
			r.add(word, k, stop)
			inner = r.words > 1 && k&(isHead|isLeadingHead) != 0 && innerHeads.has(word)
			if leading && hospitalKinds.has(word) {
				joined = true
			}
			if r.words == 1 {
				leading, bare = k&isLeadingHead != 0, !needJoint.has(word)
			} else if leading && (joined || bare && k&(isPlain|isCommon) == 0) {
				r.head = stop
			}
			if k&isHead != 0 && r.words > 1 && !behindJoint {
				r.head = stop
			}
			if leading && r.words > 1 && r.head == stop {
				r.proper++
			}
		case r.words > 0 && orgJoints.has(word) && r.legal == 0 && (leading || inner && word != "the" && word != "for" && !isAnd(word) || r.head == 0 && isAnd(word)):
			leading = leading || inner
			joined, behindJoint = true, true
			i = orgGap(text, stop)
			if i == stop {
				return r
			}
			continue
		default:
			return r
		}
		behindJoint = false
		if i = orgGap(text, stop); i == stop {
			break
		}
	}
	return r
}

// legalTail takes what some legal forms go on with, in small letters.
func legalTail(text string, i int) int {
	for _, tail := range [...]string{" z o.o.", " z o. o.", " de C.V.", " de CV", " (haftungsbeschrankt)"} {
		if strings.HasPrefix(text[i:], tail) && (i+len(tail) == len(text) || !isWord(text[i+len(tail)])) {
			return i + len(tail)
		}
	}
	return i
}

// ownsHead reports whether the word behind a genitive is a kind of organization that people and saints have.
func ownsHead(text string, i int) bool {
	return i+1 < len(text) && text[i] == ' ' && isUpper(text[i+1]) && ownHeads.has(text[i+1:orgToken(text, i+1)])
}

// opensSentence reports whether a word is an article, or has its capital from the start of a sentence.
func opensSentence(text string, i int, k kinds) bool {
	return k&isPlain != 0 && k&(isLeadingHead|isHead) == 0 && (k&isArticle != 0 || sentenceStart(text, i))
}

func (r *run) add(word string, k kinds, end int) {
	if r.words == 0 {
		r.firstKinds = k
	}
	r.words++
	r.end = end
	if k&(isPlain|isCommon|isHead|isLeadingHead|isOrgWord|isTitle) == 0 {
		r.proper++
		if len(word) < 4 && shouted(word) {
			r.acronyms++
		}
	}
}

// inRun reports whether a capitalized word or an ampersand stands right before at.
func inRun(text string, at int) bool {
	if at < 2 || text[at-1] != ' ' {
		return false
	}
	if text[at-2] == '&' {
		return true
	}
	from := at - 1
	for from > 0 && at-from < maxWord && (isWord(text[from-1]) || text[from-1] == '-' || text[from-1] == '\'') {
		from--
	}
	return from < at-1 && isUpper(text[from]) && kindsOf(text[from:at-1])&isPlain == 0
}

// orgToken returns the end of the word at i, of an ampersand, or of a legal form with periods or a slash in it.
func orgToken(text string, i int) int {
	if i < len(text) && text[i] == '&' {
		return i + 1
	}
	j := i
	for j < len(text) && j-i < maxWord && !genitive(text, j) && (isWord(text[j]) || strings.IndexByte(".'-/", text[j]) >= 0 && j > i && j+1 < len(text) && isWord(text[j+1])) {
		j++
	}
	if j < len(text) && j > i && text[j] == '.' && kindsOf(text[i:j+1])&isLegal != 0 {
		j++
	}
	return j
}

// genitive reports whether an apostrophe and an s are at i, at the end of a word.
func genitive(text string, i int) bool {
	return text[i] == '\'' && i+1 < len(text) && text[i+1]|0x20 == 's' && (i+2 == len(text) || !isWord(text[i+2]))
}

const leadingArticles = `the our your der die das la le les el los il lo gli o a os as de het`

// orgGap passes over the space between two words of a run, and over the comma before a legal form.
func orgGap(text string, i int) int {
	j := i
	if j < len(text) && text[j] == ',' {
		j++
	}
	if j >= len(text) || text[j] != ' ' {
		return i
	}
	j++
	if j > i+1 {
		stop := orgToken(text, j)
		if k := kindsOf(text[j:stop]); k&isLegal == 0 || !writtenAsForm(text[j:stop]) {
			return i
		}
	}
	return j
}

// writtenAsForm reports whether a word is written as a legal form is: with a capital, and the short ones with periods or
// in capitals, since they are words too.
func writtenAsForm(word string) bool {
	if strings.EqualFold(word, "eg") {
		return word == "eG" || word == "e.G."
	}
	if word == "s.r.o." || word == "d.d." || word == "S.n.c." || word == "Sdn" || word == "Bhd" || word == "Pvt" || word == "mbH" || word == "e.V." || word == "e.K." || word == "a.s." || word == "d.o.o." {
		return true
	}
	if !isUpper(word[0]) {
		return false
	}
	if len(word) > 3 && word[1] != '.' || strings.EqualFold(word, "inc") || strings.EqualFold(word, "ltd") || strings.EqualFold(word, "pty") || strings.EqualFold(word, "pte") || strings.EqualFold(word, "oyj") || strings.EqualFold(word, "kft") || strings.EqualFold(word, "lda") || strings.EqualFold(word, "aps") || strings.EqualFold(word, "srl") {
		return true
	}
	if word == "Oy" || word == "SpA" || word == "Co." || word == "S.p.A." || word == "Sp." {
		return true
	}
	return shouted(word)
}

// staff are words that end where the name of an employer begins.
var staff = phrases(`works at|work at|working at|worked at|works for|work for|working for|worked for|employed by|employed at|employer|employer:|employer is|hired by|job at|position at|internship at|intern at|ceo of|cto of|cfo of|coo of|founder of|co-founder of|chairman of|employee of|employees of|employee at|director of|president of|shares of|company called|company:|company name:|organization:|organisation:|company is|employment with|contract with|laid off by|fired by|career at|engineer at|developer at|manager at|consultant at|analyst at|nurse at|teacher at|director at|colleague at|colleagues at|partner at|role at|year at|years at|joined` +
	`|arbeitet bei|arbeite bei|arbeitet fur|arbeite fur|angestellt bei|beschaftigt bei|arbeitgeber|arbeitgeber:|arbeitgeber ist|firma:|unternehmen:|geschaftsfuhrer der|mitarbeiter bei|mitarbeiterin bei|tatig bei|ingenieur bei|kollegen von|travaille chez|travaille pour|travaillait chez|employe chez|employee chez|employeur|employeur:|entreprise:|societe:|pdg de|trabaja en|trabajo en|trabaja para|trabajo para|empleado de|empleada de|empresa:|empleador:|lavora presso|lavoro presso|lavora per|lavoro per|lavora in|dipendente di|azienda:|datore di lavoro:|trabalha na|trabalho na|trabalha no|trabalho no|trabalha para|funcionario da|funcionaria da|empregador:|werkt bij|werk bij|werkt voor|werk voor|in dienst bij|bedrijf:|werkgever|werkgever:`)

// staffBefore reports whether the words before i speak of someone's employer.
func staffBefore(text string, i int) bool {
	k := kindsOf(wordBefore(text, i))
	if k&(endsStaff|isArticle) == 0 {
		return false
	}
	b := readBefore(text, i)
	if b.n == 0 || b.joined {
		return false
	}
	low := b.bytes()
	for _, article := range [...]string{" the", " der", " dem", " la", " el", " il", " o", " a", " de"} {
		if len(low) > len(article) && string(low[len(low)-len(article):]) == article {
			low = low[:len(low)-len(article)]
			break
		}
	}
	return staff.endsIn(b.bytes()) || staff.endsIn(low)
}
