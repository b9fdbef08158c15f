package blob

// The buckets' logical names; the physical name is "guardrails-<env>-<account>-<name>".
const (
	// Content holds sealed job inputs, results and replayed answers; objects expire after 30 days.
	Content = "content"
	// Uploads holds what callers upload with presigned URLs; objects expire after 2 days.
	Uploads = "uploads"
	// Audit is for exports of tenants' audit logs. Nobody deletes or overwrites what is in it before its retention ends:
	// S3 Object Lock. No function has access yet.
	Audit = "audit"
)

// Bucket is a bucket as infra creates it: private, encrypted, TLS only.
type Bucket struct {
	Name string
	// ExpireDays is after how many days objects are deleted; zero means never.
	ExpireDays int
	// Locked says that each version of an object is kept for the environment's retention, whoever wants to delete it.
	Locked bool
}

// Buckets lists every bucket.
func Buckets() []Bucket {
	return []Bucket{{Name: Content, ExpireDays: 30}, {Name: Uploads, ExpireDays: 2}, {Name: Audit, Locked: true}}
}
