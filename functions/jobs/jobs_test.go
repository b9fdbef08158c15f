package jobs_test

import (
	"errors"
	"strings"
	"testing"

	"guardrails/functions/jobs"
	"guardrails/shared/errs"
)

func TestInlineJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(120), "options": map[string]any{"policies": []string{"gdpr"}}})
	if j.Status != "queued" || j.Counts != (jobs.Counts{Total: 120}) {
		t.Fatalf("new job: %+v", j)
	}
	w.run(t)
	j = w.job(t, j.ID)
	if j.Status != "completed" || j.Counts != (jobs.Counts{Total: 120, Done: 120}) || j.StartedAt == "" || j.CompletedAt == "" {
		t.Fatalf("job at its end: %+v", j)
	}
	content := w.Env().Bucket("content")
	for _, object := range []string{"input", "chunks/000000", "chunks/000002"} {
		if _, err := content.Get(t.Context(), w.tenant.Scope(t), "jobs/"+j.ID+"/"+object, 1<<20); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s is kept after the end: %v", object, err)
		}
	}
	got := w.results(t, j.ID, 7)
	if len(got) != 120 {
		t.Fatalf("%d results, want 120", len(got))
	}
	for i, r := range got {
		if want := docs(120)[i]["id"]; r.DocumentID != want || len(r.Findings) == 0 || !strings.HasPrefix(r.ID, "anl_") {
			t.Fatalf("result %d: %+v, want document %s with findings", i, r, want)
		}
	}
}

func TestBadDocumentsFailAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	big := strings.Repeat("a", 1<<20+1)
	body := map[string]any{"documents": []any{
		doc{"id": "a", "text": "fine"},
		doc{"id": "b"},
		doc{"id": "c", "text": 7},
		doc{"id": "a", "text": "again"},
		"no object",
		nil,
		doc{"id": "d", "text": big},
		doc{"text": "no id"},
		doc{"id": 7, "text": "bad id"},
		doc{"id": "e", "text": ""},
		doc{"id": "f", "text": "more", "extra": 1},
		doc{"id": "g", "text": strings.Repeat("é", 1<<19)},
	}}
	j := w.submit(t, body)
	w.run(t)
	j = w.job(t, j.ID)
	if j.Status != "completed" || j.Counts != (jobs.Counts{Total: 12, Done: 3, Failed: 9}) {
		t.Fatalf("job at its end: %+v", j)
	}
	want := []struct{ id, code string }{
		{"a", ""},
		{"b", "invalid_document"},
		{"c", "invalid_document"},
		{"a", "duplicate_id"},
		{"#5", "invalid_document"},
		{"#6", "invalid_document"},
		{"d", "document_too_large"},
		{"#8", ""},
		{"#9", "invalid_document"},
		{"e", "invalid_document"},
		{"f", "invalid_document"},
		{"g", ""},
	}
	for i, r := range w.results(t, j.ID, 100) {
		code := ""
		if r.Error != nil {
			code = r.Error.Code
		}
		if r.DocumentID != want[i].id || code != want[i].code {
			t.Errorf("result %d: %s %q, want %v", i, r.DocumentID, code, want[i])
		}
	}
	if strings.Contains(w.Log.String(), "bad id") {
		t.Error("the log holds text of a document")
	}
}
