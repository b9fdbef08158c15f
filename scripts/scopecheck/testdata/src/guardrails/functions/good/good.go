package good

import (
	"context"

	"guardrails/shared/authn"
	"guardrails/shared/table"
)

type getter interface {
	Get(context.Context, string) error
}

func handle(ctx context.Context, s table.Store, g getter) error {
	if err := g.Get(ctx, "x"); err != nil {
		return err
	}
	return s.Get(ctx, authn.Verify("acme"))
}
