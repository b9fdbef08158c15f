package deliveries

import (
	"context"
	"slices"
	"time"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type confirmInput struct {
	ID   string `path:"id"`
	Body struct {
		Address string `json:"address" minLength:"1" maxLength:"254" doc:"One of the destination's recipients, as it is written there." example:"desk@example.com"`
		Code    string `json:"code,omitempty" minLength:"8" maxLength:"8" doc:"The code that the address was sent. Left out, it is sent another, and the one before is void." example:"7KQ2XMPA"`
	}
}

// confirmTries is how often a confirmation is tried that meets other changes of its destination.
const confirmTries = 5

// destinationsConfirm takes the code that a recipient was sent, from when on it gets mails, or sends it another. Of a recipient
// who is confirmed there is nothing to do.
func destinationsConfirm(env *fn.Env) (fn.Handler[confirmInput, destinationRead], error) {
	s, c := newStore(env), newConfirmations(env)
	return func(ctx context.Context, call *fn.Call, in *confirmInput) (*destinationRead, error) {
		address := in.Body.Address
		d, open, err := s.recipient(ctx, call.Scope, in.ID, address)
		switch {
		case err != nil:
			return nil, err
		case !open:
		case in.Body.Code == "":
			err = s.askAgain(ctx, call, c, d, address)
		default:
			if d, err = s.confirm(ctx, call, c, in.ID, address, in.Body.Code); err == nil {
				env.Settle(ctx)
			}
		}
		if err != nil {
			return nil, err
		}
		return s.read(ctx, call, d, "")
	}, nil
}

// recipient reads a destination that an address is a recipient of, and whether the address is unconfirmed.
func (s *store) recipient(ctx context.Context, sc tenant.Scope, destinationID, address string) (deliver.Destination, bool, error) {
	d, err := s.visible(ctx, sc, destinationID)
	if err != nil {
		return d, false, err
	}
	if d.Type != "email" {
		return d, false, errs.New(errs.Conflict, "Destinations of this type have no recipients to confirm.")
	}
	to, err := recipientsOf(d)
	if err == nil && !slices.Contains(to, address) {
		err = errs.Invalid(errs.Field{Location: "/address", Message: "is no recipient of the destination"})
	}
	return d, slices.Contains(d.Unconfirmed, address), err
}

// askAgain sends a recipient another code.
func (s *store) askAgain(ctx context.Context, call *fn.Call, c *confirmations, d deliver.Destination, address string) error {
	a, err := c.ask(ctx, call.Scope, d.ID, []string{address}, call.Now)
	if err != nil {
		return err
	}
	by := call.Actor()
	if err := c.keep(ctx, a, call.Now, s.audit.Ops(call.Scope, by, by.Record("destination.code_sent", d.ID))...); err != nil {
		return err
	}
	unasked, ok := c.send(ctx, a)[address]
	switch {
	case !ok:
		return nil
	case unasked.Class == deliver.Retryable:
		return errs.New(errs.Overloaded, "The mail with the code could not be sent now.").WithRetryAfter(time.Minute)
	}
	return errs.Invalid(errs.Field{Location: "/address", Message: "the mail with the code was refused: " + unasked.Code})
}

// confirm makes a recipient confirmed whose code is the right one.
func (s *store) confirm(ctx context.Context, call *fn.Call, c *confirmations, destinationID, address, code string) (d deliver.Destination, err error) {
	used, err := c.check(ctx, call.Scope, destinationID, address, code, call.Now)
	if err != nil {
		return d, err
	}
	err = table.Contend(confirmTries, raced(table.ErrCondition), func() error {
		var open bool
		if d, open, err = s.recipient(ctx, call.Scope, destinationID, address); err != nil || !open {
			return err
		}
		was := d.Version
		d.Version, d.UpdatedAt, d.By = was+1, call.Now.UnixMilli(), call.Principal.ID()
		d.Unconfirmed = slices.DeleteFunc(d.Unconfirmed, func(a string) bool { return a == address })
		return s.commit(ctx, call.Scope, call.Actor(), events.DestinationUpdatedType, was, d, []string{"recipients"}, used)
	})
	return d, err
}
