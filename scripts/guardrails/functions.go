package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"guardrails/functions"
	"guardrails/shared/fn"
)

// listFunctions prints one line per function: name, context, trigger, method, path, permission, memory, timeout.
func listFunctions(_ context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("functions", flag.ContinueOnError)
	flags.SetOutput(s.err)
	format := flags.String("format", "table", "table or tsv")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	if flags.NArg() > 0 {
		fmt.Fprintln(s.err, "guardrails functions: it takes no arguments")
		return exitUsage
	}
	var w io.Writer
	switch *format {
	case "tsv":
		w = s.out
	case "table":
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		defer t.Flush() //nolint:errcheck // a closed pipe ends the listing
		fmt.Fprintln(t, strings.Join([]string{"NAME", "CONTEXT", "TRIGGER", "METHOD", "PATH", "PERMISSION", "MEMORY_MB", "TIMEOUT"}, "\t"))
		w = t
	default:
		fmt.Fprintln(s.err, "guardrails functions: --format is table or tsv")
		return exitUsage
	}
	for _, f := range functions.Catalog() {
		fmt.Fprintln(w, strings.Join(row(f), "\t"))
	}
	return 0
}

func row(f fn.Spec) []string {
	method, path := dash(f.Trigger.Method), f.Trigger.Path
	switch f.Trigger.Kind {
	case fn.TriggerQueue, fn.TriggerStream:
		path = f.Trigger.Source
	case fn.TriggerSchedule:
		path = "every " + f.Trigger.Every.String()
	case fn.TriggerHTTP, fn.TriggerAuthorizer, fn.TriggerDeployment:
	}
	return []string{f.Name, f.Context, string(f.Trigger.Kind), method, dash(path), dash(string(f.Permission)), strconv.Itoa(f.MemoryMB), f.Timeout.String()}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
