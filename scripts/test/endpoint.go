package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"guardrails/shared/emulator"
)

// endpointVariable is what shared/awstest reads.
const endpointVariable = "GUARDRAILS_TEST_ENDPOINT"

const startWithin = 2 * time.Minute

// awsEndpoint returns the endpoint that the environment names, or starts a MiniStack that lives as long as this
// process.
func awsEndpoint(ctx context.Context, w io.Writer) (string, error) {
	if endpoint := os.Getenv(endpointVariable); endpoint != "" {
		fmt.Fprintln(w, "testing against", endpoint)
		return endpoint, nil
	}
	install, err := emulator.Find(".")
	if errors.Is(err, emulator.ErrNotInstalled) {
		return "", errors.New("MiniStack is not installed: run make setup")
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
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	fmt.Fprintln(w, "testing against MiniStack at", p.Endpoint)
	return p.Endpoint, p.Ready(ctx)
}
