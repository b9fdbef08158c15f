package events

// AnalysisCompletedType says that a text was analyzed and decided.
const AnalysisCompletedType = "analysis.completed"

// AnalysisCompletedData is what analysis.completed carries.
type AnalysisCompletedData struct {
	AnalysisID string         `json:"analysis_id"`
	Decision   string         `json:"decision"`
	Mode       string         `json:"mode"`
	Source     string         `json:"source"`
	RiskScore  int            `json:"risk_score"`
	RiskLevel  string         `json:"risk_level"`
	Findings   map[string]int `json:"findings"`
	Violations []string       `json:"violations"`
	JobID      string         `json:"job_id,omitempty"`
}

// AnalysisCompleted says that a text was analyzed and decided.
func AnalysisCompleted(d AnalysisCompletedData) Event {
	return Event{Type: AnalysisCompletedType, Version: 1, Subject: d.AnalysisID, Data: d}
}
