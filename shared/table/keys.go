package table

import "fmt"

// Key addresses one item of a tenant: the partition is "T#<tenant>" or "T#<tenant>#<Part>", the sort key is Sort.
// The second '#' matters: without it a prefix policy for acme would also cover acme2.
type Key struct {
	Part, Sort string
}

// Item types by table. A part groups what is listed together; sort keys are ids, so lists come in time order.
const (
	PartAnalyses = "ANL"
	PartJobs     = "JOB"
	PartUploads  = "UPL"
	PartTasks    = "TSK"
	PartPolicies = "POL"
	PartKeys     = "KEY"
	PartEvents   = "E"
	PartAudit    = "AUD"
	PartIdem     = "IDEM"
	PartTalks    = "TALK"

	PartRules        = "RULE"
	PartDestinations = "DEST"
	PartDeliveries   = "D"
	PartAttempts     = "ATT"
	PartControls     = "CTL"
	PartReplays      = "RPL"
	PartGiven        = "EID"
)

// TenantKey is the tenant's own item in Tenants.
func TenantKey() Key { return Key{Sort: "TENANT"} }

// DataKeyKey is version n of the tenant's wrapped data key in Tenants.
func DataKeyKey(n int) Key { return Key{Part: "DATAKEY", Sort: fmt.Sprintf("V#%06d", n)} }

// APIKeyKey is an API key's item in Tenants.
func APIKeyKey(id string) Key { return Key{Part: PartKeys, Sort: id} }

// AnalysisKey is an analysis record in Jobs.
func AnalysisKey(id string) Key { return Key{Part: PartAnalyses, Sort: id} }

// JobKey is a job's item in Jobs.
func JobKey(id string) Key { return Key{Part: PartJobs, Sort: id} }

// ChunkPart is the partition of a job's chunks in Jobs.
func ChunkPart(job string) string { return PartJobs + "#" + job }

// ChunkKey is chunk n of a job in Jobs.
func ChunkKey(job string, n int) Key {
	return Key{Part: ChunkPart(job), Sort: fmt.Sprintf("CHUNK#%06d", n)}
}

// UploadKey is an upload's item in Jobs.
func UploadKey(id string) Key { return Key{Part: PartUploads, Sort: id} }

// TaskKey is a task of the older API in Jobs.
func TaskKey(id string) Key { return Key{Part: PartTasks, Sort: id} }

// PolicyKey is a policy's current version in Policies.
func PolicyKey(id string) Key { return Key{Part: PartPolicies, Sort: id} }

// PolicyVersionPart is the partition of a policy's versions in Policies.
func PolicyVersionPart(id string) string { return PartPolicies + "#" + id }

// PolicyVersionKey is version n of a policy in Policies.
func PolicyVersionKey(id string, n int) Key {
	return Key{Part: PolicyVersionPart(id), Sort: fmt.Sprintf("V#%06d", n)}
}

// PolicyPartKey is part i, from 1, of a long version n of a policy in Policies.
func PolicyPartKey(id string, n, i int) Key {
	return Key{Part: PartPolicies + "PART#" + id, Sort: fmt.Sprintf("V#%06d#%02d", n, i)}
}

// PolicyStateKey is the tenant's policy state in Policies: which version of the set is current.
func PolicyStateKey() Key { return Key{Part: "POLSTATE", Sort: "CURRENT"} }

// PartEventTypes has a tenant's event types by name, PartEventTypeList the same rows by when they were made.
const (
	PartEventTypes    = "EVT"
	PartEventTypeList = "EVTLIST"
)

// EventTypeKey is a tenant's own event type in Policies.
func EventTypeKey(name string) Key { return Key{Part: PartEventTypes, Sort: name} }

// EventTypeListKey is an event type's place in the list of them in Policies; created is in Unix milliseconds.
func EventTypeListKey(created int64, name string) Key {
	return Key{Part: PartEventTypeList, Sort: fmt.Sprintf("%013d#%s", created, name)}
}

// EventTypeStateKey is the tenant's state of event types in Policies: how many there are and which version of them all
// is current.
func EventTypeStateKey() Key { return Key{Part: "EVTSTATE", Sort: "CURRENT"} }

