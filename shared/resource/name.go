package resource

const prefix = "guardrails"

// Table returns a table's physical name: "guardrails-<env>-<name>".
func Table(env, name string) string { return prefix + "-" + env + "-" + name }

// Queue returns a queue's physical name: "guardrails-<env>-<name>".
func Queue(env, name string) string { return prefix + "-" + env + "-" + name }

// Bucket returns a bucket's physical name: "guardrails-<env>-<account>-<name>", since bucket names are global.
// Without an account, as in a local run, it is "guardrails-<env>-<name>".
func Bucket(env, account, name string) string {
	if account == "" {
		return prefix + "-" + env + "-" + name
	}
	return prefix + "-" + env + "-" + account + "-" + name
}

// Secret returns a secret's physical name: "guardrails/<env>/<name>".
func Secret(env, name string) string { return prefix + "/" + env + "/" + name }

// KeyAlias returns the alias of the environment's KMS key, which encrypts tables, queues and tenants' data keys:
// "alias/guardrails-<env>".
func KeyAlias(env string) string { return "alias/" + prefix + "-" + env }

// Function returns a function's physical name: "guardrails-<env>-<name>".
func Function(env, name string) string { return prefix + "-" + env + "-" + name }
