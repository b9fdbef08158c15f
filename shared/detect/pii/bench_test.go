package pii

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
)

// prose is 1 KB of ordinary text without a name.
func prose() string {
	const mail = "Thank you for your call on Tuesday about the delivery that was late again. We have asked the warehouse to check the " +
		"order and to write to you by noon. The rules for returns have changed since 2024: parcels of up to 20 kg can be sent back " +
		"within 30 days, and version 2.14.1 of the app shows the nearest shop. Please let us know whether this suits you, or call " +
		"the Service Desk between nine and five. In case of questions, the Support Team is there. "
	return strings.Repeat(mail, 3)[:1024]
}

// BenchmarkAnchors is what the detectors of names and places cost on text that has none.
func BenchmarkAnchors(b *testing.B) {
	text := prose()
	scans := map[string]func(string, int) (int, int, detect.Verdict){
		"person": scanPerson, "street": scanStreet, "named street": scanNamedStreet, "location": scanLocation, "organization": scanOrganization,
	}
	for name, scan := range scans {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for i := range len(text) {
					if text[i] >= 'A' && text[i] <= 'Z' && (i == 0 || !isAlnum(text[i-1])) {
						scan(text, i)
					}
				}
			}
		})
	}
	b.Run("lists", func(b *testing.B) {
		for b.Loop() {
			buildLists()
		}
	})
}
