package document

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

// String is one piece of text of a value.
type String struct {
	// Path is the JSON pointer into the value; "" is the value itself.
	Path string
	// Keys are the names of the objects around it, outermost first.
	Keys []string
	// Value is the text without quotes and escapes, or the digits of a long integer.
	Value string
	// Prefix is not empty where Value is the text that inline data of a message holds; see Encode.
	Prefix string
}

// Encode returns text in the form that the string has in the value: what Rewrite puts in its place.
func (s String) Encode(text string) string {
	if s.Prefix == "" {
		return text
	}
	return s.Prefix + base64.StdEncoding.EncodeToString([]byte(text))
}

// Strings lists the strings and long integers of any JSON value, in order.
// It fails with errs.MalformedBody where raw does not pass Check's rules, and with errs.InvalidRequest where it is
// nested more than MaxDepth levels, holds more than 10,000 strings or has one under names of more than 4 KiB.
func Strings(raw []byte) ([]String, error) {
	var out []String
	err := walk(raw, func(l leaf) error {
		text, err := l.text()
		if err != nil {
			return err
		}
		out = append(out, String{Path: l.path, Keys: slices.Clone(l.keys), Value: text})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Rewrite returns raw with the strings that changes names by path replaced; a number becomes a string.
// All other bytes stay as they are. It fails with the errors of Strings, and with errs.Internal where a path names
// no string, because a change that is lost would leave text unredacted.
func Rewrite(raw []byte, changes map[string]string) ([]byte, error) {
	out := make([]byte, 0, len(raw)+16*len(changes))
	last, done := 0, 0
	err := walk(raw, func(l leaf) error {
		text, ok := changes[l.path]
		if !ok {
			return nil
		}
		done++
		out = append(out, raw[last:l.start]...)
		last = l.end
		var err error
		out, err = jsontext.AppendQuote(out, strings.ToValidUTF8(text, "\uFFFD"))
		return err
	})
	if err != nil {
		return nil, err
	}
	if done != len(changes) {
		return nil, errs.Wrap(errs.Internal, "The value could not be rewritten.",
			fmt.Errorf("%d of %d paths name a string", done, len(changes)))
	}
	return append(out, raw[last:]...), nil
}
