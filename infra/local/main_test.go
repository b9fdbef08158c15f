package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guardrails/infra/local"
	"guardrails/shared/emulator"
	"guardrails/shared/fn"
	"guardrails/shared/provision"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

// hostVariable makes the test binary a local host, so that tests can signal and kill one; nodeVariable makes that a
// node over an endpoint, with an environment of its own.
const (
	hostVariable = "GUARDRAILS_TEST_HOST_DATA"
	nodeVariable = "GUARDRAILS_TEST_NODE"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(hostVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	port, _ := strconv.Atoi(os.Getenv("PORT"))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, dir, port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(ctx context.Context, dir string, port int) error {
	if node := os.Getenv(nodeVariable); node != "" {
		return serveNode(ctx, node, dir, port)
	}
	install, err := emulator.Find(".")
	if err != nil {
		return err
	}
	return local.Run(ctx, local.Config{
		Port: port, DataDir: dir, Install: install, Specs: specs(), Progress: os.Stderr, Ready: os.Stdout,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}, build, seed)
}

func serveNode(ctx context.Context, node, dir string, port int) error {
	env, endpoint, _ := strings.Cut(node, " ")
	cfg, err := provision.Loopback(endpoint)
	if err != nil {
		return err
	}
	return local.Node(ctx, local.NodeConfig{
		Env: env, Account: provision.Account, AWS: cfg, Listen: "127.0.0.1:" + strconv.Itoa(port), DataDir: dir, Create: true,
		Specs: specs(), Log: slog.New(announcer{slog.NewJSONHandler(os.Stderr, nil)}),
	}, func(spec fn.Spec) (fn.Function, error) { return build(local.Backend{Env: env, AWS: cfg}, spec) })
}

// announcer prints the URL of a node that is ready, as a local run does by itself.
type announcer struct{ slog.Handler }

func (a announcer) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "ready" {
		r.Attrs(func(x slog.Attr) bool {
			if x.Key == "url" {
				fmt.Println(x.Value)
			}
			return true
		})
	}
	return a.Handler.Handle(ctx, r)
}

// specs is a small system: an item is accepted with a POST, written by a queue's consumer, copied by a stream's
// consumer, and read with a GET.
func specs() []fn.Spec {
	out := []fn.Spec{
		{Name: "authorizer", Trigger: fn.Authorizer()},
		{Name: "items-create", Trigger: fn.HTTP("POST", "/items/{id}"), Permission: "create:jobs"},
		{Name: "items-get", Trigger: fn.HTTP("GET", "/items/{id}")},
		{Name: "item-write", Trigger: fn.Queue(queue.Tasks, 10, 0)},
		{Name: "item-copy", Trigger: fn.Stream(table.Events, 10, 0)},
		{Name: "tick", Trigger: fn.Every(time.Minute)},
		{Name: "slow", Trigger: fn.HTTP("GET", "/slow")},
	}
	for i := range out {
		out[i].Timeout = 10 * time.Second
	}
	return out
}

type function func(ctx context.Context, payload []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

type system struct {
	db     *dynamodb.Client
	queues *sqs.Client
	env    string
}

func build(b local.Backend, spec fn.Spec) (fn.Function, error) {
	s := &system{dynamodb.NewFromConfig(b.AWS), sqs.NewFromConfig(b.AWS), b.Env}
	functions := map[string]function{
		"authorizer": s.authorize, "items-create": s.create, "items-get": s.get,
		"item-write": s.write, "item-copy": s.replicate, "tick": s.tick, "slow": s.slow,
	}
	f, ok := functions[spec.Name]
	if !ok {
		return nil, errors.New("no such function")
	}
	return f, nil
}

func seed(_ context.Context, _ local.Backend, before *local.Credentials) (local.Credentials, error) {
	if before != nil {
		return *before, nil
	}
	return local.Credentials{PlatformAdminKey: "made-once-" + strconv.Itoa(os.Getpid()), Tenants: []local.Tenant{{Slug: "acme"}}}, nil
}

func (s *system) authorize(_ context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayCustomAuthorizerRequestTypeRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	if ev.Headers["X-Api-Key"] == "" {
		return nil, errors.New("Unauthorized")
	}
	return json.Marshal(events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: "p", PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Statement: []events.IAMPolicyStatement{
			{Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{"*"}},
		}},
	})
}

func reply(status int) ([]byte, error) {
	return json.Marshal(events.APIGatewayProxyResponse{StatusCode: status, Body: "{}"})
}

func (s *system) create(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	url, err := s.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(resource.Queue(s.env, queue.Tasks))})
	if err != nil {
		return reply(503)
	}
	_, err = s.queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url.QueueUrl, MessageBody: aws.String(ev.PathParameters["id"])})
	if err != nil {
		return reply(503)
	}
	return reply(202)
}

func (s *system) put(ctx context.Context, name, id string) error {
	_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(resource.Table(s.env, name)), Item: key(id),
	})
	return err
}

func key(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: id}, "sk": &types.AttributeValueMemberS{Value: "item"}}
}

// write stores items; those that are held it finishes at the second try alone.
func (s *system) write(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.SQSEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	for _, m := range ev.Records {
		if err := s.hold(ctx, m.Body); err != nil {
			return nil, err
		}
		if err := s.put(ctx, table.Events, m.Body); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// hold keeps the first try of a held item until its time is over, and leaves a file that says so.
func (s *system) hold(ctx context.Context, item string) error {
	if !strings.HasPrefix(item, "held") {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(os.Getenv(hostVariable), item), os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_ = f.Close() // it is empty
	<-ctx.Done()
	return ctx.Err()
}

func (s *system) replicate(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.DynamoDBEvent
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	for _, r := range ev.Records {
		if err := s.put(ctx, table.Jobs, r.Change.Keys["pk"].String()); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// tick writes the item "tick", which shows that schedules run.
func (s *system) tick(ctx context.Context, _ []byte) ([]byte, error) {
	return nil, s.put(ctx, table.Jobs, "tick")
}

func (s *system) get(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(resource.Table(s.env, table.Jobs)), Key: key(ev.PathParameters["id"]),
	})
	if err != nil {
		return reply(503)
	}
	if out.Item == nil {
		return reply(404)
	}
	return reply(200)
}

// slow answers when the file that it is waiting for exists: the test decides when a request in flight ends.
func (s *system) slow(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	if err := os.WriteFile(ev.QueryStringParameters["begun"], nil, 0o600); err != nil {
		return nil, err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(ev.QueryStringParameters["until"]); err == nil {
			return reply(200)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}
