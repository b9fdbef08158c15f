package detect_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// documents are texts of about 1 KB with up to six values each, as callers send them: the same on every run.
func documents(tb testing.TB, n int) []string {
	tb.Helper()
	words := strings.Fields(readLetter(tb))
	var values []string
	for _, d := range builtin.Detectors() {
		if d.Category == detect.CategoryPII && !d.OptIn {
			values = append(values, d.Samples.Positive...)
		}
	}
	draw := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		left := draw.IntN(7)
		for b.Len() < 1000 {
			b.WriteString(words[draw.IntN(len(words))])
			b.WriteByte(' ')
			if left > 0 && draw.IntN(20) == 0 {
				fmt.Fprintf(&b, "%s. ", values[draw.IntN(len(values))])
				left--
			}
		}
		out[i] = b.String()
	}
	return out
}

// models names the detectors that ask a model.
func models() []string {
	var names []string
	for _, d := range builtin.Detectors() {
		if d.Model != nil {
			names = append(names, d.Name)
		}
	}
	return names
}

// cpuTime is what the process has used of processors, which tells the speed on a busy machine too.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkFamilies scans texts of 1 KB with the deterministic detectors, and with all.
func BenchmarkFamilies(b *testing.B) {
	docs := documents(b, 500)
	for _, run := range []struct {
		name string
		o    detect.Options
	}{{"deterministic", detect.Options{Exclude: models()}}, {"all", detect.Options{}}} {
		b.Run(run.name, func(b *testing.B) {
			e := newFullEngine(b)
			p, err := e.Compile(run.o)
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for _, d := range docs {
				p.Scan(b.Context(), d, nil)
				n += len(d)
			}
			b.SetBytes(int64(n / len(docs)))
			b.ReportAllocs()
			i := 0
			begin := cpuTime(b)
			for b.Loop() {
				p.Scan(b.Context(), docs[i%len(docs)], nil)
				i++
			}
			spent := cpuTime(b) - begin
			b.ReportMetric(float64(i)*float64(n)/float64(len(docs))/1e6/spent.Seconds(), "cpu-MB/s")
		})
	}
}
