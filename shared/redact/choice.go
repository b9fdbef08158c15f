package redact

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
)

// Operator names what happens to a value.
type Operator string

// The operators. Token is another name for Replace.
const (
	Replace   Operator = "replace"
	Token     Operator = "token"
	Remove    Operator = "remove"
	Keep      Operator = "keep"
	Mask      Operator = "mask"
	Partial   Operator = "partial"
	Hash      Operator = "hash"
	Encrypt   Operator = "encrypt"
	Pseudonym Operator = "pseudonym"

	Surrogate            Operator = "surrogate"
	EncryptDeterministic Operator = "encrypt_deterministic"
	FPE                  Operator = "fpe"
	DateShift            Operator = "date_shift"
	Generalize           Operator = "generalize"
)

// Operators lists every operator that a Method may name.
func Operators() []Operator {
	return []Operator{
		Replace, Token, Remove, Keep, Mask, Partial, Hash, Encrypt, Pseudonym, Surrogate, EncryptDeterministic, FPE, DateShift,
		Generalize,
	}
}

const (
	minHash, maxHash = 8, 64
	maxNewValue      = 256
	maxKeep          = 64
	maxByType        = 200
	maxShift         = 3650
	defaultShift     = 365
)

// Method is an operator with its parameters. The zero value is replace by [TYPE].
type Method struct {
	Operator       Operator `json:"operator,omitempty" enum:"replace,token,remove,keep,mask,partial,hash,encrypt,pseudonym,surrogate,encrypt_deterministic,fpe,date_shift,generalize" doc:"What to do with a value; replace if missing. token is another name for replace. Where an operator does not fit a value, fpe gives way to encrypt, and surrogate, date_shift and generalize to replace; items name the operator that was used." example:"mask"`
	NewValue       *string  `json:"new_value,omitempty" maxLength:"256" doc:"For replace: the text to put in place of [TYPE]; it may be empty."`
	Char           string   `json:"char,omitempty" doc:"For mask and partial: the one character to mask with, * if missing." example:"*"`
	KeepFirst      int      `json:"keep_first,omitempty" minimum:"0" maximum:"64" doc:"For mask: how many characters at the start stay. If none would be masked, all are."`
	KeepLast       int      `json:"keep_last,omitempty" minimum:"0" maximum:"64" doc:"For mask: how many characters at the end stay." example:"4"`
	KeepSeparators bool     `json:"keep_separators,omitempty" doc:"For mask: leave spaces and punctuation as they are."`
	Length         int      `json:"length,omitempty" minimum:"0" maximum:"64" doc:"For hash: how many hex digits to show, 8 (also if missing or 0) to 64."`
	MaxDays        int      `json:"max_days,omitempty" minimum:"0" maximum:"3650" doc:"For date_shift: how many days a date may move at most, either way; 365 if missing or 0." example:"180"`
}

// Choice is a method for everything, and others by type.
type Choice struct {
	Method
	ByType map[string]Method `json:"by_type,omitempty" maxProperties:"200" doc:"Methods for single types (US_SSN, or the older names such as SSN) or whole categories (secret). A type goes before its category."`
}

// For returns the method for a finding of the type and category. A nil Choice replaces everything by [TYPE].
func (c *Choice) For(typ string, category detect.Category) Method {
	if c == nil {
		return Method{}
	}
	if m, ok := c.ByType[typ]; ok {
		return m
	}
	for _, name := range slices.Sorted(maps.Keys(c.ByType)) {
		if detect.Canonical(name) == typ {
			return c.ByType[name]
		}
	}
	if m, ok := c.ByType[string(category)]; ok {
		return m
	}
	return c.Method
}

// Over returns the choice with everything it leaves open taken from base: a request's choice over a policy's.
// Either may be nil.
func (c *Choice) Over(base *Choice) *Choice {
	if c == nil || base == nil {
		if c == nil {
			return base
		}
		return c
	}
	out := &Choice{Method: c.Method, ByType: maps.Clone(base.ByType)}
	if c.Operator == "" {
		out.Method = base.Method
	}
	if out.ByType == nil {
		out.ByType = map[string]Method{}
	}
	for name, m := range c.ByType {
		out.ByType[detect.Canonical(name)] = m
	}
	return out
}

