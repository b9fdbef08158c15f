package queue_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/queue"
)

// service is an SQS that keeps the last request, and refuses if it is told to.
type service struct {
	refuses bool
	sent    []byte
}

func (s *service) Do(r *http.Request) (*http.Response, error) {
	var err error
	if s.sent, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	status, body := http.StatusOK, `{"QueueUrl":"http://127.0.0.1/q","Successful":[],"Failed":[]}`
	if s.refuses {
		status, body = http.StatusForbidden, `{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"not allowed"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (s *service) queue() *queue.Queue {
	api := sqs.New(sqs.Options{Region: "us-east-1", HTTPClient: s, Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), RetryMaxAttempts: 1, DisableMessageChecksumValidation: true})
	return queue.New(api, "q", queue.Access{Send: true})
}

// TestEachMessageHasItsOwnTrace sends messages of three requests, one of them without a trace, in one call.
func TestEachMessageHasItsOwnTrace(t *testing.T) {
	t.Parallel()
	const first, second = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"
	var s service
	bodies := []any{queue.Traced{Body: "a", Trace: first}, queue.Traced{Body: "b", Trace: second}, queue.Traced{Body: "c"}}
	if err := s.queue().SendBatch(t.Context(), scope.Mint("ten_a"), bodies); err != nil {
		t.Fatal(err)
	}
	var in struct {
		Entries []struct {
			MessageBody       string
			MessageAttributes map[string]struct{ StringValue string }
		}
	}
	if err := json.Unmarshal(s.sent, &in); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range in.Entries {
		got = append(got, e.MessageBody+e.MessageAttributes[queue.AttrTrace].StringValue)
	}
	if want := []string{`"a"` + first, `"b"` + second, `"c"`}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestARefusalIsNoOutage(t *testing.T) {
	t.Parallel()
	s := service{refuses: true}
	if err := s.queue().Send(t.Context(), scope.Mint("ten_a"), "a"); !errors.Is(err, outage.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// calls is an SQS that keeps the bodies of every call.
type calls struct{ batches [][]string }

func (c *calls) Do(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in struct {
		MessageBody string
		Entries     []struct{ MessageBody string }
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	var bodies []string
	for _, e := range in.Entries {
		bodies = append(bodies, e.MessageBody)
	}
	if in.MessageBody != "" {
		bodies = append(bodies, in.MessageBody)
	}
	if len(bodies) > 0 {
		c.batches = append(c.batches, bodies)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(`{"QueueUrl":"http://127.0.0.1/q","Successful":[],"Failed":[]}`))}, nil
}

// TestBatchesHaveRoom sends messages of markup: none grows, none is left out, and no call is larger than SQS takes.
func TestBatchesHaveRoom(t *testing.T) {
	t.Parallel()
	var c calls
	api := sqs.New(sqs.Options{Region: "us-east-1", HTTPClient: &c, Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), RetryMaxAttempts: 1, DisableMessageChecksumValidation: true})
	q := queue.New(api, "q", queue.Access{Send: true})
	markup := strings.Repeat("<b>&</b>", 5000)
	var messages []queue.Message
	for range 25 {
		messages = append(messages, queue.Message{Body: queue.Traced{Body: markup}})
	}
	messages = append(messages, queue.Message{Body: strings.Repeat("x", 300<<10)})
	if err := q.SendAll(t.Context(), scope.Mint("ten_a"), messages); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, batch := range c.batches {
		size := 0
		for _, body := range batch {
			size += len(body)
			if n++; n <= 25 && body != `"`+markup+`"` {
				t.Errorf("a message became %d bytes of %d", len(body), len(markup))
			}
		}
		if len(batch) > 10 || len(batch) > 1 && size > 256<<10 {
			t.Errorf("a call of %d messages with %d bytes", len(batch), size)
		}
	}
	if n != 26 {
		t.Errorf("%d messages sent, want 26", n)
	}
}
