package awstest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/emulator"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
)

// EndpointVariable names an endpoint to test against, such as http://127.0.0.1:4566.
const EndpointVariable = "GUARDRAILS_TEST_ENDPOINT"

const startWithin = 2 * time.Minute

// shared starts the test process's one endpoint when a test first asks for it. The instance ends with the process.
var shared = sync.OnceValues(start)

func start() (string, error) {
	if endpoint := os.Getenv(EndpointVariable); endpoint != "" { //nolint:forbidigo // the documented switch of the tests
		return endpoint, nil
	}
	install, err := emulator.Find(".")
	if errors.Is(err, emulator.ErrNotInstalled) {
		return "", errors.New("MiniStack is not installed: run make setup once")
	}
	if err != nil {
		return "", err
	}
	port, err := emulator.FreePort(0)
	if err != nil {
		return "", err
	}
	p, err := emulator.Start(emulator.Options{Install: install, Port: port, Log: io.Discard})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWithin) //nolint:forbidigo // the instance belongs to no one test
	defer cancel()
	return p.Endpoint, p.Ready(ctx)
}

// NeedServices skips a test under -short: it needs MiniStack or a process of its own, and those take their time.
func NeedServices(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs services, which -short leaves out")
	}
}

// Endpoint returns the URL of the endpoint, which lives until the test process ends.
func Endpoint(t testing.TB) string {
	t.Helper()
	NeedServices(t)
	endpoint, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return endpoint
}

// Config returns an SDK configuration for the endpoint.
func Config(t testing.TB) aws.Config {
	t.Helper()
	cfg, err := provision.Loopback(Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Env returns the name of a fresh environment.
func Env(t testing.TB) string {
	t.Helper()
	return "t" + strings.ToLower(rand.Text()[:10])
}

// Provision creates an environment's resources: those named (tables by their logical names, queues with their
// dead-letter queues), or all of them. It returns what was created.
func Provision(t testing.TB, env string, names ...string) resource.Set {
	t.Helper()
	set := resource.Of(env, "")
	if len(names) > 0 {
		set = set.Only(names...)
	}
	if err := provision.New(Config(t), rand.Reader).Create(t.Context(), set); err != nil {
		t.Fatal(fmt.Errorf("provision: %w", err))
	}
	return set
}
