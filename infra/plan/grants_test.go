package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/blob"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

func catalog(t *testing.T) plan.Plan {
	t.Helper()
	p, err := plan.New("dev", "", functions.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// allowed lists "action resource" for each pair that statements allow.
func allowed(statements []plan.Statement) []string {
	var out []string
	for _, s := range statements {
		for _, a := range s.Actions {
			for _, r := range s.Resources {
				out = append(out, a+" "+r)
			}
		}
	}
	slices.Sort(out)
	return out
}

// whole is everything that a function's own role may do.
func whole(g plan.Grants) []plan.Statement {
	return slices.Concat(append([][]plan.Statement{g.Function}, g.Managed...)...)
}

func TestGrantsFollowTheDeclaration(t *testing.T) {
	t.Parallel()
	const (
		dynamo   = "arn:{partition}:dynamodb:{region}:{account}:table/guardrails-dev-"
		sqs      = "arn:{partition}:sqs:{region}:{account}:guardrails-dev-"
		log      = "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/guardrails-dev-f:*"
		identity = "arn:{partition}:ses:{region}:{account}:identity/"
		tenant   = "T/${aws:PrincipalTag/TenantID}/*"
	)
	own := []string{"logs:CreateLogStream " + log, "logs:PutLogEvents " + log}
	assume := []string{"sts:AssumeRole arn:{partition}:iam::{account}:role/guardrails-dev-f-tenant", "sts:TagSession arn:{partition}:iam::{account}:role/guardrails-dev-f-tenant"}
	public := fn.HTTP("GET", "/f")
	cases := []struct {
		name             string
		spec             fn.Spec
		function, tenant []string
	}{
		{"nothing", fn.Spec{Trigger: public}, own, nil},
		{
			"reads a table",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Jobs: fn.Read}}},
			slices.Concat(own, assume),
			[]string{"dynamodb:GetItem " + dynamo + "jobs", "dynamodb:Query " + dynamo + "jobs"},
		},
		{
			"reads deliveries, by their state too",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Deliveries: fn.Read}}},
			slices.Concat(own, assume),
			[]string{
				"dynamodb:GetItem " + dynamo + "deliveries", "dynamodb:GetItem " + dynamo + "deliveries/index/state",
				"dynamodb:Query " + dynamo + "deliveries", "dynamodb:Query " + dynamo + "deliveries/index/state",
			},
		},
		{
			"writes deliveries and reads none",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Deliveries: fn.Append}}},
			slices.Concat(own, assume),
			[]string{"dynamodb:PutItem " + dynamo + "deliveries"},
		},
		{
			"looks for what is due",
			fn.Spec{Trigger: fn.Every(time.Minute), Access: fn.Access{Tables: map[string]fn.Mode{table.Deliveries: fn.Read}}},
			slices.Concat([]string{"dynamodb:Query " + dynamo + "deliveries/index/due"}, own, []string{"sqs:SendMessage " + sqs + "f-lost"}, assume),
			[]string{
				"dynamodb:GetItem " + dynamo + "deliveries", "dynamodb:GetItem " + dynamo + "deliveries/index/state",
				"dynamodb:Query " + dynamo + "deliveries", "dynamodb:Query " + dynamo + "deliveries/index/state",
			},
		},
		{
			"writes events, and sends them to be matched",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Events: fn.Append}}},
			slices.Concat(own, []string{"sqs:GetQueueUrl " + sqs + "events", "sqs:SendMessage " + sqs + "events"}, assume),
			[]string{"dynamodb:PutItem " + dynamo + "events"},
		},
		{
			"appends to a table",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Audit: fn.Append}}},
			slices.Concat(own, assume),
			[]string{"dynamodb:PutItem " + dynamo + "audit"},
		},
		{
			"the directory belongs to no tenant",
			fn.Spec{Trigger: public, Access: fn.Access{Tables: map[string]fn.Mode{table.Directory: fn.Read}}},
			slices.Concat([]string{"dynamodb:GetItem " + dynamo + "directory", "dynamodb:Query " + dynamo + "directory"}, own), nil,
		},
		{
			"reads objects",
			fn.Spec{Trigger: public, Access: fn.Access{Buckets: map[string]fn.Mode{blob.Uploads: fn.Read}}},
			slices.Concat(own, assume),
			[]string{"s3:GetObject arn:{partition}:s3:::guardrails-dev-uploads/" + tenant, "s3:ListBucket arn:{partition}:s3:::guardrails-dev-uploads"},
		},
		{
			"opens data keys",
			fn.Spec{Trigger: public, Access: fn.Access{DataKeys: true}},
			slices.Concat(own, assume),
			[]string{"dynamodb:GetItem " + dynamo + "tenants", "dynamodb:Query " + dynamo + "tenants", "kms:Decrypt {key}", "kms:GenerateDataKeyWithoutPlaintext {key}"},
		},
		{
			"takes up customers' roles",
			fn.Spec{Trigger: public, Access: fn.Access{CustomerRoles: true}},
			slices.Concat(own, assume),
			[]string{"sts:AssumeRole arn:{partition}:iam::*:role/guardrails*"},
		},
		{
			"sends mail",
			fn.Spec{Trigger: public, Access: fn.Access{Mail: true}},
			slices.Concat(own, []string{
				"ses:SendEmail " + identity + "alerts@example.com", "ses:SendEmail " + identity + "example.com",
				"ses:SendRawEmail " + identity + "alerts@example.com", "ses:SendRawEmail " + identity + "example.com",
			}), nil,
		},
		{
			"reads a secret",
			fn.Spec{Trigger: public, Access: fn.Access{Secrets: []string{secret.Pepper}}},
			slices.Concat(own, []string{"secretsmanager:GetSecretValue {secret:api-key-pepper}"}), nil,
		},
		{
			"sends to a queue",
			fn.Spec{Trigger: public, Access: fn.Access{Queues: map[string]fn.Mode{queue.Tasks: fn.Send}}},
			slices.Concat(own, []string{"sqs:GetQueueUrl " + sqs + "tasks", "sqs:SendMessage " + sqs + "tasks"}), nil,
		},
		{
			"is fed by a queue",
			fn.Spec{Trigger: fn.Queue(queue.Tasks, 1, 0)},
			slices.Concat(own, []string{"sqs:ChangeMessageVisibility " + sqs + "tasks", "sqs:DeleteMessage " + sqs + "tasks", "sqs:GetQueueAttributes " + sqs + "tasks", "sqs:ReceiveMessage " + sqs + "tasks"}), nil,
		},
		{
			"is fed by a stream",
			fn.Spec{Trigger: fn.Stream(table.Events, 1, 0)},
			slices.Concat([]string{"dynamodb:DescribeStream {stream:events}", "dynamodb:GetRecords {stream:events}", "dynamodb:GetShardIterator {stream:events}", "dynamodb:ListStreams {stream:events}"},
				own, []string{"sqs:SendMessage " + sqs + "f-lost"}), nil,
		},
	}
	cases = append(cases, struct {
		name             string
		spec             fn.Spec
		function, tenant []string
	}{
		"is asked by deployments",
		fn.Spec{Context: "c", Trigger: fn.Deployment()},
		slices.Concat([]string{
			"codedeploy:GetApplicationRevision arn:{partition}:codedeploy:{region}:{account}:application:guardrails-dev-c",
			"codedeploy:GetDeployment arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:guardrails-dev-c/f",
			"codedeploy:PutLifecycleEventHookExecutionStatus arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:guardrails-dev-c/f",
		}, own), nil,
	})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.spec.Name = "f"
			p, err := plan.New("dev", "", []fn.Spec{c.spec})
			if err != nil {
				t.Fatal(err)
			}
			p.MailFrom = "alerts@example.com"
			g := p.Grants(p.Functions[0])
			if got := allowed(whole(g)); !slices.Equal(got, c.function) {
				t.Errorf("the function may\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.function, "\n"))
			}
			if got := allowed(g.Tenant); !slices.Equal(got, c.tenant) {
				t.Errorf("for a tenant it may\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.tenant, "\n"))
			}
		})
	}
}

