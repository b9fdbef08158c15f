package builtin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

// nameTypes are the types that the detectors of names and places report.
var nameTypes = []string{"PERSON", "ADDRESS", "LOCATION", "ORGANIZATION", "NRP"}

// unmark takes the marks out of a text ({PERSON:Ada Lovelace} wrote) and returns what they mark.
func unmark(marked string) (string, []string) {
	var text strings.Builder
	var want []string
	for {
		before, rest, ok := strings.Cut(marked, "{")
		text.WriteString(before)
		if !ok {
			return text.String(), want
		}
		mark, after, _ := strings.Cut(rest, "}")
		typ, value, _ := strings.Cut(mark, ":")
		want = append(want, typ+" "+value)
		text.WriteString(value)
		marked = after
	}
}

func namesIn(t *testing.T, text string) []string {
	t.Helper()
	var got []string
	for _, f := range engine(t).Scan(t.Context(), text, detect.Options{}).Findings {
		if slices.Contains(nameTypes, f.Type) {
			got = append(got, f.Type+" "+text[f.ByteStart:f.ByteEnd])
		}
	}
	return got
}

func TestNamesAndPlaces(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"mail": {
			"Hi team, I spoke with {PERSON:Rebecca Holloway} yesterday.",
			"Kind regards,\n{PERSON:Tom Ashcroft}\nSenior Account Manager\n{ORGANIZATION:Brightwell Logistics Ltd}\n{ADDRESS:14 Mill Road\nCambridge CB1 2AD}",
			"Ship to: {ORGANIZATION:Acme Corp}, Attn: {PERSON:Miguel Ángel Torres}, {ADDRESS:P.O. Box 4417, Phoenix, AZ 85001}",
			"\"I never signed that,\" said {PERSON:Kowalczyk}.",
			"Why is {PERSON:Priya}'s phone off?",
		},
		"chat": {
			"hi my name is {PERSON:jonathan} and i need help", "my name is {PERSON:maria gonzalez}, please reset my password",
			"My colleague {PERSON:Sandeep} works for {ORGANIZATION:Infosys} in {LOCATION:Pune}.",
			"I flew from {LOCATION:Reykjavik} to {LOCATION:Lisbon} with {PERSON:Siobhan}.",
			"{PERSON:Wei Zhang} and {PERSON:Hiroshi Tanaka} joined the call.",
		},
		"form": {
			"Name: {PERSON:JOHN A. SMITH}\nAddress: {ADDRESS:77 MASSACHUSETTS AVE, CAMBRIDGE MA 02139}",
			"Full name: {PERSON:Oluwaseun Bakare} | Employer: {ORGANIZATION:Kestrel Partners LLP}",
			"Patient: {PERSON:HOLLOWAY, REBECCA}", "Vorname: {PERSON:Lukas} Nachname: {PERSON:Brandstätter}", "Nom : {PERSON:Dupuis} Prénom : {PERSON:Camille}",
			"Cognome: {PERSON:Ricci} Nome: {PERSON:Alessandro}", "Apellidos: {PERSON:Gutiérrez Salas} Nombre: {PERSON:Marisol}",
			"Emergency contact: {PERSON:Maria del Carmen Ruiz} (mother)", "Name on card: {PERSON:ELENA M PETROVA}", "Employee: {PERSON:Svensson, Astrid} (ID 4417)",
			"Nationality: {NRP:Irish}",
		},
		"medical note": {
			"Pt. {PERSON:Denise Whitaker} c/o chest pain. Seen by Dr. {PERSON:R. Okonkwo}. Lives alone at {ADDRESS:88 Larch Close, Bath BA1 5TY}.",
			"Le docteur {PERSON:Pelletier} a vu {PERSON:Manon Girard} hier.", "La dott.ssa {PERSON:Elisabetta Marchetti} visiterà il paziente {PERSON:Luigi Barbieri}.",
			"Dokter {PERSON:Smeets} heeft mevrouw {PERSON:El Amrani} naar het {ORGANIZATION:Erasmus Ziekenhuis} verwezen.", "admitted to {ORGANIZATION:Mercy General Hospital} under Dr. {PERSON:Samaritan}",
		},
		"signature": {"Regards,\n{PERSON:K. Venkataraman}", "Thx, {PERSON:Bob}", "Danke, {PERSON:Hannes}", "Thanks, see you", "Danke, Kollegen!", "Merci, au revoir"},
		"English address": {
			"Mrs {PERSON:Nguyen} lives at {ADDRESS:4521 Oak Hollow Drive, Apt 3B, Austin, TX 78745}.",
			"at {ADDRESS:350 5th Avenue, New York, NY 10118, USA}, 20th of June", "{ADDRESS:1921 NW 87 Avenue, Doral, FL 33172}", "deliver to {ADDRESS:99 Spadina Avenue, Suite 200, Toronto, Ontario M5V 3P8}.",
			"{ADDRESS:8 Central Avenue\nEveleigh NSW 2015\nAustralia}", "{ADDRESS:12 Rosewood Lane}", "meet at the corner of {ADDRESS:Baker Street and Park Road}",
			"his address: {ADDRESS:21 Hunsrodsletta 7}", "{ADDRESS:83 Urzaiz 12\nSuite 628}", "{ADDRESS:PSC 8139, Box 3699\nAPO AE 99874}", "{ADDRESS:USS Monroe\nFPO AE 94560}",
		},
		"German": {
			"Sehr geehrter Herr Dr. {PERSON:Schäfer}, mein Name ist {PERSON:Katharina Lindemann} und ich wohne in der {ADDRESS:Goethestraße 17, 60313 Frankfurt am Main}.",
			"Mit freundlichen Grüßen\n{PERSON:Jürgen Vogt}", "Lieferadresse: {ADDRESS:Am Stadtgarten 4, 79098 Freiburg}", "Patient {PERSON:Herbert Kühn} wurde im {ORGANIZATION:Klinikum Nürnberg} aufgenommen.",
			"Frau {PERSON:Öztürk} hat angerufen.", "{ADDRESS:Berliner Allee 12, 40212 Düsseldorf}", "Rechnung der {ORGANIZATION:Müller & Söhne GmbH}", "Er arbeitet bei {ORGANIZATION:Siemens} und ist in {LOCATION:Leipzig} geboren.",
		},
		"French": {
			"Bonjour, je m'appelle {PERSON:Élodie Marchand} et j'habite au {ADDRESS:23 bis rue des Lilas, 69003 Lyon}.", "Monsieur {PERSON:Lefebvre} a demandé un remboursement.",
			"Le patient M. {PERSON:Jean-Baptiste Rousseau} souffre d'asthme.", "Mon fils {PERSON:Théo} est né à {LOCATION:Quimper}.", "Elle travaille chez {ORGANIZATION:Danone}.", "Facture de {ORGANIZATION:Dupont SARL}",
		},
		"Spanish": {
			"Hola, soy {PERSON:Lucía Fernández Ortega} y vivo en la {ADDRESS:Calle Mayor 12, 3º B, 28013 Madrid}.", "Mi jefe, {PERSON:Javier Ibáñez}, trabaja para {ORGANIZATION:Telefónica S.A.}",
			"Estimada Sra. {PERSON:Domínguez}:", "El paciente ingresó en el {ORGANIZATION:Hospital Clínic de Barcelona}.", "Mi hermana vive en {LOCATION:Zaragoza}.",
		},
		"Italian": {
			"Mi chiamo {PERSON:Giuseppe Esposito} e abito in {ADDRESS:Via Garibaldi 25, 20121 Milano}.", "Gentile Dott.ssa {PERSON:Moretti},", "Mia moglie {PERSON:Federica} lavora presso {ORGANIZATION:Intesa Sanpaolo S.p.A.}",
			"Cordiali saluti,\n{PERSON:Chiara Fontana}",
		},
		"Portuguese": {
			"Olá, meu nome é {PERSON:Tiago Carvalho} e moro na {ADDRESS:Rua Augusta, 1500, São Paulo}.", "Minha filha {PERSON:Larissa} trabalha na {ORGANIZATION:Petrobras}.", "Prezado Sr. {PERSON:Guimarães},",
			"Fornecedor: {ORGANIZATION:Construções Almeida Lda}",
		},
		"Dutch": {
			"Mijn naam is {PERSON:Femke de Vries} en ik woon op {ADDRESS:Prinsengracht 263, 1016 GV Amsterdam}.", "Mevrouw {PERSON:Jansen} werkt bij {ORGANIZATION:Philips}.", "De patiënt {PERSON:Pieter van den Berg} is opgenomen.",
		},
		"Polish, Norwegian, Finnish": {
			"{PERSON:Jan Kowalski}, {ADDRESS:ul. Marszałkowska 10/12, 00-590 Warszawa}", "{PERSON:Kari Nordmann} bor i {ADDRESS:Storgata 5, 0155 Oslo}.", "{PERSON:Matti Virtanen} asuu osoitteessa {ADDRESS:Mannerheimintie 12, 00100 Helsinki}.",
		},
		"organizations": {
			"studied at the {ORGANIZATION:University of Leeds}", "{ORGANIZATION:Bank of Lithuania} supervises it", "{ORGANIZATION:Yahoo, Inc.} and {ORGANIZATION:Klarna Bank AB}", "The Terms of {ORGANIZATION:Revolut Bank} apply.",
			"the CEO of {ORGANIZATION:Palantir}", "{ORGANIZATION:Barlow & Williams PLLC}'s fee", "{ORGANIZATION:Zorg Nederland B.V.} belt",
		},
		"nothing": {
			"Terms and Conditions of Use apply to All Users of the Service.", "The Windows Update Assistant is in the Microsoft Store.", "Quarterly Business Review: Revenue Growth and Market Outlook",
			"In January we shipped version 3; in March we start Phase 2.", "const userName = getUser(); // TODO: Handle Null Pointer", "SELECT Name, Address FROM Customers WHERE City = 'Paris';",
			"WARNING: DO NOT OPEN THE DOOR WHILE THE MACHINE IS RUNNING", "Chapter 12 High Level Design, Section 4 Green Energy Road Map", "THANX, WE GO N E WAY 2 GO UP BUT WE AVE 2 WAIT",
			"Our 24 Hour Support Line is open; see Page 14 Table Row 3.", "as used in 48 C.F.R. 12.212", "Happy Birthday! Merry Christmas and a Happy New Year!", "I like Italian food and French wine, and my Swiss watch.",
			"Die Bundesregierung hat am Freitag ein neues Gesetz beschlossen.", "Bitte öffnen Sie die Einstellungen und wählen Sie Netzwerk und Internet aus.", "Wir haben 3 Parkplätze und 12 Arbeitsplätze, siehe Parkplatz 12.",
			"Die Koch und Richter Berufe: Meister, Bauer und Fischer", "Er lebt in Angst und kommt aus Überzeugung.", "Anders als sonst ist der Weg 3 gesperrt.",
			"Veuillez cliquer sur Paramètres puis sur Réseau et Internet.", "Chère cliente, cher client, votre commande est en route.", "Conditions Générales de Vente et Mentions Légales",
			"Haga clic en Configuración y después en Red e Internet.", "Semana Santa y Navidad son fiestas. Feliz Año Nuevo a todos.", "Fare clic su Impostazioni e poi su Rete e Internet.", "Mia moglie è partita.",
			"Clique em Configurações e depois em Rede e Internet.", "De regering heeft een nieuwe wet aangekondigd. Klik op Instellingen.", "Prettige Kerstdagen en een Gelukkig Nieuwjaar.",
			"The Paris Agreement, the Geneva Convention and the Treaty of Rome", "Our servers in the United States hold customer data.", "I need a transfer from China", "log in from Mobile", "Customer Support Group",
			"the Public Bank Holiday", "SUCH AS THESE, INCLUDING BUT NOT LIMITED TO", "To Whom It May Concern: Best Regards, Customer Support", "Total Due: 45 Main Items and 30 Side Orders", "Name: Production Database",
			"my name is misspelled", "call me later", "m. Carrier's Website", "Hong Kong, Singapore and Taiwan",
		},
	}
	for name, texts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, marked := range texts {
				text, want := unmark(marked)
				if diff := cmp.Diff(want, namesIn(t, text)); diff != "" {
					t.Errorf("%q: (-want +got)\n%s", text, diff)
				}
			}
		})
	}
}

