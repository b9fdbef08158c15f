package pii

import (
	"strings"
	"sync"
)

// nameSet is a lazily built set of lower-case names.
type nameSet func() map[string]struct{}

func newNameSet(lists ...string) nameSet {
	return sync.OnceValue(func() map[string]struct{} {
		set := make(map[string]struct{}, 512)
		for _, l := range lists {
			for _, n := range strings.Fields(l) {
				set[n] = struct{}{}
			}
		}
		return set
	})
}

func (s nameSet) has(word string) bool {
	_, ok := s()[word]
	return ok
}

// The sets hold names that are frequent in public census counts. A given name alone is evidence only if it is
// neither an everyday word nor a place: those are in wordNames and need a surname or a cue.
var (
	givenNames = newNameSet(givenEnglish, givenEuropean)
	wordNames  = newNameSet(givenAmbiguous)
	surnames   = newNameSet(surnamesEnglish, surnamesEuropean)
	notNames   = newNameSet(plainWords)
	orgWords   = newNameSet(organizationWords)
)

const givenEnglish = `james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven stephen paul andrew joshua kenneth kevin brian
george timothy ronald jason edward jeffrey ryan jacob gary nicholas eric jonathan larry justin scott brandon benjamin samuel gregory alexander patrick raymond jerry dennis tyler aaron
henry douglas adam nathan zachary walter kyle harold carl gerald keith roger arthur terry lawrence sean christian ethan albert jesse willie ralph bruce eugene randy philip phillip harry
vincent russell bobby johnny logan alan juan louis gabriel wayne roy elijah dylan jeremy randall steve stanley leonard nathaniel marcus craig rodney curtis allen allan travis clarence derek
joel jared connor lucas liam noah mason oliver owen caleb isaac evan luke jayden gavin julian aiden hector ricardo fernando antonio carlos francisco luis miguel jorge pedro alejandro
theodore cameron shane shawn trevor glenn darren darryl jerome lloyd leon leroy norman clifford herbert calvin alvin edwin melvin marvin gordon duane dwayne geoffrey stuart graham
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah
stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather
diane ruth julie olivia joyce virginia kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann anne sara janice jean alice
kathryn abigail julia judy sophia denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany marie kayla alexis lori tiffany kathy tammy crystal tina
tamara georgina wendy vanessa veronica monica tracy sheila erica erin leslie valerie alison allison gina paula annette yolanda felicia bethany lindsay lindsey chelsea gabrielle
kristen kristin kristina kathleen natasha jenna jasmine kaitlyn caitlin courtney shannon stacy stacey tara audrey claire eleanor lillian lucy zoe chloe ella mia ava charlotte amelia
harper evelyn isabelle caroline sylvia regina robinette kelli sophie joanna joanne jeanne edith ellen esther gertrude ida irene josephine lois lucille mildred norma phyllis rita
roberta rosemary sally sherry thelma vera vivian wanda yvonne jill jane janet judy hilary fiona gemma nigel clive trevor colin gareth rhys callum hamish declan aoife siobhan niamh`

const givenEuropean = `hans jürgen juergen wolfgang klaus uwe bernd dieter günter guenter heinz helmut horst jörg karl lars matthias markus niels rainer ralf sven stefan torsten ulrich volker werner
andreas tobias florian sebastian felix jonas lukas moritz anke antje birgit brigitte claudia elke franziska gabriele heike ingrid jutta karin katharina katrin kerstin monika petra renate
sabine silke simone susanne ursula ute jean-pierre pierre philippe michel jacques françois francois laurent olivier thierry christophe frédéric frederic guillaume julien mathieu
sébastien benoît benoit étienne etienne gérard gerard antoine cédric yves aurélie aurelie brigitte camille cécile chantal corinne élodie emmanuelle florence françoise geneviève
hélène helene isabelle jacqueline jocelyne laetitia martine mathilde monique nathalie nicolas pascal patrice sandrine sylvie valérie véronique virginie josé jose manuel javier
alberto álvaro alvaro andrés andres ángel diego eduardo enrique felipe ignacio jaime joaquín joaquin josefa juana lucía lucia luisa pablo rafael raúl raul roberto rubén ruben
sergio vicente víctor victor carmen concepción cristina dolores elena esperanza inés ines isabel pilar rosario teresa giovanni giuseppe luca marco matteo mario paolo pietro
riccardo salvatore stefano vincenzo alessandro alessandra andrea angelo angela anna chiara elisa federica federico filippo francesca francesco gianluca giorgio giulia lorenzo lucia
luigi massimo paola roberto rosa silvia simona joão joao miguel paulo rui tiago nuno vasco beatriz catarina inês leonor mariana raquel willem jan pieter joost maarten jeroen
sander bram daan sanne femke lotte anouk marloes wouter henk gerrit hendrik jakub piotr krzysztof andrzej tomasz paweł pawel michał michal marcin grzegorz agnieszka katarzyna małgorzata
malgorzata magdalena joanna ewa zofia erik lars anders björn bjorn nils olof gustav mikael henrik mats ingrid astrid linnea freja sigrid jukka mikko matti pekka timo
antti kari juha heikki päivi paivi tiina anneli søren soren jens mette kirsten lise torben jørgen ivan dmitri dmitry sergei sergey vladimir nikolai olga svetlana tatiana
natalia irina ludmila oksana mehmet mustafa ahmet ayşe ayse fatma emine mohammed muhammad ahmed ali hassan hussein omar fatima aisha khadija yusuf ibrahim rajesh sanjay amit
priya anjali deepak sunil vijay ravi arjun rahul neha pooja wei ming jing hiroshi takashi kenji yuki akiko haruto sakura`

