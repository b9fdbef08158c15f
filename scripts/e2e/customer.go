package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"guardrails/scripts/internal/awsquery"
	"guardrails/shared/clock"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
	"guardrails/shared/tenantrole"
)

const (
	// customer is the account of a tenant's customer, and sender the function that sends there.
	customer = "222222222222"
	sender   = "delivery-send"
	// mailFrom is what cdk.json says of the environment local.
	mailFrom       = "guardrails@example.com"
	desk           = "desk@example.org"
	deliveredSoon  = 30 * time.Second
	deliveryPolled = 200 * time.Millisecond
)

// customers makes a queue, a bus and a role in an account that is not ours, the role by the template that customers get,
// and has one tenant send there. Another tenant that names the same role gets nowhere.
func (d *deployment) customers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	acme, globex := d.keys.Tenants[0], d.keys.Tenants[1]
	cfg, err := provision.Loopback(d.stack.Endpoint)
	if err != nil {
		return err
	}
	if _, err := sesv2.NewFromConfig(cfg).CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(strings.SplitAfter(mailFrom, "@")[1])}); err != nil {
		return fmt.Errorf("verify the domain that mails come from: %w", err)
	}
	theirs := cfg.Copy()
	theirs.Credentials = credentials.NewStaticCredentialsProvider(customer, customer, "")
	queue, err := sqs.NewFromConfig(theirs).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("events")})
	if err != nil {
		return err
	}
	bus, err := eventbridge.NewFromConfig(theirs).CreateEventBus(ctx, &eventbridge.CreateEventBusInput{Name: aws.String("events")})
	if err != nil {
		return err
	}
	role, err := d.customerRole(ctx, acme.ID, *bus.EventBusArn)
	if err != nil {
		return err
	}
	address := "https://sqs." + provision.Region + ".amazonaws.com/" + customer + "/events"
	for _, t := range []struct {
		tenant         tenant
		kind           string
		config         object
		status, reason string
	}{
		{acme, "sqs", object{"queue_url": address, "role_arn": role}, "delivered", ""},
		{acme, "eventbridge", object{"event_bus_arn": *bus.EventBusArn, "role_arn": role}, "delivered", ""},
		{acme, "email", object{"to": []string{desk}}, "delivered", ""},
		{globex, "sqs", object{"queue_url": address, "role_arn": role}, "dead", "access_denied"},
	} {
		if err := d.sendTo(ctx, t.tenant, t.kind, t.config, t.status, t.reason); err != nil {
			return fmt.Errorf("%s of %s: %w", t.kind, t.tenant.Slug, err)
		}
	}
	got, err := sqs.NewFromConfig(theirs).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10})
	if err != nil {
		return err
	}
	if len(got.Messages) != 1 || !json.Valid([]byte(*got.Messages[0].Body)) || !strings.Contains(*got.Messages[0].Body, `"specversion":"1.0"`) {
		return fmt.Errorf("the customer's queue has %d messages, want the one event of acme", len(got.Messages))
	}
	return nil
}

// customerRole deploys the template that customers get into the customer's account.
func (d *deployment) customerRole(ctx context.Context, externalID, bus string) (string, error) {
	template, err := os.ReadFile(filepath.Join(d.root, "deploy", "aws", "customer-role.yaml"))
	if err != nil {
		return "", err
	}
	outputs, err := d.query(customer).CreateStack(ctx, "guardrails-events", string(template), map[string]string{
		"GuardrailsAccount": provision.Account, "ExternalId": externalID, "EventBusArn": bus,
		"QueueArn": "arn:aws:sqs:" + provision.Region + ":" + customer + ":events",
	})
	if err != nil {
		return "", fmt.Errorf("deploy the role of a customer: %w", err)
	}
	return outputs["RoleArn"], nil
}

func (d *deployment) query(account string) awsquery.Client {
	return awsquery.Client{Endpoint: d.stack.Endpoint, Region: provision.Region, Key: account}
}

// sendTo makes a destination of a tenant, sends a test to it, and waits for how that ends.
func (d *deployment) sendTo(ctx context.Context, t tenant, kind string, config object, status, reason string) error {
	var (
		made struct {
			ID     string         `json:"id"`
			Config map[string]any `json:"config"`
		}
		sent struct {
			DeliveryID string `json:"delivery_id"`
		}
	)
	in := object{"name": "customer " + kind, "type": kind, "config": config}
	if err := d.call(ctx, http.MethodPost, "/api/v1/destinations", t.AdminKey, in, http.StatusCreated, &made); err != nil {
		return err
	}
	if c := made.Config; kind == "sqs" && (c["external_id"] != t.ID || c["guardrails_account"] != provision.Account) {
		return fmt.Errorf("whom the role has to trust is shown as %v", c)
	}
	if kind == "email" {
		if err := d.confirm(ctx, t, made.ID); err != nil {
			return err
		}
	}
	if err := d.call(ctx, http.MethodPost, "/api/v1/destinations/"+made.ID+"/test", t.AdminKey, nil, http.StatusAccepted, &sent); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deliveredSoon)
	defer cancel()
	var got struct{ Status, Reason string }
	for {
		a, err := d.send(ctx, nil, http.MethodGet, "/api/v1/deliveries/"+sent.DeliveryID, t.AdminKey, "")
		if err != nil {
			return err
		}
		if a.status == http.StatusOK { // until a worker has begun it, it is none
			if err := json.Unmarshal([]byte(a.body), &got); err != nil {
				return err
			}
		}
		if got.Status == status && got.Reason == reason {
			return nil
		}
		if err := clock.Pause(ctx, deliveryPolled); err != nil {
			return fmt.Errorf("the delivery is %q with the error %q, want %q with %q", got.Status, got.Reason, status, reason)
		}
	}
}

