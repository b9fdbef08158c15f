package deliveries

import (
	"context"
	"encoding/json"
	"slices"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

type updateInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to replace."`
	Body    definition
}

// destinationsUpdate replaces a destination's definition. Its secrets stay where the configuration leaves them out.
func destinationsUpdate(env *fn.Env) (fn.Handler[updateInput, destinationRead], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *updateInput) (*destinationRead, error) {
		old, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		if err := call.Match(in.IfMatch, old.Version); err != nil {
			return nil, err
		}
		if in.Body.Type != old.Type {
			return nil, errs.Invalid(errs.Field{Location: "/type", Message: "the type of a destination stays"})
		}
		before, err := s.Open(ctx, call.Scope, old.ID, deliver.UseConfig, old.Secret)
		if err != nil {
			return nil, err
		}
		d, _, secret, err := s.define(in.Body, before)
		if err != nil {
			return nil, err
		}
		d.ID, d.Version, d.CreatedAt, d.UpdatedAt, d.By, d.Keys = old.ID, old.Version+1, old.CreatedAt, call.Now.UnixMilli(), call.Principal.ID(), old.Keys
		if in.Body.Status == "" { // a change of something else leaves it as it is
			d.Status, d.DisabledReason = old.Status, old.DisabledReason
		}
		d.OrderedFrom = orderedFrom(d, old, call.Now)
		if err := s.keep(ctx, call.Scope, &d, json.RawMessage(d.Config), secret); err != nil {
			return nil, err
		}
		if err := s.commit(ctx, call.Scope, call.Actor(), events.DestinationUpdatedType, old.Version, d, changed(old, d)); err != nil {
			return nil, raced(err)
		}
		env.Settle(ctx)
		c, err := s.controls.Get(ctx, call.Scope, d.ID)
		if err != nil {
			return nil, err
		}
		v, err := s.viewOf(call.Scope, d, c, call.Now)
		return &destinationRead{ETag: fn.ETag(d.Version), Body: v}, err
	}, nil
}

// changed names what differs.
func changed(old, d deliver.Destination) []string {
	var out []string
	for name, differs := range map[string]bool{
		"name": old.Name != d.Name, "config": old.Config != d.Config || string(old.Secret.Data) != string(d.Secret.Data), "status": old.Status != d.Status,
		"ordered": old.Ordered != d.Ordered,
		"limits":  old.PerSecond != d.PerSecond || old.Concurrency != d.Concurrency || old.BreakerFailures != d.BreakerFailures,
	} {
		if differs {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
