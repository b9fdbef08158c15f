package stack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
)

var pages = filepath.Join("..", "..", "docs", "runbooks")

// runbookPages returns the text of each page, its lines joined, by the page's file name.
func runbookPages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pages, "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no runbooks: %v", err)
	}
	out := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = strings.Join(strings.Fields(string(raw)), " ")
	}
	return out
}

// alarmKinds are what the names of alarms end with, or hold.
var alarmKinds = regexp.MustCompile(`-(errors|throttles|failures|lag|silent|filled|late|unmatched|unannounced|opened)$|-burn-`)

// TestRunbooksKnowTheirAlarms checks that the page that an alarm names speaks of alarms of its kind.
func TestRunbooksKnowTheirAlarms(t *testing.T) {
	t.Parallel()
	text := runbookPages(t)
	every(t, stacks(t, "prod"), func(where string, r resource) {
		_, path, _ := strings.Cut(r.Properties["AlarmDescription"].(string), "Runbook: ")
		kind := alarmKinds.FindString(r.Properties["AlarmName"].(string))
		if kind == "" || !strings.Contains(text[filepath.Base(path)], kind) {
			t.Errorf("%s is of the kind %q, which %s does not know", where, kind, path)
		}
	}, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
}

// deployedName is a name in a runbook that is written out whole: one with a placeholder in it is none.
var deployedName = regexp.MustCompile(`guardrails-ENV-([a-z]+(?:-[a-z]+)*)(-?<)?`)

// numbered is the end of the names of a query's parts after the first.
var numbered = regexp.MustCompile(`-[0-9]+$`)

// TestNamesInRunbooksAreDeployed looks up each whole name, of a saved query for instance, in what is deployed.
func TestNamesInRunbooksAreDeployed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	queries := map[string]bool{}
	for _, s := range stacks(t, "prod") {
		known[s.Name] = true
		for _, r := range plain(t, s.Template) {
			for property, value := range r.Properties {
				if name, ok := value.(string); ok && strings.HasSuffix(property, "Name") {
					known[name] = true
				}
			}
			if r.Type == "AWS::Logs::QueryDefinition" {
				queries[numbered.ReplaceAllString(r.Properties["Name"].(string), "")] = true
			}
		}
	}
	named := 0
	for page, text := range runbookPages(t) {
		for _, m := range deployedName.FindAllStringSubmatch(text, -1) {
			if m[2] != "" {
				continue
			}
			named++
			name := "guardrails-prod-" + m[1]
			if !known[name] {
				t.Errorf("%s names guardrails-ENV-%s, which is not deployed", page, m[1])
			}
			if page == "README.md" {
				delete(queries, name)
			}
		}
	}
	if named == 0 || len(queries) > 0 {
		t.Errorf("the runbooks hold %d names; their README does not name the queries %v", named, slices.Sorted(maps.Keys(queries)))
	}
}

type dashboard struct {
	Widgets []struct {
		X, Y, Width, Height int
		Properties          struct {
			Title   string
			Metrics [][]any
		}
	}
}

