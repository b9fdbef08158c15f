package stack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/infra/cfn"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/shared/fn"
	"guardrails/shared/telemetry"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// settings is a context with everything that an environment can have.
const settings = `{"env": "%s", "environments": {
	"dev": {"protect": false},
	"prod": {"account": "123456789012", "region": "eu-central-1", "log_days": 365,
		"domain": {"name": "api.example.com", "certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/abc-1", "truststore": "s3://trust/ca.pem"},
		"alarms": {"email": "night@example.com", "pagerduty_secret": "pagerduty/guardrails"}, "telemetry": "https://otlp.example.com"},
	"local": {"emulator": true, "protect": false}}}`

func stacks(t *testing.T, name string) []stack.Stack {
	t.Helper()
	env, err := environment.Read(fmt.Appendf(nil, settings, name), "", "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(env.Name, stack.Account, functions.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]stack.Code{}
	for _, c := range stack.Contexts(p) {
		code[c] = stack.Code{Key: c + ".zip"}
	}
	out, err := stack.All(env, p, code)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// plain turns a template into what a reader of its JSON sees.
func plain(t *testing.T, template *cfn.Template) map[string]resource {
	t.Helper()
	raw, err := template.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Resources map[string]resource }
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out.Resources
}

type resource struct {
	Type                string
	DeletionPolicy      string
	UpdateReplacePolicy string
	UpdatePolicy        map[string]any
	Properties          map[string]any
}

// every calls check with each resource of the types, of all stacks.
func every(t *testing.T, all []stack.Stack, check func(where string, r resource), types ...string) {
	t.Helper()
	n := 0
	for _, s := range all {
		for id, r := range plain(t, s.Template) {
			if slices.Contains(types, r.Type) {
				n++
				check(s.Name+"/"+id, r)
			}
		}
	}
	if n == 0 {
		t.Errorf("there is no %v", types)
	}
}

func TestTemplatesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, second := stacks(t, "prod"), stacks(t, "prod")
	for i := range first {
		a, err := first[i].Template.JSON()
		if err != nil {
			t.Fatal(err)
		}
		b, err := second[i].Template.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("stack %s differs between two runs", first[i].Name)
		}
		n := len(first[i].Template.Resources)
		t.Logf("stack %s has %d of 500 resources", first[i].Name, n)
		if n > 450 {
			t.Errorf("stack %s has %d resources", first[i].Name, n)
		}
	}
}

func TestStacksComeAfterWhatTheyNeed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range stacks(t, "prod") {
		for _, need := range s.DependsOn {
			if !seen[need] {
				t.Errorf("%s is deployed before %s, which it needs", s.Name, need)
			}
		}
		seen[s.Name] = true
	}
}

// TestImportsAreExported checks that each value that a stack imports is exported by one that it depends on.
func TestImportsAreExported(t *testing.T) {
	t.Parallel()
	exported := map[string]string{}
	for _, s := range stacks(t, "prod") {
		for _, name := range imports(s.Template) {
			if from, ok := exported[name]; !ok || !slices.Contains(s.DependsOn, from) {
				t.Errorf("%s imports %s, which no stack that it depends on exports", s.Name, name)
			}
		}
		for _, o := range s.Template.Outputs {
			if o.Export != nil {
				exported[o.Export.Name] = s.Name
			}
		}
	}
}

func imports(template *cfn.Template) []string {
	raw, _ := template.JSON() // TestTemplatesAreTheSameEachTime looks at the error
	var out []string
	for _, part := range strings.Split(string(raw), `"Fn::ImportValue": "`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		out = append(out, name)
	}
	return out
}

