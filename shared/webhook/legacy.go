package webhook

import "encoding/hex"

// The headers of the older API's webhooks. The timestamp is not under the signature: new receivers cannot choose this.
const (
	LegacySignatureHeader = "X-Guardrails-Signature"
	LegacyTimestampHeader = "X-Guardrails-Timestamp"
)

// SignLegacy returns the older API's signature of a body. The key is the secret as it was shown, prefix and all.
func SignLegacy(secret string, body []byte) string {
	return "sha256=" + hex.EncodeToString(mac([]byte(secret), body))
}
