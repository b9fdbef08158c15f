package awstest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guardrails/shared/resource"
)

// Purge empties the queues of an environment that the test has for itself.
func Purge(t testing.TB, env string) {
	t.Helper()
	api := sqs.NewFromConfig(Config(t))
	for _, q := range resource.Of(env, "").Queues {
		url, err := api.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &q.Physical})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := api.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: url.QueueUrl}); err != nil {
			t.Fatal(err)
		}
	}
}
