package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

// options are what the command line says.
type options struct {
	events, kills int
	seed          uint64
	// every is how long the host lives between two kills on average; drain how long the last events may take to arrive.
	every, drain time.Duration
	// most is which share of deliveries may come twice without a dropped answer.
	most float64
}

const (
	maxEvents = 1_000_000
	maxKills  = 10_000
)

func main() {
	command.Main("chaos", func(ctx context.Context, w io.Writer, args []string) error {
		o, err := parse(w, args)
		if err != nil {
			return err
		}
		root, err := tree.Root(ctx)
		if err != nil {
			return err
		}
		return run(ctx, w, root, o)
	})
}

func parse(w io.Writer, args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.IntVar(&o.events, "events", 5000, "how many events are published")
	flags.IntVar(&o.kills, "kills", 22, "how often the host is killed meanwhile")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of the moments of the kills and of the receiver's faults")
	flags.DurationVar(&o.every, "every", 10*time.Second, "how long the host lives between two kills, on average")
	flags.DurationVar(&o.drain, "drain", 4*time.Minute, "how long after the last event all may take to arrive")
	flags.Float64Var(&o.most, "duplicates", 0.01, "the largest share of deliveries that may come twice, beyond dropped answers")
	if err := command.Parse(w, flags, "kills the local host while events are published, and looks for lost and doubled deliveries", args); err != nil {
		return o, err
	}
	switch {
	case o.events < 1 || o.events > maxEvents:
		return o, fmt.Errorf("-events is 1 to %d", maxEvents)
	case o.kills < 0 || o.kills > maxKills:
		return o, fmt.Errorf("-kills is 0 to %d", maxKills)
	case o.every < time.Second || o.drain < time.Second:
		return o, errors.New("-every and -drain are a second at least")
	}
	return o, nil
}
