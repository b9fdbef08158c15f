package bindings_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
)

// schema is as much of a JSON schema as names of fields need.
type schema struct {
	Ref        string            `json:"$ref"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional json.RawMessage   `json:"additionalProperties"`
}

// apiSchemas are the schemas of the OpenAPI document, and of bodies by operation.
type apiSchemas struct {
	named  map[string]schema
	bodies map[string]schema
}

func readSchemas(t *testing.T) apiSchemas {
	t.Helper()
	raw, err := fn.OpenAPI(functions.Catalog(), bindings.All())
	if err != nil {
		t.Fatal(err)
	}
	type operation struct {
		ID   string `json:"operationId"`
		Body struct {
			Content map[string]struct {
				Schema schema `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	}
	doc := fntest.Decode[struct {
		Paths      map[string]map[string]operation `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}](t, raw)
	out := apiSchemas{named: doc.Components.Schemas, bodies: map[string]schema{}}
	for _, item := range doc.Paths {
		for _, op := range item {
			if body, ok := op.Body.Content["application/json"]; ok {
				out.bodies[op.ID] = body.Schema
			}
		}
	}
	return out
}

// place is where a field stands: what is around it, and whether fields that nobody knows may stand beside it.
type place struct {
	around  func(any) any
	pointer string
	name    string
	lenient bool
}

// fields lists every field of a body, those of fields included.
func (a apiSchemas) fields(s schema, at place, depth int) []place {
	s = a.resolved(s)
	if depth == 0 {
		return nil
	}
	var out []place
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		here := at
		here.name, here.lenient = name, string(s.Additional) == "true"
		inside := place{pointer: at.pointer + "/" + name, around: func(v any) any { return at.around(map[string]any{name: v}) }}
		out = append(append(out, here), a.fields(s.Properties[name], inside, depth-1)...)
	}
	if s.Items != nil {
		inside := place{pointer: at.pointer + "/0", around: func(v any) any { return at.around([]any{v}) }}
		out = append(out, a.fields(*s.Items, inside, depth-1)...)
	}
	var member schema
	if json.Unmarshal(s.Additional, &member) == nil {
		inside := place{pointer: at.pointer + "/x", around: func(v any) any { return at.around(map[string]any{"x": v}) }}
		out = append(out, a.fields(member, inside, depth-1)...)
	}
	return out
}

func (a apiSchemas) resolved(s schema) schema {
	for s.Ref != "" {
		s = a.named[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// TestFieldsHaveOneSpelling sends each field of each body of the catalogue in another spelling, with a value that fits
// no schema: new routes refuse the name, the older ones take it for a field that they do not know.
func TestFieldsHaveOneSpelling(t *testing.T) {
	t.Parallel()
	own := newVictim(t)
	platform := own.sys.PlatformTenant(t)
	schemas := readSchemas(t)
	before, checked := own.state(t), 0
	for _, s := range functions.Catalog() {
		body, ok := schemas.bodies[s.Name]
		if !ok {
			continue
		}
		as := func() *authn.Claims {
			c := own.tenant.As(authz.Admin)
			if !fntest.Principal(t, c).Allows(s.Permission) {
				c = fntest.Platform(platform.ID)
			}
			return &c
		}
		id, _ := own.idFor(s.Trigger.Path)
		for _, f := range schemas.fields(body, place{around: func(v any) any { return v }}, 6) {
			checked++
			other := strings.ToUpper(f.name)
			res := own.sys.Call(t, s.Name, fntest.Request{As: as(), Path: params(s, id), Body: f.around(map[string]any{other: []any{-1}})})
			if f.lenient {
				without := own.sys.Call(t, s.Name, fntest.Request{As: as(), Path: params(s, id), Body: f.around(map[string]any{})})
				if a, b := problem(t, res), problem(t, without); a != b || res.Status != without.Status {
					t.Errorf("%s reads %s/%s: %d %s, without it %d %s", s.Name, f.pointer, other, res.Status, a, without.Status, b)
				}
				continue
			}
			p := fntest.Decode[fn.Problem](t, res.Body)
			unknown := errs.Field{Location: f.pointer + "/" + other, Message: "unexpected property"}
			if res.Status != 422 || !slices.Contains(p.Errors, unknown) {
				t.Errorf("%s takes %s/%s for a field: %d %+v", s.Name, f.pointer, other, res.Status, p.Errors)
			}
		}
	}
	if after := own.state(t); after != before || checked < 100 {
		t.Errorf("after %d fields the tenant has changed from\n%s\nto\n%s", checked, before, after)
	}
}

// TestTheValidatedFieldIsUsed sends the attacks that a second spelling made possible.
func TestTheValidatedFieldIsUsed(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), bindings.All())
	acme := sys.Tenant(t)
	admin, platform := acme.As(authz.Admin), fntest.Platform(sys.PlatformTenant(t).ID)
	for _, c := range []struct {
		route, body string
		as          *authn.Claims
	}{
		{"api-keys-create", `{"name":"x","scopes":["read:jobs"],"expires_in_days":1,"EXPIRES_IN_DAYS":-5}`, nil},
		{"api-keys-create", `{"name":"x","scopes":["read:jobs"],"ſcopes":["*"]}`, nil},
		{"tenant-update", `{"name":"Acme","NAME":""}`, nil},
		{"tenants-update", `{"plan":"basic","PLAN":"bogus"}`, &platform},
		{"uploads-create", `{"content_type":"a/b","CONTENT_TYPE":"text/html\r\nX-Evil: 1"}`, nil},
		{"jobs-create", `{"documents":[{"text":"a"}],"DOCUMENTS":[]}`, nil},
		{"events-publish", `{"type":"acme.thing.happened","TYPE":"analysis.completed"}`, nil},
		{"events-publish", `{"events":[{"type":"acme.thing.happened"}],"EVENTS":[]}`, nil},
		{"event-types-create", `{"name":"acme.thing.happened","NAME":"analysis.completed"}`, nil},
		{"destinations-create", `{"name":"x","type":"webhook","config":{"url":"https://hooks.example.com/","URL":"https://169.254.169.254/"}}`, nil},
		{"destinations-create", `{"name":"x","type":"webhook","config":{"url":"https://hooks.example.com/"},"limits":{"per_second":1,"PER_SECOND":1e9}}`, nil},
		{"rules-validate", `{"name":"x","event_types":["*"],"actions":[{"destination_id":"a","DESTINATION_ID":"b"}]}`, nil},
		{"rules-validate", `{"name":"x","event_types":["*"],"condition":"true","CONDITION":"false","actions":[{"destination_id":"a"}]}`, nil},
		{"rules-import", `{"pattern":{"detail-type":["a.b"]},"PATTERN":{}}`, nil},
		{"templates-preview", `{"template":"{}","event_type":"analysis.completed","EVENT_TYPE":"job.failed"}`, nil},
		{"deliveries-replay", `{"filter":{"status":"dead","STATUS":"delivered"},"dry_run":true}`, nil},
		{"deliveries-replay", `{"filter":{},"dry_run":true,"DRY_RUN":false}`, nil},
		{"analyze", `{"text":"hello","Text":"my ssn is 536-90-4399"}`, nil},
	} {
		as := cmp.Or(c.as, &admin)
		sys.Call(t, c.route, fntest.Request{As: as, Body: c.body, Path: map[string]string{"id": acme.ID}}).WantProblem(t, 422, "invalid_request")
	}
	for body, found := range map[string]bool{
		`{"prompt":"my ssn is 536-90-4399","Prompt":"hello"}`: true,
		`{"Prompt":"my ssn is 536-90-4399","prompt":"hello"}`: false,
	} {
		res := sys.Call(t, "legacy-analyze", fntest.Request{As: &admin, Body: body}).Want(t, 200).JSON(t)
		if got := res["detections"].(map[string]any)["pii_found"]; got != found {
			t.Errorf("%s: pii_found %v, want %v", body, got, found)
		}
	}
}
