package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/infra/local/ministack"
	"guardrails/infra/plan"
	"guardrails/shared/clock"
	"guardrails/shared/emulator"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/provision"
	"guardrails/shared/telemetry"
)

// Env is the name of the environment that a local run has.
const Env = "local"

// Config says what is run and where.
type Config struct {
	// Port is where the API is served, on 127.0.0.1 alone; 0 takes a free one.
	Port int
	// DataDir holds everything that outlives the run.
	DataDir string
	// Install is where MiniStack is found.
	Install emulator.Install
	// Specs is the catalogue.
	Specs []fn.Spec
	// Registry takes what the gateway counts, beside what the functions do; it may be nil.
	Registry *telemetry.Registry
	// Progress takes one line a step of the start and of the stop.
	Progress io.Writer
	// Ready takes the base URL, on a line of its own, when requests are served.
	Ready io.Writer
	// Log takes what goes wrong later.
	Log *slog.Logger
}

// Backend is what functions and seeding work on.
type Backend struct {
	// Env is the environment's name, part of every physical name.
	Env string
	// AWS has the endpoint, with deadlines and retries that fit inside a request.
	AWS aws.Config
	// Log takes the functions' log lines and metrics; it is a file in the data folder.
	Log io.Writer
}

// Builder makes one function. Each is built once and called from any number of goroutines.
type Builder func(b Backend, spec fn.Spec) (fn.Function, error)

// Seeder makes the demo tenants on a fresh environment and returns their keys. Before is what the last run returned,
// or nil; keys that still work stay. BaseURL is filled in by the caller.
type Seeder func(ctx context.Context, b Backend, before *Credentials) (Credentials, error)

const (
	// startWithin bounds everything between the lock and the first request.
	startWithin = 3 * time.Minute
	// stopWithin is what a stop may take; graceWithin of it is for requests and batches in flight.
	stopWithin  = 9 * time.Second
	graceWithin = 4 * time.Second
	// localPace makes up for MiniStack's waiting polls, which look ten times a second.
	localPace = 10 * time.Millisecond
	// localHeader lets the longest query that a route knows come as far as the gateway.
	localHeader = 1 << 20
)

// site is what differs between a local run and a node (see Node).
type site struct {
	env, region, account string
	// proxies are the networks that may say who the client is.
	proxies []netip.Prefix
	// wait is how long a poll of a queue waits; 0 leaves it to the trigger.
	wait time.Duration
	// pace is the trigger's of the same name.
	pace time.Duration
	// epoch counts how often the streams may have been set back.
	epoch func() int64
	// within is what a stop may take; grace of it is for requests and batches in flight.
	within, grace time.Duration
	// maxHeader is where net/http ends a connection; the gateway answers before, at API Gateway's 10,240 bytes, with a
	// document that a client understands.
	maxHeader int
}

// host is one run in the making: what start has made so far, stop takes down in reverse.
type host struct {
	site
	cfg      Config
	clock    clock.Clock
	ids      *id.Generator
	data     *data
	listener net.Listener
	plan     plan.Plan
	keeper   *ministack.Keeper
	backend  Backend
	poll     aws.Config
	log      io.Closer
	server   *server
}

// Run serves until ctx ends, then stops: requests and batches in flight are finished, MiniStack saves. It returns nil
// after a clean stop. An error is one sentence for the user.
func Run(ctx context.Context, cfg Config, build Builder, seed Seeder) error {
	h := newHost(cfg, site{env: Env, pace: localPace, within: stopWithin, grace: graceWithin, maxHeader: localHeader})
	return h.run(ctx, func() error { return h.start(ctx, build, seed) }, h.announce)
}

func newHost(cfg Config, s site) *host {
	h := &host{site: s, cfg: cfg, clock: clock.System()}
	h.ids = id.NewGenerator(h.clock, nil)
	return h
}

// run starts, serves until ctx ends, and stops.
func (h *host) run(ctx context.Context, start, ready func() error) error {
	err := start()
	if err == nil {
		err = h.serve(ctx, ready)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // stopped while it started
	}
	return errors.Join(err, h.stop(context.WithoutCancel(ctx)))
}

func (h *host) say(format string, args ...any) {
	_, _ = fmt.Fprintf(h.cfg.Progress, "guardrails: "+format+"\n", args...) // progress that nobody reads is no error
}

