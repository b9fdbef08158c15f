package oracle_test

import (
	"strconv"
	"strings"
)

// pair is a detector and the module of python-stdnum that judges the same numbers.
type pair struct {
	detector, module string
	// differences say on which values the verdicts may differ.
	differences []difference
	// asked writes a value as python-stdnum wants it; nil where that is how the detector sees it.
	asked func(v string) string
}

// difference is a reason for which one side accepts values that the other does not.
type difference struct {
	reason string
	// example is a value that only one side accepts.
	example string
	// here says that this side accepts, and python-stdnum does not.
	here bool
	// holds tells the values that the reason goes for; nil where it goes for all that one side alone accepts.
	holds func(v string) bool
}

// stricter and wider are reasons for which this side accepts less or more.
func stricter(reason, example string, holds func(v string) bool) difference {
	return difference{reason, example, false, holds}
}

func wider(reason, example string, holds func(v string) bool) difference {
	return difference{reason, example, true, holds}
}

// explains returns which difference goes for a value that only this side accepts, or only the other; -1 if none does.
func (p pair) explains(v string, here bool) int {
	for i, d := range p.differences {
		if d.here == here && (d.holds == nil || d.holds(v)) {
			return i
		}
	}
	return -1
}

const toCome = "of years to come: the detectors know no date of today"

func begins(prefixes ...string) func(string) bool {
	return func(v string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(v, p) {
				return true
			}
		}
		return false
	}
}

// at tells values with one of the signs at a place.
func at(i int, signs string) func(string) bool {
	return func(v string) bool { return strings.IndexByte(signs, v[i]) >= 0 }
}

// part is the number at the places from..to of a value, counted from its end where they are negative; -1 if it is none.
func part(v string, from, to int) int {
	if from < 0 {
		from, to = len(v)+from, len(v)+to
	}
	n, err := strconv.Atoi(v[from:to])
	if err != nil {
		return -1
	}
	return n
}

func withoutSign(v string) string { return strings.ReplaceAll(v, "+", "") }

// signed puts a hyphen in front of the last signs of a value that lacks it, where the detector has dropped separators.
func signed(last, length int) func(string) string {
	return func(v string) string {
		if len(v) != length {
			return v
		}
		return v[:length-last] + "-" + v[length-last:]
	}
}

