package legacy

import (
	"context"

	"guardrails/shared/audit"
	"guardrails/shared/callback"
	"guardrails/shared/fn"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

// atWebhook points to where a task is to report to.
const atWebhook = "/webhook_url"

// hooker returns the destination that a task reports to, and the writes that must go with the task.
type hooker func(ctx context.Context, call *fn.Call, o taskOptions) (string, []table.Op, error)

// noHooks is for routes whose tasks report to nobody.
func noHooks(*fn.Env) hooker { return nil }

// newHooks lets tasks report to an address. The first that is to be signed makes the tenant's secret.
func newHooks(env *fn.Env) hooker {
	hooks := callback.New(env.Table(table.Policies), env.Keys(), env.Config.Destinations, env.Clock)
	log := audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, o taskOptions) (string, []table.Op, error) {
		by := call.Actor()
		if o.SignPayload {
			made := log.Ops(call.Scope, by, by.Record("webhook_secret.created", call.Scope.TenantID()))
			if err := hooks.Ensure(ctx, call.Scope, by.ID(), made...); err != nil {
				return "", nil, err
			}
		}
		return hooks.Prepare(ctx, call.Scope, callback.Hook{
			URL: o.WebhookURL, Location: atWebhook, Signed: o.SignPayload, Until: task.Expires(call.Now), By: by.ID(),
		})
	}
}
