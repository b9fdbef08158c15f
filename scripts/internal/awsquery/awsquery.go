// Package awsquery calls services of AWS that speak the query protocol and that nothing of the product has a client of:
// CloudFormation, IAM. It is for emulators on loopback, to which a key that is an account's number is that account's root.
package awsquery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"guardrails/shared/clock"
)

const (
	callWithin = 20 * time.Second
	pollEvery  = 50 * time.Millisecond
	// maxAnswer bounds what is read of one.
	maxAnswer = 16 << 20
)

// Client calls one emulator, as the owner of an account.
type Client struct {
	Endpoint, Region string
	// Key is the access key, and its own secret: "test" for the emulator's first account, or an account's 12 digits.
	Key string
}

// Call calls one action of a version of a service, as the form says it, and decodes the XML of its answer into out, unless
// that is nil.
func (c Client) Call(ctx context.Context, service, version string, form url.Values, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	form.Set("Version", version)
	body := form.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: c.Key, SecretAccessKey: c.Key}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(sum[:]), service, c.Region, time.Now()); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read the answer of %s to %s: %w", service, form.Get("Action"), err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s of %s answers %d: %s", form.Get("Action"), service, resp.StatusCode, raw)
	}
	if out == nil {
		return nil
	}
	return xml.Unmarshal(raw, out)
}

// CreateStack deploys a template with values for its parameters, waits until all of it is there, and returns its outputs.
func (c Client) CreateStack(ctx context.Context, name, template string, parameters map[string]string) (map[string]string, error) {
	const version = "2010-05-15"
	form := url.Values{"Action": {"CreateStack"}, "StackName": {name}, "TemplateBody": {template}, "Capabilities.member.1": {"CAPABILITY_NAMED_IAM"}}
	n := 0
	for key, value := range parameters {
		n++
		member := "Parameters.member." + strconv.Itoa(n)
		form.Set(member+".ParameterKey", key)
		form.Set(member+".ParameterValue", value)
	}
	if err := c.Call(ctx, "cloudformation", version, form, nil); err != nil {
		return nil, err
	}
	for {
		var out struct {
			Status  string `xml:"DescribeStacksResult>Stacks>member>StackStatus"`
			Reason  string `xml:"DescribeStacksResult>Stacks>member>StackStatusReason"`
			Outputs []struct {
				Key   string `xml:"OutputKey"`
				Value string `xml:"OutputValue"`
			} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
		}
		if err := c.Call(ctx, "cloudformation", version, url.Values{"Action": {"DescribeStacks"}, "StackName": {name}}, &out); err != nil {
			return nil, err
		}
		switch {
		case out.Status == "CREATE_COMPLETE":
			outputs := map[string]string{}
			for _, o := range out.Outputs {
				outputs[o.Key] = o.Value
			}
			return outputs, nil
		case out.Status != "CREATE_IN_PROGRESS":
			return nil, fmt.Errorf("the stack %s is %s: %s", name, out.Status, out.Reason)
		}
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return nil, err
		}
	}
}
