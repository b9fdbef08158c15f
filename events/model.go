package events

// ModelTrainedType says that a tenant's model has a new version.
const ModelTrainedType = "model.trained"

// ModelTrainedData is what model.trained carries.
type ModelTrainedData struct {
	ModelID string `json:"model_id"`
	Version int    `json:"version"`
	// Examples is how many labeled texts it was trained on.
	Examples int64 `json:"examples"`
	// By is the id of the key or user who asked for it, empty for a schedule.
	By string `json:"by,omitempty"`
}

// ModelTrained says that a tenant's model has a new version.
func ModelTrained(d ModelTrainedData) Event {
	return Event{Type: ModelTrainedType, Version: 1, Subject: d.ModelID, Data: d}
}
