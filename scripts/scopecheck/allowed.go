package main

import (
	"slices"
	"strings"
)

const (
	module       = "guardrails/"
	scopePackage = module + "shared/internal/scope"
	authnPackage = module + "shared/authn"
	awsServices  = "github.com/aws/aws-sdk-go-v2/service/"
)

// clientPackages may hold AWS service clients. Each binds one to a tenant's Scope or to a declared resource, except
// amazon, which only writes, into customers' accounts and by roles of theirs, provision, which makes the resources of a
// local system, awstest, which serves tests, the local triggers, which stand for AWS's own event source mappings and so
// read every tenant's queues and streams, e2e, which attacks a deployed system, drill, which stands for CodeDeploy, and
// redrive, which moves messages as they are, with an operator's credentials.
var clientPackages = []string{
	"infra/local/trigger", "scripts/drill", "scripts/e2e", "scripts/internal/redrive",
	"shared/awstest", "shared/blob", "shared/deliver/amazon", "shared/deployment", "shared/fn", "shared/provision", "shared/queue",
	"shared/seal", "shared/secret", "shared/table", "shared/tenantrole",
}

// mintPackages may turn a verified tenant into a Scope. Tests under shared may too: no binary holds them.
var mintPackages = []string{"shared/authn", "shared/fn", "shared/internal/scope"}

// mayHoldClients also allows the tests of the local system, which look at what it keeps from the outside.
func mayHoldClients(pkg string, test bool) bool {
	if test && strings.HasPrefix(pkg, module+"infra/") {
		return true
	}
	return slices.Contains(clientPackages, strings.TrimPrefix(pkg, module))
}

func mayMint(pkg string, test bool) bool {
	if test && strings.HasPrefix(pkg, module+"shared/") {
		return true
	}
	return slices.Contains(mintPackages, strings.TrimPrefix(pkg, module))
}

// principalPackages may read a Principal, and with it a Scope, out of an authorizer's context. The edge does; fntest
// makes callers for tests, and platform makes the first administrator, for whom nobody can vouch yet.
var principalPackages = []string{"shared/authn", "shared/fn", "shared/fntest", "shared/platform"}

func mayReadPrincipal(pkg string, test bool) bool {
	return test || slices.Contains(principalPackages, strings.TrimPrefix(pkg, module))
}

func inFunctions(pkg string) bool {
	return strings.HasPrefix(pkg+"/", module+"functions/")
}

// isService reports whether path is an AWS service client, or an S3 helper that wraps one. The types packages below
// a service hold plain values and are left to the import rules.
func isService(path string) bool {
	if rest, ok := strings.CutPrefix(path, awsServices); ok {
		return !strings.Contains(rest, "/")
	}
	return strings.HasPrefix(path, "github.com/aws/aws-sdk-go-v2/feature/s3/")
}

// plainPath cuts what go vet adds to the path of a package's test variants: "p [p.test]" and "p_test".
func plainPath(path string) string {
	path, _, _ = strings.Cut(path, " ")
	return strings.TrimSuffix(path, "_test")
}
