package gauge

import (
	"context"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// Ours are this engine's subjects: secrets alone, what a scanner of secrets compares with; the families that check forms,
// digits and words around them; and all that a request gets, words that mean something and the models too.
func Ours(ctx context.Context) []Subject {
	return []Subject{
		ours(ctx, "secrets", detect.Options{Include: []string{string(detect.CategorySecret)}}),
		ours(ctx, "secrets and personal data", detect.Options{Include: []string{string(detect.CategorySecret), string(detect.CategoryPII)}}),
		ours(ctx, "all, with models", detect.Options{}),
	}
}

func ours(ctx context.Context, name string, o detect.Options) Subject {
	return Subject{Name: name, Start: func() (Scan, error) {
		e, err := builtin.Engine()
		if err != nil {
			return nil, err
		}
		plan, err := e.Compile(o)
		if err != nil {
			return nil, err
		}
		return func(text string) int { return len(plan.Scan(ctx, text, nil).Findings) }, nil
	}}
}
