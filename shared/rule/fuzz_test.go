package rule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"guardrails/shared/errs"
)

// FuzzCheck compiles foreign conditions: they are refused with places and sentences, or they run, and their stored form
// says the same.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		`event.data.a == 1 && event.labels.b in ["x", 'y'] && changed_to("a.b", 2)`, `event.data.l.exists(x, x.matches("a+"))`,
		`event.data.?a.orValue({"b": [1u, 2.5, b"x", null]}) != event.previous`, `event.time < "2026-01-01T00:00:00Z" || has(event.data.a)`,
		`"a".replace("", event.id).split("")[0] == event.subject ? true : !false`, "((((", `event.data["a"]['b'].c[0]`, `has_field("a\\.b.0")`,
	} {
		f.Add(s, `{"a":{"b":2},"l":["aaa"]}`)
	}
	e := patient()
	f.Fuzz(func(t *testing.T, condition, data string) {
		c, err := e.Check(definition(condition), nil)
		if err != nil {
			var fault *errs.Error
			if !errors.As(err, &fault) || fault.Code != errs.InvalidRequest || len(fault.Fields) == 0 {
				t.Fatalf("%v", err)
			}
			return
		}
		stored, err := Parse(c.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		ev := event(data, data, data)
		var hits [2]bool
		for i, c := range []Compiled{c, stored} {
			set := e.NewSet()
			if err := set.Put(Rule{ID: "rul_1", Definition: definition(condition), Compiled: c}); err != nil {
				t.Fatal(err)
			}
			hits[i] = len(set.Match(t.Context(), ev).Matches) == 1
		}
		x, err := e.Explain(t.Context(), definition(condition), ev)
		if err != nil {
			t.Fatal(err)
		}
		if hits[0] != hits[1] || hits[0] != x.Matched && x.Code != CostExceeded && x.Code != Deadline {
			t.Fatalf("compiled %v, stored %v, explained %+v", hits[0], hits[1], x)
		}
	})
}

// FuzzImportPattern translates foreign patterns: what comes out compiles, or the pattern is refused with a place.
func FuzzImportPattern(f *testing.F) {
	for _, s := range []string{
		`{"detail-type":["a.b"],"source":[{"anything-but":["x"]}],"detail":{"n":[{"numeric":[">",0,"<",5]}],"s":[{"prefix":"a"},{"wildcard":"a*b\\*"},null,true]}}`,
		`{"$or":[{"type":["a"]},{"data":{"$or":[{"a":[{"exists":false}]},{"b":[{"equals-ignore-case":"É"}]}]}}]}`, `{"labels":{"a b":["x"]}}`, `{"data":{"":[1]}}`,
	} {
		f.Add(s)
	}
	e := patient()
	f.Fuzz(func(t *testing.T, pattern string) {
		types, condition, err := ImportPattern(json.RawMessage(pattern))
		if err != nil {
			var fault *errs.Error
			if !errors.As(err, &fault) || len(fault.Fields) == 0 {
				t.Fatal(err)
			}
			return
		}
		d := definition(condition)
		d.EventTypes = types
		if _, err := e.Check(d, nil); err != nil {
			var fault *errs.Error
			errors.As(err, &fault)
			// What is left are the limits of the language.
			for _, f := range fault.Fields {
				if !strings.Contains(f.Message, "expected at most") && !strings.Contains(f.Message, "too large") && !strings.Contains(f.Message, "literal string") &&
					!strings.Contains(f.Message, "may cost") {
					t.Fatalf("%s makes %s: %+v", pattern, condition, fault.Fields)
				}
			}
		}
	})
}

// FuzzRender renders foreign templates over foreign events: JSON within the limit, or a code.
func FuzzRender(f *testing.F) {
	f.Add(`{"a": event.data, event.id: [1, 2u, 2.5, b"x"], 5: event.labels}`, `{"a":[1,{"b":"\ud800"}]}`)
	f.Add(`{?"a": event.data.?a, "t": event.time, "d": duration("1h")}`, `{"a":null}`)
	f.Add(`event.previous`, `{"x":"\u2028"}`)
	e := patient()
	f.Fuzz(func(t *testing.T, template, data string) {
		tpl, err := e.Template(template, "/template")
		if err != nil {
			return
		}
		got, err := e.Render(t.Context(), tpl, event(data, data, data))
		if err != nil {
			var code *Error
			if !errors.As(err, &code) {
				t.Fatal(err)
			}
			return
		}
		if !json.Valid(got) || len(got) > MaxRendered || !strings.HasPrefix(string(got), "{") {
			t.Fatalf("%q", got)
		}
	})
}

// FuzzParse reads foreign bytes as a stored rule: they are refused, or the rule can be put and tried.
func FuzzParse(f *testing.F) {
	e := patient()
	for _, s := range []string{`event.data.a == 1 && event.labels.b in ["x"]`, `event.data.l.exists(x, x == 1) && changed("a")`, ""} {
		c, err := e.Check(definition(s), nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.Bytes())
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		c, err := Parse(stored)
		if err != nil {
			return
		}
		set := e.NewSet()
		if set.Put(Rule{ID: "rul_1", Definition: definition(""), Compiled: c}) != nil {
			return
		}
		set.Match(t.Context(), event(`{"a":1,"l":[1]}`, "", `{"b":"x"}`))
		set.Delete("rul_1")
	})
}
