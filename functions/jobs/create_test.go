package jobs_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"guardrails/functions/jobs"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := []doc{{"id": "a", "text": "fine"}}
	for name, c := range map[string]struct {
		body     any
		status   int
		code, at string
	}{
		"nothing":           {map[string]any{}, 422, "invalid_request", "/documents"},
		"both":              {map[string]any{"documents": one, "upload_id": "upl_x"}, 422, "invalid_request", "/documents"},
		"no documents":      {map[string]any{"documents": []doc{}}, 422, "invalid_request", "/documents"},
		"no list":           {map[string]any{"documents": "x"}, 422, "invalid_request", "/documents"},
		"too many":          {map[string]any{"documents": docs(1001)}, 422, "invalid_request", "/documents"},
		"unknown field":     {map[string]any{"documents": one, "option": 1}, 422, "invalid_request", "/option"},
		"unknown policy":    {map[string]any{"documents": one, "options": map[string]any{"policies": []string{"nope"}}}, 422, "invalid_request", "/options/policies/0"},
		"unknown detector":  {map[string]any{"documents": one, "options": map[string]any{"detectors": map[string]any{"include": []string{"nope"}}}}, 422, "invalid_request", "/options/detectors/include/0"},
		"unknown option":    {map[string]any{"documents": one, "options": map[string]any{"polices": []string{}}}, 422, "invalid_request", "/options/polices"},
		"unknown upload":    {map[string]any{"upload_id": "upl_01jd3zk8q4x5v6w7y8z9a0b1c2"}, 422, "invalid_request", "/upload_id"},
		"no upload id":      {map[string]any{"upload_id": "../x"}, 422, "invalid_request", "/upload_id"},
		"webhook not https": {map[string]any{"documents": one, "webhook_url": "http://hooks.corp.test/"}, 422, "destination_refused", "/webhook_url"},
		"webhook private":   {map[string]any{"documents": one, "webhook_url": "https://169.254.169.254/"}, 422, "destination_refused", "/webhook_url"},
		"broken JSON":       {`{"documents":[`, 400, "invalid_request", ""},
		"body too large":    {`{"documents":["` + strings.Repeat("a", 5<<20) + `"]}`, 413, "payload_too_large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := w.call(t, "jobs-create", fntest.Request{Body: c.body}).WantProblem(t, c.status, c.code)
			if c.at != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.at) {
				t.Errorf("errors %v, want one at %s", p.Errors, c.at)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	viewer, analyst, operator := w.tenant.As(authz.Viewer), w.tenant.As(authz.Analyst), w.tenant.As(authz.Operator)
	body := map[string]any{"documents": docs(1)}
	w.call(t, "jobs-create", fntest.Request{As: &viewer, Body: body}).WantProblem(t, 403, "forbidden")
	w.call(t, "uploads-create", fntest.Request{As: &viewer, Body: map[string]any{}}).WantProblem(t, 403, "forbidden")
	withText := map[string]any{"documents": docs(1), "options": map[string]any{"include_text": true}}
	w.call(t, "jobs-create", fntest.Request{As: &analyst, Body: withText}).WantProblem(t, 403, "forbidden")

	foreign := w.submit(t, body)
	own := fntest.Decode[jobs.Job](t, w.call(t, "jobs-create", fntest.Request{As: &operator, Body: body}).Want(t, http.StatusAccepted).Body)
	w.call(t, "jobs-cancel", fntest.Request{As: &analyst, Path: path(own.ID)}).WantProblem(t, 403, "forbidden")
	w.call(t, "jobs-cancel", fntest.Request{As: &operator, Path: path(foreign.ID)}).WantProblem(t, 403, "forbidden")
	w.call(t, "jobs-cancel", fntest.Request{As: &operator, Path: path(own.ID)}).Want(t, http.StatusNoContent)
}

func TestTextsOfFindingsNeedThePermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(1), "options": map[string]any{"include_text": true}})
	w.run(t)
	viewer := w.tenant.As(authz.Viewer)
	for as, want := range map[*string]bool{ptr("admin"): true, ptr("viewer"): false} {
		r := fntest.Request{Path: path(j.ID)}
		if *as == "viewer" {
			r.As = &viewer
		}
		res := w.call(t, "jobs-results", r).Want(t, http.StatusOK)
		if got := strings.Contains(string(res.Body), "user0@corp.test"); got != want {
			t.Errorf("%s sees the text: %v, want %v", *as, got, want)
		}
	}
}

// A redaction that keeps values shows them to nobody but who gave the text and who may see texts of findings.
func TestKeptValuesNeedThePermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator, viewer := w.tenant.As(authz.Analyst), w.tenant.As(authz.Viewer)
	for operation, shown := range map[string]bool{
		`{"operator":"keep"}`: false, `{"operator":"mask","keep_last":9}`: false, `{"operator":"replace","by_type":{"EMAIL_ADDRESS":{"operator":"partial"}}}`: false,
		`{"operator":"replace"}`: true, `{"operator":"mask"}`: true,
	} {
		body := `{"documents":[{"id":"1","text":"Write to user0@corp.test."}],"options":{"redaction":` + operation + `}}`
		j := fntest.Decode[jobs.Job](t, w.call(t, "jobs-create", fntest.Request{As: &operator, Body: body}).Want(t, http.StatusAccepted).Body)
		w.run(t)
		for as, want := range map[*authn.Claims]bool{&operator: true, &w.admin: true, &viewer: shown} {
			res := string(w.call(t, "jobs-results", fntest.Request{As: as, Path: path(j.ID)}).Want(t, http.StatusOK).Body)
			if got := strings.Contains(res, "Write to "); got != want || as == &viewer && strings.Contains(res, ".test") {
				t.Errorf("%s: a %s sees %s", operation, as.Role, res)
			}
		}
	}
}

