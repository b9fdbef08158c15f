package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"guardrails/functions"
	"guardrails/infra/cfn"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/shared/clock"
	"guardrails/shared/provision"
)

const (
	// deployed is the environment that the data stack and the node's roles are deployed as.
	deployed     = "local"
	deployWithin = 2 * time.Minute
)

// cloud is an emulator as an operator sees it. It speaks the services' query protocol itself: nothing of the product
// needs a client of CloudFormation.
type cloud struct{ endpoint string }

// deploy brings up what a node needs, as deploy/README.md says, and returns the settings of a node with credentials of
// its role.
func (c *cloud) deploy(ctx context.Context) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, deployWithin)
	defer cancel()
	data, err := dataTemplate()
	if err != nil {
		return nil, err
	}
	node, err := stack.Node(deployed, functions.Catalog(), stack.Trust{Principal: "arn:aws:iam::" + provision.Account + ":role/operator"})
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name     string
		template *cfn.Template
	}{{"guardrails-local-data", data}, {"guardrails-local-node", node}} {
		if err := c.create(ctx, s.name, s.template); err != nil {
			return nil, fmt.Errorf("deploy %s: %w", s.name, err)
		}
	}
	var out struct {
		Credentials struct {
			AccessKeyID     string `xml:"AccessKeyId"`
			SecretAccessKey string
			SessionToken    string
		} `xml:"AssumeRoleResult>Credentials"`
	}
	role := "arn:aws:iam::" + provision.Account + ":role/guardrails-local-node"
	err = c.query(ctx, "sts", "2011-06-15", url.Values{"Action": {"AssumeRole"}, "RoleArn": {role}, "RoleSessionName": {"node"}}, &out)
	if err != nil {
		return nil, fmt.Errorf("take up the node's role: %w", err)
	}
	return map[string]string{
		"GUARDRAILS_ENV": deployed, "GUARDRAILS_ACCOUNT": provision.Account, "GUARDRAILS_TENANT_ROLE": role + "-tenant",
		"AWS_REGION": region, "AWS_ENDPOINT_URL": c.endpoint,
		"AWS_ACCESS_KEY_ID": out.Credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY": out.Credentials.SecretAccessKey, "AWS_SESSION_TOKEN": out.Credentials.SessionToken,
	}, nil
}

// dataTemplate is the data stack of the environment, without what an emulator lacks.
func dataTemplate() (*cfn.Template, error) {
	env, err := environment.Read([]byte(`{"env": "local", "environments": {"local": {"emulator": true, "protect": false}}}`), provision.Account, region)
	if err != nil {
		return nil, err
	}
	p, err := plan.New(env.Name, stack.Account, functions.Catalog())
	if err != nil {
		return nil, err
	}
	code := map[string]stack.Code{}
	for _, name := range stack.Contexts(p) {
		code[name] = stack.Code{} // no function of it is deployed
	}
	all, err := stack.All(env, p, code)
	if err != nil {
		return nil, err
	}
	return all[0].Template, nil
}

// create deploys one template and waits until it is there.
func (c *cloud) create(ctx context.Context, name string, t *cfn.Template) error {
	raw, err := json.Marshal(t) // a template in a request has 51,200 characters at most, so none for people's eyes
	if err != nil {
		return err
	}
	const version = "2010-05-15"
	form := url.Values{"Action": {"CreateStack"}, "StackName": {name}, "TemplateBody": {string(raw)}, "Capabilities.member.1": {"CAPABILITY_NAMED_IAM"}}
	if err := c.query(ctx, "cloudformation", version, form, nil); err != nil {
		return err
	}
	for {
		var out struct {
			Status string `xml:"DescribeStacksResult>Stacks>member>StackStatus"`
			Reason string `xml:"DescribeStacksResult>Stacks>member>StackStatusReason"`
		}
		if err := c.query(ctx, "cloudformation", version, url.Values{"Action": {"DescribeStacks"}, "StackName": {name}}, &out); err != nil {
			return err
		}
		switch {
		case out.Status == "CREATE_COMPLETE":
			return nil
		case out.Status != "CREATE_IN_PROGRESS":
			return fmt.Errorf("the stack is %s: %s", out.Status, out.Reason)
		}
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// query calls one action of a service and decodes its XML into out, unless that is nil.
func (c *cloud) query(ctx context.Context, service, version string, form url.Values, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	form.Set("Version", version)
	body := form.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s of %s answers %d: %s (%w)", form.Get("Action"), service, resp.StatusCode, raw, err)
	}
	if out == nil {
		return nil
	}
	return xml.Unmarshal(raw, out)
}
