package monitoring

import (
	"encoding/json"
	"fmt"
	"strings"

	"guardrails/shared/telemetry"
)

// Panel is one graph of the dashboard.
type Panel struct {
	Title, About string
	// Unit is Grafana's name of it: reqps, s, percentunit, short.
	Unit    string
	Queries []Query
}

// Query is a PromQL query with its legend. It may use the dashboard's variables $function and $__rate_interval.
type Query struct{ Expr, Legend string }

// Panels lists the graphs: the objectives first, then what callers see, then the work behind it, then every counter.
func Panels() []Panel {
	requests, errors, duration := prometheus(telemetry.Requests), prometheus(telemetry.RequestErrors), prometheus(telemetry.RequestDuration)
	messages, failed := prometheus(telemetry.Messages), prometheus(telemetry.MessagesFailed)
	out := []Panel{budgetPanel(), {
		"Requests", "Answers a second, by function.", "reqps",
		[]Query{{"sum by (function) (rate(" + requests + `{function=~"$function"}[$__rate_interval]))`, "{{function}}"}},
	}, {
		"Failures", "Share of answers with a 5xx status.", "percentunit",
		[]Query{{"sum(rate(" + errors + `{function=~"$function"}[$__rate_interval])) / sum(rate(` + requests + `{function=~"$function"}[$__rate_interval]))`, "5xx"}},
	}, {
		"Time to answer", "Half, 95 % and 99 % of the answers came within.", "s",
		[]Query{quantile(duration, "0.5"), quantile(duration, "0.95"), quantile(duration, "0.99")},
	}, {
		"Slowest functions", "99 % of a function's answers came within.", "s",
		[]Query{{"topk(10, histogram_quantile(0.99, sum by (le, function) (rate(" + duration + `_bucket{function=~"$function"}[$__rate_interval]))))`, "{{function}}"}},
	}, {
		"Queues", "Messages that wait, approximately.", "short",
		[]Query{{telemetry.QueueMessages + `{state="waiting", queue!~".+-dlq"}`, "{{queue}}"}},
	}, {
		"Dead letters", "Messages that were given up. More than none is an alert.", "short",
		[]Query{{telemetry.QueueMessages + `{state="waiting", queue=~".+-dlq"}`, "{{queue}}"}},
	}, {
		"Work", "Tries of queued work and stream records a second, and those that failed.", "ops",
		[]Query{{"sum(rate(" + messages + "[$__rate_interval]))", "tries"}, {"sum(rate(" + failed + "[$__rate_interval]))", "failed"}},
	}, {
		"Deliveries", "Attempts of deliveries a second, and how they end.", "ops",
		[]Query{
			sum(telemetry.DeliveryAttempts, "attempts"), sum(telemetry.DeliveryFailures, "failed attempts"),
			sum(telemetry.DeliveriesDone, "arrived"), sum(telemetry.DeliveriesDead, "given up"),
		},
	}, {
		"Deliveries that wait", "Deliveries that were parked or put off a second, and breakers that opened.", "ops",
		[]Query{sum(telemetry.DeliveriesParked, "parked"), sum(telemetry.DeliveriesDelayed, "put off"), sum(telemetry.BreakersOpened, "breakers opened")},
	}, {
		"Failed attempts", "Share of attempts that failed.", "percentunit",
		[]Query{{"sum(rate(" + prometheus(telemetry.DeliveryFailures) + "[$__rate_interval])) / sum(rate(" + prometheus(telemetry.DeliveryAttempts) + "[$__rate_interval]))", "failed"}},
	}, {
		"Time to the first attempt", "From an event's commit to the begin of its first attempt: half, 95 % and 99 % came within.", "s",
		[]Query{total(telemetry.DeliveryLatency, "0.5"), total(telemetry.DeliveryLatency, "0.95"), total(telemetry.DeliveryLatency, "0.99")},
	}, {
		"Events", "Events that were matched a second, deliveries that were found missing, and what the queue did not take.", "ops",
		[]Query{
			sum(telemetry.EventsAccepted, "of callers"), sum(telemetry.EventsMatched, "matched"), sum(telemetry.EventsResent, "sent again"),
			sum(telemetry.EventsUnmatched, "gaps"), sum(telemetry.EventsNotAnnounced, "not announced"),
		},
	}, {
		"Processes", "Releases that answer, and queues that do.", "short",
		[]Query{{"count by (version) (" + telemetry.BuildInfo + ")", "{{version}}"}, {"min by (queue) (" + telemetry.QueueUp + ")", "up: {{queue}}"}},
	}}
	for _, d := range telemetry.Definitions() {
		if d.Kind == telemetry.Counter {
			out = append(out, Panel{spaced(string(d.Name)), d.Help + ", a second.", "ops", []Query{{"sum by (function) (rate(" + d.Prometheus() + `{function=~"$function"}[$__rate_interval]))`, "{{function}}"}}})
		}
	}
	return out
}

