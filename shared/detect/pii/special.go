package pii

import (
	"strings"

	"guardrails/shared/detect"
)

// selfWords introduce a statement about a person in eight languages, in the folded view.
const selfWords = `i am|i'm|he is|he's|she is|she's|they are|who is|(?:my|his|her) (?:wife|husband|son|daughter|mother|father|partner|boss|colleague) is|ich bin|er ist|sie ist|je suis|il est|elle est|soy|el es|ella es|sono|lui e|lei e|eu sou|ele e|ela e|ik ben|hij is|zij is|jestem`

// articles may stand between the statement and the term.
const articles = `(?:(?:a|an|the|ein|eine|un|une|una|um|uma|een|very|openly|practicing|devout|registered|active|former|convicted) ){0,3}`

func specialCategories() []detect.Detector {
	return []detect.Detector{religion(), sexualOrientation(), politicalOpinion(), tradeUnion(), criminalRecord(), geneticData(), biometricID(), fingerprint(), age(), gender(), username()}
}

// statement is a pattern for a term that a person is said to be.
func statement(terms string) *detect.Pattern {
	keywords := strings.Split(terms, "|")
	return &detect.Pattern{
		Regexp:   `(?i)\b(?:` + selfWords + `) ` + articles + `(` + terms + `)\b`,
		Keywords: keywords,
		Window:   64,
	}
}

func religion() detect.Detector {
	return detect.Detector{
		Name: "religion", Type: "RELIGION", Category: detect.CategoryPII,
		Summary: "Religion that a person is said to have",
		Base:    baseCued,
		Pattern: statement(`muslim|muslima|catholic|protestant|jewish|hindu|buddhist|sikh|mormon|evangelical|atheist|jehovah's witness|baptist|lutheran|methodist|muslimin|katholisch|evangelisch|judisch|musulman|musulmane|catholique|juif|juive|musulmana|catolico|catolica|judio|judia|cattolico|cattolica|musulmano|ebreo|ebrea|muculmano|muculmana|judeu|moslim|katholiek|joods`),
		Samples: detect.Samples{
			Positive: []string{"She is a devout Catholic.", "I'm Muslim and fast", "Er ist evangelisch"},
			Negative: []string{"the Catholic church", "Buddhist temples in Japan", "he is an architect"},
			Source:   "own",
		},
	}
}

func sexualOrientation() detect.Detector {
	return detect.Detector{
		Name: "sexual_orientation", Type: "SEXUAL_ORIENTATION", Category: detect.CategoryPII,
		Summary: "Sexual orientation or gender identity that a person is said to have",
		Base:    baseCued,
		Pattern: statement(`gay|lesbian|bisexual|homosexual|heterosexual|transgender|asexual|pansexual|queer|schwul|lesbisch|bisexuell|homosexuell|homosexuel|homosexuelle|lesbienne|lesbiana|bisessuale|omosessuale|lesbica|homossexual|homoseksueel`),
		Samples: detect.Samples{
			Positive: []string{"he is openly gay", "I am bisexual", "sie ist lesbisch"},
			Negative: []string{"gay rights law", "the lesbian bar", "she is happy"},
			Source:   "own",
		},
	}
}

func politicalOpinion() detect.Detector {
	return detect.Detector{
		Name: "political_opinion", Type: "POLITICAL_OPINION", Category: detect.CategoryPII,
		Summary: "Political side that a person is said to take",
		Base:    baseCued,
		Pattern: statement(`democrat|republican|socialist|communist|conservative|libertarian|social democrat|anarchist|sozialist|sozialdemokrat|kommunist|konservativ|socialiste|communiste|socialista|comunista|conservador|conservadora|conservatore`),
		Samples: detect.Samples{
			Positive: []string{"She is a registered Democrat", "my boss? he is a socialist", "ich bin Sozialdemokrat"},
			Negative: []string{"the Republican party", "a conservative estimate", "socialist realism"},
			Source:   "own",
		},
	}
}

