package events

// PolicyViolatedType says that an analysis breached rules of policies. There is one for each analysis.
const PolicyViolatedType = "policy.violated"

// MaxViolations is how many breached rules a policy.violated lists.
const MaxViolations = 50

// PolicyViolatedData is what policy.violated carries.
type PolicyViolatedData struct {
	AnalysisID string `json:"analysis_id"`
	Decision   string `json:"decision"`
	Mode       string `json:"mode"`
	Source     string `json:"source"`
	// Violations lists at most MaxViolations of Total.
	Violations []Violation `json:"violations"`
	Total      int         `json:"total"`
	JobID      string      `json:"job_id,omitempty"`
}

// Violation is a breached rule.
type Violation struct {
	RuleID    string `json:"rule_id"`
	Framework string `json:"framework"`
	Severity  string `json:"severity"`
}

// PolicyViolated says that an analysis breached rules; of more than MaxViolations the first are listed. A Total of 0 is
// set to how many were given.
func PolicyViolated(d PolicyViolatedData) Event {
	if d.Total == 0 {
		d.Total = len(d.Violations)
	}
	d.Violations = d.Violations[:min(len(d.Violations), MaxViolations)]
	return Event{Type: PolicyViolatedType, Version: 1, Subject: d.AnalysisID, Data: d}
}
