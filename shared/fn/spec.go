package fn

import (
	"time"

	"guardrails/shared/authz"
)

// Spec describes one function: what triggers it, who may call it and what it may touch.
type Spec struct {
	// Name is unique, kebab case, and is what GUARDRAILS_FUNCTION names.
	Name string
	// Context is the bounded context, a folder under functions/.
	Context string
	// Summary is one line for OpenAPI and `guardrails functions`.
	Summary string
	Trigger Trigger
	// Permission is what the caller needs; empty for public routes and for everything that is not a route.
	Permission authz.Permission
	RateClass  RateClass
	MemoryMB   int
	Timeout    time.Duration
	// MaxBody is the largest request body in bytes; 0 means 1 MiB.
	MaxBody int64
	// Lines says that the body is NDJSON: In's Body is a list, of what each line is.
	Lines bool
	// Statuses are the error statuses a route may answer beside those its shape implies (see Spec.ErrorStatuses).
	Statuses []int
	Access   Access
}

// TriggerKind says what invokes a function.
type TriggerKind string

// The triggers. TriggerAuthorizer is API Gateway asking who the caller is; TriggerDeployment is CodeDeploy asking whether
// a new version may have traffic.
const (
	TriggerHTTP       TriggerKind = "http"
	TriggerQueue      TriggerKind = "queue"
	TriggerStream     TriggerKind = "stream"
	TriggerSchedule   TriggerKind = "schedule"
	TriggerAuthorizer TriggerKind = "authorizer"
	TriggerDeployment TriggerKind = "deployment"
)

// Trigger is what invokes a function. Use HTTP, Queue, Stream, Every, Authorizer or Deployment to make one.
type Trigger struct {
	Kind TriggerKind
	// Method and Path are set for HTTP; Path has parameters in braces: /api/v1/jobs/{id}.
	Method, Path string
	// Source is the queue's or the table's logical name.
	Source string
	// BatchSize and Window bound a batch of a queue or stream.
	BatchSize int
	Window    time.Duration
	// Every is the period of a schedule.
	Every time.Duration
}

// HTTP is a route.
func HTTP(method, path string) Trigger { return Trigger{Kind: TriggerHTTP, Method: method, Path: path} }

// Queue is an SQS event source mapping with partial batch answers.
func Queue(name string, batch int, window time.Duration) Trigger {
	return Trigger{Kind: TriggerQueue, Source: name, BatchSize: batch, Window: window}
}

// Stream is a DynamoDB stream event source mapping with partial batch answers and bisection on error.
func Stream(table string, batch int, window time.Duration) Trigger {
	return Trigger{Kind: TriggerStream, Source: table, BatchSize: batch, Window: window}
}

// Every is a schedule with a fixed rate.
func Every(d time.Duration) Trigger { return Trigger{Kind: TriggerSchedule, Every: d} }

// Authorizer is the API's REQUEST authorizer.
func Authorizer() Trigger { return Trigger{Kind: TriggerAuthorizer} }

// Deployment is the hook before each deployment's traffic.
func Deployment() Trigger { return Trigger{Kind: TriggerDeployment} }

// RateClass selects the limits that a request counts against.
type RateClass string

// RateNone is for routes without credentials, which the gateway and WAF bound. RateLegacyAnalyze is the older
// API's analyze route, whose keys have 100 requests a minute unless they carry their own limit.
const (
	RateNone          RateClass = "none"
	RateRead          RateClass = "read"
	RateWrite         RateClass = "write"
	RateAnalyze       RateClass = "analyze"
	RateLegacyAnalyze RateClass = "legacy_analyze"
)

// Mode is what a function may do with a table, bucket or queue.
type Mode uint8

// The modes. Append is PutItem alone, Send is SendMessage alone.
const (
	Read Mode = 1 << iota
	Write
	Append
	Send
	ReadWrite = Read | Write
)

// Access is everything a function may touch, by logical name.
type Access struct {
	Tables  map[string]Mode
	Queues  map[string]Mode
	Buckets map[string]Mode
	Secrets []string
	// DataKeys allows unwrapping and making tenants' data keys (KMS).
	DataKeys bool
	// CustomerRoles allows taking up, for one tenant, roles that customers made for it in accounts of their own (STS).
	CustomerRoles bool
	// Mail allows sending mail from the installation's address (SES).
	Mail bool
}

// Public reports whether the route answers without credentials.
func (s Spec) Public() bool { return s.Trigger.Kind == TriggerHTTP && s.Permission == "" }

// Promise is how soon a route answers a request with a body of so many bytes. Later answers count as slow in the service's
// objectives. Writes of configuration wait until every function sees them; a MiB to be analyzed takes a second more.
func (s Spec) Promise(body int) time.Duration {
	size := time.Duration(body) * time.Second >> 20
	switch s.RateClass {
	case RateAnalyze, RateLegacyAnalyze:
		return 500*time.Millisecond + size
	case RateWrite:
		return 3*time.Second + size
	case RateNone, RateRead:
	}
	return time.Second
}
