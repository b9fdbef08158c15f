package rule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"guardrails/shared/errs"
)

// numbers is a JSON array of n numbers.
func numbers(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }

// TestRuntimeLimits holds conditions that are cheap on the events one expects to what they may cost on others.
func TestRuntimeLimits(t *testing.T) {
	t.Parallel()
	list := fmt.Sprintf(`{"l":%s}`, numbers(1000))
	text := fmt.Sprintf(`{"s":%q}`, strings.Repeat("a", 200<<10))
	nested := fmt.Sprintf(`{"a":[%s],"b":[%s],"s":"x"}`, numbers(60_000), numbers(60_000))
	cases := map[string]struct {
		condition, data string
		code            Code
	}{
		"a million steps":      {`event.data.l.all(a, event.data.l.all(b, a == b))`, list, CostExceeded},
		"ordered texts":        {`event.data.l.all(a, event.data.s <= event.data.s)`, `{"l":` + numbers(1000) + `,` + text[1:], CostExceeded},
		"one loop":             {`event.data.l.exists(a, a == 2)`, list, ""},
		"a pattern":            {`event.data.s.matches("(a|aa)+$")`, text, CostExceeded},
		"replaced":             {`event.data.s.replace("", event.data.s) != ""`, text, CostExceeded},
		"joined":               {`event.data.s.split("").join(event.data.s) != ""`, text, CostExceeded},
		"doubled":              {`(event.data.s + event.data.s + event.data.s).size() > 0`, text, CostExceeded},
		"a list in lists":      {`event.data.a in [event.data.b, event.data.b, event.data.b, [1]]`, nested, CostExceeded},
		"equal lists":          {`event.data.a != event.data.b || event.data.s == "y"`, nested, CostExceeded},
		"large field changed":  {`changed("a") || event.data.s == "y"`, nested, CostExceeded},
		"large field given":    {`changed_to("a", event.data.b) || event.data.s == "y"`, nested, CostExceeded},
		"small field of large": {`!changed("s") || event.data.s == "y"`, nested, ""},
	}
	e := patient()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled, err := e.Check(definition(c.condition), nil)
			if err != nil {
				t.Fatalf("%+v", err)
			}
			set := e.NewSet()
			if err := set.Put(Rule{ID: "rul_1", Definition: definition(c.condition), Compiled: compiled}); err != nil {
				t.Fatal(err)
			}
			got := set.Match(t.Context(), event(c.data, c.data, ""))
			var code Code
			if len(got.Failures) > 0 {
				code = got.Failures[0].Code
			}
			if code != c.code {
				t.Errorf("code %q, want %q", code, c.code)
			}
		})
	}
}

// doubling is a value in which one value is n times put twice: made in n steps, walked through in 2^n.
func doubling(twice string, n int) string {
	var b strings.Builder
	b.WriteString("[1]")
	for i := range n {
		v := fmt.Sprintf("v%d", i)
		fmt.Fprintf(&b, ".map(%s,%s)", v, strings.ReplaceAll(twice, "v", v))
	}
	return b.String()
}

// TestDoubledValues compares values that are endless to walk through: each is refused before the comparison begins.
func TestDoubledValues(t *testing.T) {
	t.Parallel()
	e := patient()
	for name, twice := range map[string]string{
		"lists":     "[v,v]",
		"maps":      "{'a':v,'b':v}",
		"optionals": "[optional.of(v),optional.of(v)]",
		"both":      "[{'a':v},{'a':v}]",
	} {
		value := doubling(twice, 40)
		for _, condition := range []string{
			value + " == " + value, value + " != " + value, "[" + value + "].exists(x, x == " + value + ")",
			value + " in [" + value + ", event.data.s]", "event.data.s in " + value,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				compiled, err := e.Check(definition(condition), nil)
				if err != nil {
					t.Fatal(err)
				}
				set := e.NewSet()
				if err := set.Put(Rule{ID: "rul_1", Definition: definition(condition), Compiled: compiled}); err != nil {
					t.Fatal(err)
				}
				got := set.Match(t.Context(), event(`{"s":"x"}`, "", ""))
				if strings.HasPrefix(condition, "event.data.s in") {
					return // one walk over a list of one
				}
				if len(got.Failures) != 1 || got.Failures[0].Code != CostExceeded {
					t.Errorf("%.60s…: %+v, want a failure by cost", condition, got)
				}
			})
		}
		template := "{'equal': " + value + " == " + value + "}"
		compiled, err := e.Template(template, "/template")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Render(t.Context(), compiled, event("{}", "", "")); CodeOf(err) != CostExceeded {
			t.Errorf("template of %s: %v, want a failure by cost", name, err)
		}
	}
}

