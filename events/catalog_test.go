package events_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/events"
)

func TestTheCatalogHasEveryTypeOnce(t *testing.T) {
	t.Parallel()
	var listed, made []string
	for _, typ := range events.Types() {
		listed = append(listed, typ.Name)
		if typ.Family != events.Family(typ.Name) || !slices.Contains(events.Reserved(), typ.Family) || !events.ValidType(typ.Name) || typ.Version < 1 {
			t.Errorf("%s: family %q, version %d", typ.Name, typ.Family, typ.Version)
		}
		if will := strings.HasPrefix(typ.Description, "Will say "); will == typ.Emitted || !strings.HasSuffix(typ.Description, ".") {
			t.Errorf("%s is emitted: %v, and described by %q", typ.Name, typ.Emitted, typ.Description)
		}
		if got, ok := events.Lookup(typ.Name); !ok || got.Name != typ.Name {
			t.Errorf("look-up of %s: %v, %v", typ.Name, got.Name, ok)
		}
	}
	for _, e := range samples() {
		made = append(made, e.Type)
	}
	slices.Sort(listed)
	slices.Sort(made)
	if diff := cmp.Diff(made, listed); diff != "" {
		t.Errorf("samples (-) and catalog (+) differ:\n%s", diff)
	}
	if _, ok := events.Lookup("orders.order.created"); ok {
		t.Error("an unknown type is found")
	}
}

// shape is as much of a schema as a Go type says.
type shape struct {
	Type       string           `json:"type"`
	Properties map[string]shape `json:"properties,omitempty"`
	Required   []string         `json:"required,omitempty"`
	Items      *shape           `json:"items,omitempty"`
	Additional json.RawMessage  `json:"additionalProperties,omitempty"`
}

// shapeOf is the schema of a Go type: a field without omitempty is required, and there are no others.
func shapeOf(t *testing.T, typ reflect.Type) shape {
	switch typ.Kind() {
	case reflect.String:
		return shape{Type: "string"}
	case reflect.Int, reflect.Int64:
		return shape{Type: "integer"}
	case reflect.Float64:
		return shape{Type: "number"}
	case reflect.Slice:
		items := shapeOf(t, typ.Elem())
		return shape{Type: "array", Items: &items}
	case reflect.Map:
		return shape{Type: "object", Additional: encode(t, shapeOf(t, typ.Elem()))}
	case reflect.Struct:
		out := shape{Type: "object", Properties: map[string]shape{}, Additional: json.RawMessage("false")}
		for f := range typ.Fields() {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			out.Properties[name] = shapeOf(t, f.Type)
			if !strings.Contains(options, "omitempty") {
				out.Required = append(out.Required, name)
			}
		}
		return out
	}
	t.Fatalf("events have no fields of type %s", typ)
	return shape{}
}

