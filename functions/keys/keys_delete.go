package keys

import (
	"context"

	"guardrails/shared/apikey"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

type deleteInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag that the key had when it was created or rotated."`
}

// revoke ends a key. If-Match is honored but never demanded: nothing stands in the way of ending a leaked key.
func revoke(env *fn.Env) (fn.Handler[deleteInput, fn.NoContent], error) {
	keys := apikey.At(stores(env))
	return func(ctx context.Context, call *fn.Call, in *deleteInput) (*fn.NoContent, error) {
		err := keys.Revoke(ctx, call.Scope, call.Actor(), in.ID, func(r apikey.Record) error {
			if !manages(call, r) {
				return errs.New(errs.NotFound, "There is no such resource.")
			}
			if in.IfMatch == "" {
				return nil
			}
			return call.Match(in.IfMatch, r.Version)
		})
		if err != nil {
			return nil, err
		}
		return fn.Deleted(), nil
	}, nil
}
