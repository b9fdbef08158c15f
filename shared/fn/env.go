package fn

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsclient "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/awshttp"
	"guardrails/shared/blob"
	"guardrails/shared/clock"
	"guardrails/shared/cursor"
	"guardrails/shared/destination"
	"guardrails/shared/id"
	"guardrails/shared/outage"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/seal"
	"guardrails/shared/secret"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
	"guardrails/shared/tenantrole"
)

// Config is what a process knows before it builds functions.
type Config struct {
	// Environment is part of every physical name: "dev", "staging", "prod", "local".
	Environment string
	// Account is the AWS account's number, part of bucket names; empty for a local run.
	Account string
	AWS     aws.Config
	// TenantRole is the ARN of the role that is taken up for each tenant's data; empty where the process's own
	// credentials serve, as in a local run.
	TenantRole string
	Clock      clock.Clock
	// Log receives JSON lines: logs and metrics.
	Log io.Writer
	// ConfigTTL is how long a function serves tenants' configuration from memory; writes of configuration answer only
	// after that long, so that whoever has the answer sees the change everywhere.
	ConfigTTL time.Duration
	// LimitPatience is how long a request waits for the limits' store; 0 means limit.Patience.
	LimitPatience time.Duration
	// StorePatience is how long a try of a call waits for its answer to begin; 0 means what fits into a request.
	StorePatience time.Duration
	// Version is the release, shown by the health routes.
	Version string
	// Registry sums up the metrics of all functions of the process, Traces takes their spans; either may be nil.
	Registry *telemetry.Registry
	Traces   *telemetry.Tracing
	// Destinations are what addresses may be that tenants name; anything but the zero value is for a developer's machine.
	// DestinationRoots are whom the certificates of receivers must come from; nil means the system's.
	Destinations     destination.Rules
	DestinationRoots *x509.CertPool
	// MailFrom is the address that mails come from; without it there are none. SMTP is the mail server, host:port; empty
	// means SES.
	MailFrom, SMTP string
}

// DefaultConfigTTL is how stale tenants' configuration may be.
const DefaultConfigTTL = time.Second

// LoadConfig reads the process's configuration; lookup is os.Getenv in mains.
func LoadConfig(ctx context.Context, lookup func(string) string, log io.Writer) (Config, error) {
	cfg, err := LoadAWS(ctx)
	if err != nil {
		return Config{}, err
	}
	env := lookup("GUARDRAILS_ENV")
	if env == "" {
		return Config{}, errors.New("GUARDRAILS_ENV is not set: it names the environment whose tables and queues are used")
	}
	c := Config{Environment: env, Account: lookup("GUARDRAILS_ACCOUNT"), AWS: cfg, TenantRole: lookup("GUARDRAILS_TENANT_ROLE"), Clock: clock.System(), Log: log, ConfigTTL: DefaultConfigTTL, Version: Version, Registry: telemetry.NewRegistry()}
	if c.Traces, err = LoadTracing(lookup, env, telemetry.NewLogger(log, "traces")); err != nil {
		return Config{}, err
	}
	c.MailFrom, c.SMTP = lookup("GUARDRAILS_MAIL_FROM"), lookup("GUARDRAILS_SMTP")
	if s := lookup("GUARDRAILS_CONFIG_TTL"); s != "" {
		if c.ConfigTTL, err = time.ParseDuration(s); err != nil {
			return Config{}, fmt.Errorf("GUARDRAILS_CONFIG_TTL: %w", err)
		}
	}
	return c, nil
}

// Version is the release of the product.
const Version = "3.0.0-dev"

const (
	// callPatience is how long a request waits for a store at each of its requestAttempts, objectPatience how long for the
	// object store, which is slower. A store that hangs then costs a request some three seconds, and not all the time that its
	// function has. What nobody waits for has twice the patience, and the configuration's own number of attempts.
	callPatience    = 1500 * time.Millisecond
	objectPatience  = 2 * time.Second
	requestAttempts = 2
)

// patient returns the settings of an SDK client of this function: a limit for each try, and how often to try.
func (e *Env) patient(limit time.Duration) (client func(aws.HTTPClient) aws.HTTPClient, retryer func(aws.Retryer) aws.Retryer) {
	waited := e.Spec.Trigger.Kind == TriggerHTTP || e.Spec.Trigger.Kind == TriggerAuthorizer
	if !waited {
		limit *= 2
	}
	limit = cmp.Or(e.Config.StorePatience, limit)
	client = func(next aws.HTTPClient) aws.HTTPClient { return awshttp.Within(next, limit) }
	retryer = func(r aws.Retryer) aws.Retryer {
		if waited {
			return retry.AddWithMaxAttempts(r, requestAttempts)
		}
		return r
	}
	return client, retryer
}

