package redact_test

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

func BenchmarkRedact(b *testing.B) {
	text := strings.Repeat("Patient John Smith called about his results. ", 22) + "536-90-4399"
	findings := []detect.Finding{
		find(b, text, "John Smith", "PERSON"), find(b, text, "results", "X"), find(b, text, "536-90-4399", "US_SSN"),
	}
	keys := newKeys(b, "k1")
	for _, op := range []redact.Operator{redact.Replace, redact.Mask, redact.Hash, redact.Encrypt} {
		b.Run(string(op), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, _, err := redact.NewSession(keys, "ten_1", method(op)).Redact(b.Context(), "", text, findings); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
