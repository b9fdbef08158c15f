package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"guardrails/functions"
	"guardrails/infra/assembly"
	"guardrails/infra/bundle"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
)

const defaultOut = "cdk.out"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, ".", os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
		os.Exit(1)
	}
}

// run writes the assembly of the environment that the context chooses.
func run(ctx context.Context, lookup func(string) string, root string, progress io.Writer) error {
	settings, err := cdkContext(lookup, root)
	if err != nil {
		return err
	}
	env, err := environment.Read(settings, lookup("CDK_DEFAULT_ACCOUNT"), lookup("CDK_DEFAULT_REGION"))
	if err != nil {
		return err
	}
	p, err := plan.New(env.Name, stack.Account, functions.Catalog())
	if err != nil {
		return fmt.Errorf("the catalogue is not consistent: %w", err)
	}
	if w := env.Warning(); w != "" {
		fmt.Fprintln(progress, "infra: warning:", w)
	}
	contexts := stack.Contexts(p)
	fmt.Fprintf(progress, "infra: building %d bootstraps for %s\n", len(contexts), env.Architecture)
	zips, err := bundle.Build(ctx, bundle.Options{Root: root, Dir: filepath.Join(root, "dist", "bootstrap"), Architecture: env.Architecture}, contexts)
	if err != nil {
		return err
	}
	stacks, err := stacks(env, p, zips)
	if err != nil {
		return err
	}
	out := lookup("CDK_OUTDIR")
	if out == "" {
		out = filepath.Join(root, defaultOut)
	}
	return assembly.Write(out, assembly.Target{Account: env.Account, Region: env.Region}, stacks)
}

// stacks joins the templates with the code that they name.
func stacks(env environment.Environment, p plan.Plan, zips []bundle.Zip) ([]assembly.Stack, error) {
	code, files := map[string]stack.Code{}, map[string]assembly.File{}
	for _, z := range zips {
		key := z.Hash + ".zip"
		code[z.Context] = stack.Code{Key: key}
		files[z.Context] = assembly.File{Path: z.Path, Hash: z.Hash, Key: key, About: "the bootstrap of " + z.Context}
	}
	made, err := stack.All(env, p, code)
	if err != nil {
		return nil, err
	}
	var out []assembly.Stack
	for _, s := range made {
		a := assembly.Stack{Name: s.Name, Template: s.Template, DependsOn: s.DependsOn, Protected: s.Protected, Tags: s.Tags}
		if f, ok := files[s.Context]; ok {
			a.Files = append(a.Files, f)
		}
		out = append(out, a)
	}
	return out, nil
}

// cdkContext is the context that the CLI passes; without the CLI it is what cdk.json says.
func cdkContext(lookup func(string) string, root string) ([]byte, error) {
	if raw := lookup("CDK_CONTEXT_JSON"); raw != "" && lookup("CONTEXT_OVERFLOW_LOCATION_ENV") == "" {
		return []byte(raw), nil
	}
	if path := lookup("CONTEXT_OVERFLOW_LOCATION_ENV"); path != "" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the CDK context: %w", err)
		}
		return raw, nil
	}
	raw, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var file struct {
		Context json.RawMessage `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("read cdk.json: %w", err)
	}
	if len(file.Context) == 0 {
		return nil, errors.New("cdk.json has no context")
	}
	return file.Context, nil
}
