package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"guardrails/infra/cfn"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
)

// context is the stack of one bounded context: its functions with their roles, logs, versions, aliases, alarms and
// triggers.
func (b *builder) context(name string) Stack {
	t := cfn.New("Guardrails " + b.env.Name + ": the functions of the context " + name + ".")
	t.Add("Deployments", cfn.Resource{Type: "AWS::CodeDeploy::Application", Properties: cfn.Map{"ApplicationName": plan.Application(b.env.Name, name), "ComputePlatform": "Lambda"}})
	t.Add("DeploymentRole", cfn.Resource{Type: "AWS::IAM::Role", Properties: cfn.Map{
		"RoleName": b.name(name) + "-deploy", "Description": "Lets CodeDeploy move the traffic of the functions of " + name + ".",
		"AssumeRolePolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": serviceTrust("codedeploy.amazonaws.com")},
		"Policies":                 cfn.List{cfn.Map{"PolicyName": "deploy", "PolicyDocument": b.deployPolicy(name)}},
	}})
	for _, f := range b.functions(name) {
		b.function(t, f)
	}
	needs := []string{b.dataName()}
	if gate, ok := b.gate(); ok && gate.Spec.Context != name {
		needs = append(needs, b.name(gate.Spec.Context))
	}
	return Stack{Name: b.name(name), Context: name, Template: t, DependsOn: needs}
}

// gate is the function that deployments ask before they move traffic.
func (b *builder) gate() (plan.Function, bool) { return b.plan.Function(b.plan.Gate) }

// functions lists the functions of a context.
func (b *builder) functions(context string) []plan.Function {
	var out []plan.Function
	for _, f := range b.plan.Functions {
		if f.Spec.Context == context {
			out = append(out, f)
		}
	}
	return out
}

// deployPolicy lets CodeDeploy move the aliases of the context's functions, look at their alarms, and ask the gate.
func (b *builder) deployPolicy(context string) cfn.Map {
	var aliases, alarms []string
	for _, f := range b.functions(context) {
		aliases = append(aliases, "arn:{partition}:lambda:{region}:{account}:function:"+f.Physical)
		for _, a := range b.plan.FunctionAlarms(f) {
			if a.Rollback {
				alarms = append(alarms, "arn:{partition}:cloudwatch:{region}:{account}:alarm:"+a.Name)
			}
		}
	}
	statements := []plan.Statement{
		{Sid: "Aliases", Actions: []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}, Resources: aliases},
		{Sid: "Alarms", Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: alarms},
	}
	if gate, ok := b.gate(); ok {
		statements = append(statements, plan.Statement{
			Sid: "Gate", Actions: []string{"lambda:InvokeFunction"}, Resources: []string{"arn:{partition}:lambda:{region}:{account}:function:" + gate.Physical},
		})
	}
	return b.document(statements)
}

// function adds everything that one line of the catalogue means.
func (b *builder) function(t *cfn.Template, f plan.Function) {
	id := func(what string) string { return cfn.ID(f.Spec.Name, what) }
	grants := b.plan.Grants(f)
	own := b.role(f.Role, "What the function "+f.Spec.Name+" runs with.", serviceTrust("lambda.amazonaws.com"), grants.Function)
	if managed := b.managed(t, f, grants.Managed); len(managed) > 0 {
		own.Properties["ManagedPolicyArns"] = managed
	}
	role := t.Add(id("role"), own)
	if len(grants.Tenant) > 0 {
		t.Add(id("tenant-role"), b.role(f.TenantRole, "What the function "+f.Spec.Name+" may do for one tenant, which the session's tag names.", tenantTrust(f.ForPlatform(), role), grants.Tenant))
	}
	logs := t.Add(id("logs"), cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Map{
		"LogGroupName": f.LogGroup, "RetentionInDays": b.env.LogDays, "KmsKeyId": cfn.ImportValue(b.exportKey()),
	}})
	properties := b.functionProperties(f, role, len(grants.Tenant) > 0)
	t.Add(id("function"), cfn.Resource{Type: "AWS::Lambda::Function", DependsOn: []string{logs}, Properties: properties})
	// A version is never changed: another code or setting is another version, so its id names what it is made of.
	version := t.Add(id("version")+fingerprint(properties), cfn.Resource{
		Type: "AWS::Lambda::Version", DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain",
		Properties: cfn.Map{"FunctionName": cfn.Ref(id("function"))},
	})
	b.alias(t, f, version, b.admit(t, f, version))
	b.trigger(t, f)
}

