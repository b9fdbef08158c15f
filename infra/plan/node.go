package plan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"guardrails/shared/fn"
	"guardrails/shared/resource"
)

// NodeRole is the role of a process that runs every function (infra/local/server).
func (p *Plan) NodeRole() string { return resource.Function(p.Env, "node") }

// NodeTenantRole is what that takes up for each tenant.
func (p *Plan) NodeTenantRole() string { return p.NodeRole() + "-tenant" }

// NodeGrants is what the two roles of a node may do: what the catalogue's functions may do together, and what its
// triggers need in the place of Lambda's. Its log is no matter of AWS, and what failed too often it logs.
func (p *Plan) NodeGrants() Grants {
	g := Grants{Function: p.nodeSources()}
	for _, f := range p.Functions {
		if f.Spec.Trigger.Kind == fn.TriggerDeployment {
			continue // CodeDeploy moves no traffic of a node
		}
		one := p.declaredGrants(f)
		g.Function = append(g.Function, one.Function...)
		g.Tenant = append(g.Tenant, one.Tenant...)
	}
	g.Function = append(g.Function, takeUp(p.NodeTenantRole()))
	return Grants{Function: union(g.Function), Tenant: union(g.Tenant)}
}

// nodeSources is what the node's own triggers call.
func (p *Plan) nodeSources() []Statement {
	var out []Statement
	for _, m := range p.Mappings {
		if m.Kind == fn.TriggerQueue {
			out = append(out, Statement{Sid: "Queue", Actions: []string{"sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage"}, Resources: []string{queueARN(m.Physical)}})
			continue
		}
		out = append(
			out,
			Statement{Sid: "Source", Actions: []string{"dynamodb:DescribeTable"}, Resources: []string{dynamoARN(m.Physical)}},
			Statement{Sid: "Stream", Actions: []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, Resources: []string{"{stream:" + m.Source + "}"}},
		)
	}
	return out
}

// union allows what the statements allow together, and no more, in the fewest statements: each resource's actions under
// the same conditions, and then the resources that have the same.
func union(list []Statement) []Statement {
	type set struct {
		Statement
		conditions string
	}
	var byResource []set
	for _, s := range list {
		for _, r := range s.Resources {
			conditions := canonical(s.Conditions)
			i := slices.IndexFunc(byResource, func(x set) bool { return x.Resources[0] == r && x.conditions == conditions })
			if i < 0 {
				i = len(byResource)
				byResource = append(byResource, set{Statement{Sid: s.Sid, Resources: []string{r}, Conditions: s.Conditions}, conditions})
			}
			byResource[i].Actions = append(byResource[i].Actions, s.Actions...)
		}
	}
	var out []Statement
	var seen []string
	for _, s := range byResource {
		slices.Sort(s.Actions)
		s.Actions = slices.Compact(s.Actions)
		key := strings.Join(s.Actions, " ") + s.conditions
		if i := slices.Index(seen, key); i >= 0 {
			out[i].Resources = append(out[i].Resources, s.Resources...)
			continue
		}
		seen, out = append(seen, key), append(out, s.Statement)
	}
	for i := range out {
		slices.Sort(out[i].Resources)
	}
	slices.SortStableFunc(out, func(a, b Statement) int { return cmp.Compare(a.Sid, b.Sid) })
	numberSids(out)
	return out
}

// canonical is the same text for the same conditions; maps are written in the order of their keys.
func canonical(conditions map[string]map[string][]string) string {
	raw, err := json.Marshal(conditions)
	if err != nil {
		panic("plan: conditions that are no JSON: " + err.Error()) // they are maps and texts alone
	}
	return string(raw)
}
