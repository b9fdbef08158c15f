package fn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/shared/document"
)

// sample is a body with a struct wherever one can stand.
type sample struct {
	Name   string            `json:"name"`
	Days   float64           `json:"expires_in_days"`
	Scopes []string          `json:"scopes"`
	Own    *sample           `json:"own"`
	List   []sample          `json:"list"`
	Map    map[string]sample `json:"map"`
}

// validated is what a schema of sample looks at: members under the exact names of its fields.
func validated(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for name, member := range m {
		switch name {
		case "name", "expires_in_days", "scopes":
			out[name] = member
		case "own":
			out[name] = validated(member)
		case "list":
			out[name] = each(member)
		case "map":
			out[name] = each(member)
		}
	}
	return out
}

func each(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = validated(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = validated(v[k])
		}
	}
	return v
}

type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sameDocument holds the decoder to the law that a handler is given what was validated, and nothing else.
func sameDocument(t reporter, raw []byte) {
	t.Helper()
	if document.Check(raw, 0) != nil {
		return
	}
	var seen any
	if err := decodeJSON(raw, &seen); err != nil {
		t.Fatalf("a body that passes Check does not decode: %v", err)
	}
	again, err := json.Marshal(validated(seen))
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	var given, want sample
	errGiven, errWant := decodeJSON(raw, &given), decodeJSON(again, &want)
	if (errGiven == nil) != (errWant == nil) {
		t.Fatalf("%s: %v, but of what was validated: %v", raw, errGiven, errWant)
	}
	if d := cmp.Diff(want, given); errGiven == nil && d != "" {
		t.Fatalf("%s is decoded to other than what was validated: %s", raw, d)
	}
}

var spellings = []string{
	`{"name":"a","NAME":"b"}`, `{"Name":"b"}`, `{"expires_in_days":1,"Expires_in_days":-5}`, `{"scopes":[],"ſcopes":["*"]}`, `{"scopes":["a"],"ScopeS":null}`,
	`{"own":{"name":"a","nAME":"b"},"OWN":{"name":"c"}}`, `{"list":[{"Name":"a"},null],"map":{"A":{"NAME":"x"},"a":{"name":"y"}}}`, `{"n\u0061me":"a"}`, `{"expiresInDays":3,"name ":"x"}`,
}

func TestNamesHaveOneSpelling(t *testing.T) {
	t.Parallel()
	for _, s := range spellings {
		sameDocument(t, []byte(s))
	}
	name := rapid.Custom(func(t *rapid.T) string {
		n := rapid.SampledFrom([]string{"name", "expires_in_days", "scopes", "own", "list", "map"}).Draw(t, "name")
		change := rapid.SampledFrom([]func(string) string{
			strings.Clone, strings.ToUpper, strings.ToTitle, func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
			func(s string) string { return strings.ReplaceAll(s, "s", "ſ") }, func(s string) string { return strings.ReplaceAll(s, "_", "") },
		}).Draw(t, "spelling")
		return change(n)
	})
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(rapid.String().AsAny(), rapid.Int32().AsAny(), rapid.Just[any](nil), rapid.SliceOfN(rapid.String(), 0, 2).AsAny())
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf, rapid.MapOfN(name, value(depth-1), 0, 5).AsAny(), rapid.SliceOfN(rapid.MapOfN(name, value(depth-1), 0, 4), 0, 3).AsAny())
	}
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(rapid.MapOf(name, value(3)).Draw(t, "body"))
		if err != nil {
			t.Fatal(err)
		}
		sameDocument(t, raw)
	})
}

// FuzzDecode looks for a body of which more is decoded than validated.
func FuzzDecode(f *testing.F) {
	for _, s := range spellings {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { sameDocument(t, raw) })
}
