package deliveries

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/webhook"
)

type createInput struct {
	Body definition
}

type destinationAnswer struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     destinationView
}

// destinationsCreate keeps a new destination. Its signing secret is in this answer alone.
func destinationsCreate(env *fn.Env) (fn.Handler[createInput, destinationAnswer], error) {
	s, asks := newStore(env), newConfirmations(env)
	return func(ctx context.Context, call *fn.Call, in *createInput) (*destinationAnswer, error) {
		d, kind, secret, err := s.define(in.Body, nil)
		if err != nil {
			return nil, err
		}
		now := call.Now.UnixMilli()
		public := json.RawMessage(d.Config)
		d.ID, d.Version, d.CreatedAt, d.UpdatedAt, d.By = call.NewID(s.ids, id.Destination), 1, now, now, call.Principal.ID()
		d.OrderedFrom = orderedFrom(d, deliver.Destination{}, call.Now)
		if err := s.keep(ctx, call.Scope, &d, public, secret); err != nil {
			return nil, err
		}
		key := ""
		if kind.Keyed() {
			if key, err = s.addKey(ctx, call.Scope, &d, call.Now); err != nil {
				return nil, err
			}
		}
		a, err := asks.admit(ctx, call.Scope, &d, deliver.Destination{}, call.Now)
		if err != nil {
			return nil, err
		}
		err = s.commit(ctx, call.Scope, call.Actor(), events.DestinationCreatedType, 0, d, nil, append([]table.Op{s.tally(call.Scope, 1)}, a.ops...)...)
		var failed *table.ConditionError
		if errors.As(err, &failed) {
			if call.Repeated { // the first try may have made it
				if made, key, err := s.made(ctx, call, d.ID); !errors.Is(err, errs.NotFound) {
					if err == nil {
						err = asks.keep(ctx, a, call.Now) // whether mails went out nobody knows: these make up for them
					}
					if err != nil {
						return nil, err
					}
					return s.shown(made, key, call, asks.send(ctx, a))
				}
			}
			return nil, cmp.Or(a.refused(err, 1, call.Now), s.refused(failed))
		}
		if err != nil {
			return nil, err
		}
		return s.shown(d, key, call, asks.send(ctx, a))
	}, nil
}

// made reads a destination that an earlier try of the request made, with its key: nobody has heard of either.
func (s *store) made(ctx context.Context, call *fn.Call, destinationID string) (deliver.Destination, string, error) {
	d, err := s.Get(ctx, call.Scope, destinationID)
	if err != nil || len(d.Keys) == 0 {
		return d, "", err
	}
	key, err := s.Open(ctx, call.Scope, d.ID, deliver.UseKey, d.Keys[0].Sealed)
	return d, string(key), err
}

// refused says which condition of a creation did not hold: the tenant's count comes first.
func (s *store) refused(e *table.ConditionError) error {
	if len(e.Failed) > 0 && e.Failed[0] {
		return errs.Newf(errs.Conflict, "A tenant has at most %d destinations.", maxDestinations)
	}
	return errs.New(errs.Conflict, "The destination is there already.")
}

// shown answers a destination whose key, if it has a new one, is shown this once, with the recipients who could not be asked.
func (s *store) shown(d deliver.Destination, key string, call *fn.Call, unasked map[string]deliver.Result) (*destinationAnswer, error) {
	v, err := s.viewOf(call.Scope, d, deliver.Control{}, call.Now)
	if err != nil {
		return nil, err
	}
	if key != "" {
		v.Secret = new(shownKey(key))
	}
	v.notAsked(unasked)
	return &destinationAnswer{Location: "/api/v1/destinations/" + d.ID, ETag: fn.ETag(d.Version), Body: v}, nil
}

// shownKey is what a tenant sees of a signing key: of one whose public half verifies, that half.
func shownKey(key string) string {
	if public, err := webhook.PublicKey(key); err == nil {
		return public
	}
	return key
}

// mostMails is how many mails a second a destination may have, and how many at once: they all come from one address.
const mostMails = 5

// define checks what a caller wrote. before is the sealed part of the destination's earlier version.
func (s *store) define(in definition, before deliver.Secret) (deliver.Destination, deliver.Kind, deliver.Secret, error) {
	kind, err := s.kind(in.Type)
	if err != nil {
		return deliver.Destination{}, nil, nil, err
	}
	config, err := json.Marshal(in.Config)
	if err != nil {
		return deliver.Destination{}, nil, nil, fmt.Errorf("encode the configuration: %w", err)
	}
	public, secret, err := kind.Check(config, before)
	if err != nil {
		return deliver.Destination{}, nil, nil, err
	}
	if in.Type == "email" && (in.Limits.PerSecond > mostMails || in.Limits.Concurrency > mostMails) {
		return deliver.Destination{}, nil, nil, errs.Invalid(errs.Field{Location: "/limits", Message: "expected at most 5 mails a second, and 5 at once"})
	}
	for name, value := range in.Labels {
		if len(name) > 64 || len(value) > 256 {
			return deliver.Destination{}, nil, nil, errs.Invalid(errs.Field{Location: "/labels", Message: "expected names of at most 64 bytes and values of at most 256"})
		}
	}
	d := deliver.Destination{
		Name: in.Name, Type: in.Type, Config: string(public), Status: deliver.Active, Ordered: in.Ordered, Labels: in.Labels,
		PerSecond: in.Limits.PerSecond, Concurrency: in.Limits.Concurrency, BreakerFailures: in.Limits.BreakerFailures,
	}
	if in.Status == string(deliver.Disabled) {
		d.Status, d.DisabledReason = deliver.Disabled, deliver.DisabledByHand
	}
	return d, kind, secret, nil
}

// orderedFrom is the event from which a destination's order counts: from now on where it was not ordered before.
func orderedFrom(d, old deliver.Destination, now time.Time) string {
	switch {
	case !d.Ordered:
		return ""
	case old.Ordered:
		return old.OrderedFrom
	}
	from, _ := eventquery.Span(now, now)
	return from
}
