package policy

import (
	"slices"

	"guardrails/shared/detect"
)

// Action is what to do with a finding or text.
type Action string

// The actions, weakest first. As a rule's action, Allow switches the rule off.
const (
	Allow  Action = "allow"
	Flag   Action = "flag"
	Redact Action = "redact"
	Block  Action = "block"
)

// rank orders actions by strength; an unknown action ranks below all.
func (a Action) rank() int {
	return slices.Index([]Action{Allow, Flag, Redact, Block}, a)
}

// Strongest returns the stronger of two actions.
func Strongest(a, b Action) Action {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Severity is how bad the breach of a rule is.
type Severity string

// The severities.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// rank orders severities; an unknown severity ranks below all.
func (s Severity) rank() int {
	return slices.Index([]Severity{Low, Medium, High, Critical}, s)
}

// injectionBlock is the score from which an injection blocks by default.
const injectionBlock = 0.7

// defaultAction is what happens to a finding that no policy speaks of; the package comment says why.
func defaultAction(f *detect.Finding) Action {
	switch f.Category {
	case detect.CategoryInjection:
		if f.Score >= injectionBlock {
			return Block
		}
		return Flag
	case detect.CategoryToxicity, detect.CategoryPolicy:
		return Flag
	case detect.CategoryPII:
		if contextual(f.Type) {
			return Allow
		}
	case detect.CategorySecret, detect.CategoryCustom:
	}
	return Redact
}

// contextual reports whether values of a type identify no one on their own.
func contextual(typ string) bool {
	switch typ {
	case "DATE_TIME", "URL", "DOMAIN_NAME", "ORGANIZATION", "LOCATION", "AGE", "GENDER", "TITLE_NAME", "NRP",
		"US_ZIP_CODE", "CA_POSTAL_CODE", "UK_POSTCODE", "IE_EIRCODE", "LEI", "ISIN", "SWIFT_BIC",
		"HEALTH_CONDITION", "TREATMENT", "RELIGION", "POLITICAL_OPINION", "TRADE_UNION", "SEXUAL_ORIENTATION",
		"CRIMINAL_RECORD":
		return true
	}
	return false
}
