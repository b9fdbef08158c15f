package redact

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
)

// Item is one replacement. Start and End count code points in the string that Path names, before the replacement.
type Item struct {
	Type     string   `json:"type" doc:"What was found." example:"US_SSN"`
	Operator Operator `json:"operator" doc:"What was done with it." example:"mask"`
	Path     string   `json:"path" doc:"JSON pointer of the string in the value given; empty for a plain text."`
	Start    int      `json:"start" minimum:"0" doc:"Where it began in the original string, in code points."`
	End      int      `json:"end" minimum:"0" doc:"Where it ended in the original string, in code points."`
}

// Session applies one choice to the strings of one request. It is for one goroutine.
type Session struct {
	keys   Keys
	tenant string
	choice *Choice
	// methods remembers Choice.For by type.
	methods map[string]Method
	// numbers and counts make pseudonyms: the number of a type and value, and the last number of a type.
	numbers map[string]int
	counts  map[string]int
	// book numbers pseudonyms instead, if there is one.
	book *Book
	// reveals says that a value or a part of one stayed.
	reveals bool
	// unmarked says that some operator makes values that only done knows again.
	unmarked bool
	// subject is whose dates are shifted.
	subject string
	// alike and formats are the ciphers in use.
	alike   *cipherAlike
	formats formatCiphers
	// room is how many bytes of output are left.
	room int
}

// maxOutput bounds the redacted strings of a session in bytes. A replacement may be many times as long as what it
// replaces, and an answer of more than 6 MB cannot be sent.
const maxOutput = 4 << 20

// NewSession returns a session for a tenant's request. Choice may be nil (replace everything by [TYPE]); keys may be
// nil where Choice.Keyed is false.
func NewSession(keys Keys, tenant string, choice *Choice) *Session {
	return &Session{
		keys: keys, tenant: tenant, choice: choice,
		methods: map[string]Method{}, numbers: map[string]int{}, counts: map[string]int{}, room: maxOutput,
		unmarked: choice.uses(Surrogate) || choice.uses(Generalize),
	}
}

// Continue makes pseudonyms go on where a conversation has come to. It needs the tenant's keys, and the book's use is
// the session's alone until it has ended.
func (s *Session) Continue(b *Book) { s.book = b }

// About names the subject of the request's dates: date_shift moves all dates of a subject by the same number of days.
func (s *Session) About(subject string) { s.subject = subject }

// Reveals reports whether what was redacted so far shows a found value or a part of one, because a method keeps it.
func (s *Session) Reveals() bool { return s.reveals }

// Unbounded lifts the bound on the session's output, for a caller who sends it nowhere, and returns the session.
func (s *Session) Unbounded() *Session {
	s.room = math.MaxInt
	return s
}

// method returns what the choice says of a finding. A type has one category, so the type is key enough.
func (s *Session) method(f *detect.Finding) Method {
	m, ok := s.methods[f.Type]
	if !ok {
		m = s.choice.For(f.Type, f.Category)
		s.methods[f.Type] = m
	}
	return m
}

// Redact returns text with the findings replaced, and an item for each. Path goes into the items.
// It fails where the keys fail, and with errs.PayloadTooLarge where the session's output exceeds 4 MiB; then nothing of
// the result may be used.
func (s *Session) Redact(ctx context.Context, path, text string, findings []detect.Finding) (string, []Item, error) {
	findings = s.done(text, s.unsealed(ctx, text, findings))
	if len(findings) == 0 {
		return text, nil, nil
	}
	spans, kept := s.plan(text, findings)
	s.reveals = s.reveals || slices.ContainsFunc(slices.Concat(spans, kept), func(sp span) bool { return sp.method.Reveals() })
	var b strings.Builder
	b.Grow(len(text))
	last := 0
	for i, sp := range spans {
		b.WriteString(text[last:sp.start])
		r, used, err := s.apply(ctx, sp.method, sp.typ, text[sp.start:sp.end])
		if err != nil {
			return "", nil, fmt.Errorf("redact a value of type %s: %w", sp.typ, err)
		}
		b.WriteString(r)
		spans[i].method.Operator = used
		if b.Len() > s.room {
			return "", nil, errTooLong
		}
		last = sp.end
	}
	b.WriteString(text[last:])
	s.room -= b.Len()
	return b.String(), items(path, spans, kept), nil
}

// done drops the findings that are what an operator of theirs made earlier, so that redacting twice changes nothing.
func (s *Session) done(text string, findings []detect.Finding) []detect.Finding {
	if !s.unmarked {
		return findings
	}
	var out []detect.Finding
	for i := range findings {
		f := &findings[i]
		sp := s.span(text, *f)
		switch value := text[sp.start:sp.end]; sp.method.Operator {
		case Surrogate:
			if invented(f.Type, value) {
				continue
			}
		case Generalize:
			if general(f.Type, text, sp.start, sp.end) {
				continue
			}
		default:
		}
		out = append(out, *f)
	}
	return out
}

var errTooLong = errs.New(errs.PayloadTooLarge, "The redacted value would be larger than 4 MiB: choose shorter replacements or send less at once.")

// items lists what was done in the order of position.
func items(path string, spans, kept []span) []Item {
	out := make([]Item, 0, len(spans)+len(kept))
	for _, sp := range mergeByPosition(spans, kept) {
		for _, f := range sp.findings {
			out = append(out, Item{Type: f.Type, Operator: sp.method.name(), Path: path, Start: f.Start, End: f.End})
		}
	}
	return out
}

// name is the operator without its synonyms.
func (m Method) name() Operator {
	if m.Operator == "" || m.Operator == Token {
		return Replace
	}
	return m.Operator
}
