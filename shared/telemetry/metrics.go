package telemetry

import (
	"slices"
	"strings"
)

// The metrics' place in CloudWatch: their namespace, and their one dimension. Each metric also stands without it, summed
// over all functions, for objectives that hold for the whole API.
const (
	Namespace         = "Guardrails"
	FunctionDimension = "Function"
)

// Metric is the name of what functions measure. The list is here, so that dashboards, objectives and alarms cannot name
// what nobody measures.
type Metric string

// The metrics.
const (
	Requests          Metric = "Requests"
	RequestErrors     Metric = "RequestErrors"
	ServedRequests    Metric = "ServedRequests"
	ServedErrors      Metric = "ServedErrors"
	SlowRequests      Metric = "SlowRequests"
	RequestDuration   Metric = "RequestDuration"
	Rejected          Metric = "Rejected"
	RateLimited       Metric = "RateLimited"
	AuthRefused       Metric = "AuthRefused"
	IdempotentReplays Metric = "IdempotentReplays"
	Messages          Metric = "Messages"
	MessagesFailed    Metric = "MessagesFailed"
	RecordsMissed     Metric = "RecordsMissed"
	JobsResent        Metric = "JobsResent"
	ChunksPoisoned    Metric = "ChunksPoisoned"
	DetectorFailures  Metric = "DetectorFailures"
	LimiterFallbacks  Metric = "LimiterFallbacks"
	StaleConfig       Metric = "StaleConfig"
	StoreUnavailable  Metric = "StoreUnavailable"
	ServiceRefused    Metric = "ServiceRefused"

	EventsAccepted     Metric = "EventsAccepted"
	EventsMatched      Metric = "EventsMatched"
	EventsNotAnnounced Metric = "EventsNotAnnounced"
	EventsResent       Metric = "EventsResent"
	EventsUnmatched    Metric = "EventsUnmatched"
	RuleFailures       Metric = "RuleFailures"
	DeliveryAttempts   Metric = "DeliveryAttempts"
	DeliveryFailures   Metric = "DeliveryFailures"
	DeliveriesDone     Metric = "DeliveriesDone"
	DeliveriesDead     Metric = "DeliveriesDead"
	DeliveriesParked   Metric = "DeliveriesParked"
	DeliveriesDelayed  Metric = "DeliveriesDelayed"
	DeliveryLatency    Metric = "DeliveryLatency"
	BreakersOpened     Metric = "BreakersOpened"
)

// Kind says how a metric is counted.
type Kind string

// The kinds. A Duration is measured in milliseconds for CloudWatch and in seconds for Prometheus.
const (
	Counter  Kind = "Counter"
	Duration Kind = "Duration"
)

// Definition says what a metric means.
type Definition struct {
	Name Metric
	Kind Kind
	// Help is one sentence without its full stop.
	Help string
}

// Definitions lists every metric.
func Definitions() []Definition {
	return []Definition{
		{Requests, Counter, "Requests that were answered"},
		{RequestErrors, Counter, "Answers with a 5xx status"},
		{ServedRequests, Counter, "Requests of callers with a valid credential, or with one that could not be checked"},
		{ServedErrors, Counter, "Answers to them with a 5xx status"},
		{SlowRequests, Counter, "Answers to them that came later than their kind of route promises"},
		{RequestDuration, Duration, "Time from the function's call to its answer"},
		{Rejected, Counter, "Answers with a 4xx status"},
		{RateLimited, Counter, "Answers with status 429"},
		{AuthRefused, Counter, "Requests without a valid credential"},
		{IdempotentReplays, Counter, "Requests answered with what an earlier one with the same idempotency key got"},
		{Messages, Counter, "Queue messages and stream records that were tried"},
		{MessagesFailed, Counter, "Queue messages and stream records left for another try"},
		{RecordsMissed, Counter, "Analyses answered before their record was known to be durable"},
		{JobsResent, Counter, "Jobs that the relay or the watch sent again"},
		{ChunksPoisoned, Counter, "Chunks of jobs given up after their last try"},
		{DetectorFailures, Counter, "Detectors cut short or failed in a scan"},
		{LimiterFallbacks, Counter, "Limits decided from the local share because their store did not answer"},
		{StaleConfig, Counter, "Policies served from the last good copy"},
		{StoreUnavailable, Counter, "Answers 503 because a store did not answer"},
		{ServiceRefused, Counter, "Failures because a service refused us: a missing grant, table or key"},
		{EventsAccepted, Counter, "Events that callers sent and that were committed"},
		{EventsMatched, Counter, "Events matched against their tenant's rules"},
		{EventsNotAnnounced, Counter, "Batches of committed events left to the stream because the queue did not take them"},
		{EventsResent, Counter, "Deliveries that the stream or the reconciliation found missing and sent"},
		{EventsUnmatched, Counter, "Gaps that the reconciliation found: deliveries that nothing else had sent"},
		{RuleFailures, Counter, "Conditions of rules that failed on an event"},
		{DeliveryAttempts, Counter, "Attempts of deliveries"},
		{DeliveryFailures, Counter, "Attempts of deliveries that failed"},
		{DeliveriesDone, Counter, "Deliveries that arrived"},
		{DeliveriesDead, Counter, "Deliveries given up"},
		{DeliveriesParked, Counter, "Deliveries parked because of an open breaker"},
		{DeliveriesDelayed, Counter, "Deliveries put off because of their destination's rate"},
		{DeliveryLatency, Duration, "Time from an event's commit to the begin of its first attempt"},
		{BreakersOpened, Counter, "Breakers of destinations that opened"},
	}
}

// The gauges, which are asked for and not counted, by their whole names. They are for Prometheus alone.
const (
	BuildInfo     = "guardrails_build_info"
	QueueMessages = "guardrails_queue_messages"
	QueueUp       = "guardrails_queue_up"
)

// Define returns a metric's definition; the second result is false for a name that is not in the list.
func Define(m Metric) (Definition, bool) {
	all := Definitions()
	i := slices.IndexFunc(all, func(d Definition) bool { return d.Name == m })
	if i < 0 {
		return Definition{}, false
	}
	return all[i], true
}

// Prometheus returns the metric's name by Prometheus' conventions, for instance guardrails_request_errors_total.
func (d Definition) Prometheus() string {
	var b strings.Builder
	b.WriteString("guardrails")
	for _, c := range string(d.Name) {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	if d.Kind == Duration {
		return b.String() + "_seconds"
	}
	return b.String() + "_total"
}
