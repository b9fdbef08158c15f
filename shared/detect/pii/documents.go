package pii

import (
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
		Summary: "Second line of a passport's machine-readable zone", Validator: "7-3-1 over number, birth and expiry",
		Base:    baseStrong,
		Context: []string{"passport", "mrz", "reisepass", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort"},
		Anchor:  &detect.Anchor{Bytes: "<", Scan: scanMRZ},
		Samples: detect.Samples{
			Positive: []string{"L898902C36UTO7408122F1204159ZE184226B<<<<<10", "mrz\nC01X0006H1D<<6408125F2702283<<<<<<<<<<<<<<<4", "passport X1234567<7UTO8001014M3001019<<<<<<<<<<<<<<08"},
			Negative: []string{"L898902C37UTO7408122F1204159ZE184226B<<<<<10", "a << b << c", "L898902C36UTO7408122F1204159ZE184226B<<<<<1"},
			Source:   "ICAO 9303 specimen and own",
		},
	}
}

// scanMRZ reads the 44-character line around its first filler: number, nationality, birth, sex, expiry, optional data.
func scanMRZ(text string, at int) (int, int, detect.Verdict) {
	start := at
	for start > 0 && at-start < 44 && isUpperAlnum(text[start-1]) {
		start--
	}
	end := start + 44
	if end > len(text) || (start > 0 && text[start-1] == '<') || (end < len(text) && (isAlnum(text[end]) || text[end] == '<')) {
		return 0, 0, detect.Reject
	}
	line := text[start:end]
	for i := range len(line) {
		if line[i] != '<' && !isUpperAlnum(line[i]) {
			return 0, 0, detect.Reject
		}
	}
	ok := hasByte("MFX<", line[20]) && checksum.MRZ(line[:10]) && checksum.MRZ(line[13:20]) && checksum.MRZ(line[21:28])
	if !ok || !dayYMD(line[13:19]) {
		return 0, 0, detect.Reject
	}
	return start, end, detect.Valid
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
