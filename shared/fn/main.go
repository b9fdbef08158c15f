package fn

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// Main is a bootstrap's whole program: it builds the one function that GUARDRAILS_FUNCTION names and serves it to the
// Lambda runtime. An unknown name, or one of another context, ends the process with a message.
func Main(specs []Spec, bindings Bindings) {
	f, err := start(context.Background(), specs, bindings, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "guardrails:", err)
		os.Exit(1)
	}
	lambda.Start(f)
}

func start(ctx context.Context, specs []Spec, bindings Bindings, lookup func(string) string) (Function, error) {
	name := lookup("GUARDRAILS_FUNCTION")
	for _, s := range specs {
		if s.Name != name {
			continue
		}
		cfg, err := LoadConfig(ctx, lookup, os.Stderr)
		if err != nil {
			return nil, err
		}
		return Build(s, bindings, cfg)
	}
	return nil, fmt.Errorf("GUARDRAILS_FUNCTION is %q, which is no function of the catalogue", name)
}
