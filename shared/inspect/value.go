package inspect

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/detect"
	"guardrails/shared/document"
	"guardrails/shared/errs"
)

// part is one string of a value, with what surrounds it.
type part struct {
	path   string
	keys   []string
	text   string
	source detect.Source
	// encode turns the text back into what stands in the value; nil where that is the text itself.
	encode func(string) string
}

// encoded is a changed text of the part as it stands in the value.
func (p part) encoded(text string) string {
	if p.encode == nil {
		return text
	}
	return p.encode(text)
}

// parts is a value taken apart.
type parts struct {
	shape   shape
	strings []part
	// skipped counts the code points that nobody can look at: pictures and other data inside messages.
	skipped int
}

// shape is which of the kinds a value is.
type shape int

const (
	shapeText shape = iota
	shapeMessages
	shapeDocument
	shapeCSV
)

// shape tells which field is set, and refuses none or several.
func (v Value) shape() (shape, error) {
	n, s := 0, shapeText
	if v.Text != nil {
		n++
	}
	if len(v.Messages) > 0 {
		n, s = n+1, shapeMessages
	}
	if len(v.Document) > 0 {
		n, s = n+1, shapeDocument
	}
	if v.CSV != nil {
		n, s = n+1, shapeCSV
	}
	if n != 1 {
		return s, errs.Invalid(errs.Field{Location: "/text", Message: "expected exactly one of text, messages, document and csv"})
	}
	return s, nil
}

// Check reports what is wrong with the value's shape, without looking into it.
func (v Value) Check() error {
	s, err := v.shape()
	if err == nil && s == shapeText && *v.Text == "" {
		return errs.Invalid(errs.Field{Location: "/text", Message: "expected length >= 1"})
	}
	if err == nil && s == shapeCSV && *v.CSV == "" {
		return errs.Invalid(errs.Field{Location: "/csv", Message: "expected length >= 1"})
	}
	return err
}

// parts takes the value apart. Messages of tools count as indirect: an injection in them was written by nobody who
// speaks to the model. Those of the system are the orders that a model is to have.
func (v Value) parts(source detect.Source) (parts, error) {
	if err := v.Check(); err != nil {
		return parts{}, err
	}
	s, err := v.shape()
	if err != nil {
		return parts{}, err
	}
	switch s {
	case shapeMessages:
		return messageParts(v.Messages, source)
	case shapeDocument:
		p, err := document.Strings(v.Document)
		return parts{shape: s, strings: keyedParts(p, source)}, relocate(err, "/document")
	case shapeCSV:
		p, err := document.CSV(*v.CSV)
		return parts{shape: s, strings: keyedParts(p, source)}, relocate(err, "/csv")
	case shapeText:
	}
	return parts{shape: s, strings: []part{{text: *v.Text, source: source}}}, nil
}

func messageParts(raw json.RawMessage, source detect.Source) (parts, error) {
	out := parts{shape: shapeMessages}
	messages, err := document.Messages(raw, "/messages")
	if err != nil {
		return out, err
	}
	for _, m := range messages {
		from := source
		switch m.Role {
		case "tool", "function":
			from = detect.SourceIndirect
		case "system", "developer":
			if source == detect.SourceInput {
				from = detect.SourceSystem
			}
		}
		for _, s := range m.Strings {
			p := part{path: s.Path, text: s.Value, source: from}
			if s.Prefix != "" {
				p.encode = s.Encode
			}
			out.strings = append(out.strings, p)
		}
		out.skipped += m.Skipped
	}
	return out, nil
}

// keyedParts are strings with the names around them.
func keyedParts(strings []document.String, source detect.Source) []part {
	out := make([]part, len(strings))
	for i, s := range strings {
		out[i] = part{path: s.Path, keys: s.Keys, text: s.Value, source: source}
	}
	return out
}

// rewrite puts changed strings back into the value's shape, as JSON.
func (v Value) rewrite(s shape, changes map[string]string) (json.RawMessage, error) {
	var text string
	switch s {
	case shapeMessages:
		return document.Rewrite(v.Messages, changes)
	case shapeDocument:
		return document.Rewrite(v.Document, changes)
	case shapeCSV:
		var err error
		if text, err = document.RewriteCSV(*v.CSV, changes); err != nil {
			return nil, err
		}
	case shapeText:
		text = *v.Text
		if t, ok := changes[""]; ok {
			text = t
		}
	}
	b, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return nil, fmt.Errorf("encode text: %w", err)
	}
	return b, nil
}

// characters counts the code points of all strings.
func characters(parts []part) int {
	n := 0
	for _, p := range parts {
		n += utf8.RuneCountInString(p.text)
	}
	return n
}
