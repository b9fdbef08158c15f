package document_test

import (
	"strings"
	"testing"

	"guardrails/shared/document"
)

func benchBody() []byte {
	return []byte(`{"text":"` + strings.Repeat("Patient John Smith called about his results. ", 23) + `","policies":["hipaa"],"explain":false}`)
}

func BenchmarkCheck(b *testing.B) {
	raw := benchBody()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := document.Check(raw, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStrings(b *testing.B) {
	raw := benchBody()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document.Strings(raw); err != nil {
			b.Fatal(err)
		}
	}
}
