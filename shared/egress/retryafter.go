package egress

import (
	"net/http"
	"strings"
	"time"

	"guardrails/shared/retry"
)

// RetryAfter reads the header Retry-After, seconds or a date, as the wait from now on: 0 if there is none, it is over or
// it cannot be read, and never more than retry.MaxRetryAfter.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		var seconds time.Duration
		for _, digit := range value {
			seconds = min(10*seconds+time.Duration(digit-'0'), retry.MaxRetryAfter/time.Second)
		}
		return seconds * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil || !at.After(now) {
		return 0
	}
	// The years that a date can name are too far apart for a duration; Sub then gives the longest one.
	return min(at.Sub(now), retry.MaxRetryAfter)
}
