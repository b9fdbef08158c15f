package trigger_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/infra/local/trigger"
	"guardrails/shared/clock"
	"guardrails/shared/id"
)

func TestScheduleFiresAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC))
	fired := make(chan events.EventBridgeEvent, 100)
	s := &trigger.Schedule{
		Rule: "guardrails-t-watch", Every: time.Millisecond, Clock: now, IDs: id.NewGenerator(now, nil), Log: slog.New(slog.DiscardHandler),
		Target: target(func(payload []byte) ([]byte, error) {
			var ev events.EventBridgeEvent
			if err := json.Unmarshal(payload, &ev); err != nil {
				t.Error(err)
			}
			fired <- ev
			return nil, errors.New("no")
		}),
	}
	run(t, s.Run)
	ev := receive(t, fired)
	if ev.DetailType != "Scheduled Event" || ev.Source != "aws.events" || !ev.Time.Equal(now.Now().Truncate(time.Second)) ||
		ev.Resources[0] != "arn:aws:events:us-east-1:000000000000:rule/guardrails-t-watch" {
		t.Errorf("event %+v", ev)
	}
	receive(t, fired)
}