// TestPatternsThatUnfold refuses expressions that are short to write and long to compile, without compiling them.
func TestPatternsThatUnfold(t *testing.T) {
	for _, pattern := range []string{strings.Repeat(".{999}", 600), strings.Repeat("(ab|cd){0,500}", 200), "(((x{9}){9}){9}){9}"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := compileRegex(pattern)
		runtime.ReadMemStats(&after)
		if err == nil || after.TotalAlloc-before.TotalAlloc > 8<<20 {
			t.Errorf("%.20s…: %v after %d bytes", pattern, err, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

// TestTogether has many rules of which each stays below its own limits: those that come after the event's time fail, and
// nothing else of the event is left out.
func TestTogether(t *testing.T) {
	t.Parallel()
	e := NewEngine(WithTimeout(time.Hour), WithTogether(time.Nanosecond))
	set := e.NewSet()
	const rules = 10
	for i := range rules {
		d := definition(`event.data.l.exists(a, a == 2)`)
		c, err := e.Check(d, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Put(Rule{ID: fmt.Sprintf("rul_%d", i), Definition: d, Compiled: c}); err != nil {
			t.Fatal(err)
		}
	}
	got := set.Match(t.Context(), event(`{"l":[1,2]}`, "", ""))
	if len(got.Matches) == 0 || len(got.Matches)+len(got.Failures) != rules || len(got.Failures) == 0 || got.Failures[0].Code != Deadline {
		t.Errorf("%d matches, failures %+v", len(got.Matches), got.Failures)
	}
}

// TestDeadline lets the context end before the evaluation: a loop stops, and rules that only need tests are still
// decided.
func TestDeadline(t *testing.T) {
	t.Parallel()
	e := patient()
	set := e.NewSet()
	for id, condition := range map[string]string{"rul_a": `event.data.l.exists(a, a == 2)`, "rul_b": `event.data.s == "x"`} {
		c, err := e.Check(definition(condition), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Put(Rule{ID: id, Definition: definition(condition), Compiled: c}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	got := set.Match(ctx, event(`{"s":"x","l":[1]}`, "", ""))
	if len(got.Matches) != 1 || got.Matches[0].Rule.ID != "rul_b" || len(got.Failures) != 1 || got.Failures[0] != (Failure{"rul_a", Deadline}) {
		t.Errorf("got %+v", got)
	}
	tpl, err := e.Template(`{"n": event.data.l.map(a, a + 1.0)}`, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Render(ctx, tpl, event(fmt.Sprintf(`{"l":%s}`, numbers(1000)), "", "")); CodeOf(err) != Deadline {
		t.Errorf("rendered: %v", err)
	}
}

// TestEventsThatAreNoJSON are no match, and never a crash.
func TestEventsThatAreNoJSON(t *testing.T) {
	t.Parallel()
	e := patient()
	set := e.NewSet()
	for id, condition := range map[string]string{"rul_a": `event.data.s != "x"`, "rul_b": `event.data.s == "x"`, "rul_c": `event.labels.s != "x"`} {
		c, err := e.Check(definition(condition), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Put(Rule{ID: id, Definition: definition(condition), Compiled: c}); err != nil {
			t.Fatal(err)
		}
	}
	for name, doc := range map[string]string{
		"cut": `{"s":"x"`, "garbage": "\x00", "deep": strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"large": `{"s":"` + strings.Repeat("x", MaxEvent) + `"}`, "brackets": strings.Repeat("[", 100_000),
	} {
		if got := set.Match(t.Context(), event(doc, doc, doc)); len(got.Matches) != 0 || len(got.Failures) != 2 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// marker is in every source below; no message may hold it.
const marker = "s3cr3t"

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	schemas := Schemas{
		"orders.paid": json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{
			"amount":{"type":"number"},"currency":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},
			"lines":{"type":"array","items":{"$ref":"#/$defs/line"}},"counts":{"type":"object","additionalProperties":{"type":"integer"}},"note":{"type":["string","null"]}},
			"$defs":{"line":{"type":"object","additionalProperties":false,"properties":{"sku":{"type":"string"},"n":{"type":"integer"}}}}}`),
		"orders.sent": json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{"carrier":{"type":"string"},"amount":{"type":"string"}}}`),
	}
	cases := map[string]struct{ types, condition, message string }{
		"fine":                    {"orders.paid", `event.data.amount > 5 && event.data.lines.exists(l, l.n == 1 && l.sku == "x") && event.data.tags[0] == "x" && event.data.counts.anything == 3 && event.data.note == null && changed_to("lines.0.n", 5)`, ""},
		"of one of two types":     {"orders.*", `event.data.carrier == "x" && event.data.amount == 5 && event.data.amount == "5"`, ""},
		"type without schema":     {"orders.paid other", `event.data.whatever == 1`, ""},
		"unknown field":           {"orders.paid", `event.data.amuont == 5`, "line 1, column 11: the data of this event type has no such field here; did you mean amount?"},
		"unknown, quoted":         {"orders.paid", `event.data["s3cr3t"] == 5`, "line 1, column 11: the data of this event type has no such field here"},
		"unknown in has":          {"orders.paid", `has(event.data.s3cr3t)`, "line 1, column 4: the data of this event type has no such field here"},
		"unknown in optional":     {"orders.paid", `event.data.?s3cr3t.orValue(1) == 1`, "line 1, column 11: the data of this event type has no such field here"},
		"unknown in path":         {"orders.paid", `changed("lines.0.s3cr3t")`, "line 1, column 9: the data of this event type has no such field here"},
		"unknown in loop":         {"orders.paid", `event.data.lines.exists(l, l.s3cr3t == 1)`, "line 1, column 29: the data of this event type has no such field here"},
		"unknown in previous":     {"orders.paid", "\n event.previous.carrier == 1", "line 2, column 16: the data of this event type has no such field here"},
		"unknown to all":          {"orders.*", `event.data.s3cr3t == 1`, "line 1, column 11: the data of this event type has no such field here"},
		"number beside string":    {"orders.paid", `event.data.amount == "s3cr3t"`, "line 1, column 19: the field is a number and cannot be compared with a string"},
		"string in numbers":       {"orders.paid", `event.data.currency in ["EUR", 5]`, "line 1, column 32: the field is a string and cannot be compared with a number"},
		"path beside number":      {"orders.paid", `changed_to("currency", 5)`, "line 1, column 24: the field is a string and cannot be compared with a number"},
		"text function":           {"orders.paid", `event.data.amount.startsWith("s3cr3t")`, "line 1, column 29: expected a string, but the field is a number"},
		"whole number":            {"orders.paid", `event.data.amount + 1 > 5`, "line 1, column 19: numbers of an event are doubles: write 1.0, not 1"},
		"label beside number":     {"*", `event.labels.s3cr3t == 5`, "line 1, column 21: the operator or function does not take (string, int)"},
		"not bool":                {"*", `event.id + "s3cr3t"`, "expected an expression of type bool"},
		"syntax":                  {"*", `event.id == "s3cr3t`, "line 1, column 13: syntax error"},
		"unknown name":            {"*", `s3cr3t == 1`, "line 1, column 1: unknown name; an event has id, type, source, subject, time, data, previous and labels"},
		"unknown part":            {"*", `event.s3cr3t == 1`, "line 1, column 6: unknown name; an event has id, type, source, subject, time, data, previous and labels"},
		"unknown function":        {"*", `s3cr3t(1)`, "line 1, column 7: unknown name; an event has id, type, source, subject, time, data, previous and labels"},
		"path not literal":        {"*", `changed(event.id + "s3cr3t")`, "line 1, column 18: expected the path as a literal string"},
		"pattern not literal":     {"*", `event.id.matches(event.type)`, "line 1, column 23: expected the pattern as a literal string"},
		"pattern":                 {"*", `event.id.matches("s3cr3t(")`, "line 1, column 18: not a regular expression (RE2)"},
		"large pattern":           {"*", `event.id.matches("(s3cr3t{50}){50}")`, "line 1, column 18: the regular expression is too large"},
		"time":                    {"*", `event.time > "s3cr3t"`, "line 1, column 14: expected a time (RFC 3339)"},
		"none of the types":       {"orders.paid", `event.type == "s3cr3t"`, "the condition holds for none of the rule's event types"},
		"three loops":             {"*", `event.data.l.all(a, event.data.l.all(b, event.data.l.all(c, a == b)))`, "the expression may cost too much; use fewer loops within loops"},
		"long":                    {"*", `event.id == "` + strings.Repeat("x", MaxSource) + `"`, "expected at most 4096 bytes"},
		"not UTF-8":               {"*", "event.id == '\xff'", "expected UTF-8"},
		"nested brackets":         {"*", strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500), "expected at most 64 levels of nesting"},
		"nested lists":            {"*", strings.Repeat("[", 100) + strings.Repeat("]", 100) + " == []", "expected at most 64 levels of nesting"},
		"nested fields":           {"*", "event.data" + strings.Repeat(".a", 500) + " == 1", "expected at most 64 levels of nesting"},
		"nested not":              {"*", strings.Repeat("!(", 100) + "true" + strings.Repeat(")", 100), "expected at most 64 levels of nesting"},
		"many parts are no depth": {"*", strings.TrimSuffix(strings.Repeat(`event.id != "x" && `, 200), " && "), ""},
	}
	e := patient()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := definition(c.condition)
			d.EventTypes = strings.Fields(c.types)
			_, err := e.Check(d, schemas)
			if c.message == "" {
				if err != nil {
					var fault *errs.Error
					errors.As(err, &fault)
					t.Fatalf("%+v", fault)
				}
				return
			}
			var fault *errs.Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			if got := fault.Fields[0]; got.Location != "/condition" || got.Message != c.message {
				t.Errorf("got  %s %s\nwant %s", got.Location, got.Message, c.message)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, fault.Fields), marker) {
				t.Errorf("echoed: %+v", fault.Fields)
			}
		})
	}
}

func TestCheckNamesEveryField(t *testing.T) {
	t.Parallel()
	d := Definition{EventTypes: []string{"a..b", "a.*.b"}, Condition: "1", Actions: []Action{{OnFailure: "drop", Template: "1"}, {DestinationID: "dst_1", Template: `{"a": event.nope}`}}}
	_, err := patient().Check(d, nil)
	var fault *errs.Error
	if !errors.As(err, &fault) {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fault.Fields {
		got = append(got, f.Location)
	}
	const want = "/name /event_types/0 /event_types/1 /actions/0/destination_id /actions/0/on_failure /condition /actions/0/template /actions/1/template"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v", got)
	}
}
