package ministack_test

import (
	"context"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guardrails/infra/local/ministack"
	"guardrails/shared/awstest"
	"guardrails/shared/emulator"
	"guardrails/shared/provision"
)

const patience = 2 * time.Minute

func open(t *testing.T, dir string, restarted func(context.Context, string) error) (*ministack.Keeper, bool) {
	t.Helper()
	awstest.NeedServices(t)
	install, err := emulator.Find(".")
	if err != nil {
		t.Fatal("MiniStack is not installed: run make setup once")
	}
	k, adopted, err := ministack.Open(t.Context(), ministack.Config{
		Install: install, Dir: dir, Log: slog.New(slog.DiscardHandler), Restarted: restarted,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, k) })
	return k, adopted
}

func shut(t *testing.T, k *ministack.Keeper) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := k.Close(ctx); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T, k *ministack.Keeper) *sqs.Client {
	t.Helper()
	cfg, err := provision.Loopback(k.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	return sqs.NewFromConfig(cfg)
}

func sendTo(t *testing.T, c *sqs.Client, name, body string) {
	t.Helper()
	q, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.QueueUrl, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
}

func wantMessage(t *testing.T, c *sqs.Client, name, body string) {
	t.Helper()
	q, err := c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: q.QueueUrl})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Messages) != 1 || aws.ToString(out.Messages[0].Body) != body {
		t.Errorf("the queue holds %d messages, want the one that was sent", len(out.Messages))
	}
}

func TestCleanStopKeepsData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, adopted := open(t, dir, nil)
	if adopted {
		t.Error("an empty folder had an instance to adopt")
	}
	sendTo(t, client(t, first), "q", "kept")
	shut(t, first)
	second, adopted := open(t, dir, nil)
	if adopted {
		t.Error("a stopped instance was adopted")
	}
	wantMessage(t, client(t, second), "q", "kept")
}

func TestRunningInstanceIsAdopted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, _ := open(t, dir, nil)
	sendTo(t, client(t, first), "q", "there")
	second, adopted := open(t, dir, nil)
	if !adopted || second.PID() != first.PID() || second.Endpoint() != first.Endpoint() {
		t.Errorf("adopted %v: pid %d at %s, want %d at %s", adopted, second.PID(), second.Endpoint(), first.PID(), first.Endpoint())
	}
	wantMessage(t, client(t, second), "q", "there")
	// The second keeper stops the instance; the first must not start another meanwhile.
	shut(t, first)
}

func TestReleaseGivesBackWhatWasReceived(t *testing.T) {
	t.Parallel()
	k, _ := open(t, t.TempDir(), nil)
	c := client(t, k)
	sendTo(t, c, "q", "taken")
	wantMessage(t, c, "q", "taken")
	if err := k.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantMessage(t, c, "q", "taken")
}

func TestKilledInstanceComesBackWithWhatWasSaved(t *testing.T) {
	t.Parallel()
	back := make(chan struct{}, 1)
	k, _ := open(t, t.TempDir(), func(context.Context, string) error {
		back <- struct{}{}
		return nil
	})
	sendTo(t, client(t, k), "q", "saved")
	if err := k.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := k.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-back:
	case <-time.After(patience):
		t.Fatal("MiniStack was not started again")
	}
	if k.PID() == pid {
		t.Error("the process is the old one")
	}
	wantMessage(t, client(t, k), "q", "saved")
}
