package policies

import (
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
)

// policyView is a policy as the API shows it.
type policyView struct {
	ID       string        `json:"id" doc:"Names the policy in requests." example:"pol_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Version  int           `json:"version" minimum:"1" doc:"Counts the changes from 1."`
	Status   policy.Status `json:"status" enum:"active,inactive" doc:"Active policies apply to requests that name none."`
	ReadOnly bool          `json:"read_only" doc:"True for shipped packs."`
	policy.Definition
	CreatedAt string `json:"created_at" format:"date-time"`
	UpdatedAt string `json:"updated_at" format:"date-time" doc:"When its latest version was made."`
}

func viewOf(p policy.Policy) policyView {
	return policyView{
		ID: p.ID, Version: p.Version, Status: p.Status, Definition: p.WithDefaults(),
		CreatedAt: clock.Format(p.CreatedAt), UpdatedAt: clock.Format(p.UpdatedAt),
	}
}

// shippedView shows a pack with its rules.
func shippedView(p policy.Pack, s policystore.State) policyView {
	v := viewOf(p.Policy())
	v.Status, v.ReadOnly, v.Extends, v.Rules = s.Status(p.ID), true, nil, p.Rules
	return v
}

// answer is one policy and the tag of its version.
type answer struct {
	ETag string `header:"ETag"`
	Body policyView
}

func answerOf(v policyView) *answer { return &answer{ETag: fn.ETag(int64(v.Version)), Body: v} }

// summary is a policy in a list; its lists may be long, so only their lengths are shown.
type summary struct {
	ID          string        `json:"id" example:"pol_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Version     int           `json:"version" minimum:"1"`
	Status      policy.Status `json:"status" enum:"active,inactive" doc:"Active policies apply to requests that name none."`
	ReadOnly    bool          `json:"read_only" doc:"True for shipped packs."`
	Name        string        `json:"name" example:"Support desk"`
	Description string        `json:"description,omitempty"`
	Extends     []string      `json:"extends,omitempty" doc:"Shipped packs that it builds on."`
	RuleCount   int           `json:"rule_count" doc:"How many rules it has beside those of the packs that it extends."`
	CreatedAt   string        `json:"created_at" format:"date-time"`
	UpdatedAt   string        `json:"updated_at" format:"date-time"`
}

func summaryOf(p policy.Policy) summary {
	return summary{
		ID: p.ID, Version: p.Version, Status: p.Status, Name: p.Name, Description: p.Description, Extends: p.Extends,
		RuleCount: len(p.Rules), CreatedAt: clock.Format(p.CreatedAt), UpdatedAt: clock.Format(p.UpdatedAt),
	}
}

// shippedSummary is a pack in a list.
func shippedSummary(p policy.Pack, s policystore.State) summary {
	out := summaryOf(p.Policy())
	out.Status, out.ReadOnly, out.Extends, out.RuleCount = s.Status(p.ID), true, nil, len(p.Rules)
	return out
}

// versionView is one version of a policy.
type versionView struct {
	Version int `json:"version" minimum:"1"`
	policy.Definition
	CreatedAt string `json:"created_at" format:"date-time" doc:"When the version was made."`
	CreatedBy string `json:"created_by" doc:"The id of the key that made it."`
}

func versionOf(r *policystore.Row) (versionView, error) {
	p, err := r.Policy(policystore.State{})
	return versionView{Version: r.Version, Definition: p.WithDefaults(), CreatedAt: clock.Format(time.UnixMilli(r.UpdatedAt)), CreatedBy: r.By}, err
}