func budgetPanel() Panel {
	p := Panel{Title: "Budgets", About: "How fast the objectives' budgets are used up, over an hour. At 1 a budget lasts exactly its 30 days.", Unit: "short"}
	for _, o := range Objectives() {
		p.Queries = append(p.Queries, Query{fmt.Sprintf("%s{objective=%q} / %s", record(Burns()[0].Long), o.Name, number(o.Budget())), o.Name})
	}
	return p
}

func quantile(histogram, q string) Query {
	return Query{"histogram_quantile(" + q + ", sum by (le) (rate(" + histogram + `_bucket{function=~"$function"}[$__rate_interval])))`, "p" + strings.TrimPrefix(q, "0.")}
}

// total is quantile over all functions.
func total(m telemetry.Metric, q string) Query {
	return Query{"histogram_quantile(" + q + ", sum by (le) (rate(" + prometheus(m) + "_bucket[$__rate_interval])))", "p" + strings.TrimPrefix(q, "0.")}
}

// sum is a counter over all functions, a second.
func sum(m telemetry.Metric, legend string) Query {
	return Query{"sum(rate(" + prometheus(m) + "[$__rate_interval]))", legend}
}

// spaced is a metric's name as words: "Request errors".
func spaced(name string) string {
	var b strings.Builder
	for i, c := range name {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

type object = map[string]any

// Dashboard renders the panels for Grafana 10 or newer, with the data source as a variable.
func Dashboard() (string, error) {
	source := object{"type": "prometheus", "uid": "${source}"}
	var panels []object
	for i, p := range Panels() {
		var targets []object
		for j, q := range p.Queries {
			targets = append(targets, object{"refId": string(rune('A' + j)), "datasource": source, "expr": q.Expr, "legendFormat": q.Legend})
		}
		panels = append(panels, object{
			"id": i + 1, "type": "timeseries", "title": p.Title, "description": p.About, "datasource": source, "targets": targets,
			"gridPos":     object{"h": 8, "w": 12, "x": i % 2 * 12, "y": i / 2 * 8},
			"fieldConfig": object{"defaults": object{"unit": p.Unit, "min": 0}, "overrides": []object{}},
			"options":     object{"legend": object{"displayMode": "list", "placement": "bottom"}, "tooltip": object{"mode": "multi"}},
		})
	}
	b, err := json.MarshalIndent(object{
		"uid": "guardrails", "title": "Guardrails", "tags": []string{"guardrails"}, "schemaVersion": 39, "version": 1, "editable": false,
		"timezone": "utc", "refresh": "30s", "time": object{"from": "now-6h", "to": "now"}, "panels": panels,
		"templating": object{"list": []object{
			{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"},
			{
				"name": "function", "label": "Function", "type": "query", "datasource": source, "multi": true, "includeAll": true, "allValue": ".*",
				"query": object{"query": "label_values(" + prometheus(telemetry.Requests) + ", function)", "refId": "functions"}, "refresh": 2, "sort": 1,
				"current": object{"text": "All", "value": "$__all"},
			},
		}},
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encode the dashboard: %w", err)
	}
	return string(b) + "\n", nil
}
