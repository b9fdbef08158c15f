package analyze

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/record"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// analyses reads the records of analyses.
type analyses struct {
	table *table.Table
	clock clock.Clock
}

// A record is written behind its queue. Whoever asks for an analysis that is younger than this is made to wait for it,
// so that a client can read what it has just been answered.
const (
	youngFor  = 10 * time.Second
	waitSteps = 6
	firstWait = 25 * time.Millisecond
)

// get reads one record. An unknown id, another tenant's and a record not yet written take the same way.
func (a *analyses) get(ctx context.Context, s tenant.Scope, analysisID string) (inspect.Analysis, error) {
	if !id.Valid(id.Analysis, analysisID) {
		return inspect.Analysis{}, errs.New(errs.NotFound, "There is no such analysis.")
	}
	wait := firstWait
	for step := 0; ; step++ {
		var row record.Row
		err := a.table.Get(ctx, s, table.AnalysisKey(analysisID), &row)
		if err == nil {
			return row.Decode()
		}
		if !errors.Is(err, errs.NotFound) {
			return inspect.Analysis{}, err
		}
		if step == waitSteps || a.clock.Now().Sub(id.Time(analysisID)) > youngFor {
			return inspect.Analysis{}, errs.New(errs.NotFound, "There is no such analysis.")
		}
		if err := clock.Pause(ctx, wait); err != nil {
			return inspect.Analysis{}, err
		}
		wait *= 2
	}
}

// list reads one page of records, newest first.
func (a *analyses) list(ctx context.Context, s tenant.Scope, after string, limit int) ([]inspect.Analysis, string, error) {
	var rows []record.Row
	next, err := a.table.Query(ctx, s, table.Page{Part: table.PartAnalyses, After: after, Limit: limit}, &rows)
	if err != nil {
		return nil, "", err
	}
	out := make([]inspect.Analysis, 0, len(rows))
	for _, row := range rows {
		an, err := row.Decode()
		if err != nil {
			return nil, "", err
		}
		out = append(out, an)
	}
	return out, next, nil
}
