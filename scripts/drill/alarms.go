package drill

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"guardrails/infra/plan"
	"guardrails/shared/telemetry"
)

// sample is one value of a metric.
type sample struct {
	at    time.Time
	value float64
}

// watch is one alarm of the plan on a clock that runs faster.
type watch struct {
	plan.Alarm
	// since is when its first period began, period how long one is on the drill's clock.
	since  time.Time
	period time.Duration
}

// newWatch refuses an alarm that it would not evaluate as CloudWatch does.
func newWatch(a plan.Alarm, since time.Time, faster int) (watch, error) {
	if a.Statistic != "Sum" || a.Comparison != plan.AtLeast || a.Silence {
		return watch{}, fmt.Errorf("the drill cannot evaluate the alarm %s", a.Name)
	}
	return watch{a, since, a.Period / time.Duration(faster)}, nil
}

// rings reports whether the alarm rings now: Bad of the last Of whole periods are at the threshold or above. A period
// without data is good.
func (w watch) rings(samples []sample, now time.Time) bool {
	whole := int(now.Sub(w.since) / w.period)
	sums := make([]float64, whole)
	for _, s := range samples {
		if i := int(s.at.Sub(w.since) / w.period); !s.at.Before(w.since) && i < whole {
			sums[i] += s.value
		}
	}
	bad := 0
	for _, sum := range sums[max(0, whole-w.Of):] {
		if sum >= w.Threshold {
			bad++
		}
	}
	return bad >= w.Bad
}

// embedded reads the values of one metric out of a function's log lines, by CloudWatch's embedded metric format. Lines
// of other kinds are skipped.
func embedded(line string, a plan.Alarm) (sample, bool) {
	if !strings.Contains(line, `"_aws"`) {
		return sample{}, false
	}
	var fields map[string]json.RawMessage
	var head struct {
		Timestamp int64
		Metrics   []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name string }
		} `json:"CloudWatchMetrics"`
	}
	if json.Unmarshal([]byte(line), &fields) != nil || json.Unmarshal(fields["_aws"], &head) != nil {
		return sample{}, false
	}
	for _, m := range head.Metrics {
		named := slices.ContainsFunc(m.Metrics, func(x struct{ Name string }) bool { return x.Name == a.Metric })
		if m.Namespace != a.Namespace || !named || !slices.ContainsFunc(m.Dimensions, func(names []string) bool { return dimensions(fields, names, a) }) {
			continue
		}
		var value float64
		if json.Unmarshal(fields[a.Metric], &value) != nil {
			return sample{}, false
		}
		return sample{time.UnixMilli(head.Timestamp), value}, true
	}
	return sample{}, false
}

// dimensions reports whether a line's dimensions are just those of the alarm.
func dimensions(fields map[string]json.RawMessage, names []string, a plan.Alarm) bool {
	if len(names) != len(a.Dimensions) {
		return false
	}
	for _, d := range a.Dimensions {
		var value string
		if !slices.Contains(names, d[0]) || json.Unmarshal(fields[d[0]], &value) != nil || value != d[1] {
			return false
		}
	}
	return true
}

// ours reports whether an alarm is on a metric that functions write themselves; the others are Lambda's.
func ours(a plan.Alarm) bool { return a.Namespace == telemetry.Namespace }
