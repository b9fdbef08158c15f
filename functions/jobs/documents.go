package jobs

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxText is the largest text of a document in bytes, and maxLine the largest JSON form of a document: escapes
	// may make a text longer.
	maxText = 1 << 20
	maxLine = 2 << 20
	// maxID is the longest id of a document in bytes.
	maxID = 256
	// maxDocuments is how many documents a job may have, and maxInline how many of them a request's body may carry.
	maxDocuments = 100_000
	maxInline    = 1000
)

// fault is why a document fails alone: a stable code.
type fault string

// The faults of documents.
const (
	faultMalformed fault = "malformed_document"
	faultInvalid   fault = "invalid_document"
	faultTooLarge  fault = "document_too_large"
	faultRepeated  fault = "duplicate_id"
	faultChunk     fault = "chunk_failed"
	faultAnalysis  fault = "analysis_failed"
	faultPolicy    fault = "unknown_policy"
)

// detail is the English sentence that goes with a fault.
func (f fault) detail() string {
	switch f {
	case faultMalformed:
		return "The document is not one JSON object in valid UTF-8."
	case faultInvalid:
		return "A document is an object with a text that is not empty and an id of 1 to 256 bytes, both strings, and nothing else."
	case faultTooLarge:
		return "The document is larger than 1 MiB."
	case faultRepeated:
		return "An earlier document of the job has the same id."
	case faultChunk:
		return "The documents around this one could not be analyzed, despite several tries."
	case faultAnalysis:
		return "The document could not be analyzed."
	case faultPolicy:
		return "A policy that the job names was deleted, or can no longer be used with the others, before the document's turn came."
	}
	return ""
}

// entry is a document on its way: its id, and its text or why it has none.
type entry struct {
	ID    string `json:"id"`
	Text  string `json:"text,omitempty"`
	Fault fault  `json:"fault,omitempty"`
}

// number is the id of a document without one: its position among the job's documents, from 1.
func number(position int) string { return "#" + strconv.Itoa(position) }

// parse reads the document at a position (from 1). A bad one becomes an entry with a fault, under its own id where
// that could be read.
func parse(raw []byte, position int) entry {
	e := entry{ID: number(position)}
	var fields map[string]jsontext.Value
	var wrongKind *json.SemanticError
	err := json.Unmarshal(raw, &fields)
	switch {
	case errors.As(err, &wrongKind) || err == nil && fields == nil:
		e.Fault = faultInvalid
		return e
	case err != nil:
		e.Fault = faultMalformed
		return e
	}
	ok := true
	if v, has := fields["id"]; has {
		var own string
		if own, ok = text(v); ok && own != "" && len(own) <= maxID {
			e.ID = own
		} else {
			ok = false
		}
		delete(fields, "id")
	}
	body, isText := text(fields["text"])
	switch {
	case !ok || !isText || body == "" || len(fields) > 1:
		e.Fault = faultInvalid
	case len(body) > maxText:
		e.Fault = faultTooLarge
	default:
		e.Text = body
	}
	return e
}

// text unquotes a JSON string.
func text(v jsontext.Value) (string, bool) {
	v = bytes.TrimSpace(v)
	if v.Kind() != '"' {
		return "", false
	}
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err == nil && utf8.Valid(b)
}

// digest stands for an id in the set of a job's ids.
type digest [16]byte

func digestOf(documentID string) digest {
	sum := sha256.Sum256([]byte(documentID))
	return digest(sum[:16])
}
