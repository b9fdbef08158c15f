package callback_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guardrails/events"
	"guardrails/shared/callback"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestBodies holds what is sent for each event of a job's and a task's life to the bytes of a file.
func TestBodies(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	rules := destination.Rules{Private: true}
	config, err := webhook.LegacyConfig(rules, r.URL(), "/webhook_url")
	if err != nil {
		t.Fatal(err)
	}
	kind := webhook.New(egress.New(egress.Options{Rules: rules, Clock: clock.System()}), rules, clock.System())
	plan := callback.Plan()
	for _, e := range lives() {
		env, err := events.Envelop(e, "evt_01jd3k5v8q2w4x6y8z0a1b2c3d", "2026-01-02T03:04:05.678Z")
		if err != nil {
			t.Fatal(err)
		}
		m := deliver.Message{ID: "dlv_1", Attempt: 1, At: time.Unix(1767323045, 0), Event: deliver.Event{ID: env.ID, Type: env.Type, Time: env.Time, Data: env.Data}}
		if m.Data, err = plan.Render(t.Context(), m.Event); err != nil {
			t.Fatal(err)
		}
		if got := kind.Send(t.Context(), deliver.Target{Config: config}, m); got.Class != deliver.Delivered {
			t.Fatalf("%+v", got)
		}
	}
	var got bytes.Buffer
	for _, q := range r.Requests() {
		got.Write(append(q.Body, '\n'))
	}
	if *update {
		if err := os.WriteFile("testdata/bodies.jsonl", got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/bodies.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Error(d)
	}
}

// lives are a job and a task that go well, and how they may end otherwise.
func lives() []events.Event {
	const taskID, jobID = "tsk_01jd3k5v8q2w4x6y8z0a1b2c3d", "job_01jd3k5v8q2w4x6y8z0a1b2c3d"
	of := func(status task.Status, why string) events.TaskData {
		return events.TaskData{TaskID: taskID, Name: string(task.Analyze), Status: string(status), Reason: why}
	}
	return []events.Event{
		events.Task(events.TaskSubmittedType, of(task.Pending, "")),
		events.Task(events.TaskStartedType, of(task.Started, "")),
		events.Task(events.TaskCompletedType, of(task.Success, "")),
		events.Task(events.TaskFailedType, of(task.Failure, string(errs.TaskFailed))),
		events.Task(events.TaskCancelledType, of(task.Failure, "")),
		events.Job(events.JobSubmittedType, events.JobData{JobID: jobID, Status: "queued", Total: 3}),
		events.Job(events.JobStartedType, events.JobData{JobID: jobID, Status: "running", Total: 3}),
		events.Job(events.JobCompletedType, events.JobData{JobID: jobID, Status: "completed", Total: 3, Done: 2, Failed: 1}),
		events.Job(events.JobFailedType, events.JobData{JobID: jobID, Status: "failed", Total: 3, Failed: 3, Reason: "input_missing"}),
		events.Job(events.JobCancelledType, events.JobData{JobID: jobID, Status: "cancelled", Total: 3, Done: 1}),
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	p := callback.Plan()
	if !p.Quiet || p.Alert || p.Retry.Attempts() != 4 {
		t.Errorf("%+v", p)
	}
	now := time.Unix(1767323045, 0)
	for n, most := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
		if d, again := p.Retry.Delay(n+1, now, now, 0, 0.999); !again || d > most {
			t.Errorf("after attempt %d: %v, %v", n+1, d, again)
		}
	}
	for _, e := range []deliver.Event{{Type: "orders.order.created", Data: []byte("{}")}, {Type: "task.failed", Data: []byte(`{`)}, {Type: "job.failed", Data: []byte(`[]`)}} {
		if got, err := p.Render(t.Context(), e); err == nil {
			t.Errorf("%s is rendered as %s", e.Type, got)
		}
	}
}

// apply makes the writes that go with a job.
func apply(t *testing.T, ops []table.Op) {
	t.Helper()
	if len(ops) == 0 {
		return
	}
	if err := table.Transact(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, nil, c)
	one, two := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	policies := sys.Env().Table(table.Policies)
	st, destinations := callback.New(policies, nil, destination.Rules{}, c), deliver.NewDestinations(policies, nil)
	h := callback.Hook{URL: "https://hooks.acme.com/jobs", Location: "/webhook_url", Signed: true, Until: c.Now().Add(30 * 24 * time.Hour), By: "key_1"}
	first, ops, err := st.Prepare(t.Context(), one, h)
	if err != nil || len(ops) != 1 {
		t.Fatal(len(ops), err)
	}
	apply(t, ops)
	made, err := destinations.Get(t.Context(), one, first)
	if err != nil || !made.Hidden || !made.Signed || made.Status != deliver.Active || made.TTL <= table.TTL(h.Until) || !strings.Contains(made.Config, h.URL) {
		t.Fatalf("%+v, %v", made, err)
	}
	if from, until := deliver.Shown(); first >= from && first <= until {
		t.Errorf("%s is listed", first)
	}
	other, plain := h, h
	other.URL, plain.Signed = "https://hooks.acme.com/others", false
	for name, test := range map[string]struct {
		hook  callback.Hook
		same  bool
		write bool
	}{
		"the same address":       {h, true, false},
		"another address":        {other, false, true},
		"without signatures":     {plain, false, true},
		"a job that is longer":   {callback.Hook{URL: h.URL, Location: h.Location, Signed: true, Until: h.Until.Add(24 * time.Hour)}, true, false},
		"a job of a month on":    {callback.Hook{URL: h.URL, Location: h.Location, Signed: true, Until: h.Until.Add(31 * 24 * time.Hour)}, true, true},
		"a task that is shorter": {callback.Hook{URL: h.URL, Location: h.Location, Signed: true, Until: c.Now()}, true, false},
	} {
		got, ops, err := st.Prepare(t.Context(), one, test.hook)
		if err != nil || (got == first) != test.same || (len(ops) > 0) != test.write {
			t.Errorf("%s: %s, %d writes, %v", name, got, len(ops), err)
		}
	}
	if theirs, _, err := st.Prepare(t.Context(), two, h); err != nil || theirs == first {
		t.Errorf("another tenant has the same destination: %v", err)
	}
	if _, err := destinations.Get(t.Context(), two, first); !errors.Is(err, errs.NotFound) {
		t.Error(err)
	}
	if _, err := destinations.Disable(t.Context(), one, first, deliver.DisabledFailing, c.Now()); err != nil {
		t.Fatal(err)
	}
	_, ops, err = st.Prepare(t.Context(), one, h)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, ops)
	again, err := destinations.Get(t.Context(), one, first)
	if err != nil || again.Status != deliver.Active || again.DisabledReason != "" || again.CreatedAt != made.CreatedAt || again.TTL < made.TTL {
		t.Errorf("%+v, %v", again, err)
	}
	h.URL = "https://127.0.0.1/"
	var refused *errs.Error
	if _, _, err := st.Prepare(t.Context(), one, h); !errors.As(err, &refused) || refused.Code != errs.DestinationRefused || refused.Fields[0].Location != "/webhook_url" {
		t.Errorf("%v", err)
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	one, two := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	env := sys.Env()
	policies := env.Table(table.Policies)
	st := callback.New(policies, env.Keys(), destination.Rules{}, env.Clock)
	signed, plain := deliver.Destination{Signed: true, Config: "{}"}, deliver.Destination{Config: "{}"}
	keys := func(d deliver.Destination) []deliver.SigningKey {
		target, err := st.Target(t.Context(), one, d, env.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return target.Keys
	}
	if got := keys(signed); got != nil {
		t.Error("a tenant without a secret signs")
	}
	for range 2 {
		if err := st.Ensure(t.Context(), one, "key_1"); err != nil {
			t.Fatal(err)
		}
	}
	first, err := st.Secret(t.Context(), one)
	if err != nil || first.Version != 1 || !strings.HasPrefix(first.Value, "whsec_") {
		t.Fatal(first.Version, err)
	}
	if got := keys(signed); len(got) != 1 || got[0].Secret != first.Value {
		t.Error("the secret does not sign")
	}
	if got := keys(plain); got != nil {
		t.Error("what is not to be signed is signed")
	}
	if _, err := st.Set(t.Context(), one, 0, "planted-secret", "key_1"); !errors.Is(err, table.ErrCondition) {
		t.Error(err)
	}
	if second, err := st.Set(t.Context(), one, 1, "planted-secret", "key_1"); err != nil || second.Version != 2 {
		t.Error(err)
	}
	if got, err := st.Secret(t.Context(), one); err != nil || got.Value != "planted-secret" {
		t.Error(err)
	}
	var raw map[string]any
	if err := policies.Get(t.Context(), one, table.WebhookSecretKey(), &raw); err != nil || bytes.Contains(raw["data"].([]byte), []byte("planted")) {
		t.Error("the secret is kept as it is", err)
	}
	if _, err := st.Secret(t.Context(), two); !errors.Is(err, errs.NotFound) {
		t.Error(err)
	}
}