func pairs() []pair {
	return []pair{
		{detector: "aba_routing_number", module: "us.rtn", differences: []difference{
			stricter("prefixes of the Federal Reserve", "468883254", nil),
		}},
		{detector: "ar_cuit", module: "ar.cuit", differences: []difference{
			wider("prefixes 25 and 26, given where 20, 24 and 27 are taken", "25212819266", begins("25", "26")),
			stricter("no number is given whose check would be 10", "24651460749", at(10, "9")),
			stricter("numbers of countries and their bodies", "55537743882", begins("50", "51", "55")),
		}},
		{detector: "at_svnr", module: "at.vnr", differences: []difference{
			stricter("the birth date has to exist, or to be of a month above 12 that is used when a day is full", "9972610189", nil),
		}},
		{detector: "au_abn", module: "au.abn"},
		{detector: "au_acn", module: "au.acn"},
		{detector: "au_tfn", module: "au.tfn"},
		{detector: "be_nrn", module: "be.nn", differences: []difference{
			wider(toCome, "60110781847", func(v string) bool { return part(v, 0, 2) > 25 }),
			stricter("the day has to exist, or the month to be unknown", "44068301612", nil),
		}},
		{detector: "be_vat", module: "be.vat", differences: []difference{
			stricter("97 less the remainder is at most 97", "1387400698", func(v string) bool { return part(v, len(v)-2, len(v)) > 97 || part(v, len(v)-2, len(v)) == 0 }),
		}},
		{detector: "bg_egn", module: "bg.egn"},
		{detector: "br_cnpj", module: "br.cnpj", differences: []difference{
			stricter("a word and two digits: I and O are not taken behind a letter", "DPJASAVVO1N575", nil),
		}},
		{detector: "br_cpf", module: "br.cpf"},
		{detector: "ca_bc_phn", module: "ca.bc_phn"},
		{detector: "ca_bn", module: "ca.bn", differences: []difference{
			wider("charities and information returns (RR, RZ)", "123026635RR1001", func(v string) bool { return v[9:11] == "RR" || v[9:11] == "RZ" }),
		}},
		{detector: "ca_sin", module: "ca.sin", differences: []difference{
			wider("fictitious numbers, which people write too", "046454286", begins("0")),
		}},
		{detector: "ch_ahv", module: "ch.ssn"},
		{detector: "ch_uid", module: "ch.uid"},
		{detector: "cl_rut", module: "cl.rut", differences: []difference{
			stricter("up to a million", "000079634", begins("00", "01", "0")),
		}},
		{detector: "cn_ric", module: "cn.ric", differences: []difference{
			wider("counties are not known", "110111195505288920", nil),
			stricter("years from 18xx to 20xx", "11010569591230002X", nil),
		}},
		{detector: "cn_uscc", module: "cn.uscc", differences: []difference{
			wider("letters for the kind of register", "6L480717MPDKRHMNBC", at(1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
		}},
		{detector: "co_nit", module: "co.nit", differences: []difference{
			stricter("no number begins with 0", "0271615601", begins("0")),
		}},
		{detector: "cz_ico", module: "cz.dic"},
		{detector: "cz_rc", module: "cz.rc"},
		{detector: "de_tax_id", module: "de.idnr"},
		{detector: "de_tax_number", module: "de.stnr"},
		{detector: "de_vat", module: "de.vat"},
		{detector: "dk_cpr", module: "dk.cpr", differences: []difference{wider(toCome, "1107508393", at(6, "456789"))}},
		{detector: "dk_cvr", module: "dk.cvr"},
		{detector: "ec_ci", module: "ec.ci", differences: []difference{stricter("province 50", "5000721455", begins("50"))}},
		{detector: "ee_ik", module: "ee.ik"},
		{detector: "es_ccc", module: "es.ccc"},
		{detector: "es_cif", module: "es.cif"},
		{detector: "es_nie", module: "es.nie"},
		{detector: "es_nif", module: "es.dni"},
		{detector: "fi_hetu", module: "fi.hetu", differences: []difference{
			wider("900 and more, which hospitals give for the time being", "300857+924A", func(v string) bool { return part(v, -4, -1) >= 900 }),
		}, asked: signed(4, 10)},
		{detector: "fi_ytunnus", module: "fi.ytunnus"},
		{detector: "fr_nir", module: "fr.nir", differences: []difference{
			stricter("the first digit says the sex: 1 to 4, 7 or 8", "000002A09803504", at(0, "0569")),
			stricter("months up to 12, 20 and 30 to 42, and from 50 on", "399322B72843705", nil),
		}},
		{detector: "fr_siren", module: "fr.siren"},
		{detector: "fr_siret", module: "fr.siret"},
		{detector: "fr_tax_id", module: "fr.nif"},
		{detector: "fr_vat", module: "fr.tva"},
		{detector: "gr_afm", module: "gr.vat"},
		{detector: "gr_amka", module: "gr.amka"},
		{detector: "hr_oib", module: "hr.oib"},
		{detector: "iban_code", module: "iban", differences: []difference{
			wider("length by country, not the structure and the check digits of its own", "EG45FLE67E4PQVM33RY3TJBGNVI0X", nil),
		}},
		{detector: "id_nik", module: "id.nik", differences: []difference{
			stricter("days up to 71: 40 more for women", "5321329006904823", func(v string) bool { return part(v, 6, 8) > 71 }),
			wider("provinces of Papua since 2022", "9321125006909313", begins("93", "95", "96")),
			wider("places within a province are not known", "9204554804954023", nil),
			stricter("places and serials from 1 on", "3100091708050043", func(v string) bool { return v[2:4] == "00" || v[12:] == "0000" }),
		}},
		{detector: "ie_pps", module: "ie.pps"},
		{detector: "il_id", module: "il.idnr"},
		{detector: "imei", module: "imei", differences: []difference{
			stricter("type allocation codes do not begin with 00", "006442536945361", begins("00")),
		}},
		{detector: "in_aadhaar", module: "in_.aadhaar"},
		{detector: "in_gstin", module: "in_.gstin", differences: []difference{
			wider("state 38, Ladakh, and 97, other territory", "38LVPHZ8745X7ZI", begins("38", "97")),
			stricter("K is no kind of holder", "27JWDKX5879R1Z5", at(5, "K")),
		}},
		{detector: "in_pan", module: "in_.pan", differences: []difference{
			stricter("K is no kind of holder", "LRQKA3085U", at(3, "K")),
		}},
		{detector: "in_voter", module: "in_.epic", differences: []difference{
			wider("older numbers have no check digit", "EMU3401413", nil),
		}},
		{detector: "is_kennitala", module: "is_.kennitala", differences: []difference{
			wider("people born in the nineteenth century", "0306056918", at(9, "8")),
		}},
		{detector: "isin", module: "isin", differences: []difference{
			stricter("countries whose securities occur", "NE58MDMG4H62", nil),
		}},
		{detector: "it_fiscal_code", module: "it.codicefiscale", differences: []difference{
			stricter("days up to 71: 40 more for women", "CBIIQE18DV3MN00P", nil),
		}},
		{detector: "it_vat_code", module: "it.iva"},
		{detector: "jp_corporate_number", module: "jp.cn"},
		{detector: "jp_my_number", module: "jp.in_"},
		{detector: "ke_kra_pin", module: "ke.pin"},
		{detector: "kr_brn", module: "kr.brn", differences: []difference{stricter("the check digit", "8997283441", nil)}},
		{detector: "kr_frn", module: "kr.rrn", differences: []difference{
			wider("numbers given since October 2020 have no check digit", "7410137377159", nil),
			stricter("residents have a detector of their own", "8603180204819", at(6, "012349")),
		}},
		{detector: "kr_rrn", module: "kr.rrn", differences: []difference{
			wider("numbers given since October 2020 have no check digit", "3411121864770", nil),
			stricter("foreigners have a detector of their own", "0005017327622", at(6, "567890")),
		}},
		{detector: "lei", module: "lei", differences: []difference{
			stricter("four digits of the issuer in front", "QUQVQMVNKTPUO2DD8I57", func(v string) bool { return part(v, 0, 4) < 0 }),
		}},
		{detector: "lt_ak", module: "lt.asmens", differences: []difference{
			stricter("numbers without a birth date", "92897656944", begins("9")),
		}},
		{detector: "lv_pk", module: "lv.pvn", differences: []difference{
			stricter("numbers of companies", "83160565634", at(0, "456789")),
			stricter("people born until 2099", "22043555880", at(6, "3456789")),
		}},
		{detector: "mx_curp", module: "mx.curp", differences: []difference{
			wider("X for other genders", "CUAO500803XCLXFQU2", at(10, "X")),
		}},
		{detector: "mx_rfc", module: "mx.rfc", differences: []difference{
			stricter("the check digit", "QXZM330713NM6", nil),
			wider("words that nobody is given", "FETO990606581", nil),
		}},
		{detector: "my_nric", module: "my.nric"},
		{detector: "nl_bsn", module: "nl.bsn", differences: []difference{stricter("no number is as short", "005237270", begins("00"))}},
		{detector: "nl_vat", module: "nl.btw"},
		{detector: "no_fnr", module: "no.fodselsnummer", differences: []difference{
			wider(toCome, "23043778447", func(v string) bool { return part(v, 6, 9) >= 500 && part(v, 4, 6) < 40 }),
		}},
		{detector: "no_orgnr", module: "no.orgnr", differences: []difference{
			stricter("the register begins at 800 million", "470515473", at(0, "01234567")),
		}},
		{detector: "nz_ird", module: "nz.ird"},
		{detector: "pe_ruc", module: "pe.ruc"},
		{detector: "pk_cnic", module: "pk.cnic"},
		{detector: "pl_nip", module: "pl.nip", differences: []difference{
			stricter("no tax office begins with 0", "0739944146", func(v string) bool { return v[len(v)-10] == '0' }),
		}},
		{detector: "pl_pesel", module: "pl.pesel", differences: []difference{
			wider("the century is not read, so that 29 February passes where there is none", "00622955131", nil),
		}},
		{detector: "pl_regon", module: "pl.regon"},
		{detector: "pt_cc", module: "pt.cc"},
		{detector: "pt_nif", module: "pt.nif", differences: []difference{
			stricter("of those with 4 in front, only 45 is given, to people abroad", "489865496", begins("4")),
		}},
		{detector: "ro_cnp", module: "ro.cnp"},
		{detector: "rs_jmbg", module: "si.emso", differences: []difference{
			stricter("Slovenia has a detector of its own", "0101006500006", at(7, "5")),
			stricter("years from 18xx to 20xx", "0305146966425", at(4, "1234567")),
			stricter("no number is given whose check would be 10", "0302069701040", at(12, "0")),
		}},
		{detector: "ru_inn", module: "ru.inn"},
		{detector: "se_orgnr", module: "se.orgnr", differences: []difference{
			stricter("the third digit is 2 or more, the first not 0", "0000069112", nil),
		}},
		{detector: "se_personnummer", module: "se.personnummer", differences: []difference{
			wider("coordination numbers, with 60 more for the day", "161083+8656", func(v string) bool { return part(withoutSign(v), -6, -4) > 60 }),
			stricter("centuries from 18 to 20", "002002187231", nil),
		}, asked: func(v string) string { return signed(4, 12)(signed(4, 10)(v)) }},
		{detector: "sg_uen", module: "sg.uen", differences: []difference{
			wider(toCome, "T79CS4515B", func(v string) bool { return v[0] == 'T' && part(v, 1, 3) > 25 || part(v, 0, 4) > 2025 }),
			stricter("years from 1850 on", "182039143W", func(v string) bool { return part(v, 0, 4) < 1850 }),
		}},
		{detector: "si_emso", module: "si.emso", differences: []difference{
			stricter("regions of Slovenia", "3001041047787", at(7, "012346789")),
			stricter("years from 18xx to 20xx", "0104311520393", at(4, "1234567")),
			stricter("no number is given whose check would be 10", "2510891549160", at(12, "0")),
		}},
		{detector: "th_tnin", module: "th.pin"},
		{detector: "tr_tckn", module: "tr.tckimlik"},
		{detector: "ua_rnokpp", module: "ua.rntrc"},
		{detector: "uk_nhs", module: "gb.nhs"},
		{detector: "uk_utr", module: "gb.utr"},
		{detector: "uk_vat", module: "gb.vat", differences: []difference{
			stricter("9755 puts the remainder at 42, and not at 55", "GB871049479936", nil),
		}},
		{detector: "uk_vat_bare", module: "gb.vat", differences: []difference{
			stricter("9755 puts the remainder at 42, and not at 55", "871049479", nil),
		}},
		{detector: "us_ein", module: "us.ein"},
		{detector: "us_itin", module: "us.itin", differences: []difference{
			wider("groups 50 to 65", "918616099", func(v string) bool { return part(v, 3, 5) <= 65 }),
		}},
		{detector: "us_ptin", module: "us.ptin"},
		{detector: "us_ssn", module: "us.ssn"},
		{detector: "ve_rif", module: "ve.rif"},
		{detector: "za_id", module: "za.idnr", differences: []difference{
			wider("2 for refugees", "1905196694284", at(10, "2")),
			stricter("8 or 9 before the check digit", "5108169905052", at(11, "01234567")),
		}},
	}
}
