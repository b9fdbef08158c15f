package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guardrails/shared/errs"
)

const (
	// MaxPattern is how many bytes an imported pattern may have.
	MaxPattern = 64 << 10
	// maxPatternDepth is how deep its objects and lists may be nested.
	maxPatternDepth = 16
)

// ImportPattern translates an Amazon EventBridge event pattern into event types and a condition. It knows exact values,
// prefix, suffix, anything-but, numeric, exists, equals-ignore-case, wildcard and $or. A matcher is about one value:
// EventBridge also looks into lists, a condition does that with exists(). The error is errs.InvalidRequest; its
// locations are JSON pointers into the pattern.
func ImportPattern(pattern json.RawMessage) (types []string, condition string, err error) {
	if len(pattern) > MaxPattern {
		return nil, "", invalid("", "expected at most %d bytes", MaxPattern)
	}
	if nested(pattern) > maxPatternDepth {
		return nil, "", invalid("", "expected at most %d levels", maxPatternDepth)
	}
	var root map[string]json.RawMessage
	if json.Unmarshal(pattern, &root) != nil || len(root) == 0 {
		return nil, "", invalid("", "expected an object with at least one field")
	}
	im := importer{types: []string{"*"}}
	parts, err := im.envelope(root, "", true)
	if err != nil {
		return nil, "", err
	}
	condition = strings.Join(parts, " && ")
	if len(condition) > MaxSource {
		return nil, "", invalid("", "the pattern makes a condition of more than %d bytes", MaxSource)
	}
	return im.types, condition, nil
}

func invalid(location, format string, args ...any) error {
	return errs.Invalid(errs.Field{Location: location, Message: fmt.Sprintf(format, args...)})
}

// importer translates one pattern.
type importer struct{ types []string }

// envelope translates the fields of an event. Only at the top can its types become the rule's: below $or they are one
// choice of several.
func (im *importer) envelope(fields map[string]json.RawMessage, at string, top bool) ([]string, error) {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		raw, here := fields[name], at+"/"+escapePointer(name)
		var part string
		var err error
		switch name {
		case "detail-type", "type":
			if names, ok := typeList(raw); ok && top {
				im.types = names
				continue
			}
			part, err = matchers(raw, operand{expr: varType, exists: "true"}, here)
		case "source", "subject", "id":
			part, err = matchers(raw, operand{expr: "event." + name, exists: "true"}, here)
		case "detail", "data":
			part, err = tree(raw, operand{expr: varData}, here)
		case "labels":
			part, err = tree(raw, operand{expr: varLabels, labels: true}, here)
		case "$or":
			part, err = alternatives(raw, here, func(f map[string]json.RawMessage, at string) ([]string, error) { return im.envelope(f, at, false) })
		default:
			err = invalid(here, "expected type, detail-type, source, subject, id, detail, data, labels or $or")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, part)
	}
	return out, nil
}

// typeList reads a list of exact event types, or of families written as prefix or wildcard.
func typeList(raw json.RawMessage) ([]string, bool) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 || len(list) > MaxEventTypes {
		return nil, false
	}
	names := typePattern()
	var out []string
	for _, x := range list {
		var exact string
		var family struct{ Prefix, Wildcard string }
		if json.Unmarshal(x, &exact) != nil {
			if json.Unmarshal(x, &family) != nil || family.Prefix != "" && !strings.HasSuffix(family.Prefix, ".") {
				return nil, false
			}
			exact = family.Wildcard
			if family.Prefix != "" {
				exact = family.Prefix + "*"
			}
		} else if strings.Contains(exact, "*") {
			return nil, false
		}
		if !names.MatchString(exact) || len(exact) > maxTypeName {
			return nil, false
		}
		out = append(out, exact)
	}
	return disjoint(out), true
}

// operand is a value that matchers are about, as CEL.
type operand struct {
	expr string
	// path is for has_field; labels are looked up by name alone; exists is what to ask for values that are always there.
	path   []string
	labels bool
	exists string
}

func (o operand) field(name string) operand {
	out := o
	out.path = append(o.path[:len(o.path):len(o.path)], name)
	if identifier(name) {
		out.expr += "." + name
	} else {
		out.expr += "[" + strconv.Quote(name) + "]"
	}
	return out
}