func tradeUnion() detect.Detector {
	return detect.Detector{
		Name: "trade_union", Type: "TRADE_UNION", Category: detect.CategoryPII,
		Summary: "Membership of a trade union",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b((?:trade|labor|labour) union (?:member(?:ship)?|rep(?:resentative)?|card)|(?:member of|joined|belongs to) (?:the |a |our |my |his |her )?(?:[a-z]+ )?(?:trade |labor |labour |workers' )?union|shop steward|union dues|gewerkschaftsmitglied|mitglied der gewerkschaft|membre du syndicat|syndique|miembro del sindicato|sindicalista|iscritto al sindacato|vakbondslid|lid van de vakbond)\b`,
			Keywords: []string{"union", "shop steward", "gewerkschaft", "syndic", "syndiq", "sindica", "sindaca", "vakbond"},
		},
		Samples: detect.Samples{
			Positive: []string{"he is a trade union member", "she belongs to the teachers union", "sein Status: Gewerkschaftsmitglied"},
			Negative: []string{"European Union law", "union of two sets", "the union won"},
			Source:   "own",
		},
	}
}

func criminalRecord() detect.Detector {
	return detect.Detector{
		Name: "criminal_record", Type: "CRIMINAL_RECORD", Category: detect.CategoryPII,
		Summary: "Conviction, arrest or sentence of a person",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b((?:has|have|had|with) (?:a |no )?(?:criminal record|prior convictions?|felony conviction)|(?:was|were|been|is) (?:convicted of|arrested for|sentenced to|charged with|indicted for) [a-z]+(?: [a-z]+)?|(?:convicted|registered) (?:felon|sex offender)|vorbestraft|verurteilt wegen [a-z]+|casier judiciaire|condamnee? pour [a-z]+|antecedentes penales|condenad[oa] por [a-z]+|precedenti penali|condannat[oa] per [a-z]+|antecedentes criminais|veroordeeld voor [a-z]+|strafblad)\b`,
			Keywords: []string{"criminal record", "convict", "felon", "arrested for", "sentenced to", "charged with", "indicted", "sex offender", "vorbestraft", "verurteilt", "casier", "condamne", "antecedentes", "condenad", "precedenti penali", "condannat", "veroordeeld", "strafblad"},
		},
		Samples: detect.Samples{
			Positive: []string{"he was convicted of fraud in 2011", "She has a criminal record.", "Er ist vorbestraft"},
			Negative: []string{"criminal law reform", "sentenced opinions", "charged my phone"},
			Source:   "own",
		},
	}
}

func geneticData() detect.Detector {
	return detect.Detector{
		Name: "genetic_data", Type: "GENETIC_DATA", Category: detect.CategoryPII,
		Summary: "Genetic test, marker or variant of a person",
		Base:    0.35, Context: patientContext, NeedContext: true,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(brca[12](?: mutation| positive| carrier)?|(?:genetic|dna|genome) (?:test(?:ing)?|sample|profile|results?|sequenc(?:e|ing)|marker)s?|karyotype|(?:carrier of|carries) the [a-z0-9]+ (?:gene|mutation)|rs[0-9]{4,9}|gentest|genanalyse|test genetique|prueba genetica|test genetico|teste genetico|genetische test)\b`,
			Keywords: []string{"brca", "genetic", "dna ", "genome", "karyotype", "carrier of", "carries the", "gentest", "genanalyse", "genetique", "genetica", "genetico", "genetische"},
		},
		Samples: detect.Samples{
			Positive: []string{"her BRCA1 mutation", "DNA test of the patient", "my genetic testing came back"},
			Negative: []string{"genetic algorithms", "the company's DNA", "the market for DNA testing"},
			Source:   "own",
		},
	}
}

// things are what has a fingerprint without being a person.
const things = `(?:ssh|tls|ssl|pgp|gpg|rsa|ed25519|sha-?(?:1|256|512)|md5|keys?|cert(?:ificate)?s?|host|browser|device|canvas|file|build|image)`

