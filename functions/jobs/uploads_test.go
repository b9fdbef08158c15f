package jobs_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"guardrails/functions/jobs"
	"guardrails/shared/fntest"
)

// upload gets a URL and sends the content there, as a caller does.
func (w *world) upload(t testing.TB, body map[string]any, content []byte) string {
	t.Helper()
	res := w.call(t, "uploads-create", fntest.Request{Body: body}).Want(t, http.StatusCreated)
	up := fntest.Decode[jobs.Upload](t, res.Body)
	if up.Method != http.MethodPut || !strings.HasPrefix(up.ID, "upl_") || up.ExpiresAt == "" {
		t.Fatalf("upload %+v", up)
	}
	if content != nil {
		send(t, up, content)
	}
	return up.ID
}

func send(t testing.TB, up jobs.Upload, content []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), up.Method, up.URL, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range up.Headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("upload answered %s", res.Status)
	}
}

func TestNothingNeedBeSaidOfAnUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	up := fntest.Decode[jobs.Upload](t, w.call(t, "uploads-create", fntest.Request{}).Want(t, http.StatusCreated).Body)
	if up.Headers["Content-Type"] != "application/x-ndjson" {
		t.Errorf("headers %v", up.Headers)
	}
	send(t, up, []byte("{\"id\":\"a\",\"text\":\"quiet\"}\n"))
}

func TestUploadedJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var in bytes.Buffer
	in.WriteString("\xef\xbb\xbf")
	for i := range 3000 {
		switch i % 100 {
		case 7:
			fmt.Fprintf(&in, "{\"id\":\"doc-%d\",\n", i) // broken, and then a line of nothing
			in.WriteString("  \r\n")
		case 8:
			fmt.Fprintf(&in, "{\"id\":\"doc-%d\",\"text\":\"again\"}\n", i-2)
		default:
			fmt.Fprintf(&in, "{\"id\":\"doc-%d\",\"text\":\"Call 415 555 %04d\"}\r\n", i, i)
		}
	}
	id := w.upload(t, map[string]any{"size": in.Len()}, in.Bytes())
	j := w.submit(t, map[string]any{"upload_id": id, "options": map[string]any{"policies": []string{"gdpr"}}})
	if j.UploadID != id || j.Counts != (jobs.Counts{}) {
		t.Errorf("new job %+v", j)
	}
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3000, Done: 2940, Failed: 60})
	got := w.results(t, j.ID, 100)
	if len(got) != 3000 {
		t.Fatalf("%d results, want 3000", len(got))
	}
	for i, r := range got {
		want, code := fmt.Sprintf("doc-%d", i), ""
		switch i % 100 {
		case 7:
			want, code = fmt.Sprintf("#%d", i+1), "malformed_document"
		case 8:
			want, code = fmt.Sprintf("doc-%d", i-2), "duplicate_id"
		}
		if r.DocumentID != want || (r.Error == nil) != (code == "") || r.Error != nil && r.Error.Code != code {
			t.Fatalf("result %d: %s %v, want %s %s", i, r.DocumentID, r.Error, want, code)
		}
	}
}

// TestLongUpload takes more chunks than one invocation cuts, and ends one of them in the middle.
func TestLongUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const documents = 41_000
	var in bytes.Buffer
	for i := range documents {
		fmt.Fprintf(&in, "{\"id\":\"%d\"}\n", i%(documents-5)) // no text; the last five ids were there before
	}
	j := w.submit(t, map[string]any{"upload_id": w.upload(t, map[string]any{}, in.Bytes())})
	first := w.tap.take()[0]
	w.tap.set(func(p *tap) { p.left = 250 })
	if w.deliver(t, first) {
		t.Error("a split that was cut off was acknowledged")
	}
	w.tap.set(func(p *tap) { p.left = -1 })
	sent := len(w.tap.take()) // lost with the process
	if got := w.job(t, j.ID); got.Status != "running" || got.Counts.Total == 0 || got.Counts.Total == documents || sent == 0 {
		t.Errorf("job after the cut: %+v", got)
	}
	w.deliver(t, first)
	splits := 0
	var rest []letter
	for _, l := range w.tap.take() {
		if l.queue == "job-split" {
			splits++
			rest = append(rest, l)
		}
	}
	if splits != 1 {
		t.Fatalf("%d messages to go on, want 1", splits)
	}
	w.deliver(t, rest[0])
	w.run(t)
	if got := w.job(t, j.ID); got.Counts.Total != documents {
		t.Errorf("job that was cut: %+v", got)
	}
}

// TestUploadOfJustOneBudget ends where an invocation ends: the next one finds nothing more to cut.
func TestUploadOfJustOneBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const documents = 30_000
	j := w.submit(t, map[string]any{"upload_id": w.upload(t, map[string]any{}, bytes.Repeat([]byte("x\n"), documents))})
	w.deliver(t, w.tap.take()[0])
	var splits []letter
	for _, l := range w.tap.take() {
		if l.queue == "job-split" {
			splits = append(splits, l)
		}
	}
	if len(splits) != 1 || !w.deliver(t, splits[0]) || len(w.tap.take()) != 0 {
		t.Fatalf("%d messages to go on, want one that finds the end", len(splits))
	}
	if got := w.job(t, j.ID); got.Status != "running" || got.Counts.Total != documents {
		t.Errorf("job that was cut: %+v", got)
	}
}

func TestUploadsThatHoldNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, content := range map[string][]byte{"nothing sent": nil, "empty": {}} {
		id := w.upload(t, map[string]any{}, content)
		p := w.call(t, "jobs-create", fntest.Request{Body: map[string]any{"upload_id": id}}).WantProblem(t, 422, "invalid_request")
		if p.Errors[0].Location != "/upload_id" {
			t.Errorf("%s: %v", name, p.Errors)
		}
	}
	blank := w.submit(t, map[string]any{"upload_id": w.upload(t, map[string]any{}, []byte("\n \n"))})
	w.run(t)
	w.wantEnd(t, blank.ID, "completed", jobs.Counts{})
	if got := w.results(t, blank.ID, 10); len(got) != 0 {
		t.Errorf("results of no documents: %v", got)
	}
	for _, body := range []any{map[string]any{"size": 1<<30 + 1}, map[string]any{"size": 0}, map[string]any{"content_type": "no type"}} {
		w.call(t, "uploads-create", fntest.Request{Body: body}).WantProblem(t, 422, "invalid_request")
	}
}

func TestChangedUploadFailsTheJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	up := fntest.Decode[jobs.Upload](t, w.call(t, "uploads-create", fntest.Request{Body: map[string]any{}}).Want(t, http.StatusCreated).Body)
	send(t, up, []byte(`{"id":"a","text":"fine"}`))
	j := w.submit(t, map[string]any{"upload_id": up.ID})
	send(t, up, []byte(`{"id":"b","text":"something else"}`))
	w.run(t)
	if got := w.wantEnd(t, j.ID, "failed", jobs.Counts{}); got.Error == nil || got.Error.Code != "input_changed" {
		t.Errorf("error %v", got.Error)
	}
}
