package jobs

import (
	"context"
	"errors"
	"net/http"

	"guardrails/shared/blob"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/table"
)

type uploadInput struct {
	Body *uploadWish
}

// uploadWish is what a caller may say of an upload beforehand.
type uploadWish struct {
	ContentType string `json:"content_type,omitempty" default:"application/x-ndjson" pattern:"^[a-z]+/[a-zA-Z0-9.+-]+$" maxLength:"100" doc:"The media type that the upload will be sent with; application/x-ndjson if not given."`
	Size        int64  `json:"size,omitempty" minimum:"1" maximum:"1073741824" doc:"How many bytes will be sent; the URL then takes no other size."`
}

// defaultUpload is the media type of an upload of which nothing was said.
const defaultUpload = "application/x-ndjson"

// Upload is where and how to send documents.
type Upload struct {
	ID        string            `json:"id" example:"upl_01jd3k5v8q2w4x6y8z0a1b2c3d"`
	Method    string            `json:"method" enum:"PUT"`
	URL       string            `json:"url" format:"uri" doc:"Send the documents here, one JSON object with id and text a line; no other credentials are needed."`
	Headers   map[string]string `json:"headers" doc:"Send these header fields with it."`
	ExpiresAt string            `json:"expires_at" format:"date-time" doc:"When the URL ceases to be valid."`
}

type uploadAnswer struct{ Body Upload }

func bindUpload() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[uploadInput, uploadAnswer], error) {
		rows, bucket := env.Table(table.Jobs), env.Bucket(blob.Uploads)
		return func(ctx context.Context, call *fn.Call, in *uploadInput) (*uploadAnswer, error) {
			wish := uploadWish{ContentType: defaultUpload}
			if in.Body != nil {
				wish = *in.Body
			}
			row := upload{
				ID: call.NewID(env.IDs, id.Upload), CreatedBy: call.Principal.ID(), CreatedAt: clock.Format(call.Now), ContentType: wish.ContentType,
				Size: wish.Size, TTL: table.TTL(call.Now.Add(keepUpload)),
			}
			signed, err := bucket.PresignPut(ctx, call.Scope, uploadPath(row.ID), row.ContentType, row.Size, uploadFor)
			if err != nil {
				return nil, err
			}
			if err := rows.Put(ctx, call.Scope, table.UploadKey(row.ID), row, table.IfAbsent()); err != nil && !(call.Repeated && errors.Is(err, table.ErrCondition)) {
				return nil, err
			}
			return &uploadAnswer{Upload{
				ID: row.ID, Method: http.MethodPut, URL: signed.URL, Headers: signed.Headers, ExpiresAt: clock.Format(call.Now.Add(uploadFor)),
			}}, nil
		}, nil
	}, fn.Status(http.StatusCreated))
}
