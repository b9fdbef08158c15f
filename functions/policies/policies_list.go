package policies

import (
	"context"
	"slices"
	"strings"

	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const listName = "policies"

// packMark begins the positions among the shipped packs; that of the last pack shown follows, or nothing.
const packMark = "shipped/"

// list shows the tenant's own policies, newest first, and then the shipped ones, which are older than any.
func list(env *fn.Env) (fn.Handler[fn.Page, fn.List[summary]], error) {
	stored, cursors := policystore.New(env.Table(table.Policies)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[summary], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		state, err := stored.State(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		var own, packs []summary
		lastPack, atPacks := strings.CutPrefix(after, packMark)
		if !atPacks {
			lastPack = ""
			own, after, err = ownPage(ctx, stored, call.Scope, state, after, in.Limit)
			if err != nil {
				return nil, err
			}
		}
		if atPacks || after == "" {
			packs, after = packPage(state, lastPack, in.Limit-len(own))
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, after)
		if err != nil {
			return nil, err
		}
		return fn.NewList(append(own, packs...), next), nil
	}, nil
}

// ownPage reads a page of the tenant's own policies, and the position to go on at, or "" after the last.
func ownPage(ctx context.Context, stored *policystore.Store, sc tenant.Scope, state policystore.State, after string, limit int) ([]summary, string, error) {
	rows, position, err := stored.List(ctx, sc, after, limit)
	if err != nil {
		return nil, "", err
	}
	out := make([]summary, len(rows))
	for i, r := range rows {
		p, err := r.Head(state)
		if err != nil {
			return nil, "", err
		}
		out[i] = summaryOf(p)
	}
	return out, position, nil
}

// packPage is a page of the shipped packs that come after one ("" is the first), and the position to go on at, or ""
// after the last.
func packPage(state policystore.State, after string, limit int) ([]summary, string) {
	rest := policy.Packs()
	rest = rest[1+slices.IndexFunc(rest, func(p policy.Pack) bool { return p.ID == after }):]
	var out []summary
	for _, p := range rest[:min(limit, len(rest))] {
		out = append(out, shippedSummary(p, state))
		after = p.ID
	}
	if len(out) == len(rest) {
		return out, ""
	}
	return out, packMark + after
}
