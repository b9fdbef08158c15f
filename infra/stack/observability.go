package stack

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"guardrails/infra/cfn"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
	"guardrails/shared/telemetry"
)

// observability is the stack of what people look at: the dashboard, the alarms on objectives, and the saved queries.
func (b *builder) observability() Stack {
	t := cfn.New("Guardrails " + b.env.Name + ": dashboard, objectives and saved queries.")
	t.Add("Dashboard", cfn.Resource{Type: "AWS::CloudWatch::Dashboard", Properties: cfn.Map{"DashboardName": b.name("overview"), "DashboardBody": b.dashboard()}})
	b.objectives(t)
	for _, a := range b.plan.DeliveryAlarms() {
		topic := b.alarmTopic()
		if a.Ticket {
			topic = b.ticketTopic()
		}
		b.alarm(t, a, cfn.ARN("sns", topic))
	}
	for _, q := range queries() {
		for i, groups := range b.logGroups() {
			name := q.name
			if i > 0 {
				name += "-" + strconv.Itoa(i+1)
			}
			t.Add(cfn.ID("query", name), cfn.Resource{Type: "AWS::Logs::QueryDefinition", Properties: cfn.Map{
				"Name": b.name(name), "QueryString": strings.Join(q.lines, "\n| "), "LogGroupNames": groups,
			}})
		}
	}
	needs := []string{b.dataName(), b.name("api")}
	for _, c := range b.contexts() {
		needs = append(needs, b.name(c))
	}
	return Stack{Name: b.name("observability"), Template: t, DependsOn: needs}
}

// query is a saved CloudWatch Logs Insights query.
type query struct {
	name  string
	lines []string
}

// queries are over lines of three kinds: our own; Lambda's records of invocations, which alone tell of a timeout or a
// kill; and the last words of a process that cannot start.
func queries() []query {
	return []query{
		{"errors", []string{
			"fields @timestamp, function, msg, code, error, request_id, record.status, record.metrics.maxMemoryUsedMB, @message",
			`filter level = "ERROR" or record.status in ["error", "timeout", "failure"] or @message like /^guardrails: /`, "sort @timestamp desc", "limit 100",
		}},
		{"failures-by-code", []string{`filter level = "ERROR"`, "stats count(*) as n by function, code", "sort n desc"}},
		{"one-request", []string{"fields @timestamp, function, msg, status, @message", `filter request_id = "PUT-THE-ID-HERE"`, "sort @timestamp asc", "limit 200"}},
		{"one-trace", []string{"fields @timestamp, function, msg, message_id, status, error, @message", `filter trace_id = "PUT-THE-ID-HERE"`, "sort @timestamp asc", "limit 200"}},
		{"slow-requests", []string{"fields @timestamp, function, route, status, duration / 1000000 as ms, trace_id", `filter msg = "request"`, "sort ms desc", "limit 50"}},
		{"refused-credentials", []string{`filter msg = "credentials refused"`, "stats count(*) as refused by cause, bin(5m)", "sort refused desc", "limit 100"}},
	}
}

// maxGroups is how many log groups a query may name.
const maxGroups = 50

// logGroups are the functions' log groups, as many together as a query may name.
func (b *builder) logGroups() []cfn.List {
	var out []cfn.List
	for part := range slices.Chunk(b.plan.Functions, maxGroups) {
		list := cfn.List{}
		for _, f := range part {
			list = append(list, f.LogGroup)
		}
		out = append(out, list)
	}
	return out
}

