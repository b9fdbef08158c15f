package rules_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	catalog "guardrails/events"
	"guardrails/functions"
	"guardrails/functions/rules"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type body = map[string]any

type bench struct {
	*fntest.System
	post  *fntest.Post
	own   fntest.Tenant
	admin authn.Claims
	// desk is a destination of the tenant.
	desk string
	ids  *id.Generator
}

func start(t *testing.T) bench {
	t.Helper()
	sys := fntest.New(t, functions.Catalog(), rules.Bindings())
	post := sys.Post()
	own := sys.Tenant(t)
	b := bench{System: sys, post: post, own: own, admin: own.As(authz.Admin), ids: id.NewGenerator(clock.System(), nil)}
	b.desk = b.destination(t, own, false)
	return b
}

// destination plants a destination.
func (b bench) destination(t *testing.T, of fntest.Tenant, hidden bool) string {
	t.Helper()
	d := deliver.Destination{ID: b.ids.New(id.Destination), Version: 1, Name: "Desk", Type: "webhook", Config: "{}", Status: deliver.Active, Hidden: hidden}
	if err := b.Env().Table(table.Policies).Put(t.Context(), of.Scope(t), table.DestinationKey(d.ID), d, table.Always()); err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func path(id string) map[string]string { return map[string]string{"id": id} }

// orders is a rule that an order's status sets off.
func (b bench) orders(more body) body {
	out := body{
		"name": "New orders", "event_types": []string{"orders.order.created"}, "condition": `event.data.status == "new"`,
		"actions": []body{{"destination_id": b.desk}},
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func (b bench) call(t *testing.T, name, ruleID string, in any) fntest.Response {
	t.Helper()
	r := fntest.Request{As: &b.admin, Body: in}
	if ruleID != "" {
		r.Path = path(ruleID)
	}
	return b.Call(t, name, r)
}

func (b bench) create(t *testing.T, in body) string {
	t.Helper()
	return b.call(t, "rules-create", "", in).Want(t, 201).JSON(t)["id"].(string)
}

func (b bench) state(t *testing.T) rulestore.State {
	t.Helper()
	s, err := rulestore.New(b.Env().Table(table.Policies)).State(t.Context(), b.own.Scope(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLifeOfARule(t *testing.T) {
	t.Parallel()
	b := start(t)
	res := b.call(t, "rules-create", "", b.orders(body{
		"description": "For the desk.",
		"actions":     []body{{"destination_id": b.desk, "template": `{"text": event.subject}`, "on_failure": "alert", "retry": body{"strategy": "linear", "max_attempts": 3}}},
	})).Want(t, 201)
	got := res.JSON(t)
	ruleID := got["id"].(string)
	if res.Header.Get("Location") != "/api/v1/rules/"+ruleID || res.Header.Get("ETag") != `"1"` || got["version"] != 1.0 || got["enabled"] != true || got["indexed"] != true {
		t.Errorf("created %v with %v", got, res.Header)
	}
	action := got["actions"].([]any)[0].(body)
	if action["template"] == nil || action["on_failure"] != "alert" || action["retry"].(body)["max_attempts"] != 3.0 {
		t.Errorf("action %v", action)
	}
	shown := b.call(t, "rules-get", ruleID, nil).Want(t, 200)
	health := shown.JSON(t)["health"].(body)
	if shown.Header.Get("ETag") != `"1"` || health["matches"] != 0.0 || health["last_matched_at"] != nil {
		t.Errorf("read %s", shown.Body)
	}
	off := b.orders(body{"enabled": false})
	put := fntest.Request{As: &b.admin, Path: path(ruleID), Body: off, Headers: map[string]string{"If-Match": `"1"`}}
	if v := b.Call(t, "rules-update", put).Want(t, 200); v.Header.Get("ETag") != `"2"` || v.JSON(t)["enabled"] != false || v.JSON(t)["description"] != nil {
		t.Errorf("updated %s", v.Body)
	}
	b.Call(t, "rules-update", put).WantProblem(t, 412, "precondition_failed")
	put.Headers = nil
	if same := b.Call(t, "rules-update", put).Want(t, 200); same.Header.Get("ETag") != `"2"` {
		t.Error("the same definition made a version")
	}
	versions := b.call(t, "rules-versions", ruleID, nil).Want(t, 200).JSON(t)["data"].([]any)
	if len(versions) != 2 || versions[0].(body)["version"] != 2.0 || versions[1].(body)["description"] != "For the desk." {
		t.Errorf("versions %v", versions)
	}
	del := fntest.Request{As: &b.admin, Path: path(ruleID), Headers: map[string]string{"If-Match": `"1"`}}
	b.Call(t, "rules-delete", del).WantProblem(t, 412, "precondition_failed")
	del.Headers = nil
	b.Call(t, "rules-delete", del).Want(t, 204)
	for _, route := range []string{"rules-get", "rules-update", "rules-delete", "rules-versions", "rules-dryrun"} {
		b.call(t, route, ruleID, `{"name": 1`).WantProblem(t, 404, "not_found")
	}
	if s := b.state(t); s.Version != 3 || s.Count != 0 || s.Unindexed != 0 || len(s.Recent) != 3 {
		t.Errorf("state %+v", s)
	}
	var rows []outbox.Row
	if _, err := b.Env().Table(table.Events).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 50, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, r := range rows {
		if r.Subject == ruleID {
			types = append(types, r.Type)
		}
	}
	if want := []string{catalog.RuleCreatedType, catalog.RuleUpdatedType, catalog.RuleDeletedType}; !slices.Equal(types, want) {
		t.Errorf("events %v", types)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	foreign, hidden := b.destination(t, b.Tenant(t), false), b.destination(t, b.own, true)
	to := func(list ...string) body {
		var actions []body
		for _, d := range list {
			actions = append(actions, body{"destination_id": d})
		}
		return body{"actions": actions}
	}
	const secret = "literal-of-theirs" // what is looked for has letters that no number, id or time has
	for _, c := range []struct {
		name, location, message string
		more                    body
	}{
		{"no name", "/name", "", body{"name": ""}},
		{"no types", "/event_types", "", body{"event_types": []string{}}},
		{"a strange type", "/event_types/0", "", body{"event_types": []string{"or ders of mine"}}},
		{"no actions", "/actions", "", body{"actions": []body{}}},
		{"eleven actions", "/actions", "", to(slices.Repeat([]string{b.desk}, 11)...)},
		{"an unknown destination", "/actions/0/destination_id", "no destination", to("dst_01jd3zk8q4x5v6w7y8z9a0b1c2")},
		{"no id of one", "/actions/1/destination_id", "no destination", to(b.desk, "nonsense-of-theirs")},
		{"another tenant's", "/actions/0/destination_id", "no destination", to(foreign)},
		{"a hidden one", "/actions/0/destination_id", "no destination", to(hidden)},
		{"one twice", "/actions/1/destination_id", "once", to(b.desk, b.desk)},
		{"broken CEL", "/condition", "line 1, column 1", body{"condition": "&& " + secret}},
		{"broken CEL below", "/condition", "line 2, column 18", body{"condition": "event.subject ==\n  event.subject ++ '" + secret + "'"}},
		{"an unknown name", "/condition", "line 1, column 1", body{"condition": "name_of_theirs == 1"}},
		{"no bool", "/condition", "bool", body{"condition": "'" + secret + "'"}},
		{"a field that the type has not", "/condition", "line 1", body{"event_types": []string{"analysis.completed"}, "condition": "event.data.field_of_theirs == '" + secret + "'"}},
		{"loops", "/condition", "cost", body{"condition": "event.data.a.all(x, event.data.a.all(y, event.data.a.all(z, x == y && y == z)))"}},
		{"too long", "/condition", "", body{"condition": strings.Repeat("true && ", 600) + "true"}},
		{"a type that the condition excludes", "/condition", "none", body{"condition": `event.type == "orders.order.deleted"`}},
		{"a template of no map", "/actions/0/template", "map", body{"actions": []body{{"destination_id": b.desk, "template": "'" + secret + "'"}}}},
		{"a broken template", "/actions/0/template", "line 1", body{"actions": []body{{"destination_id": b.desk, "template": "{'" + secret + "': }"}}}},
		{"a policy that is none", "/actions/0/on_failure", "", body{"actions": []body{{"destination_id": b.desk, "on_failure": "shout about it"}}}},
		{"no strategy", "/actions/0/retry/strategy", "", body{"actions": []body{{"destination_id": b.desk, "retry": body{"strategy": "desperately often"}}}}},
		{"many attempts", "/actions/0/retry/max_attempts", "", body{"actions": []body{{"destination_id": b.desk, "retry": body{"max_attempts": 18}}}}},
		{"an unknown field", "/priority", "", body{"priority": 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, route := range []string{"rules-create", "rules-validate", "rules-update"} {
				id := ""
				if route == "rules-update" {
					id = ruleID
				}
				p := b.call(t, route, id, b.orders(c.more)).WantProblem(t, 422, "invalid_request")
				if len(p.Errors) == 0 || p.Errors[0].Location != c.location || !strings.Contains(p.Errors[0].Message, c.message) {
					t.Errorf("%s: errors %+v", route, p.Errors)
				}
				if text := fmt.Sprint(p.Errors); strings.Contains(text, "theirs") {
					t.Errorf("%s echoes what was sent: %s", route, text)
				}
			}
		})
	}
	t.Cleanup(func() {
		if strings.Contains(b.Log.String(), "theirs") {
			t.Error("a rule stands in the log")
		}
	})
}

func TestValidateKeepsNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	got := b.call(t, "rules-validate", "", b.orders(nil)).Want(t, 200).JSON(t)
	if got["valid"] != true || got["indexed"] != true || got["cost"].(float64) <= 0 {
		t.Errorf("validated %v", got)
	}
	if got := b.call(t, "rules-validate", "", b.orders(body{"condition": "event.data.n > 3"})).Want(t, 200).JSON(t); got["indexed"] != false {
		t.Errorf("validated %v", got)
	}
	if list := b.call(t, "rules-list", "", nil).Want(t, 200).JSON(t)["data"].([]any); len(list) != 0 || b.state(t).Version != 0 {
		t.Errorf("kept %v", list)
	}
}

// plant sets the state of the tenant's rules.
func (b bench) plant(t *testing.T, s rulestore.State) {
	t.Helper()
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.RuleStateKey(), s, table.Always()); err != nil {
		t.Fatal(err)
	}
}

func TestTheNumberOfRulesIsBounded(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	loose := b.orders(body{"condition": ""})
	b.plant(t, rulestore.State{Version: 5, Count: rulestore.MaxRules, Unindexed: 3})
	b.call(t, "rules-create", "", b.orders(nil)).WantProblem(t, 409, "conflict")
	b.call(t, "rules-update", ruleID, b.orders(body{"name": "Still possible"})).Want(t, 200)
	b.plant(t, rulestore.State{Version: 9, Count: 300, Unindexed: rule.MaxUnindexed})
	b.call(t, "rules-create", "", loose).WantProblem(t, 409, "conflict")
	b.call(t, "rules-update", ruleID, loose).WantProblem(t, 409, "conflict")
	loose["enabled"] = false
	b.call(t, "rules-update", ruleID, loose).Want(t, 200)
	if s := b.state(t); s.Unindexed != rule.MaxUnindexed || s.Count != 300 {
		t.Errorf("state %+v", s)
	}
	size := b.state(t).Size
	b.plant(t, rulestore.State{Version: 15, Count: 300, Size: rulestore.MaxSize})
	b.call(t, "rules-create", "", b.orders(nil)).WantProblem(t, 409, "conflict")
	b.call(t, "rules-update", ruleID, b.orders(body{"description": strings.Repeat("x", 500)})).WantProblem(t, 409, "conflict")
	b.plant(t, rulestore.State{Version: 20, Size: size, Count: 300, Unindexed: rule.MaxUnindexed - 1})
	loose["enabled"] = true
	b.call(t, "rules-update", ruleID, loose).Want(t, 200)
	if s := b.state(t); s.Unindexed != rule.MaxUnindexed {
		t.Errorf("state %+v", s)
	}
	b.call(t, "rules-update", ruleID, b.orders(nil)).Want(t, 200)
	b.call(t, "rules-delete", ruleID, nil).Want(t, 204)
	if s := b.state(t); s.Unindexed != rule.MaxUnindexed-1 || s.Count != 299 || s.Size != 0 {
		t.Errorf("state %+v", s)
	}
}

func TestRegulatedTenantsSendIfMatch(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	regulated := b.admin
	regulated.Profile = tenant.ProfileRegulated
	b.Call(t, "rules-update", fntest.Request{As: &regulated, Path: path(ruleID), Body: b.orders(nil)}).WantProblem(t, 428, "precondition_required")
	b.Call(t, "rules-delete", fntest.Request{As: &regulated, Path: path(ruleID)}).WantProblem(t, 428, "precondition_required")
}

func TestWhoMayChangeRules(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	viewer, other := b.own.As(authz.Viewer), b.Tenant(t).As(authz.Admin)
	b.Call(t, "rules-list", fntest.Request{As: &viewer}).Want(t, 200)
	b.Call(t, "rules-get", fntest.Request{As: &viewer, Path: path(ruleID)}).Want(t, 200)
	for _, route := range []string{"rules-create", "rules-validate", "rules-import", "templates-preview"} {
		b.Call(t, route, fntest.Request{As: &viewer, Body: `{`}).WantProblem(t, 403, "forbidden")
	}
	for _, route := range []string{"rules-update", "rules-delete", "rules-dryrun"} {
		b.Call(t, route, fntest.Request{As: &viewer, Path: path("rul_01jd3zk8q4x5v6w7y8z9a0b1c2"), Body: `{`}).WantProblem(t, 403, "forbidden")
	}
	for _, route := range []string{"rules-get", "rules-update", "rules-delete", "rules-versions", "rules-dryrun"} {
		b.Call(t, route, fntest.Request{As: &other, Path: path(ruleID), Body: b.orders(nil)}).WantProblem(t, 404, "not_found")
	}
	if list := b.Call(t, "rules-list", fntest.Request{As: &other}).Want(t, 200).JSON(t)["data"].([]any); len(list) != 0 {
		t.Errorf("another tenant sees %v", list)
	}
}

func TestPagesOfRulesAreTheWholeList(t *testing.T) {
	t.Parallel()
	b := start(t)
	var want []string
	for i := range 5 {
		want = append([]string{b.create(t, b.orders(body{"name": fmt.Sprint("Rule ", i)}))}, want...)
	}
	for _, limit := range []string{"1", "2", "5", "100"} {
		var got []string
		q := url.Values{"limit": {limit}}
		for {
			page := b.Call(t, "rules-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)
			for _, r := range page["data"].([]any) {
				got = append(got, r.(body)["id"].(string))
			}
			next, ok := page["next_cursor"].(string)
			if !ok {
				break
			}
			q.Set("cursor", next)
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %s: %v", limit, got)
		}
	}
	other := b.Tenant(t).As(authz.Admin)
	q := url.Values{"limit": {"1"}}
	q.Set("cursor", b.Call(t, "rules-list", fntest.Request{As: &b.admin, Query: q}).JSON(t)["next_cursor"].(string))
	b.Call(t, "rules-list", fntest.Request{As: &other, Query: q}).WantProblem(t, 422, "invalid_cursor")
	b.Call(t, "rules-versions", fntest.Request{As: &b.admin, Path: path(want[0]), Query: q}).WantProblem(t, 422, "invalid_cursor")
}

func TestManyWhoChangeRulesAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	statuses := make([]int, 6)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			if i%2 == 0 {
				statuses[i] = b.call(t, "rules-create", "", b.orders(nil)).Status
				return
			}
			statuses[i] = b.Call(t, "rules-update", fntest.Request{As: &b.admin, Path: path(ruleID), Body: b.orders(body{"name": fmt.Sprint("By ", i)}), Headers: map[string]string{"If-Match": `"1"`}}).Status
		})
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range statuses {
		count[s]++
	}
	// Of those who change the same version one does; whoever met too many others is told so.
	if count[200] > 1 || count[200]+count[412]+count[409]+count[201] != 6 {
		t.Errorf("statuses %v", statuses)
	}
	if s := b.state(t); s.Count != 1+count[201] || s.Version != int64(1+count[201]+count[200]) {
		t.Errorf("state %+v of %v", s, statuses)
	}
}

func TestARepeatedCreationMakesOneRule(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: b.orders(nil), Headers: map[string]string{"Idempotency-Key": "one"}}
	first, again := b.Call(t, "rules-create", req).Want(t, 201), b.Call(t, "rules-create", req).Want(t, 201)
	if string(first.Body) != string(again.Body) || again.Header.Get("Idempotent-Replayed") != "true" || b.state(t).Count != 1 {
		t.Errorf("first %s, again %s", first.Body, again.Body)
	}
}

// TestACreationWhoseAnswerWasLostIsFoundAgain repeats a request that a store had carried out without being heard.
func TestACreationWhoseAnswerWasLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: b.orders(nil), Headers: map[string]string{"Idempotency-Key": "lost"}}
	b.Deafen("rule.created")
	b.Call(t, "rules-create", req).WantProblem(t, 503, "overloaded")
	b.Deafen("")
	got := b.Call(t, "rules-create", req).Want(t, 201).JSON(t)
	if s := b.state(t); s.Count != 1 || s.Recent[0].Rule != got["id"] || got["version"] != 1.0 {
		t.Errorf("created %v, state %+v", got, s)
	}
}

