package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func banking() []detect.Detector {
	return []detect.Detector{iban(), swiftBIC(), lei(), isin(), bankAccount()}
}

func iban() detect.Detector {
	return detect.Detector{
		Name: "iban_code", Type: "IBAN_CODE", Category: detect.CategoryPII,
		Summary:   "international bank account number",
		Validator: "iso7064_mod97_10 and length by country",
		Base:      baseStrong,
		Context:   []string{"iban", "account", "bank", "konto", "kontonummer", "compte", "cuenta", "conto", "conta", "rekening", "rekeningnummer", "transfer", "wire", "uberweisung", "virement", "bonifico", "overschrijving", "rachunek"},
		Number:    &detect.Number{Masks: ibanMasks(), Validate: validIBAN},
		Samples: detect.Samples{
			Positive: []string{"IBAN GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "transfer to FR14 2004 1010 0505 0001 3M02 606", "NL91ABNA0417164300."},
			Negative: []string{"GB82 WEST 1234 5698 7654 33", "DE8937040044053201300", "XDE89370400440532013000", "US64SVBKUS6S3300958879", "DE893704004405320130001"},
			Source:   "published examples of the IBAN registry",
		},
	}
}

// ibanCountries lists country code and total length of the registry's entries.
const ibanCountries = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 " +
	"GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 " +
	"NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"

func ibanLength(country string) int {
	i := strings.Index(ibanCountries, country)
	if i < 0 || i%5 != 0 {
		return 0
	}
	return number(ibanCountries[i+2 : i+4])
}

// ibanMasks has each registered length in one piece and in groups of four.
func ibanMasks() []string {
	seen := [40]bool{}
	var masks []string
	for i := 2; i < len(ibanCountries); i += 5 {
		n := number(ibanCountries[i : i+2])
		if seen[n] {
			continue
		}
		seen[n] = true
		plain := "AA99" + strings.Repeat("X", n-4)
		masks = append(masks, plain, inFours(plain))
	}
	return masks
}

func inFours(mask string) string {
	var b strings.Builder
	for i := range len(mask) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(mask[i])
	}
	return b.String()
}

func validIBAN(s string) detect.Verdict {
	return verdict(len(s) == ibanLength(s[:2]) && checksum.IBAN(s))
}

func swiftBIC() detect.Detector {
	return detect.Detector{
		Name: "swift_bic", Type: "SWIFT_BIC", Category: detect.CategoryPII,
		Summary:   "bank identifier code behind its label",
		Validator: "country code",
		Base:      baseCued,
		Pattern: &detect.Pattern{
			Regexp:   `(?:(?i:swift|bic)\b)(?i:[ /\-]*(?:swift|bic|code|number|is|ist|est|es)\b)*[\s:=#"]{1,4}([A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b`,
			Keywords: []string{"swift", "bic"},
			Validate: validBIC,
		},
		Samples: detect.Samples{
			Positive: []string{"SWIFT: DEUTDEFF", "BIC COBADEFFXXX", "SWIFT/BIC code is BNPAFRPP"},
			Negative: []string{"SWIFT: DEUTQQFF", "swift delivery of PACKAGES", "BIC DEUTDEF", "code DEUTDEFF"},
			Source:   "own",
		},
	}
}

// bicCountries are the country codes that occur in bank identifier codes, beside those of ibanCountries.
const bicCountries = " US CA AU NZ JP CN HK SG IN KR TW TH MY ID PH VN ZA NG KE GH MA DZ MX AR CL CO PE UY EC BO PY PA JM BS BM KY BD LK NP AM UZ KG KH MO "

func validBIC(s string) detect.Verdict {
	country := s[4:6]
	return verdict(ibanLength(country) > 0 || strings.Contains(bicCountries, " "+country+" "))
}

func lei() detect.Detector {
	return detect.Detector{
		Name: "lei", Type: "LEI", Category: detect.CategoryPII,
		Summary:   "legal entity identifier",
		Validator: "iso7064_mod97_10",
		Base:      baseStrong,
		Context:   []string{"lei", "legal entity", "entity identifier"},
		Number: &detect.Number{
			Masks: []string{"9999XXXXXXXXXXXXXX99", "XXXXXXXXXXXXXXXXXX99"},
			Validate: func(s string) detect.Verdict {
				return verdict(number(s[:4]) >= 0 && !checksum.IsDigits(s) && checksum.Mod97Radix10(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"LEI 5493001KJTIIGC8Y1R12", "legal entity 549300IBUL0078569274", "549300CPHY7866277743"},
			Negative: []string{"LEI 5493001KJTIIGC8Y1R13", "LEI 5493001KJTIIGC8Y1R123", "LEI 5493001KJTIIGC8Y1R", "X5493001KJTIIGC8Y1R12"},
			Source:   "published example and own",
		},
	}
}

func isin() detect.Detector {
	return detect.Detector{
		Name: "isin", Type: "ISIN", Category: detect.CategoryPII,
		Summary:   "securities identification number",
		Validator: "luhn over letter values",
		Base:      0.45, NeedContext: true,
		Context: []string{"isin", "security", "securities", "shares", "stock", "bond", "fund", "wertpapier", "aktie", "wkn", "titres", "valores", "azioni", "acoes", "aandelen"},
		Number: &detect.Number{
			Masks: []string{"AAXXXXXXXXX9"},
			Validate: func(s string) detect.Verdict {
				known := ibanLength(s[:2]) > 0 || s[:2] == "XS" || strings.Contains(bicCountries, " "+s[:2]+" ")
				return verdict(known && checksum.ISIN(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"ISIN US0378331005", "bond DE0007054009", "shares with ISIN: GB0002634946"},
			Negative: []string{"ISIN US0378331006", "ISIN US03783310055", "box US0378331005", "ISIN QQ0378331005"},
			Source:   "published examples",
		},
	}
}

func bankAccount() detect.Detector {
	return detect.Detector{
		Name: "bank_account", Type: "BANK_ACCOUNT", Category: detect.CategoryPII,
		Summary: "domestic bank account number behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Behind:   true,
			Regexp:   cued(`(?:bank )?acc(?:oun)?t\.?(?: number| no| nr| #)|bank account|a/c(?: no)?|kontonummer|kto|numero de compte|numero de cuenta|cuenta bancaria|conto corrente|numero da conta|rekeningnummer|numer konta`, `[0-9]{6,17}|[0-9]{2,6}(?:[ -][0-9]{2,6}){1,3}`),
			Keywords: []string{"account", "acct", "a/c", "kontonummer", "kto", "compte", "cuenta", "conto corrente", "da conta", "rekeningnummer", "numer konta"},
			Window:   32,
			Ahead:    96,
			Validate: digitsAtLeast(6),
		},
		Samples: detect.Samples{
			Positive: []string{"bank account 20481937", "account number: 3120 9945 81", "Kontonummer 7203914486"},
			Negative: []string{"account number 12", "the account was closed in 2019", "account number 123456789012345678901", "invoice 20481937"},
			Source:   "own",
		},
	}
}
