package policies_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/functions"
	"guardrails/functions/policies"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/registry"
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
	sys := fntest.New(t, functions.Catalog(), policies.Bindings())
	own := sys.Tenant(t)
	return bench{sys, own, own.As(authz.Admin)}
}

func path(id string) map[string]string { return map[string]string{"id": id} }

// desk is a policy with one rule of its own.
func desk(name string) body {
	return body{"name": name, "extends": []string{"hipaa"}, "rules": []body{{
		"name": "Code names", "severity": "high", "action": "block", "keywords": []string{"project bluebird"},
	}}}
}

func (b bench) create(t *testing.T, in body) (string, fntest.Response) {
	t.Helper()
	res := b.Call(t, "policies-create", fntest.Request{As: &b.admin, Body: in}).Want(t, 201)
	return res.JSON(t)["id"].(string), res
}

func (b bench) state(t *testing.T) policystore.State {
	t.Helper()
	s, err := policystore.New(b.Env().Table(table.Policies)).State(t.Context(), b.own.Scope(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLifeOfAPolicy(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, res := b.create(t, desk("Desk"))
	got := res.JSON(t)
	if res.Header.Get("Location") != "/api/v1/policies/"+id || res.Header.Get("ETag") != `"1"` || got["status"] != "inactive" || got["read_only"] != false {
		t.Errorf("created %v with %v", got, res.Header)
	}
	if rule := got["rules"].([]any)[0].(body); rule["id"] != "rule_001" || rule["patterns"] == nil || rule["entity_types"] == nil {
		t.Errorf("the rule has no id, or lacks a list: %v", rule)
	}
	shown := b.Call(t, "policies-get", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200)
	if string(shown.Body) != string(res.Body) {
		t.Errorf("read %s, created %s", shown.Body, res.Body)
	}

	next := desk("Desk II")
	put := fntest.Request{As: &b.admin, Path: path(id), Body: next, Headers: map[string]string{"If-Match": `"1"`}}
	changed := b.Call(t, "policies-update", put).Want(t, 200)
	if z := changed.JSON(t); z["version"] != 2.0 || z["name"] != "Desk II" || changed.Header.Get("ETag") != `"2"` {
		t.Errorf("updated %v", z)
	}
	b.Call(t, "policies-update", put).WantProblem(t, 412, "precondition_failed")
	put.Headers = nil
	if same := b.Call(t, "policies-update", put).Want(t, 200); same.Header.Get("ETag") != `"2"` {
		t.Error("the same definition made a version")
	}

	active := b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200)
	if active.JSON(t)["status"] != "active" || active.Header.Get("ETag") != `"2"` {
		t.Errorf("activated %s", active.Body)
	}
	if s := b.state(t); s.Count != 1 || s.Version != 3 || len(s.Active) != 1 {
		t.Errorf("state %+v", s)
	}
	b.Call(t, "policies-delete", fntest.Request{As: &b.admin, Path: path(id), Headers: map[string]string{"If-Match": `"1"`}}).WantProblem(t, 412, "precondition_failed")
	b.Call(t, "policies-delete", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 204)
	if s := b.state(t); s.Count != 0 || len(s.Active) != 0 {
		t.Errorf("state after the deletion %+v", s)
	}
	for _, route := range []string{"policies-get", "policies-delete", "policies-versions", "policies-activate", "policies-update", "policies-dryrun"} {
		b.Call(t, route, fntest.Request{As: &b.admin, Path: path(id), Body: `{"text": 1`}).WantProblem(t, 404, "not_found")
	}
	if got := types(t, b); got != "[policy.activated policy.created policy.deleted policy.updated tenant.created]" {
		t.Errorf("events %s", got)
	}
}

// types are the tenant's events, in the order of the alphabet.
func types(t *testing.T, b bench) string {
	t.Helper()
	var rows []struct {
		Type string `dynamodbav:"type"`
	}
	if _, err := b.Env().Table(table.Events).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 50}, &rows); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.Type] = true
	}
	var out []string
	for _, typ := range []string{"policy.activated", "policy.created", "policy.deleted", "policy.updated", "tenant.created"} {
		if seen[typ] {
			out = append(out, typ)
		}
	}
	return fmt.Sprint(out)
}

