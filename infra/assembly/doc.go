// Package assembly writes a CDK cloud assembly: what the CDK CLI deploys. It holds a manifest, a template for each
// stack, and a manifest of the files that each stack needs in the bootstrap bucket.
//
// The format is documented by AWS (aws-cdk-lib/cloud-assembly-schema, manifest version 36). Writing it takes no CDK
// library, so the deployment is made by the same Go program that knows the catalogue.
package assembly
