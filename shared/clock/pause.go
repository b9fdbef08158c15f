package clock

import (
	"context"
	"time"
)

// Pause waits on the wall clock, or returns ctx's error if that ends first. A fake clock does not move it: what is
// waited for (a service, another process) does not stand still with the test.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