func biometricID() detect.Detector {
	return detect.Detector{
		Name: "biometric_id", Type: "BIOMETRIC_ID", Category: detect.CategoryPII,
		Summary: "Biometric sample or template of a person",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b((?:palm|voice|retina|face)[ -]?prints?(?: (?:scan|template|data))?|finger[ -]?print (?:scan|template|data|record|image)s?|(?:retinal?|iris|facial|face|palm vein) (?:scan|template|recognition (?:data|template))s?|biometric (?:data|template|identifier|sample|scan|id)s?|fingerabdruck|fingerabdrucke|empreintes? digitales?|huellas? dactilar(?:es)?|impront[ae] digital[ei]|impressao digital|vingerafdruk(?:ken)?)\b`,
			Keywords: []string{"print", "retina", "iris", "facial", "face scan", "face template", "palm", "biometric", "fingerabdruck", "empreinte", "dactilar", "impront", "impressao", "vingerafdruk"},
		},
		Samples: detect.Samples{
			Positive: []string{"the fingerprint scan is kept", "the iris scan of the visitor", "Fingerabdruck gespeichert"},
			Negative: []string{"fine print", "iris in bloom", "blueprint of the house", "The SSH key fingerprint changed.", "the fingerprint of the certificate"},
			Source:   "own",
		},
	}
}

// fingerprint asks for a word of people: keys, certificates, files and browsers have fingerprints too.
func fingerprint() detect.Detector {
	return detect.Detector{
		Name: "fingerprint", Type: "BIOMETRIC_ID", Category: detect.CategoryPII,
		Summary: "Fingerprint beside a word of people",
		Base:    0.30, NeedContext: true,
		Context: []string{
			"his", "her", "my", "your", "their", "employee", "employees", "patient", "visitor", "suspect", "person", "people", "thumb", "index finger", "finger", "biometric", "enrolled", "passport",
			"attendance", "police", "inmate", "citizen", "applicant", "customer", "student", "crime",
		},
		Negative: []string{"ssh", "tls", "ssl", "pgp", "gpg", "rsa", "ed25519", "sha", "sha1", "sha256", "sha512", "md5", "key", "keys", "cert", "certificate", "certificates", "host", "browser", "device", "canvas", "file", "image", "audio"},
		Pattern: &detect.Pattern{
			// The value takes in whose it is, for Allow.
			Regexp:   `(?i)\b(` + things + `\b[^.\n]{0,24}\bfinger[ -]?prints?|finger[ -]?prints?(?: (?:of|for) (?:the |a |your |our )?(?:\w+ )?` + things + `)?)\b`,
			Keywords: []string{"fingerprint", "finger print", "finger-print"},
			Window:   48,
			Allow:    []string{`(?i)^` + things + `\b.*finger[ -]?prints?|finger[ -]?prints? (?:of|for) .*` + things + `$`},
		},
		Samples: detect.Samples{
			Positive: []string{"store his fingerprint", "We scanned the employee's fingerprint", "the visitor left fingerprints"},
			Negative: []string{
				"def fingerprint(self): return self._fingerprint", "The SSH key fingerprint changed.", "the fingerprint of the certificate", "compute the certificate fingerprint of the server",
				"your browser's fingerprint", "a blueprint",
			},
			Source: "own",
		},
	}
}

func age() detect.Detector {
	return detect.Detector{
		Name: "age", Type: "AGE", Category: detect.CategoryPII,
		Summary: "Age of a person in years",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(1[01][0-9]|[1-9]?[0-9])(?:[ -]years?[ -]old|[ -]yrs?[ -]old| y/o| jahre alt| jaar oud| anos de edad| anni di eta| anos de idade)\b`,
			Keywords: []string{"years old", "years-old", "year old", "year-old", "yrs old", "yr old", " y/o", "jahre alt", "jaar oud", "anos de edad", "anni di eta", "anos de idade"},
			Window:   48,
		},
		Samples: detect.Samples{
			Positive: []string{"a 50 year old man", "She is 34 years old.", "er ist 61 Jahre alt"},
			Negative: []string{"in 10 years", "old year 1999", "a century old house"},
			Source:   "own",
		},
	}
}

