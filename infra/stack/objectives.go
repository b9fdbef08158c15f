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
			topic := cfn.ARN("sns", b.alarmTopic())
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
	share := "FILL(bad, 0) / total"
	if window == burn.Long {
		share = fmt.Sprintf("IF(FILL(bad, 0) >= %d, FILL(bad, 0) / total, 0)", monitoring.LeastBad)
	}
	return t.Add(cfn.ID(name, "alarm"), cfn.Resource{Type: "AWS::CloudWatch::Alarm", Properties: cfn.Map{
		"AlarmName": name,
		"AlarmDescription": fmt.Sprintf("Half of the alarm %s: the share of bad events over %v. Runbook: %s%s.md",
			b.name(o.Name+"-burn-"+burn.Name), window, runbooks, monitoring.Runbook),
		"Metrics": cfn.List{
			cfn.Map{"Id": "share", "Expression": share, "Label": o.Name, "ReturnData": true}, sum("bad", o.Bad), sum("total", o.Total),
		},
		"EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": burn.Threshold(o),
		"TreatMissingData": "notBreaching",
	}})
}
