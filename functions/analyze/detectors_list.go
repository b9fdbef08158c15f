package analyze

import (
	"context"
	"sync"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/fn"
)

// detector is what GET /detectors tells of one.
type detector struct {
	Name        string          `json:"name" example:"us_ssn"`
	Type        string          `json:"type" example:"US_SSN"`
	Category    detect.Category `json:"category" enum:"pii,secret,injection,toxicity"`
	Summary     string          `json:"summary"`
	Validator   string          `json:"validator,omitempty" doc:"The check that candidates pass." example:"luhn"`
	NeedContext bool            `json:"needs_context" doc:"Reported only beside a word that says what it is, or in canonical grouping."`
	OptIn       bool            `json:"opt_in" doc:"Runs only where it is included by name."`
}

type detectorsOut struct {
	Body struct {
		Data       []detector        `json:"data" nullable:"false"`
		NextCursor *string           `json:"next_cursor" doc:"Null: the detectors come all at once."`
		Aliases    map[string]string `json:"aliases" doc:"Other names that requests may use, and the types they stand for."`
		Validators []string          `json:"validators" nullable:"false" doc:"Named checks for custom patterns."`
	}
}

// newDetectorsList answers the built-in detectors, in the order in which they are listed in the code.
func newDetectorsList(*fn.Env) (fn.Handler[struct{}, detectorsOut], error) {
	build := sync.OnceValue(describeDetectors)
	return func(context.Context, *fn.Call, *struct{}) (*detectorsOut, error) { return build(), nil }, nil
}

func describeDetectors() *detectorsOut {
	var out detectorsOut
	for _, d := range builtin.Detectors() {
		out.Body.Data = append(out.Body.Data, detector{d.Name, d.Type, d.Category, d.Summary, d.Validator, d.NeedContext, d.OptIn})
	}
	out.Body.Aliases = detect.Aliases()
	out.Body.Validators = sortedKeys(builtin.Validators())
	return &out
}