type results struct {
	Results []struct {
		EventID     string `json:"event_id"`
		Matched     bool
		Explanation rule.Explanation
		Actions     []struct {
			DestinationID string `json:"destination_id"`
			Data          json.RawMessage
			Error         string
		}
	}
}

func (b bench) dryrun(t *testing.T, ruleID string, in body) results {
	t.Helper()
	return fntest.Decode[results](t, b.call(t, "rules-dryrun", ruleID, in).Want(t, 200).Body)
}

// event plants an event that came.
func (b bench) event(t *testing.T, status string) string {
	t.Helper()
	r := outbox.Row{ID: b.ids.New(id.Event), Type: "orders.order.created", Version: 1, Subject: "order-1", Time: "2026-01-01T00:00:00.000Z", Data: fmt.Sprintf(`{"status":%q}`, status)}
	if err := b.Env().Table(table.Events).Put(t.Context(), b.own.Scope(t), table.EventKey(r.ID), r, table.Always()); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func TestADryRunExplainsAndSendsNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	second := b.destination(t, b.own, false)
	ruleID := b.create(t, b.orders(body{
		"condition": `event.data.status == "new" && event.data.total > 10`,
		"actions":   []body{{"destination_id": b.desk}, {"destination_id": second, "template": `{"text": event.subject + ": " + string(event.data.who)}`}},
	}))
	b.post.Take("events")
	got := b.dryrun(t, ruleID, body{"events": []body{
		{"type": "orders.order.created", "subject": "order-1", "data": body{"status": "new", "total": 12, "who": "Jo"}},
		{"type": "orders.order.created", "id": "mine", "data": body{"status": "new", "total": 9}},
		{"type": "orders.order.created", "data": body{"status": "new", "total": 12}},
		{"type": "orders.order.created", "data": body{"status": "new"}},
		{"type": "orders.order.deleted", "data": body{"status": "new", "total": 12}},
	}}).Results
	first := got[0]
	if !first.Matched || len(first.Explanation.Parts) != 2 || first.Explanation.Parts[1].Result != "true" || len(first.Actions) != 2 ||
		string(first.Actions[1].Data) != `{"text":"order-1: Jo"}` || string(first.Actions[0].Data) != `{"status":"new","total":12,"who":"Jo"}` {
		t.Errorf("first %+v", first)
	}
	if got[1].Matched || got[1].EventID != "mine" || got[1].Explanation.Parts[1].Result != "false" || len(got[1].Actions) != 0 {
		t.Errorf("second %+v", got[1])
	}
	if !got[2].Matched || got[2].Actions[1].Error == "" || got[2].Actions[1].Data != nil {
		t.Errorf("one whose template fails %+v", got[2])
	}
	if got[3].Matched || got[3].Explanation.Code == "" || got[3].Explanation.Parts[1].Result != "error" {
		t.Errorf("one without a field %+v", got[3])
	}
	if got[4].Matched || got[4].Explanation.Type {
		t.Errorf("one of another type %+v", got[4])
	}
	if len(b.post.Take("deliveries"))+len(b.post.Take("events")) != 0 {
		t.Error("a dry run sends")
	}
	if h := b.call(t, "rules-get", ruleID, nil).JSON(t)["health"].(body); h["matches"] != 0.0 {
		t.Errorf("a dry run counts: %v", h)
	}
}

