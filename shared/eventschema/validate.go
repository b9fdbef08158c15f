package eventschema

import (
	"encoding/json"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guardrails/shared/errs"
)

// Validate holds data to the schema and lists what is wrong, at most MaxFaults faults, with JSON pointers that begin
// with location, where the data stands in the caller's body. No fault means that the data is as the schema asks.
func (s *Schema) Validate(data json.RawMessage, location string) []errs.Field {
	v := &validator{steps: maxSteps}
	at := place{pointer: location}
	value, ok := decode(data)
	if !ok {
		v.faults.add(at, "is not well-formed JSON")
		return v.faults
	}
	v.value(s.root, at, value)
	return v.faults
}

// validator holds one value to a schema.
type validator struct {
	faults faults
	// steps is what patterns may still cost.
	steps int
}

func (v *validator) value(n *node, at place, value any) {
	if n == nil || v.faults.full() {
		return
	}
	if n.never {
		v.faults.add(at, "is not allowed")
		return
	}
	if kind := kindOfValue(value); n.types != 0 && n.types&kind == 0 {
		v.faults.add(at, "is not of the type "+words(n.types.names()))
		return
	}
	for _, list := range n.allowed {
		if !slices.ContainsFunc(list, func(one any) bool { return equal(one, value) }) {
			v.faults.add(at, "is none of the values that are allowed")
		}
	}
	switch x := value.(type) {
	case string:
		v.text(n, at, x)
	case number:
		v.number(n, at, x)
	case []any:
		v.list(n, at, x)
	case map[string]any:
		v.object(n, at, x)
	}
}

// kindOfValue returns a value's type. A number without a fraction is an integer.
func kindOfValue(value any) kinds {
	switch x := value.(type) {
	case nil:
		return isNull
	case bool:
		return isBoolean
	case number:
		if x.integer() {
			return isInteger
		}
		return isNumber
	case string:
		return isString
	case []any:
		return isArray
	}
	return isObject
}

func (v *validator) text(n *node, at place, s string) {
	v.bounded(n.length, at, utf8.RuneCountInString(s), "character")
	if n.format != "" && !formatOf(n.format)(s) {
		v.faults.add(at, "is not of the format "+n.format)
	}
	if n.pattern == nil {
		return
	}
	if v.steps -= n.steps * (len(s) + 1); v.steps < 0 {
		v.faults.add(at, "is more text than patterns can be tried on")
		return
	}
	if !n.pattern.MatchString(s) {
		v.faults.add(at, "does not match the pattern")
	}
}

func (v *validator) bounded(s span, at place, has int, what string) {
	if has < s.least {
		v.faults.add(at, "has fewer than "+counted(s.least, what))
	}
	if s.most > 0 && has >= s.most {
		v.faults.add(at, "has more than "+counted(s.most-1, what))
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (v *validator) number(n *node, at place, x number) {
	if n.minimum != nil && x.compare(*n.minimum) < 0 || n.above != nil && x.compare(*n.above) <= 0 {
		v.faults.add(at, "is less than is allowed")
	}
	if n.maximum != nil && x.compare(*n.maximum) > 0 || n.below != nil && x.compare(*n.below) >= 0 {
		v.faults.add(at, "is more than is allowed")
	}
}

func (v *validator) list(n *node, at place, items []any) {
	v.bounded(n.count, at, len(items), "item")
	if n.items == nil {
		return
	}
	for i, item := range items {
		if v.faults.full() {
			return
		}
		v.value(n.items, at.below(strconv.Itoa(i)), item)
	}
}

func (v *validator) object(n *node, at place, members map[string]any) {
	for _, name := range n.required {
		if _, ok := members[name]; !ok {
			v.faults.add(at.below(name), "is required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if v.faults.full() {
			return
		}
		if p, ok := n.properties[name]; ok {
			v.value(p, at.below(name), members[name])
			continue
		}
		v.value(n.additional, at.below(name), members[name])
	}
}

// equal reports whether two values are the same to JSON Schema: 1 and 1.0 are.
func equal(a, b any) bool {
	switch x := a.(type) {
	case number:
		y, ok := b.(number)
		return ok && x.compare(y) == 0
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// formatOf returns what decides a format, or nil for one that is not known.
func formatOf(name string) func(string) bool {
	switch name {
	case "date-time":
		return func(s string) bool {
			_, err := time.Parse(time.RFC3339Nano, s)
			return err == nil
		}
	case "email":
		return func(s string) bool {
			a, err := mail.ParseAddress(s)
			return err == nil && a.Address == s
		}
	case "uri":
		return func(s string) bool {
			u, err := url.Parse(s)
			return err == nil && u.IsAbs()
		}
	case "uuid":
		return uuid
	}
	return nil
}

// uuid reports whether s has the form of a UUID: 8-4-4-4-12 hexadecimal digits.
func uuid(s string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		if form[i] == '-' && s[i] != '-' || form[i] == 'x' && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}
