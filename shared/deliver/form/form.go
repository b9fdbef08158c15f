// Package form reads the configurations of destinations: strictly, with a pointer to each fault and no value in any.
package form

import (
	"encoding/json"
	"errors"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

const (
	// root is where a configuration lies in the request.
	root = "/config"
	// maxConfig is the largest configuration in bytes: two PEM blocks and twenty headers fit.
	maxConfig = 64 << 10
)

// Faults collects what is wrong with a configuration.
type Faults []errs.Field

// Add notes a fault of a field, "" for the whole: "url", "headers/X-Token". The message never holds a value.
func (f *Faults) Add(field, message string) {
	*f = append(*f, errs.Field{Location: Pointer(field), Message: message})
}

// Err returns the faults as one error, or nil.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return errs.Invalid(f...)
}

// Pointer returns the JSON pointer to a field of the configuration.
func Pointer(field string) string {
	if field == "" {
		return root
	}
	return root + "/" + field
}

// Decode reads a caller's configuration into v. Unknown fields, names that stand twice, and values of another type are
// errs.InvalidRequest.
func Decode(config json.RawMessage, v any) error {
	var f Faults
	if len(config) > maxConfig {
		f.Add("", "expected at most 65536 bytes")
		return f.Err()
	}
	if jsontext.Value(config).Kind() != '{' {
		f.Add("", "expected an object")
		return f.Err()
	}
	err := jsonv2.Unmarshal(config, v, jsonv2.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var semantic *jsonv2.SemanticError
	switch {
	case errors.Is(err, jsonv2.ErrUnknownName) && errors.As(err, &semantic):
		f.Add(plain(semantic.JSONPointer), "expected no such field")
	case errors.As(err, &semantic):
		f.Add(plain(semantic.JSONPointer), "expected a value of another type")
	default:
		f.Add("", "expected JSON without names that stand twice")
	}
	return f.Err()
}

// plain returns a pointer as a field, cut off before the first segment that could be data.
func plain(p jsontext.Pointer) string {
	var out []string
	for s := range p.Tokens() {
		if !document.PlainSegment(s) {
			break
		}
		out = append(out, s)
	}
	return strings.Join(out, "/")
}

// Encode writes what is kept of a configuration. The same value gives the same bytes.
func Encode(v any) (json.RawMessage, error) {
	return jsonv2.Marshal(v, jsonv2.Deterministic(true))
}

// Open reads what Encode wrote. The error never quotes it.
func Open(b []byte, v any) error {
	if len(b) == 0 {
		return nil
	}
	if err := jsonv2.Unmarshal(b, v); err != nil {
		return errors.New("a destination's configuration cannot be read")
	}
	return nil
}
