package limit_test

import (
	"errors"
	"testing"

	"guardrails/shared/awstest"
	"guardrails/shared/limit"
	"guardrails/shared/outage"
	"guardrails/shared/table"
)

// TestARefusingStoreIsNoOutage has no table: then no request passes, by any profile.
func TestARefusingStoreIsNoOutage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sys.Config.Environment = awstest.Env(t)
	l := limit.New(b.sys.Env().Table(table.Usage), b.now, patience)
	for _, failClosed := range []bool{false, true} {
		if d, err := l.Allow(t.Context(), b.scope, failClosed, perSecond(100)); d.Allowed || !errors.Is(err, outage.ErrRefused) {
			t.Errorf("fail closed %v: allowed %v, %v", failClosed, d.Allowed, err)
		}
	}
}