func TestVersionsAreKept(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.create(t, desk("v1"))
	for n := 2; n <= 5; n++ {
		b.Call(t, "policies-update", fntest.Request{As: &b.admin, Path: path(id), Body: desk(fmt.Sprint("v", n))}).Want(t, 200)
	}
	var got []string
	query := url.Values{"limit": {"2"}}
	for {
		page := b.Call(t, "policies-versions", fntest.Request{As: &b.admin, Path: path(id), Query: query}).Want(t, 200).JSON(t)
		for _, row := range page["data"].([]any) {
			v := row.(body)
			got = append(got, fmt.Sprintf("%v:%v:%d:%v", v["version"], v["name"], len(v["rules"].([]any)), v["created_by"] == b.admin.ID))
		}
		next, ok := page["next_cursor"].(string)
		if !ok {
			break
		}
		query.Set("cursor", next)
	}
	if want := "5:v5:1:true 4:v4:1:true 3:v3:1:true 2:v2:1:true 1:v1:1:true"; strings.Join(got, " ") != want {
		t.Errorf("versions %v", got)
	}
	other, _ := b.create(t, desk("other"))
	b.Call(t, "policies-versions", fntest.Request{As: &b.admin, Path: path(other), Query: query}).WantProblem(t, 422, "invalid_cursor")
}

func TestAPolicyThatIsTooLarge(t *testing.T) {
	t.Parallel()
	b := start(t)
	digest := sha256.Sum256([]byte("x"))
	allow := slices.Repeat([]body{{"hmac": hex.EncodeToString(digest[:])}}, 45_000)
	b.Call(t, "policies-create", fntest.Request{As: &b.admin, Body: body{"name": "large", "allow": allow}}).WantProblem(t, 413, "payload_too_large")
}

// TestALargeDictionary takes a policy with a dictionary that fits no item of the table through its life.
func TestALargeDictionary(t *testing.T) {
	t.Parallel()
	b := start(t)
	terms := make([]string, 40_000)
	for i := range terms {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
		terms[i] = "k" + hex.EncodeToString(sum[:8])
	}
	large := body{"name": "Codes", "patterns": []body{{"name": "CODES", "terms": terms, "whole_word": true, "fuzzy": true, "regexes": []body{{"pattern": `\d\d-[a-z]`}}}}}
	id, _ := b.create(t, large)
	shown := b.Call(t, "policies-get", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200).JSON(t)
	if n := len(shown["patterns"].([]any)[0].(body)["terms"].([]any)); n != len(terms) {
		t.Errorf("%d terms came back", n)
	}
	if same := b.Call(t, "policies-update", fntest.Request{As: &b.admin, Path: path(id), Body: large}).Want(t, 200); same.Header.Get("ETag") != `"1"` {
		t.Error("the same dictionary made a version")
	}
	typo := terms[7_777][:4] + "x" + terms[7_777][5:]
	dry := b.Call(t, "policies-dryrun", fntest.Request{As: &b.admin, Path: path(id), Body: body{"text": "codes " + terms[39_999] + " and " + typo}}).Want(t, 200).JSON(t)
	if found := dry["findings"].([]any); len(found) != 2 || found[0].(body)["type"] != "CODES" {
		t.Errorf("found %v", found)
	}
	if w := dry["warnings"].([]any); len(w) != 1 || w[0].(body)["code"] != "no_literal" || w[0].(body)["pattern"] != "CODES" {
		t.Errorf("warnings %v", w)
	}
	large["patterns"].([]body)[0]["terms"] = append(terms[1:], "another")
	if changed := b.Call(t, "policies-update", fntest.Request{As: &b.admin, Path: path(id), Body: large}).Want(t, 200); changed.Header.Get("ETag") != `"2"` {
		t.Error("another dictionary made no version")
	}
	b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200)
	if rows := b.Call(t, "policies-versions", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200).JSON(t)["data"].([]any); len(rows) != 2 {
		t.Errorf("%d versions", len(rows))
	}
	rows := b.Call(t, "policies-list", fntest.Request{As: &b.admin}).Want(t, 200).JSON(t)["data"].([]any)
	if rows[0].(body)["id"] != id || rows[0].(body)["name"] != "Codes" {
		t.Errorf("listed %v", rows[0])
	}
}