// customerRoles are the roles that customers make in their own accounts.
const customerRoles = "arn:{partition}:iam::*:role/guardrails*"

// TestNoRoleIsWiderThanItsFunction walks the whole catalogue: no star but at the end of a log group and of the objects
// of one tenant, and for customers' roles; and no tenant's data without a condition that names the tenant.
func TestNoRoleIsWiderThanItsFunction(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	for _, f := range p.Functions {
		g := p.Grants(f)
		for _, s := range slices.Concat(whole(g), g.Tenant) {
			for _, a := range s.Actions {
				if strings.Contains(a, "*") || !strings.Contains(a, ":") {
					t.Errorf("%s: %s allows the action %s", f.Spec.Name, s.Sid, a)
				}
			}
			for _, r := range s.Resources {
				narrow := strings.TrimSuffix(r, "*")
				if r == customerRoles && s.Sid == "CustomerRole" { // accounts that nobody can list: checkBound looks at the conditions
					continue
				}
				if strings.Contains(narrow, "*") || narrow != r && !strings.HasSuffix(r, f.LogGroup+":*") && !strings.HasSuffix(r, "/T/${aws:PrincipalTag/TenantID}/*") {
					t.Errorf("%s: %s allows %s", f.Spec.Name, s.Sid, r)
				}
			}
		}
		for _, s := range g.Tenant {
			checkBound(t, f, p, s)
		}
		for _, s := range whole(g) {
			if touchesTenants(p, s) && s.Sid != "Index" && s.Sid != "Source" {
				t.Errorf("%s: its own role reaches tenants' items: %v", f.Spec.Name, s)
			}
		}
	}
}