func TestEveryFunctionIsWhole(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	made := map[string]bool{}
	every(t, all, func(where string, r resource) {
		name, _ := r.Properties["FunctionName"].(string)
		made[name] = true
		if r.Properties["Architectures"].([]any)[0] != "arm64" || r.Properties["Runtime"] != "provided.al2023" {
			t.Errorf("%s runs on %v", where, r.Properties["Architectures"])
		}
	}, "AWS::Lambda::Function")
	if n := len(functions.Catalog()); len(made) != n {
		t.Errorf("%d functions for %d entries of the catalogue", len(made), n)
	}
	every(t, all, func(where string, r resource) {
		update, ok := r.UpdatePolicy["CodeDeployLambdaAliasUpdate"].(map[string]any)
		if !ok {
			t.Errorf("%s moves without a canary", where)
		}
		if update["BeforeAllowTrafficHook"] != "guardrails-prod-release-check" {
			t.Errorf("%s moves unchecked: its hook is %v", where, update["BeforeAllowTrafficHook"])
		}
	}, "AWS::Lambda::Alias")
	every(t, all, func(where string, r resource) {
		alarms := r.Properties["AlarmConfiguration"].(map[string]any)["Alarms"]
		if list, _ := alarms.([]any); len(list) == 0 {
			t.Errorf("%s is rolled back by no alarm", where)
		}
	}, "AWS::CodeDeploy::DeploymentGroup")
	every(t, all, func(where string, r resource) {
		if days, _ := r.Properties["RetentionInDays"].(float64); days != 365 || r.Properties["KmsKeyId"] == nil {
			t.Errorf("%s keeps logs for %v days under the key %v", where, r.Properties["RetentionInDays"], r.Properties["KmsKeyId"])
		}
	}, "AWS::Logs::LogGroup")
}

// TestTheGateMayInvokeEachVersionAndNoOther checks that each version has a permission for the gate's role, that the alias
// waits for it, that CodeDeploy may ask the gate, and that the gate's own role names no function at all.
func TestTheGateMayInvokeEachVersionAndNoOther(t *testing.T) {
	t.Parallel()
	versions, admitted := 0, 0
	for _, s := range stacks(t, "prod") {
		resources := plain(t, s.Template)
		let := map[string]string{}
		for id, r := range resources {
			principal := fmt.Sprint(r.Properties["Principal"])
			if r.Type != "AWS::Lambda::Permission" || !strings.Contains(principal, "role/") {
				continue
			}
			version, _ := r.Properties["FunctionName"].(map[string]any)["Ref"].(string)
			if resources[version].Type != "AWS::Lambda::Version" || !strings.HasSuffix(principal, ":role/guardrails-prod-release-check]") {
				t.Errorf("%s lets %s invoke %s", id, principal, version)
			}
			let[version] = id
			admitted++
		}
		for id, r := range resources {
			switch r.Type {
			case "AWS::Lambda::Version":
				versions++
			case "AWS::Lambda::Alias":
				version := r.Properties["FunctionVersion"].(map[string]any)["Fn::GetAtt"].([]any)[0].(string)
				if waits := s.Template.Resources[id].DependsOn; !slices.Contains(waits, let[version]) {
					t.Errorf("%s/%s moves before the gate may invoke %s", s.Name, id, version)
				}
			case "AWS::IAM::Role":
				policy := fmt.Sprint(r.Properties["Policies"])
				gate := strings.HasSuffix(fmt.Sprint(r.Properties["RoleName"]), "-release-check")
				if managed, _ := r.Properties["ManagedPolicyArns"].([]any); gate != (len(managed) > 1) {
					t.Errorf("%s/%s has %d managed policies", s.Name, id, len(managed))
				}
				deploys := strings.HasSuffix(fmt.Sprint(r.Properties["RoleName"]), "-deploy")
				if invokes := strings.Contains(policy, "lambda:InvokeFunction"); invokes != deploys {
					t.Errorf("%s/%s may invoke functions: %v", s.Name, id, invokes)
				}
				if deploys && !strings.Contains(policy, "Resource:map[Fn::Sub:arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:guardrails-prod-release-check] Sid:Gate") {
					t.Errorf("%s/%s may not ask the gate alone: %s", s.Name, id, policy)
				}
			}
		}
	}
	if versions == 0 || versions != admitted {
		t.Errorf("the gate may invoke %d of %d versions", admitted, versions)
	}
}

