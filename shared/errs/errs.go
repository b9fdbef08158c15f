package errs

import (
	"errors"
	"fmt"
	"time"
)

// Field is one fault of a request: where it is and what is wrong, never the value itself.
type Field struct {
	// Location is a JSON pointer into the body ("/documents/3/text"), or "query.limit", "path.id", "header.If-Match".
	Location string `json:"location"`
	// Message is one English sentence without the rejected value.
	Message string `json:"message"`
}

// Error is a failure with a stable code. Its message is public; its cause is for the log alone.
type Error struct {
	Code    Code
	Message string
	Fields  []Field
	// RetryAfter is when the same request may succeed; 0 means unknown.
	RetryAfter time.Duration
	cause      error
}

// New returns an error whose message may be shown to the caller.
func New(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Newf is New with a format; the arguments must not hold request text.
func Newf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an error with a code and public message around a cause that only the log sees.
func Wrap(code Code, message string, cause error) *Error {
	return &Error{Code: code, Message: message, cause: cause}
}

// Invalid returns an InvalidRequest error that names every faulty field at once.
func Invalid(fields ...Field) *Error {
	return &Error{Code: InvalidRequest, Message: "The request has fields that are not valid.", Fields: fields}
}

// WithRetryAfter sets when the same request may succeed and returns the error.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// Error joins code, message and cause; it is meant for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, errs.NotFound) true for an error with that code.
func (e *Error) Is(target error) bool {
	var c Code
	return errors.As(target, &c) && c == e.Code
}

// CodeOf returns the code of the outermost Error in err's chain, or Internal.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
