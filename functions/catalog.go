package functions

import (
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

type (
	tables  = map[string]fn.Mode
	queues  = map[string]fn.Mode
	buckets = map[string]fn.Mode
)

const (
	r  = fn.Read
	w  = fn.Write
	rw = fn.ReadWrite
	a  = fn.Append
)

// Catalog lists every function. Routes have 10 s and 512 MB unless they say more.
func Catalog() []fn.Spec {
	specs := []fn.Spec{
		// release: whether a new version may have traffic. It comes first: the others' deployments ask it
		{Name: "release-check", Context: "release", Summary: "Check a new version before it gets traffic", Trigger: fn.Deployment(), Timeout: time.Minute},

		// auth: who is calling, and what the roles may do
		{Name: "authorizer", Context: "auth", Summary: "Turn credentials into a principal", Trigger: fn.Authorizer(), Access: fn.Access{Tables: tables{table.Directory: r, table.Tenants: rw}, Secrets: []string{secret.Pepper}}},
		{Name: "permissions-list", Context: "auth", Summary: "Show the permission matrix", Trigger: fn.HTTP("GET", "/api/v1/permissions"), Permission: "read:permissions"},

		// analyze: the main job
		{Name: "analyze", Context: "analyze", Summary: "Analyze text, messages, a document or a table", Trigger: fn.HTTP("POST", "/api/v1/analyze"), Permission: "execute:analysis", RateClass: fn.RateAnalyze, MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r}, Queues: queues{queue.Analyses: fn.Send}, DataKeys: true}},
		{Name: "analyze-stream", Context: "analyze", Summary: "Analyze a text that comes in pieces", Trigger: fn.HTTP("POST", "/api/v1/analyze/stream"), Permission: "execute:analysis", RateClass: fn.RateAnalyze, MemoryMB: 1769, Timeout: 25 * time.Second, MaxBody: 2 << 20, Lines: true, Access: fn.Access{Tables: tables{table.Policies: r}, Queues: queues{queue.Analyses: fn.Send}, DataKeys: true}},
		{Name: "redact", Context: "analyze", Summary: "Redact text, messages, a document or a table", Trigger: fn.HTTP("POST", "/api/v1/redact"), Permission: "execute:redaction", RateClass: fn.RateAnalyze, MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r}, DataKeys: true}},
		{Name: "restore", Context: "analyze", Summary: "Restore encrypted redactions", Trigger: fn.HTTP("POST", "/api/v1/restore"), Permission: "execute:restore", RateClass: fn.RateAnalyze, MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Audit: a}, DataKeys: true}},
		{Name: "analyses-list", Context: "analyze", Summary: "List analyses", Trigger: fn.HTTP("GET", "/api/v1/analyses"), Permission: "read:analyses", Access: fn.Access{Tables: tables{table.Jobs: r}, Secrets: []string{secret.Cursor}}},
		{Name: "analyses-get", Context: "analyze", Summary: "Get an analysis", Trigger: fn.HTTP("GET", "/api/v1/analyses/{id}"), Permission: "read:analyses", Access: fn.Access{Tables: tables{table.Jobs: r}}},
		{Name: "detectors-list", Context: "analyze", Summary: "List the built-in detectors", Trigger: fn.HTTP("GET", "/api/v1/detectors"), Permission: "read:detectors"},
		{Name: "frameworks-list", Context: "analyze", Summary: "List the shipped rule packs", Trigger: fn.HTTP("GET", "/api/v1/frameworks"), Permission: "read:frameworks"},
		{Name: "analysis-record", Context: "analyze", Summary: "Write records of analyses and their events", Trigger: fn.Queue(queue.Analyses, 10, 0), Access: fn.Access{Tables: tables{table.Jobs: w, table.Events: a}}},

		// policies: what a tenant allows
		{Name: "policies-list", Context: "policies", Summary: "List policies", Trigger: fn.HTTP("GET", "/api/v1/policies"), Permission: "read:policies", Access: fn.Access{Tables: tables{table.Policies: r}, Secrets: []string{secret.Cursor}}},
		{Name: "policies-create", Context: "policies", Summary: "Create a policy", Trigger: fn.HTTP("POST", "/api/v1/policies"), Permission: "create:policies", MemoryMB: 1024, Timeout: 25 * time.Second, MaxBody: 3 << 20, Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "policies-get", Context: "policies", Summary: "Get a policy", Trigger: fn.HTTP("GET", "/api/v1/policies/{id}"), Permission: "read:policies", Access: fn.Access{Tables: tables{table.Policies: r}}},
		{Name: "policies-update", Context: "policies", Summary: "Replace a policy", Trigger: fn.HTTP("PUT", "/api/v1/policies/{id}"), Permission: "update:policies", MemoryMB: 1024, Timeout: 25 * time.Second, MaxBody: 3 << 20, Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "policies-delete", Context: "policies", Summary: "Delete a policy", Trigger: fn.HTTP("DELETE", "/api/v1/policies/{id}"), Permission: "delete:policies", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "policies-versions", Context: "policies", Summary: "List the versions of a policy", Trigger: fn.HTTP("GET", "/api/v1/policies/{id}/versions"), Permission: "read:policies", Access: fn.Access{Tables: tables{table.Policies: r}, Secrets: []string{secret.Cursor}}},
		{Name: "policies-dryrun", Context: "policies", Summary: "Try a policy on a text without recording it", Trigger: fn.HTTP("POST", "/api/v1/policies/{id}/test"), Permission: "execute:policies", RateClass: fn.RateAnalyze, MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r}, DataKeys: true}},
		{Name: "policies-activate", Context: "policies", Summary: "Make a policy active", Trigger: fn.HTTP("PUT", "/api/v1/policies/{id}/activate"), Permission: "update:policies", MemoryMB: 1024, Timeout: 25 * time.Second, Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},

		// events: what happened, and of which types
		{Name: "events-publish", Context: "events", Summary: "Publish events", Trigger: fn.HTTP("POST", "/api/v1/events"), Permission: "create:events", MemoryMB: 1769, MaxBody: 5 << 20, Statuses: []int{409}, Access: fn.Access{Tables: tables{table.Policies: r, table.Events: rw, table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "events-list", Context: "events", Summary: "List events", Trigger: fn.HTTP("GET", "/api/v1/events"), Permission: "read:events", Access: fn.Access{Tables: tables{table.Events: r}, Secrets: []string{secret.Cursor}}},
		{Name: "events-get", Context: "events", Summary: "Get an event and its deliveries", Trigger: fn.HTTP("GET", "/api/v1/events/{id}"), Permission: "read:events", Access: fn.Access{Tables: tables{table.Events: r, table.Deliveries: r}}},
		{Name: "event-match", Context: "events", Summary: "Match events against rules", Trigger: fn.Queue(queue.Events, 10, 0), MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r, table.Events: r, table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "event-resend", Context: "events", Summary: "Send deliveries whose direct send was lost", Trigger: fn.Stream(table.Events, 100, 5*time.Second), MemoryMB: 1024, Timeout: 30 * time.Second, Access: fn.Access{Tables: tables{table.Policies: r, table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "event-reconcile", Context: "events", Summary: "Find and send deliveries that are missing", Trigger: fn.Every(time.Hour), MemoryMB: 1769, Timeout: 15 * time.Minute, Access: fn.Access{Tables: tables{table.Directory: r, table.Policies: r, table.Events: r, table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "event-types-list", Context: "events", Summary: "List event types", Trigger: fn.HTTP("GET", "/api/v1/event-types"), Permission: "read:event-types", Access: fn.Access{Tables: tables{table.Policies: r}, Secrets: []string{secret.Cursor}}},
		{Name: "event-types-create", Context: "events", Summary: "Create an event type", Trigger: fn.HTTP("POST", "/api/v1/event-types"), Permission: "create:event-types", Statuses: []int{409}, Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "event-types-get", Context: "events", Summary: "Get an event type", Trigger: fn.HTTP("GET", "/api/v1/event-types/{name}"), Permission: "read:event-types", Access: fn.Access{Tables: tables{table.Policies: r}}},
		{Name: "event-types-update", Context: "events", Summary: "Replace an event type", Trigger: fn.HTTP("PUT", "/api/v1/event-types/{name}"), Permission: "update:event-types", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "event-types-delete", Context: "events", Summary: "Delete an event type", Trigger: fn.HTTP("DELETE", "/api/v1/event-types/{name}"), Permission: "delete:event-types", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},

		// jobs: batches
		{Name: "uploads-create", Context: "jobs", Summary: "Get a URL to upload documents to", Trigger: fn.HTTP("POST", "/api/v1/uploads"), Permission: "create:uploads", Access: fn.Access{Tables: tables{table.Jobs: a}, Buckets: buckets{blob.Uploads: w}}},
		{Name: "jobs-create", Context: "jobs", Summary: "Submit a batch of documents", Trigger: fn.HTTP("POST", "/api/v1/jobs"), Permission: "create:jobs", MemoryMB: 1024, Timeout: 25 * time.Second, MaxBody: 5 << 20, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Policies: rw, table.Events: a}, Queues: queues{queue.JobSplit: fn.Send}, Buckets: buckets{blob.Content: w, blob.Uploads: r}, DataKeys: true}},
		{Name: "jobs-list", Context: "jobs", Summary: "List jobs", Trigger: fn.HTTP("GET", "/api/v1/jobs"), Permission: "read:jobs", Access: fn.Access{Tables: tables{table.Jobs: r}, Secrets: []string{secret.Cursor}}},
		{Name: "jobs-get", Context: "jobs", Summary: "Get a job", Trigger: fn.HTTP("GET", "/api/v1/jobs/{id}"), Permission: "read:jobs", Access: fn.Access{Tables: tables{table.Jobs: r}}},
		{Name: "jobs-results", Context: "jobs", Summary: "List the results of a job", Trigger: fn.HTTP("GET", "/api/v1/jobs/{id}/results"), Permission: "read:jobs", MemoryMB: 1024, Access: fn.Access{Tables: tables{table.Jobs: r}, Buckets: buckets{blob.Content: r}, Secrets: []string{secret.Cursor}, DataKeys: true}},
		{Name: "jobs-cancel", Context: "jobs", Summary: "Cancel a job", Trigger: fn.HTTP("DELETE", "/api/v1/jobs/{id}"), Permission: "delete:jobs", Statuses: []int{409}, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Events: a, table.Audit: a}}},
		{Name: "job-split", Context: "jobs", Summary: "Cut a job into chunks", Trigger: fn.Queue(queue.JobSplit, 1, 0), MemoryMB: 1769, Timeout: 20 * time.Second, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Events: a}, Queues: queues{queue.JobSplit: fn.Send, queue.JobChunks: fn.Send}, Buckets: buckets{blob.Content: rw, blob.Uploads: r}, DataKeys: true}},
		{Name: "job-chunk", Context: "jobs", Summary: "Analyze one chunk of a job", Trigger: fn.Queue(queue.JobChunks, 2, 0), MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Policies: r, table.Tenants: r, table.Events: a}, Buckets: buckets{blob.Content: rw}, DataKeys: true}},
		{Name: "job-relay", Context: "jobs", Summary: "Send submitted jobs whose direct send was lost", Trigger: fn.Stream(table.Events, 100, 0), Access: fn.Access{Tables: tables{table.Jobs: r}, Queues: queues{queue.JobSplit: fn.Send}}},
		{Name: "job-watch", Context: "jobs", Summary: "Restart or fail jobs that stand still", Trigger: fn.Every(time.Minute), Timeout: time.Minute, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Tenants: r, table.Events: a}, Queues: queues{queue.JobSplit: fn.Send | r, queue.JobChunks: fn.Send | r, queue.Tasks: fn.Send | r}}},

		// tenants: customers, and a customer's view of itself
		{Name: "tenants-list", Context: "tenants", Summary: "List tenants", Trigger: fn.HTTP("GET", "/api/v1/tenants"), Permission: "read:tenants", Access: fn.Access{Tables: tables{table.Directory: r, table.Tenants: r}, Secrets: []string{secret.Cursor}}},
		{Name: "tenants-create", Context: "tenants", Summary: "Create a tenant", Trigger: fn.HTTP("POST", "/api/v1/tenants"), Permission: "create:tenants", Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}, DataKeys: true, Secrets: []string{secret.Pepper}}},
		{Name: "tenants-get", Context: "tenants", Summary: "Get a tenant", Trigger: fn.HTTP("GET", "/api/v1/tenants/{id}"), Permission: "read:tenants", Access: fn.Access{Tables: tables{table.Tenants: r}}},
		{Name: "tenants-update", Context: "tenants", Summary: "Change a tenant's name, plan, profile or state", Trigger: fn.HTTP("PUT", "/api/v1/tenants/{id}"), Permission: "update:tenants", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "tenants-delete", Context: "tenants", Summary: "Begin to offboard a tenant", Trigger: fn.HTTP("DELETE", "/api/v1/tenants/{id}"), Permission: "delete:tenants", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "tenants-limits", Context: "tenants", Summary: "Set a tenant's limits", Trigger: fn.HTTP("PUT", "/api/v1/tenants/{id}/limits"), Permission: "update:limits", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Tenants: rw, table.Events: a, table.Audit: a}}},
		{Name: "tenant-get", Context: "tenants", Summary: "Get the own tenant", Trigger: fn.HTTP("GET", "/api/v1/tenant"), Permission: "read:tenant", Access: fn.Access{Tables: tables{table.Tenants: r}}},
		{Name: "tenant-update", Context: "tenants", Summary: "Change the own tenant's name", Trigger: fn.HTTP("PUT", "/api/v1/tenant"), Permission: "update:tenant", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "tenant-limits", Context: "tenants", Summary: "Show the own tenant's limits", Trigger: fn.HTTP("GET", "/api/v1/tenant/limits"), Permission: "read:limits", Access: fn.Access{Tables: tables{table.Tenants: r}}},

		// keys: API keys
		{Name: "api-keys-list", Context: "keys", Summary: "List API keys", Trigger: fn.HTTP("GET", "/api/v1/api-keys"), Permission: "read:api-keys", Access: fn.Access{Tables: tables{table.Tenants: r, table.Directory: r}, Secrets: []string{secret.Cursor}}},
		{Name: "api-keys-create", Context: "keys", Summary: "Create an API key; its secret is shown once", Trigger: fn.HTTP("POST", "/api/v1/api-keys"), Permission: "create:api-keys", Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}, Secrets: []string{secret.Pepper}}},
		{Name: "api-keys-delete", Context: "keys", Summary: "Revoke an API key", Trigger: fn.HTTP("DELETE", "/api/v1/api-keys/{id}"), Permission: "delete:api-keys", Statuses: []int{409, 412}, Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "api-keys-rotate", Context: "keys", Summary: "Give an API key a new secret; the old one stays valid 24 h", Trigger: fn.HTTP("POST", "/api/v1/api-keys/{id}/rotate"), Permission: "create:api-keys", Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}, Secrets: []string{secret.Pepper}}},

		// ops: the platform itself
		{Name: "health", Context: "ops", Summary: "Say that the API is up", Trigger: fn.HTTP("GET", "/api/v1/health")},
		{Name: "ready", Context: "ops", Summary: "Say whether the stores answer", Trigger: fn.HTTP("GET", "/api/v1/ready"), Access: fn.Access{Tables: tables{table.Directory: r}}},
		{Name: "metrics", Context: "ops", Summary: "What was counted and what waits, for Prometheus", Trigger: fn.HTTP("GET", "/api/v1/metrics"), Permission: "read:metrics", Access: fn.Access{Queues: everyQueue()}},
		{Name: "openapi", Context: "ops", Summary: "The OpenAPI 3.1 document", Trigger: fn.HTTP("GET", "/api/v1/openapi.json")},
		{Name: "docs", Context: "ops", Summary: "The API reference for people", Trigger: fn.HTTP("GET", "/api/v1/docs")},

		// rules: which events go where
		{Name: "rules-list", Context: "rules", Summary: "List observer rules", Trigger: fn.HTTP("GET", "/api/v1/rules"), Permission: "read:rules", Access: fn.Access{Tables: tables{table.Policies: r}, Secrets: []string{secret.Cursor}}},
		{Name: "rules-create", Context: "rules", Summary: "Create an observer rule", Trigger: fn.HTTP("POST", "/api/v1/rules"), Permission: "create:rules", MemoryMB: 1024, Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "rules-get", Context: "rules", Summary: "Get an observer rule and its health", Trigger: fn.HTTP("GET", "/api/v1/rules/{id}"), Permission: "read:rules", Access: fn.Access{Tables: tables{table.Policies: r, table.Deliveries: r}}},
		{Name: "rules-update", Context: "rules", Summary: "Replace an observer rule", Trigger: fn.HTTP("PUT", "/api/v1/rules/{id}"), Permission: "update:rules", MemoryMB: 1024, Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "rules-delete", Context: "rules", Summary: "Delete an observer rule", Trigger: fn.HTTP("DELETE", "/api/v1/rules/{id}"), Permission: "delete:rules", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}}},
		{Name: "rules-versions", Context: "rules", Summary: "List the versions of an observer rule", Trigger: fn.HTTP("GET", "/api/v1/rules/{id}/versions"), Permission: "read:rules", Access: fn.Access{Tables: tables{table.Policies: r}, Secrets: []string{secret.Cursor}}},
		{Name: "rules-dryrun", Context: "rules", Summary: "Try an observer rule on events without sending anything", Trigger: fn.HTTP("POST", "/api/v1/rules/{id}/test"), Permission: "execute:rules", MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r, table.Events: r}}},
		{Name: "rules-validate", Context: "rules", Summary: "Check an observer rule without keeping it", Trigger: fn.HTTP("POST", "/api/v1/rules/validate"), Permission: "execute:rules", MemoryMB: 1024, Access: fn.Access{Tables: tables{table.Policies: r}}},
		{Name: "rules-import", Context: "rules", Summary: "Translate an EventBridge pattern into a condition", Trigger: fn.HTTP("POST", "/api/v1/rules/import"), Permission: "execute:rules"},
		{Name: "templates-preview", Context: "rules", Summary: "Show what a template makes of an event", Trigger: fn.HTTP("POST", "/api/v1/templates/preview"), Permission: "execute:rules", MemoryMB: 1024, Access: fn.Access{Tables: tables{table.Events: r}}},

		// deliveries: where events go, and what became of them
		{Name: "destinations-list", Context: "deliveries", Summary: "List destinations", Trigger: fn.HTTP("GET", "/api/v1/destinations"), Permission: "read:destinations", Access: fn.Access{Tables: tables{table.Policies: r, table.Deliveries: r}, Secrets: []string{secret.Cursor}}},
		{Name: "destinations-create", Context: "deliveries", Summary: "Create a destination; its signing secret is shown once", Trigger: fn.HTTP("POST", "/api/v1/destinations"), Permission: "create:destinations", Access: askRecipients(changeDestination())},
		{Name: "destinations-get", Context: "deliveries", Summary: "Get a destination", Trigger: fn.HTTP("GET", "/api/v1/destinations/{id}"), Permission: "read:destinations", Access: fn.Access{Tables: tables{table.Policies: r, table.Deliveries: r}}},
		{Name: "destinations-update", Context: "deliveries", Summary: "Replace a destination", Trigger: fn.HTTP("PUT", "/api/v1/destinations/{id}"), Permission: "update:destinations", Statuses: ifMatch(), Access: askRecipients(enableDestination())},
		{Name: "destinations-delete", Context: "deliveries", Summary: "Delete a destination", Trigger: fn.HTTP("DELETE", "/api/v1/destinations/{id}"), Permission: "delete:destinations", Statuses: ifMatch(), Access: changeDestination()},
		{Name: "destinations-rotate-secret", Context: "deliveries", Summary: "Give a destination a new signing secret; the old one signs 24 h longer", Trigger: fn.HTTP("POST", "/api/v1/destinations/{id}/rotate-secret"), Permission: "update:destinations", Access: changeDestination()},
		{Name: "destinations-enable", Context: "deliveries", Summary: "Make a destination active and close its breaker", Trigger: fn.HTTP("POST", "/api/v1/destinations/{id}/enable"), Permission: "update:destinations", Access: enableDestination()},
		{Name: "destinations-confirm", Context: "deliveries", Summary: "Confirm a recipient of mails by the code it was sent, or send another code", Trigger: fn.HTTP("POST", "/api/v1/destinations/{id}/confirm"), Permission: "update:destinations", Access: askRecipients(changeDestination())},
		{Name: "destinations-test", Context: "deliveries", Summary: "Send a test event to a destination", Trigger: fn.HTTP("POST", "/api/v1/destinations/{id}/test"), Permission: "execute:destinations", Access: changeDestination()},
		{Name: "webhook-secret-get", Context: "deliveries", Summary: "Show the secret that signs webhooks of jobs and tasks", Trigger: fn.HTTP("GET", "/api/v1/webhook-secret"), Permission: "read:webhook-secret", Access: fn.Access{Tables: tables{table.Policies: r, table.Audit: a}, DataKeys: true}},
		{Name: "webhook-secret-update", Context: "deliveries", Summary: "Set the secret that signs webhooks of jobs and tasks, or make a new one", Trigger: fn.HTTP("PUT", "/api/v1/webhook-secret"), Permission: "update:webhook-secret", Statuses: ifMatch(), Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: a, table.Audit: a}, DataKeys: true}},
		{Name: "deliveries-list", Context: "deliveries", Summary: "List deliveries", Trigger: fn.HTTP("GET", "/api/v1/deliveries"), Permission: "read:deliveries", Access: fn.Access{Tables: tables{table.Deliveries: r, table.Events: r}, Secrets: []string{secret.Cursor}}},
		{Name: "deliveries-get", Context: "deliveries", Summary: "Get a delivery and its attempts", Trigger: fn.HTTP("GET", "/api/v1/deliveries/{id}"), Permission: "read:deliveries", Access: fn.Access{Tables: tables{table.Deliveries: r}}},
		{Name: "deliveries-retry", Context: "deliveries", Summary: "Begin a delivery anew", Trigger: fn.HTTP("POST", "/api/v1/deliveries/{id}/retry"), Permission: "execute:deliveries", Access: fn.Access{Tables: tables{table.Deliveries: rw, table.Audit: a}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "deliveries-cancel", Context: "deliveries", Summary: "End a delivery", Trigger: fn.HTTP("POST", "/api/v1/deliveries/{id}/cancel"), Permission: "execute:deliveries", Access: fn.Access{Tables: tables{table.Deliveries: rw, table.Audit: a}}},
		{Name: "deliveries-replay", Context: "deliveries", Summary: "Begin many deliveries anew, or count them", Trigger: fn.HTTP("POST", "/api/v1/deliveries/replay"), Permission: "execute:deliveries", Timeout: 25 * time.Second, Access: fn.Access{Tables: tables{table.Deliveries: r, table.Events: a, table.Audit: a}, Queues: queues{queue.Replays: fn.Send}}},
		{Name: "delivery-send", Context: "deliveries", Summary: "Attempt deliveries", Trigger: fn.Queue(queue.Deliveries, 10, 0), MemoryMB: 1769, Timeout: 35 * time.Second, Access: fn.Access{Tables: tables{table.Policies: rw, table.Events: rw, table.Deliveries: rw, table.Tenants: r}, Queues: queues{queue.Deliveries: fn.Send}, DataKeys: true, CustomerRoles: true, Mail: true}},
		{Name: "delivery-sweep", Context: "deliveries", Summary: "Send deliveries that are due", Trigger: fn.Every(time.Minute), MemoryMB: 1024, Timeout: time.Minute, Access: fn.Access{Tables: tables{table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send}}},
		{Name: "delivery-replay", Context: "deliveries", Summary: "Begin the deliveries of a replay anew", Trigger: fn.Queue(queue.Replays, 1, 0), MemoryMB: 1024, Timeout: time.Minute, Access: fn.Access{Tables: tables{table.Policies: r, table.Events: r, table.Deliveries: rw}, Queues: queues{queue.Deliveries: fn.Send, queue.Replays: fn.Send}}},

		// legacy: the older single-tenant API
		{Name: "legacy-health", Context: "legacy", Summary: "Say that the API is up", Trigger: fn.HTTP("GET", "/v1/health")},
		{Name: "legacy-analyze", Context: "legacy", Summary: "Analyze a prompt", Trigger: fn.HTTP("POST", "/v1/analyze"), Permission: "execute:analysis", RateClass: fn.RateLegacyAnalyze, MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Policies: r}, Queues: queues{queue.Analyses: fn.Send}, DataKeys: true}},
		{Name: "legacy-analyze-async", Context: "legacy", Summary: "Submit a text for full analysis", Trigger: fn.HTTP("POST", "/api/v1/analyze/async"), Permission: "create:tasks", RateClass: fn.RateAnalyze, Access: hookedTaskSubmit()},
		{Name: "legacy-pii-async", Context: "legacy", Summary: "Submit a text for detection", Trigger: fn.HTTP("POST", "/api/v1/detect/pii/async"), Permission: "create:tasks", RateClass: fn.RateAnalyze, Access: taskSubmit()},
		{Name: "legacy-compliance-async", Context: "legacy", Summary: "Submit a text for a compliance check", Trigger: fn.HTTP("POST", "/api/v1/compliance/check/async"), Permission: "create:tasks", RateClass: fn.RateAnalyze, Access: taskSubmit()},
		{Name: "legacy-redact-async", Context: "legacy", Summary: "Submit a text for redaction", Trigger: fn.HTTP("POST", "/api/v1/redact/async"), Permission: "create:tasks", RateClass: fn.RateAnalyze, Access: taskSubmit()},
		{Name: "legacy-task-get", Context: "legacy", Summary: "Get a task", Trigger: fn.HTTP("GET", "/api/v1/tasks/{task_id}"), Permission: "read:tasks", Access: taskRead()},
		{Name: "legacy-task-result", Context: "legacy", Summary: "Get a task's result", Trigger: fn.HTTP("GET", "/api/v1/tasks/{task_id}/result"), Permission: "read:tasks", Access: taskRead()},
		{Name: "legacy-task-workers", Context: "legacy", Summary: "Show the task workers", Trigger: fn.HTTP("GET", "/api/v1/tasks/workers"), Permission: "read:tasks", Access: fn.Access{Queues: queues{queue.Tasks: r}}},
		{Name: "legacy-task-cancel", Context: "legacy", Summary: "Cancel a task", Trigger: fn.HTTP("DELETE", "/api/v1/tasks/{task_id}"), Permission: "delete:tasks", Access: fn.Access{Tables: tables{table.Jobs: rw, table.Events: a}}},
		{Name: "legacy-task-pending", Context: "legacy", Summary: "Count pending tasks", Trigger: fn.HTTP("GET", "/api/v1/tasks/stats/pending"), Permission: "read:tasks", Access: fn.Access{Queues: queues{queue.Tasks: r}}},
		{Name: "legacy-tokens-stats", Context: "legacy", Summary: "Show token thresholds and prices", Trigger: fn.HTTP("GET", "/api/v1/tokens/stats"), Permission: "read:usage"},
		{Name: "legacy-tenants-list", Context: "legacy", Summary: "List tenants", Trigger: fn.HTTP("GET", "/v1/tenants"), Permission: "read:tenants", Access: fn.Access{Tables: tables{table.Directory: r, table.Tenants: r}}},
		{Name: "legacy-tenants-create", Context: "legacy", Summary: "Create a tenant", Trigger: fn.HTTP("POST", "/v1/tenants"), Permission: "create:tenants", Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}, DataKeys: true}},
		{Name: "legacy-tenants-get", Context: "legacy", Summary: "Get a tenant", Trigger: fn.HTTP("GET", "/v1/tenants/{id}"), Permission: "read:tenants", Access: fn.Access{Tables: tables{table.Tenants: r}}},
		{Name: "legacy-tenants-update", Context: "legacy", Summary: "Change a tenant", Trigger: fn.HTTP("PUT", "/v1/tenants/{id}"), Permission: "update:tenants", Statuses: []int{409}, Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "legacy-tenants-delete", Context: "legacy", Summary: "Delete a tenant", Trigger: fn.HTTP("DELETE", "/v1/tenants/{id}"), Permission: "delete:tenants", Access: fn.Access{Tables: tables{table.Tenants: rw, table.Directory: rw, table.Events: a, table.Audit: a}}},
		{Name: "legacy-task-run", Context: "legacy", Summary: "Run one task", Trigger: fn.Queue(queue.Tasks, 5, 0), MemoryMB: 1769, Access: fn.Access{Tables: tables{table.Jobs: rw, table.Policies: r, table.Tenants: r, table.Events: a}, Buckets: buckets{blob.Content: rw}, DataKeys: true}},
	}
	for i := range specs {
		specs[i] = withDefaults(specs[i])
	}
	return specs
}

