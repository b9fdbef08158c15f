package amazon_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guardrails/shared/awstest"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/internal/scope"
	"guardrails/shared/tenant"
)

// TestQueue sends to a queue and reads what came.
func TestQueue(t *testing.T) {
	t.Parallel()
	cfg := awstest.Config(t)
	api := sqs.NewFromConfig(cfg)
	for _, fifo := range []bool{false, true} {
		name, attributes := awstest.Env(t), map[string]string{}
		if fifo {
			name, attributes = name+".fifo", map[string]string{"FifoQueue": "true"}
		}
		queue, err := api.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		m := amazon.QueueMessage{
			Role:   amazon.Role{ARN: "arn:aws:iam::000000000000:role/guardrails-events", Tenant: scope.Mint("ten_1"), Destination: "dst_1"},
			Region: cfg.Region, URL: *queue.QueueUrl, Body: `{"a":1}`, ID: "msg_1",
		}
		if fifo {
			m.Group, m.Deduplication = "vio_1", "msg_1"
		}
		s := amazon.New(cfg, nil)
		if got := s.SendMessage(t.Context(), m); got.Class != deliver.Delivered {
			t.Fatalf("%+v", got)
		}
		out, err := api.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MessageAttributeNames: []string{"All"}, WaitTimeSeconds: 5})
		if err != nil || len(out.Messages) != 1 || *out.Messages[0].Body != m.Body || *out.Messages[0].MessageAttributes["webhook-id"].StringValue != "msg_1" {
			t.Errorf("came: %+v, %v", out, err)
		}
		m.URL += "-gone"
		if got := s.SendMessage(t.Context(), m); got.Class != deliver.Permanent || got.Code != "not_found" {
			t.Errorf("a queue that is none: %+v", got)
		}
		m.Role.Tenant = tenant.Scope{}
		if got := s.SendMessage(t.Context(), m); got.Class != deliver.Permanent || got.Code != "role_refused" {
			t.Errorf("no tenant: %+v", got)
		}
	}
}

// TestRoleIsAskedForByTheTenantsSession lets STS tell whose credentials asked for the role, and for which external id.
func TestRoleIsAskedForByTheTenantsSession(t *testing.T) {
	t.Parallel()
	asked := make(chan url.Values, 8)
	signed := make(chan string, 8)
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		asked <- r.PostForm
		signed <- r.Header.Get("Authorization")
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(sts.Close)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &sts.URL, Credentials: credentials.NewStaticCredentialsProvider("PLATFORM", "x", "")}
	s := amazon.New(cfg, func(s tenant.Scope) aws.CredentialsProvider {
		if s.TenantID() == "ten_local" {
			return nil
		}
		return credentials.NewStaticCredentialsProvider("SESSION-"+s.TenantID(), "x", "")
	})
	for id, want := range map[string]string{"ten_1": "Credential=SESSION-ten_1/", "ten_2": "Credential=SESSION-ten_2/", "ten_local": "Credential=PLATFORM/"} {
		got := s.PutEvent(t.Context(), amazon.BusEvent{
			Role: amazon.Role{ARN: "arn:aws:iam::123456789012:role/guardrails", Tenant: scope.Mint(id), Destination: "dst_1"}, Region: "eu-central-1",
			Bus: "arn:aws:events:eu-central-1:123456789012:event-bus/main", Source: "a", Type: "b", Detail: "{}",
		})
		if got.Class != deliver.Permanent {
			t.Errorf("%s: %+v", id, got)
		}
		if form := <-asked; form.Get("Action") != "AssumeRole" || form.Get("ExternalId") != id || form.Get("RoleArn") != "arn:aws:iam::123456789012:role/guardrails" {
			t.Errorf("%s asks for %v", id, form)
		}
		if by := <-signed; !strings.Contains(by, want) {
			t.Errorf("%s asks as %s", id, by)
		}
	}
}

func TestBus(t *testing.T) {
	t.Parallel()
	cfg := awstest.Config(t)
	got := amazon.New(cfg, nil).PutEvent(t.Context(), amazon.BusEvent{
		Role:   amazon.Role{ARN: "arn:aws:iam::000000000000:role/guardrails-events", Tenant: scope.Mint("ten_1"), Destination: "dst_1"},
		Region: cfg.Region, Bus: "arn:aws:events:" + cfg.Region + ":000000000000:event-bus/default",
		Source: "guardrails", Type: "violation.created", Time: time.Unix(1700000000, 0), Detail: `{"a":1}`,
	})
	if got.Class != deliver.Delivered {
		t.Errorf("%+v", got)
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	cfg := awstest.Config(t)
	from := awstest.Env(t) + "@example.com"
	if _, err := sesv2.NewFromConfig(cfg).CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(from)}); err != nil {
		t.Fatal(err)
	}
	got := amazon.New(cfg, nil).SendMail(t.Context(), from, []string{"jane@example.com"}, []byte("From: "+from+"\r\nTo: jane@example.com\r\nSubject: a\r\n\r\nb\r\n"))
	if got.Class != deliver.Delivered {
		t.Errorf("%+v", got)
	}
}

func TestCloudEvent(t *testing.T) {
	t.Parallel()
	m := deliver.Message{Event: deliver.Event{ID: "evt_1", Type: "violation.created", Time: "2026-03-04T05:06:00.000Z"}, Data: json.RawMessage(`{"n": 9007199254740993}`)}
	got, err := amazon.CloudEvent(m)
	want := `{"specversion":"1.0","id":"evt_1","source":"guardrails","type":"violation.created","time":"2026-03-04T05:06:00.000Z","datacontenttype":"application/json","data":{"n":9007199254740993}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestARN(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"arn:aws:iam::123456789012:role/guardrails":                            true,
		"arn:aws:iam::123456789012:role/guardrails-events":                     true,
		"arn:aws-us-gov:iam::123456789012:role/guardrails/path/a+b=c,d.e@f-g":  true,
		"arn:aws:iam::123456789012:role/":                                      false,
		"arn:aws:iam::123456789012:role/events":                                false,
		"arn:aws:iam::123456789012:role/team/guardrails":                       false,
		"arn:aws:iam::123456789012:role/Guardrails":                            false,
		"arn:aws:iam::123456789012:role/guardrails*":                           false,
		"arn:aws:iam::123456789012:role/guardrails${aws:PrincipalTag/x}":       false,
		"arn:aws:iam:eu-central-1:123456789012:role/guardrails":                false,
		"arn:aws:sts::123456789012:role/guardrails":                            false,
		"arn:other:iam::123456789012:role/guardrails":                          false,
		"arn:aws:iam::12345678901x:role/guardrails":                            false,
		"arn:aws:iam::123456789012:role/guardrails" + strings.Repeat("a", 500): false,
	} {
		if account, ok := amazon.RoleARN(s); ok != want || ok && account != "123456789012" {
			t.Errorf("%s: %s, %v", s, account, ok)
		}
	}
}
