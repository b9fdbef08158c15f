package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
)

// visit is one call of a route. Texts may name what earlier visits saved: "$policy".
type visit struct {
	// route is the function's name in the catalogue.
	route string
	// as is who calls: the platform, or "" for acme's administrator. Public routes are called by nobody.
	as string
	// id fills the path's parameter, query and body are sent.
	id, query string
	body      any
	// ifMatch sends what the last visit that saved had as its ETag.
	ifMatch bool
	want    []int
	// until repeats the call while the answer does not hold the text: what it shows is made by a worker.
	until string
	// save is the name that the answer's field is kept under, with its ETag.
	save, field string
}

const platform = "platform"

// nowhere is an address that a tenant may name and no resolver knows: no attempt arrives, which is an answer too.
const nowhere = "https://hooks.example.com/walk"

// observer is a rule on the walk's events.
func observer(condition string) object {
	return object{"name": "walk", "event_types": []string{"walk.step.*"}, "condition": condition, "actions": []object{{"destination_id": "$destination"}}}
}

type object = map[string]any

// visits are calls of every route, in an order in which each finds what it needs.
func visits() []visit {
	ok := []int{http.StatusOK}
	return []visit{
		{route: "health", want: ok},
		{route: "ready", want: ok},
		{route: "openapi", want: ok},
		{route: "docs", want: ok},
		{route: "metrics", as: platform, want: ok, until: `guardrails_queue_up{queue="job-chunks-dlq"} 1`},
		{route: "permissions-list", want: ok},

		{route: "detectors-list", want: ok},
		{route: "frameworks-list", want: ok},
		{route: "analyze", body: object{"text": "Call me at +1 415 555 2671"}, want: ok, save: "analysis", field: "id"},
		{route: "analyze-stream", body: object{"text": "Call me at +1 415 555 2671"}, want: ok, until: `"summary"`},
		{route: "analyses-get", id: "$analysis", want: ok, until: "$analysis"},
		{route: "analyses-list", want: ok, until: "$analysis"},
		{route: "redact", body: object{"text": "Mail jane.roe@corp-mail.com", "redaction": object{"operator": "encrypt"}}, want: ok, save: "redacted", field: "redacted"},
		{route: "restore", body: object{"text": "$redacted"}, want: ok, until: "jane.roe@corp-mail.com"},

		{route: "policies-create", body: object{"name": "walk"}, want: []int{http.StatusCreated}, save: "policy", field: "id"},
		{route: "policies-list", want: ok, until: "$policy"},
		{route: "policies-get", id: "$policy", want: ok, save: "policy", field: "id"},
		{route: "policies-update", id: "$policy", body: object{"name": "walked"}, ifMatch: true, want: ok, save: "policy", field: "id"},
		{route: "policies-versions", id: "$policy", want: ok, until: "walk"},
		{route: "policies-dryrun", id: "$policy", body: object{"text": "x"}, want: ok},
		{route: "policies-activate", id: "$policy", want: ok, ifMatch: true, save: "policy", field: "id"},
		{route: "policies-delete", id: "$policy", ifMatch: true, want: []int{http.StatusNoContent}},

		{route: "event-types-create", body: object{"name": "walk.step.taken"}, want: []int{http.StatusCreated}, save: "type", field: "name"},
		{route: "event-types-list", want: ok, until: "$type"},
		{route: "event-types-update", id: "$type", body: object{"schema": object{"type": "object"}}, ifMatch: true, want: ok, save: "type", field: "name"},
		{route: "event-types-get", id: "$type", want: ok, save: "type", field: "name"},
		{route: "event-types-delete", id: "$type", ifMatch: true, want: []int{http.StatusNoContent}},

		{route: "destinations-create", body: object{"name": "walk", "type": "webhook", "config": object{"url": nowhere}}, want: []int{http.StatusCreated}, save: "destination", field: "id"},
		{route: "destinations-list", want: ok, until: "$destination"},
		{route: "destinations-get", id: "$destination", want: ok, save: "destination", field: "id"},
		{route: "destinations-update", id: "$destination", body: object{"name": "walked", "type": "webhook", "config": object{"url": nowhere}}, ifMatch: true, want: ok},
		{route: "destinations-rotate-secret", id: "$destination", want: ok},
		{route: "destinations-enable", id: "$destination", want: ok},
		{route: "destinations-confirm", id: "$destination", body: object{"address": desk}, want: []int{http.StatusConflict}}, // it has no recipients
		{route: "rules-import", body: object{"pattern": object{"detail-type": []string{"walk.step.taken"}}}, want: ok, until: "walk.step.taken"},
		{route: "rules-validate", body: observer("event.data.step > 0"), want: ok, until: `"valid":true`},
		{route: "rules-create", body: observer("event.data.step > 1"), want: []int{http.StatusCreated}, save: "rule", field: "id"},
		{route: "rules-list", want: ok, until: "$rule"},
		{route: "rules-get", id: "$rule", want: ok, save: "rule", field: "id"},
		{route: "rules-update", id: "$rule", body: observer("event.data.step > 0"), ifMatch: true, want: ok},
		{route: "rules-versions", id: "$rule", want: ok, until: "step > 1"},

		// An event, its match, its delivery and an attempt that fails: each is another function's.
		{route: "events-publish", body: object{"events": []object{{"id": "walk-1", "type": "walk.step.taken", "data": object{"step": 1}}}}, want: []int{http.StatusAccepted}},
		{route: "events-list", want: ok, until: "walk-1"},
		{route: "rules-dryrun", id: "$rule", body: object{"event_ids": []string{"walk-1"}}, want: ok, until: `"matched":true`},
		{route: "templates-preview", body: object{"template": `{"step": event.data.step}`, "event_id": "walk-1"}, want: ok, until: `"step":1`},
		{route: "events-get", id: "walk-1", want: ok, until: "$destination"},
		{route: "destinations-test", id: "$destination", want: []int{http.StatusAccepted}, save: "delivery", field: "delivery_id"},
		{route: "deliveries-get", id: "$delivery", want: ok, until: `"number":1`},
		{route: "deliveries-list", query: "status=pending", want: ok, until: "$delivery"},
		{route: "deliveries-retry", id: "$delivery", want: []int{http.StatusAccepted, http.StatusConflict}}, // an attempt may be under way
		{route: "deliveries-cancel", id: "$delivery", want: ok},
		{route: "deliveries-list", query: "status=cancelled", want: ok, until: "$delivery"},
		{route: "deliveries-replay", body: object{"filter": object{"status": "cancelled"}, "dry_run": true}, want: []int{http.StatusAccepted}, until: `"matched":1`},
		{route: "deliveries-replay", body: object{"filter": object{"status": "cancelled"}}, want: []int{http.StatusAccepted}, until: `"enqueued":1`},
		{route: "deliveries-get", id: "$delivery", want: ok, until: `"next_attempt_at":"2`},
		{route: "rules-get", id: "$rule", want: ok, save: "rule", field: "id"},
		{route: "rules-delete", id: "$rule", ifMatch: true, want: []int{http.StatusNoContent}},
		{route: "destinations-get", id: "$destination", want: ok, save: "destination", field: "id"},
		{route: "destinations-delete", id: "$destination", ifMatch: true, want: []int{http.StatusNoContent}},

		{route: "webhook-secret-update", body: object{}, want: ok},
		{route: "webhook-secret-get", want: ok, until: `"secret":"`},

		{route: "uploads-create", body: object{}, want: []int{http.StatusCreated}},
		{route: "jobs-create", body: object{"documents": []object{{"id": "a", "text": "x"}}, "webhook_url": nowhere}, want: []int{http.StatusAccepted}, save: "job", field: "id"},
		{route: "jobs-get", id: "$job", want: ok, until: `"completed"`},
		{route: "jobs-results", id: "$job", want: ok, until: `"a"`},
		{route: "jobs-list", want: ok, until: "$job"},
		{route: "jobs-create", body: object{"documents": []object{{"id": "a", "text": "x"}}}, want: []int{http.StatusAccepted}, save: "job", field: "id"},
		{route: "jobs-cancel", id: "$job", want: []int{http.StatusNoContent, http.StatusConflict}}, // it may be done already

		{route: "tenants-create", as: platform, body: object{"name": "Walk"}, want: []int{http.StatusCreated}, save: "tenant", field: "id"},
		{route: "tenants-list", as: platform, want: ok, until: "$tenant"},
		{route: "tenants-get", as: platform, id: "$tenant", want: ok, save: "tenant", field: "id"},
		{route: "tenants-update", as: platform, id: "$tenant", body: object{"name": "Walked"}, ifMatch: true, want: ok, save: "tenant", field: "id"},
		{route: "tenants-limits", as: platform, id: "$tenant", body: object{"requests_per_second": 50}, ifMatch: true, want: ok},
		{route: "tenants-get", as: platform, id: "$tenant", want: ok, save: "tenant", field: "id"},
		{route: "tenants-delete", as: platform, id: "$tenant", ifMatch: true, want: []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent}},
		{route: "tenant-get", want: ok, save: "own", field: "id"},
		{route: "tenant-update", body: object{"name": "Acme"}, ifMatch: true, want: ok},
		{route: "tenant-limits", want: ok},

		{route: "api-keys-create", body: object{"name": "walk", "scopes": []string{"read:jobs"}}, want: []int{http.StatusCreated}, save: "key", field: "id"},
		{route: "api-keys-list", want: ok, until: "$key"},
		{route: "api-keys-rotate", id: "$key", body: object{}, want: ok},
		{route: "api-keys-delete", id: "$key", want: []int{http.StatusOK, http.StatusNoContent}},

		{route: "legacy-health", want: ok},
		{route: "legacy-analyze", body: object{"prompt": "x"}, want: ok},
		{route: "legacy-analyze-async", body: object{"text": "x", "webhook_url": nowhere, "sign_payload": true}, want: ok},
		{route: "legacy-compliance-async", query: "text=x&frameworks=hipaa", want: ok},
		{route: "legacy-redact-async", query: "text=x", want: ok},
		{route: "legacy-pii-async", query: "text=x", want: ok, save: "task", field: "task_id"},
		{route: "legacy-task-get", id: "$task", want: ok, until: `"SUCCESS"`},
		{route: "legacy-task-result", id: "$task", want: ok},
		{route: "legacy-task-cancel", id: "$task", want: ok},
		{route: "legacy-task-workers", want: ok},
		{route: "legacy-task-pending", want: ok},
		{route: "legacy-tokens-stats", want: ok},
		{route: "legacy-tenants-create", as: platform, body: object{"name": "Walk Too"}, want: []int{http.StatusOK, http.StatusCreated}, save: "older", field: "id"},
		{route: "legacy-tenants-list", as: platform, want: ok, until: "$older"},
		{route: "legacy-tenants-get", as: platform, id: "$older", want: ok},
		{route: "legacy-tenants-update", as: platform, id: "$older", body: object{"name": "Walked Too"}, want: ok},
		{route: "legacy-tenants-delete", as: platform, id: "$older", want: []int{http.StatusOK, http.StatusNoContent}},
	}
}

