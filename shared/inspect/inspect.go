package inspect

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/redact"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Request is one analysis to be made.
type Request struct {
	Value
	Options
	// Draft is judged instead of any stored policy, for dry runs.
	Draft *policy.Policy
}

// Inspector analyzes for all tenants. It is safe for concurrent use.
type Inspector struct {
	base    *detect.Engine
	sets    *sets
	keys    *seal.Keys
	ids     *id.Generator
	clock   clock.Clock
	metrics *telemetry.Metrics
	// talks is nil where requests are no part of a conversation.
	talks *conversations
}

// New returns an inspector for a function that declares the policies table for reading and data keys.
func New(env *fn.Env) (*Inspector, error) {
	base, err := builtin.Engine()
	if err != nil {
		return nil, err
	}
	keys := env.Keys()
	stale := func() { env.Metrics.Count(telemetry.StaleConfig, 1) }
	sets, err := newSets(base, policystore.New(env.Table(table.Policies)), keys, env.Clock, env.Config.ConfigTTL, stale)
	if err != nil {
		return nil, err
	}
	return &Inspector{base: base, sets: sets, keys: keys, ids: env.IDs, clock: env.Clock, metrics: env.Metrics}, nil
}

// Check reports what is wrong with options before there is a value: unknown policies or detectors, a bad redaction.
// Locations begin with at, the options' own place in the request.
func (i *Inspector) Check(ctx context.Context, s tenant.Scope, o Options, at string) error {
	_, err := i.prepare(ctx, s, Request{Options: o})
	return relocate(err, at)
}

// relocate puts at before the places of an error's fields.
func relocate(err error, at string) error {
	e, ok := err.(*errs.Error) //nolint:errorlint // made by this package a moment ago, not wrapped
	if !ok || at == "" {
		return err
	}
	for k := range e.Fields {
		e.Fields[k].Location = at + e.Fields[k].Location
	}
	return e
}

// prepared is a request resolved against the tenant's policies.
type prepared struct {
	set    *policy.Set
	plans  map[detect.Source]*policy.Plan
	choice *redact.Choice
	opts   detect.Options
}

func (i *Inspector) prepare(ctx context.Context, s tenant.Scope, req Request) (*prepared, error) {
	if fields := req.Redaction.Validate("/redaction"); len(fields) > 0 {
		return nil, errs.Invalid(fields...)
	}
	set, err := i.set(ctx, s, req)
	if err != nil {
		return nil, err
	}
	if err := i.sets.ready(ctx, s); err != nil {
		return nil, err
	}
	p := &prepared{set: set, plans: map[detect.Source]*policy.Plan{}, choice: req.Redaction.Over(set.Redaction()), opts: req.detectOptions()}
	_, err = p.plan(p.opts.Source)
	return p, err
}

func (i *Inspector) set(ctx context.Context, s tenant.Scope, req Request) (*policy.Set, error) {
	if req.Draft != nil {
		return i.sets.draft(ctx, s, *req.Draft)
	}
	return i.sets.get(ctx, s, req.Policies)
}

func (o Options) detectOptions() detect.Options {
	out := detect.Options{Source: o.Source, Explain: o.Explain}
	if out.Source == "" {
		out.Source = detect.SourceInput
	}
	if o.Detectors != nil {
		out.Include, out.Exclude = o.Detectors.Include, o.Detectors.Exclude
	}
	if o.MinScore != nil {
		out.MinScore = *o.MinScore
		if out.MinScore == 0 {
			out.MinScore = -1 // the engine's "no threshold"; its zero means the default
		}
	}
	return out
}

func (p *prepared) plan(source detect.Source) (*policy.Plan, error) {
	if plan, ok := p.plans[source]; ok {
		return plan, nil
	}
	o := p.opts
	o.Source = source
	plan, err := p.set.Plan(o, "/detectors")
	if err == nil {
		p.plans[source] = plan
	}
	return plan, err
}

// Analyze looks at a value, decides, and redacts it where the decision or the request asks for that.
// Errors of the request are errs.InvalidRequest with places in it; errs.Overloaded means that a store does not answer.
func (i *Inspector) Analyze(ctx context.Context, s tenant.Scope, req Request) (*Analysis, error) {
	return i.run(ctx, s, req, false)
}

// Redact is Analyze that redacts in any case.
func (i *Inspector) Redact(ctx context.Context, s tenant.Scope, req Request) (*Analysis, error) {
	return i.run(ctx, s, req, true)
}

