package fntest

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// line is the way to the AWS services, which a test can cut.
type line struct {
	next aws.HTTPClient
	cut  atomic.Bool
}

var errCut = errors.New("fntest: the line is cut")

// Do sends a request unless the line is cut.
func (l *line) Do(r *http.Request) (*http.Response, error) {
	if l.cut.Load() {
		return nil, errCut
	}
	return l.next.Do(r)
}
