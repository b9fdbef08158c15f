package eventschema_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/eventschema"
)

func parse(t testing.TB, schema string) *eventschema.Schema {
	t.Helper()
	s, faults := eventschema.Parse(json.RawMessage(schema), "/schema")
	if len(faults) > 0 {
		t.Fatalf("%s: %v", schema, faults)
	}
	return s
}

// lines writes faults as "location: message".
func lines(faults []errs.Field) string {
	var out []string
	for _, f := range faults {
		out = append(out, f.Location+": "+f.Message)
	}
	return strings.Join(out, "; ")
}

func TestParseNamesWhatItDoesNotTake(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"items":`, 16) + `{}` + strings.Repeat(`}`, 16)
	many := `{"properties":{` + properties(500) + `}}`
	cases := []struct{ name, schema, want string }{
		{"everything", `{"$schema":"x","$comment":"x","title":"x","description":"x","default":1,"examples":[1],"type":["object","null"],"properties":{"a":true,"b":false},"required":["a"],"additionalProperties":{"type":"string","minLength":1,"maxLength":2,"pattern":"^a","format":"uuid"},"items":{"minimum":1,"maximum":2.5,"exclusiveMinimum":0,"exclusiveMaximum":3},"minItems":0,"maxItems":1e3,"enum":[{}],"const":{}}`, ""},
		{"no JSON", `{`, "/schema: is not well-formed JSON"},
		{"two names", `{"type":"null","type":"string"}`, "/schema: is not well-formed JSON"},
		{"true", `true`, "/schema: is no schema: an object"},
		{"a list", `[]`, "/schema: is no schema: an object"},
		{"a reference", `{"properties":{"a":{"$ref":"#/x"}}}`, "/schema/properties/a: a part of it is a keyword that is not supported"},
		{"a combination", `{"allOf":[]}`, "/schema/allOf: is a keyword that is not supported"},
		{"a keyword in capitals", `{"TYPE":"string"}`, "/schema/TYPE: is a keyword that is not supported"},
		{"an unknown type", `{"type":"text"}`, "/schema/type: is null, boolean, integer, number, string, array or object, or a list of these"},
		{"no type", `{"type":[]}`, "/schema/type: is null, boolean, integer, number, string, array or object, or a list of these"},
		{"properties", `{"properties":[]}`, "/schema/properties: is an object of schemas"},
		{"a property", `{"properties":{"a":1}}`, "/schema/properties/a: is no schema: an object, true or false"},
		{"a property that may be data", `{"properties":{"jane@roe.com":{"x":1}}}`, "/schema/properties: a part of it is a keyword that is not supported"},
		{"required", `{"required":["a",1]}`, "/schema/required/1: is a string"},
		{"required names", `{"required":{}}`, "/schema/required: is a list of names"},
		{"no values", `{"enum":[]}`, "/schema/enum: is a list of 1 to 200 values"},
		{"too many values", `{"enum":[` + strings.Repeat("1,", 200) + `1]}`, "/schema/enum: is a list of 1 to 200 values"},
		{"a negative length", `{"minLength":-1,"maxLength":"1"}`, "/schema/maxLength: is an integer of at least 0; /schema/minLength: is an integer of at least 0"},
		{"half an item", `{"minItems":0.5}`, "/schema/minItems: is an integer of at least 0"},
		{"no number", `{"minimum":"1"}`, "/schema/minimum: is a number"},
		{"a title", `{"title":1}`, "/schema/title: is a string"},
		{"a pattern", `{"pattern":"("}`, "/schema/pattern: is not a regular expression of the RE2 syntax"},
		{"a look-ahead", `{"pattern":"(?=a)"}`, "/schema/pattern: is not a regular expression of the RE2 syntax"},
		{"a long pattern", `{"pattern":"` + strings.Repeat("a", 513) + `"}`, "/schema/pattern: is a string of at most 512 bytes"},
		{"a large pattern", `{"pattern":"(abcdefgh){900}"}`, "/schema/pattern: is too large: repeat less"},
		{"a pattern of patterns", `{"pattern":"((a{10}){10}){10}"}`, "/schema/pattern: is too large: repeat less"},
		{"many patterns", `{"properties":{` + strings.ReplaceAll(properties(11), "{}", `{"pattern":"a{480}"}`) + `}}`, "/schema/properties: a part of it is too large: repeat less"},
		{"a format", `{"format":"ipv4"}`, "/schema/format: is date-time, email, uri or uuid"},
		{"too deep", nested, "/schema" + strings.Repeat("/items", 16) + ": is a schema nested more than 16 deep"},
		{"too many", many, "/schema/properties: a part of it is one schema too many: there are at most 500"},
		{"too long", `{"title":"` + strings.Repeat("a", 32<<10) + `"}`, "/schema: is longer than 32768 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, faults := eventschema.Parse(json.RawMessage(c.schema), "/schema")
			if got := lines(faults); got != c.want || (s == nil) != (c.want != "") {
				t.Errorf("faults %q, want %q", got, c.want)
			}
		})
	}
}

// properties are n properties that each take anything.
func properties(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`"p%d":{}`, i+100))
	}
	return strings.Join(out, ",")
}

func TestFaultsOfASchemaAreBounded(t *testing.T) {
	t.Parallel()
	schema := `{"properties":{` + strings.ReplaceAll(properties(300), "{}", `{"x":1}`) + `}}`
	if _, faults := eventschema.Parse(json.RawMessage(schema), ""); len(faults) != eventschema.MaxFaults {
		t.Errorf("%d faults", len(faults))
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, schema, data, want string }{
		{"anything", `{}`, `{"a":[1,null]}`, ""},
		{"no JSON", `{}`, `{"a"`, "/data: is not well-formed JSON"},
		{"type", `{"type":"object"}`, `[]`, "/data: is not of the type object"},
		{"types", `{"type":["string","null","number"]}`, `true`, "/data: is not of the type null or number or string"},
		{"null", `{"type":["string","null"]}`, `null`, ""},
		{"boolean", `{"type":"boolean"}`, `0`, "/data: is not of the type boolean"},
		{"an integer", `{"type":"integer"}`, `1.0`, ""},
		{"an integer with an exponent", `{"type":"integer"}`, `1e3`, ""},
		{"no integer", `{"type":"integer"}`, `1.5`, "/data: is not of the type integer"},
		{"an infinite integer", `{"type":"integer"}`, `1e999`, "/data: is not of the type integer"},
		{"an integer is a number", `{"type":"number"}`, `1`, ""},
		{"required", `{"required":["b","a","a"]}`, `{}`, "/data/a: is required; /data/b: is required"},
		{"required, of what has no properties", `{"required":["a"]}`, `"text"`, ""},
		{"required, but not shown", `{"required":["jane@roe.com"]}`, `{}`, "/data: a part of it is required"},
		{"closed", `{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1,"b":2}`, "/data/b: is not allowed"},
		{"closed, but not shown", `{"additionalProperties":false}`, `{"536-90-4399":2}`, "/data: a part of it is not allowed"},
		{"a forbidden property", `{"properties":{"a":false}}`, `{"a":1}`, "/data/a: is not allowed"},
		{"others", `{"properties":{"a":{}},"additionalProperties":{"type":"string"}}`, `{"a":1,"b":2,"c":"x"}`, "/data/b: is not of the type string"},
		{"items", `{"items":{"type":"string"}}`, `["a",1]`, "/data/1: is not of the type string"},
		{"items, of no array", `{"items":false}`, `1`, ""},
		{"few items", `{"minItems":2}`, `[1]`, "/data: has fewer than 2 items"},
		{"many items", `{"maxItems":1}`, `[1,2]`, "/data: has more than 1 item"},
		{"no items", `{"maxItems":0}`, `[1]`, "/data: has more than 0 items"},
		{"short", `{"minLength":2}`, `"é"`, "/data: has fewer than 2 characters"},
		{"characters are code points", `{"minLength":2,"maxLength":2}`, `"😀é"`, ""},
		{"long", `{"maxLength":1}`, `"ab"`, "/data: has more than 1 character"},
		{"one of", `{"enum":["a",1,null,{"x":[1]}]}`, `{"x":[1.0]}`, ""},
		{"none of", `{"enum":["a",1,[]]}`, `"b"`, "/data: is none of the values that are allowed"},
		{"none of, with a list", `{"enum":["a",{}]}`, `[]`, "/data: is none of the values that are allowed"},
		{"text is no number", `{"const":1}`, `"1"`, "/data: is none of the values that are allowed"},
		{"constant", `{"const":{"a":1}}`, `{"a":2}`, "/data: is none of the values that are allowed"},
		{"constant of several", `{"const":1,"enum":[1,2]}`, `2`, "/data: is none of the values that are allowed"},
		{"at least", `{"minimum":1}`, `1`, ""},
		{"less", `{"minimum":1}`, `0.9`, "/data: is less than is allowed"},
		{"not above", `{"exclusiveMinimum":1}`, `1`, "/data: is less than is allowed"},
		{"at most", `{"maximum":1.5}`, `1.5`, ""},
		{"more", `{"maximum":9007199254740992}`, `9007199254740993`, "/data: is more than is allowed"},
		{"not below", `{"exclusiveMaximum":1}`, `1`, "/data: is more than is allowed"},
		{"infinite", `{"maximum":1}`, `1e999`, "/data: is more than is allowed"},
		{"bounds of numbers alone", `{"minimum":1,"maxLength":0}`, `[]`, ""},
		{"pattern", `{"pattern":"^[a-z]+$"}`, `"aB"`, "/data: does not match the pattern"},
		{"pattern anywhere", `{"pattern":"b"}`, `"abc"`, ""},
		{"date-time", `{"format":"date-time"}`, `"2026-01-02T03:04:05.678Z"`, ""},
		{"no date-time", `{"format":"date-time"}`, `"2026-01-02"`, "/data: is not of the format date-time"},
		{"email", `{"format":"email"}`, `"jane.roe@corp-mail.com"`, ""},
		{"no email", `{"format":"email"}`, `"Jane <jane.roe@corp-mail.com>"`, "/data: is not of the format email"},
		{"uri", `{"format":"uri"}`, `"https://example.com/a?b"`, ""},
		{"no uri", `{"format":"uri"}`, `"/a"`, "/data: is not of the format uri"},
		{"uuid", `{"format":"uuid"}`, `"0190163d-8694-739b-aea5-966c26f8ad91"`, ""},
		{"no uuid", `{"format":"uuid"}`, `"0190163d-8694-739b-aea5-966c26f8ad9g"`, "/data: is not of the format uuid"},
		{"formats of text alone", `{"format":"uuid","pattern":"x"}`, `1`, ""},
		{"the deepest place", `{"properties":{"a":{"items":{"properties":{"b":{"type":"string"}}}}}}`, `{"a":[{},{"b":1}]}`, "/data/a/1/b: is not of the type string"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := lines(parse(t, c.schema).Validate(json.RawMessage(c.data), "/data")); got != c.want {
				t.Errorf("faults %q, want %q", got, c.want)
			}
		})
	}
}

func TestFaultsOfDataAreBounded(t *testing.T) {
	t.Parallel()
	data := json.RawMessage("[" + strings.Repeat("1,", 1000) + "1]")
	if faults := parse(t, `{"items":{"type":"string"}}`).Validate(data, ""); len(faults) != eventschema.MaxFaults || faults[19].Location != "/19" {
		t.Errorf("%d faults: %v", len(faults), faults)
	}
}

func TestPatternsAreTriedOnSoMuchText(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"items":{"pattern":"^(a?){200}$"}}`)
	text := strings.Repeat("a", 200)
	little, much := `["`+text+`"]`, `["`+strings.Repeat(text+`","`, 200)+`"]`
	if got := lines(s.Validate(json.RawMessage(little), "")); got != "" {
		t.Errorf("little text: %q", got)
	}
	if got := lines(s.Validate(json.RawMessage(much), "")); !strings.Contains(got, "is more text than patterns can be tried on") {
		t.Errorf("much text: %q", got)
	}
}

