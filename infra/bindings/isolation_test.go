package bindings_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/deliver"
	"guardrails/shared/destination"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/inspect"
	"guardrails/shared/outbox"
	"guardrails/shared/record"
)

// canary is a text of globex that must never be shown to acme.
const canary = "globex keeps this to itself 7f3a"

// victim is a tenant with one of everything that an id can name.
type victim struct {
	sys    *fntest.System
	tenant fntest.Tenant
	admin  authn.Claims
	// ids by the route prefix that takes them.
	ids map[string]string
	// receiver is where the victim's webhooks go.
	receiver string
}

// seeders make one thing of the victim for each route prefix with an id. A route whose prefix is missing here fails the
// walk: add how to make the thing that its id names.
var seeders = map[string]func(t *testing.T, v victim) string{
	"/api/v1/analyses/": func(t *testing.T, v victim) string {
		res := v.sys.Call(t, "analyze", fntest.Request{As: &v.admin, Body: map[string]string{"text": canary}}).Want(t, 200)
		a := fntest.Decode[inspect.Analysis](t, res.Body)
		v.work(t, "analysis-record", record.NewMessage(&a))
		return a.ID
	},
	"/api/v1/policies/": func(t *testing.T, v victim) string {
		return v.create(t, "policies-create", map[string]any{"name": canary})
	},
	"/api/v1/event-types/": func(t *testing.T, v victim) string {
		name := "globex.t" + strings.ToLower(rand.Text()) + ".created"
		v.sys.Call(t, "event-types-create", fntest.Request{As: &v.admin, Body: map[string]any{"name": name, "description": canary}}).Want(t, 201)
		return name
	},
	"/api/v1/events/": func(t *testing.T, v victim) string {
		event := map[string]any{"type": "globex.thing.happened", "subject": canary, "data": map[string]string{"note": canary}}
		res := v.sys.Call(t, "events-publish", fntest.Request{As: &v.admin, Body: map[string]any{"events": []any{event}}}).Want(t, 202)
		return res.JSON(t)["accepted"].([]any)[0].(string)
	},
	"/api/v1/destinations/": func(t *testing.T, v victim) string { return v.create(t, "destinations-create", v.destination(canary)) },
	"/api/v1/rules/": func(t *testing.T, v victim) string {
		return v.create(t, "rules-create", observer(canary, v.create(t, "destinations-create", v.destination("d"))))
	},
	"/api/v1/deliveries/": func(t *testing.T, v victim) string {
		destination := v.create(t, "destinations-create", v.destination("d"))
		res := v.sys.Call(t, "destinations-test", fntest.Request{As: &v.admin, Path: map[string]string{"id": destination}}).Want(t, 202).JSON(t)
		event, delivery := res["event_id"].(string), res["delivery_id"].(string)
		v.work(t, "delivery-send", deliver.First(outbox.Row{ID: event, Type: "destination.tested", Version: 1, Data: "{}", To: []string{destination}}, "", 0, destination))
		return delivery
	},
	"/api/v1/jobs/": func(t *testing.T, v victim) string {
		return v.create(t, "jobs-create", map[string]any{"documents": []any{map[string]string{"id": "1", "text": canary}}})
	},
	"/api/v1/api-keys/": func(t *testing.T, v victim) string {
		return v.create(t, "api-keys-create", map[string]any{"name": canary, "scopes": []string{"read:jobs"}})
	},
	"/api/v1/tasks/": func(t *testing.T, v victim) string {
		res := v.sys.Call(t, "legacy-analyze-async", fntest.Request{As: &v.admin, Body: map[string]string{"text": canary}}).Want(t, 200)
		id, _ := res.JSON(t)["task_id"].(string)
		return id
	},
	"/api/v1/tenants/": func(_ *testing.T, v victim) string { return v.tenant.ID },
	"/v1/tenants/":     func(_ *testing.T, v victim) string { return v.tenant.ID },
}

func (v victim) create(t *testing.T, route string, body any) string {
	t.Helper()
	id, ok := v.sys.Call(t, route, fntest.Request{As: &v.admin, Body: body}).JSON(t)["id"].(string)
	if !ok {
		t.Fatalf("%s made nothing", route)
	}
	return id
}

// work gives a worker one message of the victim.
func (v victim) work(t *testing.T, worker string, message any) {
	t.Helper()
	body, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	out := v.sys.Invoke(t, worker, events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "1", Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		MessageAttributes: map[string]events.SQSMessageAttribute{"tenant": {DataType: "String", StringValue: &v.tenant.ID}},
	}}})
	if failed := fntest.Decode[events.SQSEventResponse](t, out).BatchItemFailures; len(failed) > 0 {
		t.Fatalf("%s gave the message back", worker)
	}
}

// destination is a webhook at the victim's receiver.
func (v victim) destination(name string) map[string]any {
	return map[string]any{"name": name, "type": "webhook", "config": map[string]any{"url": v.receiver}}
}

// observer is a rule that watches events which nobody sends.
func observer(name, destination string) map[string]any {
	return map[string]any{"name": name, "event_types": []string{"globex.thing.awaited"}, "actions": []any{map[string]any{"destination_id": destination}}}
}

