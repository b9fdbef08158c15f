package inspect

import (
	"context"
	"math"
	"slices"
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
	st, err := read(ctx, o, p, pieces, start)
	if err != nil {
		return nil, nil, err
	}
	var segments []Segment
	var a *Analysis
	// Where another request of the conversation was faster, what was found is told again with the pseudonyms that it gave.
	work := func(b *redact.Book) (err error) {
		session := redact.NewSession(i.keys.Tenant(s), s.TenantID(), p.choice)
		session.Continue(b)
		session.About(o.Metadata[subjectID])
		t := &telling{stream: st, session: session, ids: map[place]string{}}
		a, err = t.tell(ctx, i)
		segments = t.segments
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

// read runs the pieces through a stream.
func read(ctx context.Context, o Options, p *prepared, pieces []string, start time.Time) (*stream, error) {
	plan, err := p.plan(o.Source)
	if err != nil {
		return nil, err
	}
	st := &stream{options: o, set: p.set, plan: plan, scan: plan.Stream(), start: start}
	for _, piece := range pieces {
		if err := st.write(ctx, piece); err != nil {
			return nil, err
		}
	}
	return st, st.close(ctx)
}

// stream is a text that comes in pieces, being analyzed.
type stream struct {
	options Options
	set     *policy.Set
	plan    *policy.Plan
	scan    *policy.Stream
	start   time.Time

	text   strings.Builder
	found  []detect.Finding
	judged []judged
}

// judged is a stretch of the text, and what the policies say of it.
type judged struct {
	policy.Stretch
	outcome policy.Outcome
}

// telling is what a caller is told of a stream that has come to its end.
type telling struct {
	*stream
	session  *redact.Session
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
	st.judge(stretch)
	return nil
}

// judge notes a stretch, if it has any text.
func (st *stream) judge(stretch policy.Stretch) {
	if stretch.Text == "" {
		return
	}
	st.found = append(st.found, stretch.Findings...)
	st.judged = append(st.judged, judged{stretch, st.plan.Judge(stretch, st.scan.Incomplete())})
}

// close settles the rest.
func (st *stream) close(ctx context.Context) error {
	stretch, err := st.scan.Close(ctx)
	if err != nil {
		return err
	}
	st.judge(stretch)
	if st.text.Len() == 0 {
		return errs.Invalid(errs.Field{Location: "/text", Message: "expected length >= 1"})
	}
	return nil
}

// tell makes a segment of each stretch, judges the whole and makes its analysis. What only the whole makes a finding, such as the words
// of a rule that asks for something else too, comes with the last segment.
func (st *telling) tell(ctx context.Context, i *Inspector) (*Analysis, error) {
	for k := range st.judged {
		if err := st.segment(ctx, &st.judged[k]); err != nil {
			return nil, err
		}
	}
	text := st.text.String()
	n := utf8.RuneCountInString(text)
	o := st.set.Decide([]policy.Scanned{{
		Text: text, Source: st.options.Source,
		Result: detect.Result{Findings: slices.Clone(st.found), Scanned: n, Total: n, Incomplete: st.scan.Incomplete()},
	}})
	a := i.analysis(st.start, &o, parts{strings: []part{{text: text, source: st.options.Source}}}, Request{Options: st.options})
	a.PolicyVersion, a.Reveals = st.set.Version(), st.session.Reveals()
	st.rename(a)
	return a, nil
}

// segment tells of a stretch.
func (st *telling) segment(ctx context.Context, j *judged) error {
	seg := Segment{Decision: j.outcome.Decision}
	if st.options.Mode != ModeShadow {
		text, err := st.redact(ctx, j.Text, &j.outcome)
		if err != nil {
			return err
		}
		seg.Redacted = &text
	}
	for _, f := range j.outcome.Findings {
		if len(st.ids) >= maxTold {
			break
		}
		if f.Text = ""; st.options.IncludeText {
			f.Text = j.Text[f.ByteStart:f.ByteEnd]
		}
		f.ByteStart, f.ByteEnd = f.ByteStart+j.Start, f.ByteEnd+j.Start
		f.ID = st.id(&f)
		seg.Findings = append(seg.Findings, f)
	}
	st.segments = append(st.segments, seg)
	return nil
}

// redact replaces what Analyze would replace in the text.
func (st *telling) redact(ctx context.Context, text string, o *policy.Outcome) (string, error) {
	asked := st.options.Redaction != nil && len(o.Findings) > 0
	if !asked && o.Decision != policy.Redact && o.Decision != policy.Block {
		return text, nil
	}
	text, _, err := st.session.Redact(ctx, "", text, o.Targets(asked)[""])
	return text, err
}

// id returns the finding's name, a new one if it has not been told.
func (st *telling) id(f *policy.Finding) string {
	at := place{f.Detector, f.ByteStart, f.ByteEnd}
	if st.ids[at] == "" {
		st.ids[at] = "f" + strconv.Itoa(len(st.ids)+1)
	}
	return st.ids[at]
}

// rename gives the findings of the whole the ids that have been told, and tells the others.
func (st *telling) rename(a *Analysis) {
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
