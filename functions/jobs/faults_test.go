package jobs_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/functions/jobs"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

// announced lists the types of the tenant's events on a subject, oldest first.
func (w *world) announced(t testing.TB, subject string) []string {
	t.Helper()
	env := w.Env()
	var rows []outbox.Row
	if _, err := env.Table(table.Events).Query(t.Context(), w.tenant.Scope(t), table.Page{Part: table.PartEvents, Limit: 1000, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		if r.Subject == subject {
			out = append(out, r.Type)
		}
	}
	return out
}

func (w *world) wantEvents(t testing.TB, id string, want ...string) {
	t.Helper()
	if got := w.announced(t, id); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func (w *world) wantEnd(t testing.TB, id, status string, c jobs.Counts) jobs.Job {
	t.Helper()
	j := w.job(t, id)
	if j.Status != status || j.Counts != c {
		t.Fatalf("job %s %+v, want %s %+v", j.Status, j.Counts, status, c)
	}
	return j
}

func TestEveryMessageTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(130)})
	pending := w.tap.take()
	for len(pending) > 0 {
		l := pending[0]
		pending = pending[1:]
		for range 2 {
			if !w.deliver(t, l) {
				t.Fatalf("message %s failed", l.body)
			}
		}
		pending = append(pending, w.tap.take()...)
	}
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 130, Done: 130})
	w.wantEvents(t, j.ID, "job.submitted", "job.started", "job.completed")
}

func TestCancelWhileRunning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(150)})
	w.deliver(t, w.tap.take()[0])
	chunks := w.tap.take()
	w.deliver(t, chunks[0])
	p := w.page(t, j.ID, map[string]string{"limit": "100"})
	if len(p.Data) != 50 || p.NextCursor == nil {
		t.Errorf("%d results of a running job, next %v", len(p.Data), p.NextCursor)
	}
	w.call(t, "jobs-cancel", fntest.Request{Path: path(j.ID)}).Want(t, http.StatusNoContent)
	w.call(t, "jobs-cancel", fntest.Request{Path: path(j.ID)}).WantProblem(t, 409, "conflict")
	for _, l := range chunks {
		if !w.deliver(t, l) {
			t.Error("a chunk of a cancelled job failed")
		}
	}
	w.wantEnd(t, j.ID, "cancelled", jobs.Counts{Total: 150, Done: 50})
	w.wantEvents(t, j.ID, "job.submitted", "job.started", "job.cancelled")
	if got := w.results(t, j.ID, 30); len(got) != 50 {
		t.Errorf("%d results of a cancelled job, want 50", len(got))
	}
}

// spoil removes what a chunk is made of.
func (w *world) spoil(t testing.TB, object string) {
	t.Helper()
	if err := w.Env().Bucket("content").Delete(t.Context(), w.tenant.Scope(t), object); err != nil {
		t.Fatal(err)
	}
}

func TestPoisonedChunk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(120)})
	w.deliver(t, w.tap.take()[0])
	w.spoil(t, "jobs/"+j.ID+"/chunks/000001")
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 120, Done: 70, Failed: 50})
	w.wantEvents(t, j.ID, "job.submitted", "job.started", "job.completed")
	if len(w.dead) != 1 || w.dead[0].receive != 10 {
		t.Errorf("dead letters %v, want the poisoned chunk", w.dead)
	}
	got := w.results(t, j.ID, 40)
	if len(got) != 120 || got[50].Error == nil || got[50].Error.Code != "chunk_failed" || got[50].DocumentID != "#51" || got[100].Error != nil {
		t.Errorf("%d results; of the poisoned chunk: %+v", len(got), got[50])
	}
	if !strings.Contains(w.Log.String(), `"ChunksPoisoned":1`) {
		t.Error("the poisoned chunk was not counted")
	}
}

func TestMissingInputFailsTheJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(3)})
	w.spoil(t, "jobs/"+j.ID+"/input")
	w.run(t)
	got := w.wantEnd(t, j.ID, "failed", jobs.Counts{Total: 3, Failed: 3})
	if got.Error == nil || got.Error.Code != "input_missing" {
		t.Errorf("error %v", got.Error)
	}
	w.wantEvents(t, j.ID, "job.submitted", "job.failed")
	w.call(t, "jobs-cancel", fntest.Request{Path: path(j.ID)}).WantProblem(t, 409, "conflict")
}

func TestStoreDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(3)})
	w.deliver(t, w.tap.take()[0])
	chunk := w.tap.take()[0]
	w.tap.set(func(p *tap) { p.refuse = "TransactWriteItems" })
	if w.deliver(t, chunk) {
		t.Error("a chunk that could not be counted was acknowledged")
	}
	w.tap.set(func(p *tap) { p.refuse = "" })
	if !w.deliver(t, chunk) {
		t.Error("the second try failed")
	}
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
}

// submitLost creates a job whose own message is lost after the commit.
func (w *world) submitLost(t testing.TB, n int) jobs.Job {
	t.Helper()
	w.tap.set(func(p *tap) { p.lost = true })
	j := w.submit(t, map[string]any{"documents": docs(n)})
	w.tap.set(func(p *tap) { p.lost = false })
	if got := w.tap.take(); len(got) != 0 {
		t.Fatalf("messages were sent: %v", got)
	}
	return j
}

func TestRelaySendsWhatWasLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submitLost(t, 3)
	record := func(name, typ, subject string) events.DynamoDBEventRecord {
		return events.DynamoDBEventRecord{EventName: name, Change: events.DynamoDBStreamRecord{
			SequenceNumber: "1",
			Keys: map[string]events.DynamoDBAttributeValue{
				"pk": events.NewStringAttribute("T#" + w.tenant.ID + "#E"), "sk": events.NewStringAttribute("evt_1"),
			},
			NewImage: map[string]events.DynamoDBAttributeValue{"type": events.NewStringAttribute(typ), "subject": events.NewStringAttribute(subject)},
		}}
	}
	send := func(records ...events.DynamoDBEventRecord) {
		out := w.Invoke(t, "job-relay", events.DynamoDBEvent{Records: records})
		if n := len(fntest.Decode[events.DynamoDBEventResponse](t, out).BatchItemFailures); n != 0 {
			t.Errorf("%d records failed", n)
		}
	}
	send(record("MODIFY", "job.submitted", j.ID), record("INSERT", "job.started", j.ID), record("INSERT", "job.submitted", "job_unknown"), record("INSERT", "job.submitted", j.ID))
	if n := len(w.tap.letters); n != 1 {
		t.Fatalf("%d messages, want 1", n)
	}
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
	send(record("INSERT", "job.submitted", j.ID))
	if n := len(w.tap.take()); n != 0 {
		t.Errorf("%d messages for a finished job", n)
	}
}

func (w *world) look(t testing.TB, after time.Duration) []letter {
	t.Helper()
	w.clock.Advance(after)
	w.Invoke(t, "job-watch", map[string]any{})
	return slices.DeleteFunc(w.tap.take(), func(l letter) bool { return l.tenant != w.tenant.ID })
}

func TestWatchSendsWhatWasLost(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	j := w.submitLost(t, 120)
	if got := w.look(t, 4*time.Minute); len(got) != 0 {
		t.Errorf("sent too early: %v", got)
	}
	split := w.look(t, 2*time.Minute)
	w.drain(t)
	if len(split) != 1 || split[0].queue != queue.JobSplit {
		t.Fatalf("sent %v, want the split", split)
	}
	w.deliver(t, split[0])
	chunks := w.tap.take()
	w.deliver(t, chunks[1]) // the other two are lost
	w.drain(t)
	missing := w.look(t, 6*time.Minute)
	if len(missing) != 2 {
		t.Fatalf("sent %v, want two chunks", missing)
	}
	if again := w.look(t, time.Minute); len(again) != 0 {
		t.Errorf("sent again a minute later: %v", again)
	}
	for _, l := range missing {
		w.deliver(t, l)
	}
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 120, Done: 120})
	if again := w.look(t, time.Hour); len(again) != 0 {
		t.Errorf("sent for a finished job: %v", again)
	}
}

