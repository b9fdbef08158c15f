package events

// AuditExportedType says that audit records left the platform.
const AuditExportedType = "audit.exported"

// AuditExportedData is what audit.exported carries.
type AuditExportedData struct {
	ExportID string `json:"export_id"`
	Records  int64  `json:"records"`
	// Since and Until bound the records' times: RFC 3339, UTC, with milliseconds.
	Since string `json:"since"`
	Until string `json:"until"`
	// By is the id of the key or user who asked for it.
	By string `json:"by"`
}

// AuditExported says that audit records left the platform.
func AuditExported(d AuditExportedData) Event {
	return Event{Type: AuditExportedType, Version: 1, Subject: d.ExportID, Data: d}
}