const (
	// walkWithin bounds the walk, visitWithin how long one visit waits for a worker.
	walkWithin  = 4 * time.Minute
	visitWithin = 30 * time.Second
)

// walker remembers what visits saved.
type walker struct {
	*deployment
	specs map[string]fn.Spec
	saved map[string]string
	etag  string
}

// walk calls every route of the catalogue with its function's own role, and each schedule, and reads the functions' logs:
// a grant that is missing shows as an answer that is not wanted, or as an error that was logged.
func (d *deployment) walk(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, walkWithin)
	defer cancel()
	w := &walker{deployment: d, specs: map[string]fn.Spec{}, saved: map[string]string{}}
	missing := map[string]bool{}
	for _, s := range functions.Catalog() {
		w.specs[s.Name] = s
		if s.Trigger.Kind == fn.TriggerHTTP {
			missing[s.Name] = true
		}
	}
	routes := len(missing)
	for _, v := range visits() {
		if err := w.visit(ctx, v); err != nil {
			return err
		}
		delete(missing, v.route)
	}
	if len(missing) > 0 {
		return fmt.Errorf("no visit calls the routes %v", slices.Sorted(maps.Keys(missing)))
	}
	if err := w.schedules(ctx); err != nil {
		return err
	}
	if err := w.quiet(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(d.out, "%d routes answer with their own roles, and no function logs an error\n", routes)
	return nil
}

