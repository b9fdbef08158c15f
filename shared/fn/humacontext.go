package fn

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// capture is a huma.Adapter that keeps the one handler that is registered with it.
type capture struct {
	op      *huma.Operation
	handler func(huma.Context)
}

func (c *capture) Handle(op *huma.Operation, h func(huma.Context)) { c.op, c.handler = op, h }

// ServeHTTP is part of huma.Adapter; nothing serves HTTP here, API Gateway does.
func (*capture) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNotImplemented)
}

// exchange is one request and its answer, as huma sees them.
type exchange struct {
	ctx        context.Context //nolint:containedctx // huma.Context is an interface that hands the context out
	op         *huma.Operation
	call       *Call
	authorizer map[string]any
	method     string
	url        url.URL
	params     map[string]string
	query      url.Values
	header     http.Header
	body       []byte
	status     int
	outHeader  http.Header
	out        bytes.Buffer
	failed     error
}

var _ huma.Context = (*exchange)(nil)

func (x *exchange) Operation() *huma.Operation { return x.op }
func (x *exchange) Context() context.Context   { return x.ctx }
func (*exchange) TLS() *tls.ConnectionState    { return nil }
func (*exchange) Version() huma.ProtoVersion {
	return huma.ProtoVersion{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
}
func (x *exchange) Method() string                { return x.method }
func (x *exchange) Host() string                  { return x.header.Get("Host") }
func (*exchange) RemoteAddr() string              { return "" }
func (x *exchange) URL() url.URL                  { return x.url }
func (x *exchange) Param(name string) string      { return x.params[name] }
func (x *exchange) Query(name string) string      { return x.query.Get(name) }
func (x *exchange) BodyReader() io.Reader         { return bytes.NewReader(x.body) }
func (*exchange) SetReadDeadline(time.Time) error { return nil }
func (x *exchange) SetStatus(code int)            { x.status = code }
func (x *exchange) Status() int                   { return x.status }
func (x *exchange) SetHeader(name, v string)      { x.outHeader.Set(name, v) }
func (x *exchange) AppendHeader(name, v string)   { x.outHeader.Add(name, v) }
func (x *exchange) BodyWriter() io.Writer         { return &x.out }

// Header returns a request header. The media type has been checked before, so huma always sees plain JSON; what the
// caller accepts is not negotiated, every answer is JSON.
func (x *exchange) Header(name string) string {
	switch strings.ToLower(name) {
	case "content-type", "accept":
		return "application/json"
	}
	return x.header.Get(name)
}

func (x *exchange) EachHeader(cb func(name, value string)) {
	for name, values := range x.header {
		for _, v := range values {
			cb(name, v)
		}
	}
}

// GetMultipartForm is part of huma.Context; no route takes forms.
func (*exchange) GetMultipartForm() (*multipart.Form, error) { return nil, http.ErrNotMultipart }
