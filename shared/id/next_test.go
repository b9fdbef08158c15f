package id_test

import (
	"testing"

	"guardrails/shared/id"
)

func TestNextSortsBehind(t *testing.T) {
	t.Parallel()
	base := "evt_01jd3k5v8q2w4x6y8z0a1b2c3d"
	last := base
	for n := 1; n <= 300; n++ {
		next := id.Next(base, n)
		if next <= last || !id.Valid(id.Event, next) || !id.Time(next).Equal(id.Time(base)) {
			t.Fatalf("Next(%d) = %s after %s", n, next, last)
		}
		last = next
	}
	if id.Next(base, 0) != base || id.Next("nothing", 3) != "nothing" {
		t.Error("an id is not its own zeroth, or what is none was changed")
	}
}
