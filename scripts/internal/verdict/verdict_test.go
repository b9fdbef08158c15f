package verdict_test

import (
	"testing"

	"guardrails/scripts/internal/verdict"
)

func TestCount(t *testing.T) {
	t.Parallel()
	var c verdict.Count
	for _, v := range [][2]bool{{true, true}, {true, false}, {false, true}, {false, false}, {false, false}} {
		c.Add(v[0], v[1])
	}
	if c != (verdict.Count{Hits: 2, Found: 1, Others: 3, Flagged: 1}) {
		t.Errorf("%+v", c)
	}
	c = verdict.Count{Hits: 10, Found: 8, Others: 10, Flagged: 1}
	if c.Recall() != 0.8 || c.Alarms() != 0.1 || c.Accuracy() != 0.85 || c.MacroF1() < 0.849 || c.MacroF1() > 0.85 {
		t.Errorf("%v %v %v %v", c.Recall(), c.Alarms(), c.Accuracy(), c.MacroF1())
	}
	if none := (verdict.Count{}); none.Recall() != 0 || none.Alarms() != 0 || none.Accuracy() != 0 || none.MacroF1() != 0 {
		t.Error("of nothing there are figures")
	}
}
