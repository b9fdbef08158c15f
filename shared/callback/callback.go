package callback

import (
	"context"
	"errors"
	"strconv"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
	"guardrails/shared/errs"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// keepFor is how long a destination is kept beyond the last job or task that named it: its deliveries can be sent again
	// by hand for a month after their end.
	keepFor = 60 * 24 * time.Hour
	// renewAt is what must be left of that for a job to leave the row as it is. Most do: jobs that are submitted together
	// and write the same row would wait for each other.
	renewAt = 30 * 24 * time.Hour
)

// Store keeps hidden destinations and the tenant's secret in the policies table. It is safe for concurrent use.
type Store struct {
	table        *table.Table
	destinations *deliver.Destinations
	keys         *seal.Keys
	rules        destination.Rules
	clock        clock.Clock
}

// New returns the store of a table. keys may be nil where no secret is made or opened.
func New(policies *table.Table, keys *seal.Keys, rules destination.Rules, c clock.Clock) *Store {
	return &Store{table: policies, destinations: deliver.NewDestinations(policies, keys), keys: keys, rules: rules, clock: c}
}

// Hook is what a job or task asks for.
type Hook struct {
	// URL is where it reports to, and Location the JSON pointer to it. It was judged.
	URL, Location string
	// Signed asks for signatures by the tenant's secret, if it has one.
	Signed bool
	// Until is when the job or task is deleted; By is who submitted it.
	Until time.Time
	By    string
}

// Prepare returns the id of the destination that a hook stands for, and the writes that must go with the job or task. All
// that name one address share a destination, and so its breaker, its rate and its log.
func (st *Store) Prepare(ctx context.Context, s tenant.Scope, h Hook) (string, []table.Op, error) {
	config, err := webhook.LegacyConfig(st.rules, h.URL, h.Location)
	if err != nil {
		return "", nil, err
	}
	destinationID := deliver.HiddenID(s.TenantID() + "\x00" + h.URL + "\x00" + strconv.FormatBool(h.Signed))
	old, err := st.destinations.Get(ctx, s, destinationID)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return "", nil, err
	}
	if old.Status == deliver.Active && old.TTL >= table.TTL(h.Until.Add(renewAt)) {
		return destinationID, nil, nil
	}
	now := st.clock.Now().UnixMilli()
	d := deliver.Destination{
		ID: destinationID, Version: old.Version + 1, Name: "webhook_url", Type: "webhook", Config: string(config), Status: deliver.Active,
		Hidden: true, Signed: h.Signed, CreatedAt: now, UpdatedAt: now, By: h.By, TTL: max(old.TTL, table.TTL(h.Until.Add(keepFor))),
	}
	if old.Version > 0 {
		d.CreatedAt = old.CreatedAt
	}
	return destinationID, []table.Op{st.table.PutOp(s, table.DestinationKey(destinationID), d, table.Always())}, nil
}

// Target is deliver.Destinations' Target, with the tenant's secret where a hidden destination is to be signed.
func (st *Store) Target(ctx context.Context, s tenant.Scope, d deliver.Destination, now time.Time) (deliver.Target, error) {
	t, err := st.destinations.Target(ctx, s, d, now)
	if err != nil || !d.Signed {
		return t, err
	}
	key, err := st.Secret(ctx, s)
	switch {
	case errors.Is(err, errs.NotFound):
		return t, nil
	case err != nil:
		return t, err
	}
	t.Keys = []deliver.SigningKey{{Secret: key.Value}}
	return t, nil
}
