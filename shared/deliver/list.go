package deliver

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Filter chooses deliveries; what is empty chooses all.
type Filter struct {
	Status      Status
	Destination string
	Rule        string
	// Event is the id of an event's row; EventType its type.
	Event, EventType string
	// Since and Until bound the time of the event, both included; the zero time does not.
	Since, Until time.Time
	// Kept leaves out what failed under a rule that only wants that recorded.
	Kept bool
}

// condition is what of the filter is not in the key.
func (f Filter) condition() expression.ConditionBuilder {
	var out expression.ConditionBuilder
	add := func(field, want string) {
		if want == "" {
			return
		}
		c := expression.Name(field).Equal(expression.Value(want))
		if out.IsSet() {
			c = out.And(c)
		}
		out = c
	}
	if !f.stateful() {
		add("status", string(f.Status))
	}
	add("destination", f.Destination)
	add("rule", f.Rule)
	add("event", f.Event)
	add("event_type", f.EventType)
	if f.Kept {
		c := expression.AttributeNotExists(expression.Name("quiet"))
		if out.IsSet() {
			c = out.And(c)
		}
		out = c
	}
	return out
}

// stateful reports whether the index of states has what is asked for.
func (f Filter) stateful() bool {
	return f.Status != "" && f.Status != Done && f.Status != Delivering && f.Event == ""
}

// span is between which ids the filter's deliveries lie, empty without bounds.
func (f Filter) span() (from, until string) {
	if f.Since.IsZero() && f.Until.IsZero() {
		return "", ""
	}
	return id.Bounds(id.Delivery, f.Since, f.Until)
}

// pages are the queries that together have everything of a filter.
func (f Filter) pages() []table.Page {
	from, until := f.span()
	base := table.Page{From: from, Until: until, Filter: f.condition()}
	switch {
	case f.Event != "":
		shard, prefix := OfEvent(f.Event)
		base.Part, base.Prefix = table.DeliveryPart(shard), prefix
		return []table.Page{base}
	case f.stateful():
		base.Part, base.State, base.Home = statePart(f.Status), true, home
		return []table.Page{base}
	}
	var out []table.Page
	for _, shard := range Shards() {
		base.Part = table.DeliveryPart(shard)
		out = append(out, base)
	}
	return out
}

// home is the partition that a delivery's id names.
func home(deliveryID string) string { return table.DeliveryPart(Shard(deliveryID)) }

// List reads one page of deliveries, of the newest events first, and the id to continue after, or "".
func (r *Rows) List(ctx context.Context, s tenant.Scope, f Filter, after string, limit int) ([]Row, string, error) {
	pages := f.pages()
	found := make([][]Row, len(pages))
	nexts := make([]string, len(pages))
	g, ctx := errgroup.WithContext(ctx)
	for i, p := range pages {
		g.Go(func() error {
			var err error
			p.After, p.Limit = after, limit
			nexts[i], err = r.table.Query(ctx, s, p, &found[i])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, "", err
	}
	// What lies behind the place that a partition was not read beyond may be newer than what others have there.
	floor := ""
	var all []Row
	for i := range pages {
		floor = max(floor, nexts[i])
		all = append(all, found[i]...)
	}
	slices.SortFunc(all, func(a, b Row) int { return strings.Compare(b.ID, a.ID) })
	if floor != "" {
		all = slices.DeleteFunc(all, func(r Row) bool { return r.ID < floor })
	}
	if len(all) > limit {
		return all[:limit], all[limit-1].ID, nil
	}
	return all, floor, nil
}

// Place is how far a walk over deliveries has come.
type Place struct {
	Page  int    `json:"page"`
	After string `json:"after,omitempty"`
}

// Walk reads deliveries of a filter in no order that matters, at most limit, and where to go on; done says that there are
// no more.
func (r *Rows) Walk(ctx context.Context, s tenant.Scope, f Filter, at Place, limit int) (found []Row, next Place, done bool, err error) {
	pages := f.pages()
	if at.Page >= len(pages) {
		return nil, at, true, nil
	}
	p := pages[at.Page]
	p.After, p.Limit, p.Oldest = at.After, limit, true
	after, err := r.table.Query(ctx, s, p, &found)
	if err != nil {
		return nil, at, false, err
	}
	next = Place{Page: at.Page, After: after}
	if after == "" {
		next = Place{Page: at.Page + 1}
	}
	return found, next, next.Page >= len(pages), nil
}

// Again begins a delivery anew by hand. It returns false if an attempt is under way.
func (r *Rows) Again(ctx context.Context, s tenant.Scope, row Row, now time.Time) (Row, bool, error) {
	return change(ctx, r, s, row, func(row Row) (Row, bool) { return again(row, now) })
}

// Replay is Again for a delivery that has the status and was not begun anew after a time. Lists may be older than the rows
// that they are of: what has arrived meanwhile stays as it is.
func (r *Rows) Replay(ctx context.Context, s tenant.Scope, row Row, status Status, before, now time.Time) (Row, bool, error) {
	return change(ctx, r, s, row, func(row Row) (Row, bool) {
		if status != "" && row.Status != status || row.BegunAt > ms(before) {
			return row, false
		}
		return again(row, now)
	})
}

// Cancel ends a delivery that has not ended. It returns false if it has.
func (r *Rows) Cancel(ctx context.Context, s tenant.Scope, row Row, now time.Time) (Row, bool, error) {
	return change(ctx, r, s, row, func(row Row) (Row, bool) { return cancel(row, "cancelled", now), !row.Status.Ended() })
}
