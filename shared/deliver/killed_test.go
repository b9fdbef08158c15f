package deliver

import (
	"testing"
	"time"
)

// TestWhatAKilledWorkerLeaves is taken up when its lease is over or its next attempt is due, not after the grace.
func TestWhatAKilledWorkerLeaves(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_700_000_000_000).UTC()
	const lease = 11 * time.Second
	first, second := Ticket{Attempt: 1}, Ticket{Attempt: 2}
	leased, v := claim(Row{ID: "dlv_1", Status: Pending, Attempt: 1}, first, now, "dead", lease)
	if v != attempt {
		t.Fatalf("the first message is answered with %v", v)
	}
	failed := fail(leased, Attempt{Number: 1}, now, 5*time.Second, true).row
	for name, c := range map[string]struct {
		row    Row
		ticket Ticket
		at     time.Duration
		due    time.Time
	}{
		"killed while it sent":                    {leased, first, time.Second, now.Add(lease)},
		"killed before the next message was sent": {failed, first, time.Second, now.Add(5 * time.Second)},
		"the same, seen later":                    {failed, first, time.Minute, now.Add(time.Minute)},
	} {
		got, v := claim(c.row, c.ticket, now.Add(c.at), "other", lease)
		if v != drop || got.DueAt != c.due.Unix() {
			t.Errorf("%s: %v, due %v, want %v", name, v, time.Unix(got.DueAt, 0).UTC(), c.due)
		}
		if _, send := sweep(got, now.Add(time.Minute+lease)); !send {
			t.Errorf("%s: the sweep sends nothing", name)
		}
	}
	// A sweep that comes while the lease lives leaves the row where it is.
	waiting, _ := claim(leased, first, now, "other", lease)
	if next, send := sweep(waiting, now); send || next.DueAt != waiting.DueAt {
		t.Errorf("the sweep does %v, due %v", send, next.DueAt)
	}
	// What is stale for another reason changes nothing.
	for name, c := range map[string]struct {
		row    Row
		ticket Ticket
	}{"ended": {succeed(leased, Attempt{Number: 1}, now), first}, "of two attempts ago": {Row{Status: Pending, Attempt: 3, DueAt: 9}, first}, "of a later one": {leased, second}} {
		if got, v := claim(c.row, c.ticket, now, "other", lease); v != drop || got.DueAt != c.row.DueAt {
			t.Errorf("%s: %v, due %d", name, v, got.DueAt)
		}
	}
}
