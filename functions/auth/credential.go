package auth

import (
	"net/http"
	"strings"

	"guardrails/shared/authn"
)

// credential takes the key out of the headers Authorization and X-API-Key, whatever the case of their names. It
// returns a refusal for none, for two different ones, and for an Authorization of another scheme than Bearer.
func credential(headers map[string]string) (string, authn.Refusal) {
	var bearer, key string
	scheme := true
	for name, value := range headers {
		switch http.CanonicalHeaderKey(name) {
		case "Authorization":
			bearer, scheme = bearerToken(value)
		case "X-Api-Key":
			key = strings.TrimSpace(value)
		}
	}
	switch {
	case !scheme && key != "":
		return "", authn.RefusedConflict
	case !scheme:
		return "", authn.RefusedInvalid
	case bearer == "" && key == "":
		return "", authn.RefusedMissing
	case bearer != "" && key != "" && bearer != key:
		return "", authn.RefusedConflict
	case bearer != "":
		return bearer, ""
	}
	return key, ""
}

// bearerToken returns what follows "Bearer"; ok is false for another scheme. An empty header is no credential.
func bearerToken(value string) (token string, ok bool) {
	value = strings.TrimSpace(value)
	scheme, rest, _ := strings.Cut(value, " ")
	if value == "" || strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(rest), true
	}
	return "", false
}
