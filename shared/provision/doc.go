// Package provision creates an environment's tables, queues, buckets, secrets and key on an AWS endpoint, for local
// runs and tests; on AWS the deployment does it.
//
// Create is idempotent: what exists stays as it is, so a second start costs one call a resource.
package provision
