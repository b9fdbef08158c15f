package stack

import "guardrails/infra/cfn"

// NotEmulated lists what an emulator of AWS cannot make, each with what that means. The environment local is deployed
// without it.
func NotEmulated() map[string]string {
	return map[string]string{
		"AWS::CodeDeploy::Application":     "the alias moves at once, without a canary",
		"AWS::CodeDeploy::DeploymentGroup": "no rollback by alarms",
		"AWS::WAFv2::WebACLAssociation":    "the firewall's rules are made and not put before the API",
		"AWS::Logs::QueryDefinition":       "no saved queries",
		"AWS::CloudWatch::CompositeAlarm":  "no alarms on objectives",
		metricMath:                         "no halves of alarms on objectives",
	}
}

// metricMath stands for alarms on an expression, which are of no type of their own.
const metricMath = "AWS::CloudWatch::Alarm Metrics"

// leaveOut takes what an emulator cannot make out of a template. CodeDeploy's role stays: the drill's stand-in works with
// it.
func leaveOut(t *cfn.Template) {
	not := NotEmulated()
	for id, r := range t.Resources {
		kind := r.Type
		if kind == "AWS::CloudWatch::Alarm" && r.Properties["Metrics"] != nil {
			kind = metricMath
		}
		if _, gone := not[kind]; gone {
			delete(t.Resources, id)
			continue
		}
		if r.Type == "AWS::Lambda::Alias" {
			r.UpdatePolicy = nil
			t.Resources[id] = r
		}
	}
}
