package deliveries

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"guardrails/events"
	"guardrails/shared/deliver"
	webhookkind "guardrails/shared/deliver/webhook"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
)

type updateInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to replace."`
	Body    definition
}

// destinationsUpdate replaces a destination's definition; the same definition again makes no version. Its secrets stay where
// the configuration leaves them out.
func destinationsUpdate(env *fn.Env) (fn.Handler[updateInput, destinationRead], error) {
	s, asks, replays := newStore(env), newConfirmations(env), env.Queue(queue.Replays)
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
		before, err := s.before(ctx, call, &old)
		if err != nil {
			return nil, err
		}
		d, kind, secret, err := s.define(in.Body, before)
		if err != nil {
			return nil, err
		}
		d.ID, d.Version, d.CreatedAt, d.UpdatedAt, d.By, d.Keys = old.ID, old.Version+1, old.CreatedAt, call.Now.UnixMilli(), call.Principal.ID(), old.Keys
		if in.Body.Status == "" || d.Status == old.Status { // a change of something else leaves it as it is
			d.Status, d.DisabledReason = old.Status, old.DisabledReason
		}
		d.OrderedFrom = orderedFrom(d, old, call.Now)
		fields := changed(old, d, !bytes.Equal(before, secret))
		if len(fields) == 0 {
			return s.read(ctx, call, old, "")
		}
		if err := s.keep(ctx, call.Scope, &d, json.RawMessage(d.Config), secret); err != nil {
			return nil, err
		}
		key, err := s.rekey(ctx, call, kind, old, &d)
		if err != nil {
			return nil, err
		}
		if key != "" {
			fields = append(fields, "secret")
		}
		a, err := asks.admit(ctx, call.Scope, &d, old, call.Now)
		if err != nil {
			return nil, err
		}
		if old.Ordered && !d.Ordered {
			// What waits in order has no message of its own. This one comes first: the change may not be made without it.
			if err := replays.SendLater(ctx, call.Scope, replayMessage{Unordered: d.ID, Before: call.Now.Add(unorderedAfter / 2)}, unorderedAfter); err != nil {
				return nil, err
			}
		}
		if err := s.commit(ctx, call.Scope, call.Actor(), events.DestinationUpdatedType, old.Version, d, fields, a.ops...); err != nil {
			return nil, cmp.Or(a.refused(err, 0, call.Now), raced(err))
		}
		unasked := asks.send(ctx, a)
		env.Settle(ctx)
		if old.Status != deliver.Active && d.Status == deliver.Active { // as enabling it does
			if err := s.controls.Forget(ctx, call.Scope, d.ID); err != nil {
				env.Log.WarnContext(ctx, "breaker of an enabled destination left", "destination", d.ID, "error", err.Error())
			}
			begin(ctx, env, replays, call, d.ID)
		}
		out, err := s.read(ctx, call, d, key)
		if err == nil {
			out.Body.notAsked(unasked)
		}
		return out, err
	}, nil
}

// before opens the sealed part of a destination's configuration. What is kept of a webhook from before its URL was sealed
// is put into the form that it would be kept in now.
func (s *store) before(ctx context.Context, call *fn.Call, old *deliver.Destination) (deliver.Secret, error) {
	plain, err := s.Open(ctx, call.Scope, old.ID, deliver.UseConfig, old.Secret)
	if err != nil || old.Type != "webhook" {
		return plain, err
	}
	secret, err := webhookkind.Whole(json.RawMessage(old.Config), plain)
	if err != nil {
		return nil, err
	}
	masked, err := webhookkind.Masked(json.RawMessage(old.Config))
	old.Config = string(masked)
	return secret, err
}

// rekey gives a destination a key of the scheme that it is signed by from now on, and returns it; "" if that is the same.
// The old key signs for a day longer, as after a rotation: receivers learn the new one meanwhile.
func (s *store) rekey(ctx context.Context, call *fn.Call, kind deliver.Kind, old deliver.Destination, d *deliver.Destination) (string, error) {
	if !kind.Keyed() {
		return "", nil
	}
	was, err := webhookkind.SchemeOf(json.RawMessage(old.Config))
	if err != nil {
		return "", err
	}
	is, err := webhookkind.SchemeOf(json.RawMessage(d.Config))
	if err != nil || is == was {
		return "", err
	}
	return s.addKey(ctx, call.Scope, d, call.Now)
}

// read answers a destination as it is, with a new key if it has one.
func (s *store) read(ctx context.Context, call *fn.Call, d deliver.Destination, key string) (*destinationRead, error) {
	c, err := s.controls.Get(ctx, call.Scope, d.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.viewOf(call.Scope, d, c, call.Now)
	if key != "" {
		v.Secret = new(shownKey(key))
	}
	return &destinationRead{ETag: fn.ETag(d.Version), Body: v}, err
}

// changed names what differs; secret says that the sealed part of the configuration does.
func changed(old, d deliver.Destination, secret bool) []string {
	var out []string
	for name, differs := range map[string]bool{
		"name": old.Name != d.Name, "config": old.Config != d.Config || secret, "status": old.Status != d.Status,
		"limits":  old.PerSecond != d.PerSecond || old.Concurrency != d.Concurrency || old.BreakerFailures != d.BreakerFailures,
		"ordered": old.Ordered != d.Ordered,
		"labels":  !maps.Equal(old.Labels, d.Labels),
	} {
		if differs {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
