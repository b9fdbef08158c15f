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
}

// Envelope is an event as it is stored and sent.
type Envelope struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	DataVersion int             `json:"dataversion"`
	Subject     string          `json:"subject"`
	Time        string          `json:"time"`
	Data        json.RawMessage `json:"data"`
}

// Envelop gives an event its id and time (RFC 3339, UTC, milliseconds).
func Envelop(e Event, id, at string) (Envelope, error) {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return Envelope{}, fmt.Errorf("encode data of %s: %w", e.Type, err)
	}
	return Envelope{SpecVersion: "1.0", ID: id, Source: Source, Type: e.Type, DataVersion: e.Version, Subject: e.Subject, Time: at, Data: data}, nil
}
