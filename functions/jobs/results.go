package jobs

import (
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/fn"
	"guardrails/shared/inspect"
)

// DocumentFailure is the result of a document that could not be analyzed.
type DocumentFailure struct {
	DocumentID string       `json:"document_id" doc:"The document's id, or # and its position among the documents, from 1, where it has none that can be read."`
	Error      FailureCause `json:"error" doc:"Why the document has no analysis."`
}

// FailureCause says why something failed.
type FailureCause struct {
	Code   string `json:"code" doc:"A stable name to match on." example:"duplicate_id"`
	Detail string `json:"detail" doc:"The same for people."`
}

func failure(documentID, code, detail string) DocumentFailure {
	return DocumentFailure{DocumentID: documentID, Error: FailureCause{Code: code, Detail: detail}}
}

// Result is the result of one document, as it is stored: an inspect.Analysis or a DocumentFailure.
type Result struct{ raw json.RawMessage }

// MarshalJSON returns the stored JSON.
func (r Result) MarshalJSON() ([]byte, error) { return r.raw, nil }

// Schema describes a result to readers of the API's description.
func (Result) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		fn.Schema[inspect.Analysis](r, "Analysis"),
		fn.Schema[DocumentFailure](r, "DocumentFailure"),
	}}
}

// documentOf is the id of the document that a result is of.
func documentOf(raw json.RawMessage) string {
	var r struct {
		DocumentID string `json:"document_id"`
	}
	_ = json.Unmarshal(raw, &r) // what does not decode has no id
	return r.DocumentID
}

// withoutText returns a result without the texts of its findings, and without a redacted text that shows them, but to
// whoever gave the text.
func withoutText(raw json.RawMessage, own bool) (json.RawMessage, error) {
	var a inspect.Analysis
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("decode result: %w", errDamaged)
	}
	if a.ID == "" {
		return raw, nil // a failure has no findings
	}
	for i := range a.Findings {
		a.Findings[i].Text = ""
	}
	if a.Reveals && !own {
		a.Redacted = nil
	}
	return encodeResult(a)
}
