package provision_test

import (
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"guardrails/shared/awstest"
	"guardrails/shared/blob"
	"guardrails/shared/provision"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

func TestCreateIsIdempotentAndKeepsSecrets(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	set := awstest.Provision(t, env)
	before := secretValue(t, env)
	awstest.Provision(t, env)
	if after := secretValue(t, env); after != before {
		t.Error("a second run changed a secret")
	}
	if len(set.Tables) != len(table.Schemas()) || len(set.Queues) != 2*len(queue.Definitions()) {
		t.Errorf("the set has %d tables and %d queues", len(set.Tables), len(set.Queues))
	}
}

func secretValue(t *testing.T, env string) string {
	t.Helper()
	out, err := secretsmanager.NewFromConfig(awstest.Config(t)).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(resource.Secret(env, secret.Pepper)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.SecretString)
}

func TestTablesFollowTheirSchema(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	set := awstest.Provision(t, env, table.Jobs, table.Events)
	if len(set.Tables) != 2 || len(set.Queues) != 2 { // a queue, with its dead letters, has the name of a table
		t.Fatalf("asked for two tables, got %d and %d queues", len(set.Tables), len(set.Queues))
	}
	client := dynamodb.NewFromConfig(awstest.Config(t))
	jobs, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(resource.Table(env, table.Jobs))})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(jobs.Table.GlobalSecondaryIndexes); n != 1 {
		t.Errorf("jobs has %d indexes, want 1", n)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(resource.Table(env, table.Jobs))})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != resource.AttrTTL {
		t.Errorf("items expire by %q", got)
	}
	events, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(resource.Table(env, table.Events))})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(events.Table.LatestStreamArn) == "" {
		t.Error("events has no stream")
	}
}

func TestQueueAttributesAreUpdated(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	set := awstest.Provision(t, env, queue.Tasks)
	set.Queues[1].MaxReceive = 9
	if err := provision.New(awstest.Config(t), rand.Reader).Create(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	client := sqs.NewFromConfig(awstest.Config(t))
	url, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(resource.Queue(env, queue.Tasks))})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: url.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameRedrivePolicy},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:guardrails-` + env + `-tasks-dlq","maxReceiveCount":9}`
	if got := out.Attributes["RedrivePolicy"]; got != want {
		t.Errorf("redrive policy %s, want %s", got, want)
	}
}

func TestKeyWrapsDataKeys(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env)
	_, err := kms.NewFromConfig(awstest.Config(t)).GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{
		KeyId: aws.String(resource.KeyAlias(env)), KeySpec: "AES_256", EncryptionContext: map[string]string{"tenant": "t"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoopbackRefusesOtherHosts(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"http://127.0.0.1:4566":        true,
		"http://[::1]:4566":            true,
		"http://localhost:4566":        true,
		"http://127.0.0.1":             false,
		"https://127.0.0.1:4566":       false,
		"http://10.0.0.1:4566":         false,
		"http://sqs.amazonaws.com:80":  false,
		"http://127.0.0.1.evil.net:80": false,
		"":                             false,
	}
	for endpoint, ok := range cases {
		if _, err := provision.Loopback(endpoint); (err == nil) != ok {
			t.Errorf("%q: error %v", endpoint, err)
		}
	}
}

// TestLockedBucketKeepsEachVersion writes over and deletes an object of the audit bucket, and then tries to delete the
// first version of it.
func TestLockedBucketKeepsEachVersion(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env)
	awstest.Provision(t, env) // a second run leaves it as it is
	client := s3.NewFromConfig(awstest.Config(t), func(o *s3.Options) { o.UsePathStyle = true })
	bucket, key := aws.String(resource.Bucket(env, "", blob.Audit)), aws.String("log")
	got, err := client.GetObjectLockConfiguration(t.Context(), &s3.GetObjectLockConfigurationInput{Bucket: bucket})
	var failure smithy.APIError
	if errors.As(err, &failure) && failure.ErrorCode() == "NotImplemented" {
		t.Skip("the emulator has no Object Lock")
	}
	if err != nil {
		t.Fatal(err)
	}
	if got.ObjectLockConfiguration.ObjectLockEnabled != s3types.ObjectLockEnabledEnabled || got.ObjectLockConfiguration.Rule == nil {
		t.Fatalf("the bucket is not locked: %+v", got.ObjectLockConfiguration)
	}
	first, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("first")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("second")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key}); err != nil {
		t.Fatal(err) // it only hides the object
	}
	_, err = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: first.VersionId})
	if !errors.As(err, &failure) || failure.ErrorCode() != "AccessDenied" {
		t.Errorf("deleting a locked version gives %v, want AccessDenied", err)
	}
	kept, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: first.VersionId})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Body.Close()
	if content, err := io.ReadAll(kept.Body); err != nil || string(content) != "first" {
		t.Errorf("the version holds %q, %v", content, err)
	}
}
