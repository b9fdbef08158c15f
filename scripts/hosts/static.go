package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"guardrails/functions"
	"guardrails/infra/stack"
	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/gotool"
	"guardrails/scripts/internal/python"
)

const (
	// toolWithin bounds one call of a checker.
	toolWithin = 3 * time.Minute
	// exposure is the most that systemd-analyze may say of the unit, in tenths: 0 is none, 100 all.
	exposure = "15"
)

// releases are the Kubernetes releases that the manifests are held to: the oldest that they name, and the newest.
var releases = []string{"1.30", "1.37"}

// output runs a checker and returns what it printed, which is the error when it fails.
func (b *bench) output(ctx context.Context, dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, toolWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(out), fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, bytes.TrimSpace(out))
	}
	if err != nil {
		return "", fmt.Errorf("run %s: %w", filepath.Base(name), err)
	}
	return string(out), nil
}

// checkers is the virtual environment that holds hadolint and Kubernetes' schemas.
func (b *bench) checkers(ctx context.Context) (bin string, err error) {
	return python.Venv{Root: b.root, Name: "hosts", Requirements: "scripts/hosts/requirements.txt", About: "hadolint and Kubernetes' schemas, about 300 MB,"}.Install(ctx, b.out)
}

func (b *bench) kubernetes(ctx context.Context) (string, error) {
	bin, err := b.checkers(ctx)
	if err != nil {
		return "", err
	}
	tool, err := gotool.Install(ctx, b.root, gotool.Kubeconform, b.out)
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(b.path("deploy", "kubernetes", "*.yaml"))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("there are no manifests: %w", err)
	}
	var notes []string
	for _, release := range releases {
		dir, err := b.schemas(filepath.Dir(bin), release)
		if err != nil {
			return "", err
		}
		out, err := b.output(ctx, b.root, tool, append([]string{"-strict", "-summary", "-schema-location", dir + "/{{.ResourceKind}}{{.KindSuffix}}.json"}, files...)...)
		if err != nil {
			return "", fmt.Errorf("Kubernetes %s: %w", release, err) //nolint:staticcheck // a name
		}
		notes = append(notes, release+": "+strings.TrimSpace(out))
	}
	return strings.Join(notes, "; "), nil
}

// schemas writes the strict schemas of a release where kubeconform can read them: the package names them by addresses
// that nobody serves.
func (b *bench) schemas(venv, release string) (string, error) {
	found, err := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "kubernetes_validate", "kubernetes-json-schema", "v"+release+".*-local-strict", "*.json"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("kubernetes-validate has no schemas of %s: %w", release, err)
	}
	dir := filepath.Join(b.work, "schemas-"+release)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range found {
		raw, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		var schema map[string]any
		if err := json.Unmarshal(bytes.ReplaceAll(raw, []byte(`"/api/_definitions.json`), []byte(`"_definitions.json`)), &schema); err != nil {
			return "", fmt.Errorf("read %s: %w", filepath.Base(name), err)
		}
		delete(schema, "$id")
		if raw, err = json.Marshal(schema); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), raw, 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// project is what of a compose file is looked at.
type project struct {
	Services map[string]struct {
		Environment map[string]string
		Build       struct{ Dockerfile, Target string }
	}
}

// readCompose validates the compose file and returns it with everything filled in.
func (b *bench) readCompose(ctx context.Context) (project, error) {
	var p project
	tool, err := gotool.Install(ctx, b.root, gotool.ComposeSpec, b.out)
	if err != nil {
		return p, err
	}
	out, err := b.output(ctx, b.path("deploy"), tool, "-format", "json", "compose.yaml")
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return p, fmt.Errorf("read what compose-spec printed: %w", err)
	}
	return p, nil
}

func (b *bench) compose(ctx context.Context) (string, error) {
	p, err := b.readCompose(ctx)
	if err != nil {
		return "", err
	}
	raw, err := os.ReadFile(b.path("deploy", "Dockerfile"))
	if err != nil {
		return "", err
	}
	stages, err := parse(string(raw))
	if err != nil {
		return "", err
	}
	for name, s := range p.Services {
		if find(stages, s.Build.Target) == nil {
			return "", fmt.Errorf("the service %s is built from the stage %q, which the Dockerfile does not have", name, s.Build.Target)
		}
	}
	return fmt.Sprintf("%d services are valid by the compose specification (%s), and their stages exist", len(p.Services), gotool.ComposeSpec.Version), nil
}

func (b *bench) hadolint(ctx context.Context) (string, error) {
	bin, err := b.checkers(ctx)
	if err != nil {
		return "", err
	}
	_, err = b.output(ctx, b.root, filepath.Join(bin, "hadolint"), "--no-color", "deploy/Dockerfile")
	return "hadolint finds nothing, not even style", err
}

// roles holds the node's template, in each of its forms, to cfn-lint, which make synth installs too.
func (b *bench) roles(ctx context.Context) (string, error) {
	bin, err := python.Venv{Root: b.root, Name: "synth", Requirements: "scripts/synth/requirements.txt", About: "cfn-lint, about 100 MB,"}.Install(ctx, b.out)
	if err != nil {
		return "", err
	}
	var files []string
	for name, trust := range map[string]stack.Trust{
		"ec2": {EC2: true}, "principal": {Principal: "arn:aws:iam::123456789012:role/on-premises"},
		"pod": {Provider: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC", ServiceAccount: "guardrails/guardrails"},
	} {
		t, err := stack.Node("prod", "alerts@example.com", functions.Catalog(), trust)
		if err != nil {
			return "", err
		}
		raw, err := t.JSON()
		if err != nil {
			return "", err
		}
		file := filepath.Join(b.work, "node-"+name+".template.json")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			return "", err
		}
		files = append(files, file)
	}
	_, err = b.output(ctx, b.root, filepath.Join(bin, "cfn-lint"), append([]string{"--"}, files...)...)
	return fmt.Sprintf("cfn-lint finds nothing in %d forms of the node's template", len(files)), err
}

// systemd checks the unit with systemd's own tools, where they are. The unit that is verified names a server that exists.
func (b *bench) systemd(ctx context.Context) (string, error) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return "", fmt.Errorf("%w: systemd-analyze is not on this machine", command.ErrSkipped)
	}
	const installed = "/usr/local/bin/guardrails-server"
	raw, err := os.ReadFile(b.path("deploy", "systemd", "guardrails.service"))
	if err != nil {
		return "", err
	}
	unit := filepath.Join(b.work, "guardrails.service")
	if b.image == nil {
		return "", errors.New("without the image there is no server that the unit could name")
	}
	if err := os.WriteFile(unit, bytes.ReplaceAll(raw, []byte(installed), []byte(filepath.Join(b.image.root, b.image.entrypoint[0]))), 0o600); err != nil {
		return "", err
	}
	if out, err := b.output(ctx, b.work, tool, "verify", unit); err != nil || strings.TrimSpace(out) != "" {
		return "", errors.Join(err, errors.New(strings.TrimSpace(out)))
	}
	out, err := b.output(ctx, b.work, tool, "security", "--offline=yes", "--no-pager", "--threshold="+exposure, unit)
	if err != nil {
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.TrimSpace(strings.TrimPrefix(lines[len(lines)-1], "→ ")), nil
}