func (h *host) start(ctx context.Context, build Builder, seed Seeder) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for _, step := range []func() error{
		func() error { return h.claim() },
		func() error { return h.openStores(ctx) },
		func() error { return h.buildFunctions(build) },
		func() error { return h.seed(ctx, seed) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// claim takes what only one run can have, before anything slow is done: the plan's consistency, the folder, the port.
func (h *host) claim() error {
	var err error
	if h.plan, err = plan.New(h.env, h.account, h.cfg.Specs); err != nil {
		return fmt.Errorf("the catalogue is not consistent: %w", err)
	}
	if h.data, err = openData(h.cfg.DataDir); err != nil {
		return err
	}
	h.listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(h.cfg.Port))) //nolint:noctx // returns at once
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d is in use: stop what listens there or set PORT to another", h.cfg.Port)
	}
	if err != nil {
		return fmt.Errorf("port %d cannot be opened: %w", h.cfg.Port, err)
	}
	return nil
}

func (h *host) openStores(ctx context.Context) error {
	h.say("starting MiniStack")
	keeper, adopted, err := ministack.Open(ctx, ministack.Config{
		Install: h.cfg.Install, Dir: h.data.path("ministack"), Log: h.cfg.Log, Restarted: h.provision,
	})
	if err != nil {
		return fmt.Errorf("MiniStack did not start (its log is %s): %w", h.data.path("ministack/log.txt"), err)
	}
	if adopted {
		h.say("found MiniStack still running with the data of the last run")
	}
	h.keeper, h.epoch = keeper, keeper.Deaths
	if err := keeper.Release(ctx); err != nil {
		return fmt.Errorf("take back the messages of the last run: %w", err)
	}
	if h.poll, err = provision.Loopback(keeper.Endpoint()); err != nil {
		return err
	}
	log, err := h.data.openLog()
	if err != nil {
		return err
	}
	h.log = log
	h.backend = Backend{Env: Env, AWS: requestConfig(h.poll), Log: log}
	h.say("creating tables, queues, buckets, secrets and the key")
	return h.provision(ctx, keeper.Endpoint())
}

// provision also runs after MiniStack was started again, whose state may lack what was made last.
func (h *host) provision(ctx context.Context, endpoint string) error {
	cfg, err := provision.Loopback(endpoint)
	if err != nil {
		return err
	}
	return provision.New(cfg, rand.Reader).Create(ctx, h.plan.Resources)
}

func (h *host) buildFunctions(build Builder) error {
	h.say("building %d functions", len(h.plan.Functions))
	functions := map[string]fn.Function{}
	var failed []error
	for _, f := range h.plan.Functions {
		built, err := build(h.backend, f.Spec)
		if err != nil {
			failed = append(failed, err)
		}
		functions[f.Spec.Name] = built
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	var err error
	h.server, err = h.newServer(functions)
	return err
}

// seed makes the demo tenants and saves them at once, so that the keys on disk and the tenants behind them agree.
func (h *host) seed(ctx context.Context, seed Seeder) error {
	h.say("seeding the demo tenants")
	c, err := seed(ctx, h.backend, h.data.readCredentials())
	if err != nil {
		return fmt.Errorf("seed the demo tenants: %w", err)
	}
	c.BaseURL = h.baseURL()
	if err := h.keeper.Save(ctx); err != nil {
		return fmt.Errorf("save the demo tenants: %w", err)
	}
	return h.data.writeCredentials(c)
}

func (h *host) baseURL() string { return "http://" + h.listener.Addr().String() }

// serve runs the gateway and the triggers until ctx ends or the server fails.
func (h *host) serve(ctx context.Context, ready func() error) error {
	failed := h.server.run(ctx, h.listener)
	if err := ready(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("the server failed: %w", err)
	}
}

// announce says where a local run serves.
func (h *host) announce() error {
	h.say("ready; keys are in %s, the functions' log is %s", h.data.path(credentialsFile), h.data.path(logFile))
	if _, err := fmt.Fprintln(h.cfg.Ready, h.baseURL()); err != nil {
		return fmt.Errorf("print the base URL: %w", err)
	}
	return nil
}

// stop takes down what start has made. It keeps to its time: what MiniStack has not saved by then it saves alone.
func (h *host) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.within)
	defer cancel()
	if h.data != nil {
		defer h.data.close()
	}
	if h.server != nil {
		h.say("stopping; finishing what is in flight")
		for _, what := range h.server.stop(ctx, h.grace) {
			h.say("gave up %s that did not end within %v", what, h.grace)
		}
	}
	if h.log != nil {
		_ = h.log.Close() // each line was written when it came
	}
	if h.listener != nil {
		_ = h.listener.Close() // the server has closed it already, if there was one
	}
	if h.keeper != nil {
		h.say("saving the data")
		if err := h.keeper.Close(ctx); err != nil {
			h.say("%v", err)
		}
	}
	if h.server != nil {
		h.say("stopped")
	}
	return nil
}