func (w *walker) visit(ctx context.Context, v visit) error {
	ctx, cancel := context.WithTimeout(ctx, visitWithin)
	defer cancel()
	for {
		a, err := w.call(ctx, v)
		if err != nil {
			return fmt.Errorf("%s: %w", v.route, err)
		}
		wanted := slices.Contains(v.want, a.status)
		if wanted && strings.Contains(a.body, w.fill(v.until)) {
			return w.keep(v, a)
		}
		if v.until == "" || !wanted && a.status != http.StatusNotFound {
			return fmt.Errorf("%s answered %d, want %v: %s", v.route, a.status, v.want, a.body)
		}
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return fmt.Errorf("%s never showed %q, the last answer is %d: %s", v.route, w.fill(v.until), a.status, a.body)
		}
	}
}

func (w *walker) call(ctx context.Context, v visit) (answer, error) {
	spec, ok := w.specs[v.route]
	if !ok {
		return answer{}, fmt.Errorf("the catalogue has no route %q", v.route)
	}
	path := spec.Trigger.Path
	for _, p := range spec.Params() {
		path = strings.ReplaceAll(path, "{"+p+"}", w.fill(v.id))
	}
	if v.query != "" {
		path += "?" + v.query
	}
	body, err := encode(v.body)
	if err != nil {
		return answer{}, fmt.Errorf("encode the body: %w", err)
	}
	header := http.Header{}
	if spec.Lines {
		header.Set("Content-Type", fn.LinesType)
	}
	if v.ifMatch {
		header.Set("If-Match", w.etag)
	}
	var key string
	switch {
	case spec.Public():
	case v.as == platform:
		key = w.keys.PlatformAdminKey
	default:
		key = w.keys.Tenants[0].AdminKey
	}
	return w.send(ctx, header, spec.Trigger.Method, path, key, w.fill(body))
}