// givenAmbiguous are given names that are also words, months, places or brands.
const givenAmbiguous = `mark will bill rob bob jack rose grace faith hope joy dawn april may june summer autumn violet daisy lily ivy iris olive ruby pearl jade amber crystal holly ginger angel
christian grant frank drew chase hunter parker carter cooper taylor mason tyler dean earl duke king prince rich chuck skip miles dale glen heath cliff clay rocky sonny buddy
jordan austin dallas houston paris london florence victoria charlotte sydney madison savannah georgia virginia carolina brooklyn chelsea israel chad kenya india asia china
max art gene pat ray lane reed wade ward stone forest peter guy ben sam tom tim jim joe dan ken ron don ted fred ed al nick rick greg jeff matt mike dave steve chris alex
penny patience charity mercy melody harmony destiny trinity star sky dusty sandy randy misty stormy bonnie peggy robin jay martin harvey lee marina carmen rosa alba major basil`

const surnamesEnglish = `smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips
evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward
richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan bell
coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis
tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson
simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd stone salazar fox warren mills meyer rice schmidt garza
daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott cunningham duncan
armstrong hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews pena richards contreras willis carpenter lawrence sandoval escobar pacheco
o'brien o'connor o'neill macdonald campbell davies griffiths edwards bloggs doe`

const surnamesEuropean = `müller mueller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer koch bauer richter klein wolf schröder neumann schwarz zimmermann braun krüger hofmann
hartmann lange werner krause lehmann köhler maier dubois bernard durand leroy moreau lefebvre bertrand roux fournier girard bonnet dupont lambert fontaine rousseau rossi russo ferrari
esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano rizzo lombardi moretti fernández gonzález rodríguez lópez martínez sánchez pérez gómez
jiménez ruiz hernández álvarez moreno muñoz romero navarro ferreira pereira oliveira rodrigues almeida carvalho sousa gomes ribeiro jansen bakker visser smit meijer devries mulder bos vos
peeters maes kowalski nowak wiśniewski wisniewski wójcik kowalczyk kaminski lewandowski zielinski andersson johansson karlsson nilsson eriksson larsson olsson persson svensson hansen johansen
olsen larsen nielsen jensen pedersen andersen christensen korhonen virtanen mäkinen nieminen novák novak svoboda novotny horvath nagy kovacs toth ivanov petrov sidorov popescu papadopoulos`

// plainWords are capitalized words that stand where a name could but are none.
const plainWords = `the a an and or but if so then this that these those it he she they we you i my your his her our their is are was were be been do does did have has had can could will would
should shall may might must not no yes please thanks thank regards best kind sincerely cheers hello hi hey dear good morning afternoon evening night team all everyone everybody sir madam
customer client friend friends colleague colleagues support service sales admin administrator user users guest world there monday tuesday wednesday thursday friday saturday sunday january february
march april june july august september october november december today tomorrow yesterday contact call email mail phone name address number date time note subject re fw fwd from to cc
bcc for with without about when where what why who how which let also just only let's here new old first last next account card bank credit debit invoice order payment policy patient
doctor nurse employee manager director president minister chief officer department office company group street road avenue city state country united north south east west
customer's bot attached via id ssn ip url api http pdf usa uk us eu en de fr chapter section page part line figure table report project plan review meeting agenda update confirm send
sent received reply forward mr mrs ms miss dr prof herr frau monsieur madame señor señora signor signora sr sra jr phd md esq hr human resources`

const organizationWords = `ltd ltd. inc inc. llc llp plc corp corp. co. company gmbh ag kg se sa s.a. srl s.r.l. spa s.p.a. bv b.v. nv oy ab as a/s group holdings partners associates foundation
university college school institute hospital clinic bank church street road avenue boulevard lane drive square park bridge airport station county river lake mountain island beach city
press news times journal magazine records studios entertainment museum theatre theater hotel inn cafe restaurant award prize act disease syndrome theorem effect cup league fc united`

// phraseList splits a list at its bars on first use.
func phraseList(list string) func() []string {
	return sync.OnceValue(func() []string { return strings.Split(list, "|") })
}
