package events

// Limits of rate, and quotas of a period.
const (
	LimitExceededType = "limit.exceeded"
	QuotaWarningType  = "quota.warning"
	QuotaExceededType = "quota.exceeded"
)

// LimitExceededData is what limit.exceeded carries.
type LimitExceededData struct {
	// Limit is the name of the limit that the answers name.
	Limit string `json:"limit"`
	// KeyID is the key whose limit it is, empty for a limit of the tenant.
	KeyID string `json:"key_id,omitempty"`
	// Refused is how many requests were refused since Since: RFC 3339, UTC, with milliseconds.
	Refused int64  `json:"refused"`
	Since   string `json:"since"`
}

// LimitExceeded says that requests were refused by a limit of rate.
func LimitExceeded(d LimitExceededData) Event {
	return Event{Type: LimitExceededType, Version: 1, Subject: d.Limit, Data: d}
}

// QuotaData is what quota events carry.
type QuotaData struct {
	// Quota is the quota's name, Period what it is counted over: "day" or "month".
	Quota  string `json:"quota"`
	Period string `json:"period"`
	Used   int64  `json:"used"`
	Limit  int64  `json:"limit"`
	// ResetsAt is when the next period begins: RFC 3339, UTC, with milliseconds.
	ResetsAt string `json:"resets_at"`
}

// Quota makes an event of a quota; typ is QuotaWarningType or QuotaExceededType.
func Quota(typ string, d QuotaData) Event {
	return Event{Type: typ, Version: 1, Subject: d.Quota, Data: d}
}
