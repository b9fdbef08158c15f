package trigger

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/infra/local/invoke"
	"guardrails/shared/clock"
	"guardrails/shared/id"
)

// Schedule invokes a function at a fixed rate. A run that is not over when the next is due lets that one out.
type Schedule struct {
	// Rule is the rule's physical name.
	Rule  string
	Every time.Duration
	// First is the pause before the first run.
	First  time.Duration
	Target *invoke.Target
	Clock  clock.Clock
	IDs    *id.Generator
	Log    *slog.Logger
}

// Run invokes until ctx ends and returns when the last run is done; runs go under work.
func (s *Schedule) Run(ctx, work context.Context) {
	if clock.Pause(ctx, s.First) != nil {
		return
	}
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		s.fire(work)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Schedule) fire(work context.Context) {
	region, account := s.Target.Place()
	payload, err := json.Marshal(events.EventBridgeEvent{
		Version: "0", ID: s.IDs.New(id.Request), DetailType: "Scheduled Event", Source: "aws.events",
		AccountID: account, Time: s.Clock.Now().Truncate(time.Second), Region: region,
		Resources: []string{s.Target.ARNOf("events", "rule/"+s.Rule)},
		Detail:    json.RawMessage(`{}`),
	})
	if err == nil {
		_, err = s.Target.Call(work, s.IDs.New(id.Request), payload)
	}
	if err != nil {
		s.Log.ErrorContext(work, "scheduled run failed", "function", s.Target.Name, "error", err)
	}
}
