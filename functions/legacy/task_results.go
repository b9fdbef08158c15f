package legacy

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"guardrails/shared/inspect"
	"guardrails/shared/policy"
	"guardrails/shared/task"
)

// success is the status of every result: a task that failed has none.
const success = "success"

type detectResult struct {
	Status      string   `json:"status"`
	Entities    []Entity `json:"entities"`
	EntityCount int      `json:"entity_count"`
	TextLength  int      `json:"text_length"`
}

type checkResult struct {
	Status            string      `json:"status"`
	Compliant         bool        `json:"compliant"`
	ViolationCount    int         `json:"violation_count"`
	FrameworksChecked []string    `json:"frameworks_checked"`
	Violations        []violation `json:"violations"`
}

type redactResult struct {
	Status         string `json:"status"`
	RedactedText   string `json:"redacted_text"`
	RedactionCount int    `json:"redaction_count"`
	Strategy       string `json:"strategy"`
	OriginalLength int    `json:"original_length"`
	RedactedLength int    `json:"redacted_length"`
}

type analyzeResult struct {
	Status     string            `json:"status"`
	PII        piiResult         `json:"pii"`
	Compliance complianceResult  `json:"compliance"`
	Risk       policy.LegacyRisk `json:"risk"`
	Redaction  *redactResult     `json:"redaction,omitempty"`
}

type piiResult struct {
	Detected bool     `json:"detected"`
	Entities []Entity `json:"entities"`
}

type complianceResult struct {
	Compliant  bool        `json:"compliant"`
	Violations []violation `json:"violations"`
	Frameworks []string    `json:"frameworks"`
}

// violation is a breached rule as the older API shows it.
type violation struct {
	RuleID      string          `json:"rule_id"`
	Framework   string          `json:"framework"`
	RuleName    string          `json:"rule_name"`
	Severity    policy.Severity `json:"severity"`
	Action      policy.Action   `json:"action"`
	Message     string          `json:"message"`
	Remediation string          `json:"remediation"`
}

func violationsOf(in []policy.Violation) []violation {
	out := make([]violation, len(in))
	for i, v := range in {
		out[i] = violation{v.RuleID, v.Framework, v.RuleName, v.Severity, v.Action, v.Message, v.Remediation}
	}
	return out
}

// frameworkNames are the names of packs for people: PCI-DSS for pci_dss.
func frameworkNames(ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, packID := range ids {
		if p, ok := policy.PackByID(packID); ok {
			out = append(out, p.Framework)
		}
	}
	return out
}

func detected(text string, a *inspect.Analysis) detectResult {
	found := entitiesOf(a.Findings)
	return detectResult{Status: success, Entities: found, EntityCount: len(found), TextLength: utf8.RuneCountInString(text)}
}

func checked(a *inspect.Analysis, o taskOptions) checkResult {
	return checkResult{
		Status: success, Compliant: a.Outcome.Compliant(), ViolationCount: len(a.Violations),
		FrameworksChecked: frameworkNames(o.Frameworks), Violations: violationsOf(a.Violations),
	}
}

// reveals reports whether the text shows what was found in it.
func (r redactResult) reveals() bool { return choiceOf(r.Strategy).Reveals() }

func redactResultOf(text, out string, n int, strategy string) redactResult {
	return redactResult{
		Status: success, RedactedText: out, RedactionCount: n, Strategy: strategy,
		OriginalLength: utf8.RuneCountInString(text), RedactedLength: utf8.RuneCountInString(out),
	}
}

var errDamaged = errors.New("the result does not decode")

// withoutValues returns a task's result with types in place of what was found, and without a text that shows it.
func withoutValues(name task.Name, raw []byte) ([]byte, error) {
	hide := func(entities []Entity) {
		for i := range entities {
			entities[i].Value = "[" + entities[i].Type + "]"
		}
	}
	switch name {
	case task.Detect:
		var r detectResult
		if json.Unmarshal(raw, &r) != nil {
			return nil, errDamaged // the cause may quote it
		}
		hide(r.Entities)
		return json.Marshal(r)
	case task.Analyze:
		var r analyzeResult
		if json.Unmarshal(raw, &r) != nil {
			return nil, errDamaged
		}
		hide(r.PII.Entities)
		if r.Redaction != nil && r.Redaction.reveals() {
			r.Redaction = nil
		}
		return json.Marshal(r)
	case task.Redact:
		var r redactResult
		if json.Unmarshal(raw, &r) != nil {
			return nil, errDamaged
		}
		if r.reveals() {
			r.RedactedText = ""
		}
		return json.Marshal(r)
	case task.Compliance: // it lists no values
	}
	return raw, nil
}
