package jobs

import (
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

// Bindings are the handlers of the jobs context.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"uploads-create": bindUpload(),
		"jobs-create":    bindCreate(),
		"jobs-list":      bindList(),
		"jobs-get":       bindGet(),
		"jobs-results":   bindResults(),
		"jobs-cancel":    bindCancel(),
		"job-split":      bindSplit(),
		"job-chunk":      bindChunk(),
		"job-relay":      bindRelay(),
		"job-watch":      bindWatch(),
	}
}

func newStore(env *fn.Env) *store {
	return &store{table: env.Table(table.Jobs), outbox: env.Outbox(), clock: env.Clock}
}
