package invoke_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"guardrails/infra/local/invoke"
)

type function func(ctx context.Context, payload []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

func target(timeout time.Duration, log *slog.Logger, f function) *invoke.Target {
	return &invoke.Target{Name: "f", Physical: "guardrails-t-f", Timeout: timeout, Function: f, Log: log}
}

func TestCall(t *testing.T) {
	t.Parallel()
	own := errors.New("own")
	cases := map[string]struct {
		timeout time.Duration
		f       function
		want    error
	}{
		"answers":  {time.Minute, func(context.Context, []byte) ([]byte, error) { return []byte("ok"), nil }, nil},
		"fails":    {time.Minute, func(context.Context, []byte) ([]byte, error) { return nil, own }, own},
		"panics":   {time.Minute, func(context.Context, []byte) ([]byte, error) { panic("x") }, invoke.ErrPanic},
		"too much": {time.Minute, func(context.Context, []byte) ([]byte, error) { return make([]byte, invoke.MaxAnswer+1), nil }, invoke.ErrTooLarge},
		"heeds its deadline": {time.Millisecond, func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, fmt.Errorf("wait: %w", ctx.Err())
		}, invoke.ErrTimeout},
		"ignores its deadline": {time.Millisecond, func(context.Context, []byte) ([]byte, error) { select {} }, invoke.ErrTimeout},
		"another deadline": {time.Minute, func(ctx context.Context, _ []byte) ([]byte, error) {
			return nil, context.DeadlineExceeded
		}, context.DeadlineExceeded},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := target(c.timeout, slog.New(slog.DiscardHandler), c.f).Call(t.Context(), "r1", nil)
			if !errors.Is(err, c.want) || (c.want == nil && string(out) != "ok") {
				t.Errorf("answer %q, error %v, want %v", out, err, c.want)
			}
		})
	}
}

// The function's end closes its context while the answer waits: that must never look like a timeout.
func TestAnswersAreNeverTakenForTimeouts(t *testing.T) {
	t.Parallel()
	f := target(time.Minute, slog.New(slog.DiscardHandler), func(context.Context, []byte) ([]byte, error) { return []byte("ok"), nil })
	for range 20_000 {
		if _, err := f.Call(t.Context(), "r1", nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCallerWhoGivesUpGetsItsOwnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f := target(time.Minute, slog.New(slog.DiscardHandler), func(inner context.Context, _ []byte) ([]byte, error) {
		cancel()
		<-inner.Done()
		return nil, inner.Err()
	})
	if _, err := f.Call(ctx, "r1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestFunctionsKnowTheirRequest(t *testing.T) {
	t.Parallel()
	f := target(time.Minute, slog.New(slog.DiscardHandler), func(ctx context.Context, _ []byte) ([]byte, error) {
		lc, ok := lambdacontext.FromContext(ctx)
		if !ok {
			return nil, errors.New("no Lambda context")
		}
		return []byte(lc.AwsRequestID + " " + lc.InvokedFunctionArn), nil
	})
	out, err := f.Call(t.Context(), "r1", nil)
	if err != nil || string(out) != "r1 arn:aws:lambda:us-east-1:000000000000:function:guardrails-t-f" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestPanicIsLoggedWithoutItsValue(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	const canary = "canary-7261"
	f := target(time.Minute, slog.New(slog.NewTextHandler(&log, nil)), func(context.Context, []byte) ([]byte, error) { panic(canary) })
	_, err := f.Call(t.Context(), "r1", nil)
	if strings.Contains(log.String(), canary) || strings.Contains(err.Error(), canary) || !strings.Contains(log.String(), "kind=string") {
		t.Errorf("error %v, log %s", err, log.String())
	}
}
