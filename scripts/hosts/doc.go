// Command hosts checks the files of deploy/ and runs what they describe, without a container engine or a cluster: the
// manifests against Kubernetes' schemas, the compose file against its specification, the unit with systemd's own tools,
// the Dockerfile with a linter. Then it carries out the Dockerfile's instructions, and runs the image's programs in a
// root of nothing else, as the image's user, over MiniStack: as compose does, and as a node on AWS does, held to the
// roles that `guardrails node-policy` writes.
//
//	go run ./scripts/hosts                 # every check
//	go run ./scripts/hosts image as-node   # the named ones; -h tells which there are
package main
