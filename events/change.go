package events

// Changes of a tenant's configuration.
const (
	PolicyCreatedType      = "policy.created"
	PolicyUpdatedType      = "policy.updated"
	PolicyDeletedType      = "policy.deleted"
	PolicyActivatedType    = "policy.activated"
	KeyCreatedType         = "key.created"
	KeyRotatedType         = "key.rotated"
	KeyRevokedType         = "key.revoked"
	TenantCreatedType      = "tenant.created"
	TenantUpdatedType      = "tenant.updated"
	TenantDeletedType      = "tenant.offboarding"
	DestinationCreatedType = "destination.created"
	DestinationUpdatedType = "destination.updated"
	DestinationDeletedType = "destination.deleted"
	DestinationEnabledType = "destination.enabled"
	RuleCreatedType        = "rule.created"
	RuleUpdatedType        = "rule.updated"
	RuleDeletedType        = "rule.deleted"
	UserCreatedType        = "user.created"
	UserUpdatedType        = "user.updated"
	UserDeletedType        = "user.deleted"
	RoleCreatedType        = "role.created"
	RoleUpdatedType        = "role.updated"
	RoleDeletedType        = "role.deleted"
	// An event type of the tenant's own is named by its name.
	EventTypeCreatedType = "guardrails.event_type.created"
	EventTypeUpdatedType = "guardrails.event_type.updated"
	EventTypeDeletedType = "guardrails.event_type.deleted"
)

// ChangeData is what every change of configuration carries.
type ChangeData struct {
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
	// By is the id of the key or user who made the change.
	By string `json:"by"`
	// Fields names what changed, without values.
	Fields []string `json:"fields,omitempty"`
}

// Change makes an event of a change; typ is one of the constants above.
func Change(typ string, d ChangeData) Event {
	return Event{Type: typ, Version: 1, Subject: d.ID, Data: d}
}