func (i *Inspector) run(ctx context.Context, s tenant.Scope, req Request, redactAlways bool) (*Analysis, error) {
	start := i.clock.Now()
	if req.Source == "" {
		req.Source = detect.SourceInput
	}
	value, err := req.parts(req.Source)
	if err != nil {
		return nil, err
	}
	p, err := i.prepare(ctx, s, req)
	if err != nil {
		return nil, err
	}
	scanned, err := p.scan(ctx, value.strings)
	if err != nil {
		return nil, err
	}
	outcome := p.set.Decide(scanned)
	a := i.analysis(start, &outcome, value, req)
	if len(outcome.Coverage.Incomplete) > 0 {
		i.metrics.Count(telemetry.DetectorFailures, int64(len(outcome.Coverage.Incomplete)))
	}
	a.PolicyVersion, a.NoLiteral = p.set.Version(), p.set.Engine().NoLiteral()
	asked := redactAlways || req.Redaction != nil && len(outcome.Findings) > 0
	decided := outcome.Decision == policy.Redact || outcome.Decision == policy.Block
	if redactAlways || a.Mode == ModeEnforce && (asked || decided) {
		if err := i.redact(ctx, s, req, value, p, &outcome, asked, a); err != nil {
			return nil, err
		}
	}
	a.LatencyMS = math.Round(float64(i.clock.Now().Sub(start))/float64(time.Microsecond)) / 1000
	return a, nil
}

func (p *prepared) scan(ctx context.Context, parts []part) ([]policy.Scanned, error) {
	out := make([]policy.Scanned, len(parts))
	for k, part := range parts {
		plan, err := p.plan(part.source)
		if err != nil {
			return nil, err
		}
		out[k] = plan.Scan(ctx, part.path, part.text, part.keys)
	}
	return out, nil
}

// analysis makes the answer of an outcome, without redaction.
func (i *Inspector) analysis(start time.Time, o *policy.Outcome, value parts, req Request) *Analysis {
	chars := characters(value.strings)
	a := &Analysis{
		ID: i.ids.New(id.Analysis), Decision: o.Decision, Mode: ModeEnforce, Risk: o.Risk, Findings: o.Findings, Violations: o.Violations,
		Coverage: o.Coverage, Usage: Usage{Characters: chars, Tokens: (chars + 3) / 4, Units: max(1, (chars+999)/1000)},
		ModelVersion: builtin.ModelVersion(), CreatedAt: clock.Format(start), Source: req.Source, Outcome: o,
	}
	if a.Findings == nil {
		a.Findings = []policy.Finding{}
	}
	if a.Violations == nil {
		a.Violations = []policy.Violation{}
	}
	if req.Mode == ModeShadow {
		a.Mode, a.ShadowDecision, a.Decision = ModeShadow, o.Decision, policy.Allow
	}
	a.Coverage.Total += value.skipped // the decision is about what was scanned
	if req.IncludeText {
		includeText(a.Findings, value.strings)
	}
	return a
}

func includeText(findings []policy.Finding, parts []part) {
	texts := make(map[string]string, len(parts))
	for _, p := range parts {
		texts[p.path] = p.text
	}
	for k := range findings {
		f := &findings[k]
		f.Text = texts[f.Path][f.ByteStart:f.ByteEnd]
	}
}

// redact replaces the outcome's targets in the value, in the conversation that the request belongs to.
func (i *Inspector) redact(ctx context.Context, s tenant.Scope, req Request, value parts, p *prepared, o *policy.Outcome, asked bool, a *Analysis) error {
	targets := o.Targets(asked)
	if id := req.Metadata[conversationID]; id != "" && i.talks != nil && p.choice.Numbered() && len(targets) > 0 {
		return i.talks.with(ctx, s, id, func(b *redact.Book) error { return i.rewrite(ctx, s, req, value, p, targets, b, a) })
	}
	return i.rewrite(ctx, s, req, value, p, targets, nil, a)
}

// rewrite replaces the targets, with pseudonyms of the book if there is one.
func (i *Inspector) rewrite(ctx context.Context, s tenant.Scope, req Request, value parts, p *prepared, targets map[string][]detect.Finding, b *redact.Book, a *Analysis) error {
	session, changes := redact.NewSession(i.keys.Tenant(s), s.TenantID(), p.choice), map[string]string{}
	session.Continue(b)
	session.About(req.Metadata[subjectID])
	a.Items = []redact.Item{}
	for _, part := range value.strings {
		found := targets[part.path]
		if len(found) == 0 {
			continue
		}
		text, items, err := session.Redact(ctx, part.path, part.text, found)
		if err != nil {
			return err
		}
		if text != part.text {
			changes[part.path] = part.encoded(text)
		}
		a.Items = append(a.Items, items...)
	}
	a.Reveals = session.Reveals()
	redacted, err := req.rewrite(value.shape, changes)
	a.Redacted = json.RawMessage(redacted)
	return err
}
