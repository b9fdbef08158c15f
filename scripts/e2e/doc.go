// Command e2e deploys the system as it would be deployed to AWS, onto a MiniStack of its own: it builds the real
// bootstraps, writes the assembly, runs the real CDK CLI, and drives the deployed API.
//
//	go run ./scripts/e2e            # everything
//	go run ./scripts/e2e -drill     # the releases under load alone (see scripts/drill)
//	go run ./scripts/e2e -keep      # leaves the deployed system running until it is interrupted
//
// It shows that a deployment works, that a second one changes nothing, that a changed context alone is deployed again,
// what callers see of good and of broken releases, and that data outlives the stacks.
package main