// touchesTenants reports whether a statement opens a table that holds items of tenants.
func touchesTenants(p plan.Plan, s plan.Statement) bool {
	for _, r := range s.Resources {
		if strings.Contains(r, ":dynamodb:") && !strings.HasSuffix(r, resource.Table(p.Env, table.Directory)) {
			return true
		}
	}
	return false
}

func checkBound(t *testing.T, f plan.Function, p plan.Plan, s plan.Statement) {
	t.Helper()
	switch {
	case touchesTenants(p, s):
		keys := s.Conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
		for _, k := range keys {
			if !strings.HasPrefix(k, "T#${aws:PrincipalTag/") || strings.Contains(k, "}*") {
				t.Errorf("%s: %s opens the partitions %s", f.Spec.Name, s.Sid, k)
			}
		}
		if len(keys) == 0 || !slices.Equal(s.Conditions["Null"]["dynamodb:LeadingKeys"], []string{"false"}) {
			t.Errorf("%s: %s is bound to no tenant: %v", f.Spec.Name, s.Sid, s.Conditions)
		}
	case slices.Contains(s.Actions, "s3:ListBucket"):
		if !slices.Equal(s.Conditions["StringEquals"]["s3:prefix"], []string{"T/${aws:PrincipalTag/TenantID}/self-check"}) {
			t.Errorf("%s: %s lists objects: %v", f.Spec.Name, s.Sid, s.Conditions)
		}
	case strings.HasPrefix(s.Actions[0], "kms:"):
		if !sameConditions(s.Conditions, map[string]map[string][]string{"StringEquals": {"kms:EncryptionContext:tenant": {"${aws:PrincipalTag/TenantID}"}}}) {
			t.Errorf("%s: %s opens data keys of others: %v", f.Spec.Name, s.Sid, s.Conditions)
		}
	case strings.HasPrefix(s.Actions[0], "sts:"):
		want := map[string]map[string][]string{"StringEquals": {"sts:ExternalId": {"${aws:PrincipalTag/TenantID}"}}, "StringNotEquals": {"aws:ResourceAccount": {"{account}"}}}
		if !slices.Equal(s.Actions, []string{"sts:AssumeRole"}) || !sameConditions(s.Conditions, want) {
			t.Errorf("%s: %s takes up roles that others' customers made, or ours: %v", f.Spec.Name, s.Sid, s.Conditions)
		}
	}
}

func sameConditions(a, b map[string]map[string][]string) bool {
	return maps.EqualFunc(a, b, func(a, b map[string][]string) bool { return maps.EqualFunc(a, b, slices.Equal[[]string]) })
}

// TestMailHasOneSender holds the grant to the address that was set, and to none where none was: of who delivers, and of
// who asks recipients.
func TestMailHasOneSender(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	mails := func() (out []string) {
		for _, f := range p.Functions {
			for _, s := range slices.Concat(whole(p.Grants(f)), p.Grants(f).Tenant) {
				if !strings.HasPrefix(s.Actions[0], "ses:") {
					continue
				}
				out = append(out, f.Spec.Name)
				if !sameConditions(s.Conditions, map[string]map[string][]string{"StringEquals": {"ses:FromAddress": {"alerts@example.com"}}}) {
					t.Errorf("%s may send mail under %v", f.Spec.Name, s.Conditions)
				}
			}
		}
		return out
	}
	if got := mails(); len(got) > 0 {
		t.Errorf("without an address mail may be sent: %v", got)
	}
	p.MailFrom = "alerts@example.com"
	got := mails()
	slices.Sort(got)
	if want := []string{"delivery-send", "destinations-confirm", "destinations-create", "destinations-update"}; !slices.Equal(got, want) {
		t.Errorf("mail may be sent by %v, want %v", got, want)
	}
}

