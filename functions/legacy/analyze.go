package legacy

import (
	"context"
	"math"
	"slices"

	"guardrails/shared/clock"
	"guardrails/shared/detect"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
	"guardrails/shared/queue"
	"guardrails/shared/record"
	"guardrails/shared/tenant"
)

type analyzeInput struct {
	Body struct {
		_      struct{} `json:"-" additionalProperties:"true"`
		Prompt string   `json:"prompt" minLength:"1" doc:"The text to analyze."`
	}
}

// Analysis is the answer to a prompt.
type Analysis struct {
	RequestID       string     `json:"request_id"`
	Status          string     `json:"status" enum:"completed"`
	SanitizedPrompt string     `json:"sanitized_prompt" doc:"The prompt with each entity replaced by its type in brackets."`
	Detections      Detections `json:"detections"`
	Cached          bool       `json:"cached" doc:"Whether the same prompt was answered in the last five minutes."`
}

// Detections are what a prompt holds.
type Detections struct {
	PIIFound          bool     `json:"pii_found"`
	Entities          []Entity `json:"entities" nullable:"false"`
	InjectionDetected bool     `json:"injection_detected" doc:"Whether the score is above 0.5."`
	InjectionScore    float64  `json:"injection_score" minimum:"0" maximum:"1" doc:"Rounded to four places."`
}

type analyzeAnswer struct{ Body Analysis }

// analyzer answers prompts.
type analyzer struct {
	inspect  *inspect.Inspector
	recorder *record.Recorder
	cache    *cache
	ids      *id.Generator
}

func bindAnalyze() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[analyzeInput, analyzeAnswer], error) {
		inspector, err := inspect.New(env)
		if err != nil {
			return nil, err
		}
		c, err := newCache(env.Clock)
		if err != nil {
			return nil, err
		}
		an := &analyzer{inspect: inspector, recorder: record.NewRecorder(env.Queue(queue.Analyses), env.Metrics), cache: c, ids: env.IDs}
		return an.analyze, nil
	})
}

// analyze answers from the cache or the engine; either way the analysis is recorded.
func (an *analyzer) analyze(ctx context.Context, call *fn.Call, in *analyzeInput) (*analyzeAnswer, error) {
	version, err := an.inspect.PolicyVersion(ctx, call.Scope)
	if err != nil {
		return nil, err
	}
	d := an.cache.digest(call.Scope.TenantID(), version, in.Body.Prompt)
	k, hit := an.cache.get(d)
	if hit {
		k.answer.Cached, k.analysis.Cached = true, true
		k.analysis.ID, k.analysis.CreatedAt = an.ids.New(id.Analysis), clock.Format(call.Now)
	} else if k, err = an.fresh(ctx, call.Scope, in.Body.Prompt); err != nil {
		return nil, err
	}
	if err := an.recorder.Send(ctx, call.Scope, &k.analysis, call.Principal.Regulated()); err != nil {
		return nil, err
	}
	if !hit {
		an.cache.put(d, in.Body.Prompt, k)
	}
	k.answer.RequestID = call.RequestID
	return &analyzeAnswer{k.answer}, nil
}

// fresh asks the engine: once for everything, and once more for injections below the threshold, whose scores this
// API shows.
func (an *analyzer) fresh(ctx context.Context, s tenant.Scope, prompt string) (kept, error) {
	a, err := an.inspect.Analyze(ctx, s, look(prompt))
	if err != nil {
		return kept{}, err
	}
	sanitized, _, err := replace(ctx, prompt, a.Outcome, nil, s.TenantID(), nil)
	if err != nil {
		return kept{}, err
	}
	injection, err := an.injection(ctx, s, prompt)
	if err != nil {
		return kept{}, err
	}
	out := kept{answer: Analysis{Status: "completed", SanitizedPrompt: sanitized}, analysis: *a}
	found := entitiesOf(a.Findings)
	out.answer.Detections = Detections{PIIFound: len(found) > 0, Entities: found, InjectionScore: injection, InjectionDetected: injection > 0.5}
	out.analysis.Redacted, out.analysis.Items, out.analysis.Outcome = nil, nil, nil
	out.analysis.Findings = slices.Clone(a.Findings)
	for i := range out.analysis.Findings {
		out.analysis.Findings[i].Text = ""
	}
	return out, nil
}

func (an *analyzer) injection(ctx context.Context, s tenant.Scope, prompt string) (float64, error) {
	none := 0.0
	a, err := an.inspect.Analyze(ctx, s, inspect.Request{
		Value:   inspect.Value{Text: &prompt},
		Options: inspect.Options{Detectors: &inspect.Selection{Include: []string{string(detect.CategoryInjection)}}, MinScore: &none},
	})
	if err != nil {
		return 0, err
	}
	return injectionScore(a.Findings), nil
}

// injectionScore is the strongest injection's score, rounded to four places.
func injectionScore(findings []policy.Finding) float64 {
	score := 0.0
	for _, f := range findings {
		if f.Category == detect.CategoryInjection {
			score = max(score, f.Score)
		}
	}
	return math.Round(score*1e4) / 1e4
}
