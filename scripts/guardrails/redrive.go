package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"guardrails/infra/environment"
	"guardrails/scripts/internal/redrive"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
)

// redriveQueue gives messages of a dead-letter queue back to their queue, with the operator's own AWS credentials. It
// prints how many, and nothing of what they hold.
func redriveQueue(ctx context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("redrive", flag.ContinueOnError)
	flags.SetOutput(s.err)
	env := flags.String("env", os.Getenv("GUARDRAILS_ENV"), "the environment: dev, staging, prod; AWS_ENDPOINT_URL says where local is")
	name := flags.String("queue", "", "whose dead-letter queue: "+strings.Join(queueNames(), ", "))
	var o redrive.Options
	flags.StringVar(&o.Filter.Tenant, "tenant", "", "only messages of the tenant with this id")
	flags.DurationVar(&o.Filter.Older, "older", 0, "only messages that were first sent at least so long ago, as 90m")
	flags.DurationVar(&o.Filter.Younger, "younger", 0, "only messages that were first sent at most so long ago")
	flags.IntVar(&o.Max, "max", 0, "how many are moved at most; 0 is all")
	flags.Float64Var(&o.Rate, "rate", 0, "how many are moved a second; 0 is as many as it can")
	flags.BoolVar(&o.DryRun, "dry-run", false, "count those that would be moved")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	wrong := func(why string) int {
		fmt.Fprintln(s.err, "guardrails redrive:", why)
		return exitUsage
	}
	switch {
	case flags.NArg() > 0 || *env == "":
		return wrong("--env says where, and it takes no arguments")
	case !slices.Contains(queueNames(), *name):
		return wrong("--queue is one of " + strings.Join(queueNames(), ", "))
	case o.Max < 0 || o.Rate < 0 || o.Filter.Older < 0 || o.Filter.Younger < 0:
		return wrong("numbers and ages are not negative")
	case o.Filter.Younger > 0 && o.Filter.Younger < o.Filter.Older:
		return wrong("nothing is older than --older and younger than --younger")
	}
	if err := environment.Known(*env); err != nil {
		return wrong(err.Error())
	}
	count, err := redriveWith(ctx, *env, *name, o)
	if err == nil || count != (redrive.Count{}) {
		fmt.Fprintln(s.out, told(count, o.DryRun))
	}
	if err != nil {
		fmt.Fprintln(s.err, "guardrails redrive:", err)
		return exitFailed
	}
	return 0
}

func queueNames() []string {
	var out []string
	for _, d := range queue.Definitions() {
		out = append(out, d.Name)
	}
	return out
}

func redriveWith(ctx context.Context, env, name string, o redrive.Options) (redrive.Count, error) {
	cfg, err := fn.LoadAWS(ctx)
	if err != nil {
		return redrive.Count{}, err
	}
	if cfg.Region == "" {
		return redrive.Count{}, errors.New("AWS_REGION says where")
	}
	if err := credentials(ctx, cfg.Credentials); err != nil {
		return redrive.Count{}, err
	}
	return redrive.New(cfg, resource.Queue(env, name), clock.System()).Run(ctx, o)
}

// told is a count in words.
func told(c redrive.Count, dry bool) string {
	var out strings.Builder
	if dry {
		fmt.Fprintf(&out, "%d would be moved", c.Matched)
	} else {
		fmt.Fprintf(&out, "%d moved", c.Moved)
	}
	for _, part := range []struct {
		n    int
		what string
	}{{c.Doubled, "sent and not deleted, so they may come twice"}, {c.Refused, "refused by the queue"}, {c.Other, "not asked for"}} {
		if part.n > 0 {
			fmt.Fprintf(&out, ", %d %s", part.n, part.what)
		}
	}
	return out.String()
}
