package stack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/infra/stack"
)

// maxInline is how many characters, spaces not counted, the policies within a role may have together.
const maxInline = 10_240

var trusts = map[string]stack.Trust{
	"EC2":     {EC2: true},
	"a role":  {Principal: "arn:aws:iam::123456789012:role/on-premises"},
	"cluster": {Provider: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC123", ServiceAccount: "guardrails/guardrails"},
}

// TestNodeImportsWhatTheDataStackExports deploys nothing, but the names must meet.
func TestNodeImportsWhatTheDataStackExports(t *testing.T) {
	t.Parallel()
	data := stacks(t, "dev")[0].Template
	exports, err := data.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, trust := range trusts {
		node, err := stack.Node("dev", "alerts@example.com", functions.Catalog(), trust)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		raw, err := node.JSON()
		if err != nil {
			t.Fatal(err)
		}
		imports := strings.Split(string(raw), `"Fn::ImportValue"`)[1:]
		if len(imports) == 0 {
			t.Errorf("%s: nothing is imported", name)
		}
		for _, s := range imports {
			if value := strings.Split(s, `"`)[1]; !strings.Contains(string(exports), `"`+value+`"`) {
				t.Errorf("%s: the data stack does not export %s", name, value)
			}
		}
		for id, r := range plain(t, node) {
			if r.Type != "AWS::IAM::Role" {
				continue
			}
			policies, err := json.Marshal(r.Properties["Policies"])
			if err != nil || len(policies) > maxInline {
				t.Errorf("%s: the policies of %s have %d characters, %v", name, id, len(policies), err)
			}
		}
	}
}

func TestNodeTrustsWhomItIsTold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"EC2":     `[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}]`,
		"a role":  `[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/on-premises"}}]`,
		"cluster": `[{"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/ABC123:aud":"sts.amazonaws.com","oidc.eks.eu-west-1.amazonaws.com/id/ABC123:sub":"system:serviceaccount:guardrails:guardrails"}},"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC123"}}]`,
	} {
		node, err := stack.Node("dev", "alerts@example.com", functions.Catalog(), trusts[name])
		if err != nil {
			t.Fatal(err)
		}
		document, _ := plain(t, node)["NodeRole"].Properties["AssumeRolePolicyDocument"].(map[string]any)
		if got, err := json.Marshal(document["Statement"]); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for name, trust := range map[string]stack.Trust{
		"nobody":               {},
		"two":                  {EC2: true, Principal: trusts["a role"].Principal},
		"everybody":            {Principal: "*"},
		"a whole account":      {Principal: "arn:aws:iam::123456789012:root"},
		"any role":             {Principal: "arn:aws:iam::123456789012:role/*"},
		"no service account":   {Provider: trusts["cluster"].Provider},
		"all service accounts": {Provider: trusts["cluster"].Provider, ServiceAccount: "guardrails/*"},
	} {
		if _, err := stack.Node("dev", "alerts@example.com", functions.Catalog(), trust); err == nil {
			t.Errorf("%s may take up the role", name)
		}
	}
}