func TestWatchGivesUp(t *testing.T) {
	t.Parallel()
	t.Run("a job that cannot be cut", func(t *testing.T) {
		t.Parallel()
		w := newLoneWorld(t)
		j := w.submitLost(t, 3)
		for i := range 3 {
			w.drain(t)
			if got := w.look(t, 2*time.Hour); len(got) != 1 {
				t.Fatalf("look %d sent %v", i, got)
			}
		}
		w.drain(t)
		w.look(t, 2*time.Hour)
		if got := w.wantEnd(t, j.ID, "failed", jobs.Counts{Total: 3, Failed: 3}); got.Error.Code != "split_failed" {
			t.Errorf("error %v", got.Error)
		}
	})
	t.Run("chunks that nobody analyzes", func(t *testing.T) {
		t.Parallel()
		w := newLoneWorld(t)
		j := w.submit(t, map[string]any{"documents": docs(120)})
		w.deliver(t, w.tap.take()[0])
		w.deliver(t, w.tap.take()[0])
		for i := range 3 {
			w.drain(t)
			if got := w.look(t, 2*time.Hour); len(got) != 2 {
				t.Fatalf("look %d sent %v", i, got)
			}
		}
		w.drain(t)
		w.look(t, 2*time.Hour)
		w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 120, Done: 50, Failed: 70})
		w.wantEvents(t, j.ID, "job.submitted", "job.started", "job.completed")
		got := w.results(t, j.ID, 100)
		if len(got) != 120 || got[60].DocumentID != "doc-60" || got[60].Error.Code != "chunk_failed" {
			t.Errorf("%d results, of a chunk given up: %+v", len(got), got[60])
		}
	})
}

func TestWatchSparesJobsThatWait(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(2)}) // its message stays in the real queue
	w.tap.take()
	sent := 0
	for range 50 {
		sent += len(w.look(t, time.Minute))
	}
	if sent != 0 {
		t.Errorf("%d messages sent beside one that waits", sent)
	}
	for range 24 {
		sent += len(w.look(t, time.Hour))
	}
	if got := w.job(t, j.ID); got.Status != "queued" || sent == 0 || sent > 24 {
		t.Errorf("a job whose message waits for a day is %s, and was sent again %d times", got.Status, sent)
	}
	w.drain(t)
	w.look(t, 2*time.Hour)
	if got := w.job(t, j.ID); got.Status != "failed" {
		t.Errorf("a job that was sent again for a day, beside a queue that is empty now, is %s", got.Status)
	}
}

func TestUnknownJobsAreLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, l := range []letter{
		{queue: queue.JobSplit, tenant: w.tenant.ID, body: `{"job":"job_01jd3zk8q4x5v6w7y8z9a0b1c2"}`, receive: 1},
		{queue: queue.JobChunks, tenant: w.tenant.ID, body: `{"job":"job_01jd3zk8q4x5v6w7y8z9a0b1c2","chunk":1}`, receive: 1},
	} {
		if !w.deliver(t, l) {
			t.Errorf("%s: a message for a job that is gone should be dropped", l.queue)
		}
	}
}

func TestWatchSendsTasksAgain(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	env := w.Env()
	tasks := task.NewStore(env.Table(table.Jobs), env.Outbox(), env.Clock)
	s := w.tenant.Scope(t)
	made, err := tasks.Submit(t.Context(), s, task.Task{ID: env.IDs.New(id.Task), Name: task.Detect, Options: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		w.drain(t)
		got := w.look(t, 2*time.Hour)
		if len(got) != 1 || got[0].queue != queue.Tasks || !strings.Contains(got[0].body, made.ID) {
			t.Fatalf("look %d sent %v", i, got)
		}
	}
	w.drain(t)
	w.look(t, 2*time.Hour)
	end, err := tasks.Get(t.Context(), s, made.ID)
	if err != nil || end.Status != task.Failure || end.Error == "" {
		t.Errorf("task at its end: %+v, %v", end, err)
	}
	w.wantEvents(t, made.ID, "task.submitted", "task.failed")
	if got := w.look(t, time.Hour); len(got) != 0 {
		t.Errorf("sent for a finished task: %v", got)
	}
}
