package detect

import "context"

// Effort is what a scan cost: the work that it counted, and the most work between two looks at its context.
type Effort struct{ Total, Step int }

// Effort scans a text and measures.
func (p *Plan) Effort(ctx context.Context, text string) Effort {
	s := &scan{}
	m := &meter{Context: ctx, effort: &s.own}
	s.reset(m, p, text)
	s.run(nil)
	s.scanViews(nil)
	s.result()
	return Effort{Total: s.own.work, Step: max(m.step, s.own.work-m.last)}
}

// meter is a context that notes how much work there is between two looks at it.
type meter struct {
	context.Context
	effort     *effort
	last, step int
}

func (m *meter) Err() error {
	m.step, m.last = max(m.step, m.effort.work-m.last), m.effort.work
	return m.Context.Err()
}

// ScanForward is Scan as a stream sees the text: what is found once is looked for again only behind it.
func (p *Plan) ScanForward(ctx context.Context, text string) Result {
	s := &scan{}
	s.reset(ctx, p, text)
	s.forward = true
	s.findKeys(nil)
	s.run(nil)
	s.scanViews(nil)
	return s.result()
}

// Kept is how much memory the text that a stream keeps takes, in bytes.
func (s *Stream) Kept() int { return cap(s.buf) }
