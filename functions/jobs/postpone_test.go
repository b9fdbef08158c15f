package jobs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/table"
)

// TestWatchPostponesWhatItCannotRead has a job that cannot be decoded: it makes room for what is due behind it.
func TestWatchPostponesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	w := newLoneWorld(t)
	j := w.submitLost(t, 3)
	jobs, acme, key := w.Env().Table(table.Jobs), w.tenant.Scope(t), table.JobKey(j.ID)
	if err := jobs.Update(t.Context(), acme, key, expression.Set(expression.Name("status"), expression.Value([]int{1})), table.IfPresent()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(6 * time.Minute)
	if _, err := w.Function(t, "job-watch").Invoke(t.Context(), []byte("{}")); err == nil {
		t.Error("the fault is not told")
	}
	var row struct {
		DueAt int64 `dynamodbav:"due_at"`
	}
	if err := jobs.Get(t.Context(), acme, key, &row); err != nil || row.DueAt <= w.clock.Now().Unix() {
		t.Errorf("it is still due: %d, %v", row.DueAt, err)
	}
}
