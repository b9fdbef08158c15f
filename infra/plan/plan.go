package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"guardrails/shared/fn"
	"guardrails/shared/resource"
)

// Plan is one environment.
type Plan struct {
	Env string
	// Account is part of bucket names; empty for a local run.
	Account string
	// MailFrom is the address that mails come from; without it nothing may send mail.
	MailFrom string
	// Resources is what is stateful: tables, queues, buckets, secrets, the key.
	Resources resource.Set
	// Functions lists every function in the catalogue's order.
	Functions []Function
	// Authorizer is the name of the function that the API asks who the caller is; empty if there is none.
	Authorizer string
	// Gate is the name of the function that deployments ask before they move traffic; empty if there is none.
	Gate      string
	Routes    []Route
	Mappings  []Mapping
	Schedules []Schedule
}

// Function is one function: its description and its physical names.
type Function struct {
	Spec     fn.Spec
	Physical string
	// Role is what it runs with, TenantRole what it takes up for a tenant (see Grants).
	Role, TenantRole string
	LogGroup         string
	// Application and Group are what CodeDeploy calls its context and itself. A group's name is short: the gate's policies
	// list them all.
	Application, Group string
	// Lost is the physical name of the queue that gets the events which failed too often; streams and schedules have
	// one, a queue has its own.
	Lost string
}

// Route joins a method and a path with a function.
type Route struct {
	Method string
	// Path has parameters in braces: /api/v1/jobs/{id}.
	Path     string
	Function string
	// Public says that the authorizer is not asked.
	Public bool
	// BodyLimit is the largest body that the function takes, 0 where it takes none.
	BodyLimit int64
}

// Mapping is an event source mapping: a queue or a table's stream that feeds a function, with partial batch answers.
type Mapping struct {
	Function string
	Kind     fn.TriggerKind
	// Source is the queue's or table's logical name, Physical its physical one.
	Source   string
	Physical string
	// BatchSize and Window bound a batch; a queue without window has at most 10 messages.
	BatchSize int
	Window    time.Duration
	// Concurrency is how many batches of a queue are worked on at once.
	Concurrency int
	// Retries is how often a stream's record is tried again before it is given up; batches are bisected on errors.
	Retries int
}

// Schedule invokes a function at a fixed rate.
type Schedule struct {
	Function string
	// Physical is the rule's name.
	Physical string
	Every    time.Duration
}

// LiveAlias is the alias of each function that triggers invoke; a deployment moves it to the new version.
const LiveAlias = "live"

const (
	// leastConcurrency is the least that SQS's scaling configuration accepts.
	leastConcurrency = 2
	// streamRetries, with the pause between tries growing to half a minute, gives an outage about a quarter of an hour.
	streamRetries = 40
)

// New plans an environment. The account is part of bucket names and empty for a local run. The error names every
// fault of the catalogue: repeated names or routes, unknown sources, more than one authorizer or gate, a visibility timeout
// shorter than six times the consumer's timeout.
func New(env, account string, specs []fn.Spec) (Plan, error) {
	p := Plan{Env: env, Account: account, Resources: resource.Of(env, account)}
	for _, s := range specs {
		f := function(env, s)
		if f.Lost != "" {
			p.Resources.Queues = append(p.Resources.Queues, resource.DeadLetter(env, lostQueue(s)))
		}
		p.Functions = append(p.Functions, f)
		p.trigger(s)
	}
	return p, p.check()
}

func function(env string, s fn.Spec) Function {
	physical := resource.Function(env, s.Name)
	f := Function{
		Spec: s, Physical: physical, Role: physical, TenantRole: physical + "-tenant", LogGroup: "/aws/lambda/" + physical,
		Application: Application(env, s.Context), Group: s.Name,
	}
	if k := s.Trigger.Kind; k == fn.TriggerStream || k == fn.TriggerSchedule {
		f.Lost = resource.Queue(env, lostQueue(s))
	}
	return f
}

// Application is what CodeDeploy calls a context.
func Application(env, context string) string { return resource.Function(env, context) }

// lostQueue is the logical name of the queue for a function's lost events.
func lostQueue(s fn.Spec) string { return s.Name + "-lost" }

