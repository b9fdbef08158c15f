package policy

import (
	"context"
	"slices"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

// Stream is a plan's scan of a text that comes in pieces. It is for one goroutine at a time.
type Stream struct {
	plan *Plan
	scan *detect.Stream
	// text has come and is not settled; it begins at byte at of the stream, and the scan has sent bytes of it.
	text     []byte
	at, sent int
	markers  []redact.Marker
}

// Stretch is a part of a stream's text whose findings are known, whatever follows.
type Stretch struct {
	// Start is where Text begins, in bytes from the start of the stream, as the offsets of the findings.
	Start    int
	Text     string
	Findings []detect.Finding
}

// Stream returns a scan of a text that comes in pieces. It finds what Scan finds in the whole text, within the limits of
// detect.Stream.
func (p *Plan) Stream() *Stream { return &Stream{plan: p, scan: p.plan.Stream(nil)} }

// Write takes the next piece and returns what it settles, which may be nothing. An error is that of ctx.
func (s *Stream) Write(ctx context.Context, piece string) (Stretch, error) {
	s.text = append(s.text, piece...)
	found, err := s.feed(ctx, redact.Unfinished(string(s.text[s.sent:])))
	if err != nil {
		return Stretch{}, err
	}
	return s.settle(found), nil
}

// Close ends the text and returns the rest.
func (s *Stream) Close(ctx context.Context) (Stretch, error) {
	found, err := s.feed(ctx, len(s.text)-s.sent)
	if err != nil {
		return Stretch{}, err
	}
	rest, err := s.scan.Close(ctx)
	if err != nil {
		return Stretch{}, err
	}
	return s.settle(append(found, rest...)), nil
}

// Incomplete names detectors and patterns that were cut short or failed.
func (s *Stream) Incomplete() []string { return s.scan.Incomplete() }

// feed hands the next n bytes to the scan, without what earlier redactions left.
func (s *Stream) feed(ctx context.Context, n int) ([]detect.Finding, error) {
	blanked, markers := redact.Blank(string(s.text[s.sent:s.sent+n]), s.plan.set.makes)
	for _, m := range markers {
		from := s.at + s.sent
		s.markers = append(s.markers, redact.Marker{Start: from + m.Start, End: from + m.End})
	}
	s.sent += n
	return s.scan.Write(ctx, []byte(blanked))
}

// settle drops findings that stand for nobody and lets go of the text before the scan's settled place.
func (s *Stream) settle(found []detect.Finding) Stretch {
	found = slices.DeleteFunc(found, func(f detect.Finding) bool {
		value := string(s.text[f.ByteStart-s.at : f.ByteEnd-s.at])
		return s.plan.set.placeholders && placeholder(f.Type, value) || remnant(&f, s.markers)
	})
	n := s.scan.Settled() - s.at
	if n == 0 {
		return Stretch{Start: s.at}
	}
	out := Stretch{Start: s.at, Text: string(s.text[:n]), Findings: found}
	s.text = append(s.text[:0], s.text[n:]...)
	s.at, s.sent = s.at+n, s.sent-n
	s.markers = slices.DeleteFunc(s.markers, func(m redact.Marker) bool { return m.End < s.at })
	return out
}

// Judge decides a stretch as a text of its own. The bytes of the outcome's findings count from the stretch's start, their
// other offsets from the stream's.
func (p *Plan) Judge(st Stretch, incomplete []string) Outcome {
	found := slices.Clone(st.Findings)
	for i := range found {
		found[i].ByteStart, found[i].ByteEnd = found[i].ByteStart-st.Start, found[i].ByteEnd-st.Start
	}
	return p.set.Decide([]Scanned{{Text: st.Text, Source: p.source, Result: detect.Result{Findings: found, Incomplete: incomplete}}})
}
