package jobs_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guardrails/functions/jobs"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

// gate stands before the tap. It lets something else happen first when a certain call comes by, once, and can lose that
// call's answer as a broken connection does.
type gate struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	mu    sync.Mutex
	match func(*http.Request) bool
	first func()
	lose  bool
}

type brokenConnection struct{}

func (brokenConnection) Error() string   { return "connection reset by peer" }
func (brokenConnection) Timeout() bool   { return true }
func (brokenConnection) Temporary() bool { return true }

func (g *gate) Do(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	hit := g.match != nil && g.match(r)
	first, lose := g.first, g.lose
	if hit {
		g.match = nil
	}
	g.mu.Unlock()
	if hit && first != nil {
		first()
	}
	res, err := g.next.Do(r)
	if hit && lose && err == nil {
		_ = res.Body.Close()
		return nil, brokenConnection{}
	}
	return res, err
}

// gated puts a gate into a world; set arms it.
func gated(w *world) *gate {
	g := &gate{next: w.tap}
	w.Config.AWS.HTTPClient = g
	return g
}

func (g *gate) set(match func(*http.Request) bool, lose bool, first func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.match, g.lose, g.first = match, lose, first
}

func object(method, part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.Contains(r.URL.Path, part) }
}

func call(name string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+name) }
}

// TestSplitTwiceAtOnce lets a second delivery cut the whole job while the first one reads the input, which the second
// deletes at its end.
func TestSplitTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := gated(w)
	j := w.submit(t, map[string]any{"documents": docs(120)})
	l := w.tap.take()[0]
	g.set(object("GET", "/input"), false, func() { w.deliver(t, l) })
	w.deliver(t, l)
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 120, Done: 120})
	w.wantEvents(t, j.ID, "job.submitted", "job.started", "job.completed")
}

// TestChunkTwiceAtOnce reads a result between the ends of two deliveries of its chunk, and again after them.
func TestChunkTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := gated(w)
	j := w.submit(t, map[string]any{"documents": docs(3)})
	w.deliver(t, w.tap.take()[0])
	l := w.tap.take()[0]
	var before []result
	g.set(object("PUT", "/results/"), false, func() {
		w.deliver(t, l)
		before = w.results(t, j.ID, 50)
	})
	w.deliver(t, l)
	after := w.results(t, j.ID, 50)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
	if len(before) != 3 || len(after) != 3 || before[0].ID != after[0].ID {
		t.Errorf("results %+v, read again %+v", before, after)
	}
}

// TestStoreOutageCostsNoDocument has the object store fail for longer than the queue has patience. The documents are
// good, so the watch brings them back.
func TestStoreOutageCostsNoDocument(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(120)})
	w.deliver(t, w.tap.take()[0])
	w.tap.set(func(p *tap) { p.refuse = "/chunks/" })
	w.run(t)
	if len(w.dead) != 3 {
		t.Fatalf("%d dead letters, want the three chunks", len(w.dead))
	}
	w.tap.set(func(p *tap) { p.refuse = "" })
	w.drain(t)
	for _, l := range w.look(t, 10*time.Minute) {
		w.deliver(t, l)
	}
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 120, Done: 120})
}

// TestQueueOutageFailsNoJob has the watch come by while no queue takes anything.
func TestQueueOutageFailsNoJob(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	j := w.submitLost(t, 3)
	w.tap.set(func(p *tap) { p.refuse = "AmazonSQS.Send" })
	for range 48 {
		w.clock.Advance(time.Hour)
		_, _ = w.Function(t, "job-watch").Invoke(t.Context(), []byte("{}")) // it says that it failed
	}
	w.tap.set(func(p *tap) { p.refuse = "" })
	for _, l := range w.look(t, 2*time.Hour) {
		w.deliver(t, l)
	}
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
}

// TestInterruptedSplitGoesOn cuts a split off after a checkpoint: it asks for itself at once, and costs its message no
// try.
func TestInterruptedSplitGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var in strings.Builder
	for range 3000 {
		in.WriteString("x\n")
	}
	j := w.submit(t, map[string]any{"upload_id": w.upload(t, map[string]any{}, []byte(in.String()))})
	l := w.tap.take()[0]
	w.tap.set(func(p *tap) { p.refuse = "/chunks/000030" })
	if !w.deliver(t, l) {
		t.Error("a split that made progress failed its message")
	}
	w.tap.set(func(p *tap) { p.refuse = "" })
	w.run(t)
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3000, Failed: 3000})
	if len(w.dead) > 0 {
		t.Errorf("dead letters %v", w.dead)
	}
}

