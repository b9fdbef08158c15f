package inspect

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/policy"
	"guardrails/shared/redact"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Segment is a part of a text that came in pieces, which may be passed on.
type Segment struct {
	// Findings are those that have become known since the last segment.
	Findings []policy.Finding
	// Decision is what the policies say of this part as a text of its own.
	Decision policy.Action
	// Redacted is the part with the findings replaced where the decision or the request asks for that; nil in shadow
	// mode. The segments' together are the whole text.
	Redacted *string
}

// AnalyzePieces is Analyze of a text that comes in pieces. It returns a segment for each piece that settles some of the
// text, and an analysis of the whole without the redacted text. Findings are those that Analyze finds, but for mentions
// of a name before the one that tells that it is a name, and have the ids of the segments. Locations in errors begin with
// at, the options' own place in the request.
func (i *Inspector) AnalyzePieces(ctx context.Context, s tenant.Scope, o Options, at string, pieces []string) ([]Segment, *Analysis, error) {
	segments, a, err := i.inPieces(ctx, s, o, pieces)
	return segments, a, relocate(err, at)
}

func (i *Inspector) inPieces(ctx context.Context, s tenant.Scope, o Options, pieces []string) ([]Segment, *Analysis, error) {
	if o.Source == "" {
		o.Source = detect.SourceInput
	}
	start := i.clock.Now()
	p, err := i.prepare(ctx, s, Request{Options: o})
	if err != nil {
		return nil, nil, err
	}
	var segments []Segment
	var a *Analysis
	work := func(b *redact.Book) (err error) {
		segments, a, err = i.pieces(ctx, s, o, p, pieces, b)
		return err
	}
	if id := o.Metadata[conversationID]; id != "" && i.talks != nil && p.choice.Numbered() && o.Mode != ModeShadow {
		err = i.talks.with(ctx, s, id, work)
	} else {
		err = work(nil)
	}
	if err != nil {
		return nil, nil, err
	}
	if n := len(a.Coverage.Incomplete); n > 0 {
		i.metrics.Count(telemetry.DetectorFailures, int64(n))
	}
	a.LatencyMS = math.Round(float64(i.clock.Now().Sub(start))/float64(time.Microsecond)) / 1000
	return segments, a, nil
}

// pieces runs the pieces through a stream. It may be called again for the same ones.
func (i *Inspector) pieces(ctx context.Context, s tenant.Scope, o Options, p *prepared, pieces []string, b *redact.Book) ([]Segment, *Analysis, error) {
	plan, err := p.plan(o.Source)
	if err != nil {
		return nil, nil, err
	}
	st := &stream{
		options: o, set: p.set, plan: plan, scan: plan.Stream(), start: i.clock.Now(),
		session: redact.NewSession(i.keys.Tenant(s), s.TenantID(), p.choice), ids: map[place]string{},
	}
	st.session.Continue(b)
	st.session.About(o.Metadata[subjectID])
	for _, piece := range pieces {
		if err := st.write(ctx, piece); err != nil {
			return nil, nil, err
		}
	}
	a, err := st.close(ctx, i)
	return st.segments, a, err
}

// stream is a text that comes in pieces, being analyzed.
type stream struct {
	options Options
	set     *policy.Set
	plan    *policy.Plan
	scan    *policy.Stream
	session *redact.Session
	start   time.Time

	text     strings.Builder
	found    []detect.Finding
	ids      map[place]string
	segments []Segment
}

// maxTold is how many findings the segments of a text list; the others are replaced all the same.
const maxTold = 10_000

// place tells findings apart.
type place struct {
	detector   string
	start, end int
}

func (st *stream) write(ctx context.Context, piece string) error {
	st.text.WriteString(piece)
	stretch, err := st.scan.Write(ctx, piece)
	if err != nil {
		return err
	}
	return st.tell(ctx, stretch)
}

// tell makes a segment of a stretch, if it has any text.
func (st *stream) tell(ctx context.Context, stretch policy.Stretch) error {
	if stretch.Text == "" {
		return nil
	}
	st.found = append(st.found, stretch.Findings...)
	o := st.plan.Judge(stretch, st.scan.Incomplete())
	seg := Segment{Decision: o.Decision}
	if st.options.Mode != ModeShadow {
		text, err := st.redact(ctx, stretch.Text, &o)
		if err != nil {
			return err
		}
		seg.Redacted = &text
	}
	for _, f := range o.Findings {
		if len(st.ids) >= maxTold {
			break
		}
		if f.Text = ""; st.options.IncludeText {
			f.Text = stretch.Text[f.ByteStart:f.ByteEnd]
		}
		f.ByteStart, f.ByteEnd = f.ByteStart+stretch.Start, f.ByteEnd+stretch.Start
		f.ID = st.id(&f)
		seg.Findings = append(seg.Findings, f)
	}
	st.segments = append(st.segments, seg)
	return nil
}

// redact replaces what Analyze would replace in the text.
func (st *stream) redact(ctx context.Context, text string, o *policy.Outcome) (string, error) {
	asked := st.options.Redaction != nil && len(o.Findings) > 0
	if !asked && o.Decision != policy.Redact && o.Decision != policy.Block {
		return text, nil
	}
	text, _, err := st.session.Redact(ctx, "", text, o.Targets(asked)[""])
	return text, err
}

// id returns the finding's name, a new one if it has not been told.
func (st *stream) id(f *policy.Finding) string {
	at := place{f.Detector, f.ByteStart, f.ByteEnd}
	if st.ids[at] == "" {
		st.ids[at] = "f" + strconv.Itoa(len(st.ids)+1)
	}
	return st.ids[at]
}

// close settles the rest and judges the whole. What only the whole makes a finding, such as the words of a rule that asks for
// something else too, comes with the last segment.
func (st *stream) close(ctx context.Context, i *Inspector) (*Analysis, error) {
	stretch, err := st.scan.Close(ctx)
	if err != nil {
		return nil, err
	}
	if err := st.tell(ctx, stretch); err != nil {
		return nil, err
	}
	text := st.text.String()
	if text == "" {
		return nil, errs.Invalid(errs.Field{Location: "/text", Message: "expected length >= 1"})
	}
	n := utf8.RuneCountInString(text)
	o := st.set.Decide([]policy.Scanned{{
		Text: text, Source: st.options.Source, Result: detect.Result{Findings: st.found, Scanned: n, Total: n, Incomplete: st.scan.Incomplete()},
	}})
	a := i.analysis(st.start, &o, parts{strings: []part{{text: text, source: st.options.Source}}}, Request{Options: st.options})
	a.PolicyVersion, a.Reveals = st.set.Version(), st.session.Reveals()
	st.rename(a)
	return a, nil
}

// rename gives the findings of the whole the ids that have been told, and tells the others.
func (st *stream) rename(a *Analysis) {
	told, names := len(st.ids), make(map[string]string, len(a.Findings))
	last := &st.segments[len(st.segments)-1]
	for k := range a.Findings {
		f := &a.Findings[k]
		old := f.ID
		f.ID = st.id(f)
		if names[old] = f.ID; len(st.ids) > told {
			told = len(st.ids)
			last.Findings = append(last.Findings, *f)
		}
	}
	for k := range a.Violations {
		for j, id := range a.Violations[k].Findings {
			a.Violations[k].Findings[j] = names[id]
		}
	}
}
