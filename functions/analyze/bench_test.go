package analyze_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
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
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/id"
)

// stub answers what analyze asks of AWS at once: a benchmark of our own work, not of a store. Tests never use it.
func stub(b *testing.B) aws.Config {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			MessageBody, QueueName string
			Entries                []struct{ ID, MessageBody string }
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		out := map[string]any{}
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		switch op {
		case "UpdateItem":
			out["Attributes"] = map[string]any{"tat": map[string]string{"N": strconv.FormatInt(time.Now().UnixMicro(), 10)}}
		case "GetQueueUrl":
			out["QueueUrl"] = "http://" + r.Host + "/000000000000/" + in.QueueName
		case "SendMessage":
			out["MessageId"], out["MD5OfMessageBody"] = "1", digest(in.MessageBody)
		case "SendMessageBatch":
			var ok []map[string]string
			for _, e := range in.Entries {
				ok = append(ok, map[string]string{"Id": e.ID, "MessageId": "1", "MD5OfMessageBody": digest(e.MessageBody)})
			}
			out["Successful"], out["Failed"] = ok, []string{}
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_ = json.NewEncoder(w).Encode(out)
	}))
	b.Cleanup(srv.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(srv.URL), Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 5 * time.Second},
	}
}

func digest(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
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
// cpu-ms/op is the process's own, the stub's included.
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
	total, start := 0, time.Now()
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
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
