package amazon

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"guardrails/shared/deliver"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	api := func(code string) error {
		return fmt.Errorf("operation: %w", &smithy.GenericAPIError{Code: code, Message: "planted arn:aws:iam::123456789012:role/ours"})
	}
	permanent := func(code string) deliver.Result { return deliver.Result{Class: deliver.Permanent, Code: code} }
	unwell := func(code string) deliver.Result {
		return deliver.Result{Class: deliver.Retryable, Code: code, Unwell: true}
	}
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want deliver.Result
	}{
		"nothing":         {nil, nil, deliver.Result{Class: deliver.Delivered, Status: 200}},
		"access":          {nil, api("AccessDenied"), permanent("access_denied")},
		"access, too":     {nil, api("AccessDeniedException"), permanent("access_denied")},
		"no queue":        {nil, api("AWS.SimpleQueueService.NonExistentQueue"), permanent("not_found")},
		"no queue, too":   {nil, api("com.amazonaws.sqs#QueueDoesNotExist"), permanent("not_found")},
		"no bus":          {nil, api("ResourceNotFoundException"), permanent("not_found")},
		"throttled":       {nil, api("ThrottlingException"), unwell("throttled")},
		"SES too many":    {nil, api("TooManyRequestsException"), unwell("throttled")},
		"SES rejected":    {nil, api("MessageRejected"), permanent("message_rejected")},
		"SES paused":      {nil, api("SendingPausedException"), unwell("mail_unavailable")},
		"internal":        {nil, api("InternalFailure"), unwell("aws_unavailable")},
		"expired":         {nil, api("ExpiredToken"), deliver.Result{Class: deliver.Retryable, Code: "expired_token"}},
		"invalid":         {nil, api("ValidationException"), permanent("aws_rejected")},
		"no role":         {nil, fmt.Errorf("sign: %w", errRole), permanent("role_refused")},
		"network":         {nil, errors.New("planted"), unwell("aws_unavailable")},
		"gave up":         {ended, errors.New("planted"), deliver.Result{Class: deliver.Retryable, Code: "cancelled"}},
		"out of time":     {late, errors.New("planted"), unwell("timeout")},
		"refused in time": {late, api("AccessDenied"), permanent("access_denied")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := test.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			if d := cmp.Diff(test.want, judge(ctx, test.err)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	if got := session("dst_01/..é" + string(make([]byte, 90))); len(got) != 64 || got[:22] != "guardrails-dst_01-----" {
		t.Errorf("%q", got)
	}
}
