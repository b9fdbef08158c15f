package plan

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"guardrails/shared/authz"
	"guardrails/shared/blob"
	"guardrails/shared/fn"
	"guardrails/shared/resource"
	"guardrails/shared/table"
	"guardrails/shared/tenantrole"
)

// Statement allows actions on resources, under conditions. Names of resources hold placeholders that the deployment
// fills: {partition}, {region}, {account}, {key} (the environment's KMS key), {stream:<table>}, {secret:<name>}.
type Statement struct {
	Sid       string
	Actions   []string
	Resources []string
	// Conditions go from operator to condition key to values, all of which must hold.
	Conditions map[string]map[string][]string
}

// Grants is what a function's two roles may do.
//
// Function is the role that the function runs with: its log, its trigger, the look-ups that come before a tenant is
// known, and taking up the tenant role. Tenant is the role it takes up for each tenant, with the tenant as a session
// tag: everything that belongs to tenants, and only to that one. It is empty for functions without such data.
//
// Managed is what the function's role may do beside it and grows with the catalogue, which no limit of one policy bounds:
// each list is a managed policy of its own.
type Grants struct {
	Function []Statement
	Managed  [][]Statement
	Tenant   []Statement
}

const (
	tenantVariable = "${aws:PrincipalTag/" + tenantrole.Tag + "}"
	actorVariable  = "${aws:PrincipalTag/" + tenantrole.ActorTag + "}"
)

// Grants derives the roles of a function from what it declares.
func (p *Plan) Grants(f Function) Grants {
	g := p.declaredGrants(f)
	g.Function = append(p.ownGrants(f), g.Function...)
	if f.Spec.Trigger.Kind == fn.TriggerDeployment {
		g.Managed = cut(p.deployments())
	}
	if len(g.Tenant) > 0 {
		g.Function = append(g.Function, takeUp(f.TenantRole))
	}
	numberSids(g.Function)
	numberSids(g.Tenant)
	return g
}

// takeUp lets a role take up a tenant role.
func takeUp(tenantRole string) Statement {
	return Statement{Sid: "TenantRole", Actions: []string{"sts:AssumeRole", "sts:TagSession"}, Resources: []string{RoleARN(tenantRole)}}
}

// declaredGrants is what a function's declaration says, wherever it runs.
func (p *Plan) declaredGrants(f Function) Grants {
	declared := f.Spec.Grants()
	g := Grants{Tenant: p.tenantGrants(declared)}
	if f.ForPlatform() {
		g.Tenant = append(g.Tenant, p.actorLog())
	}
	if mode := declared.Tables[table.Directory]; mode != 0 {
		g.Function = append(g.Function, tableStatement("Directory", resource.Table(p.Env, table.Directory), mode, nil))
		if len(g.Tenant) > 0 && mode&(fn.Write|fn.Append) != 0 {
			// A tenant and its directory rows are written in one transaction, which has one caller.
			g.Tenant = append(g.Tenant, tableStatement("Directory", resource.Table(p.Env, table.Directory), mode, nil))
		}
	}
	for _, index := range crossTenantIndexes(declared, f.Spec) {
		g.Function = append(g.Function, Statement{
			Sid: "Index", Actions: []string{"dynamodb:Query"},
			Resources: []string{dynamoARN(resource.Table(p.Env, index.table)) + "/index/" + index.name},
		})
	}
	for _, name := range slices.Sorted(maps.Keys(declared.Queues)) {
		g.Function = append(g.Function, queueStatement(p.Env, name, declared.Queues[name]))
	}
	if declared.Mail && p.MailFrom != "" {
		g.Function = append(g.Function, p.mailStatement())
	}
	for _, name := range declared.Secrets {
		g.Function = append(g.Function, Statement{
			Sid: "Secret", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{"{secret:" + name + "}"},
		})
	}
	return g
}

// ForPlatform reports whether platform administrators, who act on other tenants, may call the function and it keeps a
// log of it: what they did is written to their own tenant's log too.
func (f Function) ForPlatform() bool {
	return f.Spec.Permission != "" && slices.Contains(authz.Permissions(authz.PlatformAdmin), f.Spec.Permission) && f.Spec.Access.Tables[table.Audit] != 0
}

// actorLog lets a session add to the audit log of the actor's tenant, and do nothing else there.
func (p *Plan) actorLog() Statement {
	s := tableStatement("ActorLog", resource.Table(p.Env, table.Audit), fn.Append, leadingKeys())
	s.Conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = []string{"T#" + actorVariable + "#" + table.PartAudit}
	return s
}

