package environment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Environment is where and how big one deployment is. The zero value of each field is a sensible choice.
type Environment struct {
	// Name is dev, staging, prod, or local for the deployment onto an emulator; it is part of every physical name.
	Name string `json:"-"`
	// Account and Region are where it goes; empty means whatever the CDK CLI's credentials say.
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	// Architecture is arm64 (the default) or x86_64.
	Architecture string `json:"architecture,omitempty"`
	// LogDays is how long logs are kept.
	LogDays int `json:"log_days,omitempty"`
	// AuditDays is for how long S3 Object Lock keeps what is written to the bucket audit. In prod nobody can shorten that
	// afterwards for what is there (see AuditMode).
	AuditDays int `json:"audit_retention_days,omitempty"`
	// Protect keeps tables, buckets, keys and stacks from being deleted. It is on unless said otherwise.
	Protect *bool `json:"protect,omitempty"`
	// Throttle bounds the API over all tenants; WAFRate is how many requests one address may make in five minutes.
	Throttle Throttle `json:"throttle,omitzero"`
	WAFRate  int      `json:"waf_rate,omitempty"`
	// Domain is the API's own name; without it the API has the name that API Gateway gave it.
	Domain *Domain `json:"domain,omitempty"`
	// MailFrom is the address that e-mail destinations get their mails from: one that SES has verified, itself or by its
	// domain. Without it there are no such destinations.
	MailFrom string `json:"mail_from,omitempty"`
	// Alarms is who hears of alarms.
	Alarms Alarms `json:"alarms,omitzero"`
	// Canary is how a new version gets its traffic: a name of CodeDeploy's predefined Lambda configurations.
	Canary string `json:"canary,omitempty"`
	// Telemetry is the base URL of the OpenTelemetry collector that spans go to by OTLP/HTTP, if any; TraceRatio is the
	// share of requests whose spans are kept.
	Telemetry  string   `json:"telemetry,omitempty"`
	TraceRatio *float64 `json:"trace_ratio,omitempty"`
	// Emulator leaves out what an emulator of AWS cannot make (see stack.NotEmulated).
	Emulator bool `json:"emulator,omitempty"`
}

// Throttle is requests a second, and the burst above them.
type Throttle struct {
	Rate  int `json:"rate,omitempty"`
	Burst int `json:"burst,omitempty"`
}

// Domain is a custom domain. With Truststore, an s3:// URI of PEM certificates, clients must show a certificate.
type Domain struct {
	Name           string `json:"name"`
	CertificateARN string `json:"certificate_arn"`
	Truststore     string `json:"truststore,omitempty"`
}

// Alarms says who hears of alarms. PagerDuty is the name of a secret in Secrets Manager that holds the integration's
// https URL, never the URL itself, which is a credential.
type Alarms struct {
	Email     string `json:"email,omitempty"`
	PagerDuty string `json:"pagerduty_secret,omitempty"`
}

// Warning names who does not hear of alarms though somebody should, in one line; "" if nobody is left out.
func (e Environment) Warning() string {
	switch {
	case e.Name != staging && e.Name != production, e.Alarms.Email != "":
		return ""
	case e.Alarms.PagerDuty != "":
		return fmt.Sprintf("nobody hears of alarms that wait for the morning: set alarms.email of %s in cdk.json", e.Name)
	}
	return fmt.Sprintf("nobody hears of alarms: set alarms.email or alarms.pagerduty_secret of %s in cdk.json", e.Name)
}

// names lists the environments there may be.
var names = []string{"dev", staging, production, "local"}

// Known returns an error that lists the environments there may be if the name is none of them.
func Known(name string) error {
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("there is no environment %q: there are %s", name, strings.Join(names, ", "))
}

const (
	staging    = "staging"
	production = "prod"
	// leastAuditDays is the least that production keeps audit logs for, maxAuditDays the most that S3 takes.
	leastAuditDays = 365
	maxAuditDays   = 36_500
)

// Read finds the environment that the CDK context chooses: "env" names it (default dev), "environments" holds its
// settings, "telemetry" stands for the setting of that name where it is given. account and region are what the CDK CLI's credentials say, "" if it has none. The error names every fault.
func Read(contextJSON []byte, account, region string) (Environment, error) {
	var c struct {
		Env          string                     `json:"env"`
		Environments map[string]json.RawMessage `json:"environments"`
		Telemetry    string                     `json:"telemetry"`
	}
	if len(contextJSON) > 0 {
		if err := json.Unmarshal(contextJSON, &c); err != nil {
			return Environment{}, fmt.Errorf("read the CDK context: %w", err)
		}
	}
	if c.Env == "" {
		c.Env = names[0]
	}
	raw, ok := c.Environments[c.Env]
	if !ok || Known(c.Env) != nil {
		return Environment{}, fmt.Errorf("there is no environment %q: cdk.json has %s", c.Env, strings.Join(slices.Sorted(maps.Keys(c.Environments)), ", "))
	}
	e := Environment{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return Environment{}, fmt.Errorf("environment %s: %w", c.Env, err)
	}
	e.Name = c.Env
	if c.Telemetry != "" {
		e.Telemetry = c.Telemetry
	}
	e.fill(account, region)
	if err := e.check(); err != nil {
		return Environment{}, fmt.Errorf("environment %s: %w", c.Env, err)
	}
	return e, nil
}

