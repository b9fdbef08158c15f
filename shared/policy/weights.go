package policy

import (
	"slices"
	"strings"
	"sync"

	"guardrails/shared/detect"
)

// unknownWeight is the risk of a personal type that no group names.
const unknownWeight = 50

// weightGroup is how much one finding of some types endangers its owner, 0 to 100.
type weightGroup struct {
	weight float64
	types  string
}

// weightGroups lists the catalogue of personal types by risk. The types of the older API keep their older weights.
func weightGroups() []weightGroup {
	return []weightGroup{
		{95, `US_SSN US_ITIN CA_SIN UK_NINO UK_NHS IE_PPS FR_NIR FR_TAX_ID BE_NRN NL_BSN LU_TIN DE_TAX_ID DE_SOCIAL_SECURITY
			AT_SVNR CH_AHV IT_FISCAL_CODE ES_NIF ES_NIE ES_NSS PT_NIF PT_CC SE_PERSONNUMMER NO_FNR DK_CPR FI_HETU
			IS_KENNITALA EE_IK LT_AK LV_PK PL_PESEL CZ_RC HU_TAJ HU_TAX_ID RO_CNP BG_EGN HR_OIB SI_EMSO RS_JMBG GR_AMKA
			UA_RNOKPP RU_SNILS TR_TCKN IL_ID AE_EMIRATES_ID SA_NATIONAL_ID ZA_ID EG_NATIONAL_ID NG_NIN IN_AADHAAR IN_PAN
			CN_RIC HK_HKID TW_NATIONAL_ID JP_MY_NUMBER KR_RRN KR_FRN SG_NRIC_FIN MY_NRIC TH_TNIN ID_NIK VN_CCCD PK_CNIC
			LK_NIC AU_TFN AU_MEDICARE MX_CURP MX_NSS BR_CPF BR_PIS AR_DNI CL_RUT CO_CEDULA EC_CI UY_CI CA_OHIP CA_BC_PHN
			NZ_NHI US_MBI DE_HEALTH_INSURANCE CARD_TRACK_DATA CVV`},
		{90, `CREDIT_CARD`},
		{85, `IBAN_CODE BANK_ACCOUNT US_BANK_NUMBER MX_CLABE ES_CCC MRZ PASSPORT US_PASSPORT CA_PASSPORT UK_PASSPORT
			FR_PASSPORT DE_PASSPORT IT_PASSPORT ES_PASSPORT IN_PASSPORT KR_PASSPORT AU_PASSPORT DE_ID_CARD PL_ID_CARD
			IT_IDENTITY_CARD US_DOD_ID MEDICAL_RECORD_NUMBER HEALTH_PLAN_ID HEALTH_CONDITION TREATMENT GENETIC_DATA
			BIOMETRIC_ID SEXUAL_ORIENTATION RELIGION POLITICAL_OPINION TRADE_UNION CRIMINAL_RECORD`},
		{75, `US_DRIVER_LICENSE CA_DRIVER_LICENSE UK_DRIVER_LICENSE DE_DRIVER_LICENSE IT_DRIVER_LICENSE BR_CNH BR_RG BR_VOTER
			IN_VOTER IN_UPI UK_UTR AR_CUIT PE_RUC MX_RFC NZ_IRD RU_INN PH_TIN KE_KRA_PIN DE_TAX_NUMBER US_PTIN US_DEA`},
		{70, `PERSON DATE_OF_BIRTH`},
		{60, `EMAIL_ADDRESS ADDRESS SIGNATURE_BLOCK CRYPTO_BTC CRYPTO_ETH CRYPTO_LTC CRYPTO_TRX CARD_EXPIRY`},
		{55, `PHONE_NUMBER IMEI IMSI ICCID`},
		{40, `IP_ADDRESS MAC_ADDRESS ADVERTISING_ID COOKIE_ID USERNAME SOCIAL_HANDLE GEO_COORDINATES VIN LICENSE_PLATE
			DE_LICENSE_PLATE UK_VEHICLE_REGISTRATION IN_VEHICLE_REGISTRATION NRP US_NPI ABA_ROUTING_NUMBER UK_SORT_CODE`},
		{30, `DATE_TIME AGE GENDER TITLE_NAME US_EIN CA_BN BR_CNPJ CO_NIT VE_RIF UK_VAT FR_SIREN FR_SIRET FR_VAT BE_VAT NL_VAT
			DE_VAT CH_UID IT_VAT_CODE ES_CIF SE_ORGNR NO_ORGNR DK_CVR FI_YTUNNUS PL_NIP PL_REGON CZ_ICO GR_AFM IN_GSTIN
			CN_USCC JP_CORPORATE_NUMBER KR_BRN SG_UEN AU_ABN AU_ACN`},
		{20, `LOCATION US_ZIP_CODE CA_POSTAL_CODE UK_POSTCODE IE_EIRCODE`},
		{15, `ORGANIZATION URL DOMAIN_NAME LEI ISIN SWIFT_BIC`},
	}
}

// weights is built once, on first use.
var weights = sync.OnceValue(func() map[string]float64 {
	out := map[string]float64{}
	for _, g := range weightGroups() {
		for _, t := range strings.Fields(g.types) {
			out[t] = g.weight
		}
	}
	return out
})

// weightOf returns the risk of a personal type.
func weightOf(typ string) float64 {
	if w, ok := weights()[typ]; ok {
		return w
	}
	return unknownWeight
}

// known reports whether a rule, threshold or action may name a type: one of the catalogue, of the engine, an older
// name of one, or a category.
func known(base *detect.Engine, name string) bool {
	typ := detect.Canonical(name)
	if _, ok := weights()[typ]; ok || isCategory(name) {
		return true
	}
	return slices.ContainsFunc(base.Detectors(), func(d detect.Detector) bool { return d.Type == typ })
}

func isCategory(name string) bool {
	switch detect.Category(name) {
	case detect.CategoryPII, detect.CategorySecret, detect.CategoryInjection, detect.CategoryToxicity, detect.CategoryCustom:
		return true
	case detect.CategoryPolicy:
	}
	return false
}