func TestShippedPoliciesAreReadOnly(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, p := range policy.Packs() {
		id := p.ID
		got := b.Call(t, "policies-get", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200).JSON(t)
		if got["id"] != id || got["read_only"] != true || got["name"] == "" || len(got["rules"].([]any)) == 0 {
			t.Errorf("%s: %v", id, got)
		}
	}
	b.Call(t, "policies-update", fntest.Request{As: &b.admin, Path: path("hipaa"), Body: desk("x")}).WantProblem(t, 403, "forbidden")
	b.Call(t, "policies-delete", fntest.Request{As: &b.admin, Path: path("hipaa")}).WantProblem(t, 403, "forbidden")
	if rows := b.Call(t, "policies-versions", fntest.Request{As: &b.admin, Path: path("hipaa")}).Want(t, 200).JSON(t)["data"].([]any); len(rows) != 1 {
		t.Errorf("versions %v", rows)
	}
	if got := b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path("hipaa")}).Want(t, 200).JSON(t); got["status"] != "active" {
		t.Errorf("activated %v", got["status"])
	}
	off := fntest.Request{As: &b.admin, Path: path("hipaa"), Body: body{"active": false}}
	if got := b.Call(t, "policies-activate", off).Want(t, 200).JSON(t); got["status"] != "inactive" {
		t.Errorf("deactivated %v", got["status"])
	}
	if s := b.state(t); s.Version != 2 || len(s.Active) != 0 {
		t.Errorf("state %+v", s)
	}
	b.Call(t, "policies-activate", off).Want(t, 200)
	if s := b.state(t); s.Version != 2 {
		t.Error("a change of nothing was written")
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	b := start(t)
	const canary = "CANARY-in-a-policy"
	cases := []struct {
		name, location string
		in             any
	}{
		{"no name", "", body{"rules": []body{}}},
		{"unknown pack", "/extends/0", body{"name": "x", "extends": []string{canary}}},
		{"unknown action", "/rules/0/action", body{"name": "x", "rules": []body{{"name": "r", "severity": "low", "action": canary, "keywords": []string{"k"}}}}},
		{"bad pattern", "/rules/0/patterns/0", body{"name": "x", "rules": []body{{"name": "r", "severity": "low", "action": "flag", "patterns": []string{"(" + canary}}}}},
		{"bad threshold", "", body{"name": "x", "thresholds": body{"EMAIL_ADDRESS": 2}}},
		{"server's field", "/version", body{"name": "x", "version": 7}},
		{"unknown field", "/extra", body{"name": "x", "extra": canary}},
	}
	id, _ := b.create(t, desk("x"))
	for _, c := range cases {
		for _, route := range []string{"policies-create", "policies-update"} {
			t.Run(c.name+" "+route, func(t *testing.T) {
				t.Parallel()
				res := b.Call(t, route, fntest.Request{As: &b.admin, Path: path(id), Body: c.in})
				p := res.WantProblem(t, 422, "invalid_request")
				if strings.Contains(string(res.Body), canary) {
					t.Errorf("echo: %s", res.Body)
				}
				if c.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.location) {
					t.Errorf("errors %+v, want %s", p.Errors, c.location)
				}
			})
		}
	}
}

