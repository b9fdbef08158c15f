package events

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// Type describes a type of event in its current version.
type Type struct {
	// Name is the type: "analysis.completed".
	Name    string
	Version int
	// Family is the name's first segment.
	Family string
	// Description says in one sentence when the event is made; of a type that is not Emitted, when it will be.
	Description string
	// Emitted says that this release makes such events.
	Emitted bool
	// Schema is a JSON Schema (2020-12) of the event's data, closed against fields that it does not name. Example is an
	// envelope. Both are shared: do not change them.
	Schema, Example json.RawMessage
}

// Schemas and examples carry the version in their names. Those of past versions stay, for readers of old events.
var (
	//go:embed schemas/*.json
	schemaFiles embed.FS
	//go:embed testdata/*.json
	exampleFiles embed.FS
)

// Types lists every type of the platform.
func Types() []Type { return slices.Clone(types()) }

// Lookup returns the platform's type of that name.
func Lookup(name string) (Type, bool) {
	i := slices.IndexFunc(types(), func(t Type) bool { return t.Name == name })
	if i < 0 {
		return Type{}, false
	}
	return types()[i], true
}

// types is the list with its files, read once.
var types = sync.OnceValue(func() []Type {
	out := list()
	for i, t := range out {
		file := fmt.Sprintf("%s.v%d.json", t.Name, t.Version)
		out[i].Family, out[i].Schema, out[i].Example = Family(t.Name), read(schemaFiles, "schemas/"+file), read(exampleFiles, "testdata/"+file)
	}
	return out
})

func read(files embed.FS, name string) json.RawMessage {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the files are linked in, and a test reads all that the list names
	}
	return b
}

const (
	emitted = true
	planned = false
)

// list is the catalog. The descriptions are the API's.
func list() []Type {
	one := func(name string, made bool, description string) Type {
		return Type{Name: name, Version: 1, Emitted: made, Description: description}
	}
	return []Type{
		one(AnalysisCompletedType, emitted, "A text was analyzed and decided."),
		one(FindingDetectedType, emitted, "An analysis found something; one event for all findings of the analysis."),

		one(PolicyViolatedType, emitted, "An analysis breached rules of policies; one event for all rules."),
		one(PolicyCreatedType, emitted, "A policy was created."),
		one(PolicyUpdatedType, emitted, "A policy was changed or made inactive."),
		one(PolicyDeletedType, emitted, "A policy was deleted."),
		one(PolicyActivatedType, emitted, "A policy or a shipped pack was made active."),

		one(JobSubmittedType, emitted, "A job was submitted."),
		one(JobStartedType, emitted, "A job's documents are being analyzed."),
		one(JobCompletedType, emitted, "All documents of a job are done or failed."),
		one(JobFailedType, emitted, "A job failed as a whole."),
		one(JobCancelledType, emitted, "A job was cancelled."),

		one(TaskSubmittedType, emitted, "A task of the older API was submitted."),
		one(TaskStartedType, emitted, "A task of the older API is being worked on."),
		one(TaskCompletedType, emitted, "A task of the older API succeeded."),
		one(TaskFailedType, emitted, "A task of the older API failed."),
		one(TaskCancelledType, emitted, "A task of the older API was cancelled."),

		one(DeliveryFailedType, emitted, "A delivery was given up whose rule asks for alerts."),
		one(DeliveryReplayedType, emitted, "Deliveries are sent again because somebody asked for it."),

		one(DestinationCreatedType, emitted, "A destination was created."),
		one(DestinationUpdatedType, emitted, "A destination was changed, or its secret rotated."),
		one(DestinationDeletedType, emitted, "A destination was deleted."),
		one(DestinationEnabledType, emitted, "A destination gets events again."),
		one(DestinationTestedType, emitted, "Somebody asked for a test event to a destination; it goes to that one alone."),
		one(DestinationDisabledType, emitted, "A destination gets no events any more, and why."),
		one(DestinationFailingType, emitted, "A destination fails so often that deliveries to it wait."),
		one(DestinationRecoveredType, emitted, "A failing destination works again."),

		one(RuleCreatedType, emitted, "An observer rule was created."),
		one(RuleUpdatedType, emitted, "An observer rule was changed, enabled or disabled."),
		one(RuleDeletedType, emitted, "An observer rule was deleted."),

		one(QuotaWarningType, planned, "Will say that most of a quota is used up."),
		one(QuotaExceededType, planned, "Will say that a quota is used up."),
		one(LimitExceededType, planned, "Will say that requests were refused by a limit of rate; one event for many requests."),

		one(KeyCreatedType, emitted, "An API key was created."),
		one(KeyRotatedType, emitted, "An API key got a new secret."),
		one(KeyRevokedType, emitted, "An API key was revoked."),

		one(UserCreatedType, planned, "Will say that a user was created."),
		one(UserUpdatedType, planned, "Will say that a user was changed."),
		one(UserDeletedType, planned, "Will say that a user was deleted."),
		one(RoleCreatedType, planned, "Will say that a role was created."),
		one(RoleUpdatedType, planned, "Will say that a role was changed."),
		one(RoleDeletedType, planned, "Will say that a role was deleted."),

		one(TenantCreatedType, emitted, "The tenant was created."),
		one(TenantUpdatedType, emitted, "The tenant's name, plan, profile, state or limits were changed."),
		one(TenantDeletedType, emitted, "The tenant is being offboarded."),

		one(AuditExportedType, planned, "Will say that audit records were exported."),
		one(ModelTrainedType, planned, "Will say that a model of the tenant has a new version."),

		one(EventTypeCreatedType, emitted, "An event type of the tenant's own was created."),
		one(EventTypeUpdatedType, emitted, "An event type of the tenant's own was changed."),
		one(EventTypeDeletedType, emitted, "An event type of the tenant's own was deleted."),
	}
}