// TestADryRunShowsWhatWouldBeSent has numbers with more digits than a float keeps.
func TestADryRunShowsWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(body{"condition": ""}))
	const data = `{"i":12345678901234567890,"z":1.10,"a":null}`
	got := b.call(t, "rules-dryrun", ruleID, `{"events":[{"type":"orders.order.created","data":`+data+`},{"type":"orders.order.created","data":null,"previous":null}]}`).Want(t, 200)
	r := fntest.Decode[results](t, got.Body).Results
	if string(r[0].Actions[0].Data) != data || string(r[1].Actions[0].Data) != "{}" {
		t.Errorf("would be sent: %s", got.Body)
	}
	for location, in := range map[string]string{"/events/0/data": `[1]`, "/events/0/previous": `{"type":"a.b","previous":"a text of theirs"}`} {
		if location == "/events/0/data" {
			in = `{"type":"a.b","data":` + in + `}`
		}
		p := b.call(t, "rules-dryrun", ruleID, `{"events":[`+in+`]}`).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%s: %+v", in, p.Errors)
		}
	}
}

func TestADryRunOnPastEvents(t *testing.T) {
	t.Parallel()
	b := start(t)
	ruleID := b.create(t, b.orders(nil))
	now, old := b.event(t, "new"), b.event(t, "old")
	got := b.dryrun(t, ruleID, body{"event_ids": []string{old, now}}).Results
	if len(got) != 2 || got[0].Matched || !got[1].Matched || got[1].EventID != now {
		t.Errorf("by ids %+v", got)
	}
	since := clock.Format(id.Time(now))
	if got := b.dryrun(t, ruleID, body{"since": since}).Results; len(got) < 2 || got[0].EventID != old {
		t.Errorf("since %+v", got)
	}
	if got := b.dryrun(t, ruleID, body{"until": "2020-01-01T00:00:00Z"}).Results; len(got) != 0 {
		t.Errorf("until long ago %+v", got)
	}
	foreign := b
	foreign.own = b.Tenant(t)
	theirs := foreign.event(t, "new")
	for location, in := range map[string]body{
		"/events":           {},
		"/event_ids/1":      {"event_ids": []string{now, theirs}},
		"/since":            {"since": "yesterday"},
		"/until":            {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
		"/events/0/payload": {"events": []body{{"type": "a.b", "payload": 1}}},
	} {
		p := b.call(t, "rules-dryrun", ruleID, in).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%v: %+v", in, p.Errors)
		}
	}
	b.call(t, "rules-dryrun", ruleID, body{"events": []body{{"type": "a.b"}}, "since": since}).WantProblem(t, 422, "invalid_request")
	b.call(t, "rules-dryrun", ruleID, body{"event_ids": slices.Repeat([]string{now}, 101)}).WantProblem(t, 422, "invalid_request")
}