func TestForeignPolicies(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.create(t, desk("mine"))
	stranger := b.Tenant(t).As(authz.Admin)
	for _, foreign := range []string{id, "pol_00000000000000000000000000", "nonsense"} {
		for _, route := range []string{"policies-get", "policies-update", "policies-delete", "policies-versions", "policies-activate", "policies-dryrun"} {
			b.Call(t, route, fntest.Request{As: &stranger, Path: path(foreign), Body: `{"nonsense": 1}`}).WantProblem(t, 404, "not_found")
		}
	}
	for _, row := range b.Call(t, "policies-list", fntest.Request{As: &stranger}).Want(t, 200).JSON(t)["data"].([]any) {
		if row.(body)["read_only"] != true {
			t.Errorf("a stranger sees %v", row)
		}
	}
	if got := b.Call(t, "policies-get", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200).JSON(t); got["version"] != 1.0 {
		t.Errorf("the policy is %v", got)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.create(t, desk("p"))
	all := map[string]any{
		"policies-list": nil, "policies-get": nil, "policies-versions": nil, "policies-create": desk("q"), "policies-update": desk("r"),
		"policies-activate": nil, "policies-dryrun": body{"text": "hello"}, "policies-delete": nil,
	}
	allowed := map[authz.Role]string{
		authz.Operator: "policies-list policies-get policies-versions policies-create policies-update policies-activate policies-dryrun",
		authz.Analyst:  "policies-list policies-get policies-versions policies-dryrun",
		authz.Viewer:   "policies-list policies-get policies-versions",
	}
	for role, routes := range allowed {
		as := b.own.As(role)
		for route, in := range all {
			res := b.Call(t, route, fntest.Request{As: &as, Path: path(id), Body: in})
			if strings.Contains(routes+" ", route+" ") != (res.Status < 300) || res.Status >= 300 && res.Status != 403 {
				t.Errorf("%s %s: %d", role, route, res.Status)
			}
		}
	}
	b.Call(t, "policies-list", fntest.Request{}).WantProblem(t, 401, "unauthenticated")
	analyst := b.own.As(authz.Analyst)
	b.Call(t, "policies-dryrun", fntest.Request{As: &analyst, Path: path(id), Body: body{"text": "hello", "include_text": true}}).WantProblem(t, 403, "forbidden")
}

func TestRegulatedTenantsSendIfMatch(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.NewTenant(t, registry.New{Profile: tenant.ProfileRegulated})
	as := own.As(authz.Admin)
	id := b.Call(t, "policies-create", fntest.Request{As: &as, Body: desk("x")}).Want(t, 201).JSON(t)["id"].(string)
	for route, in := range map[string]any{"policies-update": desk("y"), "policies-activate": nil, "policies-delete": nil} {
		b.Call(t, route, fntest.Request{As: &as, Path: path(id), Body: in}).WantProblem(t, 428, "precondition_required")
	}
	b.Call(t, "policies-update", fntest.Request{As: &as, Path: path(id), Body: desk("y"), Headers: map[string]string{"If-Match": `"1"`}}).Want(t, 200)
}

func TestListPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	var want []string
	for i := range 5 {
		id, _ := b.create(t, desk(fmt.Sprint("list ", i)))
		want = append([]string{id}, want...)
	}
	for _, p := range policy.Packs() {
		want = append(want, p.ID)
	}
	for _, active := range []string{want[1], "gdpr"} {
		b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(active)}).Want(t, 200)
	}
	// Pages end before, at and after the border between own policies and packs, and at the end of the list.
	for limit := 1; limit <= len(want)+1; limit++ {
		if diff := cmp.Diff(want, b.listAll(t, limit)); diff != "" {
			t.Errorf("in pages of %d:\n%s", limit, diff)
		}
	}
	active, shipped := 0, 0
	for _, row := range b.Call(t, "policies-list", fntest.Request{As: &b.admin, Query: url.Values{"limit": {"100"}}}).JSON(t)["data"].([]any) {
		s := row.(body)
		if s["read_only"] == true {
			shipped++
		} else if s["rule_count"] != 1.0 {
			t.Errorf("summary %v", s)
		}
		if s["status"] == "active" {
			active++
			if s["id"] == "gdpr" && s["rule_count"] != 8.0 {
				t.Errorf("summary %v", s)
			}
		}
	}
	if active != 2 || shipped != len(policy.Packs()) {
		t.Errorf("%d are active, %d shipped", active, shipped)
	}
}

// listAll reads the list in pages of at most limit, and returns the ids.
func (b bench) listAll(t *testing.T, limit int) []string {
	t.Helper()
	var got []string
	query := url.Values{"limit": {fmt.Sprint(limit)}}
	for {
		page := b.Call(t, "policies-list", fntest.Request{As: &b.admin, Query: query}).Want(t, 200).JSON(t)
		rows := page["data"].([]any)
		if len(rows) == 0 || len(rows) > limit {
			t.Fatalf("a page of %d rows", len(rows))
		}
		for _, row := range rows {
			got = append(got, row.(body)["id"].(string))
		}
		next, ok := page["next_cursor"].(string)
		if !ok {
			return got
		}
		query.Set("cursor", next)
	}
}

