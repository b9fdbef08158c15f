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

func queries() []query {
	return []query{
		{"errors", []string{"fields @timestamp, function, msg, error, request_id", `filter level = "ERROR"`, "sort @timestamp desc", "limit 100"}},
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

// dashboard is one page: the API, the functions by kind of trouble, the queues, our own counters.
func (b *builder) dashboard() any {
	var functions, queues, counters, latency cfn.List
	for _, f := range b.plan.Functions {
		functions = append(functions, cfn.List{"AWS/Lambda", "Errors", "Resource", f.Physical + ":" + plan.LiveAlias, "FunctionName", f.Physical})
		if f.Spec.Trigger.Kind == fn.TriggerHTTP && f.Spec.RateClass == fn.RateAnalyze {
			latency = append(latency, cfn.List{"AWS/Lambda", "Duration", "Resource", f.Physical + ":" + plan.LiveAlias, "FunctionName", f.Physical, cfn.Map{"stat": "p99"}})
		}
	}
	for _, q := range b.plan.Resources.Queues {
		queues = append(queues, cfn.List{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", q.Physical})
	}
	for _, d := range telemetry.Definitions() {
		if d.Kind != telemetry.Counter {
			continue
		}
		m := d.Name
		expression := `SUM(SEARCH('{` + telemetry.Namespace + `,` + telemetry.FunctionDimension + `} MetricName="` + string(m) + `"', 'Sum', 60))`
		counters = append(counters, cfn.List{cfn.Map{"expression": expression, "label": string(m)}})
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
		widget(0, 6, "Functions: errors", "Sum", functions),
		widget(12, 6, "Queues: messages waiting and given up", "Maximum", queues),
		widget(0, 12, "Guardrails' own counters", "Sum", counters),
	}
	raw, err := json.Marshal(cfn.Map{"widgets": widgets})
	if err != nil {
		panic("stack: a dashboard that is no JSON: " + err.Error()) // it is made of maps, lists and texts alone
	}
	// The region is CloudFormation's to fill; nothing else in the body looks like a variable.
	return cfn.Sub(string(raw))
}

func widget(x, y int, title, stat string, metrics cfn.List) cfn.Map {
	return cfn.Map{"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": cfn.Map{
		"title": title, "stat": stat, "period": 60, "region": "${AWS::Region}", "view": "timeSeries", "metrics": metrics,
	}}
}