// codeIn is the code in the mail that asks a recipient.
var codeIn = regexp.MustCompile(`Code: ([0-9A-Z]{8})`)

// confirm reads the code in the mail that the desk has got, and gives it back.
func (d *deployment) confirm(ctx context.Context, t tenant, destinationID string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.stack.Endpoint+"/_ministack/ses/messages?account="+provision.Account, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("read the mails: %w", err)
	}
	defer resp.Body.Close()
	var got struct {
		Messages map[string][]struct {
			To       []string
			BodyText string
		} `json:"messages"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&got); err != nil {
		return fmt.Errorf("read the mails: %w", err)
	}
	mails := got.Messages[provision.Account]
	if len(mails) != 1 || !slices.Equal(mails[0].To, []string{desk}) {
		return fmt.Errorf("%d mails, want the one with the code", len(mails))
	}
	code := codeIn.FindStringSubmatch(mails[0].BodyText)
	if code == nil {
		return errors.New("the mail has no code")
	}
	in := object{"address": desk, "code": code[1]}
	return d.call(ctx, http.MethodPost, "/api/v1/destinations/"+destinationID+"/confirm", t.AdminKey, in, http.StatusOK, nil)
}

// trusting makes a role that trusts our account for anything, without asking for an external id, as a customer may do in
// haste; in any account.
func (d *deployment) trusting(ctx context.Context, account, name string) error {
	const version, trust = "2010-05-08", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + provision.Account + `:root"},"Action":"sts:AssumeRole"}]}`
	return d.query(account).Call(ctx, "iam", version, url.Values{"Action": {"CreateRole"}, "RoleName": {name}, "AssumeRolePolicyDocument": {trust}}, nil)
}

// rawMail is the least that SES takes as a mail.
func rawMail(from string) *sesv2.SendEmailInput {
	return &sesv2.SendEmailInput{
		FromEmailAddress: &from, Destination: &types.Destination{ToAddresses: []string{desk}},
		Content: &types.EmailContent{Raw: &types.RawMessage{Data: []byte("From: " + from + "\r\nTo: " + desk + "\r\nSubject: a\r\n\r\nb\r\n")}},
	}
}

// ofCustomers tries roles of customers that leave all to us.
func (d *deployment) ofCustomers(ctx context.Context, acme, globex string) ([]attack, error) {
	if err := errors.Join(
		d.trusting(ctx, customer, "guardrails-hasty"), d.trusting(ctx, customer, "orders"), d.trusting(ctx, provision.Account, "guardrails-ours"),
	); err != nil {
		return nil, err
	}
	own, err := d.sender.take(ctx, resource.Function(environment, sender)+"-tenant", map[string]string{tenantrole.Tag: acme})
	if err != nil {
		return nil, fmt.Errorf("the sender cannot act for a tenant: %w", err)
	}
	take := func(s session, account, role, external string) func(context.Context) error {
		return func(ctx context.Context) error {
			in := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: aws.String("attacker")}
			if external != "" {
				in.ExternalId = &external
			}
			_, err := s.sts.AssumeRole(ctx, in)
			return err
		}
	}
	mail := func(s session, from string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := sesv2.NewFromConfig(s.cfg).SendEmail(ctx, rawMail(from))
			return err
		}
	}
	return []attack{
		{"a customer's role, for the own tenant", true, take(own, customer, "guardrails-hasty", acme)},
		{"a customer's role, as another tenant", false, take(own, customer, "guardrails-hasty", globex)},
		{"a customer's role, as nobody", false, take(own, customer, "guardrails-hasty", "")},
		{"a customer's role that was not made for us", false, take(own, customer, "orders", acme)},
		{"a role of our own account", false, take(own, provision.Account, "guardrails-ours", acme)},
		{"a customer's role, without a tenant's session", false, take(d.sender, customer, "guardrails-hasty", acme)},
		{"a customer's role, by another function", false, take(d.function, customer, "guardrails-hasty", acme)},
		{"a mail from the address", true, mail(d.sender, mailFrom)},
		{"a mail from another address of the domain", false, mail(d.sender, "ceo@example.com")},
		{"a mail with a tenant's session", false, mail(own, mailFrom)},
		{"a mail by another function", false, mail(d.function, mailFrom)},
	}, nil
}
