package builtin_test

import (
	"testing"

	"guardrails/shared/detect"
)

// TestHarmlessNumbers scans what people and programs write every day beside words that also name identifiers: nothing
// there is anybody's.
func TestHarmlessNumbers(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, text := range []string{
		"CI run 20481932 failed at step 7 after 48201934 ns",
		"favicon.ico?v=25123891 and icon-25123891.ico",
		"Section B12 for the vehicle registration, see table A34 and C56",
		"FY24 the vehicle registration fees rose by 3.5 percent",
		"pk 48201937755 of the table, nic eth0 at 10 Gbit/s",
		"PIN of the part: A004820193 in bin 12",
		"Passport control opens at 06:30; photos must be 35x45 mm",
		"Renew your passport by 2031 and pay 82.50",
		"License plate frame, 2 pack, fits 2019-2024 models",
		"Please enter your gender (male/female/other).",
		"Gender: male or female; sex ratio 1.05",
		"The genre is drama, the sex of the kittens is unknown",
		"npm install @types/node @babel/core on twitter's fork",
		"@Override public void handle(@Nullable String name)",
		"Spring starts worker threads @Async and the messenger @Bean",
		"git log --author=@me, ping @here, see @param id",
		"the cookie id is set by the server and lives 30 days",
		"GA1 group, fb.me link, version fb.1.2.3",
		"request 6d92078a-8246-4ba4-ae5b-76104861e7dc took 12 ms",
		"IMSI catcher sold for 1200 dollars",
		"the tin of paint, 12 x 750 ml, costs 482",
		"Finanzamt, Raum 93/815, Montag 8 bis 12 Uhr",
		"Kennzeichen der Qualität: A 1 bis C 3",
		"matricule pending, immatriculation au registre",
		"upload to user@paytmserver and root@upi-7",
		"NIN released 11 albums; the nit: rename x to y",
		"rif of 12-34567890-1 in lane 4",
		"Dublin Core D02 element set, H91 chipset, T12 case",
		"taj mahal tour 2024, 999 rupees",
		"MSP contract 2024-2027, PHN not yet issued",
	} {
		for _, f := range e.Scan(t.Context(), text, detect.Options{}).Findings {
			if f.Category == detect.CategoryPII {
				t.Errorf("%q: %s at %q", text, f.Type, text[f.ByteStart:f.ByteEnd])
			}
		}
	}
}
