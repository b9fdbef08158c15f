package redrive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guardrails/scripts/internal/redrive"
	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/provision"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
)

// pair is a queue with its dead-letter queue, in an environment of its own.
type pair struct {
	api        *sqs.Client
	name       string
	live, dead *string
}

func newPair(t *testing.T) pair {
	t.Helper()
	env := awstest.Env(t)
	awstest.Provision(t, env, queue.JobChunks)
	return openPair(t, resource.Queue(env, queue.JobChunks))
}

func openPair(t *testing.T, name string) pair {
	t.Helper()
	p := pair{api: sqs.NewFromConfig(awstest.Config(t)), name: name}
	for name, url := range map[string]**string{p.name: &p.live, queue.DLQ(p.name): &p.dead} {
		out, err := p.api.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
		if err != nil {
			t.Fatal(err)
		}
		*url = out.QueueUrl
	}
	return p
}

// bury puts messages of a tenant into the dead-letter queue.
func (p pair) bury(t *testing.T, tenant string, n int) {
	t.Helper()
	for i := range n {
		_, err := p.api.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: p.dead, MessageBody: aws.String(fmt.Sprintf("%s-%d", tenant, i)), MessageGroupId: aws.String(tenant + "#dst"),
			MessageAttributes: map[string]types.MessageAttributeValue{
				queue.AttrTenant: {DataType: aws.String("String"), StringValue: &tenant},
				queue.AttrTrace:  {DataType: aws.String("String"), StringValue: aws.String("00-trace")},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// drain receives what is visible in a queue, each as its body, tenant, trace and group.
func (p pair) drain(t *testing.T, url *string) []string {
	t.Helper()
	var all []string
	for {
		out, err := p.api.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 600, MessageAttributeNames: []string{"All"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			slices.Sort(all)
			return all
		}
		for _, m := range out.Messages {
			all = append(all, strings.Join([]string{
				*m.Body, aws.ToString(m.MessageAttributes[queue.AttrTenant].StringValue), aws.ToString(m.MessageAttributes[queue.AttrTrace].StringValue), m.Attributes["MessageGroupId"],
			}, " "))
		}
	}
}

func (p pair) run(t *testing.T, o redrive.Options) redrive.Count {
	t.Helper()
	got, err := redrive.New(awstest.Config(t), p.name, clock.System()).Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMovesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options redrive.Options
		want    redrive.Count
		live    int
	}{
		"all":       {want: redrive.Count{Matched: 15, Moved: 15}, live: 15},
		"a tenant":  {options: redrive.Options{Filter: redrive.Filter{Tenant: "ten_b"}}, want: redrive.Count{Matched: 3, Moved: 3, Other: 12}, live: 3},
		"old":       {options: redrive.Options{Filter: redrive.Filter{Older: time.Hour}}, want: redrive.Count{Other: 15}},
		"young":     {options: redrive.Options{Filter: redrive.Filter{Younger: time.Hour}}, want: redrive.Count{Matched: 15, Moved: 15}, live: 15},
		"some":      {options: redrive.Options{Max: 13}, want: redrive.Count{Matched: 13, Moved: 13}, live: 13},
		"dry":       {options: redrive.Options{DryRun: true}, want: redrive.Count{Matched: 15}},
		"dry, some": {options: redrive.Options{DryRun: true, Max: 2}, want: redrive.Count{Matched: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.bury(t, "ten_a", 12)
			p.bury(t, "ten_b", 3)
			if got := p.run(t, c.options); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			live, dead := p.drain(t, p.live), p.drain(t, p.dead)
			if len(live) != c.live || len(dead) != 15-c.live {
				t.Errorf("%d messages on the queue and %d dead, want %d of 15", len(live), len(dead), c.live)
			}
			for _, m := range live {
				if f := strings.Fields(m); len(f) != 4 || !strings.HasPrefix(f[0], f[1]) || f[2] != "00-trace" || f[3] != f[1]+"#dst" {
					t.Errorf("a message came back as %q", m)
				}
			}
		})
	}
}

// TestKeepsToTheRate moves two batches at a rate that makes the second wait.
func TestKeepsToTheRate(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.bury(t, "ten_a", 20)
	begin := time.Now()
	if got := p.run(t, redrive.Options{Max: 20, Rate: 20}); got.Moved != 20 || time.Since(begin) < 500*time.Millisecond {
		t.Errorf("%+v in %v", got, time.Since(begin))
	}
}

// faulty answers the calls of one operation itself.
type faulty struct {
	next      http.RoundTripper
	operation string
	do        func() (*http.Response, error)
}

func (f faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+f.operation) {
		return f.do()
	}
	return f.next.RoundTrip(r)
}

// with is a configuration under which an operation does something else.
func with(cfg aws.Config, operation string, do func() (*http.Response, error)) aws.Config {
	cfg.HTTPClient = &http.Client{Transport: faulty{cfg.HTTPClient.(*http.Client).Transport, operation, do}}
	return cfg
}

func TestWhatTheQueueRefusesStays(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.bury(t, "ten_a", 3)
	refuse := func() (*http.Response, error) {
		body := `{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"no"}`
		return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
	got, err := redrive.New(with(awstest.Config(t), "SendMessage", refuse), p.name, clock.System()).Run(t.Context(), redrive.Options{})
	if err == nil || got != (redrive.Count{Matched: 3, Refused: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	if dead := p.drain(t, p.dead); len(dead) != 3 {
		t.Errorf("%d are left, want 3", len(dead))
	}
}

// victim is set in the process that TestAKillDoublesAndLosesNothing kills: the queue's name.
const victim = "REDRIVE_VICTIM"

// TestVictim is that process: it dies when it is about to delete what it has sent.
func TestVictim(t *testing.T) {
	name := os.Getenv(victim)
	if name == "" {
		t.Skip("it is TestAKillDoublesAndLosesNothing's other process")
	}
	die := func() (*http.Response, error) { return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	_, err := redrive.New(with(awstest.Config(t), "DeleteMessageBatch", die), name, clock.System()).Run(t.Context(), redrive.Options{Hold: time.Second})
	t.Fatalf("it lives: %v", err)
}

func TestAKillDoublesAndLosesNothing(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.bury(t, "ten_a", 5)
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	cmd.Env = append(os.Environ(), victim+"="+p.name, awstest.EndpointVariable+"="+awstest.Endpoint(t))
	var exit *exec.ExitError
	if out, err := cmd.CombinedOutput(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the process ended with %v: %s", err, bytes.TrimSpace(out))
	}
	moved := 0
	for end := time.Now().Add(2 * time.Minute); moved < 5 && time.Now().Before(end); {
		moved += p.run(t, redrive.Options{}).Moved // until the dead process's hold is over
	}
	live := p.drain(t, p.live)
	if dead := p.drain(t, p.dead); len(live) != 10 || len(slices.Compact(live)) != 5 || len(dead) != 0 {
		t.Errorf("%d messages on the queue, %d dead; want each of 5 twice and none dead", len(live), len(dead))
	}
}

// TestWithoutQueues looks into an environment that is not there.
func TestWithoutQueues(t *testing.T) {
	t.Parallel()
	cfg, err := provision.Loopback(awstest.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := redrive.New(cfg, "nowhere", clock.System()).Run(t.Context(), redrive.Options{}); err == nil || got != (redrive.Count{}) {
		t.Errorf("%+v, %v", got, err)
	}
}