// TestRolesFitIAM holds each role's policies to what a role can have, in the environment with the longest names: those of
// today's catalogue, and the gate's for a much larger one.
func TestRolesFitIAM(t *testing.T) {
	t.Parallel()
	p, err := plan.New("staging", "123456789012", functions.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	largest := 0
	for _, f := range p.Functions {
		g := p.Grants(f)
		for _, role := range [][]plan.Statement{g.Function, g.Tenant} {
			n := plan.Size(role)
			largest = max(largest, n)
			if n > plan.InlineLimit {
				t.Errorf("a role of %s has a policy of %d characters, at most %d fit", f.Spec.Name, n, plan.InlineLimit)
			}
		}
	}
	t.Logf("the largest policy has %d of %d characters", largest, plan.InlineLimit)
	node := p.NodeGrants()
	for name, role := range map[string][]plan.Statement{"node": node.Function, "node's tenant": node.Tenant} {
		if n := plan.Size(role); n > plan.InlineLimit {
			t.Errorf("the %s role has a policy of %d characters, at most %d fit", name, n, plan.InlineLimit)
		}
	}
	specs := functions.Catalog()
	for n := len(specs); n < 150; n++ {
		name := fmt.Sprintf("a-function-with-quite-a-long-name-%d", n)
		specs = append(specs, fn.Spec{Name: name, Context: "context" + strconv.Itoa(n/10), Trigger: fn.HTTP("GET", "/"+name), Permission: "read:jobs"})
	}
	for _, env := range []string{"local", "staging"} {
		p, err := plan.New(env, "123456789012", specs)
		if err != nil {
			t.Fatal(err)
		}
		gate, _ := p.Function(p.Gate)
		managed := p.Grants(gate).Managed
		if len(managed) < 2 || len(managed) > plan.MostManaged-5 {
			t.Errorf("%s: the gate of %d functions has %d managed policies", env, len(specs), len(managed))
		}
		for i, policy := range managed {
			if n := plan.Size(policy); n > plan.ManagedLimit || i < len(managed)-1 && n < plan.ManagedLimit-500 {
				t.Errorf("%s: managed policy %d has %d of %d characters", env, i+1, n, plan.ManagedLimit)
			}
		}
	}
}

// TestTheGateMayAskAboutEveryDeployment checks that cutting the gate's policies loses nothing and adds nothing, and that
// one more function at the catalogue's end leaves the first of them as it is.
func TestTheGateMayAskAboutEveryDeployment(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	gate, _ := p.Function(p.Gate)
	g := p.Grants(gate)
	var want []string
	for _, f := range p.Functions {
		group := " arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:" + f.Application + "/" + f.Group
		want = append(want, "codedeploy:GetDeployment"+group, "codedeploy:PutLifecycleEventHookExecutionStatus"+group,
			"codedeploy:GetApplicationRevision arn:{partition}:codedeploy:{region}:{account}:application:"+f.Application)
	}
	slices.Sort(want)
	if got, want := allowed(slices.Concat(g.Managed...)), slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("the gate may\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	more, err := plan.New("dev", "", append(functions.Catalog(), fn.Spec{Name: "zz", Context: "ops", Trigger: fn.HTTP("GET", "/zz"), Permission: "read:jobs"}))
	if err != nil {
		t.Fatal(err)
	}
	if then := more.Grants(gate).Managed; len(g.Managed) < 2 || !slices.Equal(allowed(then[0]), allowed(g.Managed[0])) {
		t.Error("a function at the catalogue's end changes the gate's first policy")
	}
}

func TestOnlyPlatformFunctionsReachTheActorsLog(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	var got []string
	for _, f := range p.Functions {
		for _, s := range p.Grants(f).Tenant {
			if s.Sid == "ActorLog" {
				got = append(got, f.Spec.Name)
				if !slices.Equal(s.Actions, []string{"dynamodb:PutItem"}) {
					t.Errorf("%s may %v in the log of another tenant", f.Spec.Name, s.Actions)
				}
			}
		}
	}
	for _, name := range got {
		f, _ := p.Function(name)
		if !strings.HasSuffix(string(f.Spec.Permission), ":tenants") && !strings.HasSuffix(string(f.Spec.Permission), ":limits") {
			t.Errorf("%s with permission %s reaches the log of the actor's tenant", name, f.Spec.Permission)
		}
	}
	if !slices.Contains(got, "tenants-create") {
		t.Errorf("tenants-create is not among %v", got)
	}
}

// TestNamesFitAWS holds every physical name to the service's limit, in the environment with the longest name.
func TestNamesFitAWS(t *testing.T) {
	t.Parallel()
	p, err := plan.New("staging", "", functions.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	fits := func(kind, name string, most int) {
		if len(name) > most {
			t.Errorf("the %s %s has %d characters, at most %d fit", kind, name, len(name), most)
		}
	}
	for _, f := range p.Functions {
		fits("function", f.Physical, 64)
		fits("role", f.TenantRole, 64)
		for _, a := range p.FunctionAlarms(f) {
			fits("alarm", a.Name, 255)
		}
	}
	for _, s := range p.Schedules {
		fits("rule", s.Physical, 64)
	}
	for _, q := range p.Resources.Queues {
		fits("queue", q.Physical, 80)
	}
}