// Reveals reports whether what the method puts in place of a value is the value or a part of it.
func (m Method) Reveals() bool {
	return m.Operator == Keep || m.Operator == Partial || m.Operator == Generalize || m.Operator == Mask && m.KeepFirst+m.KeepLast > 0
}

// Keyed reports whether any method needs the tenant's keys; Session.Continue needs them too.
func (c *Choice) Keyed() bool {
	return slices.ContainsFunc([]Operator{Hash, Encrypt, EncryptDeterministic, FPE, Surrogate, DateShift}, c.uses)
}

// Numbered reports whether any method numbers values.
func (c *Choice) Numbered() bool { return c.uses(Pseudonym) }

// uses reports whether any method has the operator.
func (c *Choice) uses(o Operator) bool {
	if c == nil {
		return false
	}
	for _, m := range c.ByType {
		if m.Operator == o {
			return true
		}
	}
	return c.Operator == o
}

// Validate returns every fault of the choice; at is its own JSON pointer in the request ("/redaction").
// Names in by_type are checked for their shape only, because a tenant's own types are known to its policies alone.
func (c *Choice) Validate(at string) []errs.Field {
	if c == nil {
		return nil
	}
	out := c.Method.validate(at)
	if len(c.ByType) > maxByType {
		return append(out, errs.Field{Location: at + "/by_type", Message: "must not have more than 200 types"})
	}
	for _, name := range slices.Sorted(maps.Keys(c.ByType)) {
		if !validName(name) {
			out = append(out, errs.Field{Location: at + "/by_type", Message: "must have types or categories as names"})
			continue
		}
		out = append(out, c.ByType[name].validate(at+"/by_type/"+name)...)
	}
	return out
}

func (m Method) validate(at string) []errs.Field {
	var out []errs.Field
	add := func(member, message string) {
		out = append(out, errs.Field{Location: at + "/" + member, Message: message})
	}
	if m.Operator != "" && !slices.Contains(Operators(), m.Operator) {
		add("operator", "must be one of "+operatorNames())
	}
	if m.NewValue != nil && utf8.RuneCountInString(*m.NewValue) > maxNewValue {
		add("new_value", "must not be longer than 256 characters")
	}
	if m.Char != "" && !visible(m.Char) {
		add("char", "must be one visible character")
	}
	if m.KeepFirst < 0 || m.KeepFirst > maxKeep {
		add("keep_first", "must be from 0 to 64")
	}
	if m.KeepLast < 0 || m.KeepLast > maxKeep {
		add("keep_last", "must be from 0 to 64")
	}
	if m.Length != 0 && (m.Length < minHash || m.Length > maxHash) {
		add("length", "must be from 8 to 64")
	}
	if m.MaxDays < 0 || m.MaxDays > maxShift {
		add("max_days", "must be from 0 to 3650")
	}
	return out
}

func operatorNames() string {
	names := make([]string, 0, len(Operators()))
	for _, o := range Operators() {
		names = append(names, string(o))
	}
	return strings.Join(names, ", ")
}

// visible reports whether s is one printable code point that is not a letter or digit of a value.
func visible(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == len(s) && r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}

// validName reports whether a name has the shape of a type (US_SSN) or a category (secret).
func validName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	bare := strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
	return bare == "" || bare == name && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == ""
}

// ByStrategy returns the choice that the older API's strategy names stand for: token, mask (****), partial and hash,
// and every operator by its own name. Ok is false for any other name.
func ByStrategy(name string) (choice *Choice, ok bool) {
	switch op := Operator(strings.ToLower(name)); {
	case op == Mask:
		return &Choice{Method: Method{Operator: Replace, NewValue: new("****")}}, true
	case slices.Contains(Operators(), op):
		return &Choice{Method: Method{Operator: op}}, true
	}
	return nil, false
}