func (e *Environment) fill(account, region string) {
	def(&e.Account, account)
	def(&e.Region, region)
	def(&e.Architecture, "arm64")
	def(&e.LogDays, 30)
	def(&e.AuditDays, leastAuditDays)
	def(&e.Throttle.Rate, 1000)
	def(&e.Throttle.Burst, 2000)
	def(&e.WAFRate, 10_000)
	def(&e.Canary, "CodeDeployDefault.LambdaCanary10Percent5Minutes")
	if e.TraceRatio == nil {
		one := 1.0
		e.TraceRatio = &one
	}
	if e.Protect == nil {
		yes := true
		e.Protect = &yes
	}
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// AuditMode is the mode of S3 Object Lock. In production it is COMPLIANCE: not even the account's root user deletes a
// version before its time. Elsewhere it is GOVERNANCE, which a special permission gets around.
func (e Environment) AuditMode() string {
	if e.Name == production {
		return "COMPLIANCE"
	}
	return "GOVERNANCE"
}

// Protected reports whether stateful resources outlive the stacks.
func (e Environment) Protected() bool { return e.Protect == nil || *e.Protect }

var (
	accountShape = regexp.MustCompile(`^[0-9]{12}$`)
	regionShape  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	domainShape  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$`)
	certShape    = regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+$`)
	emailShape   = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	// mailShape has no character that means something in a policy.
	mailShape   = regexp.MustCompile(`^[A-Za-z0-9_+=.-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)
)

// MailAddress reports whether mails may come from an address, "" being none.
func MailAddress(s string) bool { return s == "" || mailShape.MatchString(s) }

// logDays are the retentions that CloudWatch Logs knows, up to ten years.
var logDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// canaries are CodeDeploy's predefined configurations for Lambda.
var canaries = []string{
	"CodeDeployDefault.LambdaCanary10Percent5Minutes", "CodeDeployDefault.LambdaCanary10Percent10Minutes",
	"CodeDeployDefault.LambdaCanary10Percent15Minutes", "CodeDeployDefault.LambdaCanary10Percent30Minutes",
	"CodeDeployDefault.LambdaLinear10PercentEvery1Minute", "CodeDeployDefault.LambdaLinear10PercentEvery2Minutes",
	"CodeDeployDefault.LambdaLinear10PercentEvery3Minutes", "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes",
	"CodeDeployDefault.LambdaAllAtOnce",
}

// collector reports whether spans may be sent to an address. Without TLS they are only on this machine, for an emulator.
func collector(address, env string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && env == "local"
}

func (e Environment) check() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	need(e.Account == "" || accountShape.MatchString(e.Account), "account must be 12 digits")
	need(e.Region == "" || regionShape.MatchString(e.Region), "region is not of the form us-east-1")
	need(e.Architecture == "arm64" || e.Architecture == "x86_64", "architecture must be arm64 or x86_64")
	need(slices.Contains(logDays, e.LogDays), "log_days must be one of %v", logDays)
	need(e.AuditDays > 0 && e.AuditDays <= maxAuditDays, "audit_retention_days must be 1 to %d, S3's own limit", maxAuditDays)
	need(e.Name != production || e.AuditDays >= leastAuditDays, "audit_retention_days must be at least %d in prod", leastAuditDays)
	need(e.Throttle.Rate > 0 && e.Throttle.Rate <= 10_000, "throttle.rate must be 1 to 10000, API Gateway's own limit")
	need(e.Throttle.Burst > 0 && e.Throttle.Burst <= 5_000, "throttle.burst must be 1 to 5000, API Gateway's own limit")
	need(e.WAFRate >= 10 && e.WAFRate <= 2_000_000_000, "waf_rate must be at least 10")
	need(slices.Contains(canaries, e.Canary), "canary must be one of %s", strings.Join(canaries, ", "))
	need(e.Alarms.Email == "" || emailShape.MatchString(e.Alarms.Email), "alarms.email is no address")
	need(MailAddress(e.MailFrom), "mail_from is no address of the form name@example.com")
	need(e.Alarms.PagerDuty == "" || secretShape.MatchString(e.Alarms.PagerDuty), "alarms.pagerduty_secret must be the name of a secret")
	need(e.Telemetry == "" || collector(e.Telemetry, e.Name), "telemetry must be an https URL without credentials or a query: it stands in templates and variables, and spans travel the internet")
	need(*e.TraceRatio >= 0 && *e.TraceRatio <= 1, "trace_ratio must be 0 to 1")
	need(e.Name != production || e.Protected(), "protect cannot be switched off in prod")
	need(e.Name == "local" || !e.Emulator, "emulator is for the environment local alone")
	if d := e.Domain; d != nil {
		need(domainShape.MatchString(d.Name), "domain.name is no domain name")
		need(certShape.MatchString(d.CertificateARN), "domain.certificate_arn is not the ARN of an ACM certificate")
		need(d.Truststore == "" || strings.HasPrefix(d.Truststore, "s3://"), "domain.truststore must be an s3:// URI")
	}
	return errors.Join(errs...)
}
