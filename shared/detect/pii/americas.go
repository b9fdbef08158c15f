package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func latinAmerica() []detect.Detector {
	return []detect.Detector{brCPF(), brCNPJ(), mxCURP(), mxRFC(), mxCLABE(), arCUIT(), clRUT(), coNIT(), peRUC(), ecCI()}
}

func brCPF() detect.Detector {
	return detect.Detector{
		Name: "br_cpf", Type: "BR_CPF", Category: detect.CategoryPII,
		Summary: "Brazilian individual taxpayer number", Validator: "two mod 11",
		Base: baseStrict, NeedContext: true,
		Context: []string{"cpf", "cadastro de pessoas fisicas", "receita federal", "contribuinte"},
		Number: &detect.Number{
			Masks: []string{"999.999.999-99", "99999999999", "999 999 999 99", "999999999-99"},
			Validate: func(s string) detect.Verdict {
				a := checksum.Weighted(s[:9], 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
				b := checksum.Weighted(s[:10], 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
				return verdict(!repeated(s) && a == int(s[9]-'0') && b == int(s[10]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CPF 075.854.518-57", "256.287.988-00", "cpf: 35782588144"},
			Negative: []string{"CPF 075.854.518-58", "CPF 111.111.111-11", "CPF 075.854.518-571", "pedido 35782588144"},
			Source:   "own",
		},
	}
}

func brCNPJ() detect.Detector {
	return detect.Detector{
		Name: "br_cnpj", Type: "BR_CNPJ", Category: detect.CategoryPII,
		Summary: "Brazilian company number, digits or alphanumeric", Validator: "two mod 11",
		Base: baseStrict, NeedContext: true,
		Context: []string{"cnpj", "razao social", "pessoa juridica", "receita federal"},
		Number: &detect.Number{
			Masks:    []string{"99.999.999/9999-99", "99999999999999", "XX.XXX.XXX/XXXX-99", "XXXXXXXXXXXX99"},
			Validate: validCNPJ,
		},
		Samples: detect.Samples{
			Positive: []string{"CNPJ 55.395.143/0001-31", "77.986.702/0001-10", "cnpj: 49205637000103", "CNPJ 12.ABC.345/01DE-35"},
			Negative: []string{"CNPJ 55.395.143/0001-32", "CNPJ 553951430001311", "pedido 49205637000103", "CNPJ 12.ABC.345/01DE-36"},
			Source:   "published alphanumeric example and own",
		},
	}
}

// validCNPJ counts a letter as its ASCII code less 48, which leaves digits as they are.
func validCNPJ(s string) detect.Verdict {
	sum := func(n int) int {
		total, w := 0, 2
		for i := n - 1; i >= 0; i-- {
			total += int(s[i]-'0') * w
			if w++; w > 9 {
				w = 2
			}
		}
		return total
	}
	check := func(n int) byte {
		r := sum(n) % 11
		if r < 2 {
			return '0'
		}
		return byte('0' + 11 - r)
	}
	if repeated(s) || strings.ContainsAny(s, "IO") && !isDigit(s[0]) {
		return detect.Reject
	}
	return verdict(check(12) == s[12] && check(13) == s[13])
}

func mxCURP() detect.Detector {
	return detect.Detector{
		Name: "mx_curp", Type: "MX_CURP", Category: detect.CategoryPII,
		Summary: "Mexican population registry code", Validator: "birth date, state and mod 10",
		Base:    baseStrong,
		Context: []string{"curp", "clave unica", "registro de poblacion"},
		Number: &detect.Number{
			Masks:    []string{"AAAA999999AAAAAAX9"},
			Validate: validCURP,
		},
		Samples: detect.Samples{
			Positive: []string{"CURP LUFB500411HDFRPS09", "LOBZ711217HMCRPS00", "curp: PUST510906MNLRPS01"},
			Negative: []string{"CURP LUFB500411HDFRPS08", "CURP LUFB501311HDFRPS09", "CURP LUFB500411HXXRPS09", "CURP LUFB500411HDFRPS091"},
			Source:   "own",
		},
	}
}

// curpStates are the codes of the federal entities, and NE for births abroad.
const curpStates = " AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE "

func validCURP(s string) detect.Verdict {
	// The alphabet has the letter N with tilde between N and O, so letters from O on count one more.
	sum := 0
	for i := range 17 {
		v := checksum.Value(s[i])
		if s[i] >= 'O' {
			v++
		}
		sum += v * (18 - i)
	}
	ok := dayYMD(s[4:10]) && hasByte("HMX", s[10]) && strings.Contains(curpStates, " "+s[11:13]+" ")
	return verdict(ok && (10-sum%10)%10 == int(s[17]-'0'))
}

func mxRFC() detect.Detector {
	return detect.Detector{
		Name: "mx_rfc", Type: "MX_RFC", Category: detect.CategoryPII,
		Summary: "Mexican taxpayer code", Validator: "birth date and mod 11",
		Base:    baseStrict,
		Context: []string{"rfc", "registro federal", "registro federal de contribuyentes", "sat"},
		Number: &detect.Number{
			Masks:    []string{"AAAA999999XXX", "AAAA-999999-XXX"},
			Validate: validRFC,
		},
		Samples: detect.Samples{
			Positive: []string{"RFC GODE730101GR9", "GODE-830724-GR8", "rfc: GODE890424GR0"},
			Negative: []string{"RFC GODE730101GR0", "RFC GODE731301GR9", "RFC GODE730101GR91"},
			Source:   "own",
		},
	}
}

func validRFC(s string) detect.Verdict {
	sum := 0
	for i := range 12 {
		sum += rfcValue(s[i]) * (13 - i)
	}
	const checks = "0123456789A"
	return verdict(dayYMD(s[4:10]) && s[12] == checks[(11-sum%11)%11])
}

// rfcValue follows the tax office's table, which places '&' after N and a blank after Z.
func rfcValue(c byte) int {
	v := checksum.Value(c)
	if c >= 'O' {
		v++
	}
	return v
}

func mxCLABE() detect.Detector {
	return detect.Detector{
		Name: "mx_clabe", Type: "MX_CLABE", Category: detect.CategoryPII,
		Summary: "Mexican standardized bank account", Validator: "weights 3-7-1",
		Base: 0.45, NeedContext: true,
		Context: []string{"clabe", "cuenta", "interbancaria", "transferencia", "spei", "banco"},
		Number: &detect.Number{
			Masks: []string{"999999999999999999"},
			Validate: func(s string) detect.Verdict {
				sum := 0
				weights := [3]int{3, 7, 1}
				for i := range 17 {
					sum += int(s[i]-'0') * weights[i%3] % 10
				}
				return verdict(!repeated(s) && (10-sum%10)%10 == int(s[17]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CLABE 032180000118359719", "clabe interbancaria: 002010077777777771", "CLABE 646180110400000007"},
			Negative: []string{"CLABE 032180000118359718", "CLABE 0321800001183597191", "folio 032180000118359719"},
			Source:   "published examples",
		},
	}
}

func arCUIT() detect.Detector {
	return detect.Detector{
		Name: "ar_cuit", Type: "AR_CUIT", Category: detect.CategoryPII,
		Summary: "Argentine tax and labor number", Validator: "prefix and mod 11",
		Base: 0.50, NeedContext: true,
		Context: []string{"cuit", "cuil", "afip", "clave unica", "monotributo"},
		Number: &detect.Number{
			Masks: []string{"99-99999999-9", "99999999999"},
			Validate: func(s string) detect.Verdict {
				switch s[:2] {
				case "20", "23", "24", "25", "26", "27", "30", "33", "34":
				default:
					return detect.Reject
				}
				sum := checksum.Weighted(s[:10], 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
				return verdict((11-sum%11)%11 == int(s[10]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CUIT 20-21480926-6", "CUIL: 27278920610", "30-11377624-9"},
			Negative: []string{"CUIT 20-21480926-7", "CUIT 21-21480926-6", "CUIT 20-21480926-61", "pedido 27278920610"},
			Source:   "own",
		},
	}
}

func clRUT() detect.Detector {
	return detect.Detector{
		Name: "cl_rut", Type: "CL_RUT", Category: detect.CategoryPII,
		Summary: "Chilean national number", Validator: "mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"rut", "rol unico", "cedula", "chile"},
		Number: &detect.Number{
			Masks:    []string{"99.999.999-X", "9.999.999-X", "99999999-X", "9999999-X", "999999999", "99999999A"},
			Validate: validRUT,
		},
		Samples: detect.Samples{
			Positive: []string{"RUT 11.101.704-2", "14.420.604-5", "RUT: 19027963-4", "rut 9.123.458-0"},
			Negative: []string{"RUT 11.101.704-3", "RUT 11.101.704-22", "RUT 11.101.704-X", "pedido 111017042"},
			Source:   "own",
		},
	}
}

func validRUT(s string) detect.Verdict {
	n := len(s) - 1
	sum, w := 0, 2
	for i := n - 1; i >= 0; i-- {
		sum += int(s[i]-'0') * w
		if w++; w > 7 {
			w = 2
		}
	}
	const checks = "0K987654321"
	return verdict(number(s[:n]) > 1000000 && !repeated(s) && s[n] == checks[sum%11])
}

func coNIT() detect.Detector {
	return detect.Detector{
		Name: "co_nit", Type: "CO_NIT", Category: detect.CategoryPII,
		Summary: "Colombian tax number", Validator: "prime weights mod 11",
		Base: baseWeak, NeedContext: true,
		Context: []string{"nit", "rut", "dian", "numero de identificacion tributaria", "colombia"},
		Number: &detect.Number{
			Masks: []string{"999.999.999-9", "999999999-9", "9999999999"},
			Validate: func(s string) detect.Verdict {
				sum := checksum.Weighted(s[:9], 41, 37, 29, 23, 19, 17, 13, 7, 3) % 11
				if sum > 1 {
					sum = 11 - sum
				}
				return verdict(s[0] != '0' && !repeated(s) && sum == int(s[9]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIT 858.979.142-2", "NIT: 8190428465", "nit 858893686-6"},
			Negative: []string{"NIT 858.979.142-3", "NIT 85897914221", "pedido 8190428465"},
			Source:   "own",
		},
	}
}

func peRUC() detect.Detector {
	return detect.Detector{
		Name: "pe_ruc", Type: "PE_RUC", Category: detect.CategoryPII,
		Summary: "Peruvian taxpayer number", Validator: "prefix and mod 11",
		Base: 0.45, NeedContext: true,
		Context: []string{"ruc", "sunat", "registro unico de contribuyentes", "contribuyente"},
		Number: &detect.Number{
			Masks: []string{"99999999999"},
			Validate: func(s string) detect.Verdict {
				p := s[:2]
				sum := checksum.Weighted(s[:10], 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
				return verdict((p == "10" || p == "15" || p == "17" || p == "20") && (11-sum%11)%10 == int(s[10]-'0'))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"RUC 20468596921", "RUC: 20770626685", "contribuyente 20711745034"},
			Negative: []string{"RUC 20468596922", "RUC 30468596921", "RUC 204685969211", "pedido 20468596921"},
			Source:   "own",
		},
	}
}

func ecCI() detect.Detector {
	return detect.Detector{
		Name: "ec_ci", Type: "EC_CI", Category: detect.CategoryPII,
		Summary: "Ecuadorian identity card number", Validator: "province and luhn",
		Base: baseWeak, NeedContext: true,
		Context: []string{"cedula", "cedula de identidad", "c.i.", "ecuador", "ruc"},
		Number: &detect.Number{
			Masks: []string{"9999999999", "999999999-9"},
			Validate: func(s string) detect.Verdict {
				p := number(s[:2])
				return verdict(((p >= 1 && p <= 24) || p == 30) && s[2] <= '6' && checksum.Luhn(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"cédula 1709482705", "cédula de identidad 175446434-3", "C.I. 1717211948"},
			Negative: []string{"cédula 1709482706", "cédula 3909482705", "cédula 17094827051", "pedido 1709482705"},
			Source:   "own",
		},
	}
}
