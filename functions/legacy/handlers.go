package legacy

import (
	"guardrails/shared/fn"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

// Bindings are the handlers of the legacy context.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"legacy-health":           bindHealth(),
		"legacy-analyze":          bindAnalyze(),
		"legacy-analyze-async":    fn.Route(newSubmitter(analyzeTask, newHooks)),
		"legacy-pii-async":        fn.Route(newSubmitter(detectTask, noHooks)),
		"legacy-compliance-async": fn.Route(newSubmitter(complianceTask, noHooks)),
		"legacy-redact-async":     fn.Route(newSubmitter(redactTask, noHooks)),
		"legacy-task-get":         bindTaskGet(),
		"legacy-task-result":      bindTaskResult(),
		"legacy-task-workers":     bindWorkers(),
		"legacy-task-cancel":      bindTaskCancel(),
		"legacy-task-pending":     bindPending(),
		"legacy-tokens-stats":     bindTokens(),
		"legacy-tenants-list":     bindTenantsList(),
		"legacy-tenants-create":   bindTenantsCreate(),
		"legacy-tenants-get":      bindTenantsGet(),
		"legacy-tenants-update":   bindTenantsUpdate(),
		"legacy-tenants-delete":   bindTenantsDelete(),
		"legacy-task-run":         bindRun(),
	}
}

// newTasks returns the tasks for a function that changes them.
func newTasks(env *fn.Env) *task.Store {
	return task.NewStore(env.Table(table.Jobs), env.Outbox(), env.Clock)
}
