package table

// Schema is a table as infra creates it. Every table has the string keys pk and sk, is on demand, encrypted with the
// platform's key and expires items by the number attribute ttl (seconds since 1970).
type Schema struct {
	// Name is the logical name; the physical one is "guardrails-<env>-<name>".
	Name string
	// Stream says that new images are streamed.
	Stream  bool
	Indexes []Index
}

// Index is a global secondary index with string keys.
type Index struct {
	Name         string
	PK, SK       string
	KeysOnly     bool
	SortIsNumber bool
	// CrossTenant marks the few indexes whose partition key is not a tenant's: only system jobs read them, keys only.
	CrossTenant bool
}

// The tables' logical names.
const (
	Tenants  = "tenants"  // tenants, their keys' metadata, data keys
	Policies = "policies" // policies, observer rules, destinations, and their versions
	Jobs     = "jobs"     // jobs, chunks, uploads, tasks, analyses
	Events   = "events"   // events: the outbox
	// Deliveries holds deliveries, the breakers of destinations and what is due.
	Deliveries = "deliveries"
	Usage      = "usage"     // limiter items, idempotency records, counters
	Audit      = "audit"     // audit records
	Directory  = "directory" // look-ups that come before a tenant is known: API keys, slugs
)

// The indexes. IndexDue lists what is unfinished by the time at which a schedule should look at it. IndexState lists a
// tenant's deliveries that went another way than the usual one, by their status.
const (
	IndexDue   = "due"
	IndexState = "state"
)

// due is the index of unfinished items.
func due() Index {
	return Index{Name: IndexDue, PK: "due_shard", SK: "due_at", SortIsNumber: true, KeysOnly: true, CrossTenant: true}
}

// Schemas lists every table.
func Schemas() []Schema {
	return []Schema{
		{Name: Tenants},
		{Name: Policies},
		{Name: Jobs, Indexes: []Index{due()}},
		{Name: Events, Stream: true},
		{Name: Deliveries, Indexes: []Index{due(), {Name: IndexState, PK: StatePartition, SK: "sk"}}},
		{Name: Usage},
		{Name: Audit},
		{Name: Directory},
	}
}
