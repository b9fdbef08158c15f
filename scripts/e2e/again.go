package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"guardrails/scripts/internal/tree"
	"guardrails/shared/blob"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

// diff asks the CLI what would change; it fails if anything would.
func (d *deployment) diff(ctx context.Context) error {
	_, err := d.cdk(ctx, d.root, "diff", "--all", "--fail")
	return err
}

// changed lists the stacks that a deployment changed.
func changed(printed string) []string {
	var out []string
	for _, line := range strings.Split(printed, "\n") {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "✅  ")
		if ok && !strings.HasSuffix(name, "(no changes)") {
			out = append(out, name)
		}
	}
	return out
}

func (d *deployment) deployAgain(ctx context.Context) error {
	printed, err := d.deployAll(ctx, d.root)
	if err != nil {
		return err
	}
	if list := changed(printed); len(list) > 0 {
		return fmt.Errorf("it changed %v", list)
	}
	return nil
}

// The change that is deployed: a text of the context ops.
const (
	changedContext = "ops"
	changedFile    = "functions/ops/health.go"
	before, after  = `"healthy"`, `"Healthy"`
)

// deployChange deploys a copy of the project in which one context differs. That the others stay shows that builds are
// reproducible, in another folder too.
func (d *deployment) deployChange(ctx context.Context) error {
	dir := filepath.Join(d.work, "copy")
	if _, err := tree.Copy(ctx, d.root, dir); err != nil {
		return err
	}
	path := filepath.Join(dir, changedFile)
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	edited := bytes.ReplaceAll(source, []byte(before), []byte(after))
	if bytes.Equal(edited, source) {
		return fmt.Errorf("%s holds no %s to change", changedFile, before)
	}
	if err := os.WriteFile(path, edited, 0o600); err != nil {
		return err
	}
	printed, err := d.deployAll(ctx, dir)
	if err != nil {
		return err
	}
	if list := changed(printed); !slices.Equal(list, []string{"guardrails-" + environment + "-" + changedContext}) {
		return fmt.Errorf("it changed %v", list)
	}
	var got struct{ Status string }
	if err := d.call(ctx, http.MethodGet, "/api/v1/health", "", nil, http.StatusOK, &got); err != nil {
		return err
	}
	if `"`+got.Status+`"` != after {
		return fmt.Errorf("the old version still answers: %s", got.Status)
	}
	return nil
}

// destroy deletes all stacks and looks whether the data is still there.
func (d *deployment) destroy(ctx context.Context) error {
	if _, err := d.cdk(ctx, d.root, "destroy", "--all", "--force"); err != nil {
		return err
	}
	cfg, err := provision.Loopback(d.stack.Endpoint)
	if err != nil {
		return err
	}
	db := dynamodb.NewFromConfig(cfg)
	rows, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(resource.Table(environment, table.Tenants)), Limit: aws.Int32(10)})
	if err != nil {
		return fmt.Errorf("the table of tenants is gone: %w", err)
	}
	if len(rows.Items) == 0 {
		return errors.New("the tenants are gone")
	}
	audit := resource.Bucket(environment, provision.Account, blob.Audit)
	store := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	// MiniStack's CloudFormation makes the bucket without its lock; the tests of shared/provision try the lock itself.
	if _, err := store.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &audit}); err != nil {
		return fmt.Errorf("the bucket of audit logs is gone: %w", err)
	}
	return nil
}
