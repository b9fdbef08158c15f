package events

// How destinations fare. What people change of them is in change.go.
const (
	DestinationDisabledType  = "destination.disabled"
	DestinationFailingType   = "destination.failing"
	DestinationRecoveredType = "destination.recovered"
	DestinationTestedType    = "destination.tested"
)

// DestinationDisabledData is what destination.disabled carries.
type DestinationDisabledData struct {
	ID string `json:"id"`
	// Reason is a stable code.
	Reason string `json:"reason"`
	// By is the id of the key or user who did it, empty where the platform did.
	By string `json:"by,omitempty"`
}

// DestinationDisabled says that a destination gets nothing any more.
func DestinationDisabled(d DestinationDisabledData) Event {
	return Event{Type: DestinationDisabledType, Version: 1, Subject: d.ID, Data: d}
}

// DestinationFailingData is what destination.failing carries.
type DestinationFailingData struct {
	ID string `json:"id"`
	// Reason is the code of the last failure, Failures how many there were in the last minute.
	Reason   string `json:"reason"`
	Failures int    `json:"failures"`
	// Until is when the destination is tried again: RFC 3339, UTC, with milliseconds.
	Until string `json:"until"`
}

// DestinationFailing says that a destination's breaker opened: deliveries wait.
func DestinationFailing(d DestinationFailingData) Event {
	return Event{Type: DestinationFailingType, Version: 1, Subject: d.ID, Data: d}
}

// DestinationRecoveredData is what destination.recovered carries.
type DestinationRecoveredData struct {
	ID string `json:"id"`
	// Since is when the breaker opened: RFC 3339, UTC, with milliseconds.
	Since string `json:"since"`
}

// DestinationRecovered says that a destination's breaker closed: what waited is sent.
func DestinationRecovered(d DestinationRecoveredData) Event {
	return Event{Type: DestinationRecoveredType, Version: 1, Subject: d.ID, Data: d}
}

// DestinationTested is a test event, which goes to its destination and nowhere else.
func DestinationTested(d ChangeData) Event {
	e := Change(DestinationTestedType, d)
	e.To = []string{d.ID}
	return e
}