// admit lets the gate invoke this version, and returns the ids of what does. The permission is the version's own, so the
// gate's role needs no name for versions to come, and it goes when the next version takes the version's place.
func (b *builder) admit(t *cfn.Template, f plan.Function, version string) []string {
	gate, ok := b.gate()
	if !ok {
		return nil
	}
	r := cfn.Resource{Type: "AWS::Lambda::Permission", Properties: cfn.Map{
		"Action": "lambda:InvokeFunction", "FunctionName": cfn.Ref(version), "Principal": b.arn(plan.RoleARN(gate.Role)),
	}}
	if gate.Spec.Context == f.Spec.Context {
		r.DependsOn = []string{cfn.ID(gate.Spec.Name, "role")}
	}
	return []string{t.Add(version+"Gate", r)}
}

func (b *builder) functionProperties(f plan.Function, role string, tenants bool) cfn.Map {
	variables := cfn.Map{"GUARDRAILS_ENV": b.env.Name, "GUARDRAILS_FUNCTION": f.Spec.Name, "GUARDRAILS_ACCOUNT": cfn.Ref("AWS::AccountId")}
	if tenants {
		variables["GUARDRAILS_TENANT_ROLE"] = b.arn(plan.RoleARN(f.TenantRole))
	}
	if b.env.MailFrom != "" {
		variables["GUARDRAILS_MAIL_FROM"] = b.env.MailFrom
	}
	if b.env.Telemetry != "" {
		variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = b.env.Telemetry
		variables["OTEL_TRACES_SAMPLER_ARG"] = strconv.FormatFloat(*b.env.TraceRatio, 'g', -1, 64)
	}
	return cfn.Map{
		"FunctionName": f.Physical, "Description": f.Spec.Summary, "Role": cfn.GetAtt(role, "Arn"),
		"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": cfn.List{b.env.Architecture},
		"Code":          cfn.Map{"S3Bucket": cfn.Sub(AssetBucket), "S3Key": b.code[f.Spec.Context].Key},
		"MemorySize":    f.Spec.MemoryMB,
		"Timeout":       int(f.Spec.Timeout.Seconds()),
		"Environment":   cfn.Map{"Variables": variables},
		"LoggingConfig": cfn.Map{"LogFormat": "JSON", "LogGroup": f.LogGroup, "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"},
		"Tags":          cfn.Tags([2]string{"guardrails:context", f.Spec.Context}, [2]string{"guardrails:function", f.Spec.Name}),
	}
}

// fingerprint is a short digest of properties, fit for a logical id.
func fingerprint(properties cfn.Map) string {
	raw, err := json.Marshal(properties)
	if err != nil {
		panic(fmt.Sprintf("stack: properties that are no JSON: %v", err)) // they are made of maps, lists and texts alone
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])[:12]
}

