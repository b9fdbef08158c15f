package eventschema

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

// The bounds of schemas and of what is said about one value.
const (
	// MaxBytes is how long a schema may be.
	MaxBytes = 32 << 10
	// MaxDepth is how many schemas may stand inside one another, MaxNodes how many there may be.
	MaxDepth = 16
	MaxNodes = 500
	// MaxEnum is how many values an enum may list.
	MaxEnum = 200
	// MaxPattern is how long a pattern may be in bytes, maxInstructions how long its program, and maxProgram how long those
	// of a schema may be together.
	MaxPattern      = 512
	maxInstructions = 1000
	maxProgram      = 5000
	// MaxFaults is how many faults are listed; more are left out.
	MaxFaults = 20
	// maxSteps bounds what the patterns of a schema cost for one value: program steps, some 0.2 s.
	maxSteps = 1 << 24
)

// Schema is a schema that was read. It is safe for concurrent use.
type Schema struct{ root *node }

// node is one schema: what it asks of a value. The zero node takes everything.
type node struct {
	// never refuses every value: the schema false.
	never bool
	types kinds

	properties map[string]*node
	required   []string
	// additional is for properties that are not named, items for the elements of arrays; nil takes everything.
	additional, items *node

	// allowed are the values of enum and const, each list of which must have the value.
	allowed [][]any

	length, count  span
	minimum, above *number
	maximum, below *number

	pattern *regexp.Regexp
	// steps is what the pattern costs for each byte.
	steps  int
	format string
}

// span bounds a number of things. The zero span bounds nothing.
type span struct {
	least int
	// most is one more than the greatest number that is allowed; 0 means no bound.
	most int
}

// kinds is a set of JSON types; 0 means all.
type kinds uint8

const (
	isNull kinds = 1 << iota
	isBoolean
	isInteger
	isNumber
	isString
	isArray
	isObject
)

// kindOf returns the type of a name of JSON Schema, or 0.
func kindOf(name string) kinds {
	switch name {
	case "null":
		return isNull
	case "boolean":
		return isBoolean
	case "integer":
		return isInteger
	case "number":
		return isNumber | isInteger
	case "string":
		return isString
	case "array":
		return isArray
	case "object":
		return isObject
	}
	return 0
}

func (k kinds) names() []string {
	out := []string{}
	for _, name := range []string{"null", "boolean", "integer", "number", "string", "array", "object"} {
		if one := kindOf(name); k&one == one && !(name == "integer" && k&isNumber != 0) {
			out = append(out, name)
		}
	}
	return out
}

// Types returns which JSON types a value may have that stands at a path of the data, and whether the schema lets any
// value stand there. Each step of the path names a property; "0" stands for every element of an array. No types with
// true means any: the schema says nothing of the place.
func (s *Schema) Types(path ...string) ([]string, bool) {
	at := s.root
	for _, step := range path {
		if at = at.step(step); at == nil {
			return nil, true
		}
		if at.never {
			return nil, false
		}
	}
	return at.types.names(), true
}

// step returns the schema of a part of the value, nil if it may be anything. A value that has no parts has parts that
// are never there.
func (n *node) step(name string) *node {
	if n.types != 0 && n.types&(isObject|isArray) == 0 {
		return &node{never: true}
	}
	if p, ok := n.properties[name]; ok && n.types != isArray {
		return p
	}
	switch {
	case n.types&isObject == 0 && n.types != 0 && name == "0":
		return n.items
	case n.types&isObject == 0 && n.types != 0:
		return &node{never: true}
	case n.types&isArray != 0 || n.types == 0:
		return nil // an array's element, or a property: either may be there
	}
	return n.additional
}

// place is where a value or a schema stands, as a JSON pointer. A name that may be data is not shown, and nothing below
// it: the pointer ends before it.
type place struct {
	pointer string
	hidden  bool
}

func (p place) below(segment string) place {
	if p.hidden || !document.PlainSegment(segment) {
		return place{p.pointer, true}
	}
	return place{p.pointer + "/" + segment, false}
}

func (p place) String() string { return cmp.Or(p.pointer, "/") }

// faults collects what is wrong, up to MaxFaults.
type faults []errs.Field

func (f *faults) add(at place, message string) {
	if at.hidden {
		message = "a part of it " + message
	}
	if !f.full() {
		*f = append(*f, errs.Field{Location: at.String(), Message: message})
	}
}

func (f *faults) full() bool { return len(*f) >= MaxFaults }

// number is a JSON number. Whole numbers of up to 64 bits are compared exactly, others as floating-point numbers.
type number struct {
	whole bool
	i     int64
	f     float64
}

func numberOf(literal string) number {
	n := number{}
	i, err := strconv.ParseInt(literal, 10, 64)
	n.whole, n.i = err == nil, i
	n.f, _ = strconv.ParseFloat(literal, 64) // beyond its range it is infinite, which is how it compares
	return n
}

// integer reports whether the number has no fraction: 1.0 has none.
func (n number) integer() bool { return n.whole || n.f == math.Trunc(n.f) && !math.IsInf(n.f, 0) }

func (n number) compare(other number) int {
	if n.whole && other.whole {
		return cmp.Compare(n.i, other.i)
	}
	return cmp.Compare(n.f, other.f)
}

func words(list []string) string { return strings.Join(list, " or ") }
