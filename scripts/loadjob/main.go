package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	credentials := flag.String("credentials", ".local/credentials.json", "the file that make run writes")
	documents := flag.Int("documents", 10_000, "how many documents, at most 100,000")
	size := flag.Int("bytes", 1024, "how long each text is")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *credentials, *documents, *size); err != nil {
		fmt.Fprintln(os.Stderr, "loadjob:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and with it the signal handler
	}
}

// client calls the API with one key.
type client struct{ base, key string }

func open(file string) (client, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return client{}, fmt.Errorf("is the system running? %w", err)
	}
	var c struct {
		BaseURL string `json:"base_url"`
		Tenants []struct {
			AdminKey string `json:"admin_key"`
		} `json:"tenants"`
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return client{}, fmt.Errorf("read %s: %w", file, err)
	}
	if len(c.Tenants) == 0 {
		return client{}, fmt.Errorf("%s has no tenants", file)
	}
	return client{c.BaseURL, c.Tenants[0].AdminKey}, nil
}

// call makes a request and decodes its answer.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	return do(req, out)
}

func do(req *http.Request, out any) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", req.Method, req.URL.Path, res.Status, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

type upload struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

type job struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Counts struct {
		Total  int `json:"total"`
		Done   int `json:"done"`
		Failed int `json:"failed"`
	} `json:"counts"`
}

func run(ctx context.Context, credentials string, documents, size int) error {
	c, err := open(credentials)
	if err != nil {
		return err
	}
	content := corpus(documents, size)
	var up upload
	if err := c.call(ctx, http.MethodPost, "/api/v1/uploads", map[string]any{"size": len(content)}, &up); err != nil {
		return err
	}
	if err := send(ctx, up, content); err != nil {
		return err
	}
	start := time.Now()
	var j job
	if err := c.call(ctx, http.MethodPost, "/api/v1/jobs", map[string]any{"upload_id": up.ID}, &j); err != nil {
		return err
	}
	if j, err = c.wait(ctx, j.ID); err != nil {
		return err
	}
	took := time.Since(start)
	fmt.Printf("%s: %d documents of %d bytes in %.1f s, %.0f documents/s; total %d, done %d, failed %d\n",
		j.Status, documents, size, took.Seconds(), float64(documents)/took.Seconds(), j.Counts.Total, j.Counts.Done, j.Counts.Failed)
	if j.Counts.Total != documents || j.Counts.Done+j.Counts.Failed != documents {
		return errors.New("the counts are wrong")
	}
	return nil
}

func send(ctx context.Context, up upload, content []byte) error {
	req, err := http.NewRequestWithContext(ctx, up.Method, up.URL, bytes.NewReader(content))
	if err != nil {
		return err
	}
	for k, v := range up.Headers {
		req.Header.Set(k, v)
	}
	return do(req, nil)
}

// wait asks for the job until it is finished.
func (c client) wait(ctx context.Context, id string) (job, error) {
	for {
		var j job
		if err := c.call(ctx, http.MethodGet, "/api/v1/jobs/"+id, nil, &j); err != nil {
			return j, err
		}
		if j.Status != "queued" && j.Status != "running" {
			return j, nil
		}
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// corpus makes documents of plain words with an e-mail address and a telephone number in each, as lines of JSON.
func corpus(documents, size int) []byte {
	words := []string{"please", "send", "the", "invoice", "for", "our", "last", "order", "to", "this", "address", "and", "call", "when", "it", "ships", "tomorrow", "thanks"}
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same documents in every run
	var out, text bytes.Buffer
	enc := json.NewEncoder(&out)
	for i := range documents {
		text.Reset()
		fmt.Fprintf(&text, "Write to user%d@corp-mail.com or call 415-555-%04d. ", i, r.IntN(10_000))
		for text.Len() < size {
			text.WriteString(words[r.IntN(len(words))])
			text.WriteByte(' ')
		}
		_ = enc.Encode(map[string]string{"id": fmt.Sprintf("doc-%d", i), "text": string(text.Bytes()[:size])}) // a buffer takes it
	}
	return out.Bytes()
}