// RoleARN is the name of a role of this account.
func RoleARN(role string) string { return "arn:{partition}:iam::{account}:role/" + role }

// ownGrants is what a function needs to run at all: its log and its trigger.
func (p *Plan) ownGrants(f Function) []Statement {
	out := []Statement{{
		Sid: "Log", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []string{"arn:{partition}:logs:{region}:{account}:log-group:" + f.LogGroup + ":*"},
	}}
	switch t := f.Spec.Trigger; t.Kind {
	case fn.TriggerQueue:
		out = append(out, Statement{
			Sid: "Source", Actions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"},
			Resources: []string{queueARN(resource.Queue(p.Env, t.Source))},
		})
	case fn.TriggerStream:
		out = append(out, Statement{
			Sid: "Source", Actions: []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"},
			Resources: []string{"{stream:" + t.Source + "}"},
		})
	case fn.TriggerHTTP, fn.TriggerSchedule, fn.TriggerAuthorizer, fn.TriggerDeployment:
	}
	if f.Lost != "" {
		out = append(out, Statement{Sid: "Lost", Actions: []string{"sqs:SendMessage"}, Resources: []string{queueARN(f.Lost)}})
	}
	return out
}

// deployments is what the gate may do: look at the deployments of this environment's functions and tell its verdict. It
// may invoke no function by its own role: each version lets it in by a permission of its own (see the stacks).
func (p *Plan) deployments() []Statement {
	var groups, applications []string
	for _, f := range p.Functions {
		groups = append(groups, "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:"+f.Application+"/"+f.Group)
		if name := "arn:{partition}:codedeploy:{region}:{account}:application:" + f.Application; !slices.Contains(applications, name) {
			applications = append(applications, name)
		}
	}
	return []Statement{
		{Sid: "Deployments", Actions: []string{"codedeploy:GetDeployment", "codedeploy:PutLifecycleEventHookExecutionStatus"}, Resources: groups},
		{Sid: "Revisions", Actions: []string{"codedeploy:GetApplicationRevision"}, Resources: applications},
	}
}

// tenantGrants is everything that a function may do with one tenant's data.
func (p *Plan) tenantGrants(declared fn.Access) []Statement {
	var out []Statement
	for _, name := range slices.Sorted(maps.Keys(declared.Tables)) {
		if name == table.Directory {
			continue
		}
		st := tableStatement("Table", resource.Table(p.Env, name), declared.Tables[name], leadingKeys())
		if declared.Tables[name]&fn.Read != 0 && tenantIndexed(name) {
			st.Resources = append(st.Resources, dynamoARN(resource.Table(p.Env, name))+"/index/"+table.IndexState)
		}
		out = append(out, st)
	}
	for _, name := range slices.Sorted(maps.Keys(declared.Buckets)) {
		physical := resource.Bucket(p.Env, p.Account, name)
		out = append(out, bucketStatement(physical, declared.Buckets[name]), bucketProbe(physical))
	}
	if declared.DataKeys {
		out = append(out, Statement{
			Sid: "DataKeys", Actions: []string{"kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"}, Resources: []string{"{key}"},
			Conditions: map[string]map[string][]string{"StringEquals": {"kms:EncryptionContext:tenant": {tenantVariable}}},
		})
	}
	if declared.CustomerRoles {
		out = append(out, customerRoles())
	}
	return out
}

// customerRoles lets a tenant's session take up roles of other accounts, which nobody can list beforehand. They are named
// for it, and asked for with the tenant's own id as external id: what one tenant's customer trusts is closed to another
// tenant's session, and roles of this account are closed to all.
func customerRoles() Statement {
	return Statement{
		Sid: "CustomerRole", Actions: []string{"sts:AssumeRole"}, Resources: []string{"arn:{partition}:iam::*:role/" + tenantrole.CustomerPrefix + "*"},
		Conditions: map[string]map[string][]string{
			"StringEquals":    {"sts:ExternalId": {tenantVariable}},
			"StringNotEquals": {"aws:ResourceAccount": {"{account}"}},
		},
	}
}

