package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/shared/resource"
)

// pair is a queue after the dead-letter queue that it names; dead is nil where the set has none.
type pair struct {
	dead *resource.QueueSpec
	live resource.QueueSpec
}

// queuePairs groups queues with their dead-letter queues, since the second must exist first.
func queuePairs(queues []resource.QueueSpec) []pair {
	byName := map[string]*resource.QueueSpec{}
	named := map[string]bool{}
	for i, q := range queues {
		byName[q.Physical] = &queues[i]
		named[q.DeadLetter] = true
	}
	var out []pair
	for _, q := range queues {
		if !named[q.Physical] {
			out = append(out, pair{dead: byName[q.DeadLetter], live: q})
		}
	}
	return out
}

func (c *Creator) queuePair(ctx context.Context, p pair) error {
	if p.dead != nil {
		if err := c.queue(ctx, *p.dead); err != nil {
			return named("queue", p.dead.Physical, err)
		}
	}
	return named("queue", p.live.Physical, c.queue(ctx, p.live))
}

// queue creates a queue. CreateQueue answers the existing one when the attributes are equal; when a release changed
// them, they are set anew.
func (c *Creator) queue(ctx context.Context, q resource.QueueSpec) error {
	attrs, err := c.queueAttributes(q)
	if err != nil {
		return err
	}
	if _, err = c.queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &q.Physical, Attributes: attrs}); err == nil {
		return nil
	}
	found, lookup := c.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &q.Physical})
	if lookup != nil {
		return err
	}
	if _, err := c.queues.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: found.QueueUrl, Attributes: attrs}); err != nil {
		return fmt.Errorf("set its attributes: %w", err)
	}
	return nil
}

func (c *Creator) queueAttributes(q resource.QueueSpec) (map[string]string, error) {
	attrs := map[string]string{
		string(types.QueueAttributeNameVisibilityTimeout):      seconds(q.Visibility),
		string(types.QueueAttributeNameMessageRetentionPeriod): seconds(q.Retention),
	}
	if q.DeadLetter == "" {
		return attrs, nil
	}
	redrive, err := json.Marshal(map[string]any{
		"deadLetterTargetArn": fmt.Sprintf("arn:aws:sqs:%s:%s:%s", c.region, Account, q.DeadLetter),
		"maxReceiveCount":     q.MaxReceive,
	})
	if err != nil {
		return nil, fmt.Errorf("encode the redrive policy: %w", err)
	}
	attrs[string(types.QueueAttributeNameRedrivePolicy)] = string(redrive)
	return attrs, nil
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
