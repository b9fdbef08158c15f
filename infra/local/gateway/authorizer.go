package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

const (
	// authorizerRetryAfter is when a caller may try again after the authorizer failed.
	authorizerRetryAfter = 2 * time.Second
	// unauthorized is the error with which an authorizer asks the gateway to answer 401.
	unauthorized = "Unauthorized"
	// principalKey is where the authorizer's principal appears in the function's authorizer context.
	principalKey = "principalId"
	invokeAction = "execute-api:Invoke"
)

var errAuthorizer = errors.New("the authorizer's answer is malformed")

// authorize asks the authorizer about a route that is not public and returns the context for the function. The error
// is a 401 or 403 when the caller is refused and a 503 when the authorizer failed.
func (g *Gateway) authorize(ctx context.Context, c *call) (map[string]any, error) {
	if c.match.route.Public {
		return nil, nil
	}
	payload, err := json.Marshal(authorizerRequest(c))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, "The request could not be passed on.", err)
	}
	out, err := g.cfg.Authorizer.Call(context.WithoutCancel(ctx), c.id, payload)
	if err != nil {
		return nil, g.authorizerFailed(ctx, c, err)
	}
	var res events.APIGatewayCustomAuthorizerResponse
	if err := json.Unmarshal(out, &res); err != nil {
		return nil, g.authorizerFailed(ctx, c, errAuthorizer)
	}
	values, err := contextValues(res)
	if err != nil {
		return nil, g.authorizerFailed(ctx, c, err)
	}
	if !allows(res.PolicyDocument, methodARN(c)) {
		return nil, errs.New(errs.Forbidden, "The credentials do not allow this call.")
	}
	return values, nil
}

func (g *Gateway) authorizerFailed(ctx context.Context, c *call, err error) error {
	if err.Error() == unauthorized {
		return errs.New(errs.Unauthenticated, "Credentials are missing or not valid.")
	}
	g.cfg.Log.ErrorContext(ctx, "authorizer failed", "request_id", fn.LogID(c.shown), "error", err)
	return errs.Wrap(errs.Overloaded, "Credentials cannot be checked now.", err).WithRetryAfter(authorizerRetryAfter)
}

// contextValues makes the authorizer's context as functions see it: strings alone, and the principal. The real gateway
// refuses arrays and objects, so they fail here too.
func contextValues(res events.APIGatewayCustomAuthorizerResponse) (map[string]any, error) {
	if res.PrincipalID == "" {
		return nil, fmt.Errorf("%w: it names no principal", errAuthorizer)
	}
	out := map[string]any{principalKey: res.PrincipalID}
	for k, v := range res.Context {
		switch v := v.(type) {
		case string:
			out[k] = v
		case bool:
			out[k] = strconv.FormatBool(v)
		case float64:
			out[k] = strconv.FormatFloat(v, 'f', -1, 64)
		case nil:
		default:
			return nil, fmt.Errorf("%w: a context value is neither text nor number nor boolean", errAuthorizer)
		}
	}
	return out, nil
}

// allows evaluates a policy as IAM does: a matching Deny wins, then a matching Allow, else nothing is allowed.
func allows(policy events.APIGatewayCustomAuthorizerPolicy, arn string) bool {
	allowed := false
	for _, s := range policy.Statement {
		if !anyMatches(s.Action, invokeAction) || !anyMatches(s.Resource, arn) {
			continue
		}
		if !strings.EqualFold(s.Effect, "Allow") {
			return false
		}
		allowed = true
	}
	return allowed
}

func anyMatches(patterns []string, s string) bool {
	for _, p := range patterns {
		if wildcard(p, s) {
			return true
		}
	}
	return false
}

// wildcard matches * (any run) and ? (one byte) in time proportional to both lengths: after a mismatch only the last
// star is widened.
func wildcard(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
