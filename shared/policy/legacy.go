package policy

import (
	"slices"

	"guardrails/shared/detect"
)

// LegacyRisk is the risk as the older API's task results have it.
type LegacyRisk struct {
	OverallScore    float64  `json:"overall_score" minimum:"0" maximum:"100" doc:"The weighted sum of means."`
	OverallLevel    Level    `json:"overall_level" enum:"low,medium,high,critical" doc:"The level of the score."`
	Recommendations []string `json:"recommendations" doc:"What to do, most urgent first."`
}

// maxAdvice bounds the recommendations.
const maxAdvice = 10

// Legacy rates the outcome by the older formula: 0.4 of the mean over personal data, 0.3 of the strongest injection,
// 0.3 of the mean over violations.
func (o *Outcome) Legacy() LegacyRisk {
	var pii, compliance mean
	injection := 0.0
	for i := range o.Findings {
		f := &o.Findings[i]
		switch f.Category {
		case detect.CategoryPII, detect.CategoryCustom, detect.CategorySecret:
			pii.add(findingRisk(f))
		case detect.CategoryInjection:
			injection = max(injection, findingRisk(f))
		case detect.CategoryToxicity, detect.CategoryPolicy: // the older formula does not know them
		}
	}
	for i := range o.Violations {
		compliance.add(violationRisk(&o.Violations[i]))
	}
	score := tenth(0.4*pii.value() + 0.3*injection + 0.3*compliance.value())
	return LegacyRisk{OverallScore: score, OverallLevel: levelOf(score), Recommendations: o.advice()}
}

// advice lists the remedies of the breached rules, worst first, then general ones.
func (o *Outcome) advice() []string {
	out := []string{}
	add := func(s string) {
		if s != "" && len(out) < maxAdvice && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	byWorst := slices.Clone(o.Violations)
	slices.SortStableFunc(byWorst, func(a, b Violation) int { return b.Severity.rank() - a.Severity.rank() })
	for _, v := range byWorst {
		add(v.Remediation)
	}
	if o.Has(detect.CategoryInjection) {
		add("Do not pass the text to a model: it tries to change the model's instructions.")
	}
	if o.Has(detect.CategorySecret) {
		add("Revoke the credentials in the text and issue new ones.")
	}
	if o.Has(detect.CategoryPII) {
		add("Redact the personal data before the text leaves your systems.")
	}
	return out
}

// mean is a running mean; of nothing it is 0.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum, m.n = m.sum+v, m.n+1 }

func (m *mean) value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}
