package legacy

import (
	"context"
	"slices"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
	"guardrails/shared/redact"
)

// Entity is a finding as the older API shows it.
type Entity struct {
	Type       string   `json:"type" doc:"What it is." example:"SSN"`
	Value      string   `json:"value" doc:"The text itself."`
	Position   Position `json:"position"`
	Confidence float64  `json:"confidence" minimum:"0" maximum:"1" doc:"How sure the engine is."`
}

// Position is where an entity stands, in code points.
type Position struct {
	Start int `json:"start" minimum:"0"`
	End   int `json:"end" minimum:"0"`
}

// shapeScore is the confidence of what was taken for its shape alone.
const shapeScore = 0.5

// named returns a finding's type and confidence as the older API has them. It went by shape: three groups of three
// digits are a SIN, whatever country's telephone number they may be, three, two and four digits are an SSN, even those
// that are given to taxpayers without one, and a shape without a check is half certain.
func named(typ, detector, value string, score float64) (string, float64) {
	form := shape(value)
	switch {
	case typ == "PHONE_NUMBER" && form == "999-999-999":
		return "SIN", shapeScore
	case typ == "US_ITIN" && form == "999-99-9999":
		return "SSN", shapeScore
	}
	foreign := detector == "phone_national" && form == "999-999-9999"
	if foreign || strings.HasPrefix(detector, "phase2_") {
		score = shapeScore
	}
	switch typ {
	case "EMAIL_ADDRESS":
		return "EMAIL", score
	case "PHONE_NUMBER":
		return "PHONE", score
	case "US_SSN":
		return "SSN", score
	case "CA_SIN":
		return "SIN", score
	}
	return typ, score
}

// shape writes 9 for each digit of a value and - for each separator; of a longer value it is the beginning.
func shape(value string) string {
	value = detect.FoldValue(value)
	out := []byte(value[:min(len(value), 16)])
	for i, c := range out {
		switch {
		case c >= '0' && c <= '9':
			out[i] = '9'
		case c == ' ' || c == '.':
			out[i] = '-'
		}
	}
	return string(out)
}

// isEntity reports whether findings of a category are values, which the older API lists and redacts.
func isEntity(c detect.Category) bool {
	return c == detect.CategoryPII || c == detect.CategorySecret || c == detect.CategoryCustom
}

// shapes are the detectors that take a value for what it looks like, whatever its check digits.
func shapes() []string {
	return []string{"phase2_credit_card", "phase2_ssn", "phase2_sin", "phase2_phone"}
}

// later are the types that the older API never had. Its clients know what may come, so it stays silent on these.
func later() []string { return []string{"ORGANIZATION", "NRP", "TITLE_NAME"} }

// look analyzes a text as the older API does: by shape too, and with the values in the answer. Frameworks are the ids
// of the packs to check; none means the tenant's active policies.
func look(text string, frameworks ...string) inspect.Request {
	return inspect.Request{
		Value:   inspect.Value{Text: &text},
		Options: inspect.Options{Policies: frameworks, Detectors: &inspect.Selection{Include: shapes(), Exclude: later()}, IncludeText: true},
	}
}

func entitiesOf(findings []policy.Finding) []Entity {
	out := []Entity{}
	for _, f := range findings {
		if isEntity(f.Category) {
			typ, score := named(f.Type, f.Detector, f.Text, f.Score)
			out = append(out, Entity{Type: typ, Value: f.Text, Position: Position{f.Start, f.End}, Confidence: score})
		}
	}
	return out
}

// replace returns the text with its entities replaced as the choice says, under the older names, and how many were
// replaced. A nil choice puts [TYPE] in their places; only hash and encrypt need keys.
func replace(ctx context.Context, text string, o *policy.Outcome, keys redact.Keys, tenantID string, choice *redact.Choice) (string, int, error) {
	targets := slices.DeleteFunc(o.Targets(true)[""], func(f detect.Finding) bool { return !isEntity(f.Category) })
	for i := range targets {
		f := &targets[i]
		f.Type, _ = named(f.Type, f.Detector, text[f.ByteStart:f.ByteEnd], f.Score)
	}
	out, items, err := redact.NewSession(keys, tenantID, choice).Redact(ctx, "", text, targets)
	return out, len(items), err
}
