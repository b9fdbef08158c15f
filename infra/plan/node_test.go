package plan_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
)

// bound lists "action resource conditions" for each thing that statements allow.
func bound(t *testing.T, statements []plan.Statement) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, s := range statements {
		conditions, err := json.Marshal(s.Conditions)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range s.Actions {
			for _, r := range s.Resources {
				out[a+" "+r+" "+string(conditions)] = true
			}
		}
	}
	return out
}

// TestNodeMayDoWhatItsFunctionsMay compares the node's roles with those of all functions: all of what these declare,
// under the same conditions, and beyond it what is listed here.
func TestNodeMayDoWhatItsFunctionsMay(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	p.MailFrom = "alerts@example.com"
	node := p.NodeGrants()
	want := plan.Grants{}
	for _, f := range p.Functions {
		if f.Spec.Trigger.Kind == fn.TriggerDeployment {
			continue // CodeDeploy moves no traffic of a node
		}
		g := p.Grants(f)
		want.Function, want.Tenant = append(want.Function, g.Function...), append(want.Tenant, g.Tenant...)
	}
	if got, want := bound(t, node.Tenant), bound(t, want.Tenant); !maps.Equal(got, want) {
		t.Errorf("the tenant role differs:\n%v\n%v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	got, all := bound(t, node.Function), bound(t, want.Function)
	var more []string
	for x := range got {
		if !all[x] {
			more = append(more, strings.TrimSuffix(x, " null"))
		}
	}
	slices.Sort(more)
	declared := slices.DeleteFunc(slices.Clone(want.Function), func(s plan.Statement) bool {
		return slices.Contains([]string{"Log", "Source", "Lost", "TenantRole"}, s.Sid) // what Lambda needs of a function's role
	})
	for x := range bound(t, declared) {
		if !got[x] {
			t.Errorf("the node lacks %s", x)
		}
	}
	wantMore := []string{"dynamodb:DescribeTable arn:{partition}:dynamodb:{region}:{account}:table/guardrails-dev-events"}
	for _, a := range []string{"sts:AssumeRole", "sts:TagSession"} {
		wantMore = append(wantMore, a+" arn:{partition}:iam::{account}:role/guardrails-dev-node-tenant")
	}
	for _, m := range p.Mappings {
		// Some functions send to the queue that they or others read; the poller asks for its URL in any case.
		if x := "sqs:GetQueueUrl arn:{partition}:sqs:{region}:{account}:" + m.Physical; m.Kind == fn.TriggerQueue && !all[x+" null"] {
			wantMore = append(wantMore, x)
		}
	}
	slices.Sort(wantMore)
	if !slices.Equal(more, wantMore) {
		t.Errorf("beyond its functions the node may %q, want %q", more, wantMore)
	}
}

// TestNodeIsNoWiderThanItNames walks the node's roles as TestNoRoleIsWiderThanItsFunction does those of functions.
func TestNodeIsNoWiderThanItNames(t *testing.T) {
	t.Parallel()
	p := catalog(t)
	g := p.NodeGrants()
	for _, s := range slices.Concat(g.Function, g.Tenant) {
		for _, a := range s.Actions {
			if strings.Contains(a, "*") || !strings.Contains(a, ":") {
				t.Errorf("%s allows the action %s", s.Sid, a)
			}
		}
		for _, r := range s.Resources {
			if r == customerRoles && strings.HasPrefix(s.Sid, "CustomerRole") {
				continue
			}
			if strings.Contains(strings.TrimSuffix(r, "/T/${aws:PrincipalTag/TenantID}/*"), "*") {
				t.Errorf("%s allows %s", s.Sid, r)
			}
		}
	}
	node := plan.Function{Spec: fn.Spec{Name: "node"}}
	for _, s := range g.Tenant {
		if !strings.HasPrefix(s.Sid, "Directory") {
			checkBound(t, node, p, s)
		}
	}
	for _, s := range g.Function {
		if slices.ContainsFunc(s.Actions, func(a string) bool {
			return slices.Contains([]string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "s3:GetObject", "kms:Decrypt"}, a)
		}) && touchesTenants(p, s) {
			t.Errorf("the node's own role reaches tenants' data: %v", s)
		}
	}
}

func TestNodeGrantsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	specs := functions.Catalog()
	p := catalog(t)
	want := p.NodeGrants()
	slices.Reverse(specs)
	q, err := plan.New("dev", "", specs)
	if err != nil {
		t.Fatal(err)
	}
	if got := q.NodeGrants(); !maps.Equal(bound(t, got.Function), bound(t, want.Function)) || !maps.Equal(bound(t, got.Tenant), bound(t, want.Tenant)) {
		t.Error("the catalogue's order changes what a node may do")
	}
	sids := map[string]bool{}
	for _, s := range slices.Concat(want.Function, want.Tenant) {
		for i := range s.Resources {
			if slices.Contains(s.Resources[:i], s.Resources[i]) {
				t.Errorf("%s names %s twice", s.Sid, s.Resources[i])
			}
		}
	}
	for _, s := range want.Function {
		if sids[s.Sid] {
			t.Errorf("two statements are called %s", s.Sid)
		}
		sids[s.Sid] = true
	}
}
