package blob_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
)

// forbidding answers every call of an object as S3 does a function that may not list the bucket.
type forbidding struct {
	aws.HTTPClient
	code string
}

func (f *forbidding) Do(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "/T/") {
		return f.HTTPClient.Do(r)
	}
	body := "<Error><Code>" + f.code + "</Code><Message>no</Message></Error>"
	if r.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestForbiddenIsMissing(t *testing.T) {
	t.Parallel()
	for code, c := range map[string]struct{ want, own errs.Code }{
		"AccessDenied": {errs.NotFound, errs.Internal},
		"ExpiredToken": {errs.Overloaded, errs.Overloaded},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			want := c.want
			sys := fntest.New(t, nil, nil)
			sys.Config.AWS.HTTPClient = &forbidding{sys.Config.AWS.HTTPClient, code}
			acme, env := sys.Tenant(t).Scope(t), sys.Env()
			// What we have stored ourselves is not missing because it is forbidden.
			if _, err := env.Bucket(blob.Content).Get(t.Context(), acme, "x", 1); !errors.Is(err, c.own) {
				t.Errorf("get: %v", err)
			}
			if _, err := env.Bucket(blob.Uploads).OpenAt(t.Context(), acme, "x", "tag", 0); !errors.Is(err, want) {
				t.Errorf("open: %v", err)
			}
			// A HEAD says no more than 403.
			if _, err := env.Bucket(blob.Uploads).Stat(t.Context(), acme, "x"); !errors.Is(err, errs.NotFound) {
				t.Errorf("stat: %v", err)
			}
			if err := env.Bucket(blob.Content).Put(t.Context(), acme, "x", nil); !errors.Is(err, c.own) {
				t.Errorf("put: %v", err)
			}
		})
	}
}