// TestPoliciesFitIAM measures every role and managed policy as CloudFormation will write it.
func TestPoliciesFitIAM(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	size := func(documents any) int {
		raw, err := json.Marshal(written(documents))
		if err != nil {
			t.Fatal(err)
		}
		return len(raw)
	}
	every(t, all, func(where string, r resource) {
		list, _ := r.Properties["Policies"].([]any)
		n := 0
		for _, p := range list {
			n += size(p.(map[string]any)["PolicyDocument"])
		}
		managed, _ := r.Properties["ManagedPolicyArns"].([]any)
		if n > plan.InlineLimit || len(managed) > plan.MostManaged {
			t.Errorf("%s has %d characters of policies and %d managed ones", where, n, len(managed))
		}
	}, "AWS::IAM::Role")
	every(t, all, func(where string, r resource) {
		if n := size(r.Properties["PolicyDocument"]); n > plan.ManagedLimit {
			t.Errorf("%s has %d characters", where, n)
		}
		if raw, _ := json.Marshal(r.Properties["PolicyDocument"]); bytes.Contains(raw, []byte("*")) {
			t.Errorf("%s allows more than it names: %s", where, raw)
		}
	}, "AWS::IAM::ManagedPolicy")
}

// written puts names of the greatest length in the place of what CloudFormation fills in.
func written(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["Fn::Sub"].(string); ok {
			return strings.NewReplacer("${AWS::Partition}", "aws-us-gov", "${AWS::Region}", "ap-northeast-1", "${AWS::AccountId}", "123456789012").Replace(text)
		}
		if v["Fn::ImportValue"] != nil || v["Fn::GetAtt"] != nil {
			return strings.Repeat("x", 140) // as long as the name of a stream
		}
		out := map[string]any{}
		for k, inner := range v {
			out[k] = written(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = written(inner)
		}
		return out
	}
	return v
}

// TestTablesNameEachAttributeOnce checks that a table defines exactly the attributes that its keys and those of its
// indexes are made of, each once: DynamoDB takes neither fewer nor more.
func TestTablesNameEachAttributeOnce(t *testing.T) {
	t.Parallel()
	indexes := map[string]string{}
	every(t, stacks(t, "prod"), func(where string, r resource) {
		var defined, used []string
		for _, a := range r.Properties["AttributeDefinitions"].([]any) {
			defined = append(defined, a.(map[string]any)["AttributeName"].(string))
		}
		keys := func(schema any) {
			for _, k := range schema.([]any) {
				used = append(used, k.(map[string]any)["AttributeName"].(string))
			}
		}
		keys(r.Properties["KeySchema"])
		list, _ := r.Properties["GlobalSecondaryIndexes"].([]any)
		for _, x := range list {
			index := x.(map[string]any)
			keys(index["KeySchema"])
			indexes[where+" "+index["IndexName"].(string)] = fmt.Sprint(index["Projection"])
		}
		slices.Sort(defined)
		slices.Sort(used)
		if !slices.Equal(defined, slices.Compact(used)) {
			t.Errorf("%s defines %v and uses %v", where, defined, slices.Compact(used))
		}
	}, "AWS::DynamoDB::Table")
	want := map[string]string{
		"guardrails-prod-data/JobsTable due":         "map[ProjectionType:KEYS_ONLY]",
		"guardrails-prod-data/DeliveriesTable due":   "map[ProjectionType:KEYS_ONLY]",
		"guardrails-prod-data/DeliveriesTable state": "map[ProjectionType:ALL]",
	}
	if !maps.Equal(indexes, want) {
		t.Errorf("the indexes are %v, want %v", indexes, want)
	}
}

