package secret

// The secrets' logical names; the physical name is "guardrails/<env>/<name>". Each is 32 random bytes in base64.
const (
	// Pepper keys the digests of API keys.
	Pepper = "api-key-pepper"
	// Cursor keys the encryption of list cursors.
	Cursor = "cursor-key"
)

// Names lists every secret.
func Names() []string { return []string{Pepper, Cursor} }
