package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"pgregory.net/rapid"
)

// vocabulary is what conditions are made of. A dense one lets rules share their tests and events hit them; a wide one has
// everything that JSON and CEL may see differently.
type vocabulary struct{ fields, literals []string }

func vocabularies() *rapid.Generator[vocabulary] {
	return rapid.SampledFrom([]vocabulary{
		{[]string{"event.data.a", "event.data.b"}, []string{"1", `"a"`}},
		{[]string{"event.data.a", "event.data.b", "event.labels.a"}, []string{"1", `"a"`, "true"}},
		{[]string{"event.data.a", "event.data.c.d", "event.subject"}, []string{"1.0", `"a"`, "5"}},
		{
			[]string{
				"event.data.a", "event.data.b", "event.data.a.b", "event.data.c.d", `event.data["we.ird"]`, `event.data["#"]`, `event.data["*"].a`,
				`event.data[""]`, "event.data.list[0]", "event.data.list[0].a", "event.labels.a", `event.labels["b"]`, "event.subject", "event.source",
				"event.type", "event.id", "event.previous.a",
			},
			[]string{
				"0", "1", "5", "5.0", "-0.0", "5u", "1.5", "1e300", "9007199254740993", "9007199254740992", `""`, `"a"`, `"ab"`, `"5"`, `"x\u0061"`, `"é"`,
				"true", "false", "null", `"a.b"`, `"a.c"`,
			},
		},
		{[]string{"event.data.a", "event.data.b"}, []string{"9007199254740992", "9007199254740993", "9007199254740994.0", "1", "1u", "1.5"}},
	})
}

func paths() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"a", "b", "a.b", "c.d", "list.0", "list.0.a", `we\\.ird`, "0"})
}

func atoms(v vocabulary) *rapid.Generator[string] {
	fields, literals := rapid.SampledFrom(v.fields), rapid.SampledFrom(v.literals)
	return rapid.Custom(func(t *rapid.T) string {
		f, l := fields.Draw(t, "field"), literals.Draw(t, "literal")
		switch rapid.IntRange(0, 16).Draw(t, "atom") {
		case 0, 1, 2, 3, 13, 14, 15, 16:
			return f + " == " + l
		case 4:
			return l + " == " + f
		case 5:
			return fmt.Sprintf("%s in [%s]", f, strings.Join(rapid.SliceOfN(literals, 0, 4).Draw(t, "list"), ", "))
		case 6:
			return f + rapid.SampledFrom([]string{" < ", " <= ", " > ", " >= ", " != "}).Draw(t, "op") + l
		case 7:
			return f + `.startsWith("a")`
		case 8:
			return fmt.Sprintf(`changed_to("%s", %s)`, paths().Draw(t, "path"), l)
		case 9:
			return fmt.Sprintf(`changed_from("%s", %s)`, paths().Draw(t, "path"), l)
		case 10:
			return fmt.Sprintf(`changed("%s")`, paths().Draw(t, "path"))
		case 11:
			return fmt.Sprintf(`has_field("%s")`, paths().Draw(t, "path"))
		default:
			return fmt.Sprintf("%s == %s || %s == %s", f, l, f, literals.Draw(t, "other"))
		}
	})
}

func conditions(v vocabulary) *rapid.Generator[string] {
	atoms := atoms(v)
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "equalities") {
			var parts []string
			for _, f := range v.fields[:min(len(v.fields), 3)] {
				parts = append(parts, f+" == "+rapid.SampledFrom(v.literals[:2]).Draw(t, "literal"))
			}
			return strings.Join(parts, " && ")
		}
		parts := rapid.SliceOfN(atoms, 0, 3).Draw(t, "atoms")
		for i, p := range parts {
			switch rapid.IntRange(0, 9).Draw(t, "form") {
			case 0:
				parts[i] = "!(" + p + ")"
			case 1:
				parts[i] = "(" + p + " || " + atoms.Draw(t, "or") + ")"
			case 2:
				parts[i] = "(" + p + " && " + atoms.Draw(t, "and") + ")"
			default:
				parts[i] = "(" + p + ")"
			}
		}
		return strings.Join(parts, " && ")
	})
}

