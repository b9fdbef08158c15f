package record

import (
	"encoding/json"
	"strings"
	"testing"

	"guardrails/shared/inspect"
	"guardrails/shared/policy"
)

func TestMaskPath(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("/name", 200)
	for in, want := range map[string]string{
		"":                             "",
		"/0/content":                   "/0/content",
		"/patient/536-90-4399/x":       "/patient/*/x",
		"/jane.roe@corp.io":            "/*",
		deep:                           strings.Repeat("/name", 102) + "/*",
		"/" + strings.Repeat("n", 600): "/*",
		"/N9LeTL1ejRDMMpPgsyo7lX8CGKA5BmvI/tel4155550132": "/*/*",
		"/line_2/address10/a2b/-x":                        "/line_2/address10/*/*",
		"/aaaaaaaaaabbbbbbbbbbccccccccccddd/x":            "/*/x",
	} {
		if got := maskPath(in); got != want {
			t.Errorf("maskPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestRecordFitsItsQueue makes sure that no value can be built whose record is lost for its size.
func TestRecordFitsItsQueue(t *testing.T) {
	t.Parallel()
	const queueLimit = 256 << 10
	path := strings.Repeat("/abcdefghijklmnopqrstuvwxyzabcdefghijklmn", 64)
	a := inspect.Analysis{Findings: make([]policy.Finding, 10_000)}
	for i := range a.Findings {
		a.Findings[i] = policy.Finding{
			ID: "f10000", Type: strings.Repeat("T", 64), Category: "injection", Path: path, Start: 1 << 20, End: 1 << 20, ByteStart: 1 << 20,
			ByteEnd: 1 << 20, UTF16Start: 1 << 20, UTF16End: 1 << 20, Score: 0.1234, Action: "redact", Detector: strings.Repeat("d", 64),
		}
	}
	b, err := json.Marshal(NewMessage(&a))
	if err != nil || len(b) > queueLimit {
		t.Errorf("the record takes %d bytes (%v), want at most %d", len(b), err, queueLimit)
	}
}
