package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/clock"
	"guardrails/shared/provision"
)

// gateActions are what the check before traffic asks CodeDeploy about a deployment group.
var gateActions = []string{"codedeploy:GetDeployment", "codedeploy:PutLifecycleEventHookExecutionStatus"}

// gatePolicies asks IAM whether the gate's role, as it was deployed, may ask about the deployments of each function, and
// about no others. MiniStack has no CodeDeploy, so nothing else here would show that a policy of the role is missing.
func (d *deployment) gatePolicies(ctx context.Context) error {
	p, err := plan.New(environment, provision.Account, functions.Catalog())
	if err != nil {
		return err
	}
	gate, ok := p.Function(p.Gate)
	if !ok {
		return errors.New("the catalogue has no gate")
	}
	group := func(application, name string) string {
		return "arn:aws:codedeploy:" + provision.Region + ":" + provision.Account + ":deploymentgroup:" + application + "/" + name
	}
	want := map[string]bool{group("guardrails-prod-"+gate.Spec.Context, gate.Group): false, group(gate.Application, "another"): false}
	for _, f := range p.Functions {
		want[group(f.Application, f.Group)] = true
	}
	role := "arn:aws:iam::" + provision.Account + ":role/" + gate.Role
	for resource, allowed := range want {
		decisions, err := d.simulate(ctx, role, resource, gateActions)
		if err != nil {
			return err
		}
		for _, action := range gateActions {
			if got := decisions[action]; (got == "allowed") != allowed {
				return fmt.Errorf("the gate's %s on %s is %q, want allowed to be %v", action, resource, got, allowed)
			}
		}
	}
	_, _ = fmt.Fprintf(d.out, "the gate may ask about the deployments of %d functions, by %d managed policies\n", len(want)-2, len(p.Grants(gate).Managed))
	return nil
}

// simulate asks IAM what a role may do with a resource. The SDK's client of IAM is not among our modules, for one call.
func (d *deployment) simulate(ctx context.Context, role, resource string, actions []string) (map[string]string, error) {
	form := url.Values{"Action": {"SimulatePrincipalPolicy"}, "Version": {"2010-05-08"}, "PolicySourceArn": {role}, "ResourceArns.member.1": {resource}}
	for i, a := range actions {
		form.Set(fmt.Sprintf("ActionNames.member.%d", i+1), a)
	}
	body := form.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.stack.Endpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	by := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(ctx, by, req, hex.EncodeToString(sum[:]), "iam", provision.Region, clock.System().Now()); err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []struct {
			Action   string `xml:"EvalActionName"`
			Decision string `xml:"EvalDecision"`
		} `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
	}
	if err := xml.Unmarshal(raw, &answer); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("simulate the policies of %s: status %d: %s", role, resp.StatusCode, raw)
	}
	out := map[string]string{}
	for _, r := range answer.Results {
		out[r.Action] = r.Decision
	}
	return out, nil
}