// TestTasksMayWait leaves a task's message in a deep queue.
func TestTasksMayWait(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	env, s := w.Env(), w.tenant.Scope(t)
	tasks := task.NewStore(env.Table(table.Jobs), env.Outbox(), env.Clock)
	made, err := tasks.Submit(t.Context(), s, task.Task{ID: env.IDs.New(id.Task), Name: task.Detect, Options: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	if err := env.Queue(queue.Tasks).Send(t.Context(), s, task.Message{Task: made.ID}); err != nil {
		t.Fatal(err)
	}
	w.tap.take()
	sent := 0
	for range 55 {
		sent += len(w.look(t, time.Minute))
	}
	if sent > 0 {
		t.Errorf("%d messages more for a queue that is full", sent)
	}
	for range 20 {
		w.look(t, time.Hour)
	}
	if end, err := tasks.Get(t.Context(), s, made.ID); err != nil || end.Status != task.Pending {
		t.Errorf("a task that waits is %s (%v)", end.Status, err)
	}
}

// TestHeavyResultsFailAlone has a document whose result is small enough as it is, but not as it is sent: its quotes and
// backslashes are escaped there once more.
func TestHeavyResultsFailAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := strings.Repeat("\"a@b.co\" \\", 50_000) + strings.Repeat("\"\\", 270_000)
	j := w.submit(t, map[string]any{
		"documents": []any{doc{"id": "heavy", "text": text}, doc{"id": "last", "text": "fine"}},
		"options":   map[string]any{"redaction": map[string]any{"operator": "keep"}, "detectors": onlyMail()},
	})
	w.run(t)
	got := w.results(t, j.ID, 1)
	if len(got) != 2 || got[1].DocumentID != "last" {
		t.Fatalf("%d results, %+v", len(got), w.job(t, j.ID))
	}
}

// TestRelayLeavesJobsThatAreCut delivers the relay's spare message behind the job's own.
func TestRelayLeavesJobsThatAreCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(3)})
	w.deliver(t, w.tap.take()[0])
	chunk := w.tap.take()
	w.deliver(t, letter{queue: queue.JobSplit, tenant: w.tenant.ID, body: `{"job":"` + j.ID + `","spare":true}`, receive: 1})
	if more := w.tap.take(); len(more) != 0 {
		t.Errorf("sent %v", more)
	}
	w.deliver(t, chunk[0])
	w.wantEnd(t, j.ID, "completed", jobs.Counts{Total: 3, Done: 3})
	if strings.Contains(w.Log.String(), `"JobsResent":1`) {
		t.Error("counted as lost")
	}
}

// TestIdempotentCreateUnderFaults kills the function after each number of calls, with the last answer lost or not, and
// sends the request again until it is answered. However far the first one came, there is one job.
func TestIdempotentCreateUnderFaults(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]struct {
		route, list string
		body        any
		status      int
	}{
		"jobs-create":    {"jobs-create", "jobs-list", map[string]any{"documents": docs(3)}, http.StatusAccepted},
		"uploads-create": {"uploads-create", "", map[string]any{}, http.StatusCreated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for calls := range 9 {
				for _, deaf := range []bool{false, true} {
					w := newWorld(t)
					w.call(t, create.route, fntest.Request{Body: create.body}) // what is cached is read
					before := len(w.created(t))
					r := fntest.Request{Body: create.body, Headers: map[string]string{"Idempotency-Key": "once"}}
					w.tap.set(func(p *tap) { p.left, p.deaf = calls, deaf })
					first := w.call(t, create.route, r)
					w.tap.set(func(p *tap) { p.left, p.deaf = -1, false })
					w.clock.Advance(time.Minute)
					again := w.call(t, create.route, r).Want(t, create.status)
					if n := len(w.created(t)) - before; n != 1 {
						t.Errorf("%d calls, deaf %v: first answer %d, %d made", calls, deaf, first.Status, n)
					}
					if first.Status == create.status && create.list != "" && fntest.Decode[jobs.Job](t, first.Body).ID != fntest.Decode[jobs.Job](t, again.Body).ID {
						t.Errorf("%d calls, deaf %v: another job", calls, deaf)
					}
				}
			}
		})
	}
}

// created lists the ids of the tenant's jobs and uploads.
func (w *world) created(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, part := range []string{table.PartJobs, table.PartUploads} {
		var rows []struct {
			ID string `dynamodbav:"id"`
		}
		if _, err := w.Env().Table(table.Jobs).Query(t.Context(), w.tenant.Scope(t), table.Page{Part: part, Limit: 100}, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out = append(out, r.ID)
		}
	}
	return out
}

