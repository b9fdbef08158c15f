package trigger_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guardrails/infra/local/trigger"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

// streamOf makes the events table with numbered items and returns its reader, with checkpoints in dir.
func streamOf(t *testing.T, env, dir string, f function) *trigger.Stream {
	t.Helper()
	points, err := trigger.OpenCheckpoints(filepath.Join(dir, "streams.json"))
	if err != nil {
		t.Fatal(err)
	}
	return &trigger.Stream{
		AWS: awstest.Config(t), Table: resource.Table(env, table.Events),
		BatchSize: 100, Retries: 3, Backoff: time.Millisecond, Target: target(f), Checkpoints: points, Epoch: func() int64 { return 0 },
		IDs: id.NewGenerator(clock.System(), nil), Log: slog.New(slog.DiscardHandler),
	}
}

func put(t *testing.T, env string, from, to int) {
	t.Helper()
	c := dynamodb.NewFromConfig(awstest.Config(t))
	for i := from; i <= to; i++ {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String(resource.Table(env, table.Events)),
			Item: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "T#1"}, "sk": &types.AttributeValueMemberS{Value: strconv.Itoa(i)},
				"n": &types.AttributeValueMemberN{Value: strconv.Itoa(i)}, "b": &types.AttributeValueMemberB{Value: []byte{1}},
				"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberNULL{Value: true}}},
				"m": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"s": &types.AttributeValueMemberSS{Value: []string{"x"}}}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// numbers reads which items a batch holds.
func numbers(payload []byte) ([]int, events.DynamoDBEvent, error) {
	var ev events.DynamoDBEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, ev, err
	}
	var out []int
	for _, r := range ev.Records {
		n, err := r.Change.NewImage["n"].Int64()
		if err != nil {
			return nil, ev, err
		}
		out = append(out, int(n))
	}
	return out, ev, nil
}

func upTo(n int) []int {
	var out []int
	for i := 1; i <= n; i++ {
		out = append(out, i)
	}
	return out
}

func TestStreamIsBisectedAroundABadRecordAndKeepsItsOrder(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env, table.Events)
	put(t, env, 1, 20)
	const bad = 7
	tries := 0
	done := make(chan int, 100)
	run(t, streamOf(t, env, t.TempDir(), func(payload []byte) ([]byte, error) {
		ns, _, err := numbers(payload)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ns, bad) {
			if len(ns) == 1 {
				tries++
			}
			return nil, errors.New("bad record")
		}
		for _, n := range ns {
			done <- n
		}
		return nil, nil
	}).Run)
	var got []int
	for range 19 {
		got = append(got, receive(t, done))
	}
	want := slices.DeleteFunc(upTo(20), func(n int) bool { return n == bad })
	if !slices.Equal(got, want) {
		t.Errorf("delivered %v, want %v", got, want)
	}
	if tries != 4 {
		t.Errorf("the bad record was tried %d times, want once and 3 retries", tries)
	}
}

func TestStreamPartialFailureStartsAgainAtTheFailedRecord(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env, table.Events)
	put(t, env, 1, 10)
	first := true
	batches := make(chan []int, 100)
	run(t, streamOf(t, env, t.TempDir(), func(payload []byte) ([]byte, error) {
		ns, ev, err := numbers(payload)
		if err != nil {
			return nil, err
		}
		batches <- ns
		if !first {
			return nil, nil
		}
		first = false
		// Of several failures the earliest counts.
		return json.Marshal(events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{
			{ItemIdentifier: ev.Records[8].Change.SequenceNumber}, {ItemIdentifier: ev.Records[4].Change.SequenceNumber},
		}})
	}).Run)
	if got := receive(t, batches); !slices.Equal(got, upTo(10)) {
		t.Errorf("first batch %v", got)
	}
	if got := receive(t, batches); !slices.Equal(got, []int{5, 6, 7, 8, 9, 10}) {
		t.Errorf("second batch %v", got)
	}
}

func TestStreamGoesOnAfterItsCheckpoint(t *testing.T) {
	t.Parallel()
	env, dir := awstest.Env(t), t.TempDir()
	awstest.Provision(t, env, table.Events)
	put(t, env, 1, 3)
	for _, part := range []struct{ from, to int }{{1, 3}, {4, 6}} {
		if part.from > 1 {
			put(t, env, part.from, part.to)
		}
		t.Run(strconv.Itoa(part.from), func(t *testing.T) {
			got := make(chan []int, 100)
			run(t, streamOf(t, env, dir, func(payload []byte) ([]byte, error) {
				ns, ev, err := numbers(payload)
				if err != nil {
					return nil, err
				}
				r := ev.Records[0]
				if r.EventName != "INSERT" || r.Change.StreamViewType != "NEW_IMAGE" || r.Change.Keys["pk"].String() != "T#1" ||
					!r.Change.NewImage["l"].List()[0].Boolean() || r.Change.NewImage["m"].Map()["s"].StringSet()[0] != "x" {
					t.Errorf("record %+v", r)
				}
				got <- ns
				return nil, nil
			}).Run)
			if ns := receive(t, got); ns[0] != part.from {
				t.Errorf("the run started at %v, want %d", ns, part.from)
			}
		})
	}
}

// A source that was restored has other records at the old places: reading goes on from the checkpoint.
func TestStreamStartsAtItsCheckpointInANewEpoch(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env, table.Events)
	put(t, env, 1, 2)
	var epoch atomic.Int64
	got := make(chan []int, 100)
	s := streamOf(t, env, t.TempDir(), func(payload []byte) ([]byte, error) {
		ns, _, err := numbers(payload)
		epoch.Add(1)
		got <- ns
		return nil, err
	})
	s.BatchSize, s.Epoch = 1, epoch.Load
	run(t, s.Run)
	for _, want := range []int{1, 2} {
		if ns := receive(t, got); !slices.Equal(ns, []int{want}) {
			t.Errorf("read %v, want %d", ns, want)
		}
	}
}

func TestStreamSurvivesALostCheckpoint(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	awstest.Provision(t, env, table.Events)
	put(t, env, 1, 2)
	got := make(chan []int, 100)
	s := streamOf(t, env, t.TempDir(), func(payload []byte) ([]byte, error) {
		ns, _, err := numbers(payload)
		got <- ns
		return nil, err
	})
	trigger.Forge(s)
	run(t, s.Run)
	if ns := receive(t, got); !slices.Equal(ns, []int{1, 2}) {
		t.Errorf("read %v, want everything", ns)
	}
}
