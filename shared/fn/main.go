package fn

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"

	"github.com/aws/aws-lambda-go/lambda"

	"guardrails/shared/telemetry"
)

// Main is a bootstrap's whole program: it builds the one function that GUARDRAILS_FUNCTION names and serves it to the
// Lambda runtime. An unknown name, or one of another context, ends the process with a message.
func Main(specs []Spec, bindings Bindings) {
	ctx := context.Background()
	spendMemory(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")) // before the engine is built, or its pieces are collected over and over
	f, cfg, err := start(ctx, specs, bindings, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "guardrails:", err)
		os.Exit(1)
	}
	if cfg.Traces != nil {
		f = afterAnswers(ctx, f, os.Getenv("AWS_LAMBDA_RUNTIME_API"), cfg.Traces, telemetry.NewLogger(cfg.Log, "traces"), func() { os.Exit(1) })
	}
	lambda.Start(f)
}

// spendMemory lets the heap grow to five times what is live before it is collected, but collects in earnest from 80 %
// of the function's memory on. A function has its memory to itself, and most of it would otherwise stay unused.
func spendMemory(megabytes string) {
	mb, err := strconv.Atoi(megabytes)
	if err != nil || mb <= 0 {
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(int64(mb) << 20 * 8 / 10)
}

func start(ctx context.Context, specs []Spec, bindings Bindings, lookup func(string) string) (Function, Config, error) {
	name := lookup("GUARDRAILS_FUNCTION")
	for _, s := range specs {
		if s.Name != name {
			continue
		}
		cfg, err := LoadConfig(ctx, lookup, os.Stderr)
		if err != nil {
			return nil, Config{}, err
		}
		f, err := Build(s, bindings, cfg)
		return f, cfg, err
	}
	return nil, Config{}, fmt.Errorf("GUARDRAILS_FUNCTION is %q, which is no function of the catalogue", name)
}
