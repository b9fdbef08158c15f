package document

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

// outlineOf reads the shape of a list of messages; values of the wrong kind are noted, not refused.
func outlineOf(raw []byte) (outline, error) {
	r := &outlineReader{dec: jsontext.NewDecoder(bytes.NewBuffer(raw))}
	o := outline{kind: r.dec.PeekKind()}
	if o.kind != '[' {
		return o, nil
	}
	err := r.list(func() error {
		m, err := r.message()
		o.messages = append(o.messages, m)
		return err
	})
	var public *errs.Error
	if err != nil && !errors.As(err, &public) {
		err = malformed(r.dec, err)
	}
	return o, err
}

// outlineReader counts messages and parts, so that a body of empty ones cannot grow the outline beyond bounds.
type outlineReader struct {
	dec   *jsontext.Decoder
	count int
}

func (r *outlineReader) admit() error {
	r.count++
	if r.count > maxParts {
		return errs.Newf(errs.InvalidRequest, "The conversation has more than %d messages and parts.", maxParts)
	}
	return nil
}

// list calls item at the start of each element.
func (r *outlineReader) list(item func() error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := r.admit(); err != nil {
			return err
		}
		if err := item(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// members calls item with each name of an object, before its value.
func (r *outlineReader) members(item func(name string) error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() == '"' {
		name, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := item(name.String()); err != nil {
			return err
		}
	}
	end, err := r.dec.ReadToken()
	if err == nil && end.Kind() != '}' {
		return io.ErrUnexpectedEOF
	}
	return err
}

// str reads a string and reports whether the value was one.
func (r *outlineReader) str() (string, bool, error) {
	if r.dec.PeekKind() != '"' {
		return "", false, r.dec.SkipValue()
	}
	t, err := r.dec.ReadToken()
	if err != nil {
		return "", false, err
	}
	return t.String(), true, nil
}

func (r *outlineReader) message() (messageOutline, error) {
	m := messageOutline{kind: r.dec.PeekKind()}
	if m.kind != '{' {
		return m, r.dec.SkipValue()
	}
	err := r.members(func(name string) (err error) {
		switch name {
		case "role":
			m.role, m.hasRole, err = r.str()
		case "content":
			m.content = r.dec.PeekKind()
			m.parts, err = r.content()
		default:
			m.unknown = true
			err = r.dec.SkipValue()
		}
		return err
	})
	return m, err
}

func (r *outlineReader) content() ([]partOutline, error) {
	if r.dec.PeekKind() != '[' {
		return nil, r.dec.SkipValue()
	}
	var parts []partOutline
	err := r.list(func() error {
		p, err := r.part()
		parts = append(parts, p)
		return err
	})
	return parts, err
}

func (r *outlineReader) part() (partOutline, error) {
	if r.dec.PeekKind() != '{' {
		return partOutline{}, r.dec.SkipValue()
	}
	p := partOutline{object: true}
	err := r.members(func(name string) (err error) {
		switch name {
		case "type":
			p.kind, _, err = r.str()
		case "text":
			_, p.hasText, err = r.str()
		default:
			err = r.dec.SkipValue()
		}
		return err
	})
	return p, err
}