func TestCreateIsIdempotent(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: desk("once"), Headers: map[string]string{"Idempotency-Key": "p"}}
	first, again := b.Call(t, "policies-create", req).Want(t, 201), b.Call(t, "policies-create", req).Want(t, 201)
	if string(first.Body) != string(again.Body) || again.Header.Get("Location") == "" || b.state(t).Count != 1 {
		t.Errorf("first %s, again %s", first.Body, again.Body)
	}
	req.Body = desk("twice")
	b.Call(t, "policies-create", req).WantProblem(t, 422, "idempotency_mismatch")
}

func TestTheNumberOfPoliciesIsBounded(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(t, desk("first"))
	full := policystore.State{Version: 1, Count: policystore.MaxPolicies}
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.PolicyStateKey(), full, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.Call(t, "policies-create", fntest.Request{As: &b.admin, Body: desk("one more")}).WantProblem(t, 409, "conflict")
}

func TestWritersDoNotLoseUpdates(t *testing.T) {
	t.Parallel()
	b := start(t)
	ids := make([]string, 4)
	for i := range ids {
		ids[i], _ = b.create(t, desk(fmt.Sprint("race ", i)))
	}
	var wg sync.WaitGroup
	statuses := make([]int, len(ids))
	for i, id := range ids {
		wg.Go(func() {
			statuses[i] = b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(id)}).Status
		})
	}
	wg.Wait()
	done := 0
	for _, s := range statuses {
		switch s {
		case 200:
			done++
		case 409, 503:
		default:
			t.Errorf("status %d", s)
		}
	}
	if s := b.state(t); len(s.Active) != done || done == 0 {
		t.Errorf("%d activations succeeded, the state is %+v", done, s)
	}
}

func TestAPackHasOneVersionAndNoOtherCursor(t *testing.T) {
	t.Parallel()
	b := start(t)
	versions := func(id, query string) fntest.Response {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return b.Call(t, "policies-versions", fntest.Request{As: &b.admin, Path: path(id), Query: q})
	}
	if page := versions("hipaa", "limit=1").Want(t, 200).JSON(t); len(page["data"].([]any)) != 1 || page["next_cursor"] != nil {
		t.Errorf("versions of a pack: %v", page)
	}
	versions("hipaa", "cursor=garbage").WantProblem(t, 422, "invalid_cursor")
	own, _ := b.create(t, desk("Desk"))
	b.Call(t, "policies-update", fntest.Request{As: &b.admin, Path: path(own), Body: desk("Desk II")}).Want(t, 200)
	foreign := versions(own, "limit=1").Want(t, 200).JSON(t)["next_cursor"].(string)
	versions("hipaa", "cursor="+foreign).WantProblem(t, 422, "invalid_cursor")
	versions("pol_01jd3zk8q4x5v6w7y8z9a0b1c2", "limit=0").WantProblem(t, 404, "not_found")
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.create(t, desk("dry"))
	run := func(in body) fntest.Response {
		return b.Call(t, "policies-dryrun", fntest.Request{As: &b.admin, Path: path(id), Body: in})
	}
	got := run(body{"text": "All about Project Bluebird."}).Want(t, 200).JSON(t)
	if v := got["violations"].([]any); got["decision"] != "block" || len(v) != 1 || v[0].(body)["rule_id"] != "rule_001" {
		t.Errorf("dry run %v", got)
	}
	if got := run(body{"text": "All about robins."}).Want(t, 200).JSON(t); got["decision"] != "allow" {
		t.Errorf("dry run %v", got)
	}
	p := run(body{"text": "x", "policies": []string{"pol_unknown"}}).WantProblem(t, 422, "invalid_request")
	if len(p.Errors) != 1 || p.Errors[0].Location != "/policies/0" {
		t.Errorf("errors %+v", p.Errors)
	}
	run(body{"text": ""}).WantProblem(t, 422, "invalid_request")
	run(body{}).WantProblem(t, 422, "invalid_request")
	var rows []body
	if _, err := b.Env().Table(table.Jobs).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartAnalyses, Limit: 5}, &rows); err != nil || len(rows) != 0 {
		t.Errorf("a dry run was recorded: %v, %v", rows, err)
	}
}

