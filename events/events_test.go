package events_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guardrails/events"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// samples has one event of every type. Golden files are kept for every past version: readers of an old one must not
// be surprised, so a changed file means a new version.
func samples() []events.Event {
	analysis := events.AnalysisCompleted(events.AnalysisCompletedData{
		AnalysisID: "anl_01jd3k5v8q2w4x6y8z0a1b2c3d", Decision: "block", Mode: "enforce", Source: "input", RiskScore: 95, RiskLevel: "critical",
		Findings: map[string]int{"PERSON": 1, "US_SSN": 2}, Violations: []string{"hipaa_003"},
	})
	out := []events.Event{analysis}
	job := events.JobData{JobID: "job_01jd3k5v8q2w4x6y8z0a1b2c3d", Status: "completed", Total: 10, Done: 9, Failed: 1}
	for _, typ := range []string{events.JobSubmittedType, events.JobStartedType, events.JobCompletedType, events.JobFailedType, events.JobCancelledType} {
		d := job
		if typ == events.JobFailedType {
			d.Status, d.Reason = "failed", "too_many_documents"
		}
		out = append(out, events.Job(typ, d))
	}
	task := events.TaskData{TaskID: "tsk_01jd3k5v8q2w4x6y8z0a1b2c3d", Name: "analyze", Status: "SUCCESS"}
	for _, typ := range []string{events.TaskSubmittedType, events.TaskStartedType, events.TaskCompletedType, events.TaskFailedType, events.TaskCancelledType} {
		out = append(out, events.Task(typ, task))
	}
	change := events.ChangeData{ID: "pol_01jd3k5v8q2w4x6y8z0a1b2c3d", Version: 2, By: by, Fields: []string{"name"}}
	for _, typ := range []string{
		events.PolicyCreatedType, events.PolicyUpdatedType, events.PolicyDeletedType, events.PolicyActivatedType, events.KeyCreatedType,
		events.KeyRotatedType, events.KeyRevokedType, events.TenantCreatedType, events.TenantUpdatedType, events.TenantDeletedType,
	} {
		out = append(out, events.Change(typ, change))
	}
	changes := map[string][]string{
		"dst_01jd3k5v8q2w4x6y8z0a1b2c3d": {events.DestinationCreatedType, events.DestinationUpdatedType, events.DestinationDeletedType, events.DestinationEnabledType, events.DestinationTestedType},
		"rul_01jd3k5v8q2w4x6y8z0a1b2c3d": {events.RuleCreatedType, events.RuleUpdatedType, events.RuleDeletedType},
		"usr_01jd3k5v8q2w4x6y8z0a1b2c3d": {events.UserCreatedType, events.UserUpdatedType, events.UserDeletedType},
		"rol_01jd3k5v8q2w4x6y8z0a1b2c3d": {events.RoleCreatedType, events.RoleUpdatedType, events.RoleDeletedType},
		"orders.order.created":           {events.EventTypeCreatedType, events.EventTypeUpdatedType, events.EventTypeDeletedType},
	}
	for id, types := range changes {
		change.ID = id
		for _, typ := range types {
			out = append(out, events.Change(typ, change))
		}
	}
	return append(out, reactions()...)
}

// by is who made changes.
const by = "key_01jd3k5v8q2w4x6y8z0a1b2c3d"

// reactions has the events that are no change of configuration and have data of their own.
func reactions() []events.Event {
	const (
		analysis, job    = "anl_01jd3k5v8q2w4x6y8z0a1b2c3d", "job_01jd3k5v8q2w4x6y8z0a1b2c3d"
		destination      = "dst_01jd3k5v8q2w4x6y8z0a1b2c3d"
		earlier, morning = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
	)
	quota := events.QuotaData{Quota: "analyses", Period: "month", Used: 80_000, Limit: 100_000, ResetsAt: "2026-02-01T00:00:00.000Z"}
	exhausted := quota
	exhausted.Used = quota.Limit
	return []events.Event{
		events.FindingDetected(events.FindingDetectedData{
			AnalysisID: analysis, Decision: "block", Mode: "enforce", Source: "input", Findings: map[string]int{"PERSON": 1, "US_SSN": 2},
			Categories: []string{"pii"}, MaxScore: 0.98, JobID: job,
		}),
		events.PolicyViolated(events.PolicyViolatedData{
			AnalysisID: analysis, Decision: "block", Mode: "enforce", Source: "input",
			Violations: []events.Violation{{RuleID: "hipaa_003", Framework: "HIPAA", Severity: "critical"}}, JobID: job,
		}),
		events.DeliveryFailed(events.DeliveryFailedData{
			DeliveryID: "dlv_01jd3k5v8q2w4x6y8z0a1b2c3d", EventID: "evt_01jd3k5v8q2w4x6y8z0a1b2c3c", EventType: events.PolicyViolatedType,
			RuleID: "rul_01jd3k5v8q2w4x6y8z0a1b2c3d", DestinationID: destination, Reason: "http_404", Attempts: 1, CausationDepth: 1,
		}),
		events.DeliveryReplayed(events.DeliveryReplayedData{
			ReplayID: "rpl_01jd3k5v8q2w4x6y8z0a1b2c3d", By: by, Matched: 12, Enqueued: 10,
			Filter: events.DeliveryFilter{Status: "dead", DestinationID: destination, RuleID: "rul_01jd3k5v8q2w4x6y8z0a1b2c3d", EventType: events.PolicyViolatedType, Since: earlier, Until: morning},
		}),
		events.DestinationDisabled(events.DestinationDisabledData{ID: destination, Reason: "http_410", By: by}),
		events.DestinationFailing(events.DestinationFailingData{ID: destination, Reason: "http_503", Failures: 5, Until: morning}),
		events.DestinationRecovered(events.DestinationRecoveredData{ID: destination, Since: earlier}),
		events.LimitExceeded(events.LimitExceededData{Limit: "analyze", KeyID: by, Refused: 42, Since: earlier}),
		events.Quota(events.QuotaWarningType, quota), events.Quota(events.QuotaExceededType, exhausted),
		events.AuditExported(events.AuditExportedData{ExportID: "exp_01jd3k5v8q2w4x6y8z0a1b2c3d", Records: 1000, Since: earlier, Until: morning, By: by}),
		events.ModelTrained(events.ModelTrainedData{ModelID: "mdl_01jd3k5v8q2w4x6y8z0a1b2c3d", Version: 3, Examples: 5000, By: by}),
	}
}

func TestGoldenEnvelopes(t *testing.T) {
	t.Parallel()
	for _, e := range samples() {
		t.Run(e.Type, func(t *testing.T) {
			t.Parallel()
			env, err := events.Envelop(e, "evt_01jd3k5v8q2w4x6y8z0a1b2c3d", "2026-01-02T03:04:05.678Z")
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(env, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			file := filepath.Join("testdata", e.Type+".v1.json")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s has changed; a new shape is a new version:\n%s", e.Type, got)
			}
		})
	}
}

// Three types tell of a state that goes on; all others of something that is over.
func TestTypesAreNounDotPastTense(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range samples() {
		family, verb, ok := strings.Cut(e.Type, ".")
		state := e.Type == events.TenantDeletedType || e.Type == events.DestinationFailingType || e.Type == events.QuotaWarningType
		if !ok || family == "" || !strings.HasSuffix(verb, "ed") && !state || seen[e.Type] {
			t.Errorf("event type %q", e.Type)
		}
		seen[e.Type] = true
		if e.Version < 1 || e.Subject == "" {
			t.Errorf("%s: version %d, subject %q", e.Type, e.Version, e.Subject)
		}
	}
}
