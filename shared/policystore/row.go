package policystore

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/policy"
)

// Row is one version of a policy in the policies table. Times are Unix milliseconds.
type Row struct {
	ID      string `dynamodbav:"id"`
	Version int    `dynamodbav:"version"`
	// Body is the definition as compressed JSON.
	Body      []byte `dynamodbav:"body"`
	CreatedAt int64  `dynamodbav:"created_at"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	// By is who made this version.
	By string `dynamodbav:"by"`
}

const (
	// maxStored keeps two copies of a definition well inside what an item and a transaction may hold.
	maxStored = 300 << 10
	// maxPlain bounds what a stored definition unpacks to.
	maxPlain = 8 << 20
)

// Pack encodes a definition for a row. It returns errs.InvalidRequest for one that is too large to be kept.
func Pack(d policy.Definition) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := json.NewEncoder(z).Encode(d); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress policy: %w", err)
	}
	if buf.Len() > maxStored {
		return nil, errs.Invalid(errs.Field{Location: "/", Message: "the policy is larger than can be kept; shorten its lists"})
	}
	return buf.Bytes(), nil
}

// Policy decodes the row. Whether it is active is the state's to say.
func (r Row) Policy(s State) (policy.Policy, error) {
	p := policy.Policy{ID: r.ID, Version: r.Version, Status: s.Status(r.ID), CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt)}
	z, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		return p, fmt.Errorf("decompress policy %s: %w", r.ID, err)
	}
	if err := json.NewDecoder(io.LimitReader(z, maxPlain)).Decode(&p.Definition); err != nil {
		return p, fmt.Errorf("decode policy %s: %w", r.ID, err)
	}
	return p, nil
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
