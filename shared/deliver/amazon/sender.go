package amazon

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	mailtypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queuetypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/shared/deliver"
)

// Sender sends to AWS services, once: what fails is tried again by whoever keeps the delivery. It is safe for
// concurrent use.
type Sender struct {
	cfg   aws.Config
	roles *roles
	mail  *sesv2.Client
}

// New returns a sender. cfg has the platform's own credentials, which send mail; s has those that take up customers' roles,
// nil for the platform's own.
func New(cfg aws.Config, s Sessions) *Sender {
	own := cfg.Copy()
	own.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return &Sender{cfg: own, roles: newRoles(own, s), mail: sesv2.NewFromConfig(own)}
}

// QueueMessage is what a customer's queue gets.
type QueueMessage struct {
	Role   Role
	Region string
	URL    string
	Body   string
	// ID is the attribute webhook-id.
	ID string
	// Group and Deduplication are a FIFO queue's, and empty otherwise.
	Group, Deduplication string
}

// SendMessage puts a message into a customer's queue.
func (s *Sender) SendMessage(ctx context.Context, m QueueMessage) deliver.Result {
	in := &sqs.SendMessageInput{
		QueueUrl: &m.URL, MessageBody: &m.Body,
		MessageAttributes: map[string]queuetypes.MessageAttributeValue{
			"webhook-id":   {DataType: aws.String("String"), StringValue: &m.ID},
			"content-type": {DataType: aws.String("String"), StringValue: aws.String("application/cloudevents+json")},
		},
	}
	if m.Group != "" {
		in.MessageGroupId, in.MessageDeduplicationId = &m.Group, &m.Deduplication
	}
	api := sqs.NewFromConfig(s.cfg, func(o *sqs.Options) {
		o.Credentials, o.Region = s.roles.credentials(m.Role), m.Region
	})
	_, err := api.SendMessage(ctx, in)
	return judge(ctx, err)
}

// BusEvent is what a customer's event bus gets.
type BusEvent struct {
	Role   Role
	Region string
	// Bus is the ARN of the bus.
	Bus          string
	Source, Type string
	Time         time.Time
	// Detail is a JSON object.
	Detail string
}

// PutEvent puts an event on a customer's bus.
func (s *Sender) PutEvent(ctx context.Context, e BusEvent) deliver.Result {
	api := eventbridge.NewFromConfig(s.cfg, func(o *eventbridge.Options) {
		o.Credentials, o.Region = s.roles.credentials(e.Role), e.Region
	})
	out, err := api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []bridgetypes.PutEventsRequestEntry{{
		EventBusName: &e.Bus, Source: &e.Source, DetailType: &e.Type, Detail: &e.Detail, Time: &e.Time,
	}}})
	if err == nil && out.FailedEntryCount > 0 {
		// The call succeeds even when the bus takes nothing.
		code := "unknown"
		if len(out.Entries) > 0 && out.Entries[0].ErrorCode != nil {
			code = *out.Entries[0].ErrorCode
		}
		return judgeCode(code, 0)
	}
	return judge(ctx, err)
}

// SendMail sends a whole mail by the platform's SES.
func (s *Sender) SendMail(ctx context.Context, from string, to []string, raw []byte) deliver.Result {
	_, err := s.mail.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &from, Destination: &mailtypes.Destination{ToAddresses: to},
		Content: &mailtypes.EmailContent{Raw: &mailtypes.RawMessage{Data: raw}},
	})
	return judge(ctx, err)
}
