package policystore

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/errs"
	"guardrails/shared/policy"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Row is one version of a policy in the policies table. Times are Unix milliseconds.
type Row struct {
	ID      string `dynamodbav:"id"`
	Version int    `dynamodbav:"version"`
	// Body is the definition as compressed JSON. Of a definition that is too long for an item it is the head alone.
	Body []byte `dynamodbav:"body"`
	// Parts is how many items of its own the definition takes, 0 if Body is all of it; Digest is of all parts together.
	Parts     int    `dynamodbav:"parts,omitempty"`
	Digest    []byte `dynamodbav:"digest,omitempty"`
	CreatedAt int64  `dynamodbav:"created_at"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	// By is who made this version.
	By string `dynamodbav:"by"`

	// rest are the parts put together, once they were read or made.
	rest []byte
}

// part is a piece of a definition.
type part struct {
	Body []byte `dynamodbav:"body"`
}

const (
	// maxItem keeps a definition or a part of one inside what an item may hold, which is 400 KB.
	maxItem = 300 << 10
	// maxParts keeps all parts, with what else a change writes, inside what a transaction may hold, which is 4 MB.
	maxParts = 8
	// maxPlain bounds what a stored definition unpacks to.
	maxPlain = 8 << 20
)

// Keep puts a definition into the row. It returns errs.InvalidRequest for one that is too large to be kept.
func (r *Row) Keep(d policy.Definition) error {
	body, err := packed(d)
	if err != nil {
		return err
	}
	r.Body, r.Parts, r.Digest, r.rest = body, 0, nil, nil
	if len(body) <= maxItem {
		return nil
	}
	if len(body) > maxParts*maxItem {
		return errs.Invalid(errs.Field{Location: "/", Message: "the policy is larger than can be kept; shorten its lists"})
	}
	sum := sha256.Sum256(body)
	r.rest, r.Digest, r.Parts = body, sum[:], (len(body)+maxItem-1)/maxItem
	r.Body, err = packed(head(d))
	return err
}

// head is what a list shows of a definition: its names, and how many rules it has.
func head(d policy.Definition) policy.Definition {
	return policy.Definition{Name: d.Name, Description: d.Description, Extends: d.Extends, Rules: make([]policy.Rule, len(d.Rules))}
}

// Same reports whether two rows hold the same definition.
func (r *Row) Same(o *Row) bool {
	return bytes.Equal(r.Body, o.Body) && bytes.Equal(r.Digest, o.Digest)
}

// Ops are the writes of a new version: the policy's item, its version's and those of its parts.
func (r *Row) Ops(t *table.Table, sc tenant.Scope) []table.Op {
	ops := []table.Op{
		t.PutOp(sc, table.PolicyKey(r.ID), *r, table.Always()),
		t.PutOp(sc, table.PolicyVersionKey(r.ID, r.Version), *r, table.IfAbsent()),
	}
	n := 0
	for piece := range slices.Chunk(r.rest, maxItem) {
		n++
		ops = append(ops, t.PutOp(sc, table.PolicyPartKey(r.ID, r.Version, n), part{piece}, table.IfAbsent()))
	}
	return ops
}

// Complete reads the parts of a row's definition, if it has any.
func (s *Store) Complete(ctx context.Context, sc tenant.Scope, r *Row) error {
	if r.Parts == 0 || r.rest != nil {
		return nil
	}
	if r.Parts > maxParts {
		return fmt.Errorf("policy %s has %d parts", r.ID, r.Parts)
	}
	parts := make([]part, r.Parts)
	g, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		g.Go(func() error { return s.table.Get(ctx, sc, table.PolicyPartKey(r.ID, r.Version, i+1), &parts[i]) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("read the parts of policy %s: %w", r.ID, err)
	}
	var whole []byte
	for _, p := range parts {
		whole = append(whole, p.Body...)
	}
	if sum := sha256.Sum256(whole); !bytes.Equal(sum[:], r.Digest) {
		return fmt.Errorf("the parts of policy %s are not those of its version %d", r.ID, r.Version)
	}
	r.rest = whole
	return nil
}

// errParts is returned for a row that Complete was not called for.
var errParts = errors.New("policystore: the parts of the row were not read")

// Policy decodes the row. Whether it is active is the state's to say.
func (r *Row) Policy(s State) (policy.Policy, error) {
	switch {
	case r.Parts == 0:
		return r.decode(r.Body, s)
	case r.rest == nil:
		return policy.Policy{}, errParts
	}
	return r.decode(r.rest, s)
}

// Head decodes what a list shows of the row: name, description, the packs it extends, and as many rules as it has.
func (r *Row) Head(s State) (policy.Policy, error) { return r.decode(r.Body, s) }

func (r *Row) decode(body []byte, s State) (policy.Policy, error) {
	p := policy.Policy{ID: r.ID, Version: r.Version, Status: s.Status(r.ID), CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt)}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return p, fmt.Errorf("decompress policy %s: %w", r.ID, err)
	}
	if err := json.NewDecoder(io.LimitReader(z, maxPlain)).Decode(&p.Definition); err != nil {
		return p, fmt.Errorf("decode policy %s: %w", r.ID, err)
	}
	return p, nil
}

// packed is a definition as compressed JSON.
func packed(d policy.Definition) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := json.NewEncoder(z).Encode(d); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress policy: %w", err)
	}
	return buf.Bytes(), nil
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
