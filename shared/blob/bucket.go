package blob

// The buckets' logical names; the physical name is "guardrails-<env>-<account>-<name>".
const (
	// Content holds sealed job inputs, results and replayed answers; objects expire after 30 days.
	Content = "content"
	// Uploads holds what callers upload with presigned URLs; objects expire after 2 days.
	Uploads = "uploads"
)

// Bucket is a bucket as infra creates it: private, encrypted, TLS only.
type Bucket struct {
	Name string
	// ExpireDays is after how many days objects are deleted.
	ExpireDays int
}

// Buckets lists every bucket.
func Buckets() []Bucket {
	return []Bucket{{Name: Content, ExpireDays: 30}, {Name: Uploads, ExpireDays: 2}}
}
