package redact

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"guardrails/shared/detect"
)

// span is a stretch of bytes that one method replaces, and the findings in it.
type span struct {
	start, end int
	typ        string
	method     Method
	findings   []detect.Finding
}

// plan turns findings into spans without overlaps in order of position. Findings that are kept come apart, since
// they must not shield others that lie in or across them.
func (s *Session) plan(text string, findings []detect.Finding) (spans, kept []span) {
	for _, f := range findings {
		sp := s.span(text, f)
		if sp.method.Operator == Keep {
			kept = append(kept, sp)
		} else if sp.start < sp.end {
			spans = append(spans, sp)
		}
	}
	slices.SortStableFunc(spans, byPosition)
	slices.SortStableFunc(kept, byPosition)
	return union(spans), kept
}

// span fits a finding to the text: inside it and widened to rune borders.
func (s *Session) span(text string, f detect.Finding) span {
	start := max(0, min(f.ByteStart, len(text)))
	end := max(start, min(f.ByteEnd, len(text)))
	for start > 0 && start < end && !utf8.RuneStart(text[start]) {
		start--
	}
	for start < end && end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return span{start: start, end: end, typ: f.Type, method: s.method(&f), findings: []detect.Finding{f}}
}

// union joins spans that overlap; the first and longest gives type and method. Where the others have another method, it
// shows nothing: what it would keep may be what they hide. Spans are ordered by position.
func union(spans []span) []span {
	out := spans[:0]
	for _, sp := range spans {
		if n := len(out); n > 0 && sp.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, sp.end)
			out[n-1].findings = append(out[n-1].findings, sp.findings...)
			if out[n-1].method != sp.method {
				out[n-1].method = out[n-1].method.blind()
			}
			continue
		}
		out = append(out, sp)
	}
	return out
}

func mergeByPosition(a, b []span) []span {
	if len(b) == 0 {
		return a
	}
	out := slices.Concat(a, b)
	slices.SortStableFunc(out, byPosition)
	return out
}

// byPosition orders by start, the longer first.
func byPosition(a, b span) int {
	return cmp.Or(cmp.Compare(a.start, b.start), -cmp.Compare(a.end, b.end))
}