// Pieces of names, addresses and organizations in any order give findings that do not overlap and that lie at borders of
// words.
func TestNamesDoNotOverlap(t *testing.T) {
	t.Parallel()
	e := engine(t)
	pieces := []string{
		"Anna", "Jean-Pierre", "van der Berg", "Müller", "Dr. ", "lives in ", "works at ", "University of ", "Bank", "Inc.", "GmbH", "Lisbon", "Reading", "New York", "NY 10118", "12 ", "Mill Road", "rue de la Paix",
		"Hauptstraße 5", "Apt. 3B", "10115 Berlin", ", ", " ", "\n", "and ", "'s", "Kind regards,\n", "corner of ", "P.O. Box 12", "SMITH", "JOHN", "É", "-", ".", "&", "3º B", "name: ",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 16).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "joint"))
		last := 0
		for _, f := range e.Scan(t.Context(), text, detect.Options{}).Findings {
			switch {
			case f.ByteStart < last || f.ByteEnd <= f.ByteStart || f.ByteEnd > len(text):
				t.Fatalf("%q: %s at %d..%d behind %d", text, f.Type, f.ByteStart, f.ByteEnd, last)
			case strings.TrimSpace(text[f.ByteStart:f.ByteEnd]) != text[f.ByteStart:f.ByteEnd]:
				t.Fatalf("%q: space at an end of %s %q", text, f.Type, text[f.ByteStart:f.ByteEnd])
			}
			last = f.ByteEnd
		}
	})
}

// What an address is does not depend on how much text stands before and behind it.
func TestAddressStandsAnywhere(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("we have asked the warehouse to check the order. ", 40)
	for _, address := range []string{"14 Mill Road, Cambridge CB1 2AD", "Goethestraße 17, 60313 Frankfurt", "Via Garibaldi 25, 20121 Milano"} {
		for _, text := range []string{address, filler + address, address + ". " + filler, filler + "(" + address + ") " + filler} {
			if got := namesIn(t, text); !slices.Equal(got, []string{fmt.Sprintf("ADDRESS %s", address)}) {
				t.Errorf("%q in %d bytes: got %q", address, len(text), got)
			}
		}
	}
}
