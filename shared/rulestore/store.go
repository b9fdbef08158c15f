package rulestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/rule"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// MaxRules is how many rules a tenant may have.
	MaxRules = 10_000
	// MaxRule is how large one may be, with its compiled form, in bytes: an item of the table holds 400 KB.
	MaxRule = 256 << 10
	// MaxSize is how large all rules of a tenant may be. A process that matches events holds those of many tenants.
	MaxSize = 64 << 20
)

// Row is one version of a rule in the policies table. Times are Unix milliseconds.
type Row struct {
	ID      string `dynamodbav:"id"`
	Version int    `dynamodbav:"version"`
	// Body is the definition as JSON, Compiled what the engine made of it.
	Body      []byte `dynamodbav:"body"`
	Compiled  []byte `dynamodbav:"compiled"`
	CreatedAt int64  `dynamodbav:"created_at"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	// EnabledAt is when the rule was enabled again; 0 if it never was disabled.
	EnabledAt int64 `dynamodbav:"enabled_at,omitempty"`
	// By is who made this version.
	By string `dynamodbav:"by"`
}

// Size is how much the rule takes, in bytes.
func (r Row) Size() int { return len(r.Body) + len(r.Compiled) }

// Definition decodes the definition.
func (r Row) Definition() (rule.Definition, error) {
	var d rule.Definition
	if err := json.Unmarshal(r.Body, &d); err != nil {
		return d, fmt.Errorf("decode rule %s: %w", r.ID, err)
	}
	return d, nil
}

// Rule decodes the row as an engine wants it.
func (r Row) Rule() (rule.Rule, error) { return r.ruleBy(rule.NewEngine()) }

// ruleBy is Rule with the engine that compiles the definition again if its compiled form is none that this version reads:
// one such rule must not keep the tenant's others from matching.
func (r Row) ruleBy(engine *rule.Engine) (rule.Rule, error) {
	d, err := r.Definition()
	if err != nil {
		return rule.Rule{}, err
	}
	c, err := rule.Parse(r.Compiled)
	if errors.Is(err, rule.ErrFormat) {
		c, err = engine.Check(d, nil)
	}
	if err != nil {
		return rule.Rule{}, fmt.Errorf("decode rule %s: %w", r.ID, err)
	}
	return rule.Rule{ID: r.ID, Version: r.Version, Definition: d, Compiled: c, From: at(max(r.CreatedAt, r.EnabledAt))}, nil
}

// Change names a rule that was changed or deleted, and the state's version since.
type Change struct {
	Version int64  `dynamodbav:"version"`
	Rule    string `dynamodbav:"rule"`
}

// recent is how many changes a state names.
const recent = 100

// State is a tenant's set of rules as a whole. The zero State is that of a tenant without rules.
type State struct {
	// Version counts the changes.
	Version int64 `dynamodbav:"version"`
	// Count is how many rules there are, Unindexed how many of the enabled ones are tried with every event of their types.
	Count     int `dynamodbav:"count"`
	Unindexed int `dynamodbav:"unindexed"`
	// Size is how much all rules take, in bytes.
	Size int `dynamodbav:"size"`
	// Recent are the last changes, the oldest first.
	Recent []Change `dynamodbav:"recent"`
}

// Next is the state after a change of a rule.
func (s State) Next(ruleID string) State {
	next := State{Version: s.Version + 1, Count: s.Count, Unindexed: s.Unindexed, Size: s.Size}
	next.Recent = append(append(next.Recent, s.Recent...), Change{next.Version, ruleID})
	next.Recent = next.Recent[max(0, len(next.Recent)-recent):]
	return next
}

// since lists the rules that changed after a version, and false if the state does not know them all.
func (s State) since(version int64) ([]string, bool) {
	if len(s.Recent) == 0 || s.Recent[0].Version > version+1 {
		return nil, false
	}
	var out []string
	for _, c := range s.Recent {
		if c.Version > version {
			out = append(out, c.Rule)
		}
	}
	return out, true
}

// Store reads rules. It is safe for concurrent use.
type Store struct{ table *table.Table }

// New returns a store on the policies table.
func New(policies *table.Table) *Store { return &Store{policies} }

// State reads the state of a tenant's rules.
func (s *Store) State(ctx context.Context, sc tenant.Scope) (State, error) {
	var st State
	err := s.table.Get(ctx, sc, table.RuleStateKey(), &st)
	if errors.Is(err, errs.NotFound) {
		return State{}, nil
	}
	return st, err
}

// Row reads a rule's latest version; errs.NotFound if the tenant has no such rule.
func (s *Store) Row(ctx context.Context, sc tenant.Scope, ruleID string) (Row, error) {
	var r Row
	if !id.Valid(id.Rule, ruleID) {
		return r, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := s.table.Get(ctx, sc, table.RuleKey(ruleID), &r)
	return r, err
}

// Version reads a version of a rule, also of one that was changed or deleted since.
func (s *Store) Version(ctx context.Context, sc tenant.Scope, ruleID string, version int) (Row, error) {
	var r Row
	if !id.Valid(id.Rule, ruleID) {
		return r, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := s.table.Get(ctx, sc, table.RuleVersionKey(ruleID, version), &r)
	return r, err
}

// List reads one page of rules, newest first, and the id to continue after, or "".
func (s *Store) List(ctx context.Context, sc tenant.Scope, after string, limit int) (rows []Row, next string, err error) {
	next, err = s.table.Query(ctx, sc, table.Page{Part: table.PartRules, After: after, Limit: limit}, &rows)
	return rows, next, err
}

// at is a row's time.
func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// Times are when the rule was made and when this version was.
func (r Row) Times() (created, updated time.Time) { return at(r.CreatedAt), at(r.UpdatedAt) }
