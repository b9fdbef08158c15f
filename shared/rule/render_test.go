package rule

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRender(t *testing.T) {
	t.Parallel()
	const data = `{"n":5,"f":2.5,"big":1e21,"small":1e-7,"s":"a\u2028<\"\u0001","list":[1,"x",null,{}],"o":{"b":1,"a":[true]},"nul":null}`
	cases := map[string]struct {
		template, want string
		code           Code
	}{
		"sorted":           {`{"b": 1, "a": {"z": true, "y": null}}`, `{"a":{"y":null,"z":true},"b":1}`, ""},
		"empty":            {`{}`, `{}`, ""},
		"event":            {`{"id": event.id, "type": event.type, "at": event.time, "team": event.labels.team}`, `{"at":"2026-03-01T10:00:00.000Z","id":"evt_1","team":"red","type":"orders.updated"}`, ""},
		"data":             {`event.data`, `{"big":1e+21,"f":2.5,"list":[1,"x",null,{}],"n":5,"nul":null,"o":{"a":[true],"b":1},"s":"a\u2028<\"\u0001","small":1e-07}`, ""},
		"numbers":          {`{"i": 9007199254740992, "j": 9007199254740993, "u": 5u, "d": 5.0, "v": 18446744073709551615u, "neg": -9223372036854775808}`, `{"d":5,"i":9007199254740992,"j":"9007199254740993","neg":"-9223372036854775808","u":5,"v":"18446744073709551615"}`, ""},
		"other types":      {`{"b": b"\x00\xff", "d": duration("90s"), "t": timestamp("2026-01-01T00:00:00.000001+01:00"), "o": optional.none(), "p": optional.of(1)}`, `{"b":"AP8=","d":"90s","o":null,"p":1,"t":"2025-12-31T23:00:00.000001000Z"}`, ""},
		"optional members": {`{?"x": event.data.?nope, ?"n": event.data.?n}`, `{"n":5}`, ""},
		"keys":             {`{1: "a", true: "b", 2u: "c"}`, `{"1":"a","2":"c","true":"b"}`, ""},
		"equal keys":       {`{1: "a", "1": "b"}`, "", TypeMismatch},
		"computed":         {`{"skus": event.data.list.map(x, {"v": x}), "text": "n is " + string(event.data.n)}`, `{"skus":[{"v":1},{"v":"x"},{"v":null},{"v":{}}],"text":"n is 5"}`, ""},
		"absent":           {`{"x": event.data.nope}`, "", NoSuchField},
		"not a map":        {`event.data.list`, "", TypeMismatch},
		"a type":           {`{"x": type(event.data)}`, "", TypeMismatch},
		"not a number":     {`{"x": 0.0 / 0.0}`, "", EvaluationFailed},
		"previous":         {`{"x": event.previous}`, `{"x":null}`, ""},
	}
	e := patient()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := definition("")
			d.Actions[0].Template = c.template
			compiled, err := e.Check(d, nil)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := Parse(compiled.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Render(t.Context(), stored.Template(0), event(data, "", `{"team":"red"}`))
			if string(got) != c.want || err != nil && CodeOf(err) != c.code || err == nil && c.code != "" {
				t.Errorf("got %s, %v", got, err)
			}
			if err == nil && !json.Valid(got) {
				t.Error("not JSON")
			}
		})
	}
}

func TestRenderedSize(t *testing.T) {
	t.Parallel()
	e := patient()
	for name, template := range map[string]string{
		"one":      `{"s": event.data.s, "t": event.data.s}`,
		"many":     `{"l": [` + strings.TrimSuffix(strings.Repeat("event.data,", 300), ",") + `]}`,
		"in loops": `{"l": event.data.l.map(x, event.data)}`,
		"escaped":  `{"s": event.data.z}`,
	} {
		tpl, err := e.Template(template, "")
		if err != nil {
			t.Fatal(name, err)
		}
		ev := event(fmt.Sprintf(`{"s":%q,"z":"%s","l":%s}`, strings.Repeat("a", 140<<10), strings.Repeat("\x7f", 60<<10), numbers(100)), "", "")
		if _, err := e.Render(t.Context(), tpl, ev); CodeOf(err) != TooLarge || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRenderIsDeterministic renders twice with engines of their own: a retry sends the bytes of the first attempt.
func TestRenderIsDeterministic(t *testing.T) {
	t.Parallel()
	one, two := patient(), patient()
	a, err := one.Template(`{"data": event.data, "labels": event.labels, "before": event.previous}`, "")
	if err != nil {
		t.Fatal(err)
	}
	b, err := two.Template(`{"before": event.previous, "labels": event.labels, "data": event.data}`, "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		ev := occurrences().Draw(t, "event")
		x, errX := one.Render(t.Context(), a, ev)
		y, errY := two.Render(t.Context(), b, ev)
		if string(x) != string(y) || (errX == nil) != (errY == nil) {
			t.Fatalf("%s, %v and %s, %v", x, errX, y, errY)
		}
		if errX == nil && !json.Valid(x) {
			t.Fatalf("not JSON: %s", x)
		}
	})
}
