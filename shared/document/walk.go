package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

const (
	// maxStrings bounds how many strings and long integers one value may hold.
	maxStrings = 10_000
	// maxPath bounds a string's path in bytes. Each string carries its own, so one long name around many strings would
	// take their product of memory.
	maxPath = 4 << 10
	// minDigits is the length from which an integer literal may be an identifier.
	minDigits = 8
	// maxExponent bounds the exponents that are multiplied out; identifiers are shorter.
	maxExponent = 40
)

// leaf is a string or long integer where it stands in the raw value.
type leaf struct {
	path       string
	keys       []string
	start, end int
	raw        jsontext.Value
}

// walker reads one JSON value and hands out its leaves in order.
type walker struct {
	dec   *jsontext.Decoder
	path  []byte
	keys  []string
	depth int
	count int
	visit func(leaf) error
}

// walk calls visit for every leaf of raw. A leaf's keys and raw are valid until visit returns.
func walk(raw []byte, visit func(leaf) error) error {
	w := &walker{dec: jsontext.NewDecoder(bytes.NewBuffer(raw)), visit: visit}
	if err := w.value(); err != nil {
		return w.fault(err)
	}
	return checkEnd(w.dec)
}

// fault keeps this package's own errors and hides the decoder's.
func (w *walker) fault(err error) error {
	var public *errs.Error
	if errors.As(err, &public) {
		return err
	}
	return malformed(w.dec, err)
}

// tooMuch says which limit the value exceeds. Its place is the value itself: pointers into it may hold a caller's data.
func tooMuch(format string, limit int) error {
	message := fmt.Sprintf(format, limit)
	e := errs.New(errs.InvalidRequest, "The value "+message+".")
	e.Fields = []errs.Field{{Message: message}}
	return e
}

// locate puts at before the places of an error's fields.
func locate(err error, at string) error {
	var public *errs.Error
	if errors.As(err, &public) {
		for i := range public.Fields {
			public.Fields[i].Location = at + public.Fields[i].Location
		}
	}
	return err
}

func (w *walker) value() error {
	switch w.dec.PeekKind() {
	case '{':
		return w.nested(w.member)
	case '[':
		return w.nested(w.element)
	case '"', '0':
		return w.leaf()
	}
	return w.dec.SkipValue()
}

// nested reads an array or object; item reads one element or member.
func (w *walker) nested(item func(i int) error) error {
	w.depth++
	if w.depth > MaxDepth {
		return tooMuch("is nested more than %d levels deep", MaxDepth)
	}
	open, err := w.dec.ReadToken()
	if err != nil {
		return err
	}
	closing := jsontext.Kind('}')
	if open.Kind() == '[' {
		closing = ']'
	}
	for i := 0; w.dec.PeekKind() != closing; i++ {
		length := len(w.path)
		if err := item(i); err != nil {
			return err
		}
		w.path = w.path[:length]
	}
	w.depth--
	_, err = w.dec.ReadToken()
	return err
}

func (w *walker) element(i int) error {
	w.path = strconv.AppendInt(append(w.path, '/'), int64(i), 10)
	return w.value()
}

func (w *walker) member(int) error {
	name, err := w.dec.ReadToken()
	if err != nil {
		return err
	}
	if name.Kind() != '"' {
		return io.ErrUnexpectedEOF
	}
	key := name.String()
	w.path = appendPointer(w.path, key)
	w.keys = append(w.keys, key)
	err = w.value()
	w.keys = w.keys[:len(w.keys)-1]
	return err
}

func (w *walker) leaf() error {
	raw, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	if raw.Kind() == '0' {
		if _, ok := longInteger(raw); !ok {
			return nil
		}
	}
	w.count++
	if w.count > maxStrings {
		return tooMuch("holds more than %d strings", maxStrings)
	}
	if len(w.path) > maxPath {
		return tooMuch("has a string with more than %d bytes of names around it", maxPath)
	}
	end := int(w.dec.InputOffset())
	return w.visit(leaf{path: string(w.path), keys: w.keys, start: end - len(raw), end: end, raw: raw})
}

// longInteger returns a number literal without fraction and exponent, if its value is an integer of enough digits to be
// an identifier: 41111111, 41111111.0 and 4.1111111e7 say the same to whoever reads them.
func longInteger(raw []byte) (string, bool) {
	mantissa, exponent := string(raw), 0
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		n, err := strconv.Atoi(mantissa[i+1:])
		if err != nil || n < -maxExponent || n > maxExponent {
			return "", false
		}
		mantissa, exponent = mantissa[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	switch {
	case exponent >= len(fraction):
		whole += fraction + strings.Repeat("0", exponent-len(fraction))
	case fraction == "" && strings.HasSuffix(whole, strings.Repeat("0", -exponent)):
		whole = whole[:len(whole)+exponent]
	default:
		return "", false
	}
	digits := strings.TrimLeft(whole, "-0")
	if strings.HasPrefix(whole, "-") {
		return "-" + digits, len(digits) >= minDigits
	}
	return digits, len(digits) >= minDigits
}

// text returns the leaf's content: the string without quotes and escapes, or the digits of a number.
func (l leaf) text() (string, error) {
	if l.raw.Kind() == '0' {
		digits, _ := longInteger(l.raw)
		return digits, nil
	}
	b, err := jsontext.AppendUnquote(nil, l.raw)
	return string(b), err
}

// appendPointer appends one reference token of a JSON pointer (RFC 6901).
func appendPointer(path []byte, key string) []byte {
	path = append(path, '/')
	for i := 0; i < len(key); i++ {
		switch key[i] {
		case '~':
			path = append(path, "~0"...)
		case '/':
			path = append(path, "~1"...)
		default:
			path = append(path, key[i])
		}
	}
	return path
}
