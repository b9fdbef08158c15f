package errs

import "net/http"

// Code is a stable name of a kind of failure; clients match on it.
type Code string

// The codes. Each has one row in rows, which the HTTP edge, OpenAPI and the documentation read.
const (
	InvalidRequest       Code = "invalid_request"
	MalformedBody        Code = "malformed_body"
	InvalidCursor        Code = "invalid_cursor"
	IdempotencyMismatch  Code = "idempotency_mismatch"
	DestinationRefused   Code = "destination_refused"
	Unauthenticated      Code = "unauthenticated"
	Forbidden            Code = "forbidden"
	TenantSuspended      Code = "tenant_suspended"
	NotFound             Code = "not_found"
	MethodNotAllowed     Code = "method_not_allowed"
	Conflict             Code = "conflict"
	PreconditionFailed   Code = "precondition_failed"
	PreconditionRequired Code = "precondition_required"
	PayloadTooLarge      Code = "payload_too_large"
	UnsupportedMediaType Code = "unsupported_media_type"
	HeaderTooLarge       Code = "header_too_large"
	RateLimited          Code = "rate_limited"
	QuotaExceeded        Code = "quota_exceeded"
	Overloaded           Code = "overloaded"
	TaskFailed           Code = "task_failed"
	Internal             Code = "internal"
)

// Row says how the edge answers a code.
type Row struct {
	Code Code
	// Public is the code that clients see, where it differs (malformed_body is answered as invalid_request).
	Public Code
	// Status is the HTTP status, Title its fixed English title.
	Status int
	Title  string
	// Retryable says that the same request may succeed later.
	Retryable bool
}

// Rows lists every code with its answer.
func Rows() []Row {
	return []Row{
		{InvalidRequest, InvalidRequest, http.StatusUnprocessableEntity, "The request is not valid", false},
		{MalformedBody, InvalidRequest, http.StatusBadRequest, "The request is not well formed", false},
		{InvalidCursor, InvalidCursor, http.StatusUnprocessableEntity, "The cursor is not valid", false},
		{IdempotencyMismatch, IdempotencyMismatch, http.StatusUnprocessableEntity, "The idempotency key was used for another request", false},
		{DestinationRefused, DestinationRefused, http.StatusUnprocessableEntity, "The destination address is refused", false},
		{Unauthenticated, Unauthenticated, http.StatusUnauthorized, "Credentials are missing or not valid", false},
		{Forbidden, Forbidden, http.StatusForbidden, "The permission is missing", false},
		{TenantSuspended, TenantSuspended, http.StatusForbidden, "The tenant is suspended", false},
		{NotFound, NotFound, http.StatusNotFound, "Not found", false},
		{MethodNotAllowed, MethodNotAllowed, http.StatusMethodNotAllowed, "The method is not allowed", false},
		{Conflict, Conflict, http.StatusConflict, "The request conflicts with the current state", false},
		{PreconditionFailed, PreconditionFailed, http.StatusPreconditionFailed, "The resource has changed", false},
		{PreconditionRequired, PreconditionRequired, http.StatusPreconditionRequired, "If-Match is required", false},
		{PayloadTooLarge, PayloadTooLarge, http.StatusRequestEntityTooLarge, "The body is too large", false},
		{UnsupportedMediaType, UnsupportedMediaType, http.StatusUnsupportedMediaType, "The media type is not supported", false},
		{HeaderTooLarge, HeaderTooLarge, http.StatusRequestHeaderFieldsTooLarge, "The request line and headers are too large", false},
		{RateLimited, RateLimited, http.StatusTooManyRequests, "The rate limit is reached", true},
		{QuotaExceeded, QuotaExceeded, http.StatusTooManyRequests, "The quota is used up", true},
		{Overloaded, Overloaded, http.StatusServiceUnavailable, "The service cannot take the request now", true},
		{TaskFailed, TaskFailed, http.StatusBadRequest, "The task failed", false},
		{Internal, Internal, http.StatusInternalServerError, "Internal error", false},
	}
}

// RowOf returns the row of a code; an unknown code is answered as Internal.
func RowOf(code Code) Row {
	rows := Rows()
	for _, r := range rows {
		if r.Code == code {
			return r
		}
	}
	return rows[len(rows)-1]
}

// Error makes a code usable as a target of errors.Is: errors.Is(err, errs.NotFound).
func (c Code) Error() string { return string(c) }
