package keys

import (
	"context"

	"guardrails/shared/apikey"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

type rotateInput struct {
	ID string `path:"id"`
}

// rotate gives a key a new secret under the same id; the old one stays valid for 24 hours. Whoever gets the secret can
// use the key, so the caller must hold all that it gives, unless it is the caller's own.
func rotate(env *fn.Env) (fn.Handler[rotateInput, shown], error) {
	st := stores(env)
	st.Secrets = env.Secrets()
	keys := apikey.At(st)
	return func(ctx context.Context, call *fn.Call, in *rotateInput) (*shown, error) {
		caller, err := callersKey(ctx, keys, call)
		if err != nil {
			return nil, err
		}
		r, key, err := keys.Rotate(ctx, call.Scope, call.Actor(), in.ID, func(r apikey.Record) error {
			if r.ID == call.Principal.ID() {
				return current(call, r)
			}
			if err := confined(caller, r); err != nil {
				return err
			}
			if outlives(r, caller) && !renews(call, caller) {
				return errs.New(errs.Forbidden, "The credentials end before this key, so they cannot give it.")
			}
			return holds(call, authz.Grants(r.Role, r.Scopes))
		})
		if err != nil {
			return nil, err
		}
		out := show(r, key, call.Now)
		out.Location = ""
		return out, nil
	}, nil
}
