package policy

import (
	"math"

	"guardrails/shared/detect"
)

// Level names a range of risk.
type Level string

// The levels: low below 30, medium below 60, high below 85, critical from there.
const (
	LevelLow      Level = "low"
	LevelMedium   Level = "medium"
	LevelHigh     Level = "high"
	LevelCritical Level = "critical"
)

// levelOf returns the level of a score.
func levelOf(score float64) Level {
	switch {
	case score < 30:
		return LevelLow
	case score < 60:
		return LevelMedium
	case score < 85:
		return LevelHigh
	}
	return LevelCritical
}

// Risk is how dangerous a text is, 0 to 100 with one decimal; the package comment has the formula.
type Risk struct {
	Score      float64    `json:"score" minimum:"0" maximum:"100" doc:"The overall risk: that of the highest component." example:"95"`
	Level      Level      `json:"level" enum:"low,medium,high,critical" doc:"low below 30, medium below 60, high below 85, critical from there."`
	Components Components `json:"components" doc:"The risk by kind."`
}

// Components are the risks by kind, 0 to 100.
type Components struct {
	PII        float64 `json:"pii" minimum:"0" maximum:"100" doc:"Personal data and the tenant's own patterns."`
	Injection  float64 `json:"injection" minimum:"0" maximum:"100" doc:"Prompt injection."`
	Toxicity   float64 `json:"toxicity" minimum:"0" maximum:"100" doc:"Toxic language."`
	Secrets    float64 `json:"secrets" minimum:"0" maximum:"100" doc:"Credentials."`
	Compliance float64 `json:"compliance" minimum:"0" maximum:"100" doc:"Breached rules."`
}

// riskOf rates findings and violations.
func riskOf(findings []Finding, violations []Violation) Risk {
	var c Components
	for i := range findings {
		c.add(&findings[i])
	}
	for i := range violations {
		c.Compliance = max(c.Compliance, violationRisk(&violations[i]))
	}
	c.round()
	score := c.overall()
	return Risk{Score: score, Level: levelOf(score), Components: c}
}

// add raises the component that a finding belongs to.
func (c *Components) add(f *Finding) {
	risk := findingRisk(f)
	switch f.Category {
	case detect.CategoryPII, detect.CategoryCustom:
		c.PII = max(c.PII, risk)
	case detect.CategorySecret:
		c.Secrets = max(c.Secrets, risk)
	case detect.CategoryInjection:
		c.Injection = max(c.Injection, risk)
	case detect.CategoryToxicity:
		c.Toxicity = max(c.Toxicity, risk)
	case detect.CategoryPolicy: // counts through its violation
	}
}

// findingRisk is the risk of one finding, 0 to 100.
func findingRisk(f *Finding) float64 {
	var weight float64
	switch f.Category {
	case detect.CategoryPII, detect.CategoryCustom:
		weight = weightOf(f.Type)
	case detect.CategorySecret:
		weight = 95
	case detect.CategoryInjection:
		return 100 * f.Score
	case detect.CategoryToxicity:
		weight = toxicityWeight(f.Type)
	case detect.CategoryPolicy:
		return 0
	}
	return weighted(weight, f.Score)
}

// weighted multiplies a weight by a score; scores above 0.85 count for a tenth more.
func weighted(weight, score float64) float64 {
	risk := weight * score
	if score > 0.85 {
		risk *= 1.1
	}
	return min(risk, 100)
}

func toxicityWeight(typ string) float64 {
	switch typ {
	case "TOXICITY_THREAT", "TOXICITY_SELF_HARM":
		return 95
	case "TOXICITY_HATE":
		return 90
	case "TOXICITY_HARASSMENT":
		return 75
	}
	return 50
}

// violationRisk is the risk of one breach.
func violationRisk(v *Violation) float64 {
	weight := 1.0
	switch v.Framework {
	case "HIPAA":
		weight = 1.5
	case "PCI-DSS":
		weight = 1.4
	case "GDPR":
		weight = 1.3
	}
	return min(severityRisk(v.Severity)*weight, 100)
}

func severityRisk(s Severity) float64 {
	switch s {
	case Critical:
		return 95
	case High:
		return 70
	case Medium:
		return 40
	case Low:
	}
	return 20
}

// overall is the highest component. It is never below their weighted mean, nor below the highest times any floor, so
// neither has to be computed, and more findings never make a text safer.
func (c *Components) overall() float64 {
	return max(c.PII, c.Injection, c.Toxicity, c.Secrets, c.Compliance)
}

func (c *Components) round() {
	for _, v := range []*float64{&c.PII, &c.Injection, &c.Toxicity, &c.Secrets, &c.Compliance} {
		*v = tenth(*v)
	}
}

// tenth rounds to one decimal.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }
