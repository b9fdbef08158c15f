package rules

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// ruleView is a rule as the API shows it.
type ruleView struct {
	ID      string `json:"id" example:"rul_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Version int    `json:"version" minimum:"1" doc:"Counts the changes from 1."`
	rule.Definition
	Indexed   bool        `json:"indexed" doc:"Whether some equality keeps it from being tried with every event of its types. At most 200 rules are not."`
	Health    *healthView `json:"health,omitempty" doc:"What it has done so far; lists leave it out."`
	CreatedAt string      `json:"created_at" format:"date-time"`
	UpdatedAt string      `json:"updated_at" format:"date-time" doc:"When its latest version was made."`
}

type healthView struct {
	Matches       int64   `json:"matches" minimum:"0" doc:"How many events it matched, counted every few seconds."`
	Failures      int64   `json:"failures" minimum:"0" doc:"How many events its condition failed on, which is no match."`
	LastMatchedAt *string `json:"last_matched_at" format:"date-time"`
	LastFailedAt  *string `json:"last_failed_at" format:"date-time"`
	LastFailure   string  `json:"last_failure,omitempty" doc:"The code of the last failure." example:"no_such_field"`
}

func viewOf(r rulestore.Row) (ruleView, error) {
	stored, err := r.Rule()
	if err != nil {
		return ruleView{}, err
	}
	created, updated := r.Times()
	on := stored.On()
	stored.Enabled = &on
	return ruleView{
		ID: r.ID, Version: r.Version, Definition: stored.Definition, Indexed: stored.Compiled.Indexed(),
		CreatedAt: clock.Format(created), UpdatedAt: clock.Format(updated),
	}, nil
}

// healthOf reads what a rule has done.
func healthOf(ctx context.Context, deliveries *table.Table, s tenant.Scope, ruleID string) (*healthView, error) {
	var h rulestore.Health
	err := deliveries.Get(ctx, s, table.RuleHealthKey(ruleID), &h)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return nil, err
	}
	v := &healthView{Matches: h.Matches, Failures: h.Failures, LastFailure: h.LastFailure}
	v.LastMatchedAt, v.LastFailedAt = optional(h.LastMatched), optional(h.LastFailed)
	return v, nil
}

func optional(ms int64) *string {
	if ms == 0 {
		return nil
	}
	s := clock.Format(time.UnixMilli(ms))
	return &s
}

type rulePath struct {
	ID string `path:"id" example:"rul_01jd3zk8q4x5v6w7y8z9a0b1c2"`
}

// answer is one rule and the tag of its version.
type answer struct {
	ETag string `header:"ETag"`
	Body ruleView
}

func answerOf(r rulestore.Row) (*answer, error) {
	v, err := viewOf(r)
	return &answer{ETag: fn.ETag(int64(v.Version)), Body: v}, err
}
