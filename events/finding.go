package events

// FindingDetectedType says that an analysis found something. There is one for each analysis, not for each finding.
const FindingDetectedType = "finding.detected"

// FindingDetectedData is what finding.detected carries.
type FindingDetectedData struct {
	AnalysisID string `json:"analysis_id"`
	Decision   string `json:"decision"`
	Mode       string `json:"mode"`
	Source     string `json:"source"`
	// Findings counts the findings by type, Categories lists theirs once each in the order of the alphabet.
	Findings   map[string]int `json:"findings"`
	Categories []string       `json:"categories"`
	// MaxScore is the score of the surest finding, 0 to 1.
	MaxScore float64 `json:"max_score"`
	JobID    string  `json:"job_id,omitempty"`
}

// FindingDetected says that an analysis found something.
func FindingDetected(d FindingDetectedData) Event {
	return Event{Type: FindingDetectedType, Version: 1, Subject: d.AnalysisID, Data: d}
}
