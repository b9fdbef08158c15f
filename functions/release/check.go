package release

import (
	"context"
	"log/slog"

	"guardrails/shared/deployment"
	"guardrails/shared/fn"
)

// check makes the version that a deployment is about check itself. It runs as that version will run: its code, its
// settings, its own roles.
type check struct {
	*deployment.Service
	log *slog.Logger
}

func newCheck(env *fn.Env) (fn.Keeper, error) {
	s, err := deployment.New(env)
	return &check{s, env.Log}, err
}

// Decide lets a version pass that says that everything it declares answers.
func (c *check) Decide(ctx context.Context, id string) error {
	version, err := c.Target(ctx, id)
	if err != nil {
		return err
	}
	answer, err := c.Invoke(ctx, version, fn.SelfCheckQuestion())
	if err != nil {
		return err
	}
	if err := fn.SelfCheckPassed(answer); err != nil {
		return err
	}
	c.log.InfoContext(ctx, "new version passed", "deployment", id, "version", version.String())
	return nil
}