// documents are JSON as others write it: equal keys, escapes, numbers in every form, roots that are no objects.
func documents(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := 10
		if depth > 0 {
			n = 16
		}
		switch i := rapid.IntRange(0, n).Draw(t, "value"); {
		case i <= 10:
			return rapid.SampledFrom([]string{
				"0", "-0", "1", "5", "5.0", "5e0", "50E-1", "1.5", "1e300", "1e999", "9007199254740993", "9007199254740992", "9007199254740994", `""`, `"a"`, `"\u0061"`, `"ab"`, `"5"`, `"xa"`, `"é"`, `"\u00e9"`,
				`"\ud800"`, `"\ud83d\ude00"`, "\"\xff\"", "true", "false", "null", "[]", "{}",
			}).Draw(t, "scalar")
		case i <= 12:
			return "[" + strings.Join(rapid.SliceOfN(documents(depth-1), 0, 3).Draw(t, "items"), " , ") + "]"
		default:
			var b strings.Builder
			keys := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", `\u0061`, "we.ird", "#", "*", "", "list", "0"}), 0, 6).Draw(t, "keys")
			for i, k := range keys {
				if i > 0 {
					b.WriteString(",")
				}
				fmt.Fprintf(&b, ` "%s" : %s`, k, documents(depth-1).Draw(t, "member"))
			}
			return "{" + b.String() + "}"
		}
	})
}

func occurrences() *rapid.Generator[Event] {
	// What conditions ask for comes more often than the rest, and some keys twice.
	common := rapid.OneOf(rapid.SampledFrom([]string{"1", `"a"`}), rapid.SampledFrom([]string{"1", `"a"`, "true", "1.0", "5", "1.5", "9007199254740992", "9007199254740994", `{"b":1}`}), documents(1))
	again := rapid.SampledFrom([]string{"", "", "", `,"a":1`, `,"a":"a"`, `,"a":null`, `,"c":{}`, `,"c":{"d":"a"}`, `,"c":5`, `,"\u0061":true`})
	return rapid.Custom(func(t *rapid.T) Event {
		doc := func(name string) json.RawMessage {
			switch rapid.IntRange(0, 9).Draw(t, name) {
			case 0:
				return nil
			case 1:
				return json.RawMessage(documents(2).Draw(t, name))
			default:
				return json.RawMessage(fmt.Sprintf(`{"a":%s,"b":%s,"list":[%s],"c":{"d":%s},"we.ird":%s%s}`, common.Draw(t, "a"), common.Draw(t, "b"),
					documents(1).Draw(t, "list"), common.Draw(t, "d"), documents(0).Draw(t, "weird"), again.Draw(t, "again")))
			}
		}
		word := rapid.SampledFrom([]string{"a", "ab", "5", "", "a.b"})
		return Event{
			ID: word.Draw(t, "id"), Type: rapid.SampledFrom([]string{"a.b", "a.c", "a.b.c", "x", "a"}).Draw(t, "type"), Source: word.Draw(t, "source"),
			Subject: word.Draw(t, "subject"), Time: "2026-01-01T00:00:00Z", Data: doc("data"), Previous: doc("previous"), Labels: doc("labels"),
		}
	})
}

// oracle evaluates a whole condition by CEL alone.
type oracle struct {
	d   Definition
	run cel.Program
}

func (o oracle) hit(ev Event) (hit, failed bool) {
	if !slices.ContainsFunc(o.d.EventTypes, func(p string) bool { return covers(p, ev.Type) }) {
		return false, false
	}
	if o.run == nil {
		return true, false
	}
	v, _, err := o.run.Eval(&input{ev: &ev})
	return err == nil && v == types.True, err != nil
}

