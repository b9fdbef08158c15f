package eventschema

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

// Parse reads a schema: an object of at most MaxBytes. What is wrong with it is listed with JSON pointers that begin
// with location, where the schema stands in the caller's body ("" if it is all of it).
func Parse(raw json.RawMessage, location string) (*Schema, []errs.Field) {
	p := &parser{}
	at := place{pointer: location}
	if len(raw) > MaxBytes {
		p.faults.add(at, "is longer than 32768 bytes")
		return nil, p.faults
	}
	value, ok := decode(raw)
	if !ok {
		p.faults.add(at, "is not well-formed JSON")
		return nil, p.faults
	}
	if _, ok := value.(map[string]any); !ok {
		p.faults.add(at, "is no schema: an object")
		return nil, p.faults
	}
	root := p.schema(at, value, 1)
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	return &Schema{root}, nil
}

// decode reads a value whose numbers keep their digits. It takes what document.Check takes.
func decode(raw []byte) (any, bool) {
	if document.Check(raw, 0) != nil {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	return numbered(v), true
}

// numbered puts numbers in the place of their digits, so that comparing does not read them again.
func numbered(value any) any {
	switch x := value.(type) {
	case json.Number:
		return numberOf(x.String())
	case []any:
		for i := range x {
			x[i] = numbered(x[i])
		}
	case map[string]any:
		for name := range x {
			x[name] = numbered(x[name])
		}
	}
	return value
}

// parser reads the schemas of one schema.
type parser struct {
	faults faults
	nodes  int
	// steps is how long the programs of the patterns are together.
	steps int
}

func (p *parser) schema(at place, value any, depth int) *node {
	n := &node{}
	p.nodes++
	if p.nodes == MaxNodes+1 {
		p.faults.add(at, "is one schema too many: there are at most 500")
	}
	if depth > MaxDepth {
		p.faults.add(at, "is a schema nested more than 16 deep")
		return n
	}
	if p.nodes > MaxNodes || p.faults.full() {
		return n
	}
	switch v := value.(type) {
	case bool:
		n.never = !v
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			p.keyword(n, at.below(name), name, v[name], depth)
		}
	default:
		p.faults.add(at, "is no schema: an object, true or false")
	}
	return n
}

// keyword reads one keyword of a schema.
func (p *parser) keyword(n *node, at place, name string, value any, depth int) {
	switch name {
	case "$schema", "$comment", "title", "description":
		p.text(at, value)
	case "default", "examples": // what is said for people and tools
	case "type":
		n.types = p.kinds(at, value)
	case "properties":
		n.properties = p.schemas(at, value, depth)
	case "required":
		n.required = p.names(at, value)
	case "additionalProperties":
		n.additional = p.schema(at, value, depth+1)
	case "items":
		n.items = p.schema(at, value, depth+1)
	case "enum":
		p.enum(n, at, value)
	case "const":
		n.allowed = append(n.allowed, []any{value})
	case "minLength":
		n.length.least = p.count(at, value)
	case "maxLength":
		n.length.most = p.count(at, value) + 1
	case "minItems":
		n.count.least = p.count(at, value)
	case "maxItems":
		n.count.most = p.count(at, value) + 1
	case "minimum":
		n.minimum = p.number(at, value)
	case "exclusiveMinimum":
		n.above = p.number(at, value)
	case "maximum":
		n.maximum = p.number(at, value)
	case "exclusiveMaximum":
		n.below = p.number(at, value)
	case "pattern":
		n.pattern, n.steps = p.pattern(at, value)
	case "format":
		n.format = p.format(at, value)
	default:
		p.faults.add(at, "is a keyword that is not supported")
	}
}

func (p *parser) text(at place, value any) {
	if _, ok := value.(string); !ok {
		p.faults.add(at, "is a string")
	}
}

func (p *parser) kinds(at place, value any) kinds {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	out := kinds(0)
	for _, v := range list {
		name, _ := v.(string)
		out |= kindOf(name)
		if kindOf(name) == 0 {
			out = 0
			break
		}
	}
	if out == 0 {
		p.faults.add(at, "is null, boolean, integer, number, string, array or object, or a list of these")
	}
	return out
}

func (p *parser) schemas(at place, value any, depth int) map[string]*node {
	members, ok := value.(map[string]any)
	if !ok {
		p.faults.add(at, "is an object of schemas")
	}
	out := make(map[string]*node, min(len(members), MaxNodes))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if p.nodes > MaxNodes || p.faults.full() {
			break
		}
		out[name] = p.schema(at.below(name), members[name], depth+1)
	}
	return out
}

func (p *parser) names(at place, value any) []string {
	list, ok := value.([]any)
	if !ok {
		p.faults.add(at, "is a list of names")
	}
	var out []string
	for i, v := range list {
		name, ok := v.(string)
		if !ok {
			p.faults.add(at.below(strconv.Itoa(i)), "is a string")
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (p *parser) enum(n *node, at place, value any) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > MaxEnum {
		p.faults.add(at, "is a list of 1 to 200 values")
		return
	}
	n.allowed = append(n.allowed, list)
}

// count reads how many; what is more than any value can have is kept as that.
func (p *parser) count(at place, value any) int {
	n, ok := value.(number)
	if !ok || !n.integer() || n.f < 0 {
		p.faults.add(at, "is an integer of at least 0")
		return 0
	}
	return int(min(n.f, math.MaxInt32))
}

func (p *parser) number(at place, value any) *number {
	n, ok := value.(number)
	if !ok {
		p.faults.add(at, "is a number")
		return nil
	}
	return &n
}

// pattern compiles a pattern whose program is short, and returns its length. Five hundred bytes can ask for a program of
// a hundred megabytes, so the length is known before it is made.
func (p *parser) pattern(at place, value any) (*regexp.Regexp, int) {
	source, ok := value.(string)
	if !ok || len(source) > MaxPattern {
		p.faults.add(at, "is a string of at most 512 bytes")
		return nil, 0
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		p.faults.add(at, "is not a regular expression of the RE2 syntax")
		return nil, 0
	}
	steps := size(tree)
	if p.steps += steps; steps > maxInstructions || p.steps > maxProgram {
		p.faults.add(at, "is too large: repeat less")
		return nil, 0
	}
	compiled, err := regexp.Compile(source)
	if err != nil {
		p.faults.add(at, "is not a regular expression of the RE2 syntax")
		return nil, 0
	}
	return compiled, steps
}

// size estimates how many instructions the program of an expression has: rather more than it has than fewer.
func size(e *syntax.Regexp) int {
	n := max(1, len(e.Sub))
	switch e.Op {
	case syntax.OpLiteral:
		n = len(e.Rune)
	case syntax.OpCapture:
		n = 2
	case syntax.OpRepeat:
		return max(1, e.Max, e.Min+1) * size(e.Sub[0])
	}
	for _, sub := range e.Sub {
		n += size(sub)
	}
	return n
}

func (p *parser) format(at place, value any) string {
	name, _ := value.(string)
	if formatOf(name) == nil {
		p.faults.add(at, "is date-time, email, uri or uuid")
		return ""
	}
	return name
}
