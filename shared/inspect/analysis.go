package inspect

import (
	"encoding/json"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
	"guardrails/shared/redact"
)

// Analysis is the answer of the main job.
type Analysis struct {
	ID             string             `json:"id" example:"anl_01jd3k5v8q2w4x6y8z0a1b2c3d"`
	DocumentID     string             `json:"document_id,omitempty" doc:"The document's id, in results of a job."`
	Decision       policy.Action      `json:"decision" enum:"allow,flag,redact,block"`
	Mode           Mode               `json:"mode" enum:"enforce,shadow"`
	ShadowDecision policy.Action      `json:"shadow_decision,omitempty" enum:"allow,flag,redact,block" doc:"What enforce would have decided."`
	Risk           policy.Risk        `json:"risk"`
	Findings       []policy.Finding   `json:"findings" nullable:"false"`
	Violations     []policy.Violation `json:"violations" nullable:"false"`
	Redacted       json.RawMessage    `json:"redacted,omitempty" doc:"The value given with the findings replaced."`
	Reveals        bool               `json:"reveals,omitempty" doc:"Whether redacted shows found values or parts of them, because an operator keeps them."`
	Coverage       policy.Coverage    `json:"coverage"`
	Usage          Usage              `json:"usage"`
	PolicyVersion  string             `json:"policy_version"`
	ModelVersion   string             `json:"model_version"`
	Cached         bool               `json:"cached"`
	LatencyMS      float64            `json:"latency_ms"`
	CreatedAt      string             `json:"created_at" format:"date-time"`

	// What follows is not part of the answer: what was replaced, where the value came from, and the whole outcome.
	Items   []redact.Item   `json:"-"`
	Source  detect.Source   `json:"-"`
	Outcome *policy.Outcome `json:"-"`
	// NoLiteral are the custom patterns that run over the whole text, because nothing must stand in what they match.
	NoLiteral []string `json:"-"`
}

// Usage is what the analysis is metered as: one unit per 1,000 characters begun.
type Usage struct {
	Characters int `json:"characters"`
	Tokens     int `json:"tokens" doc:"Estimated at four characters a token."`
	Units      int `json:"units"`
}
