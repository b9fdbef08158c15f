// Command serve runs the whole system on this machine until it is interrupted: go run ./infra/local/serve.
//
// PORT is where the API is served on 127.0.0.1 (default 8080, 0 takes a free one), GUARDRAILS_DATA where its data is kept (default .local).
// GUARDRAILS_ALLOW_PRIVATE_DESTINATIONS=1 lets events be delivered to this machine and its private network, over http too;
// it is for development, and this command alone knows it.
// GUARDRAILS_SMTP is the mail server, host:port, that takes mails; without it there are none, and destinations of the type email are refused.
// OTEL_EXPORTER_OTLP_ENDPOINT is where spans go, if anywhere. The base URL goes to standard output when requests are served, progress to standard error.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/infra/local"
	"guardrails/infra/local/demo"
	"guardrails/shared/clock"
	"guardrails/shared/destination"
	"guardrails/shared/emulator"
	"guardrails/shared/fn"
	"guardrails/shared/telemetry"
)

const (
	defaultPort = 8080
	defaultData = ".local"
	defaultFrom = "guardrails@example.com"
	// repeatWithin is how long after the first signal others mean the same.
	repeatWithin = time.Second
	// tracesWithin bounds how long a stop waits for the last spans to be sent.
	tracesWithin = time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// One wish to stop may come as several signals: make and timeout send theirs beside the terminal's. A later signal
	// ends the process at once.
	context.AfterFunc(ctx, func() { time.AfterFunc(repeatWithin, stop) })
	if err := run(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "guardrails:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, lookup func(string) string) error {
	cfg := local.Config{
		DataDir: lookup("GUARDRAILS_DATA"), Specs: functions.Catalog(), Registry: telemetry.NewRegistry(), Progress: os.Stderr, Ready: os.Stdout,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	if cfg.DataDir == "" {
		cfg.DataDir = defaultData
	}
	var err error
	if cfg.Port, err = port(lookup("PORT")); err != nil {
		return err
	}
	cfg.Install, err = emulator.Find(".")
	if errors.Is(err, emulator.ErrNotInstalled) {
		return errors.New("MiniStack is not installed: run make setup")
	}
	if err != nil {
		return err
	}
	traces, err := fn.LoadTracing(lookup, local.Env, cfg.Log)
	if err != nil {
		return err
	}
	out := ways{rules: destination.Rules{Private: lookup("GUARDRAILS_ALLOW_PRIVATE_DESTINATIONS") == "1"}, smtp: lookup("GUARDRAILS_SMTP")}
	if out.smtp != "" {
		out.from = cmp.Or(lookup("GUARDRAILS_MAIL_FROM"), defaultFrom)
	} else { // a recipient would never see the code that confirms it
		fmt.Fprintln(os.Stderr, "guardrails: GUARDRAILS_SMTP names no mail server: destinations of the type email are refused")
	}
	err = local.Run(ctx, cfg, builder(cfg.Registry, traces, out), seed)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesWithin)
	defer cancel()
	if lost := traces.Close(last); lost != nil { // a collector that hangs is no failure of the stop
		cfg.Log.WarnContext(ctx, "the last spans are lost", "error", lost)
	}
	return err
}

// ways are how events leave this machine.
type ways struct {
	rules      destination.Rules
	from, smtp string
}

func port(s string) (int, error) {
	if s == "" {
		return defaultPort, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 65535 {
		return 0, errors.New("PORT must be a number from 0, which takes a free one, to 65535")
	}
	return n, nil
}

// builder makes functions that count into one registry, send their spans the same way and deliver where the rules allow.
func builder(r *telemetry.Registry, t *telemetry.Tracing, out ways) local.Builder {
	all := bindings.All()
	return func(b local.Backend, spec fn.Spec) (fn.Function, error) {
		cfg := config(b)
		cfg.Registry, cfg.Traces = r, t
		cfg.Destinations, cfg.MailFrom, cfg.SMTP = out.rules, out.from, out.smtp
		return fn.Build(spec, all, cfg)
	}
}

func seed(ctx context.Context, b local.Backend, before *local.Credentials) (local.Credentials, error) {
	return demo.Seed(ctx, config(b), before)
}

func config(b local.Backend) fn.Config {
	return fn.Config{
		Environment: b.Env, AWS: b.AWS, Clock: clock.System(), Log: b.Log, ConfigTTL: fn.DefaultConfigTTL, Version: fn.Version,
	}
}