func encode(t *testing.T, v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bare drops from a schema what a Go type does not say.
func bare(t *testing.T, s shape) shape {
	for name, p := range s.Properties {
		s.Properties[name] = bare(t, p)
	}
	if s.Items != nil {
		items := bare(t, *s.Items)
		s.Items = &items
	}
	var member shape
	if json.Unmarshal(s.Additional, &member) == nil {
		s.Additional = encode(t, bare(t, member))
	}
	return s
}

// TestSchemasSayWhatTheStructsSay holds each schema to the Go type of the data. That it takes the example is tested
// where schemas are read, in shared/eventschema.
func TestSchemasSayWhatTheStructsSay(t *testing.T) {
	t.Parallel()
	for _, e := range samples() {
		t.Run(e.Type, func(t *testing.T) {
			t.Parallel()
			typ, _ := events.Lookup(e.Type)
			var got shape
			if err := json.Unmarshal(typ.Schema, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shapeOf(t, reflect.TypeOf(e.Data)), bare(t, got)); diff != "" {
				t.Errorf("struct (-) and schema (+) differ:\n%s", diff)
			}
			described(t, "", typ.Schema)
		})
	}
}

// described checks that every field says what it is.
func described(t *testing.T, at string, raw json.RawMessage) {
	var s struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Items      json.RawMessage            `json:"items"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		var field struct {
			Description string `json:"description"`
		}
		if err := json.Unmarshal(s.Properties[name], &field); err != nil || !strings.HasSuffix(field.Description, ".") {
			t.Errorf("%s/%s has the description %q, %v", at, name, field.Description, err)
		}
		described(t, at+"/"+name, s.Properties[name])
	}
	if s.Items != nil {
		described(t, at+"/0", s.Items)
	}
}

func TestNoFileIsLeftOver(t *testing.T) {
	t.Parallel()
	var want []string
	for _, typ := range events.Types() {
		want = append(want, typ.Name+".v1.json")
	}
	slices.Sort(want)
	for _, dir := range []string{"schemas", "testdata"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			if !e.IsDir() {
				got = append(got, e.Name())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs from the catalog:\n%s", dir, diff)
		}
	}
}

func TestEnvelopeHasWhatIsSet(t *testing.T) {
	t.Parallel()
	e := events.Change(events.RuleUpdatedType, events.ChangeData{ID: "rul_1", By: "key_1"})
	e.Previous, e.To, e.Depth = events.ChangeData{ID: "rul_1", By: "key_0"}, []string{"dst_1"}, 2
	env, err := events.Envelop(e, "evt_1", "2026-01-02T03:04:05.678Z")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"specversion":"1.0","id":"evt_1","source":"guardrails","type":"rule.updated","dataversion":1,"subject":"rul_1",` +
		`"time":"2026-01-02T03:04:05.678Z","causationdepth":2,"data":{"id":"rul_1","by":"key_1"},"previous":{"id":"rul_1","by":"key_0"}}`
	if got := string(encode(t, env)); got != want {
		t.Errorf("envelope\n%s, want\n%s", got, want)
	}
	for _, bad := range []events.Event{{Type: "a.b", Data: func() {}}, {Type: "a.b", Previous: func() {}}} {
		if _, err := events.Envelop(bad, "evt_1", ""); err == nil || !strings.Contains(err.Error(), "a.b") {
			t.Errorf("an event that cannot be encoded: %v", err)
		}
	}
}

func TestPolicyViolatedIsBounded(t *testing.T) {
	t.Parallel()
	d, ok := events.PolicyViolated(events.PolicyViolatedData{Violations: make([]events.Violation, 70)}).Data.(events.PolicyViolatedData)
	if !ok || len(d.Violations) != events.MaxViolations || d.Total != 70 {
		t.Errorf("%d of %d are listed", len(d.Violations), d.Total)
	}
	if d, _ := events.PolicyViolated(events.PolicyViolatedData{Violations: make([]events.Violation, 3), Total: 5}).Data.(events.PolicyViolatedData); len(d.Violations) != 3 || d.Total != 5 {
		t.Errorf("%d of %d are listed", len(d.Violations), d.Total)
	}
}

func TestValidType(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", events.MaxType-2) + ".b"
	for typ, want := range map[string]bool{
		"orders.order.created": true, "a.b": true, "a.b.c.d.e.f": true, "a_1.b_2": true, long: true,
		"": false, "orders": false, "a.b.c.d.e.f.g": false, "a..b": false, ".a.b": false, "a.b.": false, "A.b": false, "a.b c": false,
		"1a.b": false, "_a.b": false, "a-b.c": false, "a.é": false, long + "b": false, "a.b\n": false,
	} {
		if events.ValidType(typ) != want {
			t.Errorf("%q is valid: %v", typ, !want)
		}
	}
	for typ, want := range map[string]bool{"analysis.completed": true, "guardrails.x.y": true, "key": true, "keys.lost": false, "orders.order": false, "": false} {
		if events.IsReserved(typ) != want {
			t.Errorf("%q is reserved: %v", typ, !want)
		}
	}
}

func TestWhatIsValidHasTheForm(t *testing.T) {
	t.Parallel()
	segment := rapid.StringMatching(`[a-z][a-z0-9_]{0,15}`)
	rapid.Check(t, func(rt *rapid.T) {
		typ := strings.Join(rapid.SliceOfN(segment, 2, 6).Draw(rt, "segments"), ".")
		if !events.ValidType(typ) || events.Family(typ) != strings.Split(typ, ".")[0] {
			rt.Fatalf("%q is not valid", typ)
		}
	})
}