// LoadAWS loads the SDK's configuration from the environment (AWS_ENDPOINT_URL included), with a retry policy of three
// attempts, at most 200 ms apart. The limits of each attempt are the functions' own.
func LoadAWS(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 3
			o.MaxBackoff = 200 * time.Millisecond
		})
	}))
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	cfg.HTTPClient = &http.Client{Transport: awshttp.New(128, false, trusted(cfg))}
	return cfg, nil
}

// trusted are the roots that AWS_CA_BUNDLE names, which the SDK reads into a client of its own kind alone; nil without.
func trusted(cfg aws.Config) *x509.CertPool {
	sdk, ok := cfg.HTTPClient.(*awsclient.BuildableClient)
	if !ok || sdk.GetTransport().TLSClientConfig == nil {
		return nil
	}
	return sdk.GetTransport().TLSClientConfig.RootCAs
}

// Env is what one function may use. A table, queue, bucket or secret that the Spec did not declare is refused: asking
// for it while the function is built makes Build fail, and a use in an undeclared way fails at the call.
type Env struct {
	Spec    Spec
	Config  Config
	Clock   clock.Clock
	IDs     *id.Generator
	Log     *slog.Logger
	Metrics *telemetry.Metrics

	tracer trace.Tracer
	warm   atomic.Bool
	grants Access
	errs   []error

	roles   *tenantrole.Roles
	dynamo  *dynamodb.Client
	secrets *secret.Reader
	keys    *seal.Keys
}

// NewEnv returns what spec may use. Build makes one for each function; programs that are none, like the set-up of a
// local environment, make their own and look at Err.
func NewEnv(spec Spec, cfg Config) *Env {
	tracer := cfg.Traces.Tracer(spec.Name, spec.Context)
	if cfg.Traces != nil {
		cfg.AWS = traceCalls(cfg.AWS, tracer)
	}
	return &Env{
		Spec: spec, Config: cfg, Clock: cfg.Clock, IDs: id.NewGenerator(cfg.Clock, nil),
		Log: telemetry.NewLogger(cfg.Log, spec.Name), Metrics: telemetry.NewMetrics(cfg.Log, spec.Name, cfg.Clock, cfg.Registry),
		tracer: tracer, grants: spec.Grants(), roles: tenantrole.New(sts.NewFromConfig(cfg.AWS), cfg.TenantRole),
	}
}

// Err joins what was asked for and not declared.
func (e *Env) Err() error { return errors.Join(e.errs...) }

// refuse notes that the function asked for something it did not declare.
func (e *Env) refuse(kind, name string) {
	e.errs = append(e.errs, fmt.Errorf("function %s uses the %s %q, which its entry in the catalogue does not declare", e.Spec.Name, kind, name))
}

func (e *Env) db() *dynamodb.Client {
	if e.dynamo == nil {
		client, retryer := e.patient(callPatience)
		e.dynamo = dynamodb.NewFromConfig(e.Config.AWS, func(o *dynamodb.Options) { o.HTTPClient, o.Retryer = client(o.HTTPClient), retryer(o.Retryer) })
	}
	return e.dynamo
}

func tableAccess(m Mode) table.Access {
	return table.Access{Read: m&Read != 0, Write: m&Write != 0, Append: m&Append != 0}
}

// Table returns a declared table.
func (e *Env) Table(name string) *table.Table {
	mode := e.grants.Tables[name]
	if mode == 0 || name == table.Directory {
		e.refuse("table", name)
	}
	return table.New(e.db(), resource.Table(e.Config.Environment, name), tableAccess(mode), e.roles)
}

// Directory returns the directory table, if declared.
func (e *Env) Directory() *table.DirectoryTable {
	mode := e.grants.Tables[table.Directory]
	if mode == 0 {
		e.refuse("table", table.Directory)
	}
	return table.NewDirectory(e.db(), resource.Table(e.Config.Environment, table.Directory), tableAccess(mode))
}