// genders are the words for one; in front of the list of single letters a colon or an equals sign must stand.
const genders = `male|female|man|woman|non-?binary|transgender|trans(?: man| woman)?|agender|intersex|mannlich|weiblich|divers|masculin|feminin|homme|femme|masculino|femenino|hombre|mujer|feminino|homem|mulher|maschio|femmina|uomo|donna` +
	`|mannelijk|vrouwelijk|kobieta|mezczyzna|kvinna|kvinde|nainen|mies`

func gender() detect.Detector {
	const label = `gender(?: identity)?|geschlecht|genre|genero|genere|geslacht|plec|kon|sukupuoli`
	return detect.Detector{
		Name: "gender", Type: "GENDER", Category: detect.CategoryPII,
		Summary: "Gender of a person behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			// Choices of a form are taken whole, for Validate to refuse them.
			Regexp: `(?i)\b(?:(?:` + label + `)["']?(?: ?[:=] ?| (?:is|ist|est|es|e|=) )["']?|(?:sex|sexe|sexo|sesso|gender)["']?\s?[:=]\s?["']?)` +
				`((?:` + genders + `|[mfxwd]\b)(?: ?(?:/|\||,|or|oder|ou|o) ?(?:` + genders + `|[mfxwd]\b|other))*)(?:$|[^A-Za-z0-9_/|\-])`,
			Keywords: []string{"gender", "geschlecht", "genre", "genero", "genere", "geslacht", "plec", "kon:", "kon :", "sukupuoli", "sex", "sesso"},
			Window:   48,
			Validate: oneGender,
		},
		Samples: detect.Samples{
			Positive: []string{"Gender: female", "Sex: M", "Geschlecht: männlich", "her gender is non-binary", `{"gender": "F"}`, "sexo: femenino", "género: mujer", "geslacht = vrouwelijk"},
			Negative: []string{"Gender: male/female", "gender pay gap", "Sex: M/F", "sex with a man", "gender equality is a goal", "Gender: required", "gender is maleable", "the genre is drama", "Gender: M or F"},
			Source:   "own",
		},
	}
}

// oneGender refuses a choice of several.
func oneGender(s string) detect.Verdict {
	if strings.ContainsAny(s, "/|,") || strings.Contains(strings.ToLower(s), " o") {
		return detect.Reject
	}
	return detect.Plausible
}

func username() detect.Detector {
	return detect.Detector{
		Name: "username", Type: "USERNAME", Category: detect.CategoryPII,
		Summary: "User name behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?i)\b(?:user ?name|user id|userid|login(?: name)?|benutzername|nom d'utilisateur|identifiant|nombre de usuario|nome utente|nome de usuario|gebruikersnaam)["']?\s?(?:is|ist|est|es|e)?[:=]?\s?["']?([a-z0-9][a-z0-9._\-]{2,31})\b`,
			Keywords: []string{"user name", "username", "user id", "userid", "login", "benutzername", "utilisateur", "identifiant", "de usuario", "nome utente", "gebruikersnaam"},
			Validate: userLike,
		},
		Samples: detect.Samples{
			Positive: []string{"username: jdoe_84", "login = k.meier7", "Benutzername m-schulz2"},
			Negative: []string{"the username field", "login page", "username required"},
			Source:   "own",
		},
	}
}

// userLike wants a digit, an underscore or a dot, which plain words after "login" do not have.
func userLike(s string) detect.Verdict {
	if strings.ContainsAny(s, "0123456789_") || strings.Contains(strings.Trim(s, "."), ".") {
		return detect.Plausible
	}
	return detect.Reject
}
