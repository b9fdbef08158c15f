package detect

import (
	"strings"
	"testing"
)

// prose is 1 KB of ordinary text with a few values in it.
func prose() string {
	const mail = "Hello Maria, thank you for your call on Tuesday about the delivery that was late again. " +
		"We have asked the warehouse to check order 58213 and to write to you at maria.lopez@mail.com by noon. " +
		"Your card 4111 1111 1111 1111 will not be charged until then, and the SSN 123-45-6789 that you gave " +
		"us has been removed from the form. The rules for returns have changed since 2024: parcels of up to " +
		"20 kg can be sent back within 30 days, and version 2.14.1 of the app shows the nearest shop. "
	return (mail + strings.Repeat("Please let us know whether this suits you, or call the office between nine and five. ", 8))[:1024]
}

func BenchmarkScan1KB(b *testing.B) { benchScan(b, newTestEngine(b), prose()) }

func BenchmarkScanFolded1KB(b *testing.B) {
	benchScan(b, newTestEngine(b), strings.ReplaceAll(prose(), "o", "ö"))
}

func BenchmarkScanWorstCases(b *testing.B) {
	e := newTestEngine(b)
	for name, unit := range map[string]string{
		"digits": "1", "groups": "12-", "tokens": "1 ", "at": "@", "atword": "a@", "keyword": "akia", "context": "ssn ",
		"ssn": "123-45-6789 ", "lexicon": "ignore ", "folded": "１", "dots": "a.",
	} {
		for _, size := range []int{1 << 10, 64 << 10} {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(name+"/"+map[bool]string{true: "1KB", false: "64KB"}[size == 1<<10], func(b *testing.B) { benchScan(b, e, text) })
		}
	}
}

func benchScan(b *testing.B, e *Engine, text string) {
	b.Helper()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		e.Scan(b.Context(), text, Options{})
	}
}
