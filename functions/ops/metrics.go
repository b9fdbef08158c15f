package ops

import (
	"bytes"
	"context"
	"maps"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
)

const (
	// askWithin bounds how long the queues are asked.
	askWithin = 3 * time.Second
	// askAtOnce is how many queues are asked at the same time.
	askAtOnce = 4
)

// newMetrics answers the metrics in Prometheus' text format: how much waits in each queue, and what the functions of
// this process have counted. One host of everything counts everything; on Lambda each process has one function, whose
// numbers CloudWatch has.
func newMetrics(env *fn.Env) (fn.Handler[struct{}, fileOut], error) {
	queues := map[string]*queue.Queue{}
	for name := range env.Spec.Access.Queues {
		queues[name] = env.Queue(name)
	}
	names := slices.Sorted(maps.Keys(queues))
	build := telemetry.Gauge{
		Name: telemetry.BuildInfo, Help: "The release that runs; its value is always 1",
		Samples: []telemetry.Sample{{Labels: [][2]string{{"version", env.Config.Version}, {"go_version", runtime.Version()}}, Value: 1}},
	}
	return func(ctx context.Context, _ *fn.Call, _ *struct{}) (*fileOut, error) {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		depths := make([]queue.Depth, len(names))
		failed := make([]error, len(names))
		var g errgroup.Group
		g.SetLimit(askAtOnce)
		for i, name := range names {
			g.Go(func() error {
				depths[i], failed[i] = queues[name].Depth(ctx)
				return nil
			})
		}
		_ = g.Wait() // each queue's failure is in failed
		messages, up := queueGauges(names, depths, failed)
		var b bytes.Buffer
		if err := env.Config.Registry.Write(&b, build, messages, up); err != nil {
			return nil, err
		}
		return &fileOut{ContentType: telemetry.ContentType, CacheControl: "no-store", Body: b.Bytes()}, nil
	}, nil
}

// queueGauges tells how much waits. A queue that does not answer has no numbers, and is told as being down.
func queueGauges(names []string, depths []queue.Depth, failed []error) (messages, up telemetry.Gauge) {
	messages = telemetry.Gauge{Name: telemetry.QueueMessages, Help: "Messages in a queue, approximately"}
	up = telemetry.Gauge{Name: telemetry.QueueUp, Help: "1 if the queue answered, 0 if not"}
	for i, name := range names {
		of := [2]string{"queue", name}
		answered := telemetry.Sample{Labels: [][2]string{of}}
		if failed[i] == nil {
			answered.Value = 1
			messages.Samples = append(
				messages.Samples,
				telemetry.Sample{Labels: [][2]string{of, {"state", "waiting"}}, Value: float64(depths[i].Waiting)},
				telemetry.Sample{Labels: [][2]string{of, {"state", "in_flight"}}, Value: float64(depths[i].InFlight)},
			)
		}
		up.Samples = append(up.Samples, answered)
	}
	return messages, up
}
