package inspect

import (
	"context"

	"guardrails/shared/tenant"
)

// PolicyVersion names the tenant's active policies at their present versions, as Analysis.PolicyVersion does: what a
// cache of answers must depend on.
func (i *Inspector) PolicyVersion(ctx context.Context, s tenant.Scope) (string, error) {
	set, err := i.sets.get(ctx, s, nil)
	if err != nil {
		return "", err
	}
	return set.Version(), nil
}
