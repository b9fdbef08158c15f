package events

// The life of a task of the older API.
const (
	TaskSubmittedType = "task.submitted"
	TaskStartedType   = "task.started"
	TaskCompletedType = "task.completed"
	TaskFailedType    = "task.failed"
	TaskCancelledType = "task.cancelled"
)

// TaskData is what every task event carries.
type TaskData struct {
	TaskID string `json:"task_id"`
	Name   string `json:"name"`
	Status string `json:"status"`
	// Reason says why a task failed, as a stable code.
	Reason string `json:"reason,omitempty"`
}

// Task makes an event of a task's life; typ is one of the constants above.
func Task(typ string, d TaskData) Event {
	return Event{Type: typ, Version: 1, Subject: d.TaskID, Data: d}
}
