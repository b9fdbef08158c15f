package post

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"guardrails/shared/deliver"
	"guardrails/shared/egress"
)

// Client sends requests; *egress.Client is one.
type Client interface {
	Post(ctx context.Context, r egress.Request) (egress.Response, error)
}

// Attempt sends a request and returns how that ended. Of the headers, the result shows those named by shown. hidden are
// secrets of ours or the tenant's: where the receiver repeats one, the result has "[redacted]".
func Attempt(ctx context.Context, c Client, r egress.Request, shown []string, hidden []string) deliver.Result {
	headers := map[string]string{}
	for name := range r.Header {
		headers[name] = "[redacted]"
	}
	for _, name := range shown {
		if v := value(r.Header, name); v != "" {
			headers[name] = v
		}
	}
	answer, err := c.Post(ctx, r)
	result := Judge(answer, err)
	result.Headers = headers
	result.Response = Redact(answer.Body, hidden)
	if answer.Location != "" && len(result.Response) == 0 && redirect(answer.Status) {
		location := append([]byte("Location: "), Redact([]byte(answer.Location), hidden)...)
		result.Response = location[:min(len(location), deliver.MaxResponse)]
	}
	return result
}

// value returns a header's value by the name as it is spelled: names like webhook-id are not in Go's canonical form.
func value(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Judge classifies an answer, or the egress.Failure in its place.
func Judge(answer egress.Response, err error) deliver.Result {
	if err != nil {
		return failed(err)
	}
	r := deliver.Result{Status: answer.Status, RetryAfter: answer.RetryAfter, Code: "http_" + strconv.Itoa(answer.Status)}
	switch s := answer.Status; {
	case s >= 200 && s < 300:
		return deliver.Result{Class: deliver.Delivered, Status: s}
	case s == http.StatusRequestTimeout, s == http.StatusTooManyRequests, s >= 500 && s < 600:
		r.Class, r.Unwell = deliver.Retryable, true
	case s == http.StatusConflict, s == http.StatusTooEarly:
		r.Class = deliver.Retryable
	case s == http.StatusGone:
		r.Class, r.RetryAfter = deliver.Gone, 0
	case redirect(s):
		// The API promises that nothing else is tried again: an address that moved is for its owner to correct.
		r.Class, r.Code, r.RetryAfter = deliver.Permanent, "redirect_refused", 0
	default:
		r.Class, r.RetryAfter = deliver.Permanent, 0
	}
	return r
}

func redirect(status int) bool { return status >= 300 && status < 400 }

func failed(err error) deliver.Result {
	f := egress.Protocol
	errors.As(err, &f)
	r := deliver.Result{Class: deliver.Retryable, Code: string(f), Unwell: true}
	switch f {
	case egress.AddressRefused, egress.Certificate:
		r.Class, r.Unwell = deliver.Permanent, false
	case egress.Cancelled:
		r.Unwell = false
	case egress.Timeout, egress.DNS, egress.ConnectRefused, egress.ConnectionReset, egress.TLS, egress.Protocol:
	}
	return r
}

// Failed is a permanent failure on our side of the wire, by its code.
func Failed(code string) deliver.Result {
	return deliver.Result{Class: deliver.Permanent, Code: code}
}
