package command

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

// Main is a tool's main: run is given what stands after the tool's name, and ends at an interrupt. Help that was asked
// for (flag.ErrHelp) is no failure.
func Main(name string, run func(ctx context.Context, w io.Writer, args []string) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Parse reads the arguments of a tool that takes the flags of a set named after it, and nothing else. Help goes to w,
// with flag.ErrHelp.
func Parse(w io.Writer, flags *flag.FlagSet, about string, args []string) error {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(w, "usage: go run ./scripts/%s [flags]\n%s\n", flags.Name(), about)
		flags.SetOutput(w)
		flags.PrintDefaults()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w; -h tells the flags", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("it takes no argument %q; -h tells the flags", flags.Arg(0))
	}
	return nil
}
