package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

func main() { command.Main("e2e", run) }

// step is one thing that is shown.
type step struct {
	name string
	run  func(ctx context.Context) error
}

func run(ctx context.Context, w io.Writer, args []string) (err error) {
	flags := flag.NewFlagSet("e2e", flag.ContinueOnError)
	keep := flags.Bool("keep", false, "leave the deployed system running until interrupted")
	alone := flags.Bool("drill", false, "release good and broken versions on the deployed system, and nothing else")
	if err := command.Parse(w, flags, "deploys the system to a MiniStack and drives it; its steps build on each other, so none can be named alone", args); err != nil {
		return err
	}
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "guardrails-e2e-*")
	if err != nil {
		return err
	}
	d := &deployment{root: root, work: work, log: filepath.Join(work, "log.txt"), out: w}
	defer func() { err = errors.Join(err, d.close(ctx, err != nil)) }()
	steps := []step{
		{"install the CDK CLI", d.install},
		{"start MiniStack", d.start},
		{"cdk bootstrap", d.bootstrap},
		{"cdk deploy --all", d.deploy},
		{"get the credentials that AWS gives its services", d.lambdaSession},
		{"hold everybody to their policies from now on", d.enforce},
		{"make the platform administrator and two tenants", d.tenants},
	}
	releases := step{"releases under load", d.drill}
	checks := []step{
		{"every function checks itself with its own roles", d.selfChecks},
		{"the check before traffic may ask about every function", d.gatePolicies},
		{"errors of the front door", d.frontDoor},
		{"the README's tour", d.tour},
		{"one trace from the API to the workers", d.trace},
		{"every route and schedule, each with its own role", d.walk},
		{"deliveries to a customer's account, and mail", d.customers},
		{"no tenant's session opens another tenant's data", d.isolation},
	}
	switch {
	case *alone:
		steps = append(steps, releases)
	case *keep:
		steps = append(append(steps, checks...), step{"wait for an interrupt", d.wait})
	default:
		steps = append(
			append(steps, checks...),
			step{"cdk diff says that nothing differs", d.diff},
			step{"a second cdk deploy changes nothing", d.deployAgain},
			step{"a changed context alone is deployed again", d.deployChange},
			releases,
			step{"cdk destroy keeps the data", d.destroy},
		)
	}
	for _, s := range steps {
		begin := time.Now()
		err := s.run(ctx)
		verdict := "ok"
		if err != nil {
			verdict = "FAIL"
		}
		fmt.Fprintf(w, "%-50s %-4s %6.1fs\n", s.name, verdict, time.Since(begin).Seconds())
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if !*keep {
		fmt.Fprintf(w, "%d passed, 0 failed\n", len(steps))
	}
	return nil
}