func (o operand) present() string {
	switch {
	case o.exists != "":
		return o.exists
	case o.labels:
		return strconv.Quote(o.path[0]) + " in " + varLabels
	}
	escaped := make([]string, len(o.path))
	for i, s := range o.path {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `.`, `\.`).Replace(s)
	}
	return "has_field(" + strconv.Quote(strings.Join(escaped, ".")) + ")"
}

func identifier(name string) bool {
	switch name {
	case "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "null",
		"package", "namespace", "return", "true", "var", "void", "while":
		return false
	}
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name)
}

// tree translates a field: an object of fields, or a list of matchers.
func tree(raw json.RawMessage, o operand, at string) (string, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		if len(o.path) == 0 || o.labels && len(o.path) > 1 {
			return "", invalid(at, "expected an object of fields")
		}
		return matchers(raw, o, at)
	}
	parts, err := branches(fields, o, at)
	if err != nil {
		return "", err
	}
	return strings.Join(parts, " && "), nil
}

func branches(fields map[string]json.RawMessage, o operand, at string) ([]string, error) {
	if len(fields) == 0 {
		return nil, invalid(at, "expected at least one field")
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		here := at + "/" + escapePointer(name)
		var part string
		var err error
		switch name {
		case "$or":
			part, err = alternatives(fields[name], here, func(f map[string]json.RawMessage, at string) ([]string, error) {
				return branches(f, o, at)
			})
		case "":
			err = invalid(here, "expected a field with a name")
		default:
			part, err = tree(fields[name], o.field(name), here)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, part)
	}
	return out, nil
}

func alternatives(raw json.RawMessage, at string, one func(map[string]json.RawMessage, string) ([]string, error)) (string, error) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return "", invalid(at, "expected a list of objects")
	}
	var out []string
	for i, f := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		if len(f) == 0 {
			return "", invalid(here, "expected an object with at least one field")
		}
		parts, err := one(f, here)
		if err != nil {
			return "", err
		}
		out = append(out, strings.Join(parts, " && "))
	}
	return anyOf(out), nil
}

func anyOf(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	for i, p := range parts {
		if strings.Contains(p, " && ") {
			parts[i] = "(" + p + ")"
		}
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

// matchers translates the list of a leaf, of which one must hold.
func matchers(raw json.RawMessage, o operand, at string) (string, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return "", invalid(at, "expected a list of values and matchers")
	}
	var exact, out []string
	for i, x := range list {
		if lit, ok := literal(x); ok {
			exact = append(exact, lit)
			continue
		}
		part, err := matcher(x, o, fmt.Sprintf("%s/%d", at, i))
		if err != nil {
			return "", err
		}
		out = append(out, part)
	}
	if len(exact) > 0 {
		out = append([]string{among(o.expr, exact)}, out...)
	}
	return anyOf(out), nil
}

func among(expr string, literals []string) string {
	if len(literals) == 1 {
		return expr + " == " + literals[0]
	}
	return expr + " in [" + strings.Join(literals, ", ") + "]"
}

// literal writes a scalar of JSON as CEL.
func literal(raw json.RawMessage) (string, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return strconv.Quote(v), true
	case float64:
		return double(v), true
	}
	return "", false
}

func double(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if f == math.Trunc(f) && !strings.ContainsAny(s, "e.") {
		s += ".0"
	}
	return s
}

// matcher translates an object with one operator.
func matcher(raw json.RawMessage, o operand, at string) (string, error) {
	var ops map[string]json.RawMessage
	if json.Unmarshal(raw, &ops) != nil || len(ops) != 1 {
		return "", invalid(at, "expected a value, or an object with one operator")
	}
	for name, arg := range ops {
		here := at + "/" + escapePointer(name)
		switch name {
		case "exists":
			var want bool
			if json.Unmarshal(arg, &want) != nil {
				return "", invalid(here, "expected true or false")
			}
			if want {
				return o.present(), nil
			}
			return "!(" + o.present() + ")", nil
		case "numeric":
			return numeric(arg, o, here)
		case "anything-but":
			return anythingBut(arg, o, here)
		}
		return textual(name, arg, o, at)
	}
	return "", nil
}

