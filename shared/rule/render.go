package rule

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// MaxRendered is how many bytes a rendered template may have.
const MaxRendered = maxOutput

// Render evaluates a template on an event and returns a JSON object: the same bytes for the same event, with sorted
// keys. Whole numbers beyond 2^53 are strings, bytes base64, timestamps RFC 3339 in UTC with milliseconds at least,
// durations seconds with an s. The error is an *Error; TooLarge is above MaxRendered.
func (e *Engine) Render(ctx context.Context, t *Template, ev Event) (json.RawMessage, error) {
	v, err := t.program.eval(ctx, e, &input{ev: &ev})
	if err != nil {
		return nil, err
	}
	if _, ok := v.(traits.Mapper); !ok {
		return nil, &Error{TypeMismatch}
	}
	w := writer{}
	if code := w.value(v, 0); code != "" {
		return nil, &Error{code}
	}
	return w.b, nil
}

// writer writes CEL values as JSON.
type writer struct{ b []byte }

func (w *writer) value(v ref.Val, depth int) Code {
	if depth > 2*maxNesting || len(w.b) > MaxRendered {
		return TooLarge
	}
	switch v := v.(type) {
	case types.Null:
		w.b = append(w.b, "null"...)
	case types.Bool:
		w.b = strconv.AppendBool(w.b, bool(v))
	case types.Int:
		w.whole(strconv.FormatInt(int64(v), 10), v >= -exact && v <= exact)
	case types.Uint:
		w.whole(strconv.FormatUint(uint64(v), 10), v <= exact)
	case types.Double:
		return w.double(float64(v))
	case types.String:
		w.string(string(v))
	case types.Bytes:
		w.string(base64.StdEncoding.EncodeToString(v))
	case types.Timestamp:
		w.string(timestamp(v.Time))
	case types.Duration:
		w.string(strconv.FormatFloat(v.Seconds(), 'f', -1, 64) + "s")
	case *types.Optional:
		if !v.HasValue() {
			w.b = append(w.b, "null"...)
			break
		}
		return w.value(v.GetValue(), depth+1)
	case traits.Mapper:
		return w.object(v, depth)
	case traits.Lister:
		return w.array(v, depth)
	default:
		return TypeMismatch
	}
	if len(w.b) > MaxRendered {
		return TooLarge
	}
	return ""
}

// whole writes a number that every reader of JSON has exactly, or a string.
func (w *writer) whole(digits string, fits bool) {
	if !fits {
		digits = `"` + digits + `"`
	}
	w.b = append(w.b, digits...)
}

func (w *writer) double(f float64) Code {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return EvaluationFailed
	}
	form := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		form = 'e'
	}
	w.b = strconv.AppendFloat(w.b, f, form, -1, 64)
	return ""
}

func timestamp(t time.Time) string {
	t = t.UTC()
	if t.Nanosecond()%int(time.Millisecond) == 0 {
		return t.Format("2006-01-02T15:04:05.000Z")
	}
	return t.Format("2006-01-02T15:04:05.000000000Z")
}

func (w *writer) object(m traits.Mapper, depth int) Code {
	type member struct {
		key string
		val ref.Val
	}
	var members []member
	for it := m.Iterator(); it.HasNext() == types.True; {
		k := it.Next()
		name, ok := keyName(k)
		if !ok {
			return TypeMismatch
		}
		if len(members) > MaxRendered {
			return TooLarge
		}
		members = append(members, member{name, m.Get(k)})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
	w.b = append(w.b, '{')
	for i, f := range members {
		if i > 0 {
			// 1 and "1" are two keys to CEL and one to JSON.
			if members[i-1].key == f.key {
				return TypeMismatch
			}
			w.b = append(w.b, ',')
		}
		w.string(f.key)
		w.b = append(w.b, ':')
		if code := w.value(f.val, depth+1); code != "" {
			return code
		}
	}
	w.b = append(w.b, '}')
	return w.within()
}

func (w *writer) array(l traits.Lister, depth int) Code {
	w.b = append(w.b, '[')
	for it, first := l.Iterator(), true; it.HasNext() == types.True; first = false {
		if !first {
			w.b = append(w.b, ',')
		}
		if code := w.value(it.Next(), depth+1); code != "" {
			return code
		}
	}
	w.b = append(w.b, ']')
	return w.within()
}

func (w *writer) within() Code {
	if len(w.b) > MaxRendered {
		return TooLarge
	}
	return ""
}

func keyName(k ref.Val) (string, bool) {
	switch k := k.(type) {
	case types.String:
		return string(k), true
	case types.Int:
		return strconv.FormatInt(int64(k), 10), true
	case types.Uint:
		return strconv.FormatUint(uint64(k), 10), true
	case types.Bool:
		return strconv.FormatBool(bool(k)), true
	}
	return "", false
}

// string writes JSON that is valid UTF-8, and valid JavaScript, whatever s is.
func (w *writer) string(s string) {
	w.b = append(w.b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.b = append(w.b, '\\', byte(r))
		case r < 0x20 || r == 0x2028 || r == 0x2029 || r == 0x7f:
			const hex = "0123456789abcdef"
			w.b = append(w.b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			w.b = utf8.AppendRune(w.b, r)
		}
	}
	w.b = append(w.b, '"')
}