func (p *Plan) trigger(s fn.Spec) {
	t := s.Trigger
	switch t.Kind {
	case fn.TriggerHTTP:
		r := Route{Method: t.Method, Path: t.Path, Function: s.Name, Public: s.Public()}
		if s.HasBody() {
			r.BodyLimit = s.BodyLimit()
		}
		p.Routes = append(p.Routes, r)
	case fn.TriggerQueue:
		q, _ := p.queue(t.Source) // the check finds those that do not exist
		p.Mappings = append(p.Mappings, Mapping{
			Function: s.Name, Kind: t.Kind, Source: t.Source, Physical: resource.Queue(p.Env, t.Source),
			BatchSize: t.BatchSize, Window: t.Window, Concurrency: max(q.Concurrency, leastConcurrency),
		})
	case fn.TriggerStream:
		p.Mappings = append(p.Mappings, Mapping{
			Function: s.Name, Kind: t.Kind, Source: t.Source, Physical: resource.Table(p.Env, t.Source),
			BatchSize: t.BatchSize, Window: t.Window, Concurrency: 1, Retries: streamRetries,
		})
	case fn.TriggerSchedule:
		p.Schedules = append(p.Schedules, Schedule{Function: s.Name, Physical: resource.Function(p.Env, s.Name), Every: t.Every})
	case fn.TriggerAuthorizer:
		if p.Authorizer == "" {
			p.Authorizer = s.Name
		}
	case fn.TriggerDeployment:
		if p.Gate == "" {
			p.Gate = s.Name
		}
	}
}

func (p *Plan) check() error {
	return errors.Join(p.checkNames(), p.checkRoutes(), p.checkMappings(), p.checkAuthorizer(), p.checkGate())
}

func (p *Plan) checkNames() error {
	var errs []error
	seen := map[string]bool{}
	for _, f := range p.Functions {
		if seen[f.Spec.Name] {
			errs = append(errs, fmt.Errorf("function %s is listed twice", f.Spec.Name))
		}
		seen[f.Spec.Name] = true
	}
	return errors.Join(errs...)
}

// checkRoutes finds routes that the gateway could not tell apart: equal but for the names of parameters.
func (p *Plan) checkRoutes() error {
	var errs []error
	seen := map[string]string{}
	for _, r := range p.Routes {
		key := r.Method + " " + shape(r.Path)
		if other, ok := seen[key]; ok {
			errs = append(errs, fmt.Errorf("functions %s and %s have the same route", other, r.Function))
		}
		seen[key] = r.Function
	}
	return errors.Join(errs...)
}

func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, s := range parts {
		if strings.HasPrefix(s, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// mostReaders is how many readers of a stream's shard DynamoDB serves well:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
const mostReaders = 2

func (p *Plan) checkMappings() error {
	var errs []error
	readers := map[string]int{}
	for _, m := range p.Mappings {
		errs = append(errs, p.checkMapping(m))
		if m.Kind != fn.TriggerStream {
			continue
		}
		if readers[m.Source]++; readers[m.Source] > mostReaders {
			errs = append(errs, fmt.Errorf("function %s is one reader too many of the stream of %s: %d are served", m.Function, m.Source, mostReaders))
		}
	}
	return errors.Join(errs...)
}

func (p *Plan) checkMapping(m Mapping) error {
	if m.Kind == fn.TriggerStream {
		if t, ok := p.table(m.Source); !ok || !t.Stream {
			return fmt.Errorf("function %s reads the stream of %s, which has none", m.Function, m.Source)
		}
		return nil
	}
	q, ok := p.queue(m.Source)
	if !ok {
		return fmt.Errorf("function %s reads the queue %s, which does not exist", m.Function, m.Source)
	}
	f, _ := p.Function(m.Function)
	if need := 6*f.Spec.Timeout + m.Window; q.Visibility < need {
		return fmt.Errorf("queue %s hides messages for %s; its consumer %s needs %s", m.Source, q.Visibility, m.Function, need)
	}
	return nil
}

func (p *Plan) checkAuthorizer() error {
	n := 0
	for _, f := range p.Functions {
		if f.Spec.Trigger.Kind == fn.TriggerAuthorizer {
			n++
		}
	}
	if n > 1 {
		return fmt.Errorf("the catalogue has %d authorizers", n)
	}
	for _, r := range p.Routes {
		if !r.Public && n == 0 {
			return fmt.Errorf("function %s needs an authorizer and the catalogue has none", r.Function)
		}
	}
	return nil
}

func (p *Plan) checkGate() error {
	n := 0
	for _, f := range p.Functions {
		if f.Spec.Trigger.Kind == fn.TriggerDeployment {
			n++
		}
	}
	if n > 1 {
		return fmt.Errorf("the catalogue has %d functions that deployments ask", n)
	}
	return nil
}

// Function returns a function by its name.
func (p *Plan) Function(name string) (Function, bool) {
	i := slices.IndexFunc(p.Functions, func(f Function) bool { return f.Spec.Name == name })
	if i < 0 {
		return Function{}, false
	}
	return p.Functions[i], true
}

func (p *Plan) table(name string) (resource.TableSpec, bool) {
	i := slices.IndexFunc(p.Resources.Tables, func(t resource.TableSpec) bool { return t.Name == name })
	if i < 0 {
		return resource.TableSpec{}, false
	}
	return p.Resources.Tables[i], true
}

func (p *Plan) queue(name string) (resource.QueueSpec, bool) {
	i := slices.IndexFunc(p.Resources.Queues, func(q resource.QueueSpec) bool { return q.Name == name })
	if i < 0 {
		return resource.QueueSpec{}, false
	}
	return p.Resources.Queues[i], true
}
