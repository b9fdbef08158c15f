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
			"i live in {LOCATION:france}, can i get a card", "she moved here from {LOCATION:switzerland}", "ich wohne in {LOCATION:münchen}",
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
		"addresses of the United States": {
			"Please send it to {ADDRESS:1600 Pennsylvania Avenue NW, Washington, DC 20500}.", "My address is {ADDRESS:4207 Willow Creek Blvd Apt 12B, Fort Collins, CO 80525-1234}, thanks",
			"Ship to:\n{PERSON:Jane Roe}\n{ADDRESS:88 W. Elm St., Unit #4\nPasadena, CA 91105}", "our office ({ADDRESS:One Microsoft Way, Redmond, WA 98052}) is closed", "Mail checks to {ADDRESS:P.O. Box 12\nLittle Rock, Arkansas 72203-0012}",
			"{ADDRESS:RR 2 Box 152, Mountain Home, AR 72653}", "I live on {ADDRESS:County Road 550, Ouray, CO 81427}", "{ADDRESS:12345 SW 8th Ct, Miami, FL 33184}", "lives at {ADDRESS:95 Larch Court, Ambleford}.",
			"my address is {ADDRESS:742 evergreen terrace, springfield, il 62704}", "the corner of {ADDRESS:149 William Street and Park Road}",
		},
		"addresses of Britain and Ireland": {
			"{ADDRESS:Flat 3, 45 King Street, Manchester M2 7AY}", "{ADDRESS:Flat 12B, Rosewood House, 7 Harbour Road, Bristol, BS1 5TY, United Kingdom}", "{ADDRESS:The Old Rectory, Church Lane, Ambleside, LA22 9DQ}",
			"{ADDRESS:Unit 4, Riverside Business Park, Mill Lane, Leeds LS10 1AB}", "{ADDRESS:14a High Street, Little Snoring, Norfolk, NR21 0HZ}", "{ADDRESS:Apt 2, 15 Grand Parade, Cork T12 X8N6, Ireland}", "{ADDRESS:27 Merrion Square North, Dublin 2, D02 FN12}",
		},
		"addresses of Canada, Australia, New Zealand": {
			"{ADDRESS:25 Rue Sainte-Catherine Ouest, Montréal, QC H3B 1A7}", "{ADDRESS:301-1455 Howe St, Vancouver BC V6Z 1C2}", "{ADDRESS:PO Box 320 Stn A, Fredericton NB E3B 4Z9}", "{ADDRESS:5/23 Smith Street, Fitzroy VIC 3065}",
			"{ADDRESS:Unit 7/112 Pacific Hwy, North Sydney NSW 2060}", "{ADDRESS:GPO Box 1234, Sydney NSW 2001}", "{ADDRESS:Level 14, 200 George Street, Sydney, New South Wales 2000, Australia}", "{ADDRESS:8 Tui Place, Ponsonby, Auckland 1011}",
		},
		"addresses by a cue": {
			"I live on {ADDRESS:Baker Street} with my dog", "ich wohne in der {ADDRESS:Goethestraße}", "his flat on {ADDRESS:Rosewood Lane} burnt", "We traded on Wall Street last year", "He lives on Cloud Nine", "watch Main Street TV on Sesame Street",
			"i moved to {ADDRESS:55 willow lane, portland or 97201} last week", "can you ship to {ADDRESS:1600 amphitheatre parkway, mountain view ca 94043}", "{ADDRESS:Apt. 4 12 Main St}", "take exit 14 mill, then the 2 lane road",
		},
		"addresses in German": {
			"Meine Adresse: {ADDRESS:Musterstraße 12, 10115 Berlin}", "{ADDRESS:Lindenallee 7a\n01067 Dresden}", "{ADDRESS:Straße des 17. Juni 135, 10623 Berlin}", "{ADDRESS:Karl-Liebknecht-Str. 29/31, 10178 Berlin}", "{ADDRESS:Postfach 10 20 30, 70025 Stuttgart}",
			"{ADDRESS:Mariahilfer Straße 88a/2/14, 1070 Wien}", "{ADDRESS:Hof Birkenau 1, 24321 Lütjenburg}", "{ADDRESS:Haus Sonnenschein, Waldweg 3, 82467 Garmisch-Partenkirchen}", "Rechnung: {ADDRESS:Gartenweg 8, 50667 Köln}, Lieferung: {ADDRESS:Ringstr. 4, 51149 Köln}",
		},
		"addresses in French": {
			"{ADDRESS:12 rue de la Paix, 75002 Paris}", "{ADDRESS:5 bis, avenue du Général-de-Gaulle, 92200 Neuilly-sur-Seine}", "{ADDRESS:Résidence Les Acacias, Bât. C, 14 chemin des Oliviers, 13090 Aix-en-Provence}", "La société, {ADDRESS:BP 145, 38003 Grenoble Cedex 1}",
			"{ADDRESS:3 impasse des Rosiers 31000 Toulouse}", "{ADDRESS:15 Grande Rue, 25000 Besançon}", "{ADDRESS:47 ter boulevard Voltaire, 75011 Paris}", "{ADDRESS:8, place Bellecour – 69002 Lyon}", "{ADDRESS:Chaussée de Wavre 220 bte 4, 1050 Ixelles}",
		},
		"addresses in Spanish": {
			"{ADDRESS:Calle Mayor 5, 3º B, 28013 Madrid}", "{ADDRESS:C/ Serrano, 41, 2º izq., 28001 Madrid}", "{ADDRESS:Plaza del Ayuntamiento s/n, 46002 Valencia}", "{ADDRESS:Apartado de Correos 345, 29080 Málaga}", "{ADDRESS:Carrera 7 No. 71-21, Bogotá}", "{ADDRESS:Calle 93 # 11-27, Bogotá}", "{ADDRESS:Av. de América 37, esc. A, 4º C, 28002 Madrid}",
			"{ADDRESS:Av. Corrientes 1234, piso 5, C1043AAZ Buenos Aires}", "{ADDRESS:Urbanización Las Lomas, Calle Pinos 8, 28660 Boadilla del Monte}",
		},
		"addresses in Italian": {
			"{ADDRESS:Via Roma 10, 00184 Roma RM}", "{ADDRESS:Via Giuseppe Mazzini, 22/A, 40121 Bologna (BO)}", "{ADDRESS:Piazza San Marco 1\n30124 Venezia VE}", "{ADDRESS:Via 25 Aprile 3, 16123 Genova}", "{ADDRESS:Via dei Mille 23 bis, 10123 Torino (TO)}", "{ADDRESS:C.so Buenos Aires 33, 20124 Milano MI, Italia}", "{ADDRESS:Casella Postale 111, 50100 Firenze}", "{ADDRESS:Strada Statale 16 n. 45, 70132 Bari}",
		},
		"addresses in Portuguese": {
			"{ADDRESS:Rua Augusta, 1500, apto 42, Consolação, São Paulo - SP, 01304-001}", "{ADDRESS:Avenida da Liberdade, 110, 3.º Esq., 1269-046 Lisboa, Portugal}", "{ADDRESS:Travessa das Flores, n.º 12, 4050-265 Porto}", "{ADDRESS:Caixa Postal 4321, Curitiba - PR, 80010-970}",
		},
		"addresses in Dutch": {
			"{ADDRESS:Kerkstraat 12-3, 1017GB Amsterdam}", "{ADDRESS:Postbus 20901, 2500 EX Den Haag}", "{ADDRESS:Meir 78, 2000 Antwerpen}", "{ADDRESS:Nieuwstraat 5 bus 3, 9000 Gent, België}", "ik woon op de {ADDRESS:kerkstraat 14, 1017 gb amsterdam}",
		},
		"addresses in the north and east": {
			"{ADDRESS:Vesterbrogade 3, 2. tv, 1620 København V}", "{ADDRESS:Karl Johans gate 22, 0159 Oslo}", "{ADDRESS:Mannerheimintie 12 A 4, 00100 Helsinki}", "{ADDRESS:Václavské náměstí 1, 110 00 Praha 1}", "{ADDRESS:Kossuth Lajos utca 12., 1053 Budapest}", "{ADDRESS:Kossuth u. 5, 1053 Budapest}", "{ADDRESS:Hämeenkatu 13 B 22, 33100 Tampere}", "{ADDRESS:Nørrebrogade 45, 3. th., 2200 København N}",
		},
		"no addresses": {
			"Your flight boards at Heathrow gate 12, please hurry", "Page 12, 10115 Rows", "Room 12, 2015 London Conference", "Version 3, 2010 Boston", "see Volume 3, 1999 Paris", "On May 12, 2000 Antwerp won", "Act 2, Scene 3, in Church Lane", "the bp 12 pump and the tick box 12",
			"Grades: Math 95, 87 English", "Model 500, 20354 Hamburg units sold yearly", "Order 66, 10115 Items", "15 C.F.R. Parts 730 and 48 C.F.R. 2.101", "5 minutes from main street", "the 2 lane road", "Channel 4, 90210 Rerun", "Apollo 11, 1969 Moon landing", "Article 5, 1000 Brussels Declaration units", "Windows 11, 22000 Build", "Formel 1, 2023 Monaco", "Olympia 1972, 20000 Munich fans", "Bus 12, Line 45, gate 7, Terminal 2", "Paris Saint-Germain 3, 1998 France", "Calle 13 es un grupo", "Chapter 3, Paris in 1900",
		},
		"organizations": {
			"studied at the {ORGANIZATION:University of Leeds}", "{ORGANIZATION:Bank of Lithuania} supervises it", "{ORGANIZATION:Yahoo, Inc.} and {ORGANIZATION:Klarna Bank AB}", "The Terms of {ORGANIZATION:Revolut Bank} apply.",
			"supplied by {ORGANIZATION:Nowak Transport Sp. z o.o.} in Gdynia", "{ORGANIZATION:Grupo Arenal S.A. de C.V.} signed", "{ORGANIZATION:Harbour Analytics Pte. Ltd.} paid", "{ORGANIZATION:Tata Exports Pvt. Ltd.} shipped", "{ORGANIZATION:Kopitiam Foods Sdn Bhd} paid",
			"{ORGANIZATION:Kovář Stavby s.r.o.} a {ORGANIZATION:Wohnbau Hannover eG}", "{ORGANIZATION:Vilnius Energija UAB} and {ORGANIZATION:Baltvilla OÜ}", "{ORGANIZATION:Fratelli Conti S.n.c.} paga", "{ORGANIZATION:Massachusetts Institute of Technology} admitted him",
			"{ORGANIZATION:London School of Economics} wrote", "treated at {ORGANIZATION:St Mary's Hospital}", "diplômé de l'{ORGANIZATION:Université de Lyon}", "{ORGANIZATION:Hospital Universitario La Paz} confirmó", "{ORGANIZATION:Universitätsklinikum Heidelberg} schreibt", "she is an engineer at {ORGANIZATION:Zerbolt}",
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
			"the Group LLC was formed", "We sell Limited Edition items to Customers", "The School Board of Directors", "a manager at Lisbon office", "the code lives in java", "i live in harmony",
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
