package seal_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/outage"
)

// keyService stands before the key service. While it hangs it answers no call; calls counts those that came.
type keyService struct {
	aws.HTTPClient
	hangs   atomic.Bool
	refuses atomic.Bool
	calls   atomic.Int32
}

func (k *keyService) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "TrentService") {
		return k.HTTPClient.Do(r)
	}
	k.calls.Add(1)
	if k.hangs.Load() {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if k.refuses.Load() {
		body := io.NopCloser(strings.NewReader(`{"__type":"DisabledException","message":"off"}`))
		return &http.Response{StatusCode: http.StatusBadRequest, Request: r, Header: http.Header{}, Body: body}, nil
	}
	return k.HTTPClient.Do(r)
}

// TestAKeyThatIsSwitchedOffServesNobody has the key service refuse a key that is remembered: when the memory is old enough
// to ask, the refusal holds.
func TestAKeyThatIsSwitchedOffServesNobody(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, nil, now)
	service := &keyService{HTTPClient: sys.Config.AWS.HTTPClient}
	sys.Config.AWS.HTTPClient = service
	own := sys.Env().Keys().Tenant(sys.Tenant(t).Scope(t))
	if _, err := own.MAC(t.Context(), "d", nil); err != nil {
		t.Fatal(err)
	}
	service.refuses.Store(true)
	for range 3 {
		now.Advance(6 * time.Minute)
		for range 2 { // the second meets what the first has learned
			if _, err := own.MAC(t.Context(), "d", nil); !errors.Is(err, outage.ErrRefused) {
				t.Errorf("a key that is switched off: %v", err)
			}
		}
	}
	service.refuses.Store(false)
	now.Advance(time.Minute)
	if _, err := own.MAC(t.Context(), "d", nil); err != nil {
		t.Errorf("a key that is on again: %v", err)
	}
}

// TestKeysOutliveTheirService has the key service hang before a key is known, and after.
func TestKeysOutliveTheirService(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, nil, now)
	service := &keyService{HTTPClient: sys.Config.AWS.HTTPClient}
	scope := sys.Tenant(t).Scope(t)
	sys.Config.AWS.HTTPClient, sys.Config.StorePatience = service, 3*time.Second // in between the service must answer in that time
	own := sys.Env().Keys().Tenant(scope)
	service.calls.Store(0)

	service.hangs.Store(true)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := own.MAC(gone, "d", nil); !errors.Is(err, errs.Overloaded) {
		t.Errorf("a caller that has gone: %v", err)
	}
	for range 50 {
		if _, err := own.MAC(t.Context(), "d", nil); !errors.Is(err, errs.Overloaded) {
			t.Fatalf("without a key: %v", err)
		}
	}
	if n := service.calls.Load(); n > 3 {
		t.Errorf("%d calls of a service that hangs, for one moment", n)
	}

	service.hangs.Store(false)
	now.Advance(2 * time.Second)
	want, err := own.MAC(t.Context(), "d", nil)
	if err != nil {
		t.Fatal(err)
	}
	service.hangs.Store(true)
	now.Advance(30 * time.Minute)
	for range 3 {
		if got, err := own.MAC(t.Context(), "d", nil); err != nil || string(got) != string(want) {
			t.Errorf("an older key does not stand in: %v", err)
		}
	}
	now.Advance(2 * time.Hour)
	if _, err := own.MAC(t.Context(), "d", nil); !errors.Is(err, errs.Overloaded) {
		t.Errorf("a key of hours ago: %v", err)
	}
}
