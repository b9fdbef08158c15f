package detect_test

import (
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/worst"
)

// The work on the worst texts is bounded for each byte, grows no faster than the text, and looks at its context often.
func TestWorstTextsAreBounded(t *testing.T) {
	t.Parallel()
	const (
		perByte = 200
		growth  = 1.08
		step    = 96 << 10
	)
	plan, err := newFullEngine(t).Compile(detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range worst.Inputs() {
		t.Run(in.Name, func(t *testing.T) {
			t.Parallel()
			var rates []float64
			for _, size := range []int{8 << 10, 64 << 10} {
				text := in.Text(size)
				e := plan.Effort(t.Context(), text)
				rate := float64(e.Total) / float64(len(text))
				if rate > perByte {
					t.Errorf("work %.0f for each byte of %d, want at most %d", rate, size, perByte)
				}
				if e.Step > step {
					t.Errorf("%d between two looks at the context, want at most %d", e.Step, step)
				}
				rates = append(rates, rate)
			}
			if rates[1] > growth*rates[0]+1 {
				t.Errorf("work for each byte grows from %.1f to %.1f", rates[0], rates[1])
			}
		})
	}
}
