package pii

import "guardrails/shared/detect"

func nationalities() []detect.Detector {
	return []detect.Detector{nationality(), nationalityField()}
}

// nationalityWords are the nationalities that most people in the countries of the supported languages have, in those
// languages.
const nationalityWords = `afghan|albanian|algerian|american|argentinian|armenian|australian|austrian|bangladeshi|belgian|bolivian|bosnian|brazilian|british|bulgarian|canadian|chilean|chinese|colombian|croatian|cuban|czech|danish|dominican|dutch|ecuadorian|egyptian|english|eritrean|estonian|ethiopian|filipino|finnish|french|georgian|german|ghanaian|greek|haitian|hungarian|indian|indonesian|iranian|iraqi|irish|israeli|italian|jamaican|japanese|jordanian|kenyan|korean|kurdish|latvian|lebanese|libyan|lithuanian|malaysian|mexican|moldovan|moroccan|nepalese|nigerian|norwegian|pakistani|palestinian|peruvian|polish|portuguese|romanian|russian|scottish|senegalese|serbian|slovak|slovenian|somali|spanish|sudanese|swedish|swiss|syrian|taiwanese|thai|tunisian|turkish|ugandan|ukrainian|uruguayan|venezuelan|vietnamese|welsh` +
	`|deutscher|deutsche|franzose|franzosin|italiener|italienerin|spanier|spanierin|osterreicher|osterreicherin|schweizer|schweizerin|turke|turkin|pole|polin|russe|russin|deutsch|franzosisch|italienisch|spanisch|osterreichisch|turkisch|polnisch|russisch|syrisch` +
	`|francais|francaise|allemand|allemande|anglais|anglaise|espagnol|espagnole|italien|italienne|belge|suisse|marocain|marocaine|algerien|algerienne|tunisien|tunisienne|senegalais|senegalaise|portugais|portugaise|espanol|espanola|frances|francesa|aleman|alemana|ingles|inglesa|mexicano|mexicana|argentino|argentina|colombiano|colombiana|venezolano|venezolana|peruano|peruana` +
	`|italiano|italiana|tedesco|tedesca|francese|inglese|spagnolo|spagnola|rumeno|rumena|albanese|brasileiro|brasileira|portugues|portuguesa|angolano|angolana|nederlands|nederlandse|duits|duitse|marokkaans|belgisch`

func nationality() detect.Detector {
	return detect.Detector{
		Name: "nationality", Type: "NRP", Category: detect.CategoryPII,
		Summary: "Nationality that a person is said to have",
		Base:    baseCued,
		Pattern: statement(nationalityWords),
		Samples: detect.Samples{
			Positive: []string{"She is a German citizen", "I'm Brazilian and live here", "Er ist Österreicher", "je suis sénégalaise", "soy venezolana", "lei è rumena", "ele é angolano", "hij is Duits"},
			Negative: []string{"Italian food is good", "the French language", "he is an architect", "a British court", "Greek letters"},
			Source:   "own",
		},
	}
}

func nationalityField() detect.Detector {
	return detect.Detector{
		Name: "nationality_field", Type: "NRP", Category: detect.CategoryPII,
		Summary: "Nationality behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(?:nationality|citizenship|staatsangehorigkeit|nationalitat|nationalite|nacionalidad|nazionalita|cittadinanza|nacionalidade|nationaliteit|obywatelstwo)\b["']?[\s:=\-]{1,4}(?:(?:is|ist|est|es|e)\b[\s:]{1,2})?["']?(` + nationalityWords + `)\b`,
			Keywords: []string{"nationality", "citizenship", "staatsangehorigkeit", "nationalitat", "nationalite", "nacionalidad", "nazionalita", "cittadinanza", "nationaliteit", "obywatelstwo"},
			Window:   64,
		},
		Samples: detect.Samples{
			Positive: []string{"Nationality: Irish", "Staatsangehörigkeit: deutsch", "nationalité : marocaine", "Nacionalidad: mexicana", "cittadinanza italiana", "nationaliteit: Nederlandse"},
			Negative: []string{"nationality: unknown", "citizenship law", "nationality is optional"},
			Source:   "own",
		},
	}
}
