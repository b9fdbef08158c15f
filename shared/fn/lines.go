package fn

import (
	"bytes"
	"errors"
	"mime"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

// maxLines bounds the lines of a body.
const maxLines = 50_000

// listOf makes a JSON array of the lines of a body, each of which must be JSON or empty.
func listOf(contentType string, body []byte) ([]byte, error) {
	if t, params, err := mime.ParseMediaType(contentType); err != nil || t != LinesType || !isUTF8(params["charset"]) {
		return nil, errs.Newf(errs.UnsupportedMediaType, "Send the body as lines of JSON in UTF-8, with the header Content-Type: %s.", LinesType)
	}
	out, n := append(make([]byte, 0, len(body)+2), '['), 0
	for line := range bytes.Lines(body) {
		if n++; n > maxLines {
			return nil, errs.Newf(errs.PayloadTooLarge, "The body has more than %d lines.", maxLines)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var fault *errs.Error
		if errors.As(document.Check(line, maxDepth), &fault) {
			return nil, errs.Newf(errs.MalformedBody, "Line %d: %s", n, fault.Message)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, line...)
	}
	return append(out, ']'), nil
}

// LinesType is the media type of bodies that are lines of JSON.
const LinesType = "application/x-ndjson"
