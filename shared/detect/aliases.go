package detect

// aliases are the names that other products and older routes use for the types here.
var aliases = [...]struct{ name, typ string }{
	{"EMAIL", "EMAIL_ADDRESS"},
	{"PHONE", "PHONE_NUMBER"},
	{"SSN", "US_SSN"},
	{"ITIN", "US_ITIN"},
	{"EIN", "US_EIN"},
	{"NPI", "US_NPI"},
	{"IBAN", "IBAN_CODE"},
	{"BIC", "SWIFT_BIC"},
	{"SWIFT", "SWIFT_BIC"},
	{"CREDIT_CARD_NUMBER", "CREDIT_CARD"},
	{"MAC", "MAC_ADDRESS"},
	{"IP", "IP_ADDRESS"},
	{"IPV4", "IP_ADDRESS"},
	{"IPV6", "IP_ADDRESS"},
	{"BTC", "CRYPTO_BTC"},
	{"ETH", "CRYPTO_ETH"},
	{"ABA_ROUTING", "ABA_ROUTING_NUMBER"},
	{"ROUTING_NUMBER", "ABA_ROUTING_NUMBER"},
	{"SIN", "CA_SIN"},
	{"NHS", "UK_NHS"},
	{"NINO", "UK_NINO"},
	{"AADHAAR", "IN_AADHAAR"},
	{"PAN", "IN_PAN"},
	{"CPF", "BR_CPF"},
	{"CNPJ", "BR_CNPJ"},
	{"PESEL", "PL_PESEL"},
	{"DOMAIN", "DOMAIN_NAME"},
	{"DATE", "DATE_TIME"},
}

// Canonical returns the type that a name stands for elsewhere: EMAIL is EMAIL_ADDRESS here.
// A name without an alias comes back as it is.
func Canonical(name string) string {
	for i := range aliases {
		if aliases[i].name == name {
			return aliases[i].typ
		}
	}
	return name
}

// Aliases returns every alias and the type it stands for.
func Aliases() map[string]string {
	out := make(map[string]string, len(aliases))
	for _, a := range aliases {
		out[a.name] = a.typ
	}
	return out
}