func TestImportOfPatterns(t *testing.T) {
	t.Parallel()
	b := start(t)
	got := b.call(t, "rules-import", "", body{"pattern": body{"detail-type": []string{"orders.order.created"}, "detail": body{"status": []string{"new"}, "total": []body{{"numeric": []any{">", 10}}}}}}).Want(t, 200).JSON(t)
	types, condition := got["event_types"].([]any), got["condition"].(string)
	if len(types) != 1 || types[0] != "orders.order.created" {
		t.Errorf("imported %v", got)
	}
	ruleID := b.create(t, b.orders(body{"event_types": types, "condition": condition}))
	tried := b.dryrun(t, ruleID, body{"events": []body{
		{"type": "orders.order.created", "data": body{"status": "new", "total": 11}}, {"type": "orders.order.created", "data": body{"status": "new", "total": 10}},
	}}).Results
	if !tried[0].Matched || tried[1].Matched {
		t.Errorf("the imported condition %q: %+v", condition, tried)
	}
	for location, pattern := range map[string]body{
		"/pattern/detail/a/0": {"detail": body{"a": []body{{"exotic": "a text of theirs"}}}},
		"/pattern":            nil,
		"/pattern/detail/a":   {"detail": body{"a": "a text of theirs"}},
	} {
		p := b.call(t, "rules-import", "", body{"pattern": pattern}).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%v: %+v", pattern, p.Errors)
		}
	}
}

