package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func vehicles() []detect.Detector {
	return []detect.Detector{licensePlate(), deLicensePlate(), ukVehicleRegistration(), inVehicleRegistration()}
}

// plateContext are the words for a vehicle's registration that stand beside plates in English.
var plateContext = []string{
	"number plate", "licence plate", "license plate", "registration plate", "plate number", "plate no", "registration number", "vehicle registration", "vehicle reg", "car reg", "car registration", "reg no", "reg number",
	"vehicle number", "vrm", "vrn",
}

func licensePlate() detect.Detector {
	return detect.Detector{
		Name: "license_plate", Type: "LICENSE_PLATE", Category: detect.CategoryPII,
		Summary: "Plate of a vehicle of any country behind its label",
		Base:    0.60,
		Pattern: &detect.Pattern{
			Regexp: cued(`(?:licen[sc]e|number|registration|vehicle) plates?|plate (?:number|no\.?)|plaque d'immatriculation|immatriculation|numero de (?:matricula|placa)s?|matricula|placas? (?:numero|n\.?)|targa|kenteken|numer rejestracyjny|tablica rejestracyjna|registreringsnummer|rekisterinumero`,
				`(?-i:[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{2,4}){1,2}(?:-[0-9])?)`),
			Keywords: []string{
				"license plate", "licence plate", "number plate", "registration plate", "vehicle plate", "plate n", "immatriculation", "matricula", "de placa", "placa n", "placas n", "targa", "kenteken", "rejestracyjny", "rejestracyjna",
				"registreringsnummer", "rekisterinumero",
			},
			Window:   24,
			Ahead:    64,
			Validate: plateLike,
		},
		Samples: detect.Samples{
			Positive: []string{"license plate 7ABC123", "plaque d'immatriculation AB-123-CD", "matrícula 1234 BCD", "targa: AB123CD", "kenteken is 12-ABC-3", "numer rejestracyjny WA 12345", "License Plate: ABC-1234 was seen"},
			Negative: []string{"license plate READER 2000", "license plates of 2019", "number plate ABCDEF", "license plate 123456", "part AB-123-CD", "license plate A1", "registration plate pending"},
			Source:   "own",
		},
	}
}

// plateLike wants letters and at least two digits: four to nine signs, of which no more than three letters in a run.
func plateLike(s string) detect.Verdict {
	letters, digits, run := 0, 0, 0
	for i := range len(s) {
		switch {
		case isLetter(s[i]):
			letters++
			if run++; run > 3 {
				return detect.Reject
			}
			continue
		case isDigit(s[i]):
			digits++
		}
		run = 0
	}
	if letters == 0 || digits < 2 || letters+digits < 4 || letters+digits > 9 {
		return detect.Reject
	}
	return detect.Plausible
}

func deLicensePlate() detect.Detector {
	return detect.Detector{
		Name: "de_license_plate", Type: "DE_LICENSE_PLATE", Category: detect.CategoryPII,
		Summary: "German plate of a vehicle behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp:   cued(`(?:kfz|auto)?[ -]?kennzeichen|nummernschild|german (?:licen[sc]e|number) plate`, `(?-i:[A-Z\x{C4}\x{D6}\x{DC}]{1,3}(?:-| |: ?| - )[A-Z]{1,2}[ -]?[1-9][0-9]{0,3}[EH]?)`),
			Keywords: []string{"kennzeichen", "nummernschild", "german licen", "german number plate"},
			Window:   32,
			Ahead:    64,
		},
		Samples: detect.Samples{
			Positive: []string{"Kennzeichen B-AB 1234", "amtliches Kennzeichen: M XY 47", "Nummernschild HH-AB 123E", "Kfz-Kennzeichen ist MÜL-C 8", "German license plate KA-PA 777"},
			Negative: []string{"Kennzeichen ABCD-EF 12", "Kennzeichen B-AB 01234", "Artikel B-AB 1234", "Kennzeichen der Gruppe A 4", "Kennzeichen B-ABC 12345"},
			Source:   "own",
		},
	}
}

