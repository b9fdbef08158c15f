package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTally(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, events string
		counts       [3]int
		shown        []string
		hidden       []string
	}{
		{
			name: "a test that passes says nothing",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}
				{"Action":"pass","Package":"p","Test":"TestA"}
				{"Action":"pass","Package":"p","Elapsed":1.5}`,
			counts: [3]int{1, 0, 0}, shown: []string{"ok    p", "1.5s"}, hidden: []string{"chatter"},
		},
		{
			name: "a test that fails shows its lines",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
				{"Action":"output","Package":"p","Test":"TestA","Output":"a_test.go:7: wrong\n"}
				{"Action":"fail","Package":"p","Test":"TestA"}
				{"Action":"fail","Package":"p"}`,
			counts: [3]int{0, 1, 0}, shown: []string{"a_test.go:7: wrong", "FAIL  p"}, hidden: []string{"=== RUN"},
		},
		{
			name: "a skip says why",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: no such capability\n"}
				{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
				{"Action":"skip","Package":"p","Test":"TestA"}`,
			counts: [3]int{0, 0, 1}, shown: []string{"skip  p: no such capability: TestA\n"},
		},
		{
			name: "skips for one reason share a line",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: needs services\n"}
				{"Action":"skip","Package":"p","Test":"TestA"}
				{"Action":"output","Package":"p","Test":"TestB","Output":"    a_test.go:9: needs services\n"}
				{"Action":"skip","Package":"p","Test":"TestB"}`,
			counts: [3]int{0, 0, 2}, shown: []string{"skip  p: needs services: TestA, TestB\n"},
		},
		{
			name: "a package that does not compile fails once",
			events: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1:1: expected package\n"}
				{"Action":"fail","Package":"p","FailedBuild":"p"}`,
			counts: [3]int{0, 1, 0}, shown: []string{"expected package", "FAIL  p"},
		},
		{
			name: "a panic shows the test that was running",
			events: `{"Action":"run","Package":"p","Test":"TestA"}
				{"Action":"output","Package":"p","Test":"TestA","Output":"panic: nil map\n"}
				{"Action":"fail","Package":"p"}`,
			counts: [3]int{0, 1, 0}, shown: []string{"panic: nil map"},
		},
		{
			name:   "a package without tests is not worth a line",
			events: `{"Action":"skip","Package":"p"}`, hidden: []string{"p "},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			got := newTally(&out)
			if err := got.read(strings.NewReader(c.events)); err != nil {
				t.Fatal(err)
			}
			printed := len(out.String())
			got.summary(2 * time.Second)
			if counts := [3]int{got.passed, got.failed, got.skipped}; counts != c.counts {
				t.Errorf("passed, failed, skipped = %v, want %v", counts, c.counts)
			}
			for _, s := range c.shown {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is not in\n%s", s, out.String())
				}
			}
			for _, s := range c.hidden {
				if strings.Contains(out.String()[:printed], s) {
					t.Errorf("%q is in\n%s", s, out.String())
				}
			}
		})
	}
}

func TestTallyRefusesOtherOutput(t *testing.T) {
	t.Parallel()
	if err := newTally(&strings.Builder{}).read(strings.NewReader("ok p 1s")); err == nil {
		t.Error("text that is no JSON was read")
	}
}

func TestGoTest(t *testing.T) {
	t.Parallel()
	full := goTest(false, "", nil)
	if !slices.Contains(full, "-race") || full[len(full)-1] != "./..." {
		t.Errorf("full run: %v", full)
	}
	short := goTest(true, "TestA", []string{"./shared/..."})
	if slices.Contains(short, "-race") || !slices.Contains(short, "-run=TestA") || short[len(short)-1] != "./shared/..." {
		t.Errorf("short run: %v", short)
	}
}