func TestTypesOfPlaces(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"type":"object","additionalProperties":false,"properties":{
		"id":{"type":["string","null"]},"any":{},"no":false,"n":{"type":"number"},
		"list":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
		"map":{"type":"object","additionalProperties":{"type":"boolean"}},"mixed":{"type":["object","array"],"additionalProperties":false}}}`)
	for path, want := range map[string]string{
		"": "[object] true", "id": "[null string] true", "any": "[] true", "any/x/y": "[] true", "no": "[] false", "other": "[] false",
		"n": "[number] true", "n/x": "[] false", "list": "[array] true", "list/0/x": "[integer] true", "list/0/y": "[] true", "list/x": "[] false",
		"map/x": "[boolean] true", "mixed/0": "[] true",
	} {
		var steps []string
		if path != "" {
			steps = strings.Split(path, "/")
		}
		types, ok := s.Types(steps...)
		if got := fmt.Sprint(append([]string{}, types...), ok); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
}

// TestTheCatalogsSchemasTakeItsExamples holds the types of the platform together: each schema is one of ours, takes its
// example, and refuses it with a field more, or less one that it requires.
func TestTheCatalogsSchemasTakeItsExamples(t *testing.T) {
	t.Parallel()
	for _, typ := range events.Types() {
		t.Run(typ.Name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, string(typ.Schema))
			var env events.Envelope
			if err := json.Unmarshal(typ.Example, &env); err != nil || env.Type != typ.Name || env.DataVersion != typ.Version {
				t.Fatalf("the example is of %s, version %d, %v", env.Type, env.DataVersion, err)
			}
			if faults := s.Validate(env.Data, "/data"); len(faults) > 0 {
				t.Errorf("the example does not fit: %v", faults)
			}
			var data map[string]any
			if err := json.Unmarshal(env.Data, &data); err != nil {
				t.Fatal(err)
			}
			check := func(change string, data map[string]any, want bool) {
				b, err := json.Marshal(data)
				if err != nil {
					t.Fatal(err)
				}
				if got := len(s.Validate(b, "")) == 0; got != want {
					t.Errorf("%s: fits %v", change, got)
				}
			}
			more := maps.Clone(data)
			more["another"] = 1
			check("with another field", more, false)
			var required struct {
				Required []string `json:"required"`
			}
			if err := json.Unmarshal(typ.Schema, &required); err != nil || len(required.Required) == 0 {
				t.Fatalf("nothing is required, %v", err)
			}
			for name := range data {
				less := maps.Clone(data)
				delete(less, name)
				check("without "+name, less, !slices.Contains(required.Required, name))
			}
		})
	}
}

// value draws a JSON value.
func value(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 6
		if depth == 0 {
			kinds = 4
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return float64(rapid.IntRange(-1000, 1000).Draw(t, "number")) / 8
		case 3:
			return rapid.StringN(0, 8, 32).Draw(t, "string")
		case 4:
			return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "array")
		}
		return rapid.MapOfN(rapid.StringMatching(`[a-z]{1,6}`), value(depth-1), 0, 3).Draw(t, "object")
	})
}

// exactly is the schema that takes one value and no other, without const for arrays and objects.
func exactly(v any) map[string]any {
	switch x := v.(type) {
	case []any:
		if len(x) == 0 {
			return map[string]any{"type": "array", "maxItems": 0}
		}
		return map[string]any{"type": "array", "minItems": len(x), "maxItems": len(x), "enum": []any{x}}
	case map[string]any:
		out, names := map[string]any{}, []string{}
		for name, member := range x {
			out[name] = exactly(member)
			names = append(names, name)
		}
		return map[string]any{"type": "object", "properties": out, "required": names, "additionalProperties": false}
	}
	return map[string]any{"const": v}
}

func TestASchemaOfOneValueTakesNoOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := value(3).Draw(rt, "a"), value(3).Draw(rt, "b")
		schema, err := json.Marshal(exactly(a))
		if err != nil {
			rt.Fatal(err)
		}
		s, faults := eventschema.Parse(schema, "")
		if len(faults) > 0 {
			rt.Fatalf("%s: %v", schema, faults)
		}
		for _, v := range []any{a, b} {
			data, err := json.Marshal(v)
			if err != nil {
				rt.Fatal(err)
			}
			if faults, same := s.Validate(data, ""), cmp.Equal(a, v); (len(faults) == 0) != same {
				rt.Fatalf("%s holds to %s: %v", data, schema, faults)
			}
		}
	})
}

func FuzzParseAndValidate(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"type":"string","pattern":"^x"}},"required":["a"]}`, `{"a":"y"}`)
	f.Add(`{"items":{"enum":[1,"a"]},"minItems":1}`, `[1,2]`)
	f.Add(`{"pattern":"((a{9}){9}){9}"}`, `"aaa"`)
	f.Add(`{"additionalProperties":{"format":"email","maxLength":3}}`, `{"jane@roe.com":"jane@roe.com"}`)
	f.Fuzz(func(t *testing.T, schema, data string) {
		s, faults := eventschema.Parse(json.RawMessage(schema), "/schema")
		check(t, faults)
		if s != nil {
			check(t, s.Validate(json.RawMessage(data), "/data"))
		}
	})
}

// check asserts that faults are few, and short: a value that was quoted would show by its length or its bytes.
func check(t *testing.T, faults []errs.Field) {
	if len(faults) > eventschema.MaxFaults {
		t.Errorf("%d faults", len(faults))
	}
	for _, f := range faults {
		if strings.Trim(f.Message, "abcdefghijklmnopqrstuvwxyzREJSON0123456789 ,-:") != "" || len(f.Message) > 100 {
			t.Errorf("message %q", f.Message)
		}
		if strings.Trim(f.Location, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/") != "" || len(f.Location) > 33*70 {
			t.Errorf("location %q", f.Location)
		}
	}
}
