package fn

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

// Problem is the body of every error answer (RFC 9457).
type Problem struct {
	Type      string       `json:"type" doc:"Where this kind of problem is described." example:"/api/v1/docs#not_found"`
	Title     string       `json:"title" doc:"What went wrong, the same for every problem of this code."`
	Status    int          `json:"status" doc:"The HTTP status."`
	Detail    string       `json:"detail" doc:"What went wrong this time."`
	Code      string       `json:"code" doc:"A stable name to match on." example:"not_found"`
	RequestID string       `json:"request_id" doc:"The request's id, as in X-Request-Id."`
	Errors    []errs.Field `json:"errors,omitempty" doc:"Each fault of the request; never the rejected value."`

	retryAfter time.Duration
}

// ProblemOf renders an error for a caller. An error without a code is Internal, and nothing of it is shown.
func ProblemOf(err error, requestID string) *Problem {
	p := &Problem{RequestID: requestID, Detail: "Something went wrong on our side; the request id helps us to find it."}
	code := errs.Internal
	var e *errs.Error
	if errors.As(err, &e) {
		code, p.Detail, p.Errors, p.retryAfter = e.Code, e.Message, e.Fields, e.RetryAfter
	}
	row := errs.RowOf(code)
	p.Type, p.Title, p.Status, p.Code = "/api/v1/docs#"+string(row.Public), row.Title, row.Status, string(row.Public)
	if row.Status == http.StatusServiceUnavailable && p.retryAfter == 0 {
		p.retryAfter = 2 * time.Second
	}
	return p
}

// Error makes a Problem an error for huma.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is application/problem+json.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// Headers are the header fields that go with the problem.
func (p *Problem) Headers() map[string]string {
	h := map[string]string{"Content-Type": "application/problem+json", "X-Request-Id": p.RequestID, "Cache-Control": "no-store"}
	if p.Status == http.StatusUnauthorized {
		h["WWW-Authenticate"] = `Bearer realm="guardrails"`
	}
	if p.retryAfter > 0 {
		h["Retry-After"] = strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds())))
	}
	return h
}

// Body is the problem's JSON.
func (p *Problem) Body() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		return []byte(`{"code":"internal","status":500}`) // a Problem holds strings and numbers alone
	}
	return b
}

// fromHuma turns what the framework found wrong with a request into our error. The framework's details carry the
// rejected value; only the place and the rule are taken over.
func fromHuma(status int, details []error) error {
	code := errs.Internal
	for _, r := range errs.Rows() {
		if r.Status == status && (r.Public == errs.InvalidRequest || r.Status != http.StatusUnprocessableEntity) {
			code = r.Code
			break
		}
	}
	if code == errs.Internal {
		return errs.New(code, "Something went wrong on our side; the request id helps us to find it.")
	}
	e := errs.New(code, cmp.Or(map[errs.Code]string{
		errs.InvalidRequest: "The request has fields that are not valid.", errs.MalformedBody: "A JSON body is required.",
	}[code], errs.RowOf(code).Title+"."))
	for _, d := range details {
		var hd huma.ErrorDetailer
		if errors.As(d, &hd) {
			e.Fields = append(e.Fields, field(hd.ErrorDetail()))
		}
	}
	return e
}

func field(d *huma.ErrorDetail) errs.Field {
	return errs.Field{Location: location(d.Location, d.Message), Message: rule(d.Message)}
}

// rule passes on the framework's own sentences and replaces those that quote the value.
func rule(message string) string {
	for _, quoting := range []string{"RFC 5322", "RFC 3986", "RFC 4122", "to be regex", "expected duration"} {
		if strings.Contains(message, quoting) {
			message, _, _ = strings.Cut(message, ":")
		}
	}
	for _, own := range []string{"expected ", "unexpected ", "required ", "unknown ", "invalid integer", "invalid float", "invalid boolean"} {
		if strings.HasPrefix(message, own) {
			return message
		}
	}
	return "does not fit the schema"
}

// location turns body.documents[3].text into /documents/3/text and leaves query.limit as it is. The name of an unknown
// field, or of a member of a map, is the caller's text: it is shown only if it looks like the name of a field, else its
// parent is.
func location(huma, message string) string {
	rest, ok := strings.CutPrefix(huma, "body")
	if !ok {
		kind, name, _ := strings.Cut(huma, ".")
		if strings.HasPrefix(message, "unknown") && !document.PlainName(name) {
			return kind
		}
		return huma
	}
	rest = strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(rest)
	return cmp.Or(plainPointer(rest), "/")
}

// plainPointer cuts a pointer before its first segment that is neither an index nor like the name of a field.
func plainPointer(pointer string) string {
	end := 0
	for _, segment := range strings.Split(pointer, "/")[1:] {
		if !document.PlainSegment(segment) {
			break
		}
		end += 1 + len(segment)
	}
	return pointer[:end]
}
