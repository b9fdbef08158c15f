package stack

import (
	"fmt"
	"time"

	"guardrails/infra/cfn"
	"guardrails/infra/monitoring"
	"guardrails/shared/telemetry"
)

// objectives adds the alarms on the objectives' budgets: for each speed one over the long window, one over the short, and
// one of both, which is the one that people hear of.
func (b *builder) objectives(t *cfn.Template) {
	for _, o := range monitoring.Objectives() {
		for _, burn := range monitoring.Burns() {
			long := b.burnAlarm(t, o, burn, burn.Long)
			short := b.burnAlarm(t, o, burn, burn.Short)
			name := b.name(o.Name + "-burn-" + burn.Name)
			topic := cfn.ARN("sns", b.ticketTopic())
			if burn.Page {
				topic = cfn.ARN("sns", b.alarmTopic())
			}
			t.Add(cfn.ID(name, "alarm"), cfn.Resource{Type: "AWS::CloudWatch::CompositeAlarm", Properties: cfn.Map{
				"AlarmName": name,
				"AlarmDescription": fmt.Sprintf("[%s] The budget of %s is used up %g times too fast: %s. Runbook: %s%s.md",
					burn.Severity(), o.Name, burn.Rate, o.About, runbooks, monitoring.Runbook),
				"AlarmRule":    cfn.Sub(fmt.Sprintf(`ALARM("${%s}") AND ALARM("${%s}")`, long, short)),
				"AlarmActions": cfn.List{topic}, "OKActions": cfn.List{topic},
			}})
		}
	}
}

// burnAlarm is half of an alarm on a budget. It rings when, over one window, the share of bad events is above the burn's
// threshold and there were enough of them to mean anything. It tells nobody: its other half has to agree.
func (b *builder) burnAlarm(t *cfn.Template, o monitoring.Objective, burn monitoring.Burn, window time.Duration) string {
	name := b.name(fmt.Sprintf("%s-burn-%s-%dm", o.Name, burn.Name, int(window.Minutes())))
	sum := func(id string, m telemetry.Metric) cfn.Map {
		return cfn.Map{"Id": id, "ReturnData": false, "MetricStat": cfn.Map{
			"Metric": cfn.Map{"Namespace": telemetry.Namespace, "MetricName": string(m)}, "Period": int(window.Seconds()), "Stat": "Sum",
		}}
	}
	// No data is no events: FILL says so for each, and a division by none must not be tried.
	least := 1
	if window == burn.Long {
		least = monitoring.LeastBad
	}
	metrics := cfn.List{sum("counted", o.Bad), sum("total", o.Total)}
	bad := "FILL(counted, 0)"
	if o.Gateway {
		// What a function did not live to count, the gateway did: a timeout, a crash, a throttle, a failed authorizer.
		bad = "IF(FILL(gateway, 0) > FILL(counted, 0), FILL(gateway, 0), FILL(counted, 0))"
		metrics = append(metrics, cfn.Map{"Id": "gateway", "ReturnData": false, "MetricStat": cfn.Map{
			"Metric": cfn.Map{"Namespace": "AWS/ApiGateway", "MetricName": "5XXError", "Dimensions": cfn.List{cfn.Map{"Name": "ApiName", "Value": b.name("api")}}},
			"Period": int(window.Seconds()), "Stat": "Sum",
		}})
	}
	expression := func(id, text string, shown bool) cfn.Map {
		return cfn.Map{"Id": id, "Expression": text, "Label": id, "ReturnData": shown}
	}
	metrics = append(
		metrics, expression("bad", bad, false), expression("all", "IF(FILL(total, 0) > bad, FILL(total, 0), bad)", false),
		expression("share", fmt.Sprintf("IF(bad >= %d, bad / all, 0)", least), true),
	)
	return t.Add(cfn.ID(name, "alarm"), cfn.Resource{Type: "AWS::CloudWatch::Alarm", Properties: cfn.Map{
		"AlarmName": name,
		"AlarmDescription": fmt.Sprintf("Half of the alarm %s: the share of bad events over %v. Runbook: %s%s.md",
			b.name(o.Name+"-burn-"+burn.Name), window, runbooks, monitoring.Runbook),
		"Metrics":           metrics,
		"EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": burn.Threshold(o),
		"TreatMissingData": "notBreaching",
	}})
}
