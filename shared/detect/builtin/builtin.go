package builtin

import (
	"fmt"
	"slices"
	"sync"

	"guardrails/shared/detect"
	"guardrails/shared/detect/injection"
	"guardrails/shared/detect/pii"
	"guardrails/shared/detect/secrets"
	"guardrails/shared/detect/toxicity"
)

// Detectors returns the built-in detectors of all families, in a fixed order.
func Detectors() []detect.Detector {
	return slices.Concat(pii.Detectors(), secrets.Detectors(), injection.Detectors(), toxicity.Detectors(), judges())
}

// Engine returns the engine over all built-in detectors, which is built on the first call and shared afterwards.
// It knows the checks of Validators. It fails only if a literal is wrong, which the package's tests rule out.
func Engine() (*detect.Engine, error) { return engine() }

var engine = sync.OnceValues(func() (*detect.Engine, error) {
	e, err := detect.New(Detectors())
	if err != nil {
		return nil, fmt.Errorf("built-in detectors: %w", err)
	}
	return e.WithValidators(Validators()), nil
})
