package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"guardrails/functions"
	"guardrails/infra/environment"
	"guardrails/infra/stack"
)

// nodePolicy prints the CloudFormation template of a node's roles: least privilege for a process that runs every
// function outside Lambda.
func nodePolicy(_ context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("node-policy", flag.ContinueOnError)
	flags.SetOutput(s.err)
	env := flags.String("env", os.Getenv("GUARDRAILS_ENV"), "the environment: dev, staging, prod, local")
	var trust stack.Trust
	flags.BoolVar(&trust.EC2, "ec2", false, "for instances of EC2")
	from := flags.String("mail-from", os.Getenv("GUARDRAILS_MAIL_FROM"), "the address that mails come from by SES; empty for none")
	flags.StringVar(&trust.Principal, "principal", "", "for a role or user of IAM: its ARN")
	flags.StringVar(&trust.Provider, "oidc-provider", "", "for pods, by service account: the ARN of the cluster's OIDC provider")
	flags.StringVar(&trust.ServiceAccount, "service-account", "guardrails/guardrails", "the pods' service account, as namespace/name")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	if *env == "" || flags.NArg() > 0 {
		fmt.Fprintln(s.err, "guardrails node-policy: --env says where, and it takes no arguments")
		return exitUsage
	}
	if err := environment.Known(*env); err != nil {
		fmt.Fprintln(s.err, "guardrails node-policy:", err)
		return exitUsage
	}
	t, err := stack.Node(*env, *from, functions.Catalog(), trust)
	if err != nil {
		fmt.Fprintln(s.err, "guardrails node-policy:", err)
		return exitUsage
	}
	raw, err := t.JSON()
	if err != nil {
		fmt.Fprintln(s.err, "guardrails node-policy:", err)
		return exitFailed
	}
	fmt.Fprintf(s.out, "%s\n", raw)
	return 0
}
