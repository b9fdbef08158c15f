package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// job is what the tool reads of a job.
type job struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Counts struct {
		Total  int `json:"total"`
		Done   int `json:"done"`
		Failed int `json:"failed"`
	} `json:"counts"`
}

// lookEvery is the pause between two looks at the job.
const lookEvery = 100 * time.Millisecond

// runJob uploads the documents, follows the job to its end, reads all results and checks that each document has one.
func runJob(ctx context.Context, w io.Writer, c *client, o options) error {
	key := o.keys[0]
	begin := time.Now()
	upload, err := c.upload(ctx, key, lines(o.documents))
	if err != nil {
		return err
	}
	uploaded := time.Now()
	var j job
	if err := c.call(ctx, http.MethodPost, "/api/v1/jobs", key, map[string]string{"upload_id": upload}, &j); err != nil {
		return err
	}
	if j, err = c.follow(ctx, key, j.ID); err != nil {
		return err
	}
	ended := time.Now()
	distinct, read, err := c.results(ctx, key, j.ID)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "job %s: total %d, done %d, failed %d; %.1f s, %.0f documents/s; upload %.1f s; %d results of %d documents read in %.1f s\n",
		j.Status, j.Counts.Total, j.Counts.Done, j.Counts.Failed, ended.Sub(uploaded).Seconds(), float64(o.documents)/ended.Sub(uploaded).Seconds(),
		uploaded.Sub(begin).Seconds(), read, distinct, time.Since(ended).Seconds()); err != nil {
		return err
	}
	if j.Status != "completed" || j.Counts.Done != o.documents || j.Counts.Total != o.documents || read != o.documents || distinct != o.documents {
		return errors.New("the counts are not exact")
	}
	return nil
}

// lines are the documents, one JSON object a line.
func lines(n int) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for i := range n {
		_ = enc.Encode(map[string]string{"id": "doc-" + strconv.Itoa(i), "text": sample("Number " + strconv.Itoa(i) + ". ")}) // a buffer takes all
	}
	return out.Bytes()
}

// upload sends the documents to a presigned URL and returns the upload's id.
func (c *client) upload(ctx context.Context, key string, body []byte) (string, error) {
	var u struct {
		ID, Method, URL string
		Headers         map[string]string
	}
	if err := c.call(ctx, http.MethodPost, "/api/v1/uploads", key, map[string]int{"size": len(body)}, &u); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, u.Method, u.URL, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("make the upload: %w", err)
	}
	for name, value := range u.Headers {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return u.ID, demand(resp)
}

// follow waits for the job's end.
func (c *client) follow(ctx context.Context, key, id string) (job, error) {
	for {
		var j job
		if err := c.call(ctx, http.MethodGet, "/api/v1/jobs/"+id, key, nil, &j); err != nil {
			return j, err
		}
		if j.Status != "queued" && j.Status != "running" {
			return j, nil
		}
		if !until(ctx, time.Now().Add(lookEvery)) {
			return j, fmt.Errorf("the job is still %s, %d of %d documents: %w", j.Status, j.Counts.Done, j.Counts.Total, ctx.Err())
		}
	}
}

// results reads all pages and counts the results, and the documents that they are of.
func (c *client) results(ctx context.Context, key, id string) (distinct, read int, err error) {
	const pageSize = "100"
	seen := map[string]bool{}
	query := url.Values{"limit": {pageSize}}
	for {
		var page struct {
			Data []struct {
				DocumentID string `json:"document_id"`
			} `json:"data"`
			Next *string `json:"next_cursor"`
		}
		if err := c.call(ctx, http.MethodGet, "/api/v1/jobs/"+id+"/results?"+query.Encode(), key, nil, &page); err != nil {
			return 0, 0, err
		}
		for _, d := range page.Data {
			seen[d.DocumentID] = true
		}
		read += len(page.Data)
		if page.Next == nil {
			return len(seen), read, nil
		}
		query.Set("cursor", *page.Next)
	}
}
