package fntest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// line is the way to the AWS services, which a test can cut, or over which it can lose answers.
type line struct {
	next aws.HTTPClient
	cut  atomic.Bool
	deaf atomic.Pointer[string]
}

var (
	errCut  = errors.New("fntest: the line is cut")
	errDeaf = errors.New("fntest: the answer is lost")
)

// Do sends a request unless the line is cut.
func (l *line) Do(r *http.Request) (*http.Response, error) {
	if l.cut.Load() {
		return nil, errCut
	}
	word := l.deaf.Load()
	if word == nil || *word == "" || r.Body == nil {
		return l.next.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	res, err := l.next.Do(r)
	if err == nil && bytes.Contains(body, []byte(*word)) {
		_ = res.Body.Close()
		return nil, errDeaf
	}
	return res, err
}
