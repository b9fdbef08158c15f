package events_test

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
	"guardrails/functions/events"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/eventschema"
	"guardrails/shared/eventtype"
	"guardrails/shared/fntest"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type body = map[string]any

type bench struct {
	*fntest.System
	own   fntest.Tenant
	admin authn.Claims
}

func start(t *testing.T) bench {
	t.Helper()
	sys := fntest.New(t, functions.Catalog(), events.Bindings())
	own := sys.Tenant(t)
	return bench{sys, own, own.As(authz.Admin)}
}

func path(name string) map[string]string { return map[string]string{"name": name} }

// order is a type of which the data are closed.
func order(name string) body {
	return body{"name": name, "description": "An order was placed.", "schema": body{
		"type": "object", "properties": body{"id": body{"type": "string"}}, "required": []string{"id"}, "additionalProperties": false,
	}}
}

func (b bench) create(t *testing.T, in body) fntest.Response {
	t.Helper()
	return b.Call(t, "event-types-create", fntest.Request{As: &b.admin, Body: in})
}

func (b bench) state(t *testing.T) eventtype.State {
	t.Helper()
	s, err := eventtype.New(b.Env().Table(table.Policies)).State(t.Context(), b.own.Scope(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const placed = "orders.order.placed"

func TestLifeOfAnEventType(t *testing.T) {
	t.Parallel()
	b := start(t)
	res := b.create(t, order(placed)).Want(t, 201)
	got := res.JSON(t)
	if res.Header.Get("Location") != "/api/v1/event-types/"+placed || res.Header.Get("ETag") != `"1"` || got["name"] != placed || got["version"] != 1.0 || got["read_only"] != false {
		t.Errorf("created %v with %v", got, res.Header)
	}
	if s, ok := got["schema"].(body); !ok || s["type"] != "object" || got["created_at"] == "" || got["example"] != nil {
		t.Errorf("created %v", got)
	}
	shown := b.Call(t, "event-types-get", fntest.Request{As: &b.admin, Path: path(placed)}).Want(t, 200)
	if string(shown.Body) != string(res.Body) {
		t.Errorf("read %s, created %s", shown.Body, res.Body)
	}
	b.create(t, body{"name": placed}).WantProblem(t, 409, "conflict")

	put := fntest.Request{As: &b.admin, Path: path(placed), Body: body{"name": placed, "schema": body{}}, Headers: map[string]string{"If-Match": `"1"`}}
	changed := b.Call(t, "event-types-update", put).Want(t, 200)
	if v := changed.JSON(t); v["version"] != 2.0 || v["description"] != nil || changed.Header.Get("ETag") != `"2"` {
		t.Errorf("updated %v", v)
	}
	b.Call(t, "event-types-update", put).WantProblem(t, 412, "precondition_failed")
	put.Headers = nil
	if same := b.Call(t, "event-types-update", put).Want(t, 200); same.Header.Get("ETag") != `"2"` {
		t.Error("the same definition made a version")
	}
	if s := b.state(t); s != (eventtype.State{Version: 2, Count: 1}) {
		t.Errorf("state %+v", s)
	}
	b.Call(t, "event-types-delete", fntest.Request{As: &b.admin, Path: path(placed), Headers: map[string]string{"If-Match": `"1"`}}).WantProblem(t, 412, "precondition_failed")
	b.Call(t, "event-types-delete", fntest.Request{As: &b.admin, Path: path(placed), Headers: map[string]string{"If-Match": `"2"`}}).Want(t, 204)
	for _, route := range []string{"event-types-get", "event-types-update", "event-types-delete"} {
		b.Call(t, route, fntest.Request{As: &b.admin, Path: path(placed), Body: `{"schema": 1`}).WantProblem(t, 404, "not_found")
	}
	if s := b.state(t); s != (eventtype.State{Version: 3, Count: 0}) {
		t.Errorf("state after the deletion %+v", s)
	}
	if names, _ := b.names(t, "limit=1"); names[0] != catalog.AnalysisCompletedType {
		t.Errorf("listed after the deletion: %v", names)
	}
	b.create(t, body{"name": placed}).Want(t, 201)
	b.announced(t)
}

// announced checks the events and audit records of a type's life.
func (b bench) announced(t *testing.T) {
	t.Helper()
	var rows []outbox.Row
	if _, err := b.Env().Table(table.Events).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 50, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		if r.Subject != placed {
			continue
		}
		got = append(got, r.Type)
		typ, _ := catalog.Lookup(r.Type)
		if s, faults := eventschema.Parse(typ.Schema, ""); len(faults) > 0 || len(s.Validate(json.RawMessage(r.Data), "")) > 0 {
			t.Errorf("%s does not fit its schema: %s", r.Type, r.Data)
		}
	}
	const created, updated, deleted = catalog.EventTypeCreatedType, catalog.EventTypeUpdatedType, catalog.EventTypeDeletedType
	if want := []string{created, updated, deleted, created}; !slices.Equal(got, want) {
		t.Errorf("events %v", got)
	}
	var records []audit.Record
	if _, err := b.Env().Table(table.Audit).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartAudit, Limit: 50, Oldest: true}, &records); err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, r := range records {
		if r.Target == placed && r.Actor == b.admin.ID {
			got = append(got, fmt.Sprint(r.Action, r.Fields))
		}
	}
	if want := []string{created + "[]", updated + "[description schema]", deleted + "[]", created + "[]"}; !slices.Equal(got, want) {
		t.Errorf("audit records %v", got)
	}
}

func TestTypesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(t, order(placed)).Want(t, 201)
	cases := []struct {
		name     string
		in       body
		location string
	}{
		{"one segment", body{"name": "orders"}, "/name"},
		{"capitals", body{"name": "orders.Order"}, "/name"},
		{"an empty name", body{"name": ""}, "/name"},
		{"a long name", body{"name": "a." + strings.Repeat("b", 127)}, "/name"},
		{"a reserved family", body{"name": "analysis.order.created"}, "/name"},
		{"the platform's own", body{"name": "guardrails.order"}, "/name"},
		{"a type of the catalog", body{"name": "policy.violated"}, "/name"},
		{"a long description", body{"name": "a.b", "description": strings.Repeat("x", 501)}, "/description"},
		{"a schema that is none", body{"name": "a.b", "schema": 1}, "/schema"},
		{"a keyword", body{"name": "a.b", "schema": body{"properties": body{"x": body{"oneOf": []body{}}}}}, "/schema/properties/x/oneOf"},
		{"a field that is not known", body{"name": "a.b", "schemas": body{}}, "/schemas"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := b.create(t, c.in).WantProblem(t, 422, "invalid_request")
			if len(p.Errors) != 1 || p.Errors[0].Location != c.location {
				t.Errorf("errors %+v", p.Errors)
			}
			if c.location == "/name" {
				return
			}
			delete(c.in, "name")
			p = b.Call(t, "event-types-update", fntest.Request{As: &b.admin, Path: path(placed), Body: c.in}).WantProblem(t, 422, "invalid_request")
			if len(p.Errors) != 1 || p.Errors[0].Location != c.location {
				t.Errorf("errors of the update %+v", p.Errors)
			}
		})
	}
	p := b.Call(t, "event-types-update", fntest.Request{As: &b.admin, Path: path(placed), Body: body{"name": "orders.order.lost"}}).WantProblem(t, 422, "invalid_request")
	if len(p.Errors) != 1 || p.Errors[0].Location != "/name" {
		t.Errorf("a new name: %+v", p.Errors)
	}
	b.create(t, body{}).WantProblem(t, 422, "invalid_request")
}

func TestThePlatformsTypesAreReadOnly(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, typ := range catalog.Types() {
		got := b.Call(t, "event-types-get", fntest.Request{As: &b.admin, Path: path(typ.Name)}).Want(t, 200).JSON(t)
		example, _ := got["example"].(body)
		if got["read_only"] != true || got["emitted"] != typ.Emitted || got["schema"].(body)["title"] != typ.Name || example["type"] != typ.Name || got["created_at"] != nil {
			t.Errorf("%s: %v", typ.Name, got)
		}
	}
	b.Call(t, "event-types-update", fntest.Request{As: &b.admin, Path: path("job.failed"), Body: body{}}).WantProblem(t, 403, "forbidden")
	b.Call(t, "event-types-delete", fntest.Request{As: &b.admin, Path: path("job.failed")}).WantProblem(t, 403, "forbidden")
	for _, name := range []string{"job.lost", "orders.order.unknown", "Nonsense", "a%2fb"} {
		b.Call(t, "event-types-get", fntest.Request{As: &b.admin, Path: path(name)}).WantProblem(t, 404, "not_found")
		b.Call(t, "event-types-update", fntest.Request{As: &b.admin, Path: path(name), Body: body{}}).WantProblem(t, 404, "not_found")
	}
}

