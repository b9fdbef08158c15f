package trigger

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"guardrails/shared/clock"
)

const (
	firstWait = 100 * time.Millisecond
	lastWait  = 5 * time.Second
)

// outage paces a trigger while its source does not answer, and logs the begin and the end of it.
type outage struct {
	log    *slog.Logger
	source string
	wait   time.Duration
}

// failed notes a failure and waits; it returns when the source is worth another try, or ctx has ended. Without an error
// it returns at once.
func (o *outage) failed(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return
	}
	if o.wait == 0 {
		o.log.WarnContext(ctx, "source does not answer", "source", o.source, "error", err)
		o.wait = firstWait
	}
	_ = clock.Pause(ctx, o.wait) // the caller looks at ctx
	o.wait = min(2*o.wait, lastWait)
}

func (o *outage) answered(ctx context.Context) {
	if o.wait > 0 {
		o.log.InfoContext(ctx, "source answers again", "source", o.source)
		o.wait = 0
	}
}
