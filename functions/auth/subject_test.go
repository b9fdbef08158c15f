package auth

import (
	"strconv"
	"testing"
	"time"

	"guardrails/shared/authn"
	"guardrails/shared/clock"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

// TestInventedKeysPushOutNoRealOnes makes sure that whoever has no key cannot empty the memory that stands in for the
// store.
func TestInventedKeysPushOutNoRealOnes(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := newSubjects(nil, c)
	p, err := authn.FromContext(authn.Claims{ID: "key_1", Tenant: "ten_00000000000000000000000001", Role: "admin", State: tenant.StateActive}.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := &subject{scope: p.Scope(), tenant: registry.Tenant{Profile: tenant.ProfileStandard}, readAt: c.Now()}
	s.remember("real", known)
	for i := range 2 * maxSubjects {
		s.remember(strconv.Itoa(i), &subject{readAt: c.Now()})
	}
	if got, err := s.get(t.Context(), "real"); got != known || err != nil {
		t.Errorf("the real key is %v, %v", got, err)
	}
	if s.unknown.Len() != maxUnknown {
		t.Errorf("%d invented keys are remembered", s.unknown.Len())
	}
	s.remember("real", &subject{readAt: c.Now()})
	if got, err := s.get(t.Context(), "real"); got == nil || got.scope.Valid() || err != nil {
		t.Errorf("the key that is gone is %v, %v", got, err)
	}
}
