package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// exitUsage says that the command line is wrong; exitFailed that the command could not do its work.
const (
	exitFailed = 1
	exitUsage  = 2
)

// command is one subcommand. It returns the process's exit status.
type command struct {
	name, summary string
	run           func(ctx context.Context, io streams, args []string) int
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func commands() []command {
	return []command{
		{"analyze", "find, decide and show what a text holds; exit 0 allow, 10 flag, 20 redact, 30 block", analyze},
		{"cost", "print what a million invocations of each function cost at most", printCost},
		{"functions", "list every function of the system", listFunctions},
		{"listen", "receive webhooks on this machine, check their signatures and print them", listen},
		{"node-policy", "print the roles of a node, which runs every function outside Lambda, as a CloudFormation template", nodePolicy},
		{"platform-admin", "make a key of a platform administrator in a deployed environment", platformAdmin},
		{"redrive", "give messages of a dead-letter queue back to their queue, or count them", redriveQueue},
		{"role", "print what a function declares, and what its roles may do because of it", printRole},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

func run(ctx context.Context, s streams, args []string) int {
	if len(args) == 0 {
		usage(s.err)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(s.out)
		return 0
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, s, args[1:])
		}
	}
	fmt.Fprintf(s.err, "guardrails: there is no command %q\n", args[0])
	usage(s.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: guardrails <command> [arguments]; guardrails <command> -h tells its arguments")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-14s %s\n", c.name, c.summary)
	}
}

// usageStatus is the status after a command line that was not taken: help that was asked for is no failure.
func usageStatus(err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	return exitUsage
}
