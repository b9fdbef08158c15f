package policies

import (
	"context"
	"encoding/json"
	"fmt"

	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

type versionsInput struct {
	ID string `path:"id"`
	fn.Page
}

// maxPage bounds a page of versions in bytes, below what a function may answer; at least one version is shown.
const maxPage = 4 << 20

// versions shows what a policy was, newest first. A page ends early where the definitions are long.
func versions(env *fn.Env) (fn.Handler[versionsInput, fn.List[versionView]], error) {
	stored, cursors := policystore.New(env.Table(table.Policies)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *versionsInput) (*fn.List[versionView], error) {
		name := "policy-versions"
		after, err := cursors.Decode(ctx, call.Scope, name, []string{in.ID}, in.Cursor)
		if err != nil {
			return nil, err
		}
		if pack, ok := policy.PackByID(in.ID); ok {
			return packVersions(pack), nil
		}
		rows, position, err := stored.Versions(ctx, call.Scope, in.ID, after, in.Limit)
		if err != nil {
			return nil, err
		}
		complete := func(r *policystore.Row) error { return stored.Complete(ctx, call.Scope, r) }
		page, position, err := fit(rows, position, maxPage, complete)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, name, []string{in.ID}, position)
		if err != nil {
			return nil, err
		}
		return fn.NewList(page, next), nil
	}, nil
}

// packVersions is the history of a shipped pack: the version that this release ships.
func packVersions(p policy.Pack) *fn.List[versionView] {
	v := shippedView(p, policystore.State{})
	return fn.NewList([]versionView{{Version: v.Version, Definition: v.Definition, CreatedAt: clock.Format(p.Policy().CreatedAt), CreatedBy: "guardrails"}}, nil)
}

// fit decodes rows, after completing them, up to most bytes of JSON, and moves the position to the last one that fits.
func fit(rows []policystore.Row, position string, most int, complete func(*policystore.Row) error) ([]versionView, string, error) {
	var page []versionView
	size := 0
	for i := range rows {
		r := &rows[i]
		if err := complete(r); err != nil {
			return nil, "", err
		}
		v, err := versionOf(r)
		if err != nil {
			return nil, "", err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return nil, "", fmt.Errorf("encode a version of policy %s: %w", r.ID, err)
		}
		size += len(b)
		if len(page) > 0 && size > most {
			return page, table.PolicyVersionKey(r.ID, page[len(page)-1].Version).Sort, nil
		}
		page = append(page, v)
	}
	return page, position, nil
}
