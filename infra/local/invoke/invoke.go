package invoke

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"guardrails/shared/fn"
	"guardrails/shared/provision"
)

// ErrTimeout says that a function did not answer within its timeout.
var ErrTimeout = errors.New("the function did not answer in time")

// ErrPanic says that a function panicked; the log has the place, never the value, which may hold a caller's text.
var ErrPanic = errors.New("the function panicked")

// ErrTooLarge says that an answer is larger than the service passes on.
var ErrTooLarge = errors.New("the function's answer is larger than 6 MB")

// MaxAnswer is the largest answer of a synchronous call, in bytes.
const MaxAnswer = 6 << 20

// Target is one function, ready to be called from any number of goroutines.
type Target struct {
	// Name is the function's name in the catalogue, Physical its name in the environment.
	Name, Physical string
	// Region and Account are where events say that everything lives; empty means a local run's.
	Region, Account string
	Timeout         time.Duration
	Function        fn.Function
	Log             *slog.Logger
}

// ARN is the function's name as events and contexts carry it.
func (t *Target) ARN() string { return t.ARNOf("lambda", "function:"+t.Physical) }

// Place returns the region and the account that events name.
func (t *Target) Place() (region, account string) {
	return cmp.Or(t.Region, provision.Region), cmp.Or(t.Account, provision.Account)
}

// ARNOf is the ARN of what the service calls by this name, in the place of the function.
func (t *Target) ARNOf(service, name string) string {
	region, account := t.Place()
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + name
}

type result struct {
	answer []byte
	err    error
}

// Call invokes the function under its own timeout. A function that ignores its deadline is left running, since a
// goroutine cannot be stopped, and its answer is dropped. The error is the function's own, ErrTimeout, ErrPanic,
// ErrTooLarge, or ctx's when the caller gave up.
func (t *Target) Call(ctx context.Context, requestID string, payload []byte) ([]byte, error) {
	inner, cancel := context.WithTimeout(ctx, t.Timeout)
	inner = lambdacontext.NewContext(inner, &lambdacontext.LambdaContext{AwsRequestID: requestID, InvokedFunctionArn: t.ARN()})
	done := make(chan result, 1)
	go func() {
		defer cancel()
		answer, err := t.guarded(inner, payload)
		done <- result{answer, err}
	}()
	select {
	case r := <-done:
		return t.settle(inner, r)
	case <-inner.Done():
	}
	select {
	case r := <-done: // it was just in time, or the goroutine's own end closed inner
		return t.settle(inner, r)
	default:
		return nil, gaveUp(ctx)
	}
}

func (t *Target) settle(inner context.Context, r result) ([]byte, error) {
	if r.err != nil {
		// A function that gives up at its deadline has timed out, whatever it calls the error.
		if errors.Is(r.err, context.DeadlineExceeded) && errors.Is(context.Cause(inner), context.DeadlineExceeded) {
			return nil, ErrTimeout
		}
		return nil, r.err
	}
	if len(r.answer) > MaxAnswer {
		return nil, ErrTooLarge
	}
	return r.answer, nil
}

func gaveUp(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("call the function: %w", err)
	}
	return ErrTimeout
}

// guarded turns a panic into an error, as the Lambda service turns the death of the process into one.
func (t *Target) guarded(ctx context.Context, payload []byte) (answer []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			t.Log.ErrorContext(ctx, "function panicked", "function", t.Name, "kind", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			err = ErrPanic
		}
	}()
	return t.Function.Invoke(ctx, payload)
}
