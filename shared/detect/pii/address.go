package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func addresses() []detect.Detector {
	return []detect.Detector{streetAddress(), poBox(), europeanAddress(), usZIPCode()}
}

// addressTail matches what may follow a street: a unit, and up to six capitalized words (city, state, country) over commas
// and line breaks, but only where a postal code of four to six digits ends them.
const addressTail = `(?:,?\s+(?:(?i:apt|apartment|suite|ste|unit|floor|fl|room|rm)\.?|#)\s*#?\s?[0-9A-Za-z\-]{1,6}\b)?` +
	`(?:(?:(?:\s*,)?\s+[A-Z][A-Za-z'.\-]*){1,6}\s*,?\s+[0-9]{4,6}(?:-[0-9]{3,4})?\b)?`

func streetAddress() detect.Detector {
	return detect.Detector{
		Name: "street_address", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "English street address: number, name and kind of street",
		Base:    0.60,
		Context: []string{"address", "lives", "living", "live", "home", "residence", "ship", "shipping", "deliver", "delivery", "billing", "mail", "street", "located", "house"},
		Pattern: &detect.Pattern{
			Regexp: `\b([0-9]{1,5}[A-Za-z]?(?:[\-/][0-9]{1,4})?,?\s+(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\s+)?(?:[A-Z][A-Za-z'.\-]*|[0-9]{1,3}(?:st|nd|rd|th))(?:\s+(?:[A-Z][A-Za-z'.\-]*|of|the)){0,3}\s+` +
				`(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Parkway|Pkwy|Circle|Cir|Highway|Hwy|Crescent|Close|Gardens|Grove|Row|Mews|Trail)\b\.?` + addressTail + `)`,
			Keywords: []string{
				" street", " st ", " st.", " st,", " avenue", " ave", " road", " rd", " boulevard", " blvd", " lane", " ln", " drive", " dr ", " dr.", " dr,", " court", " ct", " place", " square", " terrace", " way",
				" parkway", " pkwy", " circle", " highway", " crescent", " close", " gardens", " grove", " mews", " trail",
			},
			Validate: validStreet,
		},
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
			Regexp:   `(?i)\b((?:p\.? ?o\.? ?box|postfach|boite postale|apartado de correos|postbus|casella postale|(?:psc|unit|cmr) [0-9]{1,5},? box) [0-9]{1,6}(?:,?\s+(?-i:[APFD]PO [A-Z]{2})\s+[0-9]{5})?)\b`,
			Keywords: []string{" box", "postfach", "postale", "apartado", "postbus"},
		},
		Samples: detect.Samples{
			Positive: []string{"write to P.O. Box 4417", "PSC 8139, Box 3699\nAPO AE 99874", "Postfach 120355"},
			Negative: []string{"tick box 12", "PO number 4417", "postbus line"},
			Source:   "own",
		},
	}
}

// cityName is a city behind its postal code, with what may stand before or between its words.
const cityName = `(?:(?:Sao|Santo|Santa|San|Sankt|St\.?|Saint|Sainte|Porto|Belo|Rio de|Vila|Nova|Ponta|Castelo|Monte|Reggio|Palma de|Las|Los|La|Le|El|Den|Bad|Neu|Villa)[ \-]){0,2}[A-Z][A-Za-z'\-]+(?: (?:de|do|da|di|am|an der|im|aan den) [A-Z][A-Za-z]+)?`

func europeanAddress() detect.Detector {
	return detect.Detector{
		Name: "european_address", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "Street address in German, Dutch, French, Spanish, Italian or Portuguese form",
		Base:    0.60,
		Context: []string{"adresse", "anschrift", "wohnt", "wohnhaft", "address", "habite", "domicile", "direccion", "vive", "domicilio", "indirizzo", "abita", "morada", "endereco", "adres", "woont"},
		Pattern: &detect.Pattern{
			Regexp: `((?:[A-Z][A-Za-z]+(?:strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|gracht|kade)|[A-Z][A-Za-z]+ (?:Strasse|Str\.|Allee|Weg|Platz|straat|laan))\s+[0-9]{1,4}(?:\s?[a-z]\b)?(?:,?\s+(?:[A-Z]-)?[0-9]{4,5}(?: [A-Z]{2})?\s+` + cityName + `)?` + addressTail +
				`|\b(?:[0-9]{1,4}(?: (?:bis|ter))?,?\s+)?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Aa]llee|[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|Via|[Vv]iale|Piazza|Corso|Rua|[Tt]ravessa|Largo)\s+(?:(?:de|du|des|la|le|les|el|los|las|del|della|dei|di|da|do|dos|das|l'|d')\s?){0,3}[A-Z][A-Za-z'\-]+(?:\s(?:de |di |da |do )?[A-Z][A-Za-z'\-]+){0,3}(?:,?\s+(?:n[o°.]?\s?)?[0-9]{1,4}\b)?(?:,?\s+[0-9]{4,5}(?:-[0-9]{3})?\s+` + cityName + `)?` + addressTail + `)`,
			Keywords: europeanStreets(),
			Window:   64,
			Validate: hasNumber,
		},
		Samples: detect.Samples{
			Positive: []string{"wohnt in der Hauptstraße 12, 10115 Berlin", "12 rue de la Paix, 75002 Paris", "abita in Via Roma 7", "Calle de Alcalá 45", "Keizersgracht 123", "Moro na Rua das Flores, 123, 01234-567 São Paulo"},
			Negative: []string{"auf dem Weg nach Hause", "via Email bitte", "la rue est longue", "Place of work"},
			Source:   "own",
		},
	}
}

// europeanStreets are the keywords: words that stand before a name, and endings together with the space and the first
// digit of the house number, since endings alone occur in many words.
func europeanStreets() []string {
	list := strings.Split("strasse|str. |rue |avenue |boulevard |place d|chemin |allee |calle |avenida |plaza |paseo | via |viale |piazza |corso |rua |travessa |largo ", "|")
	for ending := range strings.FieldsSeq("weg platz allee gasse ring damm ufer straat laan plein gracht kade") {
		for digit := range strings.FieldsSeq("1 2 3 4 5 6 7 8 9") {
			list = append(list, ending+" "+digit)
		}
	}
	return list
}

// validStreet rejects runs whose first word behind the number is an everyday word (2019 The Place).
func validStreet(s string) detect.Verdict {
	parts := strings.Fields(s)
	return verdict(len(parts) > 2 && (kindsOf(parts[1])&isPlain == 0 || len(parts[1]) == 1 || compass.has(parts[1])))
}

var compass = words(`north south east west old new saint`)

// hasNumber drops street names without a house number, which name a place and not a home.
func hasNumber(s string) detect.Verdict {
	return verdict(strings.ContainsAny(s, "0123456789"))
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
