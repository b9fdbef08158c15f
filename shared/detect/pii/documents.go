package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func documents() []detect.Detector {
	return []detect.Detector{vin(), mrz(), imei(), iccid()}
}

func vin() detect.Detector {
	return detect.Detector{
		Name: "vin", Type: "VIN", Category: detect.CategoryPII,
		Summary: "Vehicle identification number", Validator: "mod 11 at place 9",
		Base:     0.45,
		Context:  []string{"vin", "vehicle", "vehicle identification", "chassis", "car", "fahrgestellnummer", "fin", "fahrzeug", "chassis", "bastidor", "telaio", "chassisnummer", "vehicule"},
		Negative: []string{"tracking", "sha", "serial"},
		Number: &detect.Number{
			Masks: []string{"XXXXXXXXXXXXX9999"},
			Validate: func(s string) detect.Verdict {
				return verdict(!checksum.IsDigits(s) && checksum.VIN(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"VIN 1M8GDM9AXKP042788", "vehicle 5GZCZ43D13S812715", "chassis: 1HGCM82633A004352"},
			Negative: []string{"VIN 1M8GDM9A1KP042788", "VIN 1M8GDM9AXKP0427881", "VIN 1M8GDM9AXKO042788", "11111111111111111"},
			Source:   "published examples",
		},
	}
}

func mrz() detect.Detector {
	return detect.Detector{
		Name: "mrz", Type: "MRZ", Category: detect.CategoryPII,
		Summary: "Machine-readable zone of a passport or card", Validator: "7-3-1 over number, birth and expiry",
		Base:    baseStrong,
		Context: []string{"passport", "mrz", "reisepass", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort"},
		Anchor:  &detect.Anchor{Bytes: "<", Scan: scanMRZ},
		Samples: detect.Samples{
			Positive: []string{
				"L898902C36UTO7408122F1204159ZE184226B<<<<<10", "mrz\nC01X0006H1D<<6408125F2702283<<<<<<<<<<<<<<<4", "passport X1234567<7UTO8001014M3001019<<<<<<<<<<<<<<08",
				"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
				"I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
				"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
			},
			Negative: []string{"L898902C37UTO7408122F1204159ZE184226B<<<<<10", "a << b << c", "L898902C36UTO7408122F1204159ZE184226B<<<<<1"},
			Source:   "ICAO 9303 specimen and own",
		},
	}
}

// scanMRZ reads the lines of a zone from its first filler: two lines of 44 (passports) or 36 characters, of which the
// second holds number, nationality, birth, sex and expiry, or three of 30 (cards), where birth comes in the second. The
// line with the name is part of the zone; in passports it may be missing.
func scanMRZ(text string, at int) (int, int, detect.Verdict) {
	start, end := mrzLine(text, at)
	switch line := text[start:end]; len(line) {
	case 30:
		second, end := nextMRZLine(text, end)
		if second < 0 || end-second != 30 || !checksum.MRZ(line[5:15]) || !validMRZ(text[second:end], 0, 8) {
			return 0, 0, detect.Reject
		}
		if third, last := nextMRZLine(text, end); third >= 0 && last-third == 30 {
			end = last
		}
		return start, end, detect.Valid
	case 36, 44:
		if checksum.MRZ(line[:10]) && validMRZ(line, 13, 21) {
			return start, end, detect.Valid
		}
		if second, last := nextMRZLine(text, end); second >= 0 && last-second == len(line) {
			if line = text[second:last]; checksum.MRZ(line[:10]) && validMRZ(line, 13, 21) {
				return start, last, detect.Valid
			}
		}
	}
	return 0, 0, detect.Reject
}

// maxMRZLine is the longest line of a zone.
const maxMRZLine = 44

// mrzLine returns the run of a zone's characters around a position; one that is too long is cut, and so no line.
func mrzLine(text string, at int) (start, end int) {
	for start = at; start > 0 && at-start <= maxMRZLine && isMRZ(text[start-1]); start-- {
	}
	for end = at; end < len(text) && end-at <= maxMRZLine && isMRZ(text[end]); end++ {
	}
	if start > 0 && isAlnum(text[start-1]) || end < len(text) && isAlnum(text[end]) {
		return at, at
	}
	return start, end
}

// nextMRZLine returns the line that follows right behind a line break, a written one or a space; -1 if there is none.
func nextMRZLine(text string, end int) (start, last int) {
	rest := text[end:min(len(text), end+3)]
	for _, gap := range [...]string{"\r\n", "\n", "\\n", " "} {
		if after, ok := strings.CutPrefix(rest, gap); ok && after != "" && isMRZ(after[0]) {
			return mrzLine(text, end+len(gap))
		}
	}
	return -1, -1
}

func isMRZ(c byte) bool { return c == '<' || isUpperAlnum(c) }

// validMRZ checks birth, sex and expiry of a line: where the six digits of each begin, sex standing before expiry.
func validMRZ(line string, birth, expiry int) bool {
	return hasByte("MFX<", line[expiry-1]) && checksum.MRZ(line[birth:birth+7]) && checksum.MRZ(line[expiry:expiry+7]) && dayYMD(line[birth:birth+6])
}

func isUpperAlnum(c byte) bool { return isDigit(c) || (c >= 'A' && c <= 'Z') }

func imei() detect.Detector {
	return detect.Detector{
		Name: "imei", Type: "IMEI", Category: detect.CategoryPII,
		Summary: "Mobile device number", Validator: "luhn",
		Base: baseWeak, NeedContext: true,
		Context: []string{"imei", "handset", "device", "phone", "mobile", "gerat", "appareil", "telefono", "dispositivo", "toestel"},
		Number: &detect.Number{
			Masks: []string{"999999999999999", "99-999999-999999-9", "999999-99-999999-9"},
			Validate: func(s string) detect.Verdict {
				return verdict(!repeated(s) && s[:2] != "00" && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"IMEI 490154203237518", "IMEI: 35-697237-779124-9", "device imei 359082235763260"},
			Negative: []string{"IMEI 490154203237519", "IMEI 4901542032375181", "batch 490154203237518"},
			Source:   "published example and own",
		},
	}
}

func iccid() detect.Detector {
	return detect.Detector{
		Name: "iccid", Type: "ICCID", Category: detect.CategoryPII,
		Summary: "SIM card number", Validator: "luhn and telecom prefix 89",
		Base: 0.45, NeedContext: true,
		Context: []string{"iccid", "sim", "sim card", "esim", "sim-karte", "carte sim", "tarjeta sim"},
		Number: &detect.Number{
			Masks: []string{"8999999999999999999", "89999999999999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ICCID 8910042348144559361", "SIM card 8949240012004820192", "eSIM: 8933102003007203149"},
			Negative: []string{"ICCID 7910042348144559365", "ICCID 89100423481445593", "batch 8910042348144559361"},
			Source:   "own",
		},
	}
}
