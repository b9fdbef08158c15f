package trigger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"guardrails/infra/local/invoke"
	"guardrails/shared/clock"
	"guardrails/shared/id"
)

const (
	// idlePoll is the pause after a read that gave nothing, refresh the one between two looks at the list of shards.
	idlePoll = 200 * time.Millisecond
	refresh  = 10 * time.Second
	// listWithin bounds a look at the list of shards.
	listWithin = time.Minute
	// maxShardPages bounds the list of shards.
	maxShardPages = 100
)

// Stream is an event source mapping of a table's stream. Each shard is read in order, after its parent; what fails is
// bisected, tried again, and given up after Retries, with a log line, so that one bad record does not stop the rest.
type Stream struct {
	// AWS is where the table is.
	AWS aws.Config
	// Table is the table's physical name.
	Table     string
	BatchSize int
	Window    time.Duration
	Retries   int
	// Backoff is the first pause between two tries of one record; it doubles up to half a minute.
	Backoff     time.Duration
	Target      *invoke.Target
	Checkpoints *Checkpoints
	// Epoch changes when the source may have been restored from an older state, where a place in the stream that was
	// good before means another record.
	Epoch func() int64
	IDs   *id.Generator
	Log   *slog.Logger
}

// reader is a stream with the clients that read it.
type reader struct {
	*Stream
	streams *dynamodbstreams.Client
	tables  *dynamodb.Client
}

// shard is one shard of one stream; key is its name among the checkpoints.
type shard struct{ stream, name, key string }

// Run reads until ctx ends and returns when the last batch is done; batches run under work.
func (s *Stream) Run(ctx, work context.Context) { newReader(s).run(ctx, work) }

// newReader makes clients that do not retry by themselves: the reader must see each failure, since what answers after
// it may have been restored.
func newReader(s *Stream) *reader {
	cfg := s.AWS.Copy()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return &reader{Stream: s, streams: dynamodbstreams.NewFromConfig(cfg), tables: dynamodb.NewFromConfig(cfg)}
}

func (s *reader) run(ctx, work context.Context) {
	down := outage{log: s.Log, source: s.Table}
	var readers sync.WaitGroup
	defer readers.Wait()
	started := map[string]chan struct{}{}
	for ctx.Err() == nil {
		arn, shards, err := s.shards(ctx)
		if err != nil {
			down.failed(ctx, err)
			continue
		}
		down.answered(ctx)
		s.forget(ctx, arn, shards)
		for _, x := range shards {
			sh := shard{stream: arn, name: aws.ToString(x.ShardId), key: s.key(arn, x.ShardId)}
			if started[sh.key] != nil {
				continue
			}
			parent := started[s.key(arn, x.ParentShardId)]
			finished := make(chan struct{})
			started[sh.key] = finished
			readers.Go(func() {
				defer close(finished)
				if await(ctx, parent) {
					s.read(ctx, work, sh)
				}
			})
		}
		_ = clock.Pause(ctx, refresh) // the loop looks at ctx
	}
}

// key is a shard's name among the checkpoints and among the readers that were started.
func (s *reader) key(arn string, shardID *string) string {
	return s.Target.Name + " " + arn + " " + aws.ToString(shardID)
}

// forget drops the checkpoints of shards that the stream no longer has.
func (s *reader) forget(ctx context.Context, arn string, shards []types.Shard) {
	used := map[string]bool{}
	for _, x := range shards {
		used[s.key(arn, x.ShardId)] = true
	}
	if err := s.Checkpoints.keep(s.Target.Name+" ", used); err != nil {
		s.Log.WarnContext(ctx, "stream checkpoints not written", "source", s.Table, "function", s.Target.Name, "error", err)
	}
}

// await waits for a parent shard, if there is one.
func await(ctx context.Context, parent chan struct{}) bool {
	if parent == nil {
		return true
	}
	select {
	case <-parent:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// shards lists the shards of the table's current stream, parents first.
func (s *reader) shards(ctx context.Context) (string, []types.Shard, error) {
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	t, err := s.tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &s.Table})
	if err != nil {
		return "", nil, fmt.Errorf("find the stream: %w", err)
	}
	arn := aws.ToString(t.Table.LatestStreamArn)
	if arn == "" {
		return "", nil, errors.New("the table has no stream")
	}
	var out []types.Shard
	var last *string
	for range maxShardPages {
		page, err := s.streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &arn, ExclusiveStartShardId: last})
		if err != nil {
			return "", nil, fmt.Errorf("list the stream's shards: %w", err)
		}
		out = append(out, page.StreamDescription.Shards...)
		if last = page.StreamDescription.LastEvaluatedShardId; last == nil {
			break
		}
	}
	return arn, out, nil
}

// read delivers a shard's records in order until the shard ends or ctx does.
func (s *reader) read(ctx, work context.Context, sh shard) {
	down := outage{log: s.Log, source: s.Table}
	var iterator *string
	epoch := s.Epoch()
	for ctx.Err() == nil {
		records, next, err := s.gather(ctx, sh, iterator)
		if err != nil || s.Epoch() != epoch {
			// The next iterator comes from the checkpoint.
			iterator, epoch = nil, s.Epoch()
			down.failed(ctx, err)
			continue
		}
		down.answered(ctx)
		if len(records) > 0 && !s.deliver(ctx, work, sh, records) {
			return
		}
		if next == nil {
			return
		}
		iterator = next
	}
}

// gather reads one batch, which the window lets grow up to the batch size.
func (s *reader) gather(ctx context.Context, sh shard, iterator *string) ([]types.Record, *string, error) {
	if iterator == nil {
		var err error
		if iterator, err = s.iterator(ctx, sh); err != nil {
			return nil, nil, err
		}
	}
	var batch []types.Record
	over, cancel := context.WithTimeout(ctx, s.Window)
	defer cancel()
	for {
		limit := int32(min(s.BatchSize-len(batch), 1000))
		out, err := s.records(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: &limit})
		if err != nil {
			return nil, nil, err
		}
		batch = append(batch, out.Records...)
		iterator = out.NextShardIterator
		if len(out.Records) == 0 && iterator != nil {
			_ = clock.Pause(ctx, idlePoll) // the caller looks at ctx
		}
		if iterator == nil || len(batch) == 0 || len(batch) >= s.BatchSize || over.Err() != nil {
			return batch, iterator, nil
		}
	}
}

// records is one read, which nothing holds up for long.
func (s *reader) records(ctx context.Context, in *dynamodbstreams.GetRecordsInput) (*dynamodbstreams.GetRecordsOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	out, err := s.streams.GetRecords(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("read the stream: %w", err)
	}
	return out, nil
}

// iterator starts after the checkpoint, or at the oldest record when there is none or its record is gone.
func (s *reader) iterator(ctx context.Context, sh shard) (*string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &sh.stream, ShardId: &sh.name, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	seen := s.Checkpoints.get(sh.key)
	if seen != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &seen
	}
	out, err := s.streams.GetShardIterator(ctx, in)
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &trimmed) && seen != "" {
		s.Log.WarnContext(ctx, "the stream's checkpoint is gone; reading from its start", "source", s.Table, "function", s.Target.Name)
		if err := s.Checkpoints.set(sh.key, ""); err != nil {
			return nil, err
		}
		return s.iterator(ctx, sh)
	}
	if err != nil {
		return nil, fmt.Errorf("find the place in the stream: %w", err)
	}
	return out.ShardIterator, nil
}
