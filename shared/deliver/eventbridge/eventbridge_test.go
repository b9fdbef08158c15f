package eventbridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/deliver/eventbridge"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/errs"
)

// taken records what a bus would get. The real client is tested where it is, against an emulator.
type taken struct {
	mu     sync.Mutex
	events []amazon.BusEvent
}

func (s *taken) PutEvent(ctx context.Context, e amazon.BusEvent) deliver.Result {
	if ctx.Err() != nil {
		return deliver.Result{Class: deliver.Retryable, Code: "cancelled"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	return deliver.Result{Class: deliver.Delivered}
}

const good = `{"event_bus_arn":"arn:aws:events:eu-central-1:123456789012:event-bus/main","role_arn":"arn:aws:iam::123456789012:role/guardrails"}`

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(testing.TB) kindtest.Fixture {
		s := &taken{}
		return kindtest.Fixture{
			Kind: eventbridge.New(s, ""), Config: json.RawMessage(good),
			Sent: func() [][]byte {
				s.mu.Lock()
				defer s.mu.Unlock()
				var out [][]byte
				for _, e := range s.events {
					out = append(out, []byte(e.Time.String()+e.Detail))
				}
				return out
			},
		}
	})
}

func FuzzCheck(f *testing.F) { kindtest.Fuzz(f, eventbridge.New(nil, ""), good) }

func TestCheck(t *testing.T) {
	t.Parallel()
	k := eventbridge.New(nil, "999999999999")
	const role = `,"role_arn":"arn:aws:iam::123456789012:role/guardrails"}`
	for config, at := range map[string]string{
		good: "",
		`{"event_bus_arn":"arn:aws:events:eu-central-1:123456789012:rule/main"` + role:                                                       "/config/event_bus_arn",
		`{"event_bus_arn":"arn:aws:events::123456789012:event-bus/main"` + role:                                                              "/config/event_bus_arn",
		`{"event_bus_arn":"arn:evil:events:eu-central-1:123456789012:event-bus/main"` + role:                                                 "/config/event_bus_arn",
		`{"event_bus_arn":"arn:aws:events:eu.evil.com/x-1:123456789012:event-bus/main"` + role:                                               "/config/event_bus_arn",
		`{"event_bus_arn":"arn:aws:events:eu-central-1:123456789012:event-bus/main","role_arn":"arn:aws:iam::999999999999:role/guardrails"}`: "/config/role_arn",
		`{"event_bus_arn":"arn:aws:events:eu-central-1:123456789012:event-bus/main","role_arn":"arn:aws:iam::123456789012:role/a"}`:          "/config/role_arn",
	} {
		_, _, err := k.Check(json.RawMessage(config), nil)
		var e *errs.Error
		if at == "" && err != nil || at != "" && (!errors.As(err, &e) || e.Fields[0].Location != at) {
			t.Errorf("%s: %v", config, err)
		}
	}
}
