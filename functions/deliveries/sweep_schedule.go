package deliveries

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// newSweep sends messages for deliveries that are due.
func newSweep(env *fn.Env) (func(context.Context) error, error) {
	due := env.Due(table.Deliveries)
	s := &deliver.Sweeper{
		Due: func(ctx context.Context, shard string, until time.Time, limit int) ([]deliver.DueItem, error) {
			keys, err := due(ctx, shard, until, limit)
			if err != nil {
				return nil, err
			}
			var out []deliver.DueItem
			for _, k := range keys {
				if strings.HasPrefix(k.Key.Part, table.PartDeliveries+"#") {
					out = append(out, deliver.DueItem{Scope: k.Scope, ID: k.Key.Sort})
				}
			}
			return out, nil
		},
		Rows: newRows(env), Controls: deliver.NewControls(env.Table(table.Deliveries)), Queue: env.Queue(queue.Deliveries), Clock: env.Clock, Random: rand.Float64,
	}
	return s.Sweep, nil
}
