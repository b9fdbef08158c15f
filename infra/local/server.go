package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"guardrails/infra/local/gateway"
	"guardrails/infra/local/invoke"
	"guardrails/infra/local/trigger"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
)

const (
	readHeaderWithin = 5 * time.Second
	readWithin       = 30 * time.Second
	// writeWithin covers the longest function, 30 s by API Gateway's limit, and its answer's way back.
	writeWithin = 60 * time.Second
	idleWithin  = 75 * time.Second
	// firstSchedule is the pause before schedules run for the first time.
	firstSchedule = time.Second
	streamBackoff = 100 * time.Millisecond
	// pollers is how many batches of a queue one machine works on at once: what a region does would crowd out requests here.
	pollers = 3
	// attempts and attemptBackoff bound a function's call of AWS.
	attempts       = 3
	attemptBackoff = 200 * time.Millisecond
)

// requestConfig is the configuration for functions. How long each attempt may take they say themselves.
func requestConfig(cfg aws.Config) aws.Config {
	out := cfg.Copy()
	if client, ok := cfg.HTTPClient.(*http.Client); ok {
		out.HTTPClient = &http.Client{Transport: client.Transport}
	}
	out.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, attemptBackoff })
	}
	return out
}

// source is a trigger: it delivers until ctx ends, under work, and returns when it is done.
type source interface {
	Run(ctx, work context.Context)
}

// server is the gateway with all triggers.
type server struct {
	http    *http.Server
	sources []source
	running sync.WaitGroup
	// stopSources ends polling, stopWork what is still in flight.
	stopSources, stopWork context.CancelFunc
}

func (h *host) newServer(functions map[string]fn.Function) (*server, error) {
	targets := map[string]*invoke.Target{}
	for _, f := range h.plan.Functions {
		targets[f.Spec.Name] = &invoke.Target{
			Name: f.Spec.Name, Physical: f.Physical, Region: h.region, Account: h.account,
			Timeout: f.Spec.Timeout, Function: functions[f.Spec.Name], Log: h.cfg.Log,
		}
	}
	points, err := trigger.OpenCheckpoints(h.checkpoints())
	if err != nil {
		return nil, err
	}
	return &server{http: h.httpServer(targets), sources: h.sources(targets, points)}, nil
}

// checkpoints is the file that says how far streams were read; without a data folder it is none.
func (h *host) checkpoints() string {
	if h.data == nil {
		return ""
	}
	return h.data.path("streams.json")
}

func (h *host) httpServer(targets map[string]*invoke.Target) *http.Server {
	var routes []gateway.Route
	for _, r := range h.plan.Routes {
		routes = append(routes, gateway.Route{Method: r.Method, Path: r.Path, Public: r.Public, BodyLimit: r.BodyLimit, Target: targets[r.Function]})
	}
	return &http.Server{
		Handler: gateway.New(gateway.Config{
			Routes: routes, Authorizer: targets[h.plan.Authorizer], Proxies: h.proxies, Registry: h.cfg.Registry, Clock: h.clock, IDs: h.ids, Log: h.cfg.Log,
		}),
		ReadHeaderTimeout: readHeaderWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      writeWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    h.maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), // its lines may quote a request
	}
}

func (h *host) sources(targets map[string]*invoke.Target, points *trigger.Checkpoints) []source {
	var out []source
	for _, m := range h.plan.Mappings {
		out = append(out, h.mapping(m, targets[m.Function], points))
	}
	for _, s := range h.plan.Schedules {
		out = append(out, &trigger.Schedule{
			Rule: s.Physical, Every: s.Every, First: firstSchedule, Target: targets[s.Function], Clock: h.clock, IDs: h.ids, Log: h.cfg.Log,
		})
	}
	return out
}

func (h *host) mapping(m plan.Mapping, target *invoke.Target, points *trigger.Checkpoints) source {
	if m.Kind == fn.TriggerQueue {
		return &trigger.Queue{
			AWS: h.poll, Name: m.Physical, BatchSize: m.BatchSize, Window: m.Window, Wait: h.wait,
			Concurrency: min(m.Concurrency, pollers), Pace: h.pace, Target: target, IDs: h.ids, Log: h.cfg.Log,
		}
	}
	return &trigger.Stream{
		AWS: h.poll, Table: m.Physical,
		BatchSize: m.BatchSize, Window: m.Window, Retries: m.Retries, Backoff: streamBackoff,
		Target: target, Checkpoints: points, Epoch: h.epoch, IDs: h.ids, Log: h.cfg.Log,
	}
}

// run starts everything; the channel gets the server's error if it ends by itself.
func (s *server) run(ctx context.Context, l net.Listener) <-chan error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	poll, stopSources := context.WithCancel(work)
	s.stopSources, s.stopWork = stopSources, stopWork
	for _, src := range s.sources {
		s.running.Go(func() { src.Run(poll, work) })
	}
	failed := make(chan error, 1)
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	return failed
}

// stop takes no more work, waits for what is in flight as long as grace, and gives up the rest: a batch comes
// back, a caller sees a closed connection. It returns what was given up, in the user's words.
func (s *server) stop(ctx context.Context, grace time.Duration) (gaveUp []string) {
	if s.stopWork == nil {
		return nil // it never ran
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	s.stopSources()
	idle := make(chan struct{})
	go func() {
		s.running.Wait()
		close(idle)
	}()
	if s.http.Shutdown(ctx) != nil {
		gaveUp = append(gaveUp, "requests")
		_ = s.http.Close() // cuts the connections that are left
	}
	select {
	case <-idle:
	case <-ctx.Done():
		gaveUp = append(gaveUp, "batches")
	}
	s.stopWork()
	return gaveUp
}