// fill puts what was saved in the place of its names.
func (w *walker) fill(s string) string {
	for name, value := range w.saved {
		s = strings.ReplaceAll(s, "$"+name, value)
	}
	return s
}

func (w *walker) keep(v visit, a answer) error {
	if v.save == "" {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(a.body), &fields); err != nil {
		return fmt.Errorf("%s: decode the answer: %w", v.route, err)
	}
	value, ok := fields[v.field].(string)
	if !ok {
		return fmt.Errorf("%s: the answer has no text %q: %s", v.route, v.field, a.body)
	}
	w.saved[v.save], w.etag = value, a.header.Get("ETag")
	return nil
}

// schedules runs each scheduled function once, as its rule does, which the emulator's clock would take a minute for.
func (w *walker) schedules(ctx context.Context) error {
	cfg, err := provision.Loopback(w.stack.Endpoint)
	if err != nil {
		return err
	}
	api := lambda.NewFromConfig(cfg)
	for name, s := range w.specs {
		if s.Trigger.Kind != fn.TriggerSchedule {
			continue
		}
		out, err := api.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(resource.Function(environment, name)), Qualifier: aws.String(plan.LiveAlias), Payload: []byte("{}")})
		if err != nil {
			return fmt.Errorf("run %s: %w", name, err)
		}
		if out.FunctionError != nil {
			return fmt.Errorf("%s failed: %s", name, out.Payload)
		}
	}
	return nil
}

// quiet fails if a function has logged an error, or that AWS refused it something that it can do without.
func (w *walker) quiet(ctx context.Context) error {
	cfg, err := provision.Loopback(w.stack.Endpoint)
	if err != nil {
		return err
	}
	api := cloudwatchlogs.NewFromConfig(cfg)
	lines := 0
	for name := range w.specs {
		group := "/aws/lambda/" + resource.Function(environment, name)
		out, err := api.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
		if err != nil {
			return fmt.Errorf("read the log of %s: %w", name, err)
		}
		for _, e := range out.Events {
			if strings.Contains(aws.ToString(e.Message), `"level":`) {
				lines++
			}
			if m := aws.ToString(e.Message); strings.Contains(m, `"level":"ERROR"`) || strings.Contains(m, "AccessDenied") {
				return fmt.Errorf("%s logged %s", name, strings.TrimSpace(aws.ToString(e.Message)))
			}
		}
	}
	if lines == 0 {
		return errors.New("the functions have logged nothing")
	}
	return nil
}
