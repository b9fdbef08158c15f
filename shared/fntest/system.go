package fntest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/registry"
	"guardrails/shared/secret"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// environment is the process's one provisioned environment.
type environment struct {
	mu   sync.Mutex
	name string
}

var shared environment

func (e *environment) provisioned(t testing.TB) string {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.name == "" {
		name := awstest.Env(t)
		awstest.Provision(t, name)
		e.name = name
	}
	return e.name
}

// patience outlasts the slowest machine: what a test counts must not depend on it.
const patience = 30 * time.Second

// System is the functions of a catalogue on the process's environment, built when they are first called.
type System struct {
	// Config is what the functions are built with.
	Config fn.Config
	// Log is what they wrote: log lines and metrics.
	Log *Log
	// Spans are the spans of everything that they did.
	Spans *tracetest.InMemoryExporter

	line     *line
	specs    []fn.Spec
	bindings fn.Bindings
	canaries *canaries
	mu       sync.Mutex
	built    map[string]fn.Function
}

// New returns the functions that specs describe and bindings implement, on the wall clock.
func New(t testing.TB, specs []fn.Spec, bindings fn.Bindings) *System {
	t.Helper()
	return NewAt(t, specs, bindings, clock.System())
}

// NewAt is New on a clock of the test's own.
func NewAt(t testing.TB, specs []fn.Spec, bindings fn.Bindings, c clock.Clock) *System {
	t.Helper()
	log, cfg := &Log{}, awstest.Config(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("errors in the log:\n" + log.errors())
		}
	})
	line := &line{next: cfg.HTTPClient}
	cfg.HTTPClient, cfg.Retryer = line, retryer
	spans := tracetest.NewInMemoryExporter()
	s := &System{
		Config: fn.Config{
			Environment: shared.provisioned(t), AWS: cfg, Clock: c, Log: log, Version: fn.Version, MailFrom: "guardrails@example.com", LimitPatience: patience, StorePatience: patience,
			Registry: telemetry.NewRegistry(), Traces: telemetry.NewTracing(telemetry.Service{Version: fn.Version, Environment: "test", Ratio: 1}, sdktrace.NewSimpleSpanProcessor(spans)),
		},
		Log: log, Spans: spans, line: line, specs: specs, bindings: bindings, built: map[string]fn.Function{},
		canaries: &canaries{said: map[string]bool{}},
	}
	s.watch(t)
	return s
}

// retryer tries as often as functions do, without their pauses.
func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 10 * time.Millisecond })
}

// Function returns a function of the catalogue, built once.
func (s *System) Function(t testing.TB, name string) fn.Function {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.built[name]; ok {
		return f
	}
	for _, spec := range s.specs {
		if spec.Name != name {
			continue
		}
		f, err := fn.Build(spec, s.bindings, s.Config)
		if err != nil {
			t.Fatal(err)
		}
		s.built[name] = f
		return f
	}
	t.Fatalf("the catalogue has no function %q", name)
	return nil
}

// Spec returns the entry of the catalogue.
func (s *System) Spec(t testing.TB, name string) fn.Spec {
	t.Helper()
	for _, spec := range s.specs {
		if spec.Name == name {
			return spec
		}
	}
	t.Fatalf("the catalogue has no function %q", name)
	return fn.Spec{}
}

// Env returns what a test needs to prepare stores or look into them: every table, bucket, queue and secret.
func (s *System) Env() *fn.Env { return fn.NewEnv(everything(), s.Config) }

// Registry returns the tenants.
func (s *System) Registry() *registry.Registry {
	env := s.Env()
	return registry.At(registry.Stores{
		Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: env.Outbox(),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs, Keys: env.Keys(),
	})
}

// Keys returns the API keys.
func (s *System) Keys() *apikey.Store {
	env := s.Env()
	return apikey.At(apikey.Stores{
		Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: env.Outbox(),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs, Secrets: env.Secrets(),
	})
}

// Key makes a key of the tenant and returns its record and the key itself.
func (s *System) Key(t testing.TB, of Tenant, n apikey.New) (apikey.Record, string) {
	t.Helper()
	by := audit.Actor{Principal: Principal(t, of.As(authz.Admin))}
	r, key, err := s.Keys().Create(t.Context(), of.Scope(t), by, n)
	if err != nil {
		t.Fatal(fmt.Errorf("make a key: %w", err))
	}
	return r, key
}

