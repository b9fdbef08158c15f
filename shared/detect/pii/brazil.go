package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func brazil() []detect.Detector {
	return []detect.Detector{brPIS(), brCNH(), brVoter(), brRG()}
}

func brPIS() detect.Detector {
	return detect.Detector{
		Name: "br_pis", Type: "BR_PIS", Category: detect.CategoryPII,
		Summary: "Brazilian social integration number (PIS, PASEP, NIS, NIT)", Validator: "mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"pis", "pasep", "pis/pasep", "nis", "pis pasep", "numero de identificacao social", "numero de identificacao do trabalhador", "cadunico"},
		Number: &detect.Number{
			Masks: []string{"999.99999.99-9", "99999999999", "999.9999.999-9"},
			Validate: func(s string) detect.Verdict {
				r := checksum.Weighted(s[:10], 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) % 11
				return verdict(!repeated(s) && elevenLess(r) == int(s[10]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"PIS 393.31909.28-1", "PASEP: 27426033452", "976.62269.84-8", "NIS 28126035440", "PIS/PASEP nº 471.1593.307-3"},
			Negative: []string{"PIS 692.97097.20-1", "PIS 782201728697", "pedido 04067702603", "PIS 111.11111.11-1", "PASEP 06625618785", "PIS 123.45678"},
			Source:   "own",
		},
	}
}

// elevenLess is the check digit of schemes that take the remainder from eleven and have 0 where two digits are left.
func elevenLess(r int) int {
	if r < 2 {
		return 0
	}
	return 11 - r
}

func brCNH() detect.Detector {
	return detect.Detector{
		Name: "br_cnh", Type: "BR_CNH", Category: detect.CategoryPII,
		Summary: "Brazilian driver's license number", Validator: "two mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"cnh", "carteira nacional de habilitacao", "carteira de habilitacao", "carteira de motorista", "habilitacao", "detran", "registro cnh"},
		Number:  &detect.Number{Masks: []string{"99999999999", "999999999-99"}, Validate: validCNH},
		Samples: detect.Samples{
			Positive: []string{"CNH 23008079220", "carteira de habilitação: 95514173045", "carteira de motorista 339367348-63", "CNH nº 29698792545", "registro CNH 47806462297"},
			Negative: []string{"CNH 49851991118", "CNH 904142047491", "pedido 80692277563", "CNH 11111111111", "CNH vencida em 2019", "habilitação 048519042-48"},
			Source:   "own",
		},
	}
}

// validCNH lowers the second check digit by two where the first one would have been ten.
func validCNH(s string) detect.Verdict {
	first, less := checksum.Weighted(s[:9], 9, 8, 7, 6, 5, 4, 3, 2, 1)%11, 0
	if first == 10 {
		first, less = 0, 2
	}
	second := checksum.Weighted(s[:9], 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11
	if second == 10 {
		second = 0
	} else {
		second -= less
	}
	return verdict(!repeated(s) && first == int(s[9]-'0') && second == int(s[10]-'0'))
}

func brVoter() detect.Detector {
	return detect.Detector{
		Name: "br_voter", Type: "BR_VOTER", Category: detect.CategoryPII,
		Summary: "Brazilian voter number", Validator: "state and two mod 11",
		Base: baseShared, NeedContext: true,
		Context: []string{"titulo de eleitor", "titulo eleitoral", "titulo eleitor", "eleitor", "eleitoral", "inscricao eleitoral", "justica eleitoral"},
		Number: &detect.Number{
			Masks:    []string{"999999999999", "9999_9999_9999"},
			Validate: validVoter,
		},
		Samples: detect.Samples{
			Positive: []string{"título de eleitor 236422101139", "título eleitoral: 4586 3922 2623", "inscrição eleitoral 287046050620", "eleitor nº 5581 2178 2305", "Título de eleitor 2029 6658 1651"},
			Negative: []string{"título de eleitor 041729301075", "título de eleitor 3883892306044", "pedido 106584450469", "título de eleitor 2364 6091 0290", "o eleitor votou em 2022"},
			Source:   "own",
		},
	}
}

// validVoter reads serial, state (01..28) and two check digits. In Sao Paulo (01) and Minas Gerais (02) a check digit of
// 0 is written 1.
func validVoter(s string) detect.Verdict {
	state := number(s[8:10])
	check := func(sum int) int {
		r := sum % 11
		switch {
		case r == 0 && state <= 2:
			return 1
		case r == 10:
			return 0
		}
		return r
	}
	first := check(checksum.Weighted(s[:8], 2, 3, 4, 5, 6, 7, 8, 9))
	second := check(checksum.Weighted(s[8:11], 7, 8, 9))
	return verdict(state >= 1 && state <= 28 && !repeated(s[:8]) && first == int(s[10]-'0') && second == int(s[11]-'0'))
}

func brRG() detect.Detector {
	return detect.Detector{
		Name: "br_rg", Type: "BR_RG", Category: detect.CategoryPII,
		Summary: "Brazilian identity card number", Validator: "the check sign of Sao Paulo raises the score",
		Base: baseFormat, ValidBase: baseShared, NeedContext: true,
		Context: []string{"rg", "registro geral", "carteira de identidade", "cedula de identidade", "documento de identidade", "ssp/sp"},
		Number: &detect.Number{
			Masks:    []string{"99.999.999-X", "99999999-X", "999999999", "99999999A"},
			Validate: validRG,
		},
		Samples: detect.Samples{
			Positive: []string{"RG 48.201.937-5", "RG: 204819377", "registro geral 12.345.678-X", "carteira de identidade 30.204.819-2", "RG nº 72048159-3 SSP/SP"},
			Negative: []string{"RG 48.201.937-55", "RG 4820193", "pedido 48.201.937-5", "RG 00.000.000-0", "RG 48.201.937-B"},
			Source:   "own",
		},
	}
}

func validRG(s string) detect.Verdict {
	if repeated(s) || isLetter(s[8]) && s[8] != 'X' {
		return detect.Reject
	}
	const checks = "0123456789X"
	if checks[(11-checksum.Weighted(s[:8], 2, 3, 4, 5, 6, 7, 8, 9)%11)%11] == s[8] {
		return detect.Valid
	}
	return detect.Plausible
}
