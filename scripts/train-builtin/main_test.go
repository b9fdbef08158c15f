package main

import (
	"testing"
)

// TestSources loads every source: labels are known, copies of one another are in one group, and no group is a large part
// of the whole.
func TestSources(t *testing.T) {
	t.Parallel()
	all, err := load("data")
	if err != nil {
		t.Fatal(err)
	}
	counts, groups, texts := map[string]int{}, map[int]int{}, map[string]int{}
	hits, others := [heads]int{}, [heads]int{}
	for _, d := range all.docs {
		counts[d.source]++
		if d.source != own {
			groups[d.group]++
			if g, known := texts[d.text]; known && g != d.group {
				t.Errorf("%s: the same text is in two groups", d.source)
			}
			texts[d.text] = d.group
		}
		for h, label := range d.labels {
			switch label {
			case 1:
				hits[h]++
			case -1:
				others[h]++
			}
		}
	}
	for _, s := range sources() {
		if counts[s.name] < 70 {
			t.Errorf("%s has %d texts", s.name, counts[s.name])
		}
	}
	for h, name := range options().Heads {
		if hits[h] < 50 || others[h] < 50 {
			t.Errorf("%s has %d hits and %d others", name, hits[h], others[h])
		}
	}
	for g, n := range groups {
		if n > len(texts)/20 {
			t.Errorf("group %d has %d texts", g, n)
		}
	}
	again, err := load("data")
	if err != nil || again.digest != all.digest {
		t.Errorf("the second time the sources differ, %v", err)
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	c := tally{tp: 8, fn: 2, fp: 1, tn: 9}
	if c.recall() != 0.8 || c.alarms() != 0.1 || c.accuracy() != 0.85 || c.macroF1() < 0.849 || c.macroF1() > 0.85 {
		t.Errorf("%v %v %v %v", c.recall(), c.alarms(), c.accuracy(), c.macroF1())
	}
	if (tally{}).recall() != 0 || share(0, 0) != "–" || share(1, 2) != "0.500" {
		t.Error("of nothing there are figures")
	}
}
