package stack

import (
	"strconv"
	"strings"

	"guardrails/infra/cfn"
	"guardrails/infra/plan"
	"guardrails/shared/tenantrole"
)

// document renders statements as a policy document. Names hold the plan's placeholders; those of other stacks' values
// become imports.
func (b *builder) document(statements []plan.Statement) cfn.Map {
	list := cfn.List{}
	for _, s := range statements {
		st := cfn.Map{"Sid": s.Sid, "Effect": "Allow", "Action": one(anys(s.Actions)), "Resource": one(b.names(s.Resources))}
		if len(s.Conditions) > 0 {
			st["Condition"] = b.conditions(s.Conditions)
		}
		list = append(list, st)
	}
	return cfn.Map{"Version": "2012-10-17", "Statement": list}
}

func (b *builder) conditions(all map[string]map[string][]string) cfn.Map {
	out := cfn.Map{}
	for operator, keys := range all {
		m := cfn.Map{}
		for key, values := range keys {
			m[key] = one(b.values(values))
		}
		out[operator] = m
	}
	return out
}

// one is a list's only value, or the list: IAM writes it so, and the diff stays small.
func one(list cfn.List) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

func anys(list []string) cfn.List {
	out := cfn.List{}
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// values renders the values of a condition: those with a placeholder of the plan become names, IAM's variables stay.
func (b *builder) values(list []string) cfn.List {
	out := anys(list)
	for i, s := range list {
		if strings.Contains(s, "{account}") {
			out[i] = b.arn(s)
		}
	}
	return out
}

func (b *builder) names(list []string) cfn.List {
	out := cfn.List{}
	for _, s := range list {
		out = append(out, b.arn(s))
	}
	return out
}

// arn renders one name of the plan. IAM's own variables (${aws:PrincipalTag/...}) are kept from CloudFormation.
func (b *builder) arn(s string) any {
	if s == "{key}" {
		return cfn.ImportValue(b.exportKey())
	}
	if t, ok := placeholder(s, "stream"); ok {
		return cfn.ImportValue(b.exportStream(t))
	}
	if t, ok := placeholder(s, "secret"); ok {
		return cfn.ImportValue(b.exportSecret(t))
	}
	s = strings.ReplaceAll(s, "${aws:", "${!aws:")
	return cfn.Sub(strings.NewReplacer("{partition}", "${AWS::Partition}", "{region}", "${AWS::Region}", "{account}", "${AWS::AccountId}").Replace(s))
}

func placeholder(s, kind string) (string, bool) {
	rest, ok := strings.CutPrefix(s, "{"+kind+":")
	return strings.TrimSuffix(rest, "}"), ok
}

// role is a role that principal may take up, with one policy.
func (b *builder) role(name, about string, trust cfn.List, statements []plan.Statement) cfn.Resource {
	return cfn.Resource{Type: "AWS::IAM::Role", Properties: cfn.Map{
		"RoleName": name, "Description": about,
		"AssumeRolePolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": trust},
		"Policies":                 cfn.List{cfn.Map{"PolicyName": "declared", "PolicyDocument": b.document(statements)}},
	}}
}

// managed adds the managed policies of a function's role and returns their ARNs. The role names them, and not they the
// role: so whoever has the role has all of it.
func (b *builder) managed(t *cfn.Template, f plan.Function, policies [][]plan.Statement) cfn.List {
	var out cfn.List
	for i, statements := range policies {
		n := strconv.Itoa(i + 1)
		out = append(out, cfn.Ref(t.Add(cfn.ID(f.Spec.Name, "policy")+n, cfn.Resource{Type: "AWS::IAM::ManagedPolicy", Properties: cfn.Map{
			"ManagedPolicyName": f.Role + "-" + n, "Description": "What the function " + f.Spec.Name + " may do beside its role's own policy, part " + n + ".",
			"PolicyDocument": b.document(statements),
		}})))
	}
	return out
}

// serviceTrust lets an AWS service take up a role. Who may hand the role to the service is what iam:PassRole says, so
// no other account's function can have it.
func serviceTrust(service string) cfn.List {
	return cfn.List{cfn.Map{"Effect": "Allow", "Principal": cfn.Map{"Service": service}, "Action": "sts:AssumeRole"}}
}

// tenantTrust lets a function's role take up its tenant role, if the session names one tenant and nothing else but, for
// functions that platform administrators call, the tenant of the actor.
func tenantTrust(forPlatform bool, role string) cfn.List {
	tags := cfn.List{tenantrole.Tag}
	if forPlatform {
		tags = append(tags, tenantrole.ActorTag)
	}
	return cfn.List{cfn.Map{
		"Effect": "Allow", "Principal": cfn.Map{"AWS": cfn.GetAtt(role, "Arn")}, "Action": cfn.List{"sts:AssumeRole", "sts:TagSession"},
		"Condition": cfn.Map{
			"StringLike":                cfn.Map{"aws:RequestTag/" + tenantrole.Tag: "????*"},
			"ForAllValues:StringEquals": cfn.Map{"aws:TagKeys": one(tags)},
		},
	}}
}
