package events

import (
	"context"
	"slices"
	"strings"

	"guardrails/events"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

const listName = "event-types"

// builtinMark begins the positions among the platform's types; the name of the last type shown follows, or nothing. No
// position among own types begins so: those begin with a time.
const builtinMark = "builtin/"

// maxPage bounds the schemas of a page in bytes, so that their escaped form is below what a function may answer; at
// least one type is shown.
const maxPage = 2 << 20

// listTypes shows the tenant's own event types, newest first, and then the platform's, which are older than any. A page
// ends early where the schemas are long.
func listTypes(env *fn.Env) (fn.Handler[fn.Page, fn.List[typeView]], error) {
	stored, cursors := eventtype.New(env.Table(table.Policies)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[typeView], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		var page []typeView
		last, atBuiltin := strings.CutPrefix(after, builtinMark)
		if !atBuiltin {
			last = ""
			var rows []eventtype.Row
			if rows, after, err = stored.List(ctx, call.Scope, after, in.Limit); err != nil {
				return nil, err
			}
			rows, after = fit(rows, after, maxPage)
			for _, r := range rows {
				page = append(page, viewOf(r))
			}
		}
		if atBuiltin || after == "" {
			var more []typeView
			more, after = builtinPage(last, in.Limit-len(page))
			page = append(page, more...)
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, after)
		if err != nil {
			return nil, err
		}
		return fn.NewList(page, next), nil
	}, nil
}

// fit keeps rows of up to most bytes of schema, and moves the position to the last one that fits.
func fit(rows []eventtype.Row, position string, most int) ([]eventtype.Row, string) {
	size := 0
	for i, r := range rows {
		if size += len(r.Schema); i > 0 && size > most {
			return rows[:i], rows[i-1].Position()
		}
	}
	return rows, position
}

// builtinPage is a page of the platform's types that come after one ("" is the first), and the position to go on at, or
// "" after the last.
func builtinPage(after string, limit int) ([]typeView, string) {
	rest := events.Types()
	rest = rest[1+slices.IndexFunc(rest, func(t events.Type) bool { return t.Name == after }):]
	var out []typeView
	for _, t := range rest[:min(limit, len(rest))] {
		out = append(out, builtinView(t))
		after = t.Name
	}
	if len(out) == len(rest) {
		return out, ""
	}
	return out, builtinMark + after
}