// Cut makes every AWS service unreachable for this System until Mend. It is for Systems that one test alone uses.
func (s *System) Cut() { s.line.cut.Store(true) }

// Mend ends what Cut began.
func (s *System) Mend() { s.line.cut.Store(false) }

// Deafen loses the answers of AWS services to requests that hold a word: what they ask for is done, and nobody hears of
// it. An empty word ends that. It is for Systems that one test alone uses.
func (s *System) Deafen(word string) { s.line.deaf.Store(&word) }

// Tenant is a tenant that a test made.
type Tenant struct {
	registry.Tenant
	ids *id.Generator
}

// Tenant makes a fresh tenant of the standard profile.
func (s *System) Tenant(t testing.TB) Tenant {
	t.Helper()
	return s.NewTenant(t, registry.New{})
}

// NewTenant makes a fresh tenant; an empty name is replaced by one of its own.
func (s *System) NewTenant(t testing.TB, n registry.New) Tenant {
	t.Helper()
	ids := id.NewGenerator(clock.System(), nil)
	if n.Name == "" {
		n.Name = "Tenant " + ids.New(id.Request)
	}
	by := audit.Actor{Principal: Principal(t, Platform(ids.New(id.Tenant)))}
	made, err := s.Registry().Create(t.Context(), by, n)
	if err != nil {
		t.Fatal(fmt.Errorf("make a tenant: %w", err))
	}
	return Tenant{Tenant: made, ids: ids}
}

// PlatformTenant makes a tenant for platform administrators; its admin is Platform(tenant.ID).
func (s *System) PlatformTenant(t testing.TB) Tenant {
	t.Helper()
	return s.NewTenant(t, registry.New{Platform: true})
}

// Platform is the claims of a platform administrator whose own tenant has the id.
func Platform(tenantID string) authn.Claims {
	ids := id.NewGenerator(clock.System(), nil)
	return authn.Claims{
		ID: ids.New(id.Key), Tenant: tenantID, Role: authz.PlatformAdmin, Scopes: []string{"*"},
		Profile: tenant.ProfileStandard, State: tenant.StateActive, Plan: tenant.PlanEnterprise,
	}
}

// As is the claims of a new key of the tenant with a role and scopes; no scopes mean all that the role holds.
func (n Tenant) As(role authz.Role, scopes ...string) authn.Claims {
	if len(scopes) == 0 {
		scopes = []string{"*"}
	}
	return authn.Claims{
		ID: n.ids.New(id.Key), Tenant: n.ID, Role: role, Scopes: scopes, Profile: n.Profile, State: n.State, Plan: n.Plan,
		TenantRPS: n.RequestsPerSecond(),
	}
}

// Scope is the tenant's Scope.
func (n Tenant) Scope(t testing.TB) tenant.Scope {
	t.Helper()
	return Principal(t, n.As(authz.Admin)).Scope()
}

// Principal is the verified caller with these claims.
func Principal(t testing.TB, c authn.Claims) authn.Principal {
	t.Helper()
	p, err := authn.FromContext(c.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Log keeps what functions write. It is safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

var _ io.Writer = (*Log)(nil)

// Write keeps a line.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// String is all that was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// errors are the lines of failures.
func (l *Log) errors() string {
	var out strings.Builder
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			out.WriteString(line)
		}
	}
	return out.String()
}

// Decode reads JSON into a value of the test's type.
func Decode[T any](t testing.TB, b []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("decode %T: %v in %s", v, err, b)
	}
	return v
}

// Everything about access that a test may want.
func everything() fn.Spec {
	a := fn.Access{Tables: map[string]fn.Mode{}, Queues: map[string]fn.Mode{}, Buckets: map[string]fn.Mode{}, Secrets: secret.Names(), DataKeys: true}
	for _, s := range table.Schemas() {
		a.Tables[s.Name] = fn.ReadWrite
	}
	for _, q := range queueNames() {
		a.Queues[q] = fn.Send | fn.Read
	}
	for _, b := range bucketNames() {
		a.Buckets[b] = fn.ReadWrite
	}
	return fn.Spec{Name: "test", Context: "test", Trigger: fn.Every(0), Access: a}
}
