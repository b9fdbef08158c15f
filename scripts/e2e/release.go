package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"guardrails/functions"
	settings "guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/scripts/drill"
	"guardrails/shared/fn"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
)

// checksAtOnce bounds the self-checks, each of which starts a process.
const checksAtOnce = 4

// selfChecks makes every function check itself, with the roles that it was deployed with.
func (d *deployment) selfChecks(ctx context.Context) error {
	cfg, err := provision.Loopback(d.stack.Endpoint)
	if err != nil {
		return err
	}
	api, specs := lambda.NewFromConfig(cfg), functions.Catalog()
	failed := make([]error, len(specs))
	var g errgroup.Group
	g.SetLimit(checksAtOnce)
	for i, s := range specs {
		g.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, answerWithin)
			defer cancel()
			out, err := api.Invoke(ctx, &lambda.InvokeInput{
				FunctionName: aws.String(resource.Function(environment, s.Name)), Qualifier: aws.String(plan.LiveAlias), Payload: fn.SelfCheckQuestion(),
			})
			if err == nil {
				err = fn.SelfCheckPassed(out.Payload)
			}
			if err != nil {
				failed[i] = fmt.Errorf("%s: %w", s.Name, err)
			}
			return nil
		})
	}
	_ = g.Wait() // each function's failure is in failed
	return errors.Join(failed...)
}

// drill releases good and broken versions under load, with production's canary.
func (d *deployment) drill(ctx context.Context) error {
	here, err := d.settings(environment)
	if err != nil {
		return err
	}
	prod, err := d.settings("prod")
	if err != nil {
		return err
	}
	return drill.Run(ctx, d.out, drill.Where{
		Root: d.root, Scratch: filepath.Join(d.work, "drill"), Endpoint: d.stack.Endpoint, URL: d.url, PlatformKey: d.keys.PlatformAdminKey,
		Environment: environment, Architecture: here.Architecture, Canary: prod.Canary, CodeDeploy: d.codeDeploy, Deploying: d.deploying.cfg,
	})
}

// settings reads an environment of cdk.json.
func (d *deployment) settings(name string) (settings.Environment, error) {
	raw, err := os.ReadFile(filepath.Join(d.root, "cdk.json"))
	if err != nil {
		return settings.Environment{}, err
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return settings.Environment{}, fmt.Errorf("read cdk.json: %w", err)
	}
	file.Context["env"] = name
	chosen, err := json.Marshal(file.Context)
	if err != nil {
		return settings.Environment{}, err
	}
	return settings.Read(chosen, "", "")
}
