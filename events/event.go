package events

import (
	"encoding/json"
	"fmt"
)

// Source is the CloudEvents source of every event that the platform makes.
const Source = "guardrails"

// Event is one thing that happened, before it has an id and a time.
type Event struct {
	// Type is in the past tense ("analysis.completed"), Version counts incompatible changes of its data.
	Type    string
	Version int
	// Subject is the id of what it happened to.
	Subject string
	// Data is one of this package's data structs.
	Data any
	// Previous is what the data was before a change, of the same kind; nil for what is new, and where nobody kept it.
	Previous any
	// To holds the ids of destinations that the event goes to whatever the rules say. It is not part of the envelope.
	To []string
	// Depth is how many events of ours lie between this one and its cause from outside: 0 for most. An event that tells
	// of the delivery of another is one deeper, by which a loop of alerts is seen and ended.
	Depth int
}

// Envelope is an event as it is stored and sent.
type Envelope struct {
	SpecVersion    string          `json:"specversion"`
	ID             string          `json:"id"`
	Source         string          `json:"source"`
	Type           string          `json:"type"`
	DataVersion    int             `json:"dataversion"`
	Subject        string          `json:"subject"`
	Time           string          `json:"time"`
	CausationDepth int             `json:"causationdepth,omitempty"`
	Data           json.RawMessage `json:"data"`
	Previous       json.RawMessage `json:"previous,omitempty"`
}

// Envelop gives an event its id and time (RFC 3339, UTC, milliseconds).
func Envelop(e Event, id, at string) (Envelope, error) {
	out := Envelope{
		SpecVersion: "1.0", ID: id, Source: Source, Type: e.Type, DataVersion: e.Version, Subject: e.Subject, Time: at, CausationDepth: e.Depth,
	}
	var err error
	if out.Data, err = json.Marshal(e.Data); err != nil {
		return Envelope{}, fmt.Errorf("encode data of %s: %w", e.Type, err)
	}
	if e.Previous == nil {
		return out, nil
	}
	if out.Previous, err = json.Marshal(e.Previous); err != nil {
		return Envelope{}, fmt.Errorf("encode previous data of %s: %w", e.Type, err)
	}
	return out, nil
}
