package fn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"guardrails/shared/telemetry"
)

// Lambda freezes a process as soon as it has answered and asked for more work, which would leave its spans unsent for as
// long as nobody calls. An internal extension (https://docs.aws.amazon.com/lambda/latest/dg/lambda-extensions.html) is
// waited for: the answer goes out first, then the spans, then the process sleeps.

const (
	extensionAPI  = "/2020-01-01/extension/"
	extensionName = "guardrails-spans"
	// registerWithin bounds the one call of the start.
	registerWithin = time.Second
	// flushWithin bounds how long the process stays awake, and is paid for, to send spans; flushMargin is kept of the
	// invocation's time, whose end would make a failure of what is done.
	flushWithin = 500 * time.Millisecond
	flushMargin = 100 * time.Millisecond
	// leaveWithin bounds the last call of an extension that cannot go on.
	leaveWithin = time.Second
	// maxEvent is how much of the runtime's answer is read.
	maxEvent = 64 << 10
)

// afterAnswers returns f with its spans sent after each answer. Where no runtime offers extensions they go out once a
// second all the same, as long as the process is awake. The function leave is called if the extension cannot go on: the
// runtime waits for it at each answer, so the process must end.
func afterAnswers(ctx context.Context, f Function, runtimeAPI string, t *telemetry.Tracing, log *slog.Logger, leave func()) Function {
	x := &extension{base: "http://" + runtimeAPI + extensionAPI, traces: t, answered: make(chan struct{}, 1)}
	if err := x.register(ctx); err != nil {
		log.WarnContext(ctx, "spans are sent between answers only", "error", err.Error())
		return f
	}
	go func() { // it lives as long as the process
		err := x.run(ctx)
		if ctx.Err() != nil {
			return
		}
		log.ErrorContext(ctx, "the extension that sends spans cannot go on", "error", err.Error())
		x.giveUp(ctx)
		leave()
	}()
	return answering{f, x.answered}
}

// answering tells when a function has its answer.
type answering struct {
	Function
	answered chan<- struct{}
}

// Invoke calls the function.
func (a answering) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	defer func() {
		select {
		case a.answered <- struct{}{}:
		default: // nobody listens any more
		}
	}()
	return a.Function.Invoke(ctx, payload)
}

type extension struct {
	base, id string
	traces   *telemetry.Tracing
	answered chan struct{}
}

// register must come before the runtime asks for its first work.
func (x *extension) register(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, registerWithin)
	defer cancel()
	res, _, err := x.call(ctx, http.MethodPost, "register", []byte(`{"events":["INVOKE"]}`), "Lambda-Extension-Name", extensionName)
	if err != nil {
		return err
	}
	if x.id = res.Get("Lambda-Extension-Identifier"); x.id == "" {
		return errors.New("the runtime gave the extension no identifier")
	}
	return nil
}

// run sends what is there after each answer. While it waits for the next event Lambda may freeze the process, for hours:
// that call has no deadline, and ends with the process. It returns only with an error.
func (x *extension) run(ctx context.Context) error {
	for {
		_, event, err := x.call(ctx, http.MethodGet, "event/next", nil, "Lambda-Extension-Identifier", x.id)
		if err != nil {
			return err
		}
		var e struct {
			DeadlineMs int64 `json:"deadlineMs"`
		}
		if err := json.Unmarshal(event, &e); err != nil {
			return errors.New("the runtime's event is no JSON")
		}
		if err := x.after(ctx, time.UnixMilli(e.DeadlineMs)); err != nil {
			return err
		}
	}
}

// after waits for the answer, which may never come, and sends the spans in what is left of the invocation's time.
func (x *extension) after(ctx context.Context, deadline time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, deadline.Add(-flushMargin))
	defer cancel()
	select {
	case <-x.answered:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil // what comes next is the runtime's to say
		}
		return ctx.Err()
	}
	ctx, cancel = context.WithTimeout(ctx, flushWithin)
	defer cancel()
	_ = x.traces.Flush(ctx) // what could not be sent goes with the next, or the exporter has told the log
	return nil
}

// giveUp tells the runtime that the process will end.
func (x *extension) giveUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaveWithin)
	defer cancel()
	_, _, _ = x.call(ctx, http.MethodPost, "exit/error", nil, "Lambda-Extension-Identifier", x.id) // the process ends in any case
}

func (x *extension) call(ctx context.Context, method, path string, body []byte, header, value string) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, x.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("the runtime's address is none: %w", err)
	}
	req.Header.Set(header, value)
	if path == "exit/error" {
		req.Header.Set("Lambda-Extension-Function-Error-Type", "Guardrails.ExtensionCannotGoOn")
	}
	res, err := (&http.Client{Transport: runtimeTransport}).Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("call the runtime: %w", err)
	}
	defer res.Body.Close()
	event, err := io.ReadAll(io.LimitReader(res.Body, maxEvent))
	if err != nil {
		return nil, nil, fmt.Errorf("read the runtime's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("the runtime answers %s with status %d", path, res.StatusCode)
	}
	return res.Header, event, nil
}

// runtimeTransport reaches the runtime alone, which is on this machine: no proxy.
var runtimeTransport = &http.Transport{}
