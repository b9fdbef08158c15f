package rule

import (
	"encoding/json"
	"slices"
	"strings"
)

// Schemas are JSON Schemas of events' data by event type. Types without one are not checked.
type Schemas map[string]json.RawMessage

// kinds is a set of JSON types.
type kinds uint8

const (
	isNull kinds = 1 << iota
	isBool
	isNumber
	isText
	isObject
	isArray
	isAny = isNull | isBool | isNumber | isText | isObject | isArray
)

func (k kinds) String() string {
	var out []string
	for i, name := range []string{"null", "a boolean", "a number", "a string", "an object", "an array"} {
		if k&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, " or ")
}

// shape is what a schema says of a value: its types and, below it, its fields and items.
type shape struct {
	kinds  kinds
	fields map[string]*shape
	// rest is what fields of other names hold, nil if there are none.
	rest  *shape
	items *shape
}

func anything() *shape {
	s := &shape{kinds: isAny}
	s.rest, s.items = s, s
	return s
}

// maxSchemaDepth ends the reading of schemas that refer to themselves; below it everything is allowed.
const maxSchemaDepth = 16

type schemaReader struct{ defs map[string]json.RawMessage }

// shapeOf reads a JSON Schema. What it does not understand allows everything.
func shapeOf(schema json.RawMessage) *shape {
	var root struct {
		Defs        map[string]json.RawMessage `json:"$defs"`
		Definitions map[string]json.RawMessage `json:"definitions"`
	}
	if json.Unmarshal(schema, &root) != nil {
		return anything()
	}
	r := schemaReader{defs: map[string]json.RawMessage{}}
	for name, d := range root.Defs {
		r.defs["#/$defs/"+name] = d
	}
	for name, d := range root.Definitions {
		r.defs["#/definitions/"+name] = d
	}
	return r.read(schema, 0)
}

func (r schemaReader) read(schema json.RawMessage, depth int) *shape {
	var s struct {
		Ref        string                     `json:"$ref"`
		Type       json.RawMessage            `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		Additional json.RawMessage            `json:"additionalProperties"`
		Patterns   json.RawMessage            `json:"patternProperties"`
		Items      json.RawMessage            `json:"items"`
		Prefix     json.RawMessage            `json:"prefixItems"`
		OneOf      json.RawMessage            `json:"oneOf"`
		AnyOf      json.RawMessage            `json:"anyOf"`
		AllOf      json.RawMessage            `json:"allOf"`
	}
	if depth > maxSchemaDepth || json.Unmarshal(schema, &s) != nil || s.OneOf != nil || s.AnyOf != nil || s.AllOf != nil {
		return anything()
	}
	if s.Ref != "" {
		if d, ok := r.defs[s.Ref]; ok {
			return r.read(d, depth+1)
		}
		return anything()
	}
	out := &shape{kinds: kindsOf(s.Type), rest: anything(), items: anything(), fields: map[string]*shape{}}
	for name, p := range s.Properties {
		out.fields[name] = r.read(p, depth+1)
	}
	switch {
	case s.Patterns != nil:
	case string(s.Additional) == "false":
		out.rest = nil
	case len(s.Additional) > 0:
		out.rest = r.read(s.Additional, depth+1)
	}
	if s.Items != nil && s.Prefix == nil {
		out.items = r.read(s.Items, depth+1)
	}
	return out
}

func kindsOf(typ json.RawMessage) kinds {
	var names []string
	var one string
	if json.Unmarshal(typ, &one) == nil {
		names = []string{one}
	} else if json.Unmarshal(typ, &names) != nil {
		return isAny
	}
	var out kinds
	for _, n := range names {
		switch n {
		case "null":
			out |= isNull
		case "boolean":
			out |= isBool
		case "number", "integer":
			out |= isNumber
		case "string":
			out |= isText
		case "object":
			out |= isObject
		case "array":
			out |= isArray
		default:
			return isAny
		}
	}
	return out
}

// shapes are the alternatives that several event types have for one value; nil says that nothing is known.
type shapes []*shape

// field returns the alternatives of a field, and false if no alternative has it.
func (s shapes) field(name string) (shapes, bool) {
	var out shapes
	for _, alt := range s {
		switch {
		case alt.fields[name] != nil:
			out = append(out, alt.fields[name])
		case alt.rest != nil && alt.kinds&isObject != 0:
			out = append(out, alt.rest)
		}
	}
	return out, len(out) > 0 || len(s) == 0
}

func (s shapes) items() shapes {
	var out shapes
	for _, alt := range s {
		if alt.kinds&isArray != 0 {
			out = append(out, alt.items)
		}
	}
	return out
}

func (s shapes) kinds() kinds {
	if len(s) == 0 {
		return isAny
	}
	var out kinds
	for _, alt := range s {
		out |= alt.kinds
	}
	return out
}

// nearest returns the known field whose name is most like name, or nothing if none is.
func (s shapes) nearest(name string) string {
	var known []string
	for _, alt := range s {
		for f := range alt.fields {
			known = append(known, f)
		}
	}
	slices.Sort(known)
	best, least := "", 1+len(name)/3
	for _, k := range known {
		if d := distance(name, k); d <= least && (best == "" || d < distance(name, best)) {
			best = k
		}
	}
	return best
}

// distance is how many letters to add, drop or change to make b of a.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// of returns what the data of events of the given patterns looks like; nil if some of them may look like anything.
func (s Schemas) of(patterns []string) shapes {
	var out shapes
	for _, p := range patterns {
		found := false
		for t, schema := range s {
			if covers(p, t) {
				out = append(out, shapeOf(schema))
				found = true
			}
		}
		if !found || p == "*" {
			return nil
		}
	}
	return out
}
