package environment_test

import (
	"os"
	"strings"
	"testing"

	"guardrails/infra/environment"
)

func TestReadFillsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	e, err := environment.Read([]byte(`{"environments": {"dev": {}}}`), "123456789012", "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "dev" || e.Account != "123456789012" || e.Region != "eu-west-1" || e.Architecture != "arm64" || e.LogDays != 30 || !e.Protected() {
		t.Errorf("%+v", e)
	}
}

func TestReadNamesTheFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ context, want string }{
		"no such environment":     {`{"env": "qa", "environments": {"dev": {}}}`, `no environment "qa": cdk.json has dev`},
		"a name of our own":       {`{"env": "qa", "environments": {"qa": {}}}`, `no environment "qa"`},
		"an unknown setting":      {`{"environments": {"dev": {"regoin": "x"}}}`, "regoin"},
		"no JSON":                 {`{`, "read the CDK context"},
		"account":                 {`{"environments": {"dev": {"account": "12"}}}`, "account must be 12 digits"},
		"region":                  {`{"environments": {"dev": {"region": "Frankfurt"}}}`, "region is not of the form"},
		"architecture":            {`{"environments": {"dev": {"architecture": "mips"}}}`, "architecture must be"},
		"log days":                {`{"environments": {"dev": {"log_days": 8}}}`, "log_days must be one of"},
		"audit retention":         {`{"environments": {"dev": {"audit_retention_days": -1}}}`, "audit_retention_days must be 1 to 36500"},
		"audit retention, long":   {`{"environments": {"dev": {"audit_retention_days": 40000}}}`, "audit_retention_days must be 1 to 36500"},
		"audit retention in prod": {`{"env": "prod", "environments": {"prod": {"audit_retention_days": 30}}}`, "at least 365 in prod"},
		"throttle":                {`{"environments": {"dev": {"throttle": {"rate": 20000}}}}`, "throttle.rate"},
		"burst":                   {`{"environments": {"dev": {"throttle": {"burst": 20000}}}}`, "throttle.burst"},
		"firewall":                {`{"environments": {"dev": {"waf_rate": 1}}}`, "waf_rate"},
		"canary":                  {`{"environments": {"dev": {"canary": "fast"}}}`, "canary must be one of"},
		"an URL for a secret":     {`{"environments": {"dev": {"alarms": {"pagerduty_secret": "https://events.pagerduty.com/x"}}}}`, "must be the name of a secret"},
		"e-mail":                  {`{"environments": {"dev": {"alarms": {"email": "nobody"}}}}`, "alarms.email"},
		"telemetry":               {`{"environments": {"dev": {"telemetry": "collector:4318"}}}`, "telemetry must be"},
		"production unprotected":  {`{"env": "prod", "environments": {"prod": {"protect": false}}}`, "cannot be switched off in prod"},
		"production on emulator":  {`{"env": "prod", "environments": {"prod": {"emulator": true}}}`, "for the environment local alone"},
		"domain":                  {`{"environments": {"dev": {"domain": {"name": "x", "certificate_arn": "y"}}}}`, "domain.name is no domain name"},
		"certificate":             {`{"environments": {"dev": {"domain": {"name": "a.example.com", "certificate_arn": "y"}}}}`, "domain.certificate_arn"},
		"truststore":              {`{"environments": {"dev": {"domain": {"name": "a.example.com", "certificate_arn": "y", "truststore": "/tmp"}}}}`, "domain.truststore"},
		"every fault is named":    {`{"environments": {"dev": {"account": "12", "log_days": 8}}}`, "log_days"},
		"every fault is named, 2": {`{"environments": {"dev": {"account": "12", "log_days": 8}}}`, "account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := environment.Read([]byte(c.context), "", "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestWarningNamesWhoDoesNotHear reads environments with and without somebody who hears of alarms.
func TestWarningNamesWhoDoesNotHear(t *testing.T) {
	t.Parallel()
	const nobody, nobodyLater = "nobody hears of alarms: set alarms.email or alarms.pagerduty_secret of ", "nobody hears of alarms that wait for the morning"
	for name, c := range map[string]struct{ env, alarms, want string }{
		"prod, nobody":    {"prod", `{}`, nobody + "prod in cdk.json"},
		"staging, nobody": {"staging", `{}`, nobody + "staging in cdk.json"},
		"prod, e-mail":    {"prod", `{"email": "night@example.com"}`, ""},
		"prod, PagerDuty": {"prod", `{"pagerduty_secret": "pagerduty/guardrails"}`, nobodyLater},
		"dev":             {"dev", `{}`, ""},
		"local":           {"local", `{}`, ""},
	} {
		e, err := environment.Read([]byte(`{"env": "`+c.env+`", "environments": {"`+c.env+`": {"alarms": `+c.alarms+`}}}`), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Warning(); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || strings.Contains(got, "\n") {
			t.Errorf("%s: the warning is %q, want %q", name, got, c.want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"dev": true, "staging": true, "prod": true, "local": true, "qa": false, "": false, "Prod": false} {
		err := environment.Known(name)
		if (err == nil) != want || err != nil && !strings.Contains(err.Error(), "dev, staging, prod, local") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestAuditMode checks that production alone has the mode that nobody gets around.
func TestAuditMode(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"dev": "GOVERNANCE", "staging": "GOVERNANCE", "prod": "COMPLIANCE", "local": "GOVERNANCE"} {
		e, err := environment.Read([]byte(`{"env": "`+name+`", "environments": {"`+name+`": {}}}`), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.AuditMode(); got != want || e.AuditDays != 365 {
			t.Errorf("%s keeps audit logs for %d days in mode %s, want %s", name, e.AuditDays, got, want)
		}
	}
}

// TestSettingsOfTheProject reads each environment of the project's own cdk.json.
func TestSettingsOfTheProject(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	_, context, ok := strings.Cut(string(raw), `"context":`)
	if !ok {
		t.Fatal("cdk.json has no context")
	}
	context = strings.TrimSuffix(strings.TrimSpace(context), "}")
	for _, name := range []string{"dev", "staging", "prod", "local"} {
		if _, err := environment.Read([]byte(strings.Replace(context, `"env": "dev"`, `"env": "`+name+`"`, 1)), "", ""); err != nil {
			t.Error(err)
		}
	}
}