func newVictim(t *testing.T) victim {
	t.Helper()
	sys := fntest.New(t, functions.Catalog(), bindings.All())
	sys.Config.Destinations = destination.Rules{Private: true} // for the receiver
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(canary)) // whoever does not hear it fails the test
	}))
	t.Cleanup(receiver.Close)
	v := victim{sys: sys, tenant: sys.Tenant(t), ids: map[string]string{}, receiver: receiver.URL}
	v.admin = v.tenant.As(authz.Admin)
	for prefix, seed := range seeders {
		v.ids[prefix] = seed(t, v)
	}
	return v
}

func (v victim) idFor(path string) (string, bool) {
	for prefix, id := range v.ids {
		if strings.HasPrefix(path, prefix) {
			return id, true
		}
	}
	return "", false
}

// state is everything that the victim's own administrator can read of its things.
func (v victim) state(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, s := range functions.Catalog() {
		id, ok := v.idFor(s.Trigger.Path)
		if s.Trigger.Method != http.MethodGet || !ok || len(s.Params()) == 0 || s.Permission == "read:tenants" {
			continue
		}
		got := v.sys.Call(t, s.Name, fntest.Request{As: &v.admin, Path: params(s, id)}).JSON(t)
		delete(got, "next_cursor") // encrypted anew each time
		fmt.Fprintln(&b, s.Name, got)
	}
	return b.String()
}

func params(s fn.Spec, id string) map[string]string {
	out := map[string]string{}
	for _, p := range s.Params() {
		out[p] = id
	}
	return out
}

// bodies are valid bodies for routes that take one, so that a refusal is about the id.
var bodies = map[string]any{
	"policies-update": map[string]any{"name": "x"}, "policies-activate": nil, "policies-dryrun": map[string]any{"text": "x"},
	"event-types-update":   map[string]any{},
	"rules-update":         observer("x", "dst_00000000000000000000000000"),
	"rules-dryrun":         map[string]any{"events": []any{map[string]any{"type": "a.b.c"}}},
	"destinations-confirm": map[string]any{"address": "a@example.com"},
	"destinations-update":  map[string]any{"name": "x", "type": "webhook", "config": map[string]any{"url": "https://hooks.example.com/"}},
	"tenants-update":       map[string]any{"name": "x"}, "tenants-limits": map[string]any{"requests_per_second": 1}, "legacy-tenants-update": map[string]any{"name": "x"},
}

// TestNoRouteReachesAnotherTenant walks every route of the catalogue that takes an id, as acme's administrator with
// globex's ids: the answer is that of an unknown id (or 403 where acme may not call the route at all), it shows nothing
// of globex, and globex is as it was.
func TestNoRouteReachesAnotherTenant(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	before := globex.state(t)
	for _, s := range functions.Catalog() {
		if s.Trigger.Kind != fn.TriggerHTTP || len(s.Params()) == 0 {
			continue
		}
		id, ok := globex.idFor(s.Trigger.Path)
		if !ok {
			t.Errorf("%s %s takes an id and has no seeder in this walk", s.Trigger.Method, s.Trigger.Path)
			continue
		}
		foreign := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Path: params(s, id), Body: bodies[s.Name]})
		unknown := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Path: params(s, unknownLike(id)), Body: bodies[s.Name]})
		want := http.StatusNotFound
		if !fntest.Principal(t, attacker).Allows(s.Permission) {
			want = http.StatusForbidden
		}
		if foreign.Status != want || unknown.Status != want {
			t.Errorf("%s: %d for another tenant's id, %d for an unknown one, want %d", s.Name, foreign.Status, unknown.Status, want)
		}
		if a, b := problem(t, foreign), problem(t, unknown); a != b {
			t.Errorf("%s tells another tenant's id from an unknown one:\n%+v\n%+v", s.Name, a, b)
		}
		if strings.Contains(string(foreign.Body), canary) {
			t.Errorf("%s shows another tenant's text: %s", s.Name, foreign.Body)
		}
	}
	if after := globex.state(t); after != before {
		t.Errorf("globex has changed from\n%s\nto\n%s", before, after)
	}
}

// unknownLike is an id of the same kind that nobody has.
func unknownLike(id string) string {
	return id[:len(id)-6] + strings.Map(func(r rune) rune {
		if r == '0' {
			return '1'
		}
		return '0'
	}, id[len(id)-6:])
}

