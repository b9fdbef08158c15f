// Command infra is the CDK app: it writes the cloud assembly that the CDK CLI deploys.
//
//	cdk synth            # the CLI runs it, as cdk.json says
//	go run ./infra       # the same by hand, into cdk.out
//
// The CLI passes the context in CDK_CONTEXT_JSON (or in a file that CONTEXT_OVERFLOW_LOCATION_ENV names), the folder in
// CDK_OUTDIR, and the account and region of its credentials in CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION.
package main
