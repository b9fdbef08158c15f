package authn

import (
	"context"
	"fmt"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/internal/scope"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Lookup leads from the public part of a credential to its tenant, before anybody is verified. The Scope it returns
// comes from the directory's row, never from the caller.
type Lookup struct{ directory *table.DirectoryTable }

// NewLookup returns a look-up in the directory.
func NewLookup(directory *table.DirectoryTable) *Lookup { return &Lookup{directory} }

// Key returns whose the API key with this public part is, and its id; errs.NotFound if there is none.
func (l *Lookup) Key(ctx context.Context, public string) (tenant.Scope, string, error) {
	e, err := l.directory.Get(ctx, table.KeyEntry(public))
	if err != nil {
		return tenant.Scope{}, "", err
	}
	if !id.Valid(id.Tenant, e.Tenant) || !id.Valid(id.Key, e.ID) {
		return tenant.Scope{}, "", fmt.Errorf("directory row of an API key: %w", errs.Internal)
	}
	return scope.Mint(e.Tenant), e.ID, nil
}
