package monitoring

import (
	"strconv"
	"time"

	"guardrails/shared/telemetry"
)

// Objective is a promise about a share of all events: at least Target of Total are not Bad, over Window.
type Objective struct {
	Name string
	// About says what the promise is, in one sentence.
	About string
	// Target is a share, for instance 0.999.
	Target     float64
	Window     time.Duration
	Bad, Total telemetry.Metric
	// Gateway says that an answer of API Gateway with a 5xx status is bad too, where there is one.
	Gateway bool
}

// Budget is the share of events that may be bad.
func (o Objective) Budget() float64 { return 1 - o.Target }

// month is the window of the objectives.
const month = 30 * 24 * time.Hour

// Objectives lists what the service promises.
func Objectives() []Objective {
	return []Objective{
		{"availability", "99.9 % of requests get an answer that is no 5xx", 0.999, month, telemetry.ServedErrors, telemetry.ServedRequests, true},
		{"latency", "99 % of requests are answered in the time that their kind of route promises", 0.99, month, telemetry.SlowRequests, telemetry.ServedRequests, false},
		{"work", "99 % of tries of queued work and stream records succeed", 0.99, month, telemetry.MessagesFailed, telemetry.Messages, false},
	}
}

// Burn is a speed at which an objective's budget is used up that people must hear of: Rate times the speed that would use
// it up in exactly its window, seen over Long, and still over Short, so that the alarm ends soon after its cause.
//
// The three speeds, their windows and the idea are of "The Site Reliability Workbook", chapter 5, table 5-8 and the text
// around it; the third is its three-day row held over a day, because CloudWatch sums one period up to a day.
type Burn struct {
	Name        string
	Rate        float64
	Long, Short time.Duration
	// Page says that somebody is woken; otherwise it waits for the morning.
	Page bool
}

// Burns lists the speeds, the fastest first.
func Burns() []Burn {
	return []Burn{
		{"fast", 14.4, time.Hour, 5 * time.Minute, true},
		{"steady", 6, 6 * time.Hour, 30 * time.Minute, true},
		{"slow", 3, 24 * time.Hour, 2 * time.Hour, false},
	}
}

// Severity is page or ticket.
func (b Burn) Severity() string {
	if b.Page {
		return "page"
	}
	return "ticket"
}

// LeastBad is how many bad events the long window must have: in an hour of few requests one failure is no trend.
const LeastBad = 10

// Runbook is the page of docs/runbooks about budgets that are used up too fast.
const Runbook = "error-budget"

// Threshold is the share of bad events at which a budget is used up at the burn's speed.
func (b Burn) Threshold(o Objective) float64 { return b.Rate * o.Budget() }

// spell writes a duration as Prometheus does: 5m, 6h, 1d.
func spell(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return strconv.Itoa(int(d.Hours())/24) + "d"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d.Hours())) + "h"
	}
	return strconv.Itoa(int(d.Minutes())) + "m"
}

// number writes a share without the noise of binary fractions.
func number(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
