package gateway

import (
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// The names of the one API and stage that a local run has.
const (
	apiID = "local"
	stage = "live"
	// requestTime is how requestContext.requestTime is written.
	requestTime = "02/Jan/2006:15:04:05 -0700"
)

// proxyRequest makes the event of a Lambda proxy integration. Whatever the caller sent, the authorizer's context is
// the authorizer's alone: it travels in a field that no header or query can reach.
func (g *Gateway) proxyRequest(c *call, authorizer map[string]any) events.APIGatewayProxyRequest {
	headers, multiHeaders := flatten(requestHeader(c))
	query, multiQuery := flatten(c.http.URL.Query())
	body, encoded := encodeBody(c.http.Header.Get("Content-Type"), c.body)
	return events.APIGatewayProxyRequest{
		Resource:                        c.match.route.Path,
		Path:                            c.http.URL.EscapedPath(),
		HTTPMethod:                      c.http.Method,
		Headers:                         headers,
		MultiValueHeaders:               multiHeaders,
		QueryStringParameters:           query,
		MultiValueQueryStringParameters: multiQuery,
		PathParameters:                  c.match.pathParameters(),
		RequestContext:                  requestContext(c, authorizer),
		Body:                            body,
		IsBase64Encoded:                 encoded,
	}
}

func requestContext(c *call, authorizer map[string]any) events.APIGatewayProxyRequestContext {
	_, account := c.match.route.Target.Place()
	return events.APIGatewayProxyRequestContext{
		AccountID:         account,
		ResourceID:        c.match.route.Target.Name,
		Stage:             stage,
		DomainName:        c.http.Host,
		DomainPrefix:      apiID,
		RequestID:         c.id,
		ExtendedRequestID: c.id,
		Protocol:          c.http.Proto,
		Identity:          events.APIGatewayRequestIdentity{SourceIP: c.client, UserAgent: c.http.UserAgent()},
		ResourcePath:      c.match.route.Path,
		Path:              "/" + stage + c.http.URL.EscapedPath(),
		Authorizer:        authorizer,
		HTTPMethod:        c.http.Method,
		RequestTime:       c.received.Format(requestTime),
		RequestTimeEpoch:  c.received.UnixMilli(),
		APIID:             apiID,
	}
}

// authorizerRequest makes the event of a REQUEST authorizer, which never sees the body.
func authorizerRequest(c *call) events.APIGatewayCustomAuthorizerRequestTypeRequest {
	_, account := c.match.route.Target.Place()
	headers, multiHeaders := flatten(requestHeader(c))
	query, multiQuery := flatten(c.http.URL.Query())
	return events.APIGatewayCustomAuthorizerRequestTypeRequest{
		Type:                            "REQUEST",
		MethodArn:                       methodARN(c),
		Resource:                        c.match.route.Path,
		Path:                            c.http.URL.EscapedPath(),
		HTTPMethod:                      c.http.Method,
		Headers:                         headers,
		MultiValueHeaders:               multiHeaders,
		QueryStringParameters:           query,
		MultiValueQueryStringParameters: multiQuery,
		PathParameters:                  c.match.pathParameters(),
		RequestContext: events.APIGatewayCustomAuthorizerRequestTypeRequestContext{
			Path:         "/" + stage + c.http.URL.EscapedPath(),
			AccountID:    account,
			ResourceID:   c.match.route.Target.Name,
			Stage:        stage,
			RequestID:    c.id,
			Identity:     events.APIGatewayCustomAuthorizerRequestTypeRequestIdentity{SourceIP: c.client},
			ResourcePath: c.match.route.Path,
			HTTPMethod:   c.http.Method,
			APIID:        apiID,
		},
	}
}

// methodARN names the method that is called, by the path as it came.
func methodARN(c *call) string {
	return c.match.route.Target.ARNOf("execute-api", apiID+"/"+stage+"/"+c.http.Method+c.http.URL.EscapedPath())
}

// requestHeader adds what net/http takes out of the header and the real gateway shows to functions.
func requestHeader(c *call) http.Header {
	r := c.http
	h := r.Header.Clone()
	h.Set("Host", r.Host)
	h.Set("X-Forwarded-Proto", "http")
	h.Set("X-Forwarded-For", c.client)
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		h.Set("X-Forwarded-Port", port)
	}
	return h
}

// flatten gives the event's two forms of repeated names: the last value, and all of them. Both are nil when empty.
func flatten(values map[string][]string) (last map[string]string, all map[string][]string) {
	if len(values) == 0 {
		return nil, nil
	}
	last = make(map[string]string, len(values))
	for k, v := range values {
		if len(v) > 0 {
			last[k] = v[len(v)-1]
		}
	}
	return last, values
}

// encodeBody passes text as it is and everything else as base64: other media types, and bytes that are no UTF-8, which
// would not survive in JSON.
func encodeBody(contentType string, body []byte) (text string, encoded bool) {
	if len(body) == 0 {
		return "", false
	}
	if isText(contentType) && utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func isText(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch {
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "+xml"):
		return true
	}
	return kind == "application/json" || kind == "application/xml" || kind == "application/x-www-form-urlencoded"
}

// hopByHop reports whether a header belongs to one connection and is not a function's to set.
func hopByHop(name string) bool {
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case "Connection", "Content-Length", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Authenticate", "Proxy-Authorization":
		return true
	}
	return false
}
