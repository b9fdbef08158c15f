package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"guardrails/functions"
	"guardrails/infra/cfn"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/scripts/internal/awsquery"
	"guardrails/shared/provision"
)

const (
	// deployed is the environment that the data stack and the node's roles are deployed as.
	deployed     = "local"
	deployWithin = 2 * time.Minute
)

// cloud is an emulator as an operator sees it.
type cloud struct{ endpoint string }

func (c *cloud) client() awsquery.Client {
	return awsquery.Client{Endpoint: c.endpoint, Region: region, Key: "test"}
}

// deploy brings up what a node needs, as deploy/README.md says, and returns the settings of a node with credentials of
// its role.
func (c *cloud) deploy(ctx context.Context) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, deployWithin)
	defer cancel()
	data, err := dataTemplate()
	if err != nil {
		return nil, err
	}
	node, err := stack.Node(deployed, "", functions.Catalog(), stack.Trust{Principal: "arn:aws:iam::" + provision.Account + ":role/operator"})
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name     string
		template *cfn.Template
	}{{"guardrails-local-data", data}, {"guardrails-local-node", node}} {
		raw, err := json.Marshal(s.template) // a template in a request has 51,200 characters at most, so none for people's eyes
		if err != nil {
			return nil, err
		}
		if _, err := c.client().CreateStack(ctx, s.name, string(raw), nil); err != nil {
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
	err = c.client().Call(ctx, "sts", "2011-06-15", url.Values{"Action": {"AssumeRole"}, "RoleArn": {role}, "RoleSessionName": {"node"}}, &out)
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
