package pii

import "guardrails/shared/detect"

// capitals are the anchors of names, streets and places.
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func addresses() []detect.Detector {
	return []detect.Detector{streetAddress(), streetInSmallLetters(), poBox(), europeanAddress(), usZIPCode()}
}

func streetAddress() detect.Detector {
	return detect.Detector{
		Name: "street_address", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "English street address: number, name and kind of street",
		Base:    0.60,
		Context: []string{"address", "lives", "living", "live", "home", "residence", "ship", "shipping", "deliver", "delivery", "billing", "mail", "street", "located", "house"},
		Anchor:  &detect.Anchor{Bytes: capitals, Word: true, Scan: scanStreet},
		Samples: detect.Samples{
			Positive: []string{"She lives at 742 Evergreen Terrace, Springfield, IL 62704", "ship to 14 Mill Road, Cambridge CB1 2AD", "1600 Amphitheatre Parkway", "221B Baker Street"},
			Negative: []string{"5 people on the Street", "room 12 way down", "in 2019 The Place", "12 St Patrick songs"},
			Source:   "own",
		},
	}
}

func poBox() detect.Detector {
	return detect.Detector{
		Name: "po_box", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "Post office box or military postal address",
		Base:    0.70,
		Pattern: &detect.Pattern{
			Scan:     scanBox,
			Validate: func(string) detect.Verdict { return detect.Valid },
			Regexp:   `(?i)\b(?:(?:p\.? ?o\.?|gpo|rr [0-9]{1,3}|hc [0-9]{1,3}|(?:psc|unit|cmr) [0-9]{1,5},?) box|postfach|boite postale|apartado(?: de correos| postal)?|postbus|casella postale|caixa postal|postboks|casilla|(?:locked|private) bag|bp|cs) #?[0-9][0-9 ]{0,8}[a-z]?\b|\bgeneral delivery\b|\b(?:uss|usns|uscgc|usnv) [a-z\-]{2,30}\s+[afd]po (?:aa|ae|ap) [0-9]{5}\b`,
			Keywords: []string{" box ", "postfach ", "boite postale ", "casella postale ", "caixa postal ", "apartado ", "correos ", "postbus ", "postboks ", "casilla ", "locked bag ", "private bag ", "general delivery", " bp ", "po aa ", "po ae ", "po ap "},
		},
		Samples: detect.Samples{
			Positive: []string{
				"write to P.O. Box 4417", "PSC 8139, Box 3699\nAPO AE 99874", "USS Monroe\nFPO AE 94560", "Postfach 10 20 30, 70025 Stuttgart", "GPO Box 1234, Sydney NSW 2001",
				"RR 2 Box 152, Mountain Home, AR 72653", "Postbus 20901, 2500 EX Den Haag", "Apartado de Correos 345, 29080 Málaga", "Locked Bag 20, Parramatta NSW 2124", "p.o. box 15", "société, BP 145, 38003 Grenoble Cedex 1",
			},
			Negative: []string{"tick box 12", "PO number 4417", "postbus line", "RR 2 Box 152 of the album", "the bp 12 pump", "casilla 5 del formulario", "general delivery terms", "mailbox 12"},
			Source:   "own",
		},
	}
}

func europeanAddress() detect.Detector {
	return detect.Detector{
		Name: "european_address", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "Street address in German, Dutch, French, Spanish, Italian or Portuguese form",
		Base:    0.60,
		Context: []string{"adresse", "anschrift", "wohnt", "wohnhaft", "address", "habite", "domicile", "direccion", "vive", "domicilio", "indirizzo", "abita", "morada", "endereco", "adres", "woont"},
		Anchor:  &detect.Anchor{Bytes: capitals, Word: true, Scan: scanNamedStreet},
		Samples: detect.Samples{
			Positive: []string{"wohnt in der Hauptstraße 12, 10115 Berlin", "12 rue de la Paix, 75002 Paris", "abita in Via Roma 7", "Calle de Alcalá 45", "Keizersgracht 123", "Moro na Rua das Flores, 123, 01234-567 São Paulo"},
			Negative: []string{"auf dem Weg nach Hause", "via Email bitte", "la rue est longue", "Place of work"},
			Source:   "own",
		},
	}
}

func usZIPCode() detect.Detector {
	return detect.Detector{
		Name: "us_zip_code", Type: "US_ZIP_CODE", Category: detect.CategoryPII,
		Summary: "US ZIP code behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`zip(?: ?code)?|zipcode`, `[0-9]{5}(?:-[0-9]{4})?`),
			Keywords: []string{"zip"},
			Validate: digitsAtLeast(5),
		},
		Samples: detect.Samples{
			Positive: []string{"my zip code is 35238", "ZIP: 90210-4417", "zipcode 10115"},
			Negative: []string{"zip file 35238b", "zip code 3523", "zip code 352381"},
			Source:   "own",
		},
	}
}
