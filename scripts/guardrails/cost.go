package main

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"guardrails/functions"
	"guardrails/infra/cost"
)

// assumedDuration is how long an invocation is taken to last; the functions' own work is below a millisecond to a few,
// the rest is waiting for stores.
const assumedDuration = 20 * time.Millisecond

// printCost prints what a million invocations of each function cost at most, by list prices.
func printCost(_ context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(s.err)
	architecture := flags.String("architecture", "arm64", "arm64 or x86_64")
	duration := flags.Duration("duration", assumedDuration, "how long an invocation takes")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	if flags.NArg() > 0 {
		fmt.Fprintln(s.err, "guardrails cost: it takes no arguments")
		return exitUsage
	}
	prices, err := cost.List()
	if err != nil {
		fmt.Fprintln(s.err, "guardrails cost:", err)
		return exitFailed
	}
	lines, err := cost.Estimate(functions.Catalog(), prices, *architecture, *duration)
	if err != nil {
		fmt.Fprintln(s.err, "guardrails cost:", err)
		return exitUsage
	}
	fmt.Fprintf(s.out, "%s for a million invocations of %v on %s, at most; list prices of %s as of %s\n", prices.Currency, *duration, *architecture, prices.Region, prices.AsOf)
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "api\tlambda\ttables\tqueues\tobjects\tlogs\tsum\tfunction\t")
	for _, l := range lines {
		fmt.Fprintf(t, "%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t\n", l.API, l.Lambda, l.Tables, l.Queues, l.Objects, l.Logs, l.Sum, l.Function)
	}
	if err := t.Flush(); err != nil {
		return exitFailed
	}
	return 0
}