// TestRunbooksNameWidgetsThatAreThere reads the dashboard as CloudWatch does and looks up each title that a runbook quotes.
func TestRunbooksNameWidgetsThatAreThere(t *testing.T) {
	t.Parallel()
	var d dashboard
	every(t, stacks(t, "prod"), func(where string, r resource) {
		body, _ := r.Properties["DashboardBody"].(map[string]any)["Fn::Sub"].(string)
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		if left := strings.ReplaceAll(body, "${AWS::Region}", ""); strings.Contains(left, "${") {
			t.Errorf("%s has a variable that CloudFormation would look for", where)
		}
	}, "AWS::CloudWatch::Dashboard")
	titles, taken := map[string]bool{}, map[[2]int]bool{}
	for _, w := range d.Widgets {
		at := [2]int{w.X, w.Y}
		if title := w.Properties.Title; titles[title] || taken[at] || len(w.Properties.Metrics) == 0 || len(w.Properties.Metrics) > 500 || w.X+w.Width > 24 || w.Y%w.Height != 0 {
			t.Errorf("the widget %q is there twice, lies on another, is empty or holds more than CloudWatch shows", title)
		}
		titles[w.Properties.Title], taken[at] = true, true
	}
	named := 0
	for page, text := range runbookPages(t) {
		for _, m := range regexp.MustCompile(`widget "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			named++
			if !titles[m[1]] {
				t.Errorf("%s names the widget %q, which the dashboard does not have", page, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("no runbook names a widget")
	}
}

// logKeys are the keys of the lines that functions write of a request and of a message that fail.
func logKeys(t *testing.T) map[string]bool {
	t.Helper()
	var log bytes.Buffer
	failure := errs.New(errs.Overloaded, "Later.")
	specs := []fn.Spec{
		{Name: "route", Context: "things", Trigger: fn.HTTP("GET", "/things"), Timeout: 5 * time.Second},
		{Name: "worker", Context: "things", Trigger: fn.Queue(queue.Tasks, 10, 0), Timeout: 10 * time.Second},
	}
	bindings := fn.Bindings{
		"route": fn.Route(func(*fn.Env) (fn.Handler[struct{}, fn.NoContent], error) {
			return func(context.Context, *fn.Call, *struct{}) (*fn.NoContent, error) { return nil, failure }, nil
		}),
		"worker": fn.Messages(func(*fn.Env) (func(context.Context, fn.Message[struct{}]) error, error) {
			return func(context.Context, fn.Message[struct{}]) error { return failure }, nil
		}),
	}
	cfg := fn.Config{
		Environment: "test", Clock: clock.System(), Log: &log, Registry: telemetry.NewRegistry(),
		Traces: telemetry.NewTracing(telemetry.Service{Environment: "test", Ratio: 1}, sdktrace.NewSimpleSpanProcessor(tracetest.NewInMemoryExporter())),
	}
	payloads := map[string]any{
		"route":  events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/things", Resource: "/things"},
		"worker": events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m1", Body: "{}"}}},
	}
	for _, s := range specs {
		f, err := fn.Build(s, bindings, cfg)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(payloads[s.Name])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Invoke(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
	}
	keys := map[string]bool{}
	for line := range bytes.Lines(log.Bytes()) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatalf("a line is no JSON: %s", line)
		}
		if fields["level"] == "ERROR" {
			for k := range fields {
				keys[k] = true
			}
		}
	}
	return keys
}

// spoken are the words of the language of queries that ours use.
var spoken = strings.Fields("fields filter sort stats limit count bin as by in or and like asc desc")

// TestQueriesAskForFieldsThatLinesHave compares the fields of the saved queries with what functions write, and with what
// Lambda does.
func TestQueriesAskForFieldsThatLinesHave(t *testing.T) {
	t.Parallel()
	keys := logKeys(t)
	// CloudWatch's own, and those of Lambda's platform.report and platform.runtimeDone (see the function's LoggingConfig).
	for _, k := range []string{"@timestamp", "@message", "record.status", "record.metrics.maxMemoryUsedMB"} {
		keys[k] = true
	}
	authorizer, err := os.ReadFile(filepath.Join("..", "..", "functions", "auth", "authorizer.go"))
	if err != nil {
		t.Fatal(err)
	}
	keys["cause"] = bytes.Contains(authorizer, []byte(`"credentials refused", slog.String("cause"`))
	literal := regexp.MustCompile(`"[^"]*"|/\^[^/]*/|\b\d+\w*`)
	word := regexp.MustCompile(`@?[A-Za-z_][\w.]*`)
	every(t, stacks(t, "prod"), func(where string, r resource) {
		text := literal.ReplaceAllString(r.Properties["QueryString"].(string), "")
		own := map[string]bool{}
		for _, m := range regexp.MustCompile(` as (\w+)`).FindAllStringSubmatch(text, -1) {
			own[m[1]] = true
		}
		for _, w := range word.FindAllString(text, -1) {
			if !keys[w] && !own[w] && !slices.Contains(spoken, w) {
				t.Errorf("%s asks for %q, which no line has: %s", where, w, fmt.Sprint(slices.Sorted(maps.Keys(keys))))
			}
		}
	}, "AWS::Logs::QueryDefinition")
}

// TestQueryOfErrorsSeesWhatNoFunctionLogs checks that the query of errors shows timeouts, kills and failed starts.
func TestQueryOfErrorsSeesWhatNoFunctionLogs(t *testing.T) {
	t.Parallel()
	every(t, stacks(t, "prod"), func(where string, r resource) {
		if !strings.HasPrefix(r.Properties["Name"].(string), "guardrails-prod-errors") {
			return
		}
		for _, part := range []string{`level = "ERROR" or `, `record.status in ["error", "timeout", "failure"] or `, `@message like /^guardrails: /`} {
			if !strings.Contains(r.Properties["QueryString"].(string), part) {
				t.Errorf("%s lacks %s: %s", where, part, r.Properties["QueryString"])
			}
		}
	}, "AWS::Logs::QueryDefinition")
}

// TestTicketsWakeNobody checks that slow burns and gaps that were mended alone go to the topic of tickets, that PagerDuty hears of pages alone, and
// that the e-mail address hears of both.
func TestTicketsWakeNobody(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	tickets := 0
	every(t, all, func(where string, r resource) {
		if r.Properties["AlarmActions"] == nil {
			return // half of an alarm
		}
		to := fmt.Sprint(r.Properties["AlarmActions"], r.Properties["OKActions"])
		slow := strings.HasPrefix(r.Properties["AlarmDescription"].(string), "[ticket]")
		if slow {
			tickets++
		}
		name := r.Properties["AlarmName"].(string)
		want := strings.HasSuffix(name, "-burn-slow") || name == "guardrails-prod-events-unmatched"
		if strings.Count(to, ":guardrails-prod-tickets]") != map[bool]int{true: 2}[slow] || slow != want {
			t.Errorf("%s tells %s", where, to)
		}
	}, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
	heard := map[string][]string{}
	every(t, all, func(_ string, r resource) {
		topic := r.Properties["TopicArn"].(map[string]any)["Ref"].(string)
		heard[topic] = append(heard[topic], r.Properties["Protocol"].(string))
		slices.Sort(heard[topic])
	}, "AWS::SNS::Subscription")
	if tickets == 0 || !slices.Equal(heard["Alarms"], []string{"email", "https"}) || !slices.Equal(heard["Tickets"], []string{"email"}) {
		t.Errorf("%d alarms are tickets; who hears of what: %v", tickets, heard)
	}
}
