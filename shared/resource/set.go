package resource

import (
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/queue"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

// The attributes that every table has: its key, and the number of seconds since 1970 after which an item expires.
const (
	AttrPK  = "pk"
	AttrSK  = "sk"
	AttrTTL = "ttl"
)

// Set is everything stateful of one environment, with physical names and free of any output format.
type Set struct {
	Env     string
	Tables  []TableSpec
	Queues  []QueueSpec
	Buckets []BucketSpec
	Secrets []SecretSpec
	Key     KeySpec
}

// TableSpec is a table: string keys pk and sk, on demand, expiring by ttl; Stream says that new images are streamed.
type TableSpec struct {
	Name     string
	Physical string
	Stream   bool
	Indexes  []table.Index
}

// QueueSpec is a standard queue. Dead-letter queues are in the list too, each before the queue that names it.
type QueueSpec struct {
	Name       string
	Physical   string
	Visibility time.Duration
	// Retention is how long a message is kept: 4 days, in dead-letter queues 14.
	Retention time.Duration
	// DeadLetter is the physical name of the dead-letter queue and MaxReceive how many receives a message has before
	// it goes there. Both are zero for a dead-letter queue.
	DeadLetter string
	MaxReceive int
	// Concurrency is how many batches its consumer works on at once.
	Concurrency int
}

// BucketSpec is a private, encrypted bucket whose objects expire after ExpireDays, or never where that is zero. Locked
// says that it has S3 Object Lock, which can only be switched on when a bucket is made.
type BucketSpec struct {
	Name       string
	Physical   string
	ExpireDays int
	Locked     bool
}

// SecretSpec is a secret of 32 random bytes in base64, made once and never overwritten.
type SecretSpec struct {
	Name     string
	Physical string
}

// KeySpec is the environment's symmetric KMS key.
type KeySpec struct {
	Alias       string
	Description string
}

const (
	retention           = 4 * 24 * time.Hour
	deadLetterRetention = 14 * 24 * time.Hour
	// defaultVisibility is SQS's own; it only matters to people who look into a dead-letter queue.
	defaultVisibility = 30 * time.Second
)

// Of returns everything stateful of an environment. The account is part of bucket names; a local run has none.
func Of(env, account string) Set {
	return Set{
		Env:     env,
		Tables:  tables(env),
		Queues:  queues(env),
		Buckets: buckets(env, account),
		Secrets: secrets(env),
		Key:     KeySpec{Alias: KeyAlias(env), Description: "Guardrails " + env + ": tables, queues and tenants' data keys"},
	}
}

func tables(env string) []TableSpec {
	var out []TableSpec
	for _, s := range table.Schemas() {
		out = append(out, TableSpec{Name: s.Name, Physical: Table(env, s.Name), Stream: s.Stream, Indexes: s.Indexes})
	}
	return out
}

func queues(env string) []QueueSpec {
	var out []QueueSpec
	for _, d := range queue.Definitions() {
		dead := DeadLetter(env, queue.DLQ(d.Name))
		out = append(out, dead, QueueSpec{
			Name: d.Name, Physical: Queue(env, d.Name), Visibility: d.Visibility, Retention: retention,
			DeadLetter: dead.Physical, MaxReceive: d.MaxReceive, Concurrency: d.Concurrency,
		})
	}
	return out
}

// DeadLetter is a queue that keeps what others gave up until people have looked at it.
func DeadLetter(env, name string) QueueSpec {
	return QueueSpec{Name: name, Physical: Queue(env, name), Visibility: defaultVisibility, Retention: deadLetterRetention}
}

func buckets(env, account string) []BucketSpec {
	var out []BucketSpec
	for _, b := range blob.Buckets() {
		out = append(out, BucketSpec{Name: b.Name, Physical: Bucket(env, account, b.Name), ExpireDays: b.ExpireDays, Locked: b.Locked})
	}
	return out
}

func secrets(env string) []SecretSpec {
	var out []SecretSpec
	for _, name := range secret.Names() {
		out = append(out, SecretSpec{Name: name, Physical: Secret(env, name)})
	}
	return out
}

// Only returns the set with just the named tables and queues (with their dead-letter queues), and with no bucket,
// secret or key: what a test of one store needs. Names that the set lacks are ignored.
func (s Set) Only(names ...string) Set {
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
		want[queue.DLQ(n)] = true
	}
	out := Set{Env: s.Env}
	for _, t := range s.Tables {
		if want[t.Name] {
			out.Tables = append(out.Tables, t)
		}
	}
	for _, q := range s.Queues {
		if want[q.Name] {
			out.Queues = append(out.Queues, q)
		}
	}
	return out
}
