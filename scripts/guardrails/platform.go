package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/platform"
)

// platformWithin bounds the making of an administrator, credentialsWithin the search for credentials.
const (
	platformWithin    = time.Minute
	credentialsWithin = 15 * time.Second
)

// platformAdmin makes a key of a platform administrator in a deployed environment, with the operator's own AWS
// credentials, and prints it once.
func platformAdmin(ctx context.Context, s streams, args []string) int {
	flags := flag.NewFlagSet("platform-admin", flag.ContinueOnError)
	flags.SetOutput(s.err)
	env := flags.String("env", os.Getenv("GUARDRAILS_ENV"), "the environment: dev, staging, prod")
	account := flags.String("account", os.Getenv("GUARDRAILS_ACCOUNT"), "the AWS account's number")
	scopes := flags.String("scopes", "", "what the key may do, with commas between: read:metrics for Prometheus; empty is everything")
	if err := flags.Parse(args); err != nil {
		return usageStatus(err)
	}
	list := strings.FieldsFunc(*scopes, func(r rune) bool { return r == ',' || r == ' ' })
	for _, scope := range list {
		if !slices.Contains(authz.Permissions(authz.PlatformAdmin), authz.Permission(scope)) {
			fmt.Fprintf(s.err, "guardrails platform-admin: a platform administrator has no permission %q\n", scope)
			return exitUsage
		}
	}
	if *env == "" || *account == "" || flags.NArg() > 0 {
		fmt.Fprintln(s.err, "guardrails platform-admin: --env and --account say where")
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, platformWithin)
	defer cancel()
	key, err := newPlatformAdmin(ctx, *env, *account, list)
	if err != nil {
		fmt.Fprintln(s.err, "guardrails platform-admin:", err)
		return exitFailed
	}
	fmt.Fprintln(s.out, key)
	return 0
}

func newPlatformAdmin(ctx context.Context, env, account string, scopes []string) (string, error) {
	// Beside a node, whose own role opens no tenant's data, it takes up the tenant role as the node does.
	settings := map[string]string{"GUARDRAILS_ENV": env, "GUARDRAILS_ACCOUNT": account, "GUARDRAILS_TENANT_ROLE": os.Getenv("GUARDRAILS_TENANT_ROLE")}
	cfg, err := fn.LoadConfig(ctx, func(name string) string { return settings[name] }, io.Discard)
	if err != nil {
		return "", err
	}
	if err := credentials(ctx, cfg.AWS.Credentials); err != nil {
		return "", err
	}
	setup, err := platform.Open(cfg)
	if err != nil {
		return "", err
	}
	return setup.Administrator(ctx, scopes...)
}

// credentials looks for the operator's, so that a lack of them is told as what it is and not as a store that is down.
func credentials(ctx context.Context, from aws.CredentialsProvider) error {
	ctx, cancel := context.WithTimeout(ctx, credentialsWithin)
	defer cancel()
	if from == nil {
		return errors.New("there are no AWS credentials")
	}
	if _, err := from.Retrieve(ctx); err != nil {
		return fmt.Errorf("there are no AWS credentials: %w", err)
	}
	return nil
}
