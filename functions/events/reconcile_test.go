package events

import (
	"testing"
	"time"
)

// TestEveryTenantIsFirstInTurn looks at where the hourly comparison begins.
func TestEveryTenantIsFirstInTurn(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)
	for _, n := range []int{1, 2, 3, 24, 100, 1000} {
		seen := map[int]bool{}
		for hour := range n {
			at := startOf(begin.Add(time.Duration(hour)*time.Hour), n)
			if at < 0 || at >= n || seen[at] {
				t.Fatalf("of %d tenants number %d is first again after %d hours", n, at, hour)
			}
			seen[at] = true
		}
	}
	if got := startOf(begin, 0); got != 0 {
		t.Errorf("of no tenants number %d is first", got)
	}
}