// alias adds the alias that triggers invoke. A deployment asks the gate, moves the alias to a new version step by step,
// and back if an alarm rings.
func (b *builder) alias(t *cfn.Template, f plan.Function, version string, needs []string) {
	id := func(what string) string { return cfn.ID(f.Spec.Name, what) }
	var rollback cfn.List
	for _, a := range b.plan.FunctionAlarms(f) {
		alarm := b.alarm(t, a, cfn.ARN("sns", b.alarmTopic()))
		if a.Rollback {
			rollback = append(rollback, cfn.Map{"Name": cfn.Ref(alarm)})
		}
	}
	group := t.Add(id("deployment"), cfn.Resource{Type: "AWS::CodeDeploy::DeploymentGroup", Properties: cfn.Map{
		"ApplicationName": cfn.Ref("Deployments"), "DeploymentGroupName": f.Group, "ServiceRoleArn": cfn.GetAtt("DeploymentRole", "Arn"),
		"DeploymentConfigName":      b.env.Canary,
		"DeploymentStyle":           cfn.Map{"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
		"AlarmConfiguration":        cfn.Map{"Enabled": true, "Alarms": rollback},
		"AutoRollbackConfiguration": cfn.Map{"Enabled": true, "Events": cfn.List{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}},
	}})
	update := cfn.Map{"ApplicationName": cfn.Ref("Deployments"), "DeploymentGroupName": cfn.Ref(group)}
	if gate, ok := b.gate(); ok {
		update["BeforeAllowTrafficHook"] = gate.Physical
	}
	t.Add(id("alias"), cfn.Resource{
		Type: "AWS::Lambda::Alias", DependsOn: needs,
		UpdatePolicy: cfn.Map{"CodeDeployLambdaAliasUpdate": update},
		Properties:   cfn.Map{"FunctionName": cfn.Ref(id("function")), "Name": plan.LiveAlias, "FunctionVersion": cfn.GetAtt(version, "Version")},
	})
}

// trigger adds what invokes the function, but for routes and the authorizer, which belong to the API's stack.
func (b *builder) trigger(t *cfn.Template, f plan.Function) {
	for _, m := range b.plan.Mappings {
		if m.Function == f.Spec.Name {
			t.Add(cfn.ID(f.Spec.Name, "mapping"), b.mapping(f, m))
		}
	}
	for _, s := range b.plan.Schedules {
		if s.Function == f.Spec.Name {
			b.schedule(t, f, s)
		}
	}
}

func (b *builder) mapping(f plan.Function, m plan.Mapping) cfn.Resource {
	p := cfn.Map{
		"FunctionName": cfn.Ref(cfn.ID(f.Spec.Name, "alias")), "BatchSize": m.BatchSize, "MaximumBatchingWindowInSeconds": int(m.Window.Seconds()),
		"FunctionResponseTypes": cfn.List{"ReportBatchItemFailures"},
	}
	if m.Kind == fn.TriggerQueue {
		p["EventSourceArn"] = cfn.ARN("sqs", m.Physical)
		p["ScalingConfig"] = cfn.Map{"MaximumConcurrency": m.Concurrency}
	} else {
		p["EventSourceArn"] = cfn.ImportValue(b.exportStream(m.Source))
		p["StartingPosition"] = "TRIM_HORIZON"
		p["BisectBatchOnFunctionError"] = true
		p["MaximumRetryAttempts"] = m.Retries
		p["ParallelizationFactor"] = 1
		p["DestinationConfig"] = cfn.Map{"OnFailure": cfn.Map{"Destination": cfn.ARN("sqs", f.Lost)}}
	}
	return cfn.Resource{Type: "AWS::Lambda::EventSourceMapping", Properties: p}
}

// schedule adds the rule of a schedule. Lambda tries a failed run twice more and then tells the lost queue.
func (b *builder) schedule(t *cfn.Template, f plan.Function, s plan.Schedule) {
	id := func(what string) string { return cfn.ID(f.Spec.Name, what) }
	rate := fmt.Sprintf("rate(%d minutes)", int(s.Every.Minutes()))
	if s.Every.Minutes() == 1 {
		rate = "rate(1 minute)"
	}
	alias := cfn.Ref(id("alias"))
	rule := t.Add(id("schedule"), cfn.Resource{Type: "AWS::Events::Rule", Properties: cfn.Map{
		"Name": s.Physical, "Description": f.Spec.Summary, "ScheduleExpression": rate, "State": "ENABLED",
		"Targets": cfn.List{cfn.Map{"Id": "live", "Arn": alias}},
	}})
	t.Add(id("schedule-permission"), cfn.Resource{Type: "AWS::Lambda::Permission", Properties: cfn.Map{
		"Action": "lambda:InvokeFunction", "FunctionName": alias, "Principal": "events.amazonaws.com", "SourceArn": cfn.GetAtt(rule, "Arn"),
	}})
	t.Add(id("lost"), cfn.Resource{Type: "AWS::Lambda::EventInvokeConfig", DependsOn: []string{id("alias")}, Properties: cfn.Map{
		"FunctionName": cfn.Ref(id("function")), "Qualifier": plan.LiveAlias, "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300,
		"DestinationConfig": cfn.Map{"OnFailure": cfn.Map{"Destination": cfn.ARN("sqs", f.Lost)}},
	}})
}
