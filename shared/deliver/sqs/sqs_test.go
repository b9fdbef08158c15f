package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/sqs"
	"guardrails/shared/destination"
	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
)

// taken records what a queue would get. The real client is tested where it is, against an emulator.
type taken struct {
	mu       sync.Mutex
	messages []amazon.QueueMessage
}

func (s *taken) SendMessage(ctx context.Context, m amazon.QueueMessage) deliver.Result {
	if ctx.Err() != nil {
		return deliver.Result{Class: deliver.Retryable, Code: "cancelled"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	return deliver.Result{Class: deliver.Delivered}
}

const good = `{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/events","region":"eu-central-1","role_arn":"arn:aws:iam::123456789012:role/guardrails","external_id":"ten_1"}`

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(testing.TB) kindtest.Fixture {
		s := &taken{}
		return kindtest.Fixture{
			Tenant: scope.Mint("ten_1"),
			Kind:   sqs.New(s, destination.Rules{}, "999999999999"), Config: json.RawMessage(good),
			Sent: func() [][]byte {
				s.mu.Lock()
				defer s.mu.Unlock()
				var out [][]byte
				for _, m := range s.messages {
					out = append(out, []byte(m.ID+m.Body))
				}
				return out
			},
		}
	})
}

func FuzzCheck(f *testing.F) {
	kindtest.Fuzz(f, sqs.New(nil, destination.Rules{}, ""), good, `{"queue_url":"https://sqs.us-east-1.amazonaws.com.evil.example.com/1/x"}`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	k := sqs.New(nil, destination.Rules{}, "999999999999")
	const role = `"role_arn":"arn:aws:iam::123456789012:role/guardrails/b"`
	for config, at := range map[string]string{
		good: "",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q.fifo",` + role + `}`:                                      "",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q","region":"us-east-1",` + role + `}`:                      "/config/region",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com.example.com/123456789012/q",` + role + `}`:                               "/config/queue_url",
		`{"queue_url":"https://s3.eu-central-1.amazonaws.com/123456789012/q",` + role + `}`:                                            "/config/queue_url",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q/x",` + role + `}`:                                         "/config/queue_url",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/12345/q",` + role + `}`:                                                  "/config/queue_url",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com:8443/123456789012/q",` + role + `}`:                                      "/config/queue_url",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q?x=1",` + role + `}`:                                       "/config/queue_url",
		`{"queue_url":"http://127.0.0.1:4566/123456789012/q",` + role + `}`:                                                            "/config/queue_url",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q"}`:                                                        "/config/role_arn",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q","role_arn":"arn:aws:iam::1:role/guardrails"}`:            "/config/role_arn",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q","role_arn":"arn:aws:iam::123456789012:user/guardrails"}`: "/config/role_arn",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q","role_arn":"arn:aws:iam::999999999999:role/guardrails"}`: "/config/role_arn",
		`{"queue_url":"https://sqs.eu-central-1.amazonaws.com/123456789012/q","role_arn":"arn:aws:iam::123456789012:role/a"}`:          "/config/role_arn",
	} {
		_, _, err := k.Check(json.RawMessage(config), nil)
		var e *errs.Error
		if at == "" && err != nil || at != "" && (!errors.As(err, &e) || e.Fields[0].Location != at) {
			t.Errorf("%s: %v", config, err)
		}
	}
}

// TestFIFO names groups and ids of FIFO queues, which take few characters.
func TestFIFO(t *testing.T) {
	t.Parallel()
	s := &taken{}
	k := sqs.New(s, destination.Rules{}, "")
	public, _, err := k.Check(json.RawMessage(strings.Replace(good, "/events", "/events.fifo", 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for subject, want := range map[string]string{
		"vio_1": "vio_1", "": "guardrails",
		"a b": "", // a hash
	} {
		m := kindtest.Message()
		m.Event.Subject = subject
		k.Send(t.Context(), deliver.Target{ID: "dst_1", Tenant: scope.Mint("ten_1"), Config: public}, m)
		got := s.messages[len(s.messages)-1]
		if want != "" && got.Group != want || want == "" && len(got.Group) != 64 || got.Deduplication != m.ID {
			t.Errorf("%q: %+v", subject, got)
		}
		if (got.Role != amazon.Role{ARN: "arn:aws:iam::123456789012:role/guardrails", Tenant: scope.Mint("ten_1"), Destination: "dst_1"}) || got.Region != "eu-central-1" {
			t.Errorf("%+v", got.Role)
		}
	}
}
