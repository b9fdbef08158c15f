package telemetry

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ContentType is the media type of what Registry.Write writes: Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// buckets are the upper bounds of the histograms of durations, in seconds.
var buckets = [...]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Registry sums up what the functions of this process have counted since it began, for Prometheus. It is safe for
// concurrent use, and the nil Registry keeps nothing.
type Registry struct {
	mu        sync.Mutex
	functions map[string]*sums
}

// sums are one function's.
type sums struct {
	counts    map[Metric]int64
	durations map[Metric]*histogram
}

type histogram struct {
	counts [len(buckets)]int64 // by bucket, not cumulative
	total  int64
	sum    time.Duration
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{functions: map[string]*sums{}} }

func (r *Registry) add(function string, counts map[Metric]int64, durations map[Metric][]time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.functions[function]
	if s == nil {
		s = &sums{counts: map[Metric]int64{}, durations: map[Metric]*histogram{}}
		r.functions[function] = s
	}
	for name, n := range counts {
		s.counts[name] += n
	}
	for name, all := range durations {
		h := s.durations[name]
		if h == nil {
			h = &histogram{}
			s.durations[name] = h
		}
		for _, d := range all {
			h.observe(d)
		}
	}
}

func (h *histogram) observe(d time.Duration) {
	h.total++
	h.sum += d
	if i := slices.IndexFunc(buckets[:], func(le float64) bool { return d.Seconds() <= le }); i >= 0 {
		h.counts[i]++
	}
}

// Gauge is a value of this moment, beside what was counted.
type Gauge struct {
	// Name is the whole name by Prometheus' conventions, Help one sentence without its full stop.
	Name, Help string
	Samples    []Sample
}

// Sample is one value of a gauge. Labels are pairs of name and value, in the order in which they are written.
type Sample struct {
	Labels [][2]string
	Value  float64
}

// Write writes everything in Prometheus' text format, ordered by name and function. A function that has counted anything
// has all counters, most of them 0, so that the first error is seen as a change.
func (r *Registry) Write(w io.Writer, gauges ...Gauge) error {
	b := bufio.NewWriter(w)
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		names := slices.Sorted(maps.Keys(r.functions))
		for _, d := range Definitions() {
			r.write(b, d, names)
		}
	}
	for _, g := range gauges {
		head(b, g.Name, g.Help, "gauge")
		for _, s := range g.Samples {
			sample(b, g.Name, s.Labels, strconv.FormatFloat(s.Value, 'g', -1, 64))
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

func (r *Registry) write(b *bufio.Writer, d Definition, functions []string) {
	name := d.Prometheus()
	kind := "counter"
	if d.Kind == Duration {
		kind = "histogram"
	}
	head(b, name, d.Help, kind)
	for _, f := range functions {
		labels := [][2]string{{"function", f}}
		switch s := r.functions[f]; {
		case d.Kind == Counter:
			sample(b, name, labels, strconv.FormatInt(s.counts[d.Name], 10))
		case s.durations[d.Name] != nil:
			s.durations[d.Name].write(b, name, labels)
		}
	}
}

func (h *histogram) write(b *bufio.Writer, name string, labels [][2]string) {
	var below int64
	for i, le := range buckets {
		below += h.counts[i]
		sample(b, name+"_bucket", append(slices.Clip(labels), [2]string{"le", strconv.FormatFloat(le, 'g', -1, 64)}), strconv.FormatInt(below, 10))
	}
	sample(b, name+"_bucket", append(slices.Clip(labels), [2]string{"le", "+Inf"}), strconv.FormatInt(h.total, 10))
	sample(b, name+"_sum", labels, strconv.FormatFloat(h.sum.Seconds(), 'g', -1, 64))
	sample(b, name+"_count", labels, strconv.FormatInt(h.total, 10))
}

func head(b *bufio.Writer, name, help, kind string) {
	_, _ = fmt.Fprintf(b, "# HELP %s %s.\n# TYPE %s %s\n", name, help, name, kind) // the writer keeps its error for Flush
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func sample(b *bufio.Writer, name string, labels [][2]string, value string) {
	_, _ = b.WriteString(name) // the writer keeps its error for Flush
	for i, l := range labels {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		_, _ = fmt.Fprintf(b, `%s%s="%s"`, sep, l[0], escape.Replace(l[1]))
	}
	if len(labels) > 0 {
		_ = b.WriteByte('}')
	}
	_, _ = fmt.Fprintf(b, " %s\n", value)
}