// EventKey is an event in Events.
func EventKey(id string) Key { return Key{Part: PartEvents, Sort: id} }

// AuditKey is an audit record in Audit.
func AuditKey(id string) Key { return Key{Part: PartAudit, Sort: id} }

// IdempotencyKey is the record of an idempotent request in Usage; digest is of principal and key.
func IdempotencyKey(digest string) Key { return Key{Part: PartIdem, Sort: digest} }

// ConversationKey holds the pseudonyms of a conversation in Usage; digest is of the conversation's id.
func ConversationKey(digest string) Key { return Key{Part: PartTalks, Sort: digest} }

// LimitKey is a limiter's item in Usage.
func LimitKey(policy string, shard int) Key {
	return Key{Part: "RL#" + policy, Sort: fmt.Sprintf("S#%03d", shard)}
}

// RuleKey is an observer rule's current version in Policies.
func RuleKey(id string) Key { return Key{Part: PartRules, Sort: id} }

// RuleVersionKey is version n of an observer rule in Policies: deliveries keep to the version that matched.
func RuleVersionKey(id string, n int) Key {
	return Key{Part: PartRules + "#" + id, Sort: fmt.Sprintf("V#%06d", n)}
}

// RuleStateKey is the tenant's set of rules in Policies: its version, and what changed last.
func RuleStateKey() Key { return Key{Part: "RULESTATE", Sort: "CURRENT"} }

// RuleHealthKey is what a rule has done so far, in Deliveries.
func RuleHealthKey(id string) Key { return Key{Part: "RULEHEALTH", Sort: id} }

// DestinationKey is a destination in Policies.
func DestinationKey(id string) Key { return Key{Part: PartDestinations, Sort: id} }

// DestinationStateKey counts the tenant's destinations in Policies.
func DestinationStateKey() Key { return Key{Part: "DESTSTATE", Sort: "CURRENT"} }

// RecipientCodeKey is the code that a recipient of a destination was sent, in Policies; digest is of the address.
func RecipientCodeKey(destination, digest string) Key {
	return Key{Part: "RCPTCODE#" + destination, Sort: digest}
}

// RecipientMailsKey counts the mails with codes of a day, to the address of a digest or, with "", in all, in Policies.
func RecipientMailsKey(day, digest string) Key {
	return Key{Part: "RCPTMAIL", Sort: day + "#" + digest}
}

// WebhookSecretKey is what signs the webhooks of the tenant's jobs and tasks, in Policies.
func WebhookSecretKey() Key { return Key{Part: "HOOKSECRET", Sort: "CURRENT"} }

// GivenKey leads from the id that a caller gave an event to the event's own, in Events.
func GivenKey(given string) Key { return Key{Part: PartGiven, Sort: given} }

// DeliveryPart is one of the partitions that a tenant's deliveries are spread over, in Deliveries.
func DeliveryPart(shard string) string { return PartDeliveries + "#" + shard }

// AttemptKey is an attempt of a delivery with its whole response, in Deliveries.
func AttemptKey(delivery string, n int) Key {
	return Key{Part: PartAttempts + "#" + delivery, Sort: fmt.Sprintf("A#%06d", n)}
}

// ControlKey is a destination's breaker and rate in Deliveries.
func ControlKey(destination string) Key { return Key{Part: PartControls, Sort: destination} }

// ReplayKey is a bulk replay in Deliveries.
func ReplayKey(id string) Key { return Key{Part: PartReplays, Sort: id} }

// PressureKey is how late the tenant's deliveries are, in Deliveries.
func PressureKey() Key { return Key{Part: "PRESSURE", Sort: "CURRENT"} }

// ReconcileKey is how far the tenant's events have been compared with their deliveries, in Deliveries.
func ReconcileKey() Key { return Key{Part: "RECONCILE", Sort: "CURRENT"} }

// CursorKey is how far a destination has come that wants its events in order, in Deliveries.
func CursorKey(destination string) Key { return Key{Part: "CURSOR", Sort: destination} }
