package analyze_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"guardrails/functions"
	"guardrails/functions/analyze"
	"guardrails/shared/authn"
	"guardrails/shared/awshttp"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/id"
)

// stubVariable makes the test binary serve the stub in place of running tests, in a process of its own: what it costs
// is not counted as ours.
const stubVariable = "GUARDRAILS_BENCH_STUB"

func TestMain(m *testing.M) {
	if os.Getenv(stubVariable) != "" {
		serveStub()
		return
	}
	debug.SetGCPercent(400) // as fn.Main does
	os.Exit(m.Run())
}

// serveStub answers what analyze asks of AWS at once: a benchmark of our own work, not of a store. Tests never use it.
// It ends with its standard input.
func serveStub() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerAll(c)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// answerAll reads requests off a connection and gives each the answer of its operation.
func answerAll(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 64<<10)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		_, op, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
		body := "{}"
		switch op {
		case "UpdateItem":
			body = `{"Attributes":{"tat":{"N":"1"}}}`
		case "GetQueueUrl":
			body = `{"QueueUrl":"http://` + req.Host + `/000000000000/analyses"}`
		case "SendMessage":
			body = `{"MessageId":"1"}`
		case "SendMessageBatch":
			body = `{"Successful":[],"Failed":[]}`
		}
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return
		}
	}
}

// stub starts the stub's process and returns the way to it.
func stub(b *testing.B) aws.Config {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), stubVariable+"=1"), os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://" + strings.TrimSpace(addr)), Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient: &http.Client{Transport: awshttp.New(64, true, nil), Timeout: 5 * time.Second},
	}
}

// text is about 1 KB of prose with three findings.
func text() string {
	s := "Please write to Jane at jane.roe@corp-mail.com about the order. Her card 4539 1488 0343 6467 was charged twice, and the account GB82 WEST 1234 5698 7654 32 is still waiting for the refund. "
	for len(s) < 1024 {
		s += "The committee met on Tuesday to talk about the new library building and the paths through the park. "
	}
	return s[:1024]
}

func benchEvent(b *testing.B) []byte {
	ids := id.NewGenerator(clock.System(), nil)
	claims := authn.Claims{
		ID: ids.New(id.Key), Tenant: ids.New(id.Tenant), Role: "analyst", Scopes: []string{"*"}, RateLimit: 60_000_000, TenantRPS: 1_000_000,
		Profile: "standard", State: "active", Plan: "enterprise",
	}
	body, err := json.Marshal(map[string]string{"text": text()})
	if err != nil {
		b.Fatal(err)
	}
	ev := events.APIGatewayProxyRequest{
		Resource: "/api/v1/analyze", Path: "/api/v1/analyze", HTTPMethod: http.MethodPost, Body: string(body),
		MultiValueHeaders: map[string][]string{"Content-Type": {"application/json"}},
	}
	ev.RequestContext.Authorizer = claims.Context()
	payload, err := json.Marshal(ev)
	if err != nil {
		b.Fatal(err)
	}
	return payload
}

func benchFunction(b *testing.B) fn.Function {
	for _, s := range functions.Catalog() {
		if s.Name == "analyze" {
			f, err := fn.Build(s, analyze.Bindings(), fn.Config{Environment: "bench", AWS: stub(b), Clock: clock.System(), Log: io.Discard, ConfigTTL: fn.DefaultConfigTTL})
			if err != nil {
				b.Fatal(err)
			}
			return f
		}
	}
	b.Fatal("no function analyze")
	return nil
}

func invoke(b *testing.B, f fn.Function, payload []byte) {
	out, err := f.Invoke(b.Context(), payload)
	if err != nil || !strings.Contains(string(out), `"statusCode":200`) {
		b.Fatalf("%v: %s", err, out)
	}
}

// BenchmarkAnalyze is one request of 1 KB with three findings after the other: API Gateway event in, answer out.
// cpu-ms/op is the process's own, without the stub's, but with what the runtime spends on waiting for the next request.
func BenchmarkAnalyze(b *testing.B) {
	f, payload := benchFunction(b), benchEvent(b)
	for range 200 {
		invoke(b, f, payload)
	}
	took := make([]time.Duration, 0, b.N)
	before := cpu(b)
	for b.Loop() {
		start := time.Now()
		invoke(b, f, payload)
		took = append(took, time.Since(start))
	}
	b.ReportMetric((cpu(b)-before).Seconds()*1000/float64(len(took)), "cpu-ms/op")
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}

// BenchmarkAnalyzeParallel is the same from eight callers at once.
func BenchmarkAnalyzeParallel(b *testing.B) {
	f, payload := benchFunction(b), benchEvent(b)
	for range 200 {
		invoke(b, f, payload)
	}
	var n sync.Mutex
	total, start, before := 0, time.Now(), cpu(b)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		own := 0
		for pb.Next() {
			invoke(b, f, payload)
			own++
		}
		n.Lock()
		total += own
		n.Unlock()
	})
	b.ReportMetric(float64(total)/time.Since(start).Seconds(), "requests/s")
	b.ReportMetric((cpu(b)-before).Seconds()*1000/float64(total), "cpu-ms/op")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
