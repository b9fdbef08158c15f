package events

// What becomes of deliveries, where it is not as it should be.
const (
	DeliveryFailedType   = "delivery.failed"
	DeliveryReplayedType = "delivery.replayed"
)

// DeliveryFailedData is what delivery.failed carries.
type DeliveryFailedData struct {
	DeliveryID string `json:"delivery_id"`
	EventID    string `json:"event_id"`
	EventType  string `json:"event_type"`
	// RuleID is the rule whose action it was, empty where the event named the destination itself.
	RuleID        string `json:"rule_id,omitempty"`
	DestinationID string `json:"destination_id"`
	// Reason is a stable code, such as "http_410".
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	// CausationDepth is the depth of this event: one more than that of the event that was not delivered.
	CausationDepth int `json:"causation_depth"`
}

// DeliveryFailed says that a delivery was given up. Its depth is the data's.
func DeliveryFailed(d DeliveryFailedData) Event {
	return Event{Type: DeliveryFailedType, Version: 1, Subject: d.DeliveryID, Data: d, Depth: d.CausationDepth}
}

// DeliveryReplayedData is what delivery.replayed carries.
type DeliveryReplayedData struct {
	ReplayID string         `json:"replay_id"`
	Filter   DeliveryFilter `json:"filter"`
	// Matched is how many deliveries the filter chose, Enqueued how many of them are sent again.
	Matched  int `json:"matched"`
	Enqueued int `json:"enqueued"`
	// By is the id of the key or user who asked for it.
	By string `json:"by"`
}

// DeliveryFilter chooses deliveries; what is empty chooses all. Times are RFC 3339, UTC, with milliseconds.
type DeliveryFilter struct {
	Status        string `json:"status,omitempty"`
	DestinationID string `json:"destination_id,omitempty"`
	RuleID        string `json:"rule_id,omitempty"`
	EventType     string `json:"event_type,omitempty"`
	Since         string `json:"since,omitempty"`
	Until         string `json:"until,omitempty"`
}

// DeliveryReplayed says that deliveries are sent again because somebody asked for it.
func DeliveryReplayed(d DeliveryReplayedData) Event {
	return Event{Type: DeliveryReplayedType, Version: 1, Subject: d.ReplayID, Data: d}
}
