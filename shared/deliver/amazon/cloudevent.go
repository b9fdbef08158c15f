package amazon

import (
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/deliver"
)

// MaxEvent is the largest CloudEvent in bytes that queues and buses take.
const MaxEvent = 255 << 10

// CloudEvent writes an event in the JSON format of CloudEvents 1.0. All attempts get the same bytes.
func CloudEvent(m deliver.Message) ([]byte, error) {
	source := m.Event.Source
	if source == "" {
		source = "guardrails"
	}
	return jsonv2.Marshal(struct {
		SpecVersion     string         `json:"specversion"`
		ID              string         `json:"id"`
		Source          string         `json:"source"`
		Type            string         `json:"type"`
		Subject         string         `json:"subject,omitempty"`
		Time            string         `json:"time"`
		DataContentType string         `json:"datacontenttype"`
		Data            jsontext.Value `json:"data"`
	}{"1.0", m.Event.ID, source, m.Event.Type, m.Event.Subject, m.Event.Time, "application/json", jsontext.Value(m.Data)},
		jsontext.PreserveRawStrings(true))
}
