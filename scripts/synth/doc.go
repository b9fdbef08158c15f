// Command synth writes the deployment of every environment and checks it: twice, and the bytes must be equal; with
// cfn-lint, which also reads the templates for customers in deploy/aws; against CloudFormation's limits; and production
// with checkov. It prints the size of each stack and of each bootstrap and its zip.
//
//	go run ./scripts/synth            # all environments of cdk.json
//	go run ./scripts/synth -env prod
package main
