package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	url       string
	keys      []string
	kind      string
	rate      float64
	duration  time.Duration
	documents int
	timeout   time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, os.Stdout, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// maxSent bounds one run, since every latency is kept until its end.
const maxSent = 10_000_000

func parse(args []string) (options, error) {
	var o options
	var keys string
	set := flag.NewFlagSet("load", flag.ContinueOnError)
	set.StringVar(&o.url, "url", "http://127.0.0.1:8080", "where the API is")
	set.StringVar(&keys, "key", "", "API key, or several with commas between them, which take turns")
	set.StringVar(&o.kind, "kind", "analyze", "analyze, events or job")
	set.Float64Var(&o.rate, "rate", 100, "analyze, events: requests a second")
	set.DurationVar(&o.duration, "duration", 30*time.Second, "analyze, events: how long requests are sent")
	set.IntVar(&o.documents, "documents", 10_000, "job: how many documents")
	set.DurationVar(&o.timeout, "timeout", 10*time.Minute, "job: how long to wait for it")
	if err := set.Parse(args); err != nil {
		return o, fmt.Errorf("read the command line: %w", err)
	}
	o.url, o.keys = strings.TrimRight(o.url, "/"), strings.Split(keys, ",")
	switch {
	case keys == "":
		return o, errors.New("give an API key with -key")
	case o.kind != "analyze" && o.kind != "events" && o.kind != "job":
		return o, errors.New("-kind is analyze, events or job")
	case !(o.rate > 0) || o.duration <= 0 || o.rate*o.duration.Seconds() > maxSent:
		return o, fmt.Errorf("-rate and -duration are positive and make at most %d requests", maxSent)
	case o.documents < 1 || o.documents > 100_000:
		return o, errors.New("-documents is 1 to 100000")
	}
	return o, nil
}

func run(ctx context.Context, w io.Writer, o options) error {
	c := newClient(o.url)
	switch o.kind {
	case "job":
		ctx, cancel := context.WithTimeout(ctx, o.timeout)
		defer cancel()
		return runJob(ctx, w, c, o)
	case "events":
		return runEvents(ctx, w, c, o)
	}
	report := openLoop(ctx, o.rate, o.duration, func(ctx context.Context, n int) (int, error) {
		return c.analyze(ctx, o.keys[n%len(o.keys)])
	})
	return report.print(w)
}