// patterned is a policy with a type of its own.
func patterned(name, regex string) body {
	return body{"name": name, "patterns": []body{{"name": "CASE_NUMBER", "regexes": []body{{"pattern": regex, "score": 0.8}}}}}
}

func TestPatternsAndDomainsOfAPolicy(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, res := b.create(t, body{
		"name": "desk", "patterns": []body{{"name": "TICKET", "terms": []string{"tck1"}, "action": "block", "operator": "remove"}},
		"allow": []body{{"domain": "corp-mail.com"}}, "deny": []body{{"domain": "evil.com", "type": "PHISHING"}},
	})
	if p := res.JSON(t)["patterns"].([]any)[0].(body); p["action"] != "block" || p["operator"] != "remove" || p["name"] != "TICKET" {
		t.Errorf("shown as %v", p)
	}
	got := b.Call(t, "policies-dryrun", fntest.Request{As: &b.admin, Path: path(id), Body: body{"text": "tck1 of jane.roe@corp-mail.com, eve@mx.evil.com"}}).Want(t, 200).JSON(t)
	// The denied domain is listed beside the address that it is in, which is replaced as a whole.
	if got["decision"] != "block" || got["redacted"] != " of jane.roe@corp-mail.com, [EMAIL_ADDRESS]" {
		t.Errorf("decided %v, redacted %v", got["decision"], got["redacted"])
	}
	var types []any
	for _, f := range got["findings"].([]any) {
		types = append(types, f.(body)["type"])
	}
	if !slices.Contains(types, any("PHISHING")) || !slices.Contains(types, any("EMAIL_ADDRESS")) {
		t.Errorf("found %v", types)
	}
	bad := body{"name": "x", "patterns": []body{{"name": "T", "terms": []string{"x"}, "action": "nothing"}}, "allow": []body{{"domain": "a domain"}}}
	p := b.Call(t, "policies-create", fntest.Request{As: &b.admin, Body: bad}).WantProblem(t, 422, "invalid_request")
	if len(p.Errors) == 0 || p.Errors[0].Location != "/patterns/0/action" {
		t.Errorf("errors %v", p.Errors)
	}
}

func TestActivePoliciesWorkTogether(t *testing.T) {
	t.Parallel()
	b := start(t)
	first, _ := b.create(t, patterned("one", `CN-\d{4}`))
	second, _ := b.create(t, patterned("two", `CN-\d{6}`))
	same, _ := b.create(t, patterned("three", `CN-\d{4}`))
	activate := func(id string) fntest.Response {
		return b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(id)})
	}
	activate(first).Want(t, 200)
	activate(same).Want(t, 200)
	activate(second).WantProblem(t, 409, "conflict")
	put := fntest.Request{As: &b.admin, Path: path(same), Body: patterned("three", `CN-\d{8}`)}
	b.Call(t, "policies-update", put).WantProblem(t, 409, "conflict")
	put.Path = path(second)
	b.Call(t, "policies-update", put).Want(t, 200)
	if s := b.state(t); fmt.Sprint(s.Active) != fmt.Sprint([]string{first, same}) {
		t.Errorf("active %v", s.Active)
	}
}

func TestTheNumberOfActivePoliciesIsBounded(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.create(t, desk("one more"))
	full := policystore.State{Version: 1, Count: 21}
	for n := range 20 {
		full.Active = append(full.Active, fmt.Sprintf("pol_%026d", n))
	}
	if err := b.Env().Table(table.Policies).Put(t.Context(), b.own.Scope(t), table.PolicyStateKey(), full, table.Always()); err != nil {
		t.Fatal(err)
	}
	b.Call(t, "policies-activate", fntest.Request{As: &b.admin, Path: path(id)}).WantProblem(t, 409, "conflict")
}
