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
	change := events.ChangeData{ID: "pol_01jd3k5v8q2w4x6y8z0a1b2c3d", Version: 2, By: "key_01jd3k5v8q2w4x6y8z0a1b2c3d", Fields: []string{"name"}}
	for _, typ := range []string{
		events.PolicyCreatedType, events.PolicyUpdatedType, events.PolicyDeletedType, events.PolicyActivatedType, events.KeyCreatedType,
		events.KeyRotatedType, events.KeyRevokedType, events.TenantCreatedType, events.TenantUpdatedType, events.TenantDeletedType,
	} {
		out = append(out, events.Change(typ, change))
	}
	return out
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

func TestTypesAreNounDotPastTense(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range samples() {
		family, verb, ok := strings.Cut(e.Type, ".")
		if !ok || family == "" || !strings.HasSuffix(verb, "ed") && e.Type != events.TenantDeletedType || seen[e.Type] {
			t.Errorf("event type %q", e.Type)
		}
		seen[e.Type] = true
		if e.Version < 1 || e.Subject == "" {
			t.Errorf("%s: version %d, subject %q", e.Type, e.Version, e.Subject)
		}
	}
}