func TestPreviewOfTemplates(t *testing.T) {
	t.Parallel()
	b := start(t)
	const template = `{"s": event.subject, "n": event.data.status}`
	came := b.event(t, "new")
	for name, in := range map[string]body{
		"made up": {"template": template, "event": body{"type": "a.b", "subject": "order-1", "data": body{"status": "new"}}},
		"came":    {"template": template, "event_id": came},
	} {
		if got := b.call(t, "templates-preview", "", in).Want(t, 200).JSON(t)["data"]; fmt.Sprint(got) != "map[n:new s:order-1]" {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := b.call(t, "templates-preview", "", body{"template": `{"t": event.type}`, "event_type": "analysis.completed"}).Want(t, 200).JSON(t)["data"].(body); got["t"] != "analysis.completed" {
		t.Errorf("an example: %v", got)
	}
	for location, in := range map[string]body{
		"/template":   {"template": "{'sensitive text of mine': }", "event_id": came},
		"/event":      {"template": template},
		"/event_id":   {"template": template, "event_id": "evt_01jd3zk8q4x5v6w7y8z9a0b1c2"},
		"/event_type": {"template": template, "event_type": "orders.order.created"},
	} {
		p := b.call(t, "templates-preview", "", in).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%v: %+v", in, p.Errors)
		}
	}
	p := b.call(t, "templates-preview", "", body{"template": `{"n": event.data.none}`, "event_id": came}).WantProblem(t, 422, "invalid_request")
	if p.Errors[0].Location != "/template" {
		t.Errorf("one that fails: %+v", p.Errors)
	}
}
