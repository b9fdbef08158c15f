package jobs_test

import (
	"strings"
	"testing"

	"guardrails/functions/jobs"
)

// onlyMail keeps scans of large texts short, which the race detector makes slow.
func onlyMail() map[string]any { return map[string]any{"include": []string{"EMAIL_ADDRESS"}} }

// TestLargeResultsBlockNoPage makes sure that a document with very many findings hides none of the others: a page that
// is too large for an answer could never be read, and its cursor never be passed.
func TestLargeResultsBlockNoPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	heavy := strings.Repeat("a@b.co ", 10_500)
	j := w.submit(t, map[string]any{
		"documents": []any{
			doc{"id": "first", "text": heavy[:35_000]},
			doc{"id": "second", "text": heavy[:35_000]},
			doc{"id": "heavy", "text": heavy + strings.Repeat(`"\`, 150_000)},
			doc{"id": "last", "text": "fine"},
		},
		"options": map[string]any{"include_text": true, "explain": true, "detectors": onlyMail()},
	})
	w.run(t)
	if got := w.job(t, j.ID).Counts; got != (jobs.Counts{Total: 4, Done: 3, Failed: 1}) {
		t.Errorf("counts %+v, want one failure of 4", got)
	}
	got := w.results(t, j.ID, 100)
	if len(got) != 4 || got[2].Error == nil || got[2].Error.Code != "payload_too_large" || got[3].DocumentID != "last" || got[3].Error != nil {
		t.Fatalf("%d results: the heavy document does not fail alone", len(got))
	}
}
