package stack

import (
	"net/http"
	"strconv"

	"guardrails/infra/cfn"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

// response is an answer that API Gateway gives without asking a function.
type response struct {
	kind   string
	status int
	code   errs.Code
	detail string
}

// responses replaces API Gateway's own answers by problem documents. An unknown path and a missing token are one kind
// there; since no route demands a token of the gateway, it is always an unknown path.
func responses() []response {
	const ourSide = "Something went wrong on our side; the request id helps us to find it."
	return []response{
		{"MISSING_AUTHENTICATION_TOKEN", http.StatusNotFound, errs.NotFound, "There is no such path."},
		{"RESOURCE_NOT_FOUND", http.StatusNotFound, errs.NotFound, "There is no such path."},
		{"UNAUTHORIZED", http.StatusUnauthorized, errs.Unauthenticated, "Credentials are missing or not valid."},
		{"ACCESS_DENIED", http.StatusForbidden, errs.Forbidden, "The credentials do not allow this call."},
		{"REQUEST_TOO_LARGE", http.StatusRequestEntityTooLarge, errs.PayloadTooLarge, "The request is larger than 10 MB."},
		{"UNSUPPORTED_MEDIA_TYPE", http.StatusUnsupportedMediaType, errs.UnsupportedMediaType, "The body must be application/json."},
		{"BAD_REQUEST_PARAMETERS", http.StatusBadRequest, errs.MalformedBody, "A parameter is missing."},
		{"THROTTLED", http.StatusTooManyRequests, errs.Overloaded, "There are too many requests of all callers together."},
		{"QUOTA_EXCEEDED", http.StatusTooManyRequests, errs.Overloaded, "There are too many requests of all callers together."},
		{"WAF_FILTERED", http.StatusForbidden, errs.Forbidden, "The request was refused."},
		{"INTEGRATION_TIMEOUT", http.StatusGatewayTimeout, errs.Overloaded, "The request took too long."},
		{"AUTHORIZER_FAILURE", http.StatusServiceUnavailable, errs.Overloaded, "The caller could not be verified now."},
		{"AUTHORIZER_CONFIGURATION_ERROR", http.StatusInternalServerError, errs.Internal, ourSide},
		{"DEFAULT_4XX", http.StatusBadRequest, errs.MalformedBody, "The request cannot be served."},
		{"DEFAULT_5XX", http.StatusInternalServerError, errs.Internal, ourSide},
	}
}

func gatewayResponses(t *cfn.Template) []string {
	var ids []string
	for _, r := range responses() {
		ids = append(ids, t.Add(cfn.ID("response", r.kind), cfn.Resource{Type: "AWS::ApiGateway::GatewayResponse", Properties: cfn.Map{
			"RestApiId": cfn.Ref(apiID), "ResponseType": r.kind, "StatusCode": strconv.Itoa(r.status),
			"ResponseTemplates":  cfn.Map{"application/json": problemTemplate(r.status, r.code, r.detail)},
			"ResponseParameters": headers(r),
		}}))
	}
	return ids
}

func headers(r response) cfn.Map {
	h := cfn.Map{
		"gatewayresponse.header.Content-Type":           "'application/problem+json'",
		"gatewayresponse.header.X-Request-Id":           "context.requestId",
		"gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
	}
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable {
		h["gatewayresponse.header.Retry-After"] = "'2'"
	}
	if r.status == http.StatusUnauthorized {
		h["gatewayresponse.header.WWW-Authenticate"] = "'Bearer realm=\"guardrails\"'"
	}
	return h
}

// problemTemplate is a problem document in API Gateway's template language. Nothing of the request is in it but its
// id, which API Gateway made.
func problemTemplate(status int, code errs.Code, detail string) string {
	p := fn.ProblemOf(errs.New(code, detail), "$context.requestId")
	p.Status = status
	return string(p.Body())
}