// setState changes the state of the world's tenant.
func (w *world) setState(t *testing.T, state tenant.State) {
	t.Helper()
	by := audit.Actor{Principal: fntest.Principal(t, fntest.Platform(w.tenant.ID))}
	if _, err := w.Registry().Update(t.Context(), by, w.tenant.Scope(t), func(r *registry.Tenant) error { r.State = state; return nil }); err != nil {
		t.Fatal(err)
	}
}

// A suspended tenant's work waits for as long as it takes, and goes on where it was. That of one that is being
// offboarded is not done.
func TestWorkOfATenantThatIsNotServedWaits(t *testing.T) {
	t.Parallel()
	for _, state := range []tenant.State{tenant.StateSuspended, tenant.StateOffboarding} {
		for _, step := range []string{"before it is cut", "before it is analyzed"} {
			t.Run(string(state)+" "+step, func(t *testing.T) {
				t.Parallel()
				w := newLoneWorld(t)
				j := w.submit(t, map[string]any{"documents": docs(2)})
				if step == "before it is analyzed" {
					w.deliver(t, w.tap.take()[0])
				}
				w.setState(t, state)
				before := w.job(t, j.ID)
				w.run(t)
				for range 40 { // a day and a half, in which a job that stands still would be given up
					w.clock.Advance(time.Hour)
					w.Invoke(t, "job-watch", struct{}{})
					if sent := w.tap.take(); len(sent) > 0 {
						t.Fatalf("the watch sent %v", sent)
					}
				}
				if now := w.job(t, j.ID); now.Status != before.Status || now.Counts != before.Counts || len(w.dead) > 0 {
					t.Fatalf("the job is %+v, was %+v", now, before)
				}
				w.setState(t, tenant.StateSuspended) // as one that is offboarded must be before it is served again
				w.setState(t, tenant.StateActive)
				w.clock.Advance(time.Hour)
				w.Invoke(t, "job-watch", struct{}{})
				w.run(t)
				if now := w.job(t, j.ID); now.Status != "completed" || now.Counts.Done != 2 {
					t.Errorf("the job ends as %+v", now)
				}
			})
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestOtherTenants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.submit(t, map[string]any{"documents": docs(1)})
	up := fntest.Decode[jobs.Upload](t, w.call(t, "uploads-create", fntest.Request{Body: map[string]any{}}).Want(t, http.StatusCreated).Body)
	w.run(t)
	other := w.Tenant(t).As(authz.Admin)
	for _, route := range []string{"jobs-get", "jobs-results", "jobs-cancel"} {
		for _, id := range []string{j.ID, "job_01jd3zk8q4x5v6w7y8z9a0b1c2", "x", strings.Repeat("x", 2000)} {
			w.call(t, route, fntest.Request{As: &other, Path: path(id)}).WantProblem(t, 404, "not_found")
		}
	}
	w.call(t, "jobs-create", fntest.Request{As: &other, Body: map[string]any{"upload_id": up.ID}}).WantProblem(t, 422, "invalid_request")
	list := w.call(t, "jobs-list", fntest.Request{As: &other}).Want(t, http.StatusOK)
	if len(list.JSON(t)["data"].([]any)) != 0 {
		t.Errorf("another tenant's list: %s", list.Body)
	}
}

func TestIdempotentCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := fntest.Request{Body: map[string]any{"documents": docs(2)}, Headers: map[string]string{"Idempotency-Key": "once"}}
	first := w.call(t, "jobs-create", r).Want(t, http.StatusAccepted)
	again := w.call(t, "jobs-create", r).Want(t, http.StatusAccepted)
	if string(first.Body) != string(again.Body) || again.Header.Get("Idempotent-Replayed") != "true" || first.Header.Get("Location") != again.Header.Get("Location") {
		t.Errorf("replay %s, first %s", again.Body, first.Body)
	}
	if n := len(w.tap.take()); n != 1 {
		t.Errorf("%d messages sent, want 1", n)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var made []string
	for range 5 {
		made = append([]string{w.submit(t, map[string]any{"documents": docs(1)}).ID}, made...)
	}
	w.call(t, "jobs-cancel", fntest.Request{Path: path(made[0])}).Want(t, http.StatusNoContent)
	type page struct {
		Data       []jobs.Job `json:"data"`
		NextCursor *string    `json:"next_cursor"`
	}
	var got []string
	query := map[string][]string{"limit": {"2"}}
	for range 10 {
		p := fntest.Decode[page](t, w.call(t, "jobs-list", fntest.Request{Query: query}).Want(t, http.StatusOK).Body)
		for _, j := range p.Data {
			got = append(got, j.ID)
		}
		if p.NextCursor == nil {
			break
		}
		query["cursor"] = []string{*p.NextCursor}
	}
	if strings.Join(got, " ") != strings.Join(made, " ") {
		t.Errorf("list %v, want %v", got, made)
	}
	p := fntest.Decode[page](t, w.call(t, "jobs-list", fntest.Request{Query: map[string][]string{"status": {"cancelled"}}}).Want(t, http.StatusOK).Body)
	if len(p.Data) != 1 || p.Data[0].ID != made[0] {
		t.Errorf("cancelled jobs: %+v", p.Data)
	}
	query["status"] = []string{"queued"}
	w.call(t, "jobs-list", fntest.Request{Query: query}).WantProblem(t, 422, "invalid_cursor")
	w.call(t, "jobs-list", fntest.Request{Query: map[string][]string{"limit": {"0"}}}).WantProblem(t, 422, "invalid_request")
	w.call(t, "jobs-results", fntest.Request{Path: path(made[1]), Query: map[string][]string{"cursor": {"x"}}}).WantProblem(t, 422, "invalid_cursor")
}
