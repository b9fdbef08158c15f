package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// history is what came at the receiver.
type history struct {
	came            map[place]arrival
	shared, strange int
}

// verdict is what a history says about the deliveries that there should have been.
type verdict struct {
	want, lost, twice int
	// requests are all that came; silent those whose answer was dropped; changed are the deliveries that came with two
	// ids or two bodies.
	requests, silent, changed, shared, strange int
	// open are deliveries that have not ended when they should have, or that ended otherwise than delivered.
	open []string
}

// judge compares a history with the deliveries that there should have been.
func judge(h history, want []place) verdict {
	v := verdict{want: len(want), shared: h.shared, strange: h.strange}
	expected := make(map[place]bool, len(want))
	for _, p := range want {
		expected[p] = true
		if h.came[p].worked == 0 {
			v.lost++
		}
	}
	for p, a := range h.came {
		if !expected[p] {
			v.strange += a.requests
			continue
		}
		v.requests += a.requests
		v.silent += a.silent
		v.twice += max(a.worked-1-a.silent, 0)
		if a.changed {
			v.changed++
		}
	}
	return v
}

// share is which part of the deliveries came once more than they should have.
func (v verdict) share() float64 { return float64(v.twice) / float64(max(v.want, 1)) }

// fault is what is wrong; most is the largest share of duplicates.
func (v verdict) fault(most float64) error {
	var all []error
	bad := func(n int, what string) {
		if n > 0 {
			all = append(all, fmt.Errorf("%d %s", n, what))
		}
	}
	bad(v.lost, "deliveries of accepted events did not arrive")
	bad(v.changed, "deliveries came with two ids or two bodies")
	bad(v.shared, "requests had the id of another delivery")
	bad(v.strange, "requests are of no event that was published for their rule")
	bad(len(v.open), "deliveries have not ended as delivered")
	for _, line := range v.open[:min(len(v.open), shownOpen)] {
		all = append(all, errors.New("  "+line))
	}
	if v.share() > most {
		all = append(all, fmt.Errorf("%.2f %% of the deliveries came twice, more than %.2f %%", 100*v.share(), 100*most))
	}
	return errors.Join(all...)
}

// shownOpen is how many open deliveries are told of one by one.
const shownOpen = 10

// print writes the table that docs/chaos-real-kills.md shows.
func (v verdict) print(w io.Writer, o options, kills, again int, took, settled time.Duration) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "events\tdeliveries\tkills\trequests sent again\tlost\tduplicates\tanswers dropped\tafter the last event\ttook\t")
	fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%d (%.2f %%)\t%d\t%s\t%s\t\n", o.events, v.want, kills, again, v.lost, v.twice, 100*v.share(), v.silent,
		settled.Round(time.Second), took.Round(time.Second))
	return t.Flush()
}
