package fn

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"guardrails/shared/errs"
)

// Page is what every list takes; embed it in a route's input.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"2048" doc:"Where to go on: next_cursor of the page before."`
}

// List is what every list answers, newest first.
type List[T any] struct {
	Body ListBody[T]
}

// ListBody is a page and the cursor of the next, or null.
type ListBody[T any] struct {
	Data       []T     `json:"data" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"Null on the last page."`
}

// NewList makes a page; no items is an empty array, never null.
func NewList[T any](items []T, next *string) *List[T] {
	if items == nil {
		items = []T{}
	}
	return &List[T]{ListBody[T]{Data: items, NextCursor: next}}
}

// NoContent is an answer without a body.
type NoContent struct {
	Status int
}

// Deleted is 204.
func Deleted() *NoContent { return &NoContent{http.StatusNoContent} }

// ETag is the entity tag of version n of a configuration resource.
func ETag(n int64) string { return `"` + strconv.FormatInt(n, 10) + `"` }

// Match checks If-Match against the current version. Tenants of the regulated profile must send it (428); one that
// does not name the current version is refused (412).
func (c *Call) Match(ifMatch string, current int64) error {
	if ifMatch == "" {
		if c.Principal.Regulated() {
			return errs.New(errs.PreconditionRequired, "Tenants of the regulated profile send If-Match with the ETag they read.")
		}
		return nil
	}
	for _, tag := range strings.Split(ifMatch, ",") {
		if t := strings.TrimSpace(tag); t == "*" || t == ETag(current) {
			return nil
		}
	}
	return errs.New(errs.PreconditionFailed, "The resource has changed since it was read; read it again.")
}

// Period reads the bounds of a time, RFC 3339 or empty. Faults are errs.InvalidRequest at the locations: what is no time, and
// an end before the beginning.
func Period(since, until, sinceAt, untilAt string) (from, to time.Time, err error) {
	var faults []errs.Field
	read := func(s, location string) time.Time {
		if s == "" {
			return time.Time{}
		}
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			faults = append(faults, errs.Field{Location: location, Message: "expected an RFC 3339 time"})
		}
		return t
	}
	from, to = read(since, sinceAt), read(until, untilAt)
	if len(faults) == 0 && !from.IsZero() && !to.IsZero() && to.Before(from) {
		faults = append(faults, errs.Field{Location: untilAt, Message: "expected a time that is not before since"})
	}
	if len(faults) > 0 {
		return from, to, errs.Invalid(faults...)
	}
	return from, to, nil
}
