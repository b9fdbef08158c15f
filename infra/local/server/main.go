// Command server runs the whole system in one process over AWS, for hosts other than Lambda: Kubernetes, compose, systemd.
//
// AWS is what the SDK's own chain says: AWS_REGION, credentials, AWS_ENDPOINT_URL for anything that answers like it.
// settings.go lists the other variables; deploy/README.md shows them in use. Logs are JSON lines: the functions' on
// standard output, the host's on standard error. With -health it asks the server beside it whether it lives.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/smithy-go/logging"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/infra/local"
	"guardrails/shared/fn"
)

const (
	// repeatWithin is how long after the first signal others mean the same.
	repeatWithin = time.Second
	// tracesWithin bounds how long a stop waits for the last spans to be sent, beside local.NodeStop.
	tracesWithin = time.Second
)

func main() {
	health := flag.Bool("health", false, "ask the server at GUARDRAILS_LISTEN whether it lives, and exit 0 if so")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// One wish to stop may come as several signals; a later one ends the process at once.
	context.AfterFunc(ctx, func() { time.AfterFunc(repeatWithin, stop) })
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(ctx, os.Getenv, log, *health); err != nil {
		log.ErrorContext(ctx, "the server cannot serve", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, lookup func(string) string, log *slog.Logger, health bool) error {
	if health {
		return probe(ctx, lookup)
	}
	s, err := read(lookup)
	if err != nil {
		return err
	}
	cfg, err := fn.LoadConfig(ctx, lookup, os.Stdout)
	if err != nil {
		return fmt.Errorf("the settings do not fit: %w", err)
	}
	if cfg.AWS.Region == "" {
		return errNoRegion
	}
	if cfg.TenantRole == "" {
		log.WarnContext(ctx, "GUARDRAILS_TENANT_ROLE is not set: the server's own credentials open every tenant's data, which only our own checks keep apart")
	}
	cfg.AWS.Logger = logging.Nop{} // its lines are no JSON, and each call returns its error
	all := bindings.All()
	err = local.Node(ctx, local.NodeConfig{
		Env: cfg.Environment, Account: cfg.Account, AWS: cfg.AWS, Listen: s.listen, Proxies: s.proxies,
		DataDir: s.data, Create: s.create, Specs: functions.Catalog(), Registry: cfg.Registry, Log: log,
	}, func(spec fn.Spec) (fn.Function, error) { return fn.Build(spec, all, cfg) })
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesWithin)
	defer cancel()
	if lost := cfg.Traces.Close(last); lost != nil { // a collector that hangs is no failure of the stop
		log.WarnContext(ctx, "the last spans are lost", "error", lost)
	}
	return err
}
