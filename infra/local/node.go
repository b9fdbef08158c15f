package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/infra/plan"
	"guardrails/shared/fn"
	"guardrails/shared/provision"
	"guardrails/shared/telemetry"
)

// NodeConfig says what a node serves, where, and over which AWS.
type NodeConfig struct {
	// Env and Account are the environment's name and the AWS account's number: together they name what is used.
	Env, Account string
	// AWS is where everything is.
	AWS aws.Config
	// Listen is the address of the API, host:port. It speaks HTTP: TLS ends in front of it.
	Listen string
	// Proxies are the networks of the reverse proxies whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// DataDir keeps how far streams were read; without one they are read from their start, a day back, at each start.
	DataDir string
	// Create makes what the environment lacks. It is for emulators: on AWS the data stack does it, with backups,
	// encryption and policies.
	Create bool
	Specs  []fn.Spec
	// Registry takes what the gateway counts, beside what the functions do; it may be nil.
	Registry *telemetry.Registry
	Log      *slog.Logger
}

const (
	// credentialsWithin bounds the first look for credentials, createWithin the making of an environment.
	credentialsWithin = 20 * time.Second
	createWithin      = 3 * time.Minute
	// nodeGrace is for what is in flight at a stop.
	nodeGrace = 25 * time.Second
	// nodeWait is how long a poll waits, and so the least that a stop takes. Longer ones would cost less: a queue that
	// is empty is asked 36 times a minute.
	nodeWait = 5 * time.Second
	// nodeHeader is far less than a local run takes: net/http keeps all lines until the last, at many times their size and
	// before anybody is asked for credentials. A proxy in front takes less still.
	nodeHeader = 64 << 10
)

// NodeStop is what a stop of a node takes at most, below Kubernetes' 30 s; whoever ends the process waits for so long.
const NodeStop = 28 * time.Second

// Node serves over the AWS that it is given until ctx ends, then stops: requests and batches in flight are finished. It
// makes no tenants, and starts whether or not the stores answer: the route ready tells. An error is one sentence.
func Node(ctx context.Context, cfg NodeConfig, build func(fn.Spec) (fn.Function, error)) error {
	h := newHost(Config{Specs: cfg.Specs, Registry: cfg.Registry, DataDir: cfg.DataDir, Progress: steps{cfg.Log}, Log: cfg.Log}, site{
		env: cfg.Env, region: cfg.AWS.Region, account: cfg.Account, proxies: cfg.Proxies, wait: nodeWait,
		epoch: func() int64 { return 0 }, within: NodeStop, grace: nodeGrace, maxHeader: nodeHeader,
	})
	h.poll = cfg.AWS
	return h.run(ctx, func() error {
		if err := h.claimNode(cfg.Listen); err != nil {
			return err
		}
		if err := reach(ctx, cfg.AWS); err != nil {
			return err
		}
		if err := h.create(ctx, cfg.Create); err != nil {
			return err
		}
		return h.buildFunctions(func(_ Backend, s fn.Spec) (fn.Function, error) { return build(s) })
	}, func() error {
		cfg.Log.InfoContext(ctx, "ready", "url", h.baseURL(), "env", cfg.Env, "region", cfg.AWS.Region, "functions", len(h.plan.Functions))
		return nil
	})
}

// claimNode is claim for a node, which may have no data folder.
func (h *host) claimNode(listen string) error {
	var err error
	if h.plan, err = plan.New(h.env, h.account, h.cfg.Specs); err != nil {
		return fmt.Errorf("the catalogue is not consistent: %w", err)
	}
	if h.cfg.DataDir != "" {
		if h.data, err = openData(h.cfg.DataDir); err != nil {
			return err
		}
	}
	h.listener, err = net.Listen("tcp", listen) //nolint:noctx // returns at once
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use: stop what listens there or set GUARDRAILS_LISTEN to another address", listen)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be listened on: %w", listen, err)
	}
	return nil
}

// reach looks for credentials, so that a missing role is told at the start and not by each trigger.
func reach(ctx context.Context, cfg aws.Config) error {
	ctx, cancel := context.WithTimeout(ctx, credentialsWithin)
	defer cancel()
	if cfg.Credentials == nil {
		return errors.New("there are no AWS credentials")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("there are no AWS credentials: %w", err)
	}
	return nil
}

func (h *host) create(ctx context.Context, wanted bool) error {
	if !wanted {
		return nil
	}
	h.say("creating tables, queues, buckets, secrets and the key, where they are missing")
	ctx, cancel := context.WithTimeout(ctx, createWithin)
	defer cancel()
	return provision.New(h.poll, rand.Reader).Create(ctx, h.plan.Resources)
}

// steps logs progress, which comes one line a call.
type steps struct{ log *slog.Logger }

func (s steps) Write(line []byte) (int, error) {
	s.log.Info("progress", "step", strings.TrimPrefix(strings.TrimSpace(string(line)), "guardrails: "))
	return len(line), nil
}