// dashboard is one page: the API, the functions by kind of trouble, the queues, the tables, deliveries, our own counters. The runbooks
// name its widgets by their titles.
func (b *builder) dashboard() any {
	var functions, throttles, queues, flow, age, tables, counters, latency cfn.List
	for _, f := range b.plan.Functions {
		functions = append(functions, cfn.List{"AWS/Lambda", "Errors", "Resource", f.Physical + ":" + plan.LiveAlias, "FunctionName", f.Physical})
		throttles = append(throttles, cfn.List{"AWS/Lambda", "Throttles", "FunctionName", f.Physical})
		if f.Spec.Trigger.Kind == fn.TriggerHTTP && f.Spec.RateClass == fn.RateAnalyze {
			latency = append(latency, cfn.List{"AWS/Lambda", "Duration", "Resource", f.Physical + ":" + plan.LiveAlias, "FunctionName", f.Physical, cfn.Map{"stat": "p99"}})
		}
	}
	for _, q := range b.plan.Resources.Queues {
		queues = append(queues, cfn.List{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", q.Physical})
		if q.DeadLetter == "" {
			continue // nothing works on what was given up
		}
		flow = append(flow, cfn.List{"AWS/SQS", "NumberOfMessagesSent", "QueueName", q.Physical}, cfn.List{"AWS/SQS", "NumberOfMessagesReceived", "QueueName", q.Physical})
		age = append(age, cfn.List{"AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", q.Physical})
	}
	for _, d := range b.plan.Resources.Tables {
		// DynamoDB counts them by operation; a table's are the sum.
		expression := `SUM(SEARCH('{AWS/DynamoDB,TableName,Operation} MetricName="ThrottledRequests" TableName="` + d.Physical + `"', 'Sum', 60))`
		tables = append(tables, cfn.List{cfn.Map{"expression": expression, "label": d.Name}})
	}
	for _, d := range telemetry.Definitions() {
		if d.Kind != telemetry.Counter {
			continue
		}
		counters = append(counters, cfn.List{cfn.Map{"expression": "SUM(" + byFunction(d.Name) + ")", "label": string(d.Name)}})
	}
	api := cfn.List{
		cfn.List{"AWS/ApiGateway", "Count", "ApiName", b.name("api"), cfn.Map{"stat": "Sum"}},
		cfn.List{"AWS/ApiGateway", "4XXError", "ApiName", b.name("api"), cfn.Map{"stat": "Sum"}},
		cfn.List{"AWS/ApiGateway", "5XXError", "ApiName", b.name("api"), cfn.Map{"stat": "Sum"}},
		cfn.List{"AWS/ApiGateway", "Latency", "ApiName", b.name("api"), cfn.Map{"stat": "p99", "yAxis": "right"}},
	}
	widgets := cfn.List{
		widget(0, 0, "API: requests, errors, p99", "Sum", api),
		widget(12, 0, "Analysis: p99 of the functions", "p99", latency),
		widget(0, 6, "Functions: requests", "Sum", search(telemetry.Requests)),
		widget(12, 6, "Functions: answers with a 5xx status", "Sum", search(telemetry.RequestErrors)),
		widget(0, 12, "Functions: errors", "Sum", functions),
		widget(12, 12, "Functions: throttles", "Sum", throttles),
		widget(0, 18, "Queues: messages waiting and given up", "Maximum", queues),
		widget(12, 18, "Queues: messages sent and received", "Sum", flow),
		widget(0, 24, "Queues: age of the oldest message", "Maximum", age),
		widget(12, 24, "Tables: throttled requests", "Sum", tables),
		widget(0, 30, "Deliveries: attempts and their ends", "Sum", sums(telemetry.DeliveryAttempts, telemetry.DeliveryFailures, telemetry.DeliveriesDone, telemetry.DeliveriesDead)),
		widget(12, 30, "Deliveries: parked, put off, breakers opened", "Sum", sums(telemetry.DeliveriesParked, telemetry.DeliveriesDelayed, telemetry.BreakersOpened)),
		widget(0, 36, "Deliveries: time from the event to the first attempt", "p99", cfn.List{
			cfn.List{telemetry.Namespace, string(telemetry.DeliveryLatency), cfn.Map{"stat": "p50"}}, cfn.List{telemetry.Namespace, string(telemetry.DeliveryLatency)},
		}),
		widget(12, 36, "Events: matched, sent again, not announced", "Sum",
			sums(telemetry.EventsAccepted, telemetry.EventsMatched, telemetry.EventsResent, telemetry.EventsUnmatched, telemetry.EventsNotAnnounced)),
		widget(0, 42, "Guardrails' own counters", "Sum", counters),
	}
	raw, err := json.Marshal(cfn.Map{"widgets": widgets})
	if err != nil {
		panic("stack: a dashboard that is no JSON: " + err.Error()) // it is made of maps, lists and texts alone
	}
	// The region is CloudFormation's to fill; nothing else in the body looks like a variable.
	return cfn.Sub(string(raw))
}

// byFunction is an expression for one of our counters, a line for each function that has counted.
func byFunction(m telemetry.Metric) string {
	return `SEARCH('{` + telemetry.Namespace + `,` + telemetry.FunctionDimension + `} MetricName="` + string(m) + `"', 'Sum', 60)`
}

func search(m telemetry.Metric) cfn.List {
	return cfn.List{cfn.List{cfn.Map{"expression": byFunction(m)}}}
}

// sums are counters summed over all functions.
func sums(metrics ...telemetry.Metric) cfn.List {
	out := cfn.List{}
	for _, m := range metrics {
		out = append(out, cfn.List{telemetry.Namespace, string(m)})
	}
	return out
}

func widget(x, y int, title, stat string, metrics cfn.List) cfn.Map {
	return cfn.Map{"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": cfn.Map{
		"title": title, "stat": stat, "period": 60, "region": "${AWS::Region}", "view": "timeSeries", "metrics": metrics,
	}}
}
