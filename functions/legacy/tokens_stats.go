package legacy

import (
	"context"
	"maps"
	"slices"

	"guardrails/shared/clock"
	"guardrails/shared/fn"
)

// Price is what 1,000 tokens of a model cost, in US dollars.
type Price struct {
	Input  float64 `json:"input"`
	Output float64 `json:"output"`
}

// Thresholds are the token counts of one request from which the older API warned.
type Thresholds struct {
	Warning  int `json:"warning_threshold"`
	Critical int `json:"critical_threshold"`
}

type tokensAnswer struct {
	Body struct {
		TrackerStatus   string           `json:"tracker_status" enum:"active"`
		Thresholds      Thresholds       `json:"thresholds"`
		DailyLimit      int              `json:"daily_limit"`
		Pricing         map[string]Price `json:"pricing" doc:"List prices by model, for estimates."`
		ModelsSupported []string         `json:"models_supported" nullable:"false"`
		Timestamp       string           `json:"timestamp" format:"date-time"`
	}
}

// prices are published list prices, rounded; they serve estimates alone.
func prices() map[string]Price {
	return map[string]Price{
		"claude-3-haiku":  {0.00025, 0.00125},
		"claude-3-opus":   {0.015, 0.075},
		"claude-3-sonnet": {0.003, 0.015},
		"gpt-3.5-turbo":   {0.0005, 0.0015},
		"gpt-4":           {0.03, 0.06},
		"gpt-4-turbo":     {0.01, 0.03},
		"gpt-4o":          {0.0025, 0.01},
		"gpt-4o-mini":     {0.00015, 0.0006},
	}
}

func bindTokens() fn.Binding {
	return fn.Route(func(*fn.Env) (fn.Handler[struct{}, tokensAnswer], error) {
		return func(_ context.Context, call *fn.Call, _ *struct{}) (*tokensAnswer, error) {
			var out tokensAnswer
			b := &out.Body
			b.TrackerStatus, b.Thresholds, b.DailyLimit = "active", Thresholds{Warning: 8000, Critical: 15000}, 1_000_000
			b.Pricing, b.Timestamp = prices(), clock.Format(call.Now)
			b.ModelsSupported = slices.Sorted(maps.Keys(b.Pricing))
			return &out, nil
		}, nil
	})
}