func TestDataIsKeptAndEncrypted(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	stateful := []string{"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"}
	every(t, all, func(where string, r resource) {
		if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s goes with its stack", where)
		}
	}, stateful...)
	every(t, all, func(where string, r resource) {
		for property, holds := range map[string]bool{
			"SSESpecification":                 strings.Contains(fmt.Sprint(r.Properties["SSESpecification"]), "KMS"),
			"PointInTimeRecoverySpecification": strings.Contains(fmt.Sprint(r.Properties["PointInTimeRecoverySpecification"]), "true"),
			"TimeToLiveSpecification":          strings.Contains(fmt.Sprint(r.Properties["TimeToLiveSpecification"]), "true"),
			"DeletionProtectionEnabled":        r.Properties["DeletionProtectionEnabled"] == true,
			"BillingMode":                      r.Properties["BillingMode"] == "PAY_PER_REQUEST",
		} {
			if !holds {
				t.Errorf("%s: %s is %v", where, property, r.Properties[property])
			}
		}
	}, "AWS::DynamoDB::Table")
	every(t, all, func(where string, r resource) {
		if r.Properties["KmsMasterKeyId"] == nil {
			t.Errorf("%s is not encrypted with our key", where)
		}
	}, "AWS::SQS::Queue", "AWS::SNS::Topic")
	every(t, all, func(where string, r resource) {
		block, _ := r.Properties["PublicAccessBlockConfiguration"].(map[string]any)
		for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if block[name] != true {
				t.Errorf("%s: %s is %v", where, name, block[name])
			}
		}
		if r.Properties["BucketEncryption"] == nil || r.Properties["VersioningConfiguration"] == nil {
			t.Errorf("%s is not encrypted or not versioned", where)
		}
	}, "AWS::S3::Bucket")
}

