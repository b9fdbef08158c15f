package jobs

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// maxUpload is the largest upload in bytes.
	maxUpload = 1 << 30
	// uploadFor is how long the URL of an upload is valid, keepUpload how long what was uploaded is kept.
	uploadFor  = time.Hour
	keepUpload = 2 * 24 * time.Hour
)

// upload is an upload in the jobs table.
type upload struct {
	ID          string `dynamodbav:"id"`
	CreatedBy   string `dynamodbav:"created_by"`
	CreatedAt   string `dynamodbav:"created_at"`
	ContentType string `dynamodbav:"content_type"`
	Size        int64  `dynamodbav:"size,omitempty"`
	TTL         int64  `dynamodbav:"ttl"`
}

func uploadPath(uploadID string) string { return "uploads/" + uploadID }

// uploads finds what callers have uploaded.
type uploads struct {
	table  *table.Table
	bucket *blob.Store
}

// check refuses an upload that the tenant does not have, and one that holds nothing or too much. It returns the tag
// of what was uploaded.
func (u uploads) check(ctx context.Context, s tenant.Scope, uploadID string) (string, error) {
	unknown := errs.Invalid(errs.Field{Location: "/upload_id", Message: "names no upload"})
	if !id.Valid(id.Upload, uploadID) {
		return "", unknown
	}
	var row upload
	err := u.table.Get(ctx, s, table.UploadKey(uploadID), &row)
	if errors.Is(err, errs.NotFound) {
		return "", unknown
	}
	if err != nil {
		return "", err
	}
	stat, err := u.bucket.Stat(ctx, s, uploadPath(uploadID))
	switch {
	case errors.Is(err, errs.NotFound) || err == nil && stat.Size == 0:
		return "", errs.Invalid(errs.Field{Location: "/upload_id", Message: "names an upload to whose URL nothing was sent"})
	case err == nil && stat.Size > maxUpload:
		return "", errs.Invalid(errs.Field{Location: "/upload_id", Message: "names an upload of more than 1 GiB"})
	}
	return stat.Tag, err
}
