package detect

// neutralWords returns the words beside which a number is more likely a number of something than of someone.
// They lower the score of every identifier.
func neutralWords() []string {
	return []string{
		"order", "order no", "order number", "order id", "invoice", "invoice no", "invoice number",
		"version", "build", "revision", "release", "commit", "changeset", "checksum", "hash",
		"tracking", "tracking number", "shipment", "parcel", "timestamp", "unix time", "epoch",
		"ticket", "case number", "issue number", "sku", "part number", "part no", "serial", "serial number",
		"model number", "item number", "product code", "article number", "isbn", "issn", "doi", "port",
		"offset", "latency", "bytes", "pixels", "transaction id", "request id", "session id", "trace id",
		"bestellung", "bestellnummer", "rechnung", "rechnungsnummer", "sendungsnummer", "artikelnummer",
		"commande", "facture", "numero de commande", "numero de facture", "colis",
		"pedido", "factura", "numero de pedido", "numero de factura", "seguimiento", "envio",
		"ordine", "fattura", "numero ordine", "spedizione", "encomenda", "fatura", "rastreio",
		"bestelling", "bestelnummer", "factuur", "factuurnummer", "zamowienie", "numer zamowienia", "faktura",
		"przesylka",
	}
}
