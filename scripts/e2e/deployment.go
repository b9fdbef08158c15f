package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"guardrails/functions"
	"guardrails/infra/stack"
	"guardrails/scripts/drill"
	"guardrails/shared/emulator"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
	"guardrails/shared/telemetry/otlptest"
)

const (
	startWithin = time.Minute
	// commandWithin bounds one call of a tool.
	commandWithin = 8 * time.Minute
	environment   = "local"
	apiStack      = "guardrails-" + environment + "-api"
)

// deployment is one deployed system.
type deployment struct {
	// root is the project, work a folder that is removed at the end, log a file in it that takes what tools print.
	root, work, log string
	out             io.Writer
	stack           *emulator.Process
	// url is where the deployed API answers.
	url  string
	keys accounts
	// spans takes the spans of everything that is deployed, at collector.
	spans     *otlptest.Receiver
	collector *httptest.Server
	// function is a session of the role that one of the functions runs with.
	function session
	// lister and sweeper are sessions of those that read the indexes of deliveries.
	lister, sweeper session
	// sender is a session of the one that sends deliveries.
	sender session
	// deploying is a session of the role that CodeDeploy works with.
	deploying session
	// codeDeploy is who the pre-traffic check asks, in the drill.
	codeDeploy *drill.CodeDeploy
}

// install brings the CDK CLI into node_modules, unless what is there is what package-lock.json says.
func (d *deployment) install(ctx context.Context) error {
	want, err := os.ReadFile(filepath.Join(d.root, "package-lock.json"))
	if err != nil {
		return err
	}
	stamp := filepath.Join(d.root, "node_modules", "installed.json")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return nil
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("npm is missing: install Node.js 20 or newer and try again")
	}
	if err := d.tool(ctx, d.root, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	return os.WriteFile(stamp, want, 0o600)
}

// start starts a MiniStack whose functions call it back, and a collector for their spans.
func (d *deployment) start(ctx context.Context) error {
	d.spans = otlptest.New()
	d.collector = httptest.NewServer(d.spans)
	install, err := emulator.Find(d.root)
	if err != nil {
		return fmt.Errorf("MiniStack is not installed: run make setup: %w", err)
	}
	port, err := emulator.FreePort(0)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(d.work, "ministack.txt"))
	if err != nil {
		return err
	}
	if d.codeDeploy, err = drill.Listen(); err != nil {
		return err
	}
	endpoint := emulator.Endpoint(port)
	d.stack, err = emulator.Start(emulator.Options{
		Install: install, Port: port, Log: log,
		Variables: []string{"AWS_ENDPOINT_URL=" + endpoint, "MINISTACK_WORKER_THREADS=64", d.codeDeploy.Variable()},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	return d.stack.Ready(ctx)
}

// variables point every AWS client at MiniStack.
func (d *deployment) variables() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + d.stack.Endpoint, "AWS_ENDPOINT_URL_S3=" + d.stack.Endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=" + provision.Region, "AWS_CA_BUNDLE=", "AWS_EC2_METADATA_DISABLED=true", "NO_COLOR=1",
	}
}

// tool runs a program; what it prints goes to the log.
func (d *deployment) tool(ctx context.Context, dir string, variables []string, name string, args ...string) error {
	_, err := d.output(ctx, dir, variables, name, args...)
	return err
}

// output is tool that returns what was printed to both streams.
func (d *deployment) output(ctx context.Context, dir string, variables []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer log.Close()
	var printed bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), variables...)
	cmd.Stdout = io.MultiWriter(log, &printed)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return printed.String(), fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, tail(printed.String()))
	}
	return printed.String(), nil
}

// tail is the end of what a tool printed, enough to see why it failed.
func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// cdk runs the CDK CLI over the app in dir.
func (d *deployment) cdk(ctx context.Context, dir string, args ...string) (string, error) {
	cli := filepath.Join(d.root, "node_modules", ".bin", "cdk")
	args = append(args, "-c", "env="+environment, "-c", "telemetry="+d.collector.URL, "--output", filepath.Join(d.work, "cdk.out"), "--no-notices", "--ci")
	return d.output(ctx, dir, append(d.variables(), "CDK_DISABLE_VERSION_CHECK=1"), cli, args...)
}

func (d *deployment) bootstrap(ctx context.Context) error {
	_, err := d.cdk(ctx, d.root, "bootstrap", "aws://"+provision.Account+"/"+provision.Region)
	return err
}

// deployAll deploys every stack of the app in dir and returns what the CLI printed.
func (d *deployment) deployAll(ctx context.Context, dir string) (string, error) {
	return d.cdk(ctx, dir, "deploy", "--all", "--require-approval", "never", "--progress", "events", "--outputs-file", filepath.Join(d.work, "outputs.json"))
}

func (d *deployment) deploy(ctx context.Context) error {
	if _, err := d.deployAll(ctx, d.root); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(d.work, "outputs.json"))
	if err != nil {
		return err
	}
	var outputs map[string]map[string]string
	if err := json.Unmarshal(raw, &outputs); err != nil {
		return fmt.Errorf("read the outputs: %w", err)
	}
	id := outputs[apiStack]["ApiId"]
	if id == "" {
		return errors.New("the API's stack has no output ApiId")
	}
	d.url = d.stack.Endpoint + "/restapis/" + id + "/" + stack.Stage + "/_user_request_"
	return nil
}

// wait leaves everything as it is until the process is interrupted.
func (d *deployment) wait(ctx context.Context) error {
	fmt.Fprintf(d.out, "the API answers at %s\nkeys are in %s\n", d.url, filepath.Join(d.work, "credentials.json"))
	<-ctx.Done()
	return nil
}

// close stops MiniStack and the collector. After a failure the folder stays, with what the tools and MiniStack printed.
func (d *deployment) close(ctx context.Context, failed bool) error {
	if failed && d.stack != nil {
		d.saveLogs(ctx)
	}
	if d.stack != nil {
		d.stack.Terminate()
		<-d.stack.Done()
	}
	if d.collector != nil {
		d.collector.Close()
	}
	if d.codeDeploy != nil {
		_ = d.codeDeploy.Close() // nobody calls it any more
	}
	if failed {
		fmt.Fprintf(d.out, "what the tools printed is in %s\n", d.work)
		return nil
	}
	return os.RemoveAll(d.work)
}

// saveLogs writes what the functions logged into the folder that stays after a failure. It is a help for people, so an
// error of its own is told and changes nothing.
func (d *deployment) saveLogs(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer cancel()
	if err := d.writeLogs(ctx, filepath.Join(d.work, "functions.txt")); err != nil {
		fmt.Fprintln(d.out, "the functions' logs are lost:", err)
	}
}

func (d *deployment) writeLogs(ctx context.Context, path string) error {
	cfg, err := provision.Loopback(d.stack.Endpoint)
	if err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	api := cloudwatchlogs.NewFromConfig(cfg)
	for _, s := range functions.Catalog() {
		group := "/aws/lambda/" + resource.Function(environment, s.Name)
		events, err := api.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
		if err != nil {
			continue // it has not run
		}
		for _, e := range events.Events {
			fmt.Fprintln(out, s.Name, strings.TrimSpace(aws.ToString(e.Message)))
		}
	}
	return nil
}
