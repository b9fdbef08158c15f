package legacy_test

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/blob"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/task"
	"guardrails/shared/tenant"
)

// cutOff is a task whose function cannot reach a store, and the task's path.
func cutOff(t *testing.T, receive string) (*fntest.System, fntest.Tenant, map[string]string) {
	t.Helper()
	sys := newSystem(t)
	tenant := sys.Tenant(t)
	as := tenant.As(authz.Analyst)
	task := submit(t, sys, "legacy-pii-async", fntest.Request{As: &as, Query: url.Values{"text": {sample}}})
	sys.Cut()
	if run(t, sys, tenant.ID, task.TaskID, receive) {
		t.Error("a task that could not be run was acknowledged")
	}
	sys.Mend()
	return sys, tenant, map[string]string{"task_id": task.TaskID}
}

// A suspended tenant's task waits; it is neither run nor failed, however often its message comes.
func TestTaskOfASuspendedTenantWaits(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	own := sys.Tenant(t)
	as, by := own.As(authz.Admin), audit.Actor{Principal: fntest.Principal(t, fntest.Platform(own.ID))}
	set := func(state tenant.State) {
		if _, err := sys.Registry().Update(t.Context(), by, own.Scope(t), func(r *registry.Tenant) error { r.State = state; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	made := submit(t, sys, "legacy-pii-async", fntest.Request{As: &as, Query: url.Values{"text": {sample}}})
	path := map[string]string{"task_id": made.TaskID}
	set(tenant.StateSuspended)
	for receive := range 5 {
		if !run(t, sys, own.ID, made.TaskID, strconv.Itoa(receive+1)) {
			t.Error("the message is to come again at once")
		}
	}
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusAccepted)
	set(tenant.StateActive)
	run(t, sys, own.ID, made.TaskID, "1")
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusOK)
}

func TestTaskIsTriedAgain(t *testing.T) {
	t.Parallel()
	sys, tenant, path := cutOff(t, "1")
	as := tenant.As(authz.Viewer)
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusAccepted)
	if !run(t, sys, tenant.ID, path["task_id"], "2") {
		t.Error("the second try failed")
	}
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusOK)
}

// objectsDown refuses every call of the object store while down is set.
type objectsDown struct {
	aws.HTTPClient
	down atomic.Bool
}

func (o *objectsDown) Do(r *http.Request) (*http.Response, error) {
	if o.down.Load() && strings.Contains(r.URL.Path, "/T/") {
		return nil, errors.New("no answer")
	}
	return o.HTTPClient.Do(r)
}

// TestTaskOutlivesAnOutage runs a task for the last time while its text cannot be read: that says nothing about the task.
func TestTaskOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	objects := &objectsDown{HTTPClient: sys.Config.AWS.HTTPClient}
	sys.Config.AWS.HTTPClient = objects
	tenant := sys.Tenant(t)
	as := tenant.As(authz.Analyst)
	task := submit(t, sys, "legacy-pii-async", fntest.Request{As: &as, Query: url.Values{"text": {sample}}})
	path := map[string]string{"task_id": task.TaskID}
	objects.down.Store(true)
	if run(t, sys, tenant.ID, task.TaskID, "10") {
		t.Error("a task that could not be run was acknowledged")
	}
	objects.down.Store(false)
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusAccepted)
	if !run(t, sys, tenant.ID, task.TaskID, "1") {
		t.Error("the task failed when the watch sent it again")
	}
	sys.Call(t, "legacy-task-result", fntest.Request{As: &as, Path: path}).Want(t, http.StatusOK)
}

// TestTaskFailsOnItsLastTry runs a task of a kind that nobody knows.
func TestTaskFailsOnItsLastTry(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	tenant := sys.Tenant(t)
	env, s := sys.Env(), tenant.Scope(t)
	tasks := task.NewStore(env.Table(table.Jobs), env.Outbox(), env.Clock)
	made, err := tasks.Submit(t.Context(), s, task.Task{ID: env.IDs.New(id.Task), Name: "unknown", Options: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	if err := env.Bucket(blob.Content).Put(t.Context(), s, "tasks/"+made.ID+"/text", []byte(sample)); err != nil {
		t.Fatal(err)
	}
	for receive := range 11 {
		want := map[int]task.Status{0: task.Pending, 10: task.Failure}[receive]
		if want == "" {
			want = task.Started
		}
		if receive > 0 && run(t, sys, tenant.ID, made.ID, strconv.Itoa(receive)) {
			t.Error("a task that failed was acknowledged")
		}
		if got, err := tasks.Get(t.Context(), s, made.ID); err != nil || got.Status != want {
			t.Errorf("after try %d: %s, %v, want %s", receive, got.Status, err, want)
		}
	}
}

func TestTextIsDeletedAtTheEnd(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	tenant := sys.Tenant(t)
	as := tenant.As(authz.Analyst)
	task := submit(t, sys, "legacy-pii-async", fntest.Request{As: &as, Query: url.Values{"text": {sample}}})
	run(t, sys, tenant.ID, task.TaskID, "1")
	if _, err := sys.Env().Bucket("content").Get(t.Context(), tenant.Scope(t), "tasks/"+task.TaskID+"/text", 1<<20); err == nil {
		t.Error("the text of a finished task is kept")
	}
	if strings.Contains(sys.Log.String(), "536-90-4399") {
		t.Error("the log holds a value")
	}
}
