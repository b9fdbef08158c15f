package deliveries

import (
	"context"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type destinationPath struct {
	ID string `path:"id" example:"dst_01jd3zk8q4x5v6w7y8z9a0b1c2"`
}

type destinationRead struct {
	ETag string `header:"ETag"`
	Body destinationView
}

// destinationsGet shows a destination and how it is doing.
func destinationsGet(env *fn.Env) (fn.Handler[destinationPath, destinationRead], error) {
	kinds := kinds(env)
	s := &store{Destinations: deliver.NewDestinations(env.Table(table.Policies), nil), controls: deliver.NewControls(env.Table(table.Deliveries)), kinds: kinds, account: env.Config.Account}
	return func(ctx context.Context, call *fn.Call, in *destinationPath) (*destinationRead, error) {
		d, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.controls.Get(ctx, call.Scope, d.ID)
		if err != nil {
			return nil, err
		}
		v, err := s.viewOf(call.Scope, d, c, call.Now)
		return &destinationRead{ETag: fn.ETag(d.Version), Body: v}, err
	}, nil
}