// TestAClaimWhoseAnswerIsLostIsTheRequestsOwn loses the answer of the first write, the claim of the idempotency key, which
// the SDK then tries again.
func TestAClaimWhoseAnswerIsLostIsTheRequestsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := gated(w)
	for _, name := range []string{"PutItem", "TransactWriteItems"} {
		r := fntest.Request{Body: map[string]any{"documents": docs(3)}, Headers: map[string]string{"Idempotency-Key": "lost-" + name}}
		g.set(call(name), true, nil)
		w.call(t, "jobs-create", r).Want(t, http.StatusAccepted)
		g.set(call(name), true, nil)
		w.call(t, "uploads-create", fntest.Request{Body: map[string]any{}}).Want(t, http.StatusCreated)
	}
}

// TestALockThatWasLeftSaysWhenToComeBack repeats a request whose function died with the lock in its hand.
func TestALockThatWasLeftSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := fntest.Request{Body: map[string]any{"documents": docs(3)}, Headers: map[string]string{"Idempotency-Key": "left"}}
	w.call(t, "jobs-create", fntest.Request{Body: r.Body})
	w.tap.set(func(p *tap) { p.left = 3 })
	w.call(t, "jobs-create", r).Want(t, http.StatusServiceUnavailable)
	w.tap.set(func(p *tap) { p.left = -1 })
	w.clock.Advance(5 * time.Second)
	res := w.call(t, "jobs-create", r)
	res.WantProblem(t, 409, "conflict")
	if after := res.Header.Get("Retry-After"); after != "20" {
		t.Errorf("Retry-After %q of a lock of 25 s that is 5 s old", after)
	}
	other := fntest.Request{Body: map[string]any{"documents": docs(4)}, Headers: r.Headers}
	w.clock.Advance(time.Minute)
	w.call(t, "jobs-create", other).WantProblem(t, 422, "idempotency_mismatch")
	w.call(t, "jobs-create", r).Want(t, http.StatusAccepted)
}

// TestAStoreThatHangsIsAnsweredFor has every store take requests and answer none.
func TestAStoreThatHangsIsAnsweredFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Config.StorePatience, w.Config.LimitPatience = 2*time.Second, 2*time.Second // before they hang they must answer in that time
	h := &hanging{next: w.tap}
	w.Config.AWS.HTTPClient = h
	w.submit(t, map[string]any{"documents": docs(1)})
	h.hang.Store(true)
	for _, c := range []struct {
		route string
		r     fntest.Request
		tries int32
	}{
		{"jobs-create", fntest.Request{Body: map[string]any{"documents": docs(1)}}, 8}, // limits, policies, key or object
		{"jobs-get", fntest.Request{Path: path("job_01jd3zk8q4x5v6w7y8z9a0b1c2")}, 6},
	} {
		h.tries.Store(0)
		w.call(t, c.route, c.r).WantProblem(t, 503, "overloaded")
		if n := h.tries.Load(); n == 0 || n > c.tries {
			t.Errorf("%s: %d calls were tried, want at most %d", c.route, n, c.tries)
		}
	}
}

// hanging takes calls and does not answer while hang is set.
type hanging struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	hang  atomic.Bool
	tries atomic.Int32
}

func (h *hanging) Do(r *http.Request) (*http.Response, error) {
	if !h.hang.Load() {
		return h.next.Do(r)
	}
	h.tries.Add(1)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestADeletedPolicyIsNamed deletes a policy between a job's submission and its chunks.
func TestADeletedPolicyIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	env, s := w.Env(), w.tenant.Scope(t)
	own := policystore.Row{ID: env.IDs.New(id.Policy), Version: 1}
	err := own.Keep(policy.Definition{Name: "own"})
	if err != nil {
		t.Fatal(err)
	}
	if err := env.Table(table.Policies).Put(t.Context(), s, table.PolicyKey(own.ID), own, table.Always()); err != nil {
		t.Fatal(err)
	}
	j := w.submit(t, map[string]any{"documents": docs(1), "options": map[string]any{"policies": []string{own.ID}}})
	if err := env.Table(table.Policies).Delete(t.Context(), s, table.PolicyKey(own.ID), table.Always()); err != nil {
		t.Fatal(err)
	}
	w.run(t)
	if got := w.results(t, j.ID, 10); len(got) != 1 || got[0].Error == nil || got[0].Error.Code != "unknown_policy" {
		t.Errorf("results %+v", got)
	}
}