// mailStatement lets a role send mails from one address, whichever of its two identities SES knows. A mail that is given
// whole needs the second action: https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html.
func (p *Plan) mailStatement() Statement {
	const identity = "arn:{partition}:ses:{region}:{account}:identity/"
	identities := []string{identity + p.MailFrom}
	if _, domain, ok := strings.Cut(p.MailFrom, "@"); ok {
		identities = append(identities, identity+domain)
	}
	return Statement{
		Sid: "Mail", Actions: []string{"ses:SendEmail", "ses:SendRawEmail"}, Resources: identities,
		Conditions: map[string]map[string][]string{"StringEquals": {"ses:FromAddress": {p.MailFrom}}},
	}
}

// leadingKeys limits items to the partitions of the session's tenant. The second '#' keeps acme from acme2, and
// without Null a request that names no key would pass, since ForAllValues holds for nothing at all.
func leadingKeys() map[string]map[string][]string {
	return map[string]map[string][]string{
		"ForAllValues:StringLike": {"dynamodb:LeadingKeys": {"T#" + tenantVariable, "T#" + tenantVariable + "#*"}},
		"Null":                    {"dynamodb:LeadingKeys": {"false"}},
	}
}

func tableStatement(sid, physical string, mode fn.Mode, conditions map[string]map[string][]string) Statement {
	var actions []string
	if mode&fn.Read != 0 {
		actions = append(actions, "dynamodb:GetItem", "dynamodb:Query")
	}
	if mode&(fn.Write|fn.Append) != 0 {
		actions = append(actions, "dynamodb:PutItem")
	}
	if mode&fn.Write != 0 {
		actions = append(actions, "dynamodb:UpdateItem", "dynamodb:DeleteItem")
	}
	return Statement{Sid: sid, Actions: actions, Resources: []string{dynamoARN(physical)}, Conditions: conditions}
}

func queueStatement(env, name string, mode fn.Mode) Statement {
	actions := []string{"sqs:GetQueueUrl"}
	if mode&fn.Send != 0 {
		actions = append(actions, "sqs:SendMessage")
	}
	if mode&fn.Read != 0 {
		actions = append(actions, "sqs:GetQueueAttributes")
	}
	return Statement{Sid: "Queue", Actions: actions, Resources: []string{queueARN(resource.Queue(env, name))}}
}

func bucketStatement(physical string, mode fn.Mode) Statement {
	var actions []string
	if mode&fn.Read != 0 {
		actions = append(actions, "s3:GetObject")
	}
	if mode&fn.Write != 0 {
		actions = append(actions, "s3:PutObject", "s3:DeleteObject")
	}
	return Statement{Sid: "Bucket", Actions: actions, Resources: []string{"arn:{partition}:s3:::" + physical + "/T/" + tenantVariable + "/*"}}
}

// bucketProbe lets a self-check list one prefix of a tenant, which no object has.
func bucketProbe(physical string) Statement {
	return Statement{
		Sid: "BucketProbe", Actions: []string{"s3:ListBucket"}, Resources: []string{"arn:{partition}:s3:::" + physical},
		Conditions: map[string]map[string][]string{"StringEquals": {"s3:prefix": {"T/" + tenantVariable + "/" + blob.ProbePath}}},
	}
}

type index struct{ table, name string }

// crossTenantIndexes are the indexes that system jobs read for all tenants: schedules alone, and those that declare
// the table.
func crossTenantIndexes(declared fn.Access, s fn.Spec) []index {
	if s.Trigger.Kind != fn.TriggerSchedule {
		return nil
	}
	var out []index
	for _, t := range table.Schemas() {
		for _, x := range t.Indexes {
			if x.CrossTenant && declared.Tables[t.Name]&fn.Read != 0 {
				out = append(out, index{t.Name, x.Name})
			}
		}
	}
	return out
}

// tenantIndexed reports whether a table has the index of states, whose partitions begin with the tenant as the table's do.
func tenantIndexed(name string) bool {
	return slices.ContainsFunc(table.Schemas(), func(s table.Schema) bool {
		return s.Name == name && slices.ContainsFunc(s.Indexes, func(x table.Index) bool { return !x.CrossTenant })
	})
}

func dynamoARN(physical string) string {
	return "arn:{partition}:dynamodb:{region}:{account}:table/" + physical
}

func queueARN(physical string) string { return "arn:{partition}:sqs:{region}:{account}:" + physical }

// numberSids makes the statements' names unique within their policy: Table, Table2, Table3.
func numberSids(list []Statement) {
	seen := map[string]int{}
	for i := range list {
		seen[list[i].Sid]++
		if n := seen[list[i].Sid]; n > 1 {
			list[i].Sid += strconv.Itoa(n)
		}
	}
}
