package rule

import (
	"encoding/json"
	"testing"
	"time"
)

// patient is an engine whose limits do not depend on how busy the machine is.
func patient() *Engine { return NewEngine(WithTimeout(time.Hour), WithTogether(time.Hour)) }

func event(data, previous, labels string) Event {
	return Event{
		ID: "evt_1", Type: "orders.updated", Source: "guardrails", Subject: "ord_1", Time: "2026-03-01T10:00:00.000Z",
		Data: json.RawMessage(data), Previous: json.RawMessage(previous), Labels: json.RawMessage(labels),
	}
}

func definition(condition string) Definition {
	return Definition{Name: "r", EventTypes: []string{"*"}, Condition: condition, Actions: []Action{{DestinationID: "dst_1"}}}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	const order = `{"status":"paid","n":5,"f":2.5,"ok":true,"none":null,"customer":{"address":{"city":"Oslo"}},"items":[{"sku":"a"},{"sku":"b"}],"we.ird":1,"text":"Hello World"}`
	const before = `{"status":"open","n":5,"gone":1}`
	cases := map[string]struct {
		condition string
		previous  string
		hit       bool
		code      Code
	}{
		"empty":                     {"", "", true, ""},
		"type":                      {`event.type == "orders.updated"`, "", true, ""},
		"other type":                {`event.type == "orders.created"`, "", false, ""},
		"subject":                   {`event.subject.startsWith("ord_")`, "", true, ""},
		"int beside double":         {`event.data.n == 5`, "", true, ""},
		"double":                    {`5.0 == event.data.n && event.data.f > 2`, "", true, ""},
		"in":                        {`event.data.status in ["paid", "sent"]`, "", true, ""},
		"or of one field":           {`event.data.status == "x" || event.data.status == "paid"`, "", true, ""},
		"or of two":                 {`event.data.status == "x" || event.data.n == 5`, "", true, ""},
		"bool":                      {`event.data.ok == true && event.data.ok`, "", true, ""},
		"null":                      {`event.data.none == null`, "", true, ""},
		"absent":                    {`event.data.nope == 1`, "", false, ""},
		"absent in CEL":             {`event.data.nope != 1`, "", false, NoSuchField},
		"absent but or":             {`event.data.nope != 1 || event.data.ok`, "", true, ""},
		"optional":                  {`event.data.?nope.orValue("x") == "x"`, "", true, ""},
		"has":                       {`!has(event.data.nope) && has(event.data.none)`, "", true, ""},
		"has_field":                 {`has_field("customer.address.city") && !has_field("customer.zip")`, "", true, ""},
		"path of positions":         {`has_field("items.1.sku") && !has_field("items.2")`, "", true, ""},
		"path with dot":             {`has_field("we\\.ird")`, "", true, ""},
		"index":                     {`event.data["customer"].address["city"] == "Oslo" && event.data.items[0].sku == "a"`, "", true, ""},
		"label":                     {`event.labels.team == "red" && event.labels["env"] != "prod"`, "", true, ""},
		"changed on created":        {`changed("status") && !changed("nope")`, "", true, ""},
		"changed_to on created":     {`changed_to("status", "paid")`, "", true, ""},
		"changed_from on created":   {`changed_from("status", "open")`, "", false, ""},
		"changed":                   {`changed("status") && !changed("n") && changed("gone") && changed("ok")`, before, true, ""},
		"changed_to":                {`changed_to("status", "paid") && !changed_to("n", 5)`, before, true, ""},
		"changed_from":              {`changed_from("status", "open") && changed_from("gone", 1)`, before, true, ""},
		"previous":                  {`event.previous.status == "open"`, before, true, ""},
		"no previous":               {`event.previous == null`, "", true, ""},
		"field of no previous":      {`event.previous.status == "open"`, "", false, NoSuchField},
		"time":                      {`event.time > timestamp("2026-01-01T00:00:00Z") && event.time < "2027-01-01T00:00:00Z"`, "", true, ""},
		"time as string":            {`event.time == "2026-03-01T11:00:00+01:00"`, "", true, ""},
		"time arithmetic":           {`event.time + duration("1h") > timestamp("2026-03-01T10:30:00Z") && event.time.getHours() == 10`, "", true, ""},
		"loop":                      {`event.data.items.exists(i, i.sku == "b")`, "", true, ""},
		"shadowed":                  {`event.data.items.exists(event, has_field("status") && event.sku == "b")`, "", true, ""},
		"strings":                   {`event.data.text.lowerAscii().contains("hello") && event.data.text.split(" ").size() == 2 && event.data.text.replace("l", "L").indexOf("L") == 2 && event.data.text.substring(6) == "World" && ["a", "b"].join("-") == "a-b" && " x ".trim().upperAscii() == "X"`, "", true, ""},
		"matches":                   {`event.data.text.matches("^H.*d$") && matches(event.data.status, "pa.d")`, "", true, ""},
		"order of another type":     {`event.data.text > 5`, "", false, ""},
		"residual of another type":  {`!(event.data.text > 5)`, "", false, TypeMismatch},
		"mixed in":                  {`event.data.n in [1, 5.0, "5"]`, "", true, ""},
		"ternary":                   {`event.data.n > 3 ? event.data.ok : false`, "", true, ""},
		"string of a number is not": {`event.data.n == "5"`, "", false, ""},
	}
	e := patient()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled, err := e.Check(definition(c.condition), nil)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := Parse(compiled.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			ev := event(order, c.previous, `{"team":"red","env":"dev"}`)
			for form, compiled := range map[string]Compiled{"compiled": compiled, "stored": stored} {
				set := e.NewSet()
				if err := set.Put(Rule{ID: "rul_1", Definition: definition(c.condition), Compiled: compiled}); err != nil {
					t.Fatal(err)
				}
				got := set.Match(t.Context(), ev)
				var code Code
				if len(got.Failures) > 0 {
					code = got.Failures[0].Code
				}
				if (len(got.Matches) == 1) != c.hit || code != c.code {
					t.Errorf("%s: hit %v, code %q; want %v, %q", form, len(got.Matches) == 1, code, c.hit, c.code)
				}
			}
			x, err := e.Explain(t.Context(), definition(c.condition), ev)
			if err != nil || x.Matched != c.hit {
				t.Errorf("explained: %+v, %v", x, err)
			}
		})
	}
}
