package webhook

import (
	"errors"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/deliver"
)

// maxBody is the largest body in bytes.
const maxBody = 256 << 10

func tooLarge(body []byte) string {
	if len(body) > maxBody {
		return "payload_too_large"
	}
	return ""
}

// standardBody is the same in every attempt: its time is the event's, and the data is that of the event or template,
// byte for byte but for spaces.
func standardBody(m deliver.Message) ([]byte, error) {
	return marshal(struct {
		Type      string         `json:"type"`
		Timestamp string         `json:"timestamp"`
		Data      jsontext.Value `json:"data"`
	}{m.Event.Type, m.Event.Time, jsontext.Value(m.Data)})
}

func marshal(v any) ([]byte, error) {
	return jsonv2.Marshal(v, jsontext.PreserveRawStrings(true))
}

// legacyData are the members of an older webhook's body that the event's data gives.
type legacyData struct {
	Task     jsontext.Value `json:"task"`
	Result   jsontext.Value `json:"result,omitzero"`
	Error    jsontext.Value `json:"error,omitzero"`
	Metadata jsontext.Value `json:"metadata,omitzero"`
}

var errNoTask = errors.New("the data of an older webhook has no task")

// legacyBody is what the older API sends. The data has the members task and, where there is one, result, error and
// metadata; jobs are called tasks there.
func legacyBody(m deliver.Message) ([]byte, error) {
	var data legacyData
	if err := jsonv2.Unmarshal(m.Data, &data); err != nil {
		return nil, err
	}
	if data.Task.Kind() != '{' {
		return nil, errNoTask
	}
	name := m.Event.Type
	if rest, ok := strings.CutPrefix(name, "job."); ok {
		name = "task." + rest
	}
	return marshal(struct {
		EventType  string `json:"event_type"`
		Timestamp  string `json:"timestamp"`
		legacyData `json:",inline"`
	}{name, m.Event.Time, data})
}