func changeDestination() fn.Access {
	return fn.Access{Tables: tables{table.Policies: rw, table.Deliveries: rw, table.Events: a, table.Audit: a}, DataKeys: true}
}

func enableDestination() fn.Access {
	a := changeDestination()
	a.Queues = queues{queue.Replays: fn.Send}
	return a
}

// askRecipients adds what asks recipients of mails whether they want them.
func askRecipients(a fn.Access) fn.Access {
	a.Mail = true
	return a
}

func taskSubmit() fn.Access {
	return fn.Access{Tables: tables{table.Jobs: rw, table.Events: a}, Queues: queues{queue.Tasks: fn.Send}, Buckets: buckets{blob.Content: w}, DataKeys: true}
}

// hookedTaskSubmit is taskSubmit with where the task may report to, and what signs that.
func hookedTaskSubmit() fn.Access {
	access := taskSubmit()
	access.Tables[table.Policies], access.Tables[table.Audit] = rw, a
	return access
}

func taskRead() fn.Access {
	return fn.Access{Tables: tables{table.Jobs: r}, Buckets: buckets{blob.Content: r}, DataKeys: true}
}

// everyQueue lets a function ask every queue, and every queue of dead letters, how much waits in it.
func everyQueue() queues {
	out := queues{}
	for _, d := range queue.Definitions() {
		out[d.Name], out[queue.DLQ(d.Name)] = r, r
	}
	return out
}

// ifMatch are the statuses of routes that change a configuration resource: a lost race, and If-Match.
func ifMatch() []int { return []int{409, 412, 428} }

// withDefaults fills what most functions share: size, time, and the rate class that a method implies.
func withDefaults(s fn.Spec) fn.Spec {
	if s.MemoryMB == 0 {
		s.MemoryMB = 512
	}
	if s.Timeout == 0 {
		s.Timeout = 10 * time.Second
	}
	if s.RateClass != "" {
		return s
	}
	switch {
	case s.Trigger.Kind != fn.TriggerHTTP || s.Public():
		s.RateClass = fn.RateNone
	case s.Trigger.Method == "GET":
		s.RateClass = fn.RateRead
	default:
		s.RateClass = fn.RateWrite
	}
	return s
}