// Queue returns a declared queue.
func (e *Env) Queue(name string) *queue.Queue {
	mode := e.grants.Queues[name]
	if mode == 0 {
		e.refuse("queue", name)
	}
	client, retryer := e.patient(callPatience)
	api := sqs.NewFromConfig(e.Config.AWS, func(o *sqs.Options) {
		// TLS protects messages on their way; a second MD5 of each costs more than it finds.
		o.DisableMessageChecksumValidation = true
		o.HTTPClient, o.Retryer = client(o.HTTPClient), retryer(o.Retryer)
	})
	return queue.New(api, resource.Queue(e.Config.Environment, name), queue.Access{Send: mode&Send != 0, Inspect: mode&Read != 0})
}

// Outbox returns the writer of events; the function declares that it appends to the events table.
func (e *Env) Outbox() *outbox.Outbox {
	return outbox.New(e.Table(table.Events), e.Queue(queue.Events), e.IDs, e.Clock, func(ctx context.Context, err error) {
		e.Metrics.Count(telemetry.EventsNotAnnounced, 1)
		e.Log.WarnContext(ctx, "events not announced, left to the stream", "error", err.Error())
	})
}

// Bucket returns a declared bucket.
func (e *Env) Bucket(name string) *blob.Store {
	mode := e.grants.Buckets[name]
	if mode == 0 {
		e.refuse("bucket", name)
	}
	var keys *seal.Keys
	if e.grants.DataKeys {
		keys = e.Keys()
	}
	client, retryer := e.patient(objectPatience)
	api := s3.NewFromConfig(e.Config.AWS, func(o *s3.Options) {
		o.UsePathStyle = e.Config.AWS.BaseEndpoint != nil
		o.HTTPClient, o.Retryer = client(o.HTTPClient), retryer(o.Retryer)
	})
	access := blob.Access{Read: mode&Read != 0, Write: mode&Write != 0}
	return blob.New(api, resource.Bucket(e.Config.Environment, e.Config.Account, name), access, keys, e.roles)
}

// Secrets returns a reader of the declared secrets.
func (e *Env) Secrets() *secret.Reader {
	if len(e.grants.Secrets) == 0 {
		e.refuse("secrets", "any")
	}
	if e.secrets == nil {
		client, retryer := e.patient(callPatience)
		api := secretsmanager.NewFromConfig(e.Config.AWS, func(o *secretsmanager.Options) { o.HTTPClient, o.Retryer = client(o.HTTPClient), retryer(o.Retryer) })
		e.secrets = secret.NewReader(api, e.grants.Secrets, func(n string) string { return resource.Secret(e.Config.Environment, n) }, e.Clock)
	}
	return e.secrets
}

// Keys returns the tenants' data keys, if declared.
func (e *Env) Keys() *seal.Keys {
	if !e.grants.DataKeys {
		e.refuse("key", "data keys")
	}
	if e.keys == nil {
		client, retryer := e.patient(callPatience)
		api := kms.NewFromConfig(e.Config.AWS, func(o *kms.Options) { o.HTTPClient, o.Retryer = client(o.HTTPClient), retryer(o.Retryer) })
		e.keys = seal.NewKeys(api, resource.KeyAlias(e.Config.Environment), e.Table(table.Tenants), e.Clock, e.roles)
	}
	return e.keys
}

// TenantSessions returns whose credentials take up customers' roles: those of the tenant's own session, which may do so for
// that tenant alone. They are nil where the process's own serve. The function declares CustomerRoles.
func (e *Env) TenantSessions() func(tenant.Scope) aws.CredentialsProvider {
	if !e.grants.CustomerRoles {
		e.refuse("roles", "customers'")
	}
	return func(s tenant.Scope) aws.CredentialsProvider { return e.roles.For(s, tenant.Scope{}) }
}

// MailFrom returns the address that mails come from, "" if the installation sends none. The function declares Mail.
func (e *Env) MailFrom() string {
	if !e.grants.Mail {
		e.refuse("service", "mail")
	}
	return e.Config.MailFrom
}

// Cursors returns the codec of list cursors; the function declares secret.Cursor.
func (e *Env) Cursors() *cursor.Codec { return cursor.NewCodec(e.Secrets()) }

// countRefusal counts a failure that a service's refusal caused: no outage, but a defect of ours that an alarm tells.
func (e *Env) countRefusal(err error) {
	if errors.Is(err, outage.ErrRefused) {
		e.Metrics.Count(telemetry.ServiceRefused, 1)
	}
}

// Settle waits until a change of a tenant's configuration that has just been committed is seen by every function.
// It returns early when ctx ends: the change stands.
func (e *Env) Settle(ctx context.Context) {
	_ = clock.Pause(ctx, e.Config.ConfigTTL) // the change is committed
}
