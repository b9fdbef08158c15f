package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"guardrails/shared/clock"
	"guardrails/shared/id"
)

// maxBackoff is the longest pause between two tries of one record.
const maxBackoff = 30 * time.Second

// errItems says that the function reported the batch's first record as failed.
var errItems = errors.New("the function reported a failed record")

// deliver hands over records in order and advances the checkpoint behind them. A batch that fails is halved until one
// record stands alone; that one is tried again and at last given up. It returns false when ctx ended before the end:
// the rest is delivered again by the next run.
func (s *Stream) deliver(ctx, work context.Context, sh shard, records []types.Record) bool {
	size, tries := len(records), 0
	for len(records) > 0 {
		n := min(size, len(records))
		done, err := s.invoke(work, sh, records[:n])
		if err == nil {
			records = s.advance(work, sh, records, done)
			size, tries = len(records), 0
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		if n > 1 {
			size = n / 2
			continue
		}
		if tries++; tries > s.Retries {
			s.giveUp(work, sh, records[0], err)
			records = s.advance(work, sh, records, 1)
			size, tries = len(records), 0
			continue
		}
		if clock.Pause(ctx, backoff(s.Backoff, tries)) != nil {
			return false
		}
	}
	return true
}

func backoff(first time.Duration, tries int) time.Duration {
	d := first
	for range tries - 1 {
		if d >= maxBackoff {
			return maxBackoff
		}
		d *= 2
	}
	return min(d, maxBackoff)
}

// advance stores that the first done records are finished and returns the others. A checkpoint that cannot be written
// only means that they are delivered again after a restart.
func (s *Stream) advance(ctx context.Context, sh shard, records []types.Record, done int) []types.Record {
	if err := s.Checkpoints.set(sh.key, aws.ToString(records[done-1].Dynamodb.SequenceNumber)); err != nil {
		s.Log.WarnContext(ctx, "stream checkpoint not written", "source", s.Table, "function", s.Target.Name, "error", err)
	}
	return records[done:]
}

// giveUp is the mapping's on-failure destination: a log line that says where the record is, not what it holds.
func (s *Stream) giveUp(ctx context.Context, sh shard, r types.Record, err error) {
	s.Log.ErrorContext(ctx, "stream record given up", "function", s.Target.Name, "source", s.Table, "shard", sh.name,
		"sequence", aws.ToString(r.Dynamodb.SequenceNumber), "retries", s.Retries, "error", err)
}

// invoke calls the function and returns how many records, from the first, are finished. It is at least 1 without error.
func (s *Stream) invoke(work context.Context, sh shard, records []types.Record) (int, error) {
	ev := events.DynamoDBEvent{}
	position := map[string]int{}
	for i, r := range records {
		ev.Records = append(ev.Records, s.record(sh, r))
		position[aws.ToString(r.Dynamodb.SequenceNumber)] = i
	}
	payload, err := json.Marshal(ev)
	if err != nil {
		return 0, fmt.Errorf("encode the batch: %w", err)
	}
	out, err := s.Target.Call(work, s.IDs.New(id.Request), payload)
	if err != nil {
		s.Log.WarnContext(work, "stream batch failed", "function", s.Target.Name, "records", len(records), "error", err)
		return 0, err
	}
	failed, err := failures(out)
	if err != nil {
		return 0, err
	}
	done := len(records)
	for _, f := range failed {
		i, ok := position[f]
		if !ok {
			return 0, errUnknownItem
		}
		done = min(done, i) // everything from the first failure on comes again, so that the order holds
	}
	if done == 0 {
		return 0, errItems
	}
	return done, nil
}

// record is a stream record as functions see it.
func (s *Stream) record(sh shard, r types.Record) events.DynamoDBEventRecord {
	region, _ := s.Target.Place()
	d := r.Dynamodb
	return events.DynamoDBEventRecord{
		AWSRegion: region, EventID: aws.ToString(r.EventID), EventName: string(r.EventName),
		EventSource: "aws:dynamodb", EventVersion: aws.ToString(r.EventVersion),
		EventSourceArn: sh.stream,
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: aws.ToTime(d.ApproximateCreationDateTime)},
			Keys:                        image(d.Keys), NewImage: image(d.NewImage), OldImage: image(d.OldImage),
			SequenceNumber: aws.ToString(d.SequenceNumber), SizeBytes: aws.ToInt64(d.SizeBytes), StreamViewType: string(d.StreamViewType),
		},
	}
}

func image(in map[string]types.AttributeValue) map[string]events.DynamoDBAttributeValue {
	if in == nil {
		return nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(in))
	for k, v := range in {
		out[k] = attribute(v)
	}
	return out
}

// attribute turns the SDK's attribute into the event's; DynamoDB bounds the nesting to 32 levels.
func attribute(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value)
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value)
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(image(v.Value))
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, len(v.Value))
		for i, e := range v.Value {
			list[i] = attribute(e)
		}
		return events.NewListAttribute(list)
	}
	return events.NewNullAttribute()
}