// names reads one page of the list.
func (b bench) names(t *testing.T, query string) (names []string, next string) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	page := b.Call(t, "event-types-list", fntest.Request{As: &b.admin, Query: q}).Want(t, 200).JSON(t)
	for _, row := range page["data"].([]any) {
		names = append(names, row.(body)["name"].(string))
	}
	next, _ = page["next_cursor"].(string)
	return names, next
}

func TestPagesAreTheWholeList(t *testing.T) {
	t.Parallel()
	b := start(t)
	var want []string
	for n := range 3 {
		name := fmt.Sprintf("orders.order.made_%d", 9-n)
		b.create(t, order(name)).Want(t, 201)
		want = append([]string{name}, want...)
	}
	for _, typ := range catalog.Types() {
		want = append(want, typ.Name)
	}
	for _, limit := range []int{1, 2, 3, 4, 7, 100} {
		var got []string
		query := url.Values{"limit": {fmt.Sprint(limit)}}
		for {
			names, next := b.names(t, query.Encode())
			if len(names) > limit {
				t.Fatalf("%d types on a page of %d", len(names), limit)
			}
			got = append(got, names...)
			if next == "" {
				break
			}
			query.Set("cursor", next)
		}
		// Types that were made within one millisecond stand in the order of their names.
		slices.Sort(got[:3])
		slices.Sort(want[:3])
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v", limit, got)
		}
	}
	b.Call(t, "event-types-list", fntest.Request{As: &b.admin, Query: url.Values{"cursor": {"garbage"}}}).WantProblem(t, 422, "invalid_cursor")
	b.Call(t, "event-types-list", fntest.Request{As: &b.admin, Query: url.Values{"limit": {"101"}}}).WantProblem(t, 422, "invalid_request")
}

func TestTheNumberOfTypesIsBounded(t *testing.T) {
	t.Parallel()
	b := start(t)
	full := eventtype.State{Version: 7, Count: eventtype.Max}
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.EventTypeStateKey(), full, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.create(t, body{"name": placed}).WantProblem(t, 409, "conflict")
}

func TestOfManyWhoCreateATypeOneDoes(t *testing.T) {
	t.Parallel()
	b := start(t)
	statuses := make([]int, 4)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() { statuses[i] = b.create(t, order(placed)).Status })
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 201 || statuses[1] == 201 || b.state(t) != (eventtype.State{Version: 1, Count: 1}) {
		t.Errorf("statuses %v, state %+v", statuses, b.state(t))
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(t, order(placed)).Want(t, 201)
	for _, c := range []struct {
		role   authz.Role
		change int
	}{{authz.Operator, 200}, {authz.Analyst, 403}, {authz.Viewer, 403}} {
		who := b.own.As(c.role)
		b.Call(t, "event-types-list", fntest.Request{As: &who}).Want(t, 200)
		b.Call(t, "event-types-get", fntest.Request{As: &who, Path: path(placed)}).Want(t, 200)
		b.Call(t, "event-types-update", fntest.Request{As: &who, Path: path(placed), Body: order(placed)}).Want(t, c.change)
		if c.change == 403 {
			b.Call(t, "event-types-create", fntest.Request{As: &who, Body: order("orders.order.other")}).WantProblem(t, 403, "forbidden")
			b.Call(t, "event-types-delete", fntest.Request{As: &who, Path: path(placed)}).WantProblem(t, 403, "forbidden")
		}
	}
}

func TestRegulatedTenantsSendIfMatch(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(t, order(placed)).Want(t, 201)
	regulated := b.admin
	regulated.Profile = tenant.ProfileRegulated
	b.Call(t, "event-types-update", fntest.Request{As: &regulated, Path: path(placed), Body: body{}}).WantProblem(t, 428, "precondition_required")
	b.Call(t, "event-types-delete", fntest.Request{As: &regulated, Path: path(placed)}).WantProblem(t, 428, "precondition_required")
}

func TestTenantsHaveTypesOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(t, order(placed)).Want(t, 201)
	other := b.Tenant(t)
	stranger := other.As(authz.Admin)
	for _, route := range []string{"event-types-get", "event-types-update", "event-types-delete"} {
		b.Call(t, route, fntest.Request{As: &stranger, Path: path(placed), Body: body{}}).WantProblem(t, 404, "not_found")
	}
	b.Call(t, "event-types-create", fntest.Request{As: &stranger, Body: body{"name": placed, "description": "Another."}}).Want(t, 201)
	if got := b.Call(t, "event-types-get", fntest.Request{As: &b.admin, Path: path(placed)}).Want(t, 200).JSON(t); got["description"] != "An order was placed." {
		t.Errorf("the type has become %v", got)
	}
}
