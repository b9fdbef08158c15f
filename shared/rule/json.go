package rule

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

const (
	// MaxEvent is how many bytes of JSON each of an event's parts may have: as many as an item of the table.
	MaxEvent = 400 << 10
	// maxNesting bounds the recursion of everything that walks an event.
	maxNesting = 128
)

// parse returns the root of a document, and false if it is no JSON, too large or too deep. Everything in this package
// that reads an event begins here, so that the index and CEL see the same values: strings as gjson unescapes them,
// numbers as doubles, and the last of equal keys.
func parse(doc json.RawMessage) (gjson.Result, bool) {
	if len(doc) > MaxEvent || nested(doc) > maxNesting || !gjson.ValidBytes(doc) {
		return gjson.Result{}, false
	}
	return gjson.ParseBytes(doc), true
}

// nested counts how deep the brackets of doc are nested. The validator recurses, so this comes before it.
func nested(doc []byte) int {
	deepest, depth := 0, 0
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			for i++; i < len(doc) && doc[i] != '"'; i++ {
				if doc[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// decode turns JSON into what CEL reads: nil, bool, float64, string, []any and map[string]any.
func decode(r gjson.Result) any {
	switch {
	case r.IsObject():
		out := map[string]any{}
		r.ForEach(func(key, v gjson.Result) bool {
			out[key.Str] = decode(v)
			return true
		})
		return out
	case r.IsArray():
		out := []any{}
		r.ForEach(func(_, v gjson.Result) bool {
			out = append(out, decode(v))
			return true
		})
		return out
	}
	return r.Value()
}

// kind is the JSON type of a value, or that there is none.
type kind uint8

const (
	absent kind = iota
	null
	boolean
	number
	text
	composite
)

// value is a scalar of an event or of a condition. Values are equal as Go values exactly if CEL's == says so.
type value struct {
	kind kind
	num  float64
	str  string
}

func valueOf(r gjson.Result) value {
	switch r.Type {
	case gjson.Null:
		return value{kind: null}
	case gjson.False:
		return value{kind: boolean}
	case gjson.True:
		return value{kind: boolean, num: 1}
	case gjson.Number:
		return value{kind: number, num: r.Num}
	case gjson.String:
		return value{kind: text, str: r.Str}
	case gjson.JSON:
	}
	return value{kind: composite}
}

// trie holds the paths that a set's tests read, so that one walk over a document finds all their values.
type trie struct {
	keys map[string]*trie
	// slot is where the value goes, -1 if no test ends here.
	slot int
	// uses counts the tests that lead through here, ends those that end here.
	uses, ends int
}

func newTrie() *trie { return &trie{slot: -1} }

// walk writes the values below r into vals and the slots that were found into seen.
func (t *trie) walk(r gjson.Result, vals []value, seen *[]int) {
	if t.slot >= 0 {
		vals[t.slot] = valueOf(r)
		*seen = append(*seen, t.slot)
	}
	if len(t.keys) == 0 || !r.IsObject() {
		return
	}
	r.ForEach(func(key, v gjson.Result) bool {
		if child := t.keys[key.Str]; child != nil {
			// An equal key may have come before: the last one counts, with everything below it.
			child.clear(vals, seen)
			child.walk(v, vals, seen)
		}
		return true
	})
}

func (t *trie) clear(vals []value, seen *[]int) {
	if t.slot >= 0 && vals[t.slot].kind != absent {
		vals[t.slot] = value{}
		*seen = slices.DeleteFunc(*seen, func(slot int) bool { return slot == t.slot })
	}
	for _, child := range t.keys {
		child.clear(vals, seen)
	}
}

// segments parts a path at its dots; a backslash takes the next character for what it is.
func segments(path string) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			b.WriteByte(path[i])
		case path[i] == '.':
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(path[i])
		}
	}
	return append(out, b.String())
}

// position reads a path segment as the position in an array.
func position(segment string) (int, bool) {
	n, err := strconv.Atoi(segment)
	return n, err == nil && n >= 0 && strconv.Itoa(n) == segment
}

// dig follows segments through decoded JSON.
func dig(v any, path []string) (any, bool) {
	for _, s := range path {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[s]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, ok := position(s)
			if !ok || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// same reports whether two decoded documents are equal. It gives up, without an answer, when budget values have been
// looked at.
func same(a, b any, budget *int) (equal, decided bool) {
	if *budget--; *budget < 0 {
		return false, false
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false, true
		}
		for k, v := range a {
			w, ok := b[k]
			if !ok {
				return false, true
			}
			if equal, decided = same(v, w, budget); !equal {
				return equal, decided
			}
		}
		return true, true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false, true
		}
		for i, v := range a {
			if equal, decided = same(v, b[i], budget); !equal {
				return equal, decided
			}
		}
		return true, true
	}
	switch b.(type) {
	case map[string]any, []any:
		return false, true
	}
	return a == b, true
}

// weigh counts the values of a decoded document, up to limit.
func weigh(v any, limit int) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			if n += weigh(x, limit-n); n >= limit {
				return n
			}
		}
	case []any:
		for _, x := range v {
			if n += weigh(x, limit-n); n >= limit {
				return n
			}
		}
	}
	return n
}