// textual translates the operators on strings.
func textual(name string, arg json.RawMessage, o operand, at string) (string, error) {
	here := at + "/" + escapePointer(name)
	expr := o.expr
	var folded struct {
		Text *string `json:"equals-ignore-case"`
	}
	var text string
	switch {
	case json.Unmarshal(arg, &text) == nil:
	case (name == "prefix" || name == "suffix") && json.Unmarshal(arg, &folded) == nil && folded.Text != nil:
		text, expr = strings.ToLower(*folded.Text), expr+".lowerAscii()"
	default:
		return "", invalid(here, "expected a string")
	}
	switch name {
	case "prefix":
		return expr + ".startsWith(" + strconv.Quote(text) + ")", nil
	case "suffix":
		return expr + ".endsWith(" + strconv.Quote(text) + ")", nil
	case "equals-ignore-case":
		return expr + ".lowerAscii() == " + strconv.Quote(strings.ToLower(text)), nil
	case "wildcard":
		return expr + ".matches(" + strconv.Quote(wildcard(text)) + ")", nil
	}
	return "", invalid(at, "expected prefix, suffix, anything-but, numeric, exists, equals-ignore-case or wildcard")
}

// wildcard makes a regular expression of a text in which * stands for anything and a backslash takes * and itself for
// what they are.
func wildcard(pattern string) string {
	var b strings.Builder
	b.WriteString("(?s)^")
	for i := 0; i < len(pattern); {
		n := strings.IndexAny(pattern[i:], `*\`)
		switch {
		case n < 0:
			b.WriteString(regexp.QuoteMeta(pattern[i:]))
			i = len(pattern)
			continue
		case n > 0:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+n]))
			i += n
		}
		if pattern[i] == '*' {
			b.WriteString(".*")
			i++
			continue
		}
		if i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\') {
			i++
		}
		b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		i++
	}
	b.WriteString("$")
	return b.String()
}

func numeric(arg json.RawMessage, o operand, at string) (string, error) {
	var list []json.RawMessage
	if json.Unmarshal(arg, &list) != nil || len(list) == 0 || len(list)%2 != 0 || len(list) > 4 {
		return "", invalid(at, "expected one or two comparisons, each an operator and a number")
	}
	var out []string
	for i := 0; i < len(list); i += 2 {
		var op string
		var n float64
		if json.Unmarshal(list[i], &op) != nil || !slices.Contains([]string{"=", "<", "<=", ">", ">="}, op) {
			return "", invalid(fmt.Sprintf("%s/%d", at, i), "expected =, <, <=, > or >=")
		}
		if json.Unmarshal(list[i+1], &n) != nil || string(list[i+1]) == "null" {
			return "", invalid(fmt.Sprintf("%s/%d", at, i+1), "expected a number")
		}
		if op == "=" {
			op = "=="
		}
		out = append(out, o.expr+" "+op+" "+double(n))
	}
	return strings.Join(out, " && "), nil
}

// anythingBut holds for values that are there and are none of those given.
func anythingBut(arg json.RawMessage, o operand, at string) (string, error) {
	var ops map[string]json.RawMessage
	if json.Unmarshal(arg, &ops) == nil && len(ops) == 1 {
		for name, inner := range ops {
			var list []json.RawMessage
			if json.Unmarshal(inner, &list) != nil {
				list = []json.RawMessage{inner}
			}
			var out []string
			for _, x := range list {
				part, err := textual(name, x, o, at)
				if err != nil {
					return "", err
				}
				out = append(out, part)
			}
			if len(out) > 0 {
				return "!(" + strings.Join(out, " || ") + ")", nil
			}
		}
	}
	var list []json.RawMessage
	if json.Unmarshal(arg, &list) != nil {
		list = []json.RawMessage{arg}
	}
	var values []string
	for _, x := range list {
		lit, ok := literal(x)
		if !ok {
			return "", invalid(at, "expected values, or one of prefix, suffix, equals-ignore-case and wildcard")
		}
		values = append(values, lit)
	}
	if len(values) == 0 {
		return "", invalid(at, "expected at least one value")
	}
	return "!(" + among(o.expr, values) + ")", nil
}

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
