package deliveries

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/callback"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type secretView struct {
	Secret    string `json:"secret,omitempty" doc:"Absent while there is none: PUT makes one, and so does the first task with sign_payload. The key, whole and with its prefix: X-Guardrails-Signature is sha256= and the hexadecimal HMAC-SHA256 of the body under it." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	UpdatedAt string `json:"updated_at,omitempty" format:"date-time" doc:"When it was set."`
}

type secretAnswer struct {
	ETag string `header:"ETag"`
	Body secretView
}

func secretOf(s callback.Secret) *secretAnswer {
	out := &secretAnswer{ETag: fn.ETag(s.Version)}
	if s.Version > 0 {
		out.Body = secretView{Secret: s.Value, UpdatedAt: at(s.UpdatedAt)}
	}
	return out
}

func newCallbacks(env *fn.Env) *callback.Store {
	return callback.New(env.Table(table.Policies), env.Keys(), env.Config.Destinations, env.Clock)
}

// webhookSecretGet shows the secret as often as it is asked for: a task with sign_payload may have made it, which shows
// nobody anything. Who asked is recorded before it is answered.
func webhookSecretGet(env *fn.Env) (fn.Handler[struct{}, secretAnswer], error) {
	callbacks, log := newCallbacks(env), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, _ *struct{}) (*secretAnswer, error) {
		s, err := callbacks.Secret(ctx, call.Scope)
		if errors.Is(err, errs.NotFound) {
			return secretOf(callback.Secret{}), nil
		}
		if err != nil {
			return nil, err
		}
		by := call.Actor()
		if err := table.Transact(ctx, log.Ops(call.Scope, by, by.Record("webhook_secret.read", call.Scope.TenantID()))...); err != nil {
			return nil, err
		}
		return secretOf(s), nil
	}, nil
}

type secretInput struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the secret to replace."`
	Body    struct {
		Secret string `json:"secret,omitempty" minLength:"8" maxLength:"256" pattern:"^[!-~]+$" doc:"The key to sign with, such as the one that receivers of an earlier installation verify with; left out, a new one is made by chance. It counts at once for every delivery to a webhook_url, and the one before it no more."`
	}
}

// webhookSecretUpdate sets the secret or makes a new one.
func webhookSecretUpdate(env *fn.Env) (fn.Handler[secretInput, secretAnswer], error) {
	callbacks, out, log := newCallbacks(env), env.Outbox(), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *secretInput) (*secretAnswer, error) {
		was, err := callbacks.Version(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		if err := call.Match(in.IfMatch, was); err != nil {
			return nil, err
		}
		by := call.Actor()
		ev, err := out.Op(ctx, call.Scope, events.Change(events.TenantUpdatedType, events.ChangeData{
			ID: call.Scope.TenantID(), By: by.ID(), Fields: []string{"webhook_secret"},
		}))
		if err != nil {
			return nil, err
		}
		also := append(log.Ops(call.Scope, by, by.Record("webhook_secret.updated", call.Scope.TenantID())), ev)
		s, err := callbacks.Set(ctx, call.Scope, was, in.Body.Secret, by.ID(), also...)
		if errors.Is(err, table.ErrCondition) {
			return nil, errs.New(errs.Conflict, "The secret is being changed by others; try again.")
		}
		if err != nil {
			return nil, err
		}
		return secretOf(s), nil
	}, nil
}