// TestPoliciesOfResources checks that buckets, queues and topics refuse what does not come over TLS, and that nobody
// but the account is let in.
func TestPoliciesOfResources(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	policies, guarded := 0, 0
	every(t, all, func(string, resource) { guarded++ }, "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SNS::Topic")
	every(t, all, func(where string, r resource) {
		policies++
		document := r.Properties["PolicyDocument"].(map[string]any)
		tls := false
		for _, s := range document["Statement"].([]any) {
			statement := s.(map[string]any)
			if statement["Effect"] == "Deny" {
				everybody := statement["Principal"] == "*" && (statement["Action"] == "s3:*" || statement["Action"] == "sqs:*" || statement["Action"] == "sns:Publish")
				tls = tls || everybody && fmt.Sprint(statement["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
				continue
			}
			if !strings.Contains(fmt.Sprint(statement["Condition"]), "aws:SourceAccount") {
				t.Errorf("%s lets %v in from anywhere", where, statement["Principal"])
			}
		}
		if !tls {
			t.Errorf("%s does not demand TLS", where)
		}
	}, "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy")
	if policies != guarded {
		t.Errorf("%d policies for %d queues, buckets and topics", policies, guarded)
	}
}

// TestEncryptionIsOurs checks that everything that keeps data at rest does so under the environment's key. The bucket of
// access logs alone has S3's own, since S3 delivers them to no bucket with another.
func TestEncryptionIsOurs(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	ours := func(value any) bool {
		text := fmt.Sprint(value)
		return text == "map[Ref:Key]" || text == "map[Fn::GetAtt:[Key Arn]]" || text == "map[Fn::ImportValue:guardrails-prod-data-key]"
	}
	for kind, property := range map[string]string{
		"AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId", "AWS::SecretsManager::Secret": "KmsKeyId", "AWS::Logs::LogGroup": "KmsKeyId",
	} {
		every(t, all, func(where string, r resource) {
			if !ours(r.Properties[property]) {
				t.Errorf("%s is encrypted with %v", where, r.Properties[property])
			}
		}, kind)
	}
	every(t, all, func(where string, r resource) {
		sse := r.Properties["SSESpecification"].(map[string]any)
		if sse["SSEType"] != "KMS" || !ours(sse["KMSMasterKeyId"]) {
			t.Errorf("%s is encrypted with %v", where, sse)
		}
	}, "AWS::DynamoDB::Table")
	every(t, all, func(where string, r resource) {
		rule := r.Properties["BucketEncryption"].(map[string]any)["ServerSideEncryptionConfiguration"].([]any)[0].(map[string]any)
		by := rule["ServerSideEncryptionByDefault"].(map[string]any)
		logs := strings.HasSuffix(where, "/AccessLogsBucket") && by["SSEAlgorithm"] == "AES256"
		if !logs && (by["SSEAlgorithm"] != "aws:kms" || !ours(by["KMSMasterKeyID"])) {
			t.Errorf("%s is encrypted with %v", where, by)
		}
	}, "AWS::S3::Bucket")
	every(t, all, func(where string, r resource) {
		if r.Properties["EnableKeyRotation"] != true {
			t.Errorf("%s is not rotated", where)
		}
	}, "AWS::KMS::Key")
}

// TestNothingIsPublic checks that no bucket, function or key is open to other accounts.
func TestNothingIsPublic(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	every(t, all, func(where string, r resource) {
		if r.Properties["AccessControl"] != nil || r.Properties["WebsiteConfiguration"] != nil {
			t.Errorf("%s has an ACL or is a web site", where)
		}
		if !strings.Contains(fmt.Sprint(r.Properties["OwnershipControls"]), "BucketOwnerEnforced") {
			t.Errorf("%s takes ACLs", where)
		}
	}, "AWS::S3::Bucket")
	every(t, all, func(where string, r resource) {
		_, service := r.Properties["Principal"].(string) // a role of ours is named whole, and needs no source
		role := strings.HasPrefix(fmt.Sprint(r.Properties["Principal"]), "map[Fn::Sub:arn:${AWS::Partition}:iam::${AWS::AccountId}:role/")
		if service == role || service && r.Properties["SourceArn"] == nil || r.Properties["Principal"] == "*" {
			t.Errorf("%s lets %v invoke on anybody's behalf", where, r.Properties["Principal"])
		}
	}, "AWS::Lambda::Permission")
	every(t, all, func(where string, r resource) {
		for _, s := range r.Properties["KeyPolicy"].(map[string]any)["Statement"].([]any) {
			statement := s.(map[string]any)
			condition := fmt.Sprint(statement["Condition"])
			account := strings.Contains(condition, "map[Ref:AWS::AccountId]") || strings.Contains(condition, "${AWS::AccountId}")
			if statement["Sid"] != "Administrators" && !account {
				t.Errorf("%s: %v is not held to the account", where, statement["Sid"])
			}
		}
	}, "AWS::KMS::Key")
	for _, s := range all {
		for id, r := range plain(t, s.Template) {
			if r.Type == "AWS::Lambda::Url" {
				t.Errorf("%s/%s goes around the API", s.Name, id)
			}
		}
	}
}

// TestAuditBucketIsLocked checks that what is written there stays for as long as the environment says.
func TestAuditBucketIsLocked(t *testing.T) {
	t.Parallel()
	for env, mode := range map[string]string{"prod": "COMPLIANCE", "dev": "GOVERNANCE", "local": "GOVERNANCE"} {
		locked := 0
		every(t, stacks(t, env), func(where string, r resource) {
			if r.Properties["ObjectLockEnabled"] != true {
				return
			}
			locked++
			want := "map[ObjectLockEnabled:Enabled Rule:map[DefaultRetention:map[Days:365 Mode:" + mode + "]]]"
			if got := fmt.Sprint(r.Properties["ObjectLockConfiguration"]); got != want {
				t.Errorf("%s: %s, want %s", where, got, want)
			}
			if strings.Contains(fmt.Sprint(r.Properties["LifecycleConfiguration"]), "Expiration") {
				t.Errorf("%s lets objects expire", where)
			}
			if !strings.HasSuffix(where, "/AuditBucket") || r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
				t.Errorf("%s is locked, and goes with its stack: %s", where, r.DeletionPolicy)
			}
		}, "AWS::S3::Bucket")
		if locked != 1 {
			t.Errorf("%s has %d locked buckets", env, locked)
		}
	}
}

// TestEveryFunctionIsWatchedAndLosesNothing checks that each function has an alarm of its own, and that whatever invokes
// it without waiting for the answer has somewhere to put what failed.
func TestEveryFunctionIsWatchedAndLosesNothing(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	watched, kept := map[string]bool{}, map[string]bool{}
	every(t, all, func(_ string, r resource) {
		dimensions, _ := r.Properties["Dimensions"].([]any) // an expression has none
		for _, d := range dimensions {
			if d := d.(map[string]any); d["Name"] == "FunctionName" && r.Properties["MetricName"] == "Errors" {
				watched[d["Value"].(string)] = true
			}
		}
	}, "AWS::CloudWatch::Alarm")
	every(t, all, func(_ string, r resource) {
		if strings.Contains(fmt.Sprint(r.Properties["DestinationConfig"]), "-lost") {
			kept[fmt.Sprint(r.Properties["FunctionName"])] = true
		}
	}, "AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig")
	for _, f := range functions.Catalog() {
		if !watched["guardrails-prod-"+f.Name] {
			t.Errorf("nobody hears of errors of %s", f.Name)
		}
		switch f.Trigger.Kind {
		case fn.TriggerStream:
			if !kept[fmt.Sprint(map[string]any{"Ref": cfn.ID(f.Name, "alias")})] {
				t.Errorf("what %s fails to read is lost", f.Name)
			}
		case fn.TriggerSchedule:
			if !kept[fmt.Sprint(map[string]any{"Ref": cfn.ID(f.Name, "function")})] {
				t.Errorf("runs of %s that failed are lost", f.Name)
			}
		case fn.TriggerHTTP, fn.TriggerAuthorizer, fn.TriggerDeployment: // the caller waits
		case fn.TriggerQueue: // TestEveryQueueHasADeadLetterQueueAndAnAlarm
		}
	}
}

func TestEveryQueueHasADeadLetterQueueAndAnAlarm(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	watched := map[string]bool{}
	every(t, all, func(_ string, r resource) {
		dimensions, _ := r.Properties["Dimensions"].([]any) // an expression has none
		for _, d := range dimensions {
			if d := d.(map[string]any); d["Name"] == "QueueName" {
				watched[d["Value"].(string)] = true
			}
		}
	}, "AWS::CloudWatch::Alarm")
	every(t, all, func(where string, r resource) {
		name := r.Properties["QueueName"].(string)
		if !watched[name] {
			t.Errorf("%s has no alarm", where)
		}
		last := strings.HasSuffix(name, "-dlq") || strings.HasSuffix(name, "-lost")
		if last == (r.Properties["RedrivePolicy"] != nil) {
			t.Errorf("%s: the redrive policy is %v", where, r.Properties["RedrivePolicy"])
		}
	}, "AWS::SQS::Queue")
	every(t, all, func(where string, r resource) {
		if !strings.Contains(fmt.Sprint(r.Properties["FunctionResponseTypes"]), "ReportBatchItemFailures") {
			t.Errorf("%s repeats whole batches", where)
		}
	}, "AWS::Lambda::EventSourceMapping")
}

// TestDeliveriesAreWatched checks the alarms that events and deliveries have beyond those of every function and queue, and
// that what is given up of them leads to its own page.
func TestDeliveriesAreWatched(t *testing.T) {
	t.Parallel()
	metrics, pages, thresholds := map[string]string{}, map[string]string{}, map[string]any{}
	every(t, stacks(t, "prod"), func(where string, r resource) {
		name, metric := r.Properties["AlarmName"].(string), fmt.Sprint(r.Properties["MetricName"])
		if r.Properties["Namespace"] == "Guardrails" && fmt.Sprint(r.Properties["Dimensions"]) == "[]" {
			metrics[metric] = where
		}
		_, page, _ := strings.Cut(r.Properties["AlarmDescription"].(string), "docs/runbooks/")
		pages[strings.TrimPrefix(name, "guardrails-prod-")] = page
		thresholds[strings.TrimPrefix(name, "guardrails-prod-")] = r.Properties["Threshold"]
	}, "AWS::CloudWatch::Alarm")
	for _, m := range []telemetry.Metric{telemetry.EventsUnmatched, telemetry.EventsNotAnnounced, telemetry.BreakersOpened} {
		if metrics[string(m)] == "" {
			t.Errorf("nobody hears of %s", m)
		}
	}
	for alarm, want := range map[string]string{
		"events-dlq-filled": "delivery-dead-letters.md", "deliveries-dlq-filled": "delivery-dead-letters.md", "replays-dlq-filled": "delivery-dead-letters.md",
		"event-resend-lost-filled": "delivery-dead-letters.md", "delivery-sweep-lost-filled": "delivery-dead-letters.md",
		"job-chunks-dlq-filled": "dead-letters.md", "job-relay-lost-filled": "dead-letters.md", "events-unmatched": "stuck-deliveries.md",
	} {
		if pages[alarm] != want {
			t.Errorf("%s leads to %q, want %s", alarm, pages[alarm], want)
		}
	}
	if thresholds["events-late"] != 900.0 || thresholds["deliveries-late"] != 1800.0 {
		t.Errorf("messages are late after %v s, those of deliveries after %v s", thresholds["events-late"], thresholds["deliveries-late"])
	}
}

// TestAlarmsHaveRunbooks resolves the runbook of each alarm.
func TestAlarmsHaveRunbooks(t *testing.T) {
	t.Parallel()
	every(t, stacks(t, "prod"), func(where string, r resource) {
		_, path, ok := strings.Cut(r.Properties["AlarmDescription"].(string), "Runbook: ")
		if !ok {
			t.Errorf("%s names no runbook", where)
			return
		}
		if _, err := os.Stat(filepath.Join("..", "..", path)); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		if half := r.Properties["Metrics"] != nil; half == (r.Properties["AlarmActions"] != nil) {
			t.Errorf("%s tells %v", where, r.Properties["AlarmActions"])
		}
	}, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
}

// TestObjectivesHaveAlarms checks what the alarms on the budget of availability compare, and that each of two halves is
// asked.
func TestObjectivesHaveAlarms(t *testing.T) {
	t.Parallel()
	rules, halves := map[string]string{}, map[string]resource{}
	every(t, stacks(t, "prod"), func(_ string, r resource) {
		if r.Type == "AWS::CloudWatch::CompositeAlarm" {
			rules[r.Properties["AlarmName"].(string)] = fmt.Sprint(r.Properties["AlarmRule"])
		} else if r.Properties["Metrics"] != nil {
			halves[r.Properties["AlarmName"].(string)] = r
		}
	}, "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Alarm")
	for name, want := range map[string]struct {
		long, short        string
		longPeriod, period float64
		threshold          float64
	}{
		"availability-burn-fast":   {"60m", "5m", 3600, 300, 0.0144},
		"availability-burn-steady": {"360m", "30m", 21600, 1800, 0.006},
		"availability-burn-slow":   {"1440m", "120m", 86400, 7200, 0.003},
		"latency-burn-fast":        {"60m", "5m", 3600, 300, 0.144},
		"work-burn-fast":           {"60m", "5m", 3600, 300, 0.144},
	} {
		name = "guardrails-prod-" + name
		for half, period := range map[string]float64{want.long: want.longPeriod, want.short: want.period} {
			r, ok := halves[name+"-"+half]
			if !ok {
				t.Fatalf("%s has no half of %s", name, half)
			}
			if got := r.Properties["Threshold"].(float64); math.Abs(got-want.threshold) > 1e-9 {
				t.Errorf("%s-%s rings at %v, want %v", name, half, got, want.threshold)
			}
			for _, m := range r.Properties["Metrics"].([]any) {
				if stat, ok := m.(map[string]any)["MetricStat"].(map[string]any); ok && stat["Period"] != period {
					t.Errorf("%s-%s sums over %v s, want %v", name, half, stat["Period"], period)
				}
			}
			if asked := "ALARM(\"${" + cfn.ID(name+"-"+half, "alarm") + "}\")"; !strings.Contains(rules[name], asked) {
				t.Errorf("%s does not ask %s: %s", name, half, rules[name])
			}
		}
		if !strings.Contains(rules[name], " AND ") {
			t.Errorf("%s does not ask both halves: %s", name, rules[name])
		}
	}
}

// TestSavedQueriesSeeEveryFunction checks that no function's log is left out, and no query names more than it may.
func TestSavedQueriesSeeEveryFunction(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	text := map[string]bool{}
	every(t, stacks(t, "prod"), func(where string, r resource) {
		text[r.Properties["QueryString"].(string)] = true
		groups := r.Properties["LogGroupNames"].([]any)
		if len(groups) > 50 {
			t.Errorf("%s names %d log groups", where, len(groups))
		}
		for _, g := range groups {
			seen[g.(string)]++
		}
	}, "AWS::Logs::QueryDefinition")
	for _, f := range functions.Catalog() {
		if n := seen["/aws/lambda/guardrails-prod-"+f.Name]; n != len(text) {
			t.Errorf("%d of %d queries see the log of %s", n, len(text), f.Name)
		}
	}
}

// TestRoutesHaveMethods checks that the API has each route of the catalogue, behind the authorizer unless it is public,
// and answers other methods of the path itself.
func TestRoutesHaveMethods(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	got, others := map[string]string{}, 0
	every(t, all, func(_ string, r resource) {
		if r.Properties["HttpMethod"] == "ANY" {
			others++
			return
		}
		got[r.Properties["OperationName"].(string)] = r.Properties["AuthorizationType"].(string)
	}, "AWS::ApiGateway::Method")
	paths := map[string]bool{}
	for _, s := range functions.Catalog() {
		if s.Trigger.Path == "" {
			continue
		}
		paths[s.Trigger.Path] = true
		want := "CUSTOM"
		if s.Public() {
			want = "NONE"
		}
		if got[s.Name] != want {
			t.Errorf("%s is authorized by %q, want %s", s.Name, got[s.Name], want)
		}
	}
	if others != len(paths) {
		t.Errorf("%d of %d paths answer other methods", others, len(paths))
	}
}

// TestNoTextOfCallersIsLogged checks that the access log has no variable that holds a caller's text.
func TestNoTextOfCallersIsLogged(t *testing.T) {
	t.Parallel()
	every(t, stacks(t, "prod"), func(where string, r resource) {
		format := r.Properties["AccessLogSetting"].(map[string]any)["Format"].(string)
		for _, variable := range []string{"$context.path", "userAgent", "$input", "identity.apiKey", "$context.error.message", "querystring"} {
			if strings.Contains(format, variable) {
				t.Errorf("%s logs %s", where, variable)
			}
		}
		if !json.Valid([]byte(format)) {
			t.Errorf("%s: the format is no JSON", where)
		}
		for _, m := range r.Properties["MethodSettings"].([]any) {
			if m.(map[string]any)["DataTraceEnabled"] != false {
				t.Errorf("%s logs bodies", where)
			}
		}
	}, "AWS::ApiGateway::Stage")
}

func TestProductionHasItsDomain(t *testing.T) {
	t.Parallel()
	all := stacks(t, "prod")
	every(t, all, func(where string, r resource) {
		if !strings.Contains(fmt.Sprint(r.Properties["MutualTlsAuthentication"]), "s3://trust/ca.pem") {
			t.Errorf("%s demands no client certificate", where)
		}
	}, "AWS::ApiGateway::DomainName")
	every(t, all, func(where string, r resource) {
		if r.Properties["DisableExecuteApiEndpoint"] != true {
			t.Errorf("%s can be reached around its domain", where)
		}
	}, "AWS::ApiGateway::RestApi")
}

// TestEmulatorLacksOnlyWhatIsNamed prints what the environment local is deployed without, and checks that all else of
// production's kinds is there.
func TestEmulatorLacksOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	kinds := func(name string) map[string]bool {
		out := map[string]bool{}
		for _, s := range stacks(t, name) {
			for _, r := range s.Template.Resources {
				kind := r.Type
				if r.Properties["Metrics"] != nil {
					kind += " Metrics"
				}
				out[kind] = true
			}
		}
		return out
	}
	local := kinds("local")
	named := stack.NotEmulated()
	for kind := range kinds("dev") {
		why, left := named[kind]
		if left {
			t.Logf("left out on an emulator: %s (%s)", kind, why)
		}
		if local[kind] == left {
			t.Errorf("%s: in the environment local %v, named as left out %v", kind, local[kind], left)
		}
	}
}

// TestRoleOfAnalyze shows the two roles of one function as they are deployed.
func TestRoleOfAnalyze(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t, "dev") {
		if s.Context != "analyze" {
			continue
		}
		got, err := json.MarshalIndent(map[string]any{
			"AnalyzeRole": s.Template.Resources["AnalyzeRole"], "AnalyzeTenantRole": s.Template.Resources["AnalyzeTenantRole"],
		}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "role-of-analyze.json")
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(want), got) {
			t.Errorf("the role of analyze has changed; look at the diff and run go test ./infra/stack -update:\n%s", got)
		}
		return
	}
	t.Error("there is no stack of the context analyze")
}