// TestIndexAgreesWithCEL adds and deletes rules at random: whatever the index has done, an event hits exactly the rules
// whose conditions CEL alone finds true.
func TestIndexAgreesWithCEL(t *testing.T) {
	t.Parallel()
	e := patient()
	var ids []string
	for i := range 25 {
		ids = append(ids, fmt.Sprintf("rul_%02d", i))
	}
	rapid.Check(t, func(t *rapid.T) {
		set, all, words := e.NewSet(), map[string]oracle{}, vocabularies().Draw(t, "vocabulary")
		set.crowd = rapid.SampledFrom([]int{1, 2, crowded}).Draw(t, "crowd")
		for i := range rapid.SampledFrom([]int{40, 5, 15, 80}).Draw(t, "steps") {
			id := rapid.SampledFrom(ids).Draw(t, "id")
			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				set.Delete(id)
				delete(all, id)
				continue
			}
			d := definition(conditions(words).Draw(t, "condition"))
			d.EventTypes = rapid.SliceOfN(rapid.SampledFrom([]string{"*", "*", "a.*", "a.b", "a.b.*", "x"}), 1, 2).Draw(t, "types")
			c, err := e.Check(d, nil)
			if err != nil {
				// It can hold for none of its types; those that remain are checked below.
				continue
			}
			if i%2 == 0 {
				if c, err = Parse(c.Bytes()); err != nil {
					t.Fatal(err)
				}
			}
			if err := set.Put(Rule{ID: id, Definition: d, Compiled: c}); err != nil {
				t.Fatal(err)
			}
			all[id] = whole(t, e, d)
		}
		if set.Len() != len(all) {
			t.Fatalf("%d rules, want %d", set.Len(), len(all))
		}
		for pattern, b := range set.buckets {
			filed(t, set, pattern, b)
		}
		for range 10 {
			compare(t, set, all, occurrences().Draw(t, "event"))
		}
		for id := range all {
			set.Delete(id)
		}
		if len(set.buckets) != 0 || len(set.data.keys) != 0 || len(set.labels.keys) != 0 || len(set.free) != set.slots-firstSlot || set.Unindexed() != 0 {
			t.Fatalf("an empty set keeps %d buckets, %d and %d paths, %d of %d slots free", len(set.buckets), len(set.data.keys), len(set.labels.keys), len(set.free), set.slots)
		}
	})
}

// filed fails if a list of the bucket is empty or holds a rule that is not in the set any more.
func filed(t *rapid.T, set *Set, pattern string, b *bucket) {
	check := func(list []*entry) {
		for _, en := range list {
			if set.rules[en.rule.ID] != en {
				t.Fatalf("%s is still filed under %s", en.rule.ID, pattern)
			}
		}
		if len(list) == 0 {
			t.Fatalf("%s keeps an empty list", pattern)
		}
	}
	if len(b.always) > 0 {
		check(b.always)
	}
	for _, lists := range b.one {
		for _, list := range lists {
			check(list)
		}
	}
	for _, seconds := range b.two {
		for _, lists := range seconds {
			for _, list := range lists {
				check(list)
			}
		}
	}
}

func whole(t *rapid.T, e *Engine, d Definition) oracle {
	if d.Condition == "" {
		return oracle{d: d}
	}
	env, err := e.environment()
	if err != nil {
		t.Fatal(err)
	}
	a, issues := env.Compile(d.Condition)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	// Optimized, as everywhere: a value that is absent is not in [] then, where plain CEL would fail on it.
	run, err := env.Program(a, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		t.Fatal(err)
	}
	return oracle{d, run}
}

func compare(t *rapid.T, set *Set, all map[string]oracle, ev Event) {
	got := set.Match(t.Context(), ev)
	hits := map[string]bool{}
	for _, m := range got.Matches {
		if hits[m.Rule.ID] {
			t.Fatalf("%s hit twice", m.Rule.ID)
		}
		if o, ok := all[m.Rule.ID]; !ok || o.d.Condition != m.Rule.Condition {
			t.Fatalf("%s was deleted or replaced", m.Rule.ID)
		}
		hits[m.Rule.ID] = true
	}
	for id, o := range all {
		want, failed := o.hit(ev)
		if hits[id] != want {
			t.Fatalf("%s %q: index %v, CEL %v, with %s %s %s", id, o.d.Condition, hits[id], want, ev.Data, ev.Previous, ev.Labels)
		}
		reported := slices.ContainsFunc(got.Failures, func(f Failure) bool { return f.RuleID == id })
		if reported && !failed {
			t.Fatalf("%s %q: reported as failed, but CEL decides it", id, o.d.Condition)
		}
	}
}

// TestReaderAgreesWithJSON compares what conditions see with what encoding/json reads, where the text is UTF-8 and
// every surrogate has its pair.
func TestReaderAgreesWithJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := documents(3).Draw(t, "document")
		r, ok := parse(json.RawMessage(doc))
		var want any
		if err := json.Unmarshal([]byte(doc), &want); err != nil {
			return
		}
		if strings.Contains(doc, `\ud800`) || strings.Contains(doc, "\xff") {
			return
		}
		got, err := json.Marshal(decode(r))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		expected, err := json.Marshal(want)
		if err != nil || string(got) != string(expected) {
			t.Fatalf("%s: got %s, want %s, %v", doc, got, expected, err)
		}
	})
}