func problem(t *testing.T, r fntest.Response) string {
	p := fntest.Decode[fn.Problem](t, r.Body)
	p.RequestID = ""
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestListsShowOwnThingsOnly reads every list as acme: nothing of globex is in it, and globex's cursor does not open.
func TestListsShowOwnThingsOnly(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	for prefix, seed := range seeders {
		if prefix != "/api/v1/tenants/" && prefix != "/v1/tenants/" {
			seed(t, globex) // a second one, so that a page of one has a next
		}
	}
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	one := url.Values{"limit": {"1"}}
	for _, s := range functions.Catalog() {
		if s.Trigger.Method != http.MethodGet || len(s.Params()) > 0 || s.Public() || !fntest.Principal(t, attacker).Allows(s.Permission) {
			continue
		}
		res := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker}).Want(t, 200)
		for prefix, id := range globex.ids {
			if strings.Contains(string(res.Body), id) {
				t.Errorf("%s shows acme globex's %s%s", s.Name, prefix, id)
			}
		}
		next, _ := globex.sys.Call(t, s.Name, fntest.Request{As: &globex.admin, Query: one}).JSON(t)["next_cursor"].(string)
		if next == "" {
			continue
		}
		globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Query: url.Values{"cursor": {next}}}).WantProblem(t, 422, "invalid_cursor")
	}
}

// TestIDsInBodiesAreOwn names globex's things in acme's bodies: each is as unknown as one that never was.
func TestIDsInBodiesAreOwn(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	policy := globex.ids["/api/v1/policies/"]
	upload := globex.create(t, "uploads-create", map[string]any{})
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	destination, event := globex.ids["/api/v1/destinations/"], globex.ids["/api/v1/events/"]
	own := victim{sys: globex.sys, tenant: acme, admin: attacker, receiver: globex.receiver}
	ownRule := own.create(t, "rules-create", observer("own", own.create(t, "destinations-create", own.destination("own"))))
	document := []any{map[string]string{"id": "1", "text": "x"}}
	rule := func(id string) any { return observer("x", id) }
	for name, c := range map[string]struct {
		route string
		body  func(id string) any
		id    string
	}{
		"analyze with a policy": {"analyze", func(id string) any { return map[string]any{"text": "x", "policies": []string{id}} }, policy},
		"stream with a policy":  {"analyze-stream", func(id string) any { return map[string]any{"text": "x", "policies": []string{id}} }, policy},
		"redact with a policy":  {"redact", func(id string) any { return map[string]any{"text": "x", "policies": []string{id}} }, policy},
		"job with a policy": {"jobs-create", func(id string) any {
			return map[string]any{"documents": document, "options": map[string]any{"policies": []string{id}}}
		}, policy},
		"job with an upload":              {"jobs-create", func(id string) any { return map[string]any{"upload_id": id} }, upload},
		"rule that sends elsewhere":       {"rules-create", rule, destination},
		"change of a rule":                {"rules-update", rule, destination},
		"check of a rule":                 {"rules-validate", rule, destination},
		"dry run of a rule over an event": {"rules-dryrun", func(id string) any { return map[string]any{"event_ids": []string{id}} }, event},
		"preview of a template": {"templates-preview", func(id string) any {
			return map[string]any{"template": `{"note": event.data.note}`, "event_id": id}
		}, event},
	} {
		path := map[string]string{"id": ownRule}
		foreign := globex.sys.Call(t, c.route, fntest.Request{As: &attacker, Path: path, Body: c.body(c.id)})
		unknown := globex.sys.Call(t, c.route, fntest.Request{As: &attacker, Path: path, Body: c.body(unknownLike(c.id))})
		foreign.Want(t, 422)
		if a, b := problem(t, foreign), problem(t, unknown); a != b {
			t.Errorf("%s tells another tenant's id from an unknown one:\n%s\n%s", name, a, b)
		}
	}
}

// TestFiltersFindOwnThingsOnly asks for deliveries of globex's things as acme: in lists and replays they are none, and
// globex finds each.
func TestFiltersFindOwnThingsOnly(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	delivery := globex.sys.Call(t, "deliveries-get", fntest.Request{As: &globex.admin, Path: map[string]string{"id": globex.ids["/api/v1/deliveries/"]}}).Want(t, 200).JSON(t)
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	for _, name := range []string{"destination_id", "event_id"} {
		q := url.Values{name: {delivery[name].(string)}}
		for as, want := range map[*authn.Claims]int{&attacker: 0, &globex.admin: 1} {
			list := globex.sys.Call(t, "deliveries-list", fntest.Request{As: as, Query: q}).Want(t, 200).JSON(t)["data"].([]any)
			if len(list) != want {
				t.Errorf("deliveries of the %s %s: %d, want %d", name, q, len(list), want)
			}
		}
	}
	for _, dry := range []bool{true, false} {
		filter := map[string]any{"status": "delivered", "destination_id": delivery["destination_id"]}
		body := map[string]any{"filter": filter, "dry_run": dry}
		got := globex.sys.Call(t, "deliveries-replay", fntest.Request{As: &attacker, Body: body}).Want(t, 202).JSON(t)
		if got["matched"] != 0.0 || got["enqueued"] != 0.0 || got["replay_id"] != nil {
			t.Errorf("a replay of another tenant's deliveries, dry %v: %v", dry, got)
		}
	}
	own := globex.sys.Call(t, "deliveries-replay", fntest.Request{As: &globex.admin, Body: map[string]any{"filter": map[string]any{"status": "delivered"}, "dry_run": true}}).Want(t, 202).JSON(t)
	if own["matched"] != 1.0 || own["enqueued"] != 0.0 {
		t.Errorf("the owner's dry run finds %v", own)
	}
}
