package provision

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/resource"
)

// parallel bounds the calls in flight while an environment is created.
const parallel = 8

// Creator creates resources on one endpoint.
type Creator struct {
	tables  *dynamodb.Client
	queues  *sqs.Client
	buckets *s3.Client
	secrets *secretsmanager.Client
	keys    *kms.Client
	random  io.Reader
	region  string
}

// New returns a creator on the configuration's endpoint; random is where new secrets come from (crypto/rand.Reader).
func New(cfg aws.Config, random io.Reader) *Creator {
	return &Creator{
		tables:  dynamodb.NewFromConfig(cfg),
		queues:  sqs.NewFromConfig(cfg),
		buckets: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
		secrets: secretsmanager.NewFromConfig(cfg),
		keys:    kms.NewFromConfig(cfg),
		random:  random,
		region:  cfg.Region,
	}
}

// Create makes whatever of the set does not exist yet. The error joins every resource that could not be made.
func (c *Creator) Create(ctx context.Context, set resource.Set) error {
	var jobs []func() error
	for _, t := range set.Tables {
		jobs = append(jobs, func() error { return named("table", t.Physical, c.table(ctx, t)) })
	}
	for _, b := range set.Buckets {
		jobs = append(jobs, func() error { return named("bucket", b.Physical, c.bucket(ctx, b)) })
	}
	for _, s := range set.Secrets {
		jobs = append(jobs, func() error { return named("secret", s.Physical, c.secret(ctx, s)) })
	}
	if set.Key.Alias != "" {
		jobs = append(jobs, func() error { return named("key", set.Key.Alias, c.key(ctx, set.Key)) })
	}
	for _, q := range queuePairs(set.Queues) {
		jobs = append(jobs, func() error { return c.queuePair(ctx, q) })
	}
	return run(jobs)
}

// run does the jobs a few at a time and joins their errors.
func run(jobs []func() error) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	failed := make([]error, len(jobs))
	for i, job := range jobs {
		group.Go(func() error {
			failed[i] = job()
			return nil
		})
	}
	_ = group.Wait() // the jobs' errors are in failed
	return errors.Join(failed...)
}

func named(kind, name string, err error) error {
	if err != nil {
		return fmt.Errorf("create %s %s: %w", kind, name, err)
	}
	return nil
}
