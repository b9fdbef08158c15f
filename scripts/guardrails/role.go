package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"guardrails/functions"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
)

// printRole prints what a function declares in the catalogue, and what its roles are therefore allowed.
func printRole(_ context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("role", flag.ContinueOnError)
	flags.SetOutput(s.err)
	env := flags.String("env", "dev", "the environment whose names are shown: dev, staging, prod, local")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	if flags.NArg() != 1 {
		fmt.Fprintln(s.err, "guardrails role: it takes the name of one function; guardrails functions lists them")
		return exitUsage
	}
	if err := environment.Known(*env); err != nil {
		fmt.Fprintln(s.err, "guardrails role:", err)
		return exitUsage
	}
	p, err := plan.New(*env, "", functions.Catalog())
	if err != nil {
		fmt.Fprintln(s.err, "guardrails role:", err)
		return exitFailed
	}
	p.MailFrom = "{mail_from}"
	f, ok := p.Function(flags.Arg(0))
	if !ok {
		fmt.Fprintf(s.err, "guardrails role: there is no function %q\n", flags.Arg(0))
		return exitUsage
	}
	grants := p.Grants(f)
	fmt.Fprintf(s.out, "%s declares\n", strings.Join(row(f.Spec), " "))
	for _, line := range declared(f.Spec.Access) {
		fmt.Fprintln(s.out, "  "+line)
	}
	if implied := slices.DeleteFunc(declared(f.Spec.Grants()), func(l string) bool { return slices.Contains(declared(f.Spec.Access), l) }); len(implied) > 0 {
		fmt.Fprintln(s.out, "and its kind implies")
		for _, line := range implied {
			fmt.Fprintln(s.out, "  "+line)
		}
	}
	printStatements(s.out, "so it runs as "+f.Role, slices.Concat(append([][]plan.Statement{grants.Function}, grants.Managed...)...))
	if len(grants.Tenant) > 0 {
		printStatements(s.out, "and takes up, for the tenant that the session's tag names, "+f.TenantRole, grants.Tenant)
	}
	return 0
}

// declared lists accesses, one a line.
func declared(a fn.Access) []string {
	var out []string
	for kind, all := range map[string]map[string]fn.Mode{"table": a.Tables, "queue": a.Queues, "bucket": a.Buckets} {
		for name, mode := range all {
			out = append(out, kind+" "+name+": "+modeName(mode))
		}
	}
	for _, name := range a.Secrets {
		out = append(out, "secret "+name+": read")
	}
	if a.DataKeys {
		out = append(out, "data keys")
	}
	if a.CustomerRoles {
		out = append(out, "customers' roles")
	}
	if a.Mail {
		out = append(out, "mail")
	}
	slices.Sort(out)
	return out
}

func modeName(m fn.Mode) string {
	var out []string
	for _, one := range []struct {
		mode fn.Mode
		name string
	}{{fn.Read, "read"}, {fn.Write, "write"}, {fn.Append, "append"}, {fn.Send, "send"}} {
		if m&one.mode != 0 {
			out = append(out, one.name)
		}
	}
	return strings.Join(out, ", ")
}

func printStatements(w io.Writer, title string, all []plan.Statement) {
	fmt.Fprintln(w, title)
	for _, st := range all {
		fmt.Fprintf(w, "  %s\n", strings.Join(st.Actions, ", "))
		for _, r := range st.Resources {
			fmt.Fprintf(w, "    on %s\n", r)
		}
		for _, operator := range slices.Sorted(maps.Keys(st.Conditions)) {
			for _, key := range slices.Sorted(maps.Keys(st.Conditions[operator])) {
				fmt.Fprintf(w, "    if %s %s %s\n", key, operator, strings.Join(st.Conditions[operator][key], ", "))
			}
		}
	}
}
