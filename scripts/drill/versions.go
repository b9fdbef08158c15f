package drill

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"guardrails/infra/bundle"
	"guardrails/infra/plan"
	"guardrails/scripts/internal/tree"
	"guardrails/shared/provision"
)

// Context is the context whose versions are released. Its changes are answered when every function sees them, so there
// are slow requests in the product as it is.
const Context = "policies"

// slow is the function that answers slowly, read is the one that most requests go to.
const (
	slow = "policies-update"
	read = "policies-get"
)

// edit replaces a text of a file, which must be there once; an empty old text makes the file.
type edit struct{ file, old, new string }

// variant is a version of the context that is built from a copy of the tree, and never from the tree itself.
type variant struct {
	name  string
	edits []edit
}

const (
	bootstrapFile = "functions/" + Context + "/bootstrap/main.go"
	handlersFile  = "functions/" + Context + "/handlers.go"
	catalogFile   = "functions/catalog.go"
	mainBegins    = "func main() { "
	readDeclares  = `Trigger: fn.HTTP("GET", "/api/v1/policies/{id}"), Permission: "read:policies", Access: fn.Access{`
)

func variants() []variant {
	return []variant{
		{"good", []edit{{bootstrapFile, mainBegins, mainBegins + `println("the next version"); `}}},
		{"broken at start", []edit{{bootstrapFile, mainBegins, mainBegins + `panic("this version cannot start"); `}}},
		{"lacks a grant", []edit{{catalogFile, readDeclares, readDeclares + `Secrets: []string{secret.Cursor}, `}}},
		{"fails under traffic", []edit{
			{handlersFile, "fn.Route(get)", "fn.Route(faulty(get))"},
			{"functions/" + Context + "/faulty.go", "", `package ` + Context + `

import (
	"context"
	"errors"

	"guardrails/shared/fn"
)

// faulty starts, declares and reads everything as the true handler does, and fails each request.
func faulty[In, Out any](build func(*fn.Env) (fn.Handler[In, Out], error)) func(*fn.Env) (fn.Handler[In, Out], error) {
	return func(env *fn.Env) (fn.Handler[In, Out], error) {
		_, err := build(env)
		return func(context.Context, *fn.Call, *In) (*Out, error) { return nil, errors.New("the fault of the drill") }, err
	}
}
`},
		}},
	}
}

// apply changes a copy of the tree.
func (v variant) apply(dir string) error {
	for _, e := range v.edits {
		path := filepath.Join(dir, e.file)
		if e.old == "" {
			if err := os.WriteFile(path, []byte(e.new), 0o600); err != nil {
				return fmt.Errorf("make the version %q: %w", v.name, err)
			}
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("make the version %q: %w", v.name, err)
		}
		if bytes.Count(source, []byte(e.old)) != 1 {
			return fmt.Errorf("make the version %q: %s does not hold %q once", v.name, e.file, e.old)
		}
		if err := os.WriteFile(path, bytes.Replace(source, []byte(e.old), []byte(e.new), 1), 0o600); err != nil {
			return fmt.Errorf("make the version %q: %w", v.name, err)
		}
	}
	return nil
}

// build makes the bootstrap of a variant and returns its zip.
func (d *drill) build(ctx context.Context, v variant) ([]byte, error) {
	dir := filepath.Join(d.Scratch, strings.ReplaceAll(v.name, " ", "-"))
	if _, err := tree.Copy(ctx, d.Root, dir); err != nil {
		return nil, err
	}
	if err := v.apply(dir); err != nil {
		return nil, err
	}
	zips, err := bundle.Build(ctx, bundle.Options{Root: dir, Dir: filepath.Join(dir, "dist"), Architecture: d.Architecture}, []string{Context})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(zips[0].Path)
}

// publish makes a version of a function out of a zip, or out of what is there if that is nil, and lets the pre-traffic
// check invoke it, as the stack of the context does.
func (d *drill) publish(ctx context.Context, f plan.Function, zip []byte) (string, error) {
	if zip != nil {
		if _, err := d.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &f.Physical, ZipFile: zip}); err != nil {
			return "", fmt.Errorf("give %s its code: %w", f.Physical, err)
		}
		if err := d.updated(ctx, f); err != nil {
			return "", err
		}
	}
	made, err := d.lambda.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &f.Physical})
	if err != nil {
		return "", fmt.Errorf("publish %s: %w", f.Physical, err)
	}
	gate, _ := d.plan.Function(d.plan.Gate)
	_, err = d.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: &f.Physical, Qualifier: made.Version, StatementId: aws.String("gate-" + *made.Version), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("arn:aws:iam::" + provision.Account + ":role/" + gate.Role),
	})
	if err != nil {
		return "", fmt.Errorf("let the check invoke %s: %w", f.Physical, err)
	}
	return *made.Version, nil
}

// updated waits until a change of a function is done.
func (d *drill) updated(ctx context.Context, f plan.Function) error {
	return until(ctx, "the update of "+f.Physical, answerWithin, func(ctx context.Context) (bool, error) {
		now, err := d.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &f.Physical})
		if err != nil {
			return false, fmt.Errorf("look at %s: %w", f.Physical, err)
		}
		return now.LastUpdateStatus != types.LastUpdateStatusInProgress, nil
	})
}

// slowDown makes changes of policies take slowFor, by a setting that the product has.
func (d *drill) slowDown(ctx context.Context) error {
	f, _ := d.plan.Function(slow)
	now, err := d.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &f.Physical})
	if err != nil {
		return fmt.Errorf("look at %s: %w", f.Physical, err)
	}
	variables := map[string]string{"GUARDRAILS_CONFIG_TTL": slowFor.String()}
	if now.Environment != nil {
		for k, v := range now.Environment.Variables {
			variables[k] = v
		}
	}
	_, err = d.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &f.Physical, Environment: &types.Environment{Variables: variables}})
	if err != nil {
		return fmt.Errorf("set how slow %s is: %w", f.Physical, err)
	}
	return d.updated(ctx, f)
}
