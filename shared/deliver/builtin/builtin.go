// Package builtin lists the kinds of destinations.
package builtin

import (
	"crypto/x509"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/deliver/email"
	"guardrails/shared/deliver/eventbridge"
	"guardrails/shared/deliver/pagerduty"
	"guardrails/shared/deliver/slack"
	"guardrails/shared/deliver/sqs"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
)

// Options are what the kinds work with. Zero values are right on AWS, except for Clock, AWS and MailFrom.
type Options struct {
	// AllowPrivate lifts the restriction to public https addresses, both when a destination is saved and when it is dialed.
	// Only a developer's machine sets it.
	AllowPrivate bool
	// Roots are whom receivers' certificates must come from, and Resolver looks their hosts up; nil means the system's.
	Roots    *x509.CertPool
	Resolver *net.Resolver
	Clock    clock.Clock
	// AWS has the platform's own credentials, and Sessions those that take up customers' roles, nil for the platform's own.
	AWS      aws.Config
	Sessions amazon.Sessions
	// Account is the platform's own account on AWS, whose roles no caller may name.
	Account string
	// MailFrom is the address that mails come from; without it there are none, and no destination for them. SMTP is the mail server, host:port; empty means SES.
	MailFrom, SMTP string
	// PagerDuty is another address for PagerDuty's. It counts with AllowPrivate alone.
	PagerDuty string
}

// Kinds lists the kinds, in the order in which they are shown.
func Kinds(o Options) []deliver.Kind {
	rules := destination.Rules{Private: o.AllowPrivate}
	client := egress.New(egress.Options{Rules: rules, Roots: o.Roots, Resolver: o.Resolver, Clock: o.Clock})
	services := amazon.New(o.AWS, o.Sessions)
	alerts := pagerduty.Endpoint
	if o.AllowPrivate && o.PagerDuty != "" {
		alerts = o.PagerDuty
	}
	return []deliver.Kind{
		webhook.New(client, rules, o.Clock),
		slack.New(client, rules),
		mailBy(services, o),
		pagerduty.New(client, alerts),
		sqs.New(services, rules, o.Account),
		eventbridge.New(services, o.Account),
	}
}

// Mail is the kind for mails alone, for whoever asks their recipients.
func Mail(o Options) *email.Kind { return mailBy(amazon.New(o.AWS, nil), o) }

func mailBy(services *amazon.Sender, o Options) *email.Kind {
	if o.SMTP != "" {
		return email.New(email.NewSMTP(o.SMTP, nil), o.MailFrom)
	}
	return email.New(services, o.MailFrom)
}