func ukVehicleRegistration() detect.Detector {
	return detect.Detector{
		Name: "uk_vehicle_registration", Type: "UK_VEHICLE_REGISTRATION", Category: detect.CategoryPII,
		Summary: "UK vehicle registration beside a word for it", Validator: "letters and age in use",
		Base: 0.25, NeedContext: true,
		Context: append([]string{"dvla", "uk registration", "my car", "mot test", "v5c"}, plateContext...),
		Number: &detect.Number{
			Masks:    []string{"AA99 AAA", "AA99AAA", "A999 AAA", "A99 AAA", "A999AAA"},
			Validate: validUKPlate,
		},
		Samples: detect.Samples{
			Positive: []string{"number plate AB12 CDE", "car reg: LD65XRT", "vehicle registration BD51 SMR", "DVLA record for P482 KLM", "registration number YX73 HJK"},
			Negative: []string{"number plate AB99 CDE", "number plate AB12 CQE", "number plate IB12 CDE", "room AB12 CDE", "FY24 the vehicle registration", "section b12 for the vehicle registration", "number plate AB12 CDEF", "number plate AB1 CDE9"},
			Source:   "own",
		},
	}
}

// plateWords are English words of three letters that stand behind the number of a room, a section or a year.
var plateWords = words(`the and for was are not but you all has had her his can our out day get how man new now old see two way who did let put say she too use car tax per due may off own set run end ten one
any ask bad big box boy buy cut eat far few got hot job key law lay led leg let lot low men met nor pay red sat sea son sum sun top try war yet ago age act add art bar bed bus`)

// validUKPlate knows the letters that are not used and, since 2001, the numbers of the half years: 02..50 and 51..79.
func validUKPlate(s string) detect.Verdict {
	if strings.ContainsAny(s, "IQ") || plateWords.has(s[len(s)-3:]) {
		return detect.Reject
	}
	if isLetter(s[1]) {
		age := number(s[2:4])
		return verdict(s[1] != 'Z' && (age >= 2 && age <= 30 || age >= 51 && age <= 80))
	}
	return verdict(s[0] != 'O' && s[0] != 'U' && s[0] != 'Z')
}

// inStates are the codes of states and territories on plates.
const inStates = " AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UK UP WB "

func inVehicleRegistration() detect.Detector {
	return detect.Detector{
		Name: "in_vehicle_registration", Type: "IN_VEHICLE_REGISTRATION", Category: detect.CategoryPII,
		Summary: "Indian vehicle registration beside a word for it", Validator: "state code",
		Base: 0.25, NeedContext: true,
		Context: append([]string{"rto", "vehicle", "vehicle no", "rc book", "rc number", "fastag", "gaadi", "two wheeler"}, plateContext...),
		Number: &detect.Number{
			Masks: []string{"AA99AA9999", "AA-99-AA-9999", "AA99 AA 9999", "AA99A9999", "AA-99-A-9999", "99AA9999AA"},
			Validate: func(s string) detect.Verdict {
				if isDigit(s[0]) {
					// Numbers of the whole of India: year, BH for Bharat, serial, letters.
					return verdict(s[2:4] == "BH" && s[:2] >= "21" && s[4:8] != "0000")
				}
				return verdict(strings.Contains(inStates, " "+s[:2]+" ") && s[2:4] != "00" && s[len(s)-4:] != "0000")
			},
		},
		Samples: detect.Samples{
			Positive: []string{"vehicle number KA01AB1234", "RTO: MH-12-DE-1433", "number plate DL8CAF5031 or DL08CA5031", "registration number TN 09 AB 4820", "vehicle no 22BH1234AA"},
			Negative: []string{"vehicle number XX01AB1234", "vehicle number KA00AB1234", "vehicle number KA01AB12345", "part KA01AB1234", "vehicle number 22BX1234AA", "vehicle number KA01AB0000"},
			Source:   "own",
		},
	}
}
