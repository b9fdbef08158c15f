package analyze

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"guardrails/shared/fn"
	"guardrails/shared/policy"
)

type frameworksOut struct {
	Body struct {
		Data       []policy.Pack `json:"data" nullable:"false"`
		NextCursor *string       `json:"next_cursor" doc:"Null: the packs come all at once."`
	}
}

// newFrameworksList answers the shipped rule packs with their rules.
func newFrameworksList(*fn.Env) (fn.Handler[struct{}, frameworksOut], error) {
	return func(context.Context, *fn.Call, *struct{}) (*frameworksOut, error) {
		var out frameworksOut
		out.Body.Data = policy.Packs()
		return &out, nil
	}, nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
