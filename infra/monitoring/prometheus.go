package monitoring

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"guardrails/shared/telemetry"
)

// Runbooks is the folder of the runbooks, one page for each alarm.
const Runbooks = "docs/runbooks/"

// cause is an alert about something that is wrong whether or not callers feel it yet.
type cause struct {
	name, expr string
	// wait is how long it must hold.
	wait             time.Duration
	page             bool
	summary, runbook string
}

func causes() []cause {
	refused := prometheus(telemetry.ServiceRefused)
	poisoned := prometheus(telemetry.ChunksPoisoned)
	missed := prometheus(telemetry.RecordsMissed)
	unmatched, unannounced, opened := prometheus(telemetry.EventsUnmatched), prometheus(telemetry.EventsNotAnnounced), prometheus(telemetry.BreakersOpened)
	dead, done := prometheus(telemetry.DeliveriesDead), prometheus(telemetry.DeliveriesDone)
	return []cause{
		{"GuardrailsDown", `up{job="guardrails"} == 0`, 2 * time.Minute, true, "Prometheus gets no metrics of {{ $labels.instance }}.", "node-down"},
		{"GuardrailsDeadLetters", telemetry.QueueMessages + `{queue=~".+-dlq", state="waiting"} > 0`, time.Minute, true, "Work was given up and lies in {{ $labels.queue }}.", "dead-letters"},
		{"GuardrailsQueueSilent", telemetry.QueueUp + ` == 0`, 5 * time.Minute, true, "The queue {{ $labels.queue }} does not answer.", "queue-late"},
		{"GuardrailsServiceRefuses", `sum by (function) (increase(` + refused + `[10m])) > 0`, 0, true, "A service refuses {{ $labels.function }}: a grant, a table or a key is missing.", "function-errors"},
		{"GuardrailsChunksGivenUp", `sum(increase(` + poisoned + `[15m])) > 0`, 0, false, "Chunks of jobs were given up after their last try.", "dead-letters"},
		{"GuardrailsRecordsMissed", `sum(increase(` + missed + `[15m])) > 0`, 15 * time.Minute, false, "Analyses are answered before their record is known to be durable.", "queue-late"},
		{"GuardrailsEventsUnmatched", `sum(increase(` + unmatched + `[15m])) > 0`, 0, false, "The reconciliation found deliveries that nothing else had sent, and sent them.", "stuck-deliveries"},
		{"GuardrailsEventsNotAnnounced", `sum(increase(` + unannounced + `[5m])) > 0`, 15 * time.Minute, true, "The queues do not take events and deliveries, which the stream sends later.", "stuck-deliveries"},
		{"GuardrailsBreakersOpened", `sum(increase(` + opened + `[5m])) > 50`, 5 * time.Minute, true, "Breakers of many destinations open at once.", "destination-outage"},
		// A single receiver that is gone for good makes no fifth of all.
		{
			"GuardrailsDeliveriesDie", `sum(increase(` + dead + `[1h])) > 10 and sum(increase(` + dead + `[1h])) > 0.2 * (sum(increase(` + dead + `[1h])) + sum(increase(` + done + `[1h])))`,
			0, false, "More than a fifth of the deliveries that end were given up.", "destination-outage",
		},
	}
}

func prometheus(m telemetry.Metric) string {
	d, ok := telemetry.Define(m)
	if !ok {
		panic("monitoring: a metric that is not in the list: " + string(m))
	}
	return d.Prometheus()
}

// windows are the windows of all burns, the shortest first.
func windows() []time.Duration {
	var out []time.Duration
	for _, b := range Burns() {
		out = append(out, b.Long, b.Short)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// record is the name of the recording rule of a window.
func record(w time.Duration) string { return "guardrails:objective_bad:ratio_rate" + spell(w) }

// Rules renders the recording and alerting rules, for rule_files of Prometheus 2.40 or newer.
func Rules() string {
	var b strings.Builder
	b.WriteString("# Written by `make generate` from infra/monitoring. Burn rates of the objectives, and alerts about causes.\ngroups:\n")
	b.WriteString("  - name: guardrails-objectives\n    rules:\n")
	for _, o := range Objectives() {
		for _, w := range windows() {
			sum := func(m telemetry.Metric) string { return fmt.Sprintf("sum(rate(%s[%s]))", prometheus(m), spell(w)) }
			fmt.Fprintf(&b, "      - record: %s\n        expr: %s / %s\n        labels: {objective: %s}\n", record(w), sum(o.Bad), sum(o.Total), o.Name)
		}
	}
	b.WriteString("  - name: guardrails-burn-rates\n    rules:\n")
	for _, o := range Objectives() {
		for _, burn := range Burns() {
			writeBurn(&b, o, burn)
		}
	}
	b.WriteString("  - name: guardrails-causes\n    rules:\n")
	for _, c := range causes() {
		alert(&b, c.name, c.expr, c.wait, map[bool]string{true: "page", false: "ticket"}[c.page], "", c.summary, "", c.runbook)
	}
	return b.String()
}

func writeBurn(b *strings.Builder, o Objective, burn Burn) {
	over := func(w time.Duration) string {
		return fmt.Sprintf("%s{objective=%q} > %s", record(w), o.Name, number(burn.Threshold(o)))
	}
	expr := fmt.Sprintf("%s\n          and ignoring(objective) %s\n          and ignoring(objective) sum(increase(%s[%s])) >= %d",
		over(burn.Long), over(burn.Short), prometheus(o.Bad), spell(burn.Long), LeastBad)
	name := "Guardrails" + title(o.Name) + "Burn" + title(burn.Name)
	summary := fmt.Sprintf("The budget of %s is used up %s times too fast.", o.Name, number(burn.Rate))
	alert(b, name, expr, 0, burn.Severity(), o.Name, summary, o.About+".", Runbook)
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// alert writes one alerting rule. Texts are quoted as JSON, which YAML reads as well.
func alert(b *strings.Builder, name, expr string, wait time.Duration, severity, objective, summary, description, runbook string) {
	fmt.Fprintf(b, "      - alert: %s\n        expr: |-\n          %s\n", name, expr)
	if wait > 0 {
		fmt.Fprintf(b, "        for: %s\n", spell(wait))
	}
	labels := "severity: " + severity
	if objective != "" {
		labels += ", objective: " + objective
	}
	fmt.Fprintf(b, "        labels: {%s}\n        annotations:\n          summary: %s\n", labels, strconv.Quote(summary))
	if description != "" {
		fmt.Fprintf(b, "          description: %s\n", strconv.Quote(description))
	}
	fmt.Fprintf(b, "          runbook: %s\n", strconv.Quote(Runbooks+runbook+".md"))
}
